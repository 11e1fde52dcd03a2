// SPDX-License-Identifier: Apache-2.0
// One table of every type, read from good and bad mappings.
#include "base/yaml_table.h"

#include "base/buf.h"
#include "base/problems.h"
#include "tests/harness/test.h"

struct inner {
	int64_t size;
	struct str label;
};

struct outer {
	struct str name, secret;
	bool on, has_on;
	int64_t count, wait;
	struct yaml_strings list;
	struct yaml_string_map map;
	struct inner inner;
	size_t custom_length;
};

static bool read_length(struct yaml_reader *reader, const struct yaml_key *key, const struct yaml_node *value, void *field) {
	struct str text;
	if (!yaml_read_string(reader, key->name, value, &text))
		return false;
	*(size_t *)field = text.len;
	return true;
}

static bool parse_seconds(struct str text, int64_t *out, struct error *err) {
	if (text.len < 2 || text.data[text.len - 1] != 's')
		return error_set(err, ERR_INVALID, "not a valid duration string: \"%.*s\"", STR_ARG(text));
	*out = strtoll(text.data, NULL, 10) * 1000;
	return true;
}

static const struct yaml_key inner_keys[] = {
	{ .name = "size", .type = YAML_INT, .offset = offsetof(struct inner, size), .preset = "7", .min = 1, .max = 100, .unit = "bytes", .help = "How large." },
	{ .name = "label", .type = YAML_STRING, .offset = offsetof(struct inner, label), .preset = "none", .help = "What it says." },
};

static const struct yaml_key outer_keys[] = {
	{ .name = "name", .type = YAML_STRING, .is_required = true, .offset = offsetof(struct outer, name), .help = "Its name." },
	{ .name = "secret", .type = YAML_STRING, .is_secret = true, .offset = offsetof(struct outer, secret), .help = "A password." },
	{ .name = "on", .type = YAML_BOOL, .offset = offsetof(struct outer, on), .has = YAML_HAS(struct outer, has_on), .preset = "true", .help = "Whether." },
	{ .name = "count", .type = YAML_INT, .offset = offsetof(struct outer, count), .help = "How many." },
	{ .name = "wait", .type = YAML_DURATION, .offset = offsetof(struct outer, wait), .preset = "30s", .min = 1000, .max = 60000, .help = "How long." },
	{ .name = "list", .type = YAML_STRING_LIST, .is_harmless = true, .offset = offsetof(struct outer, list), .help = "Some." },
	{ .name = "map", .type = YAML_STRING_MAP, .offset = offsetof(struct outer, map), .help = "Some named." },
	{ .name = "inner", .type = YAML_STRUCT, .offset = offsetof(struct outer, inner), .nested = inner_keys, .nested_count = YAML_KEY_COUNT(inner_keys), .help = "More." },
	{ .name = "length", .type = YAML_CUSTOM, .offset = offsetof(struct outer, custom_length), .read = read_length, .shape = "any text", .help = "Counted." },
	{ .name = "later", .type = YAML_REFUSED },
};

struct table_result {
	struct yaml_doc doc;
	struct problems problems;
	struct outer out;
	bool ok;
};

static struct table_result read_outer(const char *text) {
	struct table_result result = { 0 };
	struct yaml_node *root = yaml_doc_load(&result.doc, "t.yml", str_of(text), &result.problems);
	struct yaml_reader reader = { .doc = &result.doc, .problems = &result.problems, .parse_duration = parse_seconds };
	result.ok = yaml_table_read(&reader, outer_keys, YAML_KEY_COUNT(outer_keys), root, &result.out);
	return result;
}

static void release(struct table_result *result) {
	yaml_doc_finish(&result->doc);
	problems_finish(&result->problems);
}

static void check_refused(const char *text, const char *wanted) {
	struct table_result result = read_outer(text);
	autobuf struct buf got = { 0 };
	for (size_t i = 0; i < result.problems.count; i++)
		problem_format(&got, &result.problems.items[i], STR_NONE);
	CHECK_CSTR(buf_cstr(&got), wanted);
	CHECK(!result.ok);
	release(&result);
}

