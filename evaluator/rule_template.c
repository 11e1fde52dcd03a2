// SPDX-License-Identifier: Apache-2.0
// A rule's labels and annotations expanded. See rule_template.h.
#include "evaluator/rule_template.h"

#include "base/buf.h"
#include "model/limits.h"

enum { EXPANDED_BYTES = 200 }; // of most annotations

struct query_room {
	struct expansion *expansion;
	size_t calls;
};

static bool answer_query(void *context, struct str expr, struct template_vector *out, struct error *err) {
	struct query_room *room = context;
	if (++room->calls > LIMIT_TEMPLATE_QUERIES)
		return error_set(err, ERR_LIMIT, "more than %d queries in one template", LIMIT_TEMPLATE_QUERIES);
	const struct template_answers *answers = room->expansion->answers;
	for (size_t i = 0; i < answers->count; i++) {
		const struct template_answer *answer = &answers->items[i];
		if (!str_equal(answer->expr, expr))
			continue;
		if (answer->has_failed)
			return error_set(err, ERR_UNAVAILABLE, "%.*s", STR_ARG(answer->error));
		*out = answer->vector;
		return true;
	}
	return false; // not known yet
}

void expansion_note(struct expansion_outcome *outcome, const struct error *err) {
	if (outcome == NULL)
		return;
	outcome->expanded++;
	if (err != NULL && outcome->failed++ == 0)
		outcome->first = *err;
}

static struct str error_name(struct arena *arena, struct str rule) {
	static const char prefix[] = "__alert_";
	char *name = arena_alloc_bytes(arena, sizeof prefix - 1 + rule.len);
	memcpy(name, prefix, sizeof prefix - 1);
	memcpy(name + sizeof prefix - 1, rule.data, rule.len);
	return str_make(name, sizeof prefix - 1 + rule.len);
}

static void prepare(struct expansion *expansion) {
	const struct rule_context *context = expansion->context;
	const struct evaluation_setup *setup = context->setup;
	if (expansion->data != NULL)
		return;
	expansion->name = error_name(expansion->arena, context->rule->name);
	expansion->data = template_rule_data(expansion->arena, expansion->labels, expansion->label_count, setup->external_labels, str_of(setup->external_url), expansion->value);
}

// False: expansion->needed must be asked first. `room` is for the text while it grows.
static bool expand_text(struct expansion *expansion, const struct rule_text *text, struct buf *room, struct str *out) {
	const struct rule_context *context = expansion->context;
	*out = text->text;
	if (text->class == TEMPLATE_CONSTANT)
		return true;
	struct query_room queries = { .expansion = expansion };
	prepare(expansion);
	struct template_env env = {
		.now = expansion->now,
		.external_url = str_of(context->setup->external_url),
		.query = expansion->answers == NULL ? NULL : answer_query,
		.query_context = &queries,
		.name = expansion->name,
		.data = expansion->data,
	};
	struct error err;
	err.code = ERR_NONE; // its text is not worth clearing
	buf_reset(room);
	switch (template_execute(text->template, &env, expansion->arena, room, &expansion->needed, &err)) {
	case TEMPLATE_OK:
		expansion_note(expansion->outcome, NULL);
		*out = arena_dup_str(expansion->arena, buf_str(room));
		return true;
	case TEMPLATE_FAILED:
		expansion_note(expansion->outcome, &err);
		*out = arena_format(expansion->arena, "<error expanding template: error executing template __alert_%.*s: %s>", STR_ARG(context->rule->name), err.text);
		return true;
	case TEMPLATE_NEED_QUERY:
		return false;
	}
	unreachable("template status");
}

const struct labels *expand_identity(struct expansion *expansion) {
	const struct rule *rule = expansion->context->rule;
	struct label_builder builder = { 0 };
	autobuf struct buf room = { 0 };
	const struct labels *identity = NULL;
	for (size_t i = 0; i < expansion->label_count; i++)
		if (!str_equal(expansion->labels[i].name, STR("__name__")))
			array_append(&builder, expansion->labels[i]);
	for (size_t i = 0; i < rule->label_count; i++) {
		struct str value;
		if (!expand_text(expansion, rule->labels[i], &room, &value))
			goto done;
		label_builder_set(&builder, rule->labels[i]->name, value);
	}
	label_builder_set(&builder, STR("alertname"), rule->name);
	identity = label_builder_build(&builder);
done:
	label_builder_finish(&builder);
	return identity;
}

// Of a rule whose annotations are all constant: the texts outlive the context.
static const struct label *constant_items(struct expansion *expansion) {
	return labels_unpack(labels_copy_to(expansion->arena, expansion->context->annotations), expansion->arena);
}

const struct label *expand_annotation_items(struct expansion *expansion) {
	const struct rule *rule = expansion->context->rule;
	if (expansion->context->annotations != NULL)
		return constant_items(expansion);
	autobuf struct buf room = { 0 };
	buf_reserve(&room, EXPANDED_BYTES);
	struct label *items = ARENA_NEW_ARRAY(expansion->arena, struct label, rule->annotation_count);
	for (size_t i = 0; i < rule->annotation_count; i++) {
		const struct rule_text *text = rule->annotations[i];
		if (!expand_text(expansion, text, &room, &items[i].value))
			return NULL;
		items[i].name = arena_dup_str(expansion->arena, text->name);
		if (text->class == TEMPLATE_CONSTANT)
			items[i].value = arena_dup_str(expansion->arena, text->text);
	}
	return items;
}

const struct labels *expand_annotations(struct expansion *expansion) {
	if (expansion->context->annotations != NULL)
		return labels_ref(expansion->context->annotations);
	const struct label *items = expand_annotation_items(expansion);
	return items == NULL ? NULL : labels_from_sorted(items, expansion->context->rule->annotation_count);
}
