// SPDX-License-Identifier: Apache-2.0
// Answers label_property.py and lint_property.py: reads expressions, each followed by a NUL, and writes one line of JSON for each: null where it
// does not parse, else {"branches": […], "findings": [[ID, START, END], …]}; a branch is {"closed": bool, "labels": {"NAME": "maybe|always|never"}}.
#include "base/buf.h"
#include "base/json_write.h"
#include "promql/promql_labels.h"
#include "promql/promql_lint.h"

#include <stdio.h>

static void read_all(struct buf *out) {
	char chunk[65536];
	for (size_t got; (got = fread(chunk, 1, sizeof chunk, stdin)) > 0;)
		buf_append(out, chunk, got);
}

static void write_branch(struct json_writer *json, const struct promql_label_set *branch) {
	static const char *const states[] = { "maybe", "always", "never" };
	json_open_object(json);
	json_key(json, "closed");
	json_bool(json, branch->is_closed);
	json_key(json, "labels");
	json_open_object(json);
	for (uint32_t i = 0; i < branch->count; i++) {
		char name[64];
		snprintf(name, sizeof name, "%.*s", STR_ARG(branch->items[i].name));
		json_key(json, name);
		json_cstr(json, states[branch->items[i].state]);
	}
	json_close_object(json);
	json_close_object(json);
}

static void write_finding(void *context, enum lint_id id, uint32_t start, uint32_t end, struct str text) {
	struct json_writer *json = context;
	(void)text;
	json_open_array(json);
	json_cstr(json, lint_finding(id)->id);
	json_int(json, start);
	json_int(json, end);
	json_close_array(json);
}

static void probe(struct arena *arena, struct buf *out, struct str text) {
	struct promql_result result = promql_parse(arena, text, 0);
	if (result.root == NULL) {
		buf_append_cstr(out, "null\n");
		return;
	}
	struct promql_labels labels = promql_labels_of(arena, result.root);
	struct json_writer json = { .out = out };
	json_open_object(&json);
	json_key(&json, "branches");
	json_open_array(&json);
	for (uint32_t i = 0; i < labels.count; i++)
		write_branch(&json, &labels.branches[i]);
	json_close_array(&json);
	json_key(&json, "findings");
	json_open_array(&json);
	const struct promql_lint_options options = { 0 };
	const struct promql_lint lint = { arena, text, &options, write_finding, &json };
	promql_lint(&lint, result.root);
	json_close_array(&json);
	json_close_object(&json);
	buf_append_char(out, '\n');
}

int main(void) {
	autobuf struct buf input = { 0 }, output = { 0 };
	autoarena struct arena arena = { 0 };
	read_all(&input);
	for (struct str rest = buf_str(&input); rest.len > 0;) {
		struct str text = str_cut(&rest, '\0');
		probe(&arena, &output, text);
		arena_reset(&arena);
	}
	fwrite(output.data, 1, output.len, stdout);
	return 0;
}
