// SPDX-License-Identifier: Apache-2.0
// From libyaml's events to the tree. Anchors are resolved here by sharing nodes; what a walk over shared nodes would cost is counted
// while reading, so that no later walk can explode. See yaml_doc.h; places inside scalars: yaml_position.c.
#include "base/yaml_doc.h"

#include "base/array.h"
#include "base/problems.h"

#include <yaml.h>

enum { ANCHORS_MAX = 10000,
	ANCHOR_BUCKETS = 1024,
	QUADRATIC_KEYS = 64 };

#define BINARY_TAG "tag:yaml.org,2002:binary"
#define BYTE_ORDER_MARK STR("\xEF\xBB\xBF")
#define MERGE_TAG "tag:yaml.org,2002:merge"

struct anchor {
	const char *name;
	struct yaml_node *node;
	uint64_t cost; // nodes that a walk over it visits
	bool open;     // its content is still being read
	size_t older;  // 1 + index of the previous anchor in the bucket, 0 ends
};

struct loader {
	yaml_parser_t parser;
	struct yaml_doc *doc;
	struct problems *problems;
	ARRAY_OF(struct yaml_entry)
	stack; // children of the open collections
	struct {
		ARRAY_OF(struct anchor);
	} anchors;
	size_t buckets[ANCHOR_BUCKETS];     // 1 + index of the newest anchor
	uint64_t walked;                    // nodes a walk visits so far
	uint32_t alias_line, alias_column;  // of the child read last, as in struct yaml_entry
	const struct yaml_visitor *visitor; // NULL: documents are kept
};

static struct position mark_at(struct loader *loader, yaml_mark_t mark) {
	struct yaml_node node = { .line = (uint32_t)mark.line, .column = (uint32_t)mark.column };
	return yaml_at(loader->doc, &node);
}

static struct yaml_node *refuse(struct loader *loader, yaml_mark_t mark, const char *text) {
	problem_error(loader->problems, mark_at(loader, mark), "%s", text);
	return NULL;
}

static struct position offset_at(const struct loader *loader, size_t offset) {
	size_t start = str_has_prefix(loader->doc->text, BYTE_ORDER_MARK) ? BYTE_ORDER_MARK.len : 0; // the parser does not see it
	return yaml_offset_at(loader->doc, start + offset);
}

// What libyaml says in words of its grammar, in words of who wrote the file.
static const char *problem_text(const yaml_parser_t *parser) {
	if (parser->problem == NULL)
		return "unreadable";
	if (strcmp(parser->problem, "did not find expected <document start>") == 0)
		return "the document ends before this line, which is no part of it; check the indentation, or begin another document with ---";
	if (strcmp(parser->problem, "found invalid Unicode character escape code") == 0)
		return "no such character; JSON's surrogate pairs are not YAML: write the character itself, or \\U and eight digits";
	return parser->problem;
}

static void report_syntax(struct loader *loader) {
	const yaml_parser_t *parser = &loader->parser;
	const char *problem = problem_text(parser);
	if (parser->error == YAML_READER_ERROR) // has no mark, only a byte offset
		problem_error(loader->problems, offset_at(loader, parser->problem_offset), "yaml: %s", problem);
	else if (parser->context != NULL)
		problem_error(loader->problems, mark_at(loader, parser->problem_mark), "yaml: %s, %s", problem, parser->context);
	else
		problem_error(loader->problems, mark_at(loader, parser->problem_mark), "yaml: %s", problem);
}

static bool next_event(struct loader *loader, yaml_event_t *event) {
	if (yaml_parser_parse(&loader->parser, event))
		return true;
	report_syntax(loader);
	return false;
}

static size_t anchor_bucket(const char *name) {
	size_t hash = 5381;
	for (; *name != '\0'; name++)
		hash = hash * 33 + (unsigned char)*name;
	return hash % ANCHOR_BUCKETS;
}

static struct anchor *anchor_find(struct loader *loader, const char *name) {
	for (size_t i = loader->buckets[anchor_bucket(name)]; i != 0; i = loader->anchors.items[i - 1].older) {
		if (strcmp(loader->anchors.items[i - 1].name, name) == 0)
			return &loader->anchors.items[i - 1];
	}
	return NULL;
}

