// SPDX-License-Identifier: Apache-2.0
// YAML in, tree out: shapes, places, sharing, bounds. Places are proved by finding a word in the file where the tree says it is.
#include "base/yaml_doc.h"

#include "base/buf.h"
#include "base/problems.h"
#include "tests/harness/test.h"

#include <math.h>

struct loaded {
	struct yaml_doc doc;
	struct problems problems;
	struct yaml_node *root;
};

static struct loaded load(const char *text) {
	struct loaded loaded = { 0 };
	loaded.root = yaml_doc_load(&loaded.doc, "t.yml", str_of(text), &loaded.problems);
	return loaded;
}

static void unload(struct loaded *loaded) {
	yaml_doc_finish(&loaded->doc);
	problems_finish(&loaded->problems);
}

static void check_problem(const char *text, const char *wanted) {
	struct loaded loaded = load(text);
	autobuf struct buf got = { 0 };
	for (size_t i = 0; i < loaded.problems.count; i++)
		problem_format(&got, &loaded.problems.items[i], STR_NONE);
	CHECK_CSTR(buf_cstr(&got), wanted);
	unload(&loaded);
}

static void check_scalar(const struct loaded *loaded, const char *key, const char *wanted) {
	const struct yaml_node *value = yaml_find(loaded->root, key);
	CHECK(value != NULL);
	CHECK(value->kind == YAML_SCALAR);
	CHECK_STR(value->text, wanted);
}

TEST(an_empty_text_has_no_root_and_no_problem) {
	static const char *const texts[] = { "", "\n\n", "# only a comment\n", "\xEF\xBB\xBF" };
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		struct loaded loaded = load(texts[i]);
		CHECK(loaded.root == NULL);
		CHECK_INT(loaded.problems.count, 0);
		unload(&loaded);
	}
}

TEST(a_tree_keeps_kinds_texts_and_places) {
	struct loaded loaded = load("groups:\n- name: a\n  \xC3\xA9: [1, 'x y']\n");
	CHECK_INT(loaded.problems.count, 0);
	struct yaml_node *groups = yaml_find(loaded.root, "groups");
	CHECK(groups->kind == YAML_SEQUENCE && groups->count == 1);
	struct yaml_node *list = yaml_find(groups->items[0], "\xC3\xA9");
	CHECK(list->kind == YAML_SEQUENCE && list->count == 2);
	CHECK_STR(list->items[1]->text, "x y");
	CHECK(list->items[1]->style == YAML_SINGLE_QUOTED);
	struct position at = yaml_at(&loaded.doc, list->items[1]);
	CHECK_CSTR(at.file, "t.yml");
	CHECK_INT(at.line, 3);
	CHECK_INT(at.column, 10); // columns count code points, not bytes
	unload(&loaded);
}

TEST(a_missing_value_is_null_and_quoted_words_are_not) {
	struct loaded loaded = load("a:\nb: ~\nc: null\nd: \"\"\ne: '~'\nf: !!str ~\ng: !!null x\n");
	CHECK(yaml_is_null(yaml_find(loaded.root, "a")));
	CHECK(yaml_is_null(yaml_find(loaded.root, "b")));
	CHECK(yaml_is_null(yaml_find(loaded.root, "c")));
	CHECK(!yaml_is_null(yaml_find(loaded.root, "d")));
	CHECK(!yaml_is_null(yaml_find(loaded.root, "e")));
	CHECK(!yaml_is_null(yaml_find(loaded.root, "f")));
	CHECK(yaml_is_null(yaml_find(loaded.root, "g")));
	CHECK(yaml_find(loaded.root, "h") == NULL);
	CHECK(yaml_is_null(NULL));
	unload(&loaded);
}

TEST(aliases_share_nodes_and_merge_keys_fill_what_is_not_explicit) {
	struct loaded loaded = load("a: &x {k: 1, l: 2}\nb: *x\nc: {l: 3, <<: *x}\nd: {<<: [{k: 9}, *x], m: 4}\n");
	CHECK_INT(loaded.problems.count, 0);
	CHECK(yaml_find(loaded.root, "a") == yaml_find(loaded.root, "b"));
	struct yaml_node *c = yaml_find(loaded.root, "c"), *d = yaml_find(loaded.root, "d");
	CHECK_INT(c->count, 2);
	CHECK_STR(yaml_find(c, "l")->text, "3");
	CHECK_STR(yaml_find(c, "k")->text, "1");
	CHECK_INT(d->count, 3);
	CHECK_STR(yaml_find(d, "k")->text, "9"); // the first of a list of maps wins
	CHECK(yaml_find(d, "<<") == NULL);
	unload(&loaded);
}

