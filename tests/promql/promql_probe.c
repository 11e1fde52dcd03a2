// SPDX-License-Identifier: Apache-2.0
// Lets scripts ask the parser: reads expressions from stdin, each a digit (the features), the text and a NUL; writes a line of JSON for each.
#include "base/json_write.h"
#include "promql/promql.h"

#include <stdio.h>

static void read_all(struct buf *out) {
	char chunk[1 << 16];
	for (size_t got; (got = fread(chunk, 1, sizeof chunk, stdin)) > 0;)
		buf_append(out, chunk, got);
}

static void write_errors(struct json_writer *json, struct str text, const struct promql_result *result) {
	json_key(json, "errors");
	json_open_array(json);
	for (size_t i = 0; i < result->error_count; i++) {
		autobuf struct buf line = { 0 };
		promql_error_format(&line, text, &result->errors[i]);
		json_string(json, buf_str(&line));
	}
	json_close_array(json);
}

static void probe(struct arena *arena, struct buf *out, struct str text, unsigned features) {
	struct promql_result result = promql_parse(arena, text, features);
	struct json_writer json = { .out = out };
	json_open_object(&json);
	json_key(&json, "ok");
	json_bool(&json, result.root != NULL);
	if (result.root != NULL) {
		autobuf struct buf normal = { 0 };
		promql_format(&normal, result.root);
		json_key(&json, "text");
		json_string(&json, buf_str(&normal));
		json_key(&json, "type");
		json_cstr(&json, promql_type_name(result.type));
	}
	write_errors(&json, text, &result);
	json_close_object(&json);
	buf_append_char(out, '\n');
}

int main(void) {
	autobuf struct buf input = { 0 }, output = { 0 };
	autoarena struct arena arena = { 0 };
	read_all(&input);
	for (struct str rest = buf_str(&input); rest.len > 0;) {
		struct str record = str_cut(&rest, '\0');
		if (record.len == 0)
			continue;
		probe(&arena, &output, str_skip(record, 1), (unsigned)(record.data[0] - '0'));
		arena_reset(&arena);
	}
	fwrite(output.data, 1, output.len, stdout);
	return 0;
}