// Returns 1 + its index, or 0 when the node has no anchor.
static size_t anchor_open(struct loader *loader, const yaml_char_t *name, struct yaml_node *node) {
	if (name == NULL || loader->anchors.count >= ANCHORS_MAX)
		return 0;
	size_t *bucket = &loader->buckets[anchor_bucket((const char *)name)];
	array_append(&loader->anchors, ((struct anchor){
	                                   .name = arena_cstr(&loader->doc->arena, str_of((const char *)name)),
	                                   .node = node,
	                                   .open = true,
	                                   .older = *bucket,
	                               }));
	return *bucket = loader->anchors.count;
}

static void anchor_close(struct loader *loader, size_t anchor, uint64_t walked_before) {
	if (anchor == 0)
		return;
	loader->anchors.items[anchor - 1].open = false;
	loader->anchors.items[anchor - 1].cost = loader->walked - walked_before;
}

static struct yaml_node *follow_alias(struct loader *loader, const yaml_event_t *event, int depth) {
	const char *name = (const char *)event->data.alias.anchor;
	const struct anchor *anchor = anchor_find(loader, name);
	struct position at = mark_at(loader, event->start_mark);
	if (anchor == NULL) {
		if (problems_hides(loader->problems, at.file))
			problem_error(loader->problems, at, "yaml: unknown anchor"); // a password that begins with an asterisk looks like one
		else
			problem_error(loader->problems, at, "yaml: unknown anchor \"%s\"", name);
		return NULL;
	}
	if (anchor->open) {
		problem_error(loader->problems, at, "yaml: anchor \"%s\" contains itself", name);
		return NULL;
	}
	if (depth + anchor->node->height > YAML_DEPTH_MAX + 1)
		return refuse(loader, event->start_mark, "yaml: nested too deeply");
	loader->doc->has_aliases = true;
	loader->walked += anchor->cost;
	if (loader->walked > YAML_NODES_MAX)
		return refuse(loader, event->start_mark, "yaml: too many nodes; aliases count each time");
	return anchor->node;
}

static const char *keep_tag(struct loader *loader, const yaml_char_t *tag) {
	if (tag == NULL || strcmp((const char *)tag, "!") == 0)
		return NULL;
	return arena_cstr(&loader->doc->arena, str_of((const char *)tag));
}

static struct yaml_node *node_create(struct loader *loader, enum yaml_kind kind, const yaml_event_t *event, const yaml_char_t *tag) {
	if (++loader->walked > YAML_NODES_MAX)
		return refuse(loader, event->start_mark, "yaml: too many nodes");
	struct yaml_node *node = ARENA_NEW(&loader->doc->arena, struct yaml_node);
	node->kind = kind;
	node->height = 1;
	node->line = (uint32_t)event->start_mark.line;
	node->column = (uint32_t)event->start_mark.column;
	node->tag = keep_tag(loader, tag);
	return node;
}

static int base64_digit(char c) {
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const char *found = c == '\0' ? NULL : strchr(digits, c);
	return found == NULL ? -1 : (int)(found - digits);
}

// Decodes in place (the result is shorter); white space is skipped.
static bool decode_binary(char *data, size_t *len) {
	uint32_t bits = 0;
	size_t digits = 0, padding = 0, out = 0;
	for (size_t i = 0; i < *len; i++) {
		if (strchr(" \t\n", data[i]) != NULL && data[i] != '\0')
			continue;
		if (data[i] == '=') {
			padding++;
			continue;
		}
		int digit = base64_digit(data[i]);
		if (digit < 0 || padding > 0)
			return false;
		bits = bits << 6 | (uint32_t)digit;
		if (digits++ % 4 != 0)
			data[out++] = (char)(bits >> (6 - 2 * ((digits - 1) % 4)));
	}
	*len = out;
	data[out] = '\0';
	return (digits + padding) % 4 == 0 && padding <= 2;
}

static enum yaml_style style_of(yaml_scalar_style_t style) {
	switch (style) {
	case YAML_SINGLE_QUOTED_SCALAR_STYLE: return YAML_SINGLE_QUOTED;
	case YAML_DOUBLE_QUOTED_SCALAR_STYLE: return YAML_DOUBLE_QUOTED;
	case YAML_LITERAL_SCALAR_STYLE: return YAML_LITERAL;
	case YAML_FOLDED_SCALAR_STYLE: return YAML_FOLDED;
	case YAML_ANY_SCALAR_STYLE:
	case YAML_PLAIN_SCALAR_STYLE: return YAML_PLAIN;
	}
	return YAML_PLAIN;
}