TEST(a_quoted_merge_key_is_a_plain_key) {
	struct loaded loaded = load("{\"<<\": {a: 1}}\n");
	CHECK(yaml_find(loaded.root, "<<") != NULL);
	CHECK(yaml_find(loaded.root, "a") == NULL);
	unload(&loaded);
}

TEST(binary_values_are_decoded) {
	struct loaded loaded = load("a: !!binary aGVsbG8=\nb: !!binary |\n  aGVs\n  bG8h\nc: !foo bar\n");
	check_scalar(&loaded, "a", "hello");
	check_scalar(&loaded, "b", "hello!");
	check_scalar(&loaded, "c", "bar");
	unload(&loaded);
	check_problem("a: !!binary aGVs*\n", "t.yml:1:4: error: yaml: !!binary value contains invalid base64 data\n");
}

TEST(repeated_keys_are_reported_where_they_stand_and_the_first_is_kept) {
	check_problem("a: 1\nb: {c: 1, c: 2}\na: 3\n",
	    "t.yml:2:11: error: mapping key \"c\" already defined at line 2\nt.yml:3:1: error: mapping key \"a\" already defined at line 1\n");
	struct loaded loaded = load("a: 1\na: 3\n");
	check_scalar(&loaded, "a", "1");
	CHECK_INT(loaded.root->count, 1);
	unload(&loaded);
}

TEST(repeated_keys_are_found_in_large_mappings_too) {
	autobuf struct buf text = { 0 };
	for (int i = 0; i < 5000; i++)
		buf_format(&text, "key%d: %d\n", i, i);
	buf_append_cstr(&text, "key4321: again\n<<: {key1: merged, more: merged}\n");
	struct loaded loaded = load(buf_cstr(&text));
	CHECK_INT(loaded.problems.count, 1);
	CHECK_INT(loaded.problems.items[0].at.line, 5001);
	CHECK_STR(loaded.problems.items[0].text, "mapping key \"key4321\" already defined at line 4322");
	check_scalar(&loaded, "key1", "1");
	check_scalar(&loaded, "more", "merged");
	check_scalar(&loaded, "key4321", "4321");
	CHECK_INT(loaded.root->count, 5001);
	unload(&loaded);
}

TEST(broken_texts_are_refused_with_their_place) {
	check_problem("a: *zz\n", "t.yml:1:4: error: yaml: unknown anchor \"zz\"\n");
	check_problem("a: &a [*a]\n", "t.yml:1:8: error: yaml: anchor \"a\" contains itself\n");
	check_problem("{{a: b}: 2}\n", "t.yml:1:2: error: yaml: a mapping key must be a scalar; {{ begins a map: quote the whole text\n");
	check_problem("s: {{ $labels.job }} down\n", "t.yml:1:5: error: yaml: a mapping key must be a scalar; {{ begins a map: quote the whole text\n");
	check_problem("{[1]: 2}\n", "t.yml:1:2: error: yaml: a mapping key must be a scalar\n");
	check_problem("a: {<<: 5}\n", "t.yml:1:9: error: yaml: map merge requires map or sequence of maps as the value\n");
	check_problem("a:\n\tb: 1\n", "t.yml:2:1: error: yaml: found character that cannot start any token, while scanning for the next token\n");
	check_problem("a: b\nc: \"\xC3\xA9\xFF\"\n", "t.yml:2:6: error: yaml: invalid leading UTF-8 octet\n");
	check_problem("\xEF\xBB\xBF"
	              "a: \x01\n",
	    "t.yml:1:4: error: yaml: control characters are not allowed\n");
	check_problem("a: [\n", "t.yml:2:1: error: yaml: did not find expected node content, while parsing a flow node\n");
}

