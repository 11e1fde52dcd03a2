// SPDX-License-Identifier: Apache-2.0
// A rule with the setup it came from. See rule_context.h.
#include "evaluator/rule_context.h"

#include "base/buf.h"
#include "base/mem.h"
#include "evaluator/alert_source.h"

// With a template, the link of an alert that has nothing: where its template says nothing of the alert, that is the link of all.
static struct alert_origin *make_origin(const struct evaluation_setup *setup, const struct rule *rule) {
	autobuf struct buf url = { 0 };
	struct error ignored;
	const struct labels *nothing = labels_empty();
	alert_source_link(&url, setup, rule, &(struct alert_facts){ .labels = nothing }, &ignored);
	labels_unref(nothing);
	return alert_origin_create(rule->key, buf_str(&url));
}

static const struct labels *make_constant_annotations(const struct rule *rule) {
	if (rule->annotation_class != TEMPLATE_CONSTANT)
		return NULL;
	struct label *items = mem_alloc(rule->annotation_count * sizeof *items);
	for (size_t i = 0; i < rule->annotation_count; i++)
		items[i] = (struct label){ .name = rule->annotations[i]->name, .value = rule->annotations[i]->text };
	const struct labels *annotations = labels_from_sorted(items, rule->annotation_count);
	free(items);
	return annotations;
}

struct rule_context *rule_context_create(struct evaluation_setup *setup, const struct rule *rule) {
	struct rule_context *context = MEM_NEW(struct rule_context);
	ref_init(&context->ref);
	context->setup = evaluation_setup_ref(setup);
	context->rule = rule;
	if (rule->kind == RULE_ALERTING) {
		context->origin = make_origin(setup, rule);
		context->annotations = make_constant_annotations(rule);
	}
	return context;
}

struct rule_context *rule_context_ref(struct rule_context *context) {
	ref_take(&context->ref);
	return context;
}

void rule_context_unref(struct rule_context *context) {
	if (context == NULL || !ref_drop(&context->ref))
		return;
	labels_unref(context->annotations);
	evaluation_setup_unref(context->setup);
	alert_origin_unref(context->origin);
	free(context);
}
