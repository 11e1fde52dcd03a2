// SPDX-License-Identifier: Apache-2.0
#include "base/buf.h"
#include "daemon/config_read.h"
#include "model/duration.h"
#include "tests/harness/test.h"

struct reading {
	struct yaml_doc doc;
	struct arena arena;
	struct problems problems;
	struct relabel_configs configs;
	bool ok;
};

// The rules in `text`, a YAML list that begins on line 2.
static void read_rules(struct reading *reading, const char *text) {
	static const struct yaml_key key = { "write_relabel_configs", YAML_CUSTOM, .read = read_relabel_configs };
	static struct buf file;
	buf_reset(&file);
	buf_format(&file, "rules:\n%s", text);
	*reading = (struct reading){ 0 };
	const struct yaml_node *root = yaml_doc_load(&reading->doc, "f.yml", buf_str(&file), &reading->problems);
	CHECK(root != NULL);
	struct yaml_reader reader = { .doc = &reading->doc, .arena = &reading->arena, .problems = &reading->problems, .parse_duration = duration_parse };
	reading->ok = read_relabel_configs(&reader, &key, yaml_find(root, "rules"), &reading->configs);
	CHECK(reading->ok == (reading->problems.errors == 0));
}

static void finish(struct reading *reading) {
	problems_finish(&reading->problems);
	yaml_doc_finish(&reading->doc);
	arena_finish(&reading->arena);
}

TEST(all_keys_are_read) {
	struct reading reading;
	read_rules(&reading, " - {source_labels: [a, b.c], separator: '@', regex: 'x(.*)', modulus: 18446744073709551615, target_label: t, replacement: $1y, action: HashMod}\n - {target_label: 5}\n");
	CHECK_INT(reading.configs.count, 2);
	const struct relabel_config *rule = &reading.configs.items[0];
	CHECK_INT(rule->source_label_count, 2);
	CHECK_STR(rule->source_labels[1], "b.c");
	CHECK_STR(rule->separator, "@");
	CHECK_STR(rule->regex, "x(.*)");
	CHECK(rule->modulus == UINT64_MAX);
	CHECK_STR(rule->target_label, "t");
	CHECK_STR(rule->replacement, "$1y");
	CHECK_INT(rule->action, RELABEL_HASHMOD);
	CHECK(rule->has_regex && rule->has_source_labels);
	rule = &reading.configs.items[1];
	CHECK_STR(rule->separator, ";");
	CHECK_STR(rule->regex, "(.*)");
	CHECK_STR(rule->replacement, "$1");
	CHECK_STR(rule->target_label, "5");
	CHECK_INT(rule->action, RELABEL_REPLACE);
	CHECK(!rule->has_regex && !rule->has_source_labels);
	finish(&reading);
}

TEST(null_values_mean_what_they_mean_to_prometheus) {
	struct reading reading;
	read_rules(&reading, " - {regex: , separator: , replacement: , target_label: a}\n - {regex: ~, separator: ~, replacement: null, target_label: a}\n - {source_labels: , regex: a, action: labeldrop}\n");
	CHECK(reading.ok);
	CHECK_STR(reading.configs.items[0].regex, "");
	CHECK_STR(reading.configs.items[0].separator, ";");
	CHECK_STR(reading.configs.items[0].replacement, "$1");
	CHECK(reading.configs.items[0].has_regex);
	CHECK_STR(reading.configs.items[1].separator, "");
	CHECK_STR(reading.configs.items[1].replacement, "");
	finish(&reading);
}

static void check_refused(const char *text, int line, int column, const char *wanted) {
	struct reading reading;
	read_rules(&reading, text);
	CHECK(!reading.ok && reading.problems.count == 1);
	CHECK_STR(reading.problems.items[0].text, wanted);
	CHECK_INT(reading.problems.items[0].at.line, line);
	CHECK_INT(reading.problems.items[0].at.column, column);
	finish(&reading);
}

TEST(a_mistake_is_told_in_prometheus_words_where_it_stands) {
	check_refused(" - {action: nope}\n", 2, 13, "unknown relabel action \"nope\"");
	check_refused(" - {target_label: a, action: }\n", 2, 30, "relabel action cannot be empty");
	check_refused(" - {target_label: a, regex: '(a'}\n", 2, 29, "error parsing regexp: missing closing ): `^(?s:(a)$`");
	check_refused(" - {source_labels: [a, ''], target_label: a}\n", 2, 24, "\"\" is not a valid label name");
	check_refused(" - {source_labels: [a]}\n", 2, 4, "relabel configuration for replace action requires 'target_label' value");
	check_refused(" - {action: lowercase, target_label: a, replacement: x}\n", 2, 54, "'replacement' can not be set for lowercase action");
	check_refused(" - {action: hashmod, target_label: a, modulus: -1}\n", 2, 48, "\"modulus\": expected an integer of 0 to 18446744073709551615, found \"-1\"");
	check_refused(" - {action: hashmod, target_label: a, modulus: 18446744073709551616}\n", 2, 48, "\"modulus\": expected an integer of 0 to 18446744073709551615, found \"18446744073709551616\"");
	check_refused(" - {action: hashmod, target_label: a}\n", 2, 4, "relabel configuration for hashmod requires non-zero modulus");
	check_refused(" - {action: labeldrop, source_labels: []}\n", 2, 4, "labeldrop action requires only 'regex', and no other fields");
	check_refused(" -\n", 2, 3, "empty or null relabeling rule");
	check_refused(" {}\n", 2, 2, "\"write_relabel_configs\": expected a list, found a map");
	check_refused(" - {target: a}\n", 2, 5, "unknown key \"target\"; expected one of source_labels, separator, regex, modulus, target_label, replacement, action");
}

TEST(the_mistakes_of_all_rules_are_told) {
	struct reading reading;
	read_rules(&reading, " - {action: nope}\n - {target_label: a}\n - {regex: '['}\n - {action: keepequal, target_label: b, separator: ','}\n");
	CHECK_INT(reading.problems.errors, 3);
	finish(&reading);
}