TEST(every_type_fills_its_field) {
	struct table_result result = read_outer("{name: 0x10, secret: s, on: no, count: -3, wait: 5s, list: [a, 2, ~], map: {x: yes, y: ~, z: ''}, inner: {size: 9}, length: abc}");
	CHECK(result.ok);
	CHECK_INT(result.problems.count, 0);
	CHECK_STR(result.out.name, "0x10"); // the literal text
	CHECK(!result.out.on && result.out.has_on);
	CHECK_INT(result.out.count, -3);
	CHECK_INT(result.out.wait, 5000);
	CHECK_INT(result.out.list.count, 3);
	CHECK_STR(result.out.list.items[1], "2");
	CHECK_STR(result.out.list.items[2], "");
	CHECK_INT(result.out.map.count, 3);
	CHECK_STR(result.out.map.items[0].value, "yes");
	CHECK_STR(result.out.map.items[1].name, "y");
	CHECK_STR(result.out.map.items[1].value, "");
	CHECK_INT(result.out.inner.size, 9);
	CHECK_STR(result.out.inner.label, "none");
	CHECK_INT(result.out.custom_length, 3);
	release(&result);
}

// The lines shown of a hidden file, each with its newline.
static void check_shown(const char *text, const char *wanted) {
	struct table_result result = { 0 };
	autobuf struct buf got = { 0 };
	problems_hide_source(&result.problems, "t.yml");
	const struct yaml_node *root = yaml_doc_load(&result.doc, "t.yml", str_of(text), &result.problems);
	struct yaml_reader reader = { .doc = &result.doc, .problems = &result.problems, .parse_duration = parse_seconds };
	if (root != NULL)
		yaml_table_read(&reader, outer_keys, YAML_KEY_COUNT(outer_keys), root, &result.out);
	array_clear(&result.problems);
	for (int line = 1; line < 20; line++)
		problem_error(&result.problems, (struct position){ "t.yml", line, 1 }, "x");
	problems_format_from(&got, &result.problems, "t.yml", str_of(text));
	autobuf struct buf shown = { 0 };
	for (struct str rest = buf_str(&got); rest.len > 0;) {
		struct str line = str_cut(&rest, '\n');
		if (str_has_prefix(line, STR("  ")) && !str_equal(line, STR("  ^")))
			buf_format(&shown, "%.*s\n", STR_ARG(str_skip(line, 2)));
	}
	CHECK_CSTR(buf_cstr(&shown), wanted);
	release(&result);
}

TEST(lines_of_known_keys_are_shown_of_a_hidden_file) {
	check_shown("name: n\nwait: soon\r\ncount: 'it''s'  \ninner:\n  size: \"a\\\"b\"\n  label:\n    far\nlength: ~\n",
	    "name: n\nwait: soon\ncount: 'it''s'  \ninner:\n  size: \"a\\\"b\"\n  label:\n    far\nlength: ~\n");
	check_shown("list:\n- a\n- 'b'\n- [c]\n- d # e\nname: n", "list:\n- a\n- 'b'\nname: n\n");
}

TEST(lines_that_may_hold_a_secret_stay_hidden) {
	check_shown("secret: s\n", "");
	check_shown("secret:\n  a: s\n", "");
	check_shown("name: n # s\n", "");
	check_shown("{name: n, secret: s}\n", "");
	check_shown("{name: n}\n", "");
	check_shown("name: [s]\n", "");
	check_shown("name: |\n  s\n", "");
	check_shown("name: n\n  s\n", "");
	check_shown("name: 'n\n  s'\n", "");
	check_shown("name: &s n\n", "");
	check_shown("name: !s n\n", "");
	check_shown("name: n\nsecret: [\n", ""); // does not parse
	check_shown("name: n\n---\nname: s\n", "name: n\n");
	check_shown("name: n\nname: s\n", "name: n\n");
	check_shown("name: http://u:s@h\nwait: \"http://u:s\\x40h\"\n", "");
	check_shown("inner: s\n", "");           // a text where a map belongs
	check_shown("map:\n  a: s\n", "map:\n"); // a map that may hold any
	check_shown("later: s\n", "");
	check_shown("other: s\n", "");
	check_shown("inner: &a\n  label: s\nmap: *a\nname: n\n", ""); // what is shown here may be a secret there
	check_shown("name: n\xC2\x85"
	            "secret: s\n",
	    "");
}

TEST(mistyped_keys_are_shown_where_none_of_a_secret_is_near) {
	check_shown("nmae: n\nsecert: s\nsecrets: s\ninnr: s\nlatter: s\nmpa:\n  a: s\n", "nmae: n\nmpa:\n");
}