static struct yaml_node *read_scalar(struct loader *loader, const yaml_event_t *event) {
	struct yaml_node *node = node_create(loader, YAML_SCALAR, event, event->data.scalar.tag);
	if (node == NULL)
		return NULL;
	size_t len = event->data.scalar.length;
	char *text = arena_cstr(&loader->doc->arena, str_make((const char *)event->data.scalar.value, len));
	if (node->tag != NULL && strcmp(node->tag, BINARY_TAG) == 0 && !decode_binary(text, &len))
		return refuse(loader, event->start_mark, "yaml: !!binary value contains invalid base64 data");
	node->style = style_of(event->data.scalar.style);
	node->text = str_make(text, len);
	anchor_close(loader, anchor_open(loader, event->data.scalar.anchor, node), loader->walked - 1);
	return node;
}

static void grow_height(struct yaml_node *node, const struct yaml_node *child) {
	if (child->height >= node->height)
		node->height = (uint8_t)(child->height + 1);
}

static struct yaml_node *read_node(struct loader *loader, const yaml_event_t *event, int depth);

static void note_alias(struct loader *loader, const yaml_event_t *event) {
	bool is_alias = event->type == YAML_ALIAS_EVENT;
	loader->alias_line = is_alias ? (uint32_t)event->start_mark.line + 1 : 0;
	loader->alias_column = is_alias ? (uint32_t)event->start_mark.column : 0;
}

// Reads one more child. NULL: the collection ended (*done), or a problem was reported.
static struct yaml_node *read_child(struct loader *loader, yaml_event_type_t end, int depth, bool *done) {
	yaml_event_t event;
	if (!next_event(loader, &event))
		return NULL;
	*done = event.type == end;
	struct yaml_node *child = *done ? NULL : read_node(loader, &event, depth);
	note_alias(loader, &event);
	yaml_event_delete(&event);
	return child;
}

static struct yaml_node *read_sequence(struct loader *loader, const yaml_event_t *start, int depth) {
	uint64_t walked_before = loader->walked;
	struct yaml_node *node = node_create(loader, YAML_SEQUENCE, start, start->data.sequence_start.tag);
	if (node == NULL)
		return NULL;
	size_t anchor = anchor_open(loader, start->data.sequence_start.anchor, node), base = loader->stack.count;
	bool done = false;
	for (;;) {
		struct yaml_node *child = read_child(loader, YAML_SEQUENCE_END_EVENT, depth + 1, &done);
		if (child == NULL)
			break;
		grow_height(node, child);
		array_append(&loader->stack, ((struct yaml_entry){ .value = child }));
	}
	if (!done)
		return NULL;
	node->count = (uint32_t)(loader->stack.count - base);
	node->items = ARENA_NEW_ARRAY(&loader->doc->arena, struct yaml_node *, node->count);
	for (size_t i = 0; i < node->count; i++)
		node->items[i] = loader->stack.items[base + i].value;
	loader->stack.count = base;
	anchor_close(loader, anchor, walked_before);
	return node;
}

static void report_duplicate(struct loader *loader, const struct yaml_node *first, const struct yaml_node *again) {
	struct position at = yaml_at(loader->doc, again), defined = yaml_at(loader->doc, first);
	if (problems_hides(loader->problems, at.file))
		problem_error(loader->problems, at, "mapping key already defined at line %d", defined.line); // {hunter2, hunter2} has keys too
	else
		problem_error(loader->problems, at, "mapping key \"%.*s\" already defined at line %d", STR_ARG(again->text), defined.line);
}

// An entry met again: one of the mapping's own is a mistake, a merged one is merely overridden. Marks it by a NULL value.
static void drop_entry(struct loader *loader, const struct yaml_entry *first, struct yaml_entry *again, bool own) {
	if (own)
		report_duplicate(loader, first->key, again->key);
	again->value = NULL;
}

static void drop_repeated_few(struct loader *loader, struct yaml_entry *entries, size_t count, size_t own) {
	for (size_t i = 1; i < count; i++) {
		size_t j = 0;
		while (j < i && !str_equal(entries[j].key->text, entries[i].key->text))
			j++;
		if (j < i)
			drop_entry(loader, &entries[j], &entries[i], i < own);
	}
}

static int compare_entry_pointers(const void *left, const void *right) {
	const struct yaml_entry *a = *(struct yaml_entry *const *)left, *b = *(struct yaml_entry *const *)right;
	int order = str_compare(a->key->text, b->key->text);
	return order != 0 ? order : (a > b) - (a < b);
}

