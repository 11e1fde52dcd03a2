// SPDX-License-Identifier: Apache-2.0
// Any bytes as YAML: reading must end, every node has a place within the file, and so has every byte of every scalar. Read all at once or
// shown item by item, it is refused or accepted alike; a text within a scalar has its places within the file too.
#include "base/buf.h"
#include "base/problems.h"
#include "base/yaml_doc.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { VISITS_MAX = 3000,
	OFFSETS_MAX = 40 };

static void check_position(const struct yaml_doc *doc, struct position at) {
	if (at.line < 1 || at.column < 1 || (size_t)at.line > doc->text.len + 1 || (size_t)at.column > doc->text.len + 1)
		unreachable("a place outside of the file");
}

static void check_scalar(struct yaml_doc *doc, const struct yaml_node *node) {
	int64_t number = 0;
	double real = 0;
	bool flag = false;
	yaml_get_int(node, &number);
	yaml_get_double(node, &real);
	yaml_get_bool(node, &flag);
	if (yaml_is_null(node) && (yaml_get_int(node, &number) || yaml_get_bool(node, &flag)))
		unreachable("nothing that is something");
	struct position middle = yaml_text_at(doc, node, node->text.len / 2);
	for (size_t i = 0; i <= node->text.len && i < OFFSETS_MAX; i++)
		check_position(doc, yaml_text_at(doc, node, i));
	check_position(doc, yaml_text_at(doc, node, node->text.len));
	struct position again = yaml_text_at(doc, node, node->text.len / 2);
	if (again.line != middle.line || again.column != middle.column)
		unreachable("a place that depends on what was asked before");
}

static void check_find(const struct yaml_node *mapping) {
	autobuf struct buf key = { 0 };
	if (mapping->count == 0)
		return;
	buf_append_str(&key, mapping->entries[mapping->count - 1].key->text);
	if (strlen(buf_cstr(&key)) == key.len && yaml_find(mapping, buf_cstr(&key)) == NULL)
		unreachable("a key that is there is found");
}

static void walk(struct yaml_doc *doc, const struct yaml_node *node, int depth, int *visits) {
	if (depth > YAML_DEPTH_MAX)
		unreachable("a tree deeper than promised");
	if (++*visits > VISITS_MAX)
		return;
	check_position(doc, yaml_at(doc, node));
	switch (node->kind) {
	case YAML_SCALAR: check_scalar(doc, node); return;
	case YAML_SEQUENCE:
		for (uint32_t i = 0; i < node->count; i++)
			walk(doc, node->items[i], depth + 1, visits);
		return;
	case YAML_MAPPING:
		check_find(node);
		for (uint32_t i = 0; i < node->count; i++) {
			walk(doc, node->entries[i].key, depth + 1, visits);
			walk(doc, node->entries[i].value, depth + 1, visits);
		}
		return;
	}
}

static void read_text(struct str text, bool all) {
	struct yaml_doc doc;
	struct problems problems = { 0 };
	int visits = 0;
	bool ok = all ? yaml_doc_load_all(&doc, "fuzz.yml", text, &problems) : yaml_doc_load(&doc, "fuzz.yml", text, &problems) != NULL;
	if (all && !ok && problems.errors == 0)
		unreachable("refused without a word");
	for (size_t i = 0; i < doc.root_count; i++)
		walk(&doc, doc.roots[i], 1, &visits);
	for (size_t i = 0; i < problems.count; i++)
		check_position(&doc, problems.items[i].at);
	yaml_doc_finish(&doc);
	problems_finish(&problems);
}

struct shown {
	struct yaml_doc doc;
	struct yaml_doc *file; // the doc whose text bounds places
	int visits;
};

static void walk_shown(void *context, const struct yaml_node *node);

// The text of a scalar as YAML of its own.
static void read_scalar_text(struct shown *outer, const struct yaml_node *scalar) {
	struct shown inner = { .file = outer->file };
	struct problems problems = { 0 };
	const struct yaml_visitor visitor = { .list = "a", .item = walk_shown, .document = walk_shown, .context = &inner };
	yaml_doc_visit_scalar(&inner.doc, &outer->doc, scalar, &visitor, &problems);
	for (size_t i = 0; i < problems.count; i++)
		check_position(inner.file, problems.items[i].at);
	yaml_doc_finish(&inner.doc);
	problems_finish(&problems);
}

static void walk_shown(void *context, const struct yaml_node *node) {
	struct shown *shown = context;
	if (++shown->visits > OFFSETS_MAX)
		return;
	check_position(shown->file, yaml_at(&shown->doc, node));
	check_position(shown->file, yaml_document_at(&shown->doc));
	if (node->kind == YAML_SCALAR && node->text.len > 0 && shown->doc.outer == NULL)
		read_scalar_text(shown, node);
	for (uint32_t i = 0; i < node->count && node->kind != YAML_SCALAR; i++)
		walk_shown(context, node->kind == YAML_SEQUENCE ? node->items[i] : node->entries[i].value);
}

static void show_text(struct str text) {
	struct yaml_doc whole;
	struct shown shown = { .file = &shown.doc };
	struct problems problems = { 0 }, shown_problems = { 0 };
	const struct yaml_visitor visitor = { .list = "a", .item = walk_shown, .document = walk_shown, .context = &shown };
	bool ok = yaml_doc_load_all(&whole, "fuzz.yml", text, &problems);
	if (yaml_doc_visit(&shown.doc, "fuzz.yml", text, &visitor, &shown_problems) != ok || problems.count != shown_problems.count)
		unreachable("a text that is read in two ways");
	yaml_doc_finish(&whole);
	yaml_doc_finish(&shown.doc);
	problems_finish(&problems);
	problems_finish(&shown_problems);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
	struct str text = str_make((const char *)data, size);
	read_text(text, false);
	read_text(text, true);
	show_text(text);
	return 0;
}