TEST(only_the_first_document_is_read_unless_all_are_asked_for) {
	check_problem("a: 1\n---\nb: [\n", "t.yml:2:1: warning: only the first YAML document is read; what follows is ignored\n");
	check_problem("--- a\n...\n", "");
	check_problem("a: 1\n...\njunk: [\n", "t.yml:3:1: warning: only the first YAML document is read; what follows is ignored\n");
	struct loaded loaded = { 0 };
	CHECK(yaml_doc_load_all(&loaded.doc, "t.yml", STR("a: &x 1\n---\nb: 2\n---\n"), &loaded.problems));
	CHECK_INT(loaded.doc.root_count, 3);
	CHECK_STR(yaml_find(loaded.doc.roots[1], "b")->text, "2");
	CHECK(yaml_is_null(loaded.doc.roots[2]));
	unload(&loaded);
	loaded = (struct loaded){ 0 };
	CHECK(!yaml_doc_load_all(&loaded.doc, "t.yml", STR("a: &x 1\n---\nb: *x\n"), &loaded.problems)); // anchors end with their document
	CHECK_INT(loaded.doc.root_count, 1);
	CHECK_INT(loaded.problems.errors, 1);
	unload(&loaded);
}

TEST(nesting_is_bounded_directly_and_through_aliases) {
	autobuf struct buf text = { 0 };
	for (int i = 0; i < YAML_DEPTH_MAX - 1; i++)
		buf_append_char(&text, '[');
	for (int i = 0; i < YAML_DEPTH_MAX - 1; i++)
		buf_append_char(&text, ']');
	struct loaded loaded = load(buf_cstr(&text));
	CHECK(loaded.root != NULL);
	unload(&loaded);
	buf_reset(&text);
	for (int i = 0; i < 2000; i++)
		buf_append_char(&text, '[');
	loaded = load(buf_cstr(&text));
	CHECK(loaded.root == NULL);
	CHECK_STR(loaded.problems.items[0].text, "yaml: nested too deeply");
	unload(&loaded);
	buf_reset(&text);
	buf_append_cstr(&text, "- &a0 [x]\n");
	for (int i = 1; i < 100; i++)
		buf_format(&text, "- &a%d [*a%d]\n", i, i - 1);
	loaded = load(buf_cstr(&text));
	CHECK(loaded.root == NULL);
	CHECK_STR(loaded.problems.items[0].text, "yaml: nested too deeply");
	unload(&loaded);
}