static void drop_repeated_many(struct loader *loader, struct yaml_entry *entries, size_t count, size_t own) {
	struct yaml_entry **sorted = mem_realloc_array(NULL, count, sizeof *sorted);
	for (size_t i = 0; i < count; i++)
		sorted[i] = &entries[i];
	qsort(sorted, count, sizeof *sorted, compare_entry_pointers);
	for (size_t i = 1, first = 0; i < count; i++) {
		if (str_equal(sorted[first]->key->text, sorted[i]->key->text))
			drop_entry(loader, sorted[first], sorted[i], sorted[i] < entries + own);
		else
			first = i;
	}
	free(sorted);
}

static bool is_merge_key(const struct yaml_node *key) {
	if (!str_equal_cstr(key->text, "<<"))
		return false;
	return key->tag == NULL ? key->style == YAML_PLAIN : strcmp(key->tag, MERGE_TAG) == 0;
}

static bool push_merged(struct loader *loader, const struct yaml_node *from) {
	if (from->kind != YAML_MAPPING) {
		problem_error(loader->problems, yaml_at(loader->doc, from), "yaml: map merge requires map or sequence of maps as the value");
		return false;
	}
	for (size_t i = 0; i < from->count; i++)
		array_append(&loader->stack, from->entries[i]);
	return true;
}

// Appends the entries that `<<` brings in, the first mapping's first. The merge key itself goes.
static bool merge_entries(struct loader *loader, size_t base) {
	size_t own = loader->stack.count;
	for (size_t i = base; i < own; i++) {
		struct yaml_entry entry = loader->stack.items[i];
		if (entry.value == NULL || !is_merge_key(entry.key))
			continue;
		loader->stack.items[i].value = NULL;
		const struct yaml_node *from = entry.value;
		bool is_list = from->kind == YAML_SEQUENCE;
		for (size_t k = 0; k < (is_list ? from->count : 1); k++) {
			if (!push_merged(loader, is_list ? from->items[k] : from))
				return false;
		}
	}
	return true;
}

static void drop_repeated(struct loader *loader, size_t base, size_t own) {
	struct yaml_entry *entries = loader->stack.items + base;
	size_t count = loader->stack.count - base;
	if (count <= QUADRATIC_KEYS)
		drop_repeated_few(loader, entries, count, own);
	else
		drop_repeated_many(loader, entries, count, own);
}

static void keep_entries(struct loader *loader, struct yaml_node *node, size_t base) {
	const struct yaml_entry *entries = loader->stack.items + base;
	size_t count = loader->stack.count - base;
	node->entries = ARENA_NEW_ARRAY(&loader->doc->arena, struct yaml_entry, count);
	for (size_t i = 0; i < count; i++) {
		if (entries[i].value != NULL)
			node->entries[node->count++] = entries[i];
	}
	loader->stack.count = base;
}

// Shows the items of a list one by one and forgets them, unless one has an anchor that later ones may name. The list in the tree is empty.
static struct yaml_node *show_items(struct loader *loader, const yaml_event_t *start, int depth) {
	struct arena *arena = &loader->doc->arena;
	struct yaml_node *node = node_create(loader, YAML_SEQUENCE, start, start->data.sequence_start.tag);
	if (node == NULL)
		return NULL;
	for (bool done = false;;) {
		struct arena_mark before = arena_mark(arena);
		size_t anchors = loader->anchors.count;
		struct yaml_node *item = read_child(loader, YAML_SEQUENCE_END_EVENT, depth + 1, &done);
		if (item == NULL)
			return done ? node : NULL;
		grow_height(node, item);
		loader->visitor->item(loader->visitor->context, item);
		if (loader->anchors.count == anchors)
			arena_release(arena, before);
	}
}

static struct yaml_node *read_shown(struct loader *loader, int depth) {
	yaml_event_t event;
	if (!next_event(loader, &event))
		return NULL;
	bool is_shown = event.type == YAML_SEQUENCE_START_EVENT && event.data.sequence_start.anchor == NULL;
	struct yaml_node *node = is_shown ? show_items(loader, &event, depth) : read_node(loader, &event, depth);
	note_alias(loader, &event);
	yaml_event_delete(&event);
	return node;
}

