// SPDX-License-Identifier: Apache-2.0
// Files of receivers that are read on use: a secret that is not there is found out by the first notification otherwise.
#include "base/buf.h"
#include "daemon/config_read.h"

#include <errno.h>
#include <unistd.h>

struct search {
	struct config_reader *reader;
	bool is_beside; // paths are seen from the directory of the configuration, as those of HTTP and TLS
};

// One that may not be read by whoever checks may be read by the server.
static void look_for(const struct search *search, struct str key, const struct yaml_node *path) {
	struct yaml_reader *yaml = &search->reader->yaml;
	if (path->kind != YAML_SCALAR || yaml_is_null(path) || path->text.len == 0)
		return;
	autofree char *file = search->is_beside ? fs_join_beside(yaml->doc->file, path->text.data) : mem_dup_cstr(path->text.data);
	if (access(file, F_OK) != 0 && (errno == ENOENT || errno == ENOTDIR))
		problem_warning(yaml->problems, yaml_reader_at(yaml, path), "\"%.*s\": there is no file \"%s\" now", STR_ARG(key), file);
}

static void look_below(struct search search, const struct yaml_node *node);

static void look_at(struct search search, struct str key, const struct yaml_node *value) {
	search.is_beside |= str_has_suffix(key, STR("http_config")) || str_has_suffix(key, STR("tls_config"));
	if (str_has_suffix(key, STR("_file")))
		look_for(&search, key, value);
	else if (search.is_beside && str_equal(key, STR("files")) && value->kind == YAML_SEQUENCE) // of http_headers
		for (uint32_t i = 0; i < value->count; i++)
			look_for(&search, key, value->items[i]);
	else
		look_below(search, value);
}

// Depth is bounded by that of the document.
static void look_below(struct search search, const struct yaml_node *node) {
	for (uint32_t i = 0; node->kind == YAML_SEQUENCE && i < node->count; i++)
		look_below(search, node->items[i]);
	for (uint32_t i = 0; node->kind == YAML_MAPPING && i < node->count; i++)
		look_at(search, node->entries[i].key->text, node->entries[i].value);
}

void used_files_check(struct config_reader *reader, const struct yaml_node *root) {
	static const char *const parts[] = { "global", "receivers" };
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
		const struct yaml_node *part = yaml_find(root, parts[i]);
		if (part != NULL)
			look_below((struct search){ .reader = reader }, part);
	}
}
