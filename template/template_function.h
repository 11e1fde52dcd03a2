// SPDX-License-Identifier: Apache-2.0
// The function tables of templates and how a table is found. Private to the folder.
#pragma once
#include "template/template.h"
#include "template/value.h"

// What a result depends on besides the arguments (LAW 8), and how the executor treats the function.
enum callable_flags {
	CALL_VOLATILE = 1 << 0, // the time, or a query
	CALL_QUERY = 1 << 1,    // asks the datasource
	CALL_AND = 1 << 2,      // short-circuits
	CALL_OR = 1 << 3,
	CALL_HTML_ONLY = 1 << 4,    // exists in HTML mode only
	CALL_HTML_ESCAPER = 1 << 5, // html, urlquery and the like: HTML mode does not escape twice
	CALL_URL_ESCAPER = 1 << 6,
};

// Any value, with what reflection knows of it (nil interfaces, no value): reflect.Value.
extern const struct value_type type_reflect;

// Tables end with a row without a name; they are looked through in order.
struct function_table {
	const struct template_callable *tables[5];
	bool is_html;
};

extern const struct template_callable functions_builtin[];      // of Go's text/template
extern const struct template_callable functions_text[];         // of both function sets
extern const struct template_callable functions_rule[];         // of Prometheus
extern const struct template_callable functions_notification[]; // of Alertmanager
extern const struct template_callable functions_alert_source[]; // of vmalert, for links of alerts
extern const struct template_callable callable_eval_args;       // of no table: texts cannot name it

const struct function_table *function_table_get(enum template_functions functions, enum template_mode mode);
const struct template_callable *callable_find(const struct function_table *table, struct str name); // NULL: no such function