static struct yaml_node *read_value(struct loader *loader, const struct yaml_node *key, int depth) {
	bool done = false;
	if (depth == 2 && loader->visitor != NULL && loader->visitor->list != NULL && str_equal_cstr(key->text, loader->visitor->list))
		return read_shown(loader, depth);
	return read_child(loader, YAML_NO_EVENT, depth, &done);
}

// {{ job }} is a map whose key is a map: hardly what was meant.
static void refuse_key(struct loader *loader, const struct yaml_node *mapping, const struct yaml_node *key) {
	bool is_template = key->kind == YAML_MAPPING && key->line == mapping->line && key->column == mapping->column + 1;
	problem_error(loader->problems, yaml_at(loader->doc, key), "yaml: a mapping key must be a scalar%s", is_template ? "; {{ begins a map: quote the whole text" : "");
}

// Pushes the entries of the mapping. False: a problem was reported.
static bool read_entries(struct loader *loader, struct yaml_node *node, int depth) {
	for (;;) {
		bool done = false;
		struct yaml_node *key = read_child(loader, YAML_MAPPING_END_EVENT, depth + 1, &done);
		if (key == NULL)
			return done;
		if (key->kind != YAML_SCALAR) {
			refuse_key(loader, node, key);
			return false;
		}
		struct yaml_node *value = read_value(loader, key, depth + 1);
		if (value == NULL)
			return false;
		grow_height(node, value);
		array_append(&loader->stack, ((struct yaml_entry){ key, value, loader->alias_line, loader->alias_column }));
	}
}

static bool has_merge_key(const struct loader *loader, size_t base) {
	for (size_t i = base; i < loader->stack.count; i++) {
		if (is_merge_key(loader->stack.items[i].key))
			return true;
	}
	return false;
}

static struct yaml_node *read_mapping(struct loader *loader, const yaml_event_t *start, int depth) {
	uint64_t walked_before = loader->walked;
	struct yaml_node *node = node_create(loader, YAML_MAPPING, start, start->data.mapping_start.tag);
	if (node == NULL)
		return NULL;
	size_t anchor = anchor_open(loader, start->data.mapping_start.anchor, node), base = loader->stack.count;
	if (!read_entries(loader, node, depth))
		return NULL;
	drop_repeated(loader, base, loader->stack.count - base);
	if (has_merge_key(loader, base)) {
		if (!merge_entries(loader, base))
			return NULL;
		struct yaml_entry *entries = loader->stack.items + base;
		size_t kept = 0;
		for (size_t i = 0; i < loader->stack.count - base; i++) {
			if (entries[i].value != NULL)
				entries[kept++] = entries[i];
		}
		loader->stack.count = base + kept;
		drop_repeated(loader, base, 0);
	}
	keep_entries(loader, node, base);
	anchor_close(loader, anchor, walked_before);
	return node;
}

static struct yaml_node *read_node(struct loader *loader, const yaml_event_t *event, int depth) {
	if (depth > YAML_DEPTH_MAX)
		return refuse(loader, event->start_mark, "yaml: nested too deeply");
	if (event->type == YAML_ALIAS_EVENT)
		return follow_alias(loader, event, depth);
	if (event->type == YAML_SCALAR_EVENT)
		return read_scalar(loader, event);
	return event->type == YAML_SEQUENCE_START_EVENT ? read_sequence(loader, event, depth) : read_mapping(loader, event, depth);
}

// Reads one document's content after its start event, and its end event.
static struct yaml_node *read_document(struct loader *loader) {
	memset(loader->buckets, 0, sizeof loader->buckets); // anchors end with their document
	loader->anchors.count = 0;
	bool done = false;
	struct yaml_node *root = read_child(loader, YAML_NO_EVENT, 1, &done);
	yaml_event_t end;
	if (root == NULL || !next_event(loader, &end))
		return NULL;
	yaml_event_delete(&end);
	return root;
}

// True when another document starts. A broken rest is reported only when it is to be read.
static bool find_document(struct loader *loader, bool *failed) {
	yaml_event_t event;
	*failed = false;
	while (yaml_parser_parse(&loader->parser, &event)) {
		yaml_event_type_t type = event.type;
		loader->doc->line = (uint32_t)event.start_mark.line;
		loader->doc->column = (uint32_t)event.start_mark.column;
		yaml_event_delete(&event);
		if (type == YAML_DOCUMENT_START_EVENT || type == YAML_STREAM_END_EVENT)
			return type == YAML_DOCUMENT_START_EVENT;
	}
	*failed = true;
	return false;
}

