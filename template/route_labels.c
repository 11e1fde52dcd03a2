// SPDX-License-Identifier: Apache-2.0
// routeLabels. See route_labels.h. Source: alertmanager/template/template.go, routeLabelResolver.
#include "template/route_labels.h"

#include "base/buf.h"
#include "template/alert_document.h"
#include "template/template_exec.h"
#include "template/value_query.h"

enum { NEST_MAX = 16 }; // labels that ask for each other

// "a -> b -> a"
static bool fail_cycle(struct template_call *call, struct str name) {
	autobuf struct buf path = { 0 };
	for (size_t i = 0; i < call->exec->route_label_count; i++)
		buf_format(&path, "%.*s -> ", STR_ARG(call->exec->route_labels[i]));
	buf_append_str(&path, name);
	return template_call_fail(call, "route label cycle detected: %s", buf_cstr(&path));
}

bool call_route_labels(struct template_call *call, const struct value *args, size_t count, struct value *out) {
	struct exec *exec = call->exec;
	bool are_rendered = false;
	(void)count;
	const struct value *labels = notification_route_labels(call->env->data, &are_rendered);
	const struct value *raw = labels == NULL ? NULL : map_find(labels, args[0].text);
	*out = raw == NULL ? value_string(STR_NONE) : *raw;
	if (raw == NULL || are_rendered)
		return true;
	for (size_t i = 0; i < exec->route_label_count; i++)
		if (str_equal(exec->route_labels[i], args[0].text))
			return fail_cycle(call, args[0].text);
	if (exec->route_label_count == NEST_MAX)
		return template_call_fail(call, "route labels nested deeper than %d", NEST_MAX);
	struct str *names = ARENA_NEW_ARRAY(call->arena, struct str, exec->route_label_count + 1);
	for (size_t i = 0; i < exec->route_label_count; i++)
		names[i] = exec->route_labels[i];
	names[exec->route_label_count] = args[0].text;
	autobuf struct buf text = { 0 };
	if (!exec_text(call, raw->text, names, exec->route_label_count + 1, &text))
		return false;
	*out = value_string(arena_dup_str(call->arena, buf_str(&text)));
	return true;
}