TEST(unknown_keys_are_passed_over_when_asked) {
	struct table_result result = { 0 };
	struct yaml_node *root = yaml_doc_load(&result.doc, "t.yml", STR("{name: n, other: [1], inner: {size: 1, another: 2}}"), &result.problems);
	struct yaml_reader reader = { .doc = &result.doc, .problems = &result.problems, .ignores_unknown = true, .parse_duration = parse_seconds };
	CHECK(yaml_table_read(&reader, outer_keys, YAML_KEY_COUNT(outer_keys), root, &result.out));
	CHECK_INT(result.problems.count, 0);
	CHECK_INT(result.out.inner.size, 1);
	release(&result);
}

TEST(absent_and_null_keys_have_their_presets) {
	struct table_result result = read_outer("name: n\non: ~\nwait:\n");
	CHECK(result.ok);
	CHECK(result.out.on && !result.out.has_on);
	CHECK_INT(result.out.wait, 30000);
	CHECK_INT(result.out.inner.size, 7);
	CHECK_INT(result.out.count, 0);
	release(&result);
}

TEST(texts_outlive_the_document_when_an_arena_is_given) {
	autoarena struct arena arena = { 0 };
	struct problems problems = { 0 };
	struct yaml_doc doc;
	struct yaml_node *root = yaml_doc_load(&doc, "t.yml", STR("name: kept\nlist: [x]\n"), &problems);
	struct yaml_reader reader = { .doc = &doc, .arena = &arena, .problems = &problems, .parse_duration = parse_seconds };
	struct outer out = { 0 };
	CHECK(yaml_table_read(&reader, outer_keys, YAML_KEY_COUNT(outer_keys), root, &out));
	yaml_doc_finish(&doc);
	CHECK_STR(out.name, "kept");
	CHECK_STR(out.list.items[0], "x");
	problems_finish(&problems);
}

TEST(all_mistakes_are_collected_with_their_places) {
	check_refused("on: maybe\ncount: 5x\nwait: 2m\nlist: a\nmap: [a]\ninner: {size: 101, colour: red}\nlength: {}\nlater: 1\nnmae: n\n",
	    "t.yml:1:5: error: \"on\": expected true or false, found \"maybe\"\n"
	    "t.yml:2:8: error: \"count\": expected an integer, found \"5x\"\n"
	    "t.yml:3:7: error: \"wait\": not a valid duration string: \"2m\"\n"
	    "t.yml:4:7: error: \"list\": expected a list, found a scalar\n"
	    "t.yml:5:6: error: \"map\": expected a map, found a list\n"
	    "t.yml:6:15: error: \"size\": 101 is out of range, expected 1 to 100 bytes\n"
	    "t.yml:6:20: error: unknown key \"colour\"; expected one of size, label\n"
	    "t.yml:7:9: error: \"length\": expected a scalar, found a map\n"
	    "t.yml:8:1: error: \"later\" is not supported\n"
	    "t.yml:9:1: error: unknown key \"nmae\"; expected one of name, secret, on, count, wait, list, map, inner, length; did you mean name?\n"
	    "t.yml:1:1: error: \"name\" is missing\n");
	check_refused("name: n\nlist: [a, [b]]\nmap: {a: [b]}\nwait: 61s\n",
	    "t.yml:2:11: error: \"list\": expected a scalar, found a list\n"
	    "t.yml:3:10: error: \"map\": expected a scalar, found a list\n"
	    "t.yml:4:7: error: \"wait\": 61s is out of range, expected 1000 to 60000 ms\n");
	check_refused("[1]", "t.yml:1:1: error: expected a map, found a list\n");
	check_refused("", "t.yml: error: \"name\" is missing\n");
}

TEST(a_table_prints_itself) {
	autobuf struct buf out = { 0 };
	yaml_table_format(&out, outer_keys, YAML_KEY_COUNT(outer_keys));
	CHECK_CSTR(buf_cstr(&out),
	    "| `name` | string | required | Its name. |\n"
	    "| `secret` | secret |  | A password. |\n"
	    "| `on` | boolean | `true` | Whether. |\n"
	    "| `count` | integer |  | How many. |\n"
	    "| `wait` | duration | `30s` | How long. |\n"
	    "| `list` | list of strings |  | Some. |\n"
	    "| `map` | map of strings |  | Some named. |\n"
	    "| `inner` | map |  | More. |\n"
	    "| `inner.size` | integer 1 to 100, bytes | `7` | How large. |\n"
	    "| `inner.label` | string | `none` | What it says. |\n"
	    "| `length` | any text |  | Counted. |\n"
	    "| `later` | not supported |  |  |\n");
}
