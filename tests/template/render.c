// SPDX-License-Identifier: Apache-2.0
// For go_diff.py: reads a JSON list of {"mode", "functions", "text", "data"} and writes one of {"ok", "out"}. Functions are the notifications' or "rule".
#include "base/array.h"
#include "base/buf.h"
#include "base/json_read.h"
#include "base/json_write.h"
#include "template/template.h"
#include "template/value.h"

#include <stdio.h>

static struct str member(const struct value *map, const char *name) {
	for (size_t i = 0; i < map->pair_count; i++)
		if (str_equal_cstr(map->pairs[i].key, name))
			return map->pairs[i].value.text;
	return STR_NONE;
}

static const struct value *document(const struct value *map) {
	for (size_t i = 0; i < map->pair_count; i++)
		if (str_equal_cstr(map->pairs[i].key, "data"))
			return &map->pairs[i].value;
	return NULL;
}

static const struct label up_labels[] = { { { "__name__", 8 }, { "up", 2 } }, { { "a", 1 }, { "b&c", 3 } } };
static const struct template_sample up_samples[] = { { up_labels, 2, 1 }, { up_labels, 1, 0.5 } };

// Every expression but "up" has no results.
static bool answer(void *context, struct str expr, struct template_vector *out, struct error *err) {
	(void)context, (void)err;
	*out = (struct template_vector){ up_samples, str_equal(expr, STR("up")) ? 2 : 0 };
	return true;
}

static void render(const struct value *test, struct json_writer *writer) {
	autoarena struct arena arena = { 0 };
	autobuf struct buf out = { 0 };
	struct error err = { 0 };
	bool is_html = str_equal_cstr(member(test, "mode"), "html");
	bool is_rule = str_equal_cstr(member(test, "functions"), "rule");
	const struct template_env env = { .now = INT64_C(1700000000000), .external_url = STR("http://localhost:9090"), .query = answer, .data = document(test) };
	struct template_set *set = template_set_create(is_rule ? TEMPLATE_RULE : TEMPLATE_NOTIFICATION, is_html ? TEMPLATE_HTML : TEMPLATE_TEXT);
	struct template *template = template_compile(set, STR(""), member(test, "text"), &err);
	bool ok = template != NULL && template_execute(template, &env, &arena, &out, NULL, &err) == TEMPLATE_OK;
	json_open_object(writer);
	json_key(writer, "ok");
	json_bool(writer, ok);
	json_key(writer, "out");
	json_string(writer, ok ? buf_str(&out) : str_of(err.text));
	json_close_object(writer);
	template_destroy(template);
	template_set_destroy(set);
}

int main(void) {
	autoarena struct arena arena = { 0 };
	autobuf struct buf in = { 0 }, out = { 0 };
	struct json_writer writer = { .out = &out };
	struct error err = { 0 };
	struct value tests;
	char block[4096];
	for (size_t got; (got = fread(block, 1, sizeof block, stdin)) > 0;)
		buf_append(&in, block, got);
	if (!value_from_json(&arena, buf_str(&in), &tests, &err)) {
		fprintf(stderr, "%s\n", err.text);
		return 1;
	}
	json_open_array(&writer);
	for (size_t i = 0; i < tests.count; i++)
		render(&tests.items[i], &writer);
	json_close_array(&writer);
	puts(buf_cstr(&out));
	return 0;
}
