// SPDX-License-Identifier: Apache-2.0
// What `template render` renders and asks: a document and the answers of queries, from files. Private to cli/.
#pragma once
#include "template/template.h"

// The answers of --query: {"EXPR": [{"labels": {…}, "value": 1}, …]}; a value is a number or its text ("NaN", "+Inf").
struct template_answers {
	const char *file; // NULL: none was given
	struct template_answer {
		struct str expr;
		struct template_vector vector;
	} * items; // in the arena
	size_t count;
};

// Sets env->data to the document at `path`, in the arena; NULL: an example, for notifications the two alerts amtool has, around env->now. An object with a
// notification's shape becomes a template.Data, one with a rule's members its data (env->external_url where it has none).
MUST_CHECK bool template_data_load(struct arena *arena, enum template_functions functions, const char *path, struct template_env *env, struct error *err);
MUST_CHECK bool template_answers_load(struct arena *arena, const char *path, struct template_answers *out, struct error *err);
// A template_query: `context` is a struct template_answers.
bool template_answers_find(void *context, struct str expr, struct template_vector *out, struct error *err);