static void warn_more(struct loader *loader, bool failed) {
	loader->doc->has_more = true;
	struct position at = failed ? mark_at(loader, loader->parser.problem_mark) : yaml_document_at(loader->doc);
	problem_warning(loader->problems, at, "only the first YAML document is read; what follows is ignored");
}

static bool show_documents(struct loader *loader) {
	bool failed = false;
	while (find_document(loader, &failed)) {
		struct arena_mark before = arena_mark(&loader->doc->arena);
		const struct yaml_node *root = read_document(loader);
		if (root == NULL)
			return false;
		loader->visitor->document(loader->visitor->context, root);
		arena_release(&loader->doc->arena, before);
	}
	if (failed)
		report_syntax(loader);
	return !failed;
}

static bool keep_documents(struct loader *loader, size_t limit) {
	ARRAY_OF(struct yaml_node *)
	roots = { 0 };
	bool failed = false, more = find_document(loader, &failed);
	if (failed)
		report_syntax(loader);
	bool ok = !failed;
	while (ok && more && roots.count < limit) {
		struct yaml_node *root = read_document(loader);
		ok = root != NULL;
		if (!ok)
			break;
		array_append(&roots, root);
		more = find_document(loader, &failed);
		if (failed && roots.count < limit) {
			report_syntax(loader);
			ok = false;
		}
	}
	if (ok && (more || failed))
		warn_more(loader, failed);
	loader->doc->roots = arena_dup(&loader->doc->arena, roots.items, roots.count * sizeof *roots.items);
	loader->doc->root_count = roots.count;
	array_finish(&roots);
	return ok;
}

// Keeps up to `limit` documents, or shows all of them to the visitor.
static bool load(struct yaml_doc *doc, const struct yaml_visitor *visitor, struct problems *problems, size_t limit) {
	struct str text = doc->text;
	struct loader *loader = MEM_NEW(struct loader);
	loader->doc = doc;
	loader->problems = problems;
	loader->visitor = visitor;
	*array_push(&loader->stack) = (struct yaml_entry){ 0 }; // never without memory: empty collections point into it
	array_clear(&loader->stack);
	if (!yaml_parser_initialize(&loader->parser))
		unreachable("libyaml has no memory");
	// The byte order mark is skipped here, and the encoding is fixed: byte offsets stay those of the file.
	struct str body = str_has_prefix(text, BYTE_ORDER_MARK) ? str_skip(text, BYTE_ORDER_MARK.len) : text;
	yaml_parser_set_encoding(&loader->parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&loader->parser, (const unsigned char *)(body.len == 0 ? "" : body.data), body.len);
	bool ok = visitor == NULL ? keep_documents(loader, limit) : show_documents(loader);
	yaml_parser_delete(&loader->parser);
	array_finish(&loader->stack);
	array_finish(&loader->anchors);
	free(loader);
	return ok;
}

struct yaml_node *yaml_doc_load(struct yaml_doc *doc, const char *file, struct str text, struct problems *problems) {
	*doc = (struct yaml_doc){ .file = file, .text = text };
	bool ok = load(doc, NULL, problems, 1);
	return ok && doc->root_count > 0 ? doc->roots[0] : NULL;
}

bool yaml_doc_load_all(struct yaml_doc *doc, const char *file, struct str text, struct problems *problems) {
	*doc = (struct yaml_doc){ .file = file, .text = text };
	return load(doc, NULL, problems, SIZE_MAX);
}

bool yaml_doc_visit(struct yaml_doc *doc, const char *file, struct str text, const struct yaml_visitor *visitor, struct problems *problems) {
	*doc = (struct yaml_doc){ .file = file, .text = text };
	return load(doc, visitor, problems, 0);
}

bool yaml_doc_visit_scalar(struct yaml_doc *doc, struct yaml_doc *outer, const struct yaml_node *scalar, const struct yaml_visitor *visitor, struct problems *problems) {
	*doc = (struct yaml_doc){ .file = outer->file, .text = scalar->text, .outer = outer, .outer_scalar = scalar };
	return load(doc, visitor, problems, 0);
}

void yaml_doc_finish(struct yaml_doc *doc) {
	arena_finish(&doc->arena);
	arena_finish(&doc->places);
	*doc = (struct yaml_doc){ 0 };
}