TEST(aliases_of_aliases_cannot_explode) {
	autobuf struct buf text = { 0 };
	buf_append_cstr(&text, "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
	for (int i = 1; i < 10; i++) {
		buf_format(&text, "a%d: &a%d [", i, i);
		for (int k = 0; k < 10; k++)
			buf_format(&text, "%s*a%d", k > 0 ? ", " : "", i - 1);
		buf_append_cstr(&text, "]\n");
	}
	struct loaded loaded = load(buf_cstr(&text));
	CHECK(loaded.root == NULL);
	CHECK_STR(loaded.problems.items[0].text, "yaml: too many nodes; aliases count each time");
	unload(&loaded);
}

// Where `word` stands for the first time in the text, counted by hand.
static struct position word_position(const char *text, const char *word) {
	struct position at = { .line = 1, .column = 1 };
	const char *end = strstr(text, word);
	if (strncmp(text, "\xEF\xBB\xBF", 3) == 0)
		text += 3;
	for (; text < end; text++) {
		if (*text == '\n')
			at = (struct position){ .line = at.line + 1, .column = 1 };
		else
			at.column += ((unsigned char)*text & 0xC0) != 0x80;
	}
	return at;
}

static void check_word(const char *text, const char *word) {
	struct loaded loaded = load(text);
	if (loaded.problems.count > 0)
		FAIL_TEST("%s: %.*s", text, STR_ARG(loaded.problems.items[0].text));
	const struct yaml_node *value = loaded.root->entries[loaded.root->count - 1].value;
	ptrdiff_t offset = str_find(value->text, str_of(word));
	CHECK(offset >= 0);
	struct position got = yaml_text_at(&loaded.doc, value, (size_t)offset), wanted = word_position(text, word);
	if (got.line != wanted.line || got.column != wanted.column)
		FAIL_TEST("%s: \"%s\" is at %d:%d, not %d:%d", text, word, wanted.line, wanted.column, got.line, got.column);
	unload(&loaded);
}

TEST(a_place_inside_a_scalar_is_the_place_in_the_file) {
	static const char *const texts[] = {
		"k: bar\n",
		"k: foo bar\n",
		"k: foo\n  baz\n\n\n  bar\n",
		"\xEF\xBB\xBFk: a bar\n",
		"\xC3\xA9\xC3\xA9: \xC3\xBC\xC3\xBC bar\n",
		"k: 'it''s ''bar'\n",
		"k: 'a\n\n   b\n   bar'\n",
		"k: \"a\\u00e9\\x41\\U0001F600\\N\\t\\\" bar\"\n",
		"k: \"a\\\n     \t bar\"\n",
		"k: \"a  \n\n   b  bar\"\n",
		"k: |\n  one\n    two\n\n   bar\n",
		"k: |2\n    two\n   bar\n",
		"k: |+\n\n\n  bar\n\n",
		"k: |- # why\n  one\n     \n  bar",
		"k: >\n  x\n  y\n\n  z\n    more bar\n  end\n",
		"k: >-\n\n  x\n\n\n  y\n  bar\n",
		"k: >\n  \n  a\n\n\n    b\n\n  bar\n",
		"a: |\r\n  one\r\n  bar\r\n",
		"k: >\r\n  one\r\n\r\n  bar\r\n",
		"k: &q !!str\n  # comment\n  bar\n",
		"k: &q \"x\n  bar\"\n",
		("a: 1\xE2\x80\xA8"
		 "b: 2\nk: foo bar\n"), // LS ends a line for libyaml, not for people
		"a:\n- k: [x, {y: z}]\nl:\n  |\n    bar\n",
	};
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		check_word(texts[i], "bar");
}

TEST(the_end_of_a_block_is_after_its_last_character) {
	struct loaded loaded = load("a: |\n  up ==\n\nb: up +\n");
	struct position at = yaml_text_at(&loaded.doc, yaml_find(loaded.root, "a"), 6);
	CHECK_INT(at.line, 2);
	CHECK_INT(at.column, 8);
	at = yaml_text_at(&loaded.doc, yaml_find(loaded.root, "b"), 4000);
	CHECK_INT(at.line, 4);
	CHECK_INT(at.column, 8);
	unload(&loaded);
}

TEST(a_place_is_the_scalar_start_where_source_and_text_disagree) {
	struct loaded loaded = load("k: !!binary YmFyYmFy\nl: [1]\n");
	struct position at = yaml_text_at(&loaded.doc, yaml_find(loaded.root, "k"), 3);
	CHECK_INT(at.line, 1);
	CHECK_INT(at.column, 4);
	at = yaml_text_at(&loaded.doc, yaml_find(loaded.root, "l"), 3);
	CHECK_INT(at.column, 4);
	unload(&loaded);
}

// ---- documents shown while they are read ----

struct seen {
	struct yaml_doc doc;
	struct problems problems;
	struct buf said;
	size_t most_used; // of the tree's arena
};

static void say_item(void *context, const struct yaml_node *item) {
	struct seen *seen = context;
	if (seen->doc.arena.used > seen->most_used)
		seen->most_used = seen->doc.arena.used;
	buf_format(&seen->said, "%d:%.*s ", yaml_at(&seen->doc, item).line, STR_ARG(yaml_find(item, "n")->text));
}

static void say_document(void *context, const struct yaml_node *root) {
	struct seen *seen = context;
	const struct yaml_node *list = yaml_find(root, "list");
	buf_format(&seen->said, "document %d:%u/%u ", yaml_document_at(&seen->doc).line, root->count, list == NULL ? 0 : list->count);
}

static bool show(struct seen *seen, const char *text) {
	const struct yaml_visitor visitor = { .list = "list", .item = say_item, .document = say_document, .context = seen };
	*seen = (struct seen){ 0 };
	return yaml_doc_visit(&seen->doc, "t.yml", str_of(text), &visitor, &seen->problems);
}

static void forget(struct seen *seen) {
	yaml_doc_finish(&seen->doc);
	problems_finish(&seen->problems);
	buf_finish(&seen->said);
}

TEST(items_are_shown_one_by_one_and_then_their_document) {
	struct seen seen;
	CHECK(show(&seen, "a: 1\nlist:\n- n: one\n- n: two\nb: {list: [{n: no}]}\n---\nlist: [{n: x}]\n---\n- list\n"));
	CHECK_CSTR(buf_cstr(&seen.said), "3:one 4:two document 1:3/0 7:x document 6:1/0 document 8:1/0 ");
	forget(&seen);
}

TEST(items_before_a_syntax_error_are_shown) {
	struct seen seen;
	CHECK(!show(&seen, "list:\n- n: one\n- n: [\n"));
	CHECK_CSTR(buf_cstr(&seen.said), "2:one ");
	CHECK_INT(seen.problems.count, 1);
	forget(&seen);
}

TEST(what_later_text_may_name_stays) {
	struct seen seen;
	CHECK(show(&seen, "list:\n- n: &one 1\n- n: *one\n- n: two\n"));
	CHECK_CSTR(buf_cstr(&seen.said), "2:1 3:1 4:two document 1:1/0 ");
	forget(&seen);
	CHECK(show(&seen, "list: &all\n- n: 1\n- n: 2\nagain: *all\n"));
	CHECK_CSTR(buf_cstr(&seen.said), "document 1:2/2 ");
	forget(&seen);
	CHECK(show(&seen, "<<: {list: [{n: 1}]}\n"));
	CHECK_CSTR(buf_cstr(&seen.said), "document 1:1/1 ");
	forget(&seen);
}

TEST(a_shown_item_needs_no_memory_any_more) {
	autobuf struct buf text = { 0 };
	struct seen seen;
	buf_append_cstr(&text, "list:\n");
	for (int i = 0; i < 2000; i++)
		buf_format(&text, "- {n: %d, a: [x, y, z], b: {c: d}}\n", i);
	CHECK(show(&seen, buf_cstr(&text)));
	CHECK(seen.most_used < 4096);
	forget(&seen);
}

// ---- texts within scalars ----

static void check_inner_word(const char *text, const char *word) {
	struct loaded outer = load(text);
	if (outer.problems.count > 0)
		FAIL_TEST("%s: %.*s", text, STR_ARG(outer.problems.items[0].text));
	struct yaml_doc inner;
	struct seen seen = { 0 };
	const struct yaml_visitor visitor = { .item = say_item, .document = say_document, .context = &seen };
	struct problems problems = { 0 };
	CHECK(!yaml_doc_visit_scalar(&inner, &outer.doc, yaml_find(outer.root, "k"), &visitor, &problems));
	CHECK_INT(problems.count, 1);
	struct position got = problems.items[0].at, wanted = word_position(text, word);
	if (got.line != wanted.line || got.column != wanted.column)
		FAIL_TEST("%s: the problem is at %d:%d, not %d:%d", text, wanted.line, wanted.column, got.line, got.column);
	problems_finish(&problems);
	yaml_doc_finish(&inner);
	unload(&outer);
}

TEST(a_problem_in_a_text_within_a_scalar_stands_in_the_file) {
	static const char *const texts[] = {
		"k: |\n  a: 1\n  b: [*x]\n",
		"j: 1\nk: |2\n    a: 1\n    b: [*x]\n",
		"k: |-\n    a:\n      c\n    \xC3\xA9: *x\n",
		"k: |\r\n  a: 1\r\n  b: *x\r\n",
		"k: >\n  a: 1\n\n  b: [*x]\n",
		"k: \"a: 1\\nb: *x\"\n",
		"{\"j\": [], \"k\": \"a: \\u00e9\\r\\nb:\\t*x\"}",
		"k: 'a: ''it''\n\n  b: *x'\n",
	};
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		check_inner_word(texts[i], "*x");
}

static struct position place_alone(const char *text, size_t offset) {
	struct loaded loaded = load(text);
	struct position at = yaml_text_at(&loaded.doc, yaml_find(loaded.root, "k"), offset);
	unload(&loaded);
	return at;
}

// Asks for places all over a large scalar in one document, forwards and backwards: the same ones as when nothing was asked before.
static void check_trail(const char *text) {
	struct loaded loaded = load(text);
	struct yaml_node *value = yaml_find(loaded.root, "k");
	CHECK(value->text.len > 10000);
	for (size_t i = 0; i < 2 * value->text.len; i += 389) {
		size_t offset = i < value->text.len ? i : 2 * value->text.len - i;
		struct position got = yaml_text_at(&loaded.doc, value, offset), wanted = place_alone(text, offset);
		if (got.line != wanted.line || got.column != wanted.column)
			FAIL_TEST("offset %zu is at %d:%d, not %d:%d", offset, wanted.line, wanted.column, got.line, got.column);
	}
	unload(&loaded);
}

TEST(where_one_asked_before_does_not_matter) {
	static const struct {
		const char *start, *line, *end;
	} shapes[] = {
		{ "k: |\n", "  \xC3\xA9 some words\n\n    more\n", "" },
		{ "k: >\n", "  some words\n  go on\n\n\n    more\n", "" },
		{ "k: \"", "it\\u00e9s \\n one   line ", "\"\n" },
		{ "k: \"", "it\\u00e9s \\\n   one  \n\n  line ", "\"\n" },
		{ "k: '", "it''s\n   text  \n\n  here ", "x'\n" },
		{ "k: x", "y \n   text\n\n  here ", "x\n" },
	};
	for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
		autobuf struct buf text = { 0 };
		buf_append_cstr(&text, shapes[i].start);
		while (text.len < 30000)
			buf_append_cstr(&text, shapes[i].line);
		buf_append_cstr(&text, shapes[i].end);
		check_trail(buf_cstr(&text));
	}
}

