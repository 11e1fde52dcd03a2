// SPDX-License-Identifier: Apache-2.0
// What the template of a rule's label or annotation reads: labels, its value, queries. For linting; pure, any thread.
// What it holds in variables of its own is followed; what is read in templates it defines is not.
#pragma once
#include "template/template.h"

#include <stdint.h>

enum template_use_kind {
	TEMPLATE_USE_LABEL,        // one label of the result: $labels.NAME, .Labels.NAME, index $labels "NAME"
	TEMPLATE_USE_LABELS,       // all of them
	TEMPLATE_USE_VALUE,        // $value, .Value
	TEMPLATE_USE_SAMPLE_VALUE, // the value of a query's sample, by the function `value` or `strvalue`
	TEMPLATE_USE_QUERY,        // query "EXPRESSION"
	TEMPLATE_USE_SHOWN,        // an action shows what changes from one evaluation to the next; the place is where it comes from
};

struct template_use {
	enum template_use_kind kind;
	struct str name;      // of the label; the expression; what is shown ("a value", "the time"); borrowed from the template
	uint32_t start, end;  // bytes of the template's text
	bool is_shown;        // its text goes to the output, perhaps through functions; else it decides, or goes into a variable
	struct str function;  // the first function it is given to, empty when there is none
	struct str following; // the rest of the template's text, after the place where it is shown
	bool is_verbatim;     // of a query: the text from start + 1 is the expression, byte for byte
};

typedef void template_use_visit(void *context, const struct template_use *use);
void template_each_use(const struct template *template, template_use_visit *visit, void *context);
