// SPDX-License-Identifier: Apache-2.0
// Holds relabelling against answers of Prometheus: a file of lines {"rules": […], "labels": {…}, "result": {…}|null} (null: dropped) or
// {"rules": […], "error": "…"}. Says which lines differ.
#include "base/fs.h"
#include "base/json_read.h"
#include "base/buf.h"
#include "model/labels.h"
#include "model/relabel.h"

#include <stdio.h>

enum { FILE_MAX = 256 << 20,
	RULES_MAX = 16,
	SOURCES_MAX = 8 };

struct golden_case {
	struct relabel_config rules[RULES_MAX];
	struct str sources[RULES_MAX][SOURCES_MAX];
	size_t rule_count;
	const struct labels *labels, *result; // result NULL: dropped
	struct str error;
	bool has_error;
};

static bool read_sources(struct json_reader *reader, struct relabel_config *rule, struct str *sources) {
	rule->has_source_labels = true;
	rule->source_labels = sources;
	if (!json_read_array_begin(reader))
		return false;
	while (json_read_array_next(reader) && rule->source_label_count < SOURCES_MAX)
		if (!json_read_string(reader, &sources[rule->source_label_count++]))
			return false;
	return !reader->failed;
}

static bool read_member(struct json_reader *reader, struct relabel_config *rule, struct str *sources, struct str name) {
	struct str text;
	if (str_equal_cstr(name, "source_labels"))
		return read_sources(reader, rule, sources);
	if (str_equal_cstr(name, "modulus")) {
		int64_t modulus = 0;
		bool ok = json_read_int(reader, &modulus);
		rule->modulus = (uint64_t)modulus;
		return ok;
	}
	if (!json_read_string(reader, &text))
		return false;
	if (str_equal_cstr(name, "action"))
		return relabel_action_parse(text, &rule->action) || json_read_fail(reader, "unknown action");
	if (str_equal_cstr(name, "regex"))
		rule->has_regex = true;
	*(str_equal_cstr(name, "regex")               ? &rule->regex
	        : str_equal_cstr(name, "separator")   ? &rule->separator
	        : str_equal_cstr(name, "replacement") ? &rule->replacement
	                                              : &rule->target_label) = text;
	return true;
}

static bool read_rules(struct json_reader *reader, struct golden_case *one) {
	struct str name;
	if (!json_read_array_begin(reader))
		return false;
	while (json_read_array_next(reader) && one->rule_count < RULES_MAX) {
		struct relabel_config *rule = &one->rules[one->rule_count];
		*rule = RELABEL_CONFIG_DEFAULT;
		if (!json_read_object_begin(reader))
			return false;
		while (json_read_object_next(reader, &name))
			if (!read_member(reader, rule, one->sources[one->rule_count], name))
				return false;
		one->rule_count++;
	}
	return !reader->failed;
}

static bool read_case(struct json_reader *reader, struct golden_case *one) {
	struct str name;
	if (!json_read_object_begin(reader))
		return false;
	while (json_read_object_next(reader, &name)) {
		bool ok;
		if (str_equal_cstr(name, "rules"))
			ok = read_rules(reader, one);
		else if (str_equal_cstr(name, "labels"))
			ok = (one->labels = labels_read(reader)) != NULL;
		else if (str_equal_cstr(name, "error"))
			ok = one->has_error = json_read_string(reader, &one->error);
		else
			ok = json_read_peek(reader) == JSON_NULL ? json_read_null(reader) : (one->result = labels_read(reader)) != NULL;
		if (!ok)
			return false;
	}
	return json_read_end(reader);
}

static bool judge_labels(const struct golden_case *one, const struct relabel *relabel, struct buf *why) {
	struct error err = { 0 };
	const struct labels *out = NULL;
	enum relabel_result result = relabel_apply(relabel, one->labels, &out, &err);
	if (result == RELABEL_KEPT)
		labels_to_json(why, out);
	else
		buf_append_cstr(why, result == RELABEL_FAILED ? err.text : "dropped");
	bool is_equal = out == NULL || one->result == NULL ? result == RELABEL_DROPPED && one->result == NULL : labels_equal(out, one->result);
	bool is_shared = out == NULL || !labels_equal(out, one->labels) || out == one->labels;
	if (is_equal && !is_shared)
		buf_append_cstr(why, " is a copy of what came in");
	labels_unref(out);
	return is_equal && is_shared;
}

static bool judge(const struct golden_case *one, struct buf *why) {
	struct error err = { 0 };
	struct relabel *relabel = relabel_create(&(struct relabel_configs){ one->rules, one->rule_count }, &err);
	if (relabel == NULL)
		buf_append_cstr(why, err.text);
	else if (one->has_error)
		buf_append_cstr(why, "no error");
	bool ok = relabel == NULL ? one->has_error && str_equal_cstr(one->error, err.text) : !one->has_error && judge_labels(one, relabel, why);
	relabel_destroy(relabel);
	return ok;
}

static bool judge_line(struct str line) {
	autoarena struct arena arena = { 0 };
	autobuf struct buf why = { 0 };
	struct golden_case one = { 0 };
	struct json_reader reader;
	json_read_init(&reader, &arena, line);
	bool ok = read_case(&reader, &one);
	if (!ok)
		buf_append_cstr(&why, reader.error.text);
	ok = ok && judge(&one, &why);
	if (!ok)
		printf("%.*s\n  here: %s\n", STR_ARG(line), buf_cstr(&why));
	labels_unref(one.labels);
	labels_unref(one.result);
	return ok;
}

int main(int argc, char **argv) {
	autobuf struct buf text = { 0 };
	struct error err;
	size_t count = 0, wrong = 0;
	if (argc != 2 || !fs_read_file(argv[1], FILE_MAX, &text, &err))
		return 2;
	for (struct str rest = buf_str(&text); rest.len > 0;) {
		count++;
		wrong += !judge_line(str_cut(&rest, '\n'));
	}
	printf("%zu cases, %zu differ\n", count, wrong);
	return wrong > 0 || count == 0;
}
