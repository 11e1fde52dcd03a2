// SPDX-License-Identifier: Apache-2.0
// Defaults of the clients' flags, from amtool's files: $HOME/.config/amtool/config.yml, then /etc/amtool/config.yml.
// Source: alertmanager cli/config.
#include "base/array.h"
#include "base/buf.h"
#include "base/fs.h"
#include "base/problems.h"
#include "base/yaml_table.h"
#include "cli/command.h"
#include "model/limits.h"

#include <stdio.h>
#include <string.h>

struct client_defaults {
	bool is_read;
	struct arena arena;
	ARRAY_OF(struct yaml_string_pair); // what was read first stands before
};

static struct client_defaults defaults;

static struct str flag_of(struct str key) {
	return str_equal(key, STR("comment_required")) ? STR("require-comment") : key; // as it was called once
}

static void take_map(struct yaml_reader *reader, const struct yaml_node *root) {
	struct yaml_string_map map = { 0 };
	if (root == NULL || !yaml_read_string_map(reader, "the file", root, &map))
		return;
	for (size_t i = 0; i < map.count; i++) {
		map.items[i].name = flag_of(map.items[i].name);
		map.items[i].value.data = arena_cstr(&defaults.arena, map.items[i].value);
		array_append(&defaults, map.items[i]);
	}
}

static void read_file(const char *path) {
	autobuf struct buf text = { 0 }, complaint = { 0 };
	struct problems problems = { 0 };
	struct error err = { 0 };
	struct yaml_doc doc;
	if (!fs_read_file(path, LIMIT_CONFIG_BYTES, &text, &err))
		return; // most have none
	struct yaml_node *root = yaml_doc_load(&doc, path, buf_str(&text), &problems);
	take_map(&(struct yaml_reader){ .doc = &doc, .arena = &defaults.arena, .problems = &problems }, root);
	yaml_doc_finish(&doc);
	problems_format(&complaint, &problems);
	fputs(buf_cstr(&complaint), stderr);
	problems_finish(&problems);
}

static void read_files(void) {
	const char *home = getenv("HOME");
	autobuf struct buf path = { 0 };
	defaults.is_read = true;
	if (home != NULL && *home != '\0') {
		buf_format(&path, "%s/.config/amtool/config.yml", home);
		read_file(buf_cstr(&path));
	}
	read_file("/etc/amtool/config.yml");
}

const char *client_default(const char *flag) {
	if (!defaults.is_read)
		read_files();
	for (size_t i = 0; i < defaults.count; i++)
		if (str_equal_cstr(defaults.items[i].name, flag))
			return defaults.items[i].value.data;
	return NULL;
}
