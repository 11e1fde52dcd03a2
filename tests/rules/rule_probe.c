// SPDX-License-Identifier: Apache-2.0
// Lets scripts ask whether rule files are accepted: reads the files named, writes a line of JSON for each.
#include "base/buf.h"
#include "base/json_write.h"
#include "rules/rules.h"

#include <stdio.h>

static void probe(struct buf *out, char *path) {
	struct fs_paths files = { 0 };
	struct problems problems = { 0 };
	const struct rule_options options = { .default_interval = MINUTES(1) };
	array_append(&files, path);
	struct rule_set *set = rule_set_load(&files, &options, &problems);
	struct json_writer json = { .out = out };
	json_open_object(&json);
	json_key(&json, "rules");
	json_int(&json, set == NULL ? -1 : (int64_t)set->rule_count);
	json_key(&json, "problems");
	json_open_array(&json);
	for (size_t i = 0; i < problems.count; i++)
		json_string(&json, problems.items[i].text);
	json_close_array(&json);
	json_close_object(&json);
	buf_append_char(out, '\n');
	rule_set_unref(set);
	problems_finish(&problems);
	array_finish(&files);
}

int main(int argc, char **argv) {
	autobuf struct buf out = { 0 };
	for (int i = 1; i < argc; i++)
		probe(&out, argv[i]);
	fputs(buf_cstr(&out), stdout);
	return 0;
}
