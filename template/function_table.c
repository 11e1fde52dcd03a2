// SPDX-License-Identifier: Apache-2.0
// Which functions a template may use. See template_function.h.
#include "template/template_function.h"

static const struct function_table table_rule = { .tables = { functions_rule, functions_text, functions_builtin } };
static const struct function_table table_rule_html = { .tables = { functions_rule, functions_text, functions_builtin }, .is_html = true };
static const struct function_table table_notification = { .tables = { functions_notification, functions_text, functions_builtin } };
static const struct function_table table_alert_source = { .tables = { functions_alert_source, functions_rule, functions_text, functions_builtin } };

const struct function_table *function_table_get(enum template_functions functions, enum template_mode mode) {
	if (functions == TEMPLATE_ALERT_SOURCE)
		return &table_alert_source;
	if (functions == TEMPLATE_NOTIFICATION)
		return &table_notification;
	return mode == TEMPLATE_HTML ? &table_rule_html : &table_rule;
}

const struct template_callable *callable_find(const struct function_table *table, struct str name) {
	for (size_t i = 0; table->tables[i] != NULL; i++)
		for (const struct template_callable *row = table->tables[i]; row->name != NULL; row++)
			if (str_equal_cstr(name, row->name) && (table->is_html || !(row->flags & CALL_HTML_ONLY)))
				return row;
	return NULL;
}