TEST(a_value_that_is_an_alias_says_where) {
	struct loaded loaded = load("a: &x 1\nb: [&y 2]\nc:   *x\nd: [*y]\nm: &m {e: *x}\nn: {<<: *m}\n");
	struct position at = yaml_alias_at(&loaded.doc, loaded.root, "c");
	CHECK_INT(at.line, 3);
	CHECK_INT(at.column, 6);
	CHECK_INT(yaml_alias_at(&loaded.doc, loaded.root, "a").line, 0);
	CHECK_INT(yaml_alias_at(&loaded.doc, loaded.root, "d").line, 0);
	CHECK_INT(yaml_alias_at(&loaded.doc, loaded.root, "nothing").line, 0);
	CHECK_INT(yaml_alias_at(&loaded.doc, yaml_find(loaded.root, "n"), "e").line, 5);
	unload(&loaded);
}

TEST(plain_scalars_have_types_where_one_is_wanted) {
	struct loaded loaded = load("a: yes\nb: 'yes'\nc: 0x1F\nd: 017\ne: -1_000\nf: 5.5\ng: -.inf\nh: 99999999999999999999\ni: -9223372036854775808\nj: 0b11\nk: 1e3\nl: 0o17\nm: Off\n");
	bool flag = false;
	int64_t number = 0;
	double real = 0;
	CHECK(yaml_get_bool(yaml_find(loaded.root, "a"), &flag) && flag);
	CHECK(yaml_get_bool(yaml_find(loaded.root, "m"), &flag) && !flag);
	CHECK(!yaml_get_bool(yaml_find(loaded.root, "b"), &flag));
	CHECK(!yaml_get_bool(yaml_find(loaded.root, "c"), &flag));
	CHECK(yaml_get_int(yaml_find(loaded.root, "c"), &number) && number == 31);
	CHECK(yaml_get_int(yaml_find(loaded.root, "d"), &number) && number == 15);
	CHECK(yaml_get_int(yaml_find(loaded.root, "e"), &number) && number == -1000);
	CHECK(yaml_get_int(yaml_find(loaded.root, "i"), &number) && number == INT64_MIN);
	CHECK(yaml_get_int(yaml_find(loaded.root, "j"), &number) && number == 3);
	CHECK(yaml_get_int(yaml_find(loaded.root, "l"), &number) && number == 15);
	CHECK(!yaml_get_int(yaml_find(loaded.root, "f"), &number));
	CHECK(!yaml_get_int(yaml_find(loaded.root, "h"), &number));
	CHECK(!yaml_get_int(yaml_find(loaded.root, "b"), &number));
	CHECK(yaml_get_double(yaml_find(loaded.root, "f"), &real) && real == 5.5);
	CHECK(yaml_get_double(yaml_find(loaded.root, "k"), &real) && real == 1000);
	CHECK(yaml_get_double(yaml_find(loaded.root, "g"), &real) && isinf(real) && real < 0);
	CHECK(!yaml_get_double(yaml_find(loaded.root, "a"), &real));
	unload(&loaded);
}

TEST(a_copy_outlives_its_document) {
	struct loaded loaded = load("a: &x [1, !!str 2, {b: 'c'}]\nd: *x\n");
	autoarena struct arena arena = { 0 };
	const struct yaml_node *copy = yaml_copy(&arena, loaded.root);
	unload(&loaded);
	for (const char *const *key = (const char *const[]){ "a", "d", NULL }; *key != NULL; key++) {
		const struct yaml_node *list = yaml_find(copy, *key);
		CHECK_INT(list->count, 3);
		CHECK_CSTR(list->items[1]->tag, "tag:yaml.org,2002:str");
		CHECK_CSTR(yaml_find(list->items[2], "b")->text.data, "c");
	}
	CHECK(yaml_find(copy, "a") != yaml_find(copy, "d"));
}
