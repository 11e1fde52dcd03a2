// SPDX-License-Identifier: Apache-2.0
// A handful of documents that differ in all that errors may depend on. See lint_expansion.h.
#include "rules/lint_expansion.h"

#include "template/template_uses.h"

enum { LONG_TEXT = 4096,
	LABELS_MAX = 32,
	SAMPLES_MAX = 64 };

#define PRINTF_ERROR STR("%!")

// Texts of all labels (a long one where there is none), the value, and how many samples queries give. Few templates need more than the first.
static const struct document {
	const char *label;
	double value;
	size_t samples;
} documents[] = {
	{ "7", 1, 1 },
	{ "node-1.example:9100", 2.5, 2 },
	{ "5m", 1700000000, SAMPLES_MAX },
	{ "", -3, 0 },
	{ NULL, 0, 1 },
};

struct expansion {
	struct arena *arena;
	struct str label;
	struct label labels[LABELS_MAX]; // sorted, those that the template reads
	size_t label_count;
	const struct document *document;
};

static bool answer(void *context, struct str expr, struct template_vector *out, struct error *err) {
	const struct expansion *expansion = context;
	(void)expr, (void)err;
	struct template_sample *samples = ARENA_NEW_ARRAY(expansion->arena, struct template_sample, SAMPLES_MAX);
	for (size_t i = 0; i < expansion->document->samples; i++)
		samples[i] = (struct template_sample){ expansion->labels, expansion->label_count, expansion->document->value };
	*out = (struct template_vector){ samples, expansion->document->samples };
	return true;
}

// Keeps them sorted and without duplicates.
static void add_label(void *context, const struct template_use *use) {
	struct expansion *expansion = context;
	size_t at = 0;
	if (use->kind != TEMPLATE_USE_LABEL || expansion->label_count == LABELS_MAX)
		return;
	while (at < expansion->label_count && str_compare(expansion->labels[at].name, use->name) < 0)
		at++;
	if (at < expansion->label_count && str_equal(expansion->labels[at].name, use->name))
		return;
	memmove(&expansion->labels[at + 1], &expansion->labels[at], (expansion->label_count - at) * sizeof *expansion->labels);
	expansion->labels[at] = (struct label){ .name = use->name, .value = expansion->label };
	expansion->label_count++;
}

static struct str label_of(struct arena *arena, const struct document *document) {
	if (document->label != NULL)
		return str_of(document->label);
	char *text = arena_alloc(arena, LONG_TEXT);
	memset(text, 'a', LONG_TEXT);
	return str_make(text, LONG_TEXT);
}

// "%!d(float64=1)"; the value is left out, it is not the same in all documents.
static struct str printf_error(struct arena *arena, struct str text, struct str out) {
	ptrdiff_t at = str_find(out, PRINTF_ERROR);
	if (at < 0 || str_find(text, PRINTF_ERROR) >= 0)
		return STR_NONE;
	struct str rest = str_skip(out, (size_t)at);
	struct str shown = str_cut(&rest, '=');
	return arena_format(arena, "printf writes \"%.*s…\" where a verb does not fit what it is given", STR_ARG(shown));
}

// Errors of types and names. Others, such as an index out of range, may depend on what no sample has: external labels, variables.
static bool is_certain(struct str message) {
	static const char *const phrases[] = { "can't evaluate field ", "wrong number of args for ", "\" not defined", "incompatible types for comparison", "wrong type for value",
		"error parsing regexp: " };
	for (size_t i = 0; i < sizeof phrases / sizeof *phrases; i++) {
		if (str_find(message, str_of(phrases[i])) >= 0)
			return true;
	}
	return false;
}

// "template: NAME:1:9: executing "NAME" at <.X>: can't …" without what comes before "at".
static struct str execution_error(struct arena *arena, const char *message) {
	const char *at = strstr(message, " at <");
	return arena_dup_str(arena, str_of(at == NULL ? message : at + 1));
}

// What is wrong with the expansion; empty when nothing is, or when that says nothing about others.
static struct str expand(struct arena *arena, const struct rule_text *text, const struct document *document) {
	struct expansion expansion = { .arena = arena, .document = document, .label = label_of(arena, document) };
	template_each_use(text->template, add_label, &expansion);
	const struct template_env env = {
		.external_url = STR("http://localhost:9090"),
		.query = answer,
		.query_context = &expansion,
		.name = STR("t"),
		.data = template_rule_data(arena, expansion.labels, expansion.label_count, NULL, STR("http://localhost:9090"), document->value),
	};
	autobuf struct buf out = { 0 };
	struct str needed;
	struct error err = { 0 };
	enum template_status status = template_execute(text->template, &env, arena, &out, &needed, &err);
	if (status == TEMPLATE_OK)
		return printf_error(arena, text->text, buf_str(&out));
	return status == TEMPLATE_FAILED && is_certain(str_of(err.text)) ? execution_error(arena, err.text) : STR_NONE;
}

// The X of "at <X>: …".
static struct str operand_of(struct str why) {
	ptrdiff_t end = str_find(why, STR(">: "));
	return str_has_prefix(why, STR("at <")) && end > 0 ? str_skip(str_head(why, (size_t)end), strlen("at <")) : STR_NONE;
}

bool lint_expansion_fails(struct arena *arena, const struct rule_text *text, struct str *why, struct str *where) {
	struct str first = STR_NONE;
	for (size_t i = 0; i < sizeof documents / sizeof *documents; i++) {
		struct str wrong = expand(arena, text, &documents[i]);
		if (wrong.len == 0 || (i > 0 && !str_equal(wrong, first)))
			return false;
		first = wrong;
	}
	*why = first;
	*where = operand_of(first);
	return true;
}
