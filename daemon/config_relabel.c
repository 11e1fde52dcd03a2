// SPDX-License-Identifier: Apache-2.0
// relabel_config: one rule that rewrites, keeps or drops label sets.
#include "daemon/config_read.h"

#include "model/limits.h"

#include <errno.h>

struct relabel_keys {
	struct relabel_config rule;
	struct yaml_strings source_labels;
	bool has_source_labels, has_regex;
};

static bool read_action(struct yaml_reader *reader, const struct yaml_key *key, const struct yaml_node *value, void *field) {
	if (!yaml_expect(reader, key->name, value, YAML_SCALAR))
		return false;
	if (relabel_action_parse(value->text, field))
		return true;
	problem_error(reader->problems, yaml_reader_at(reader, value), "unknown relabel action \"%.*s\"", STR_ARG(value->text));
	return false;
}

// An unsigned number: the table's integers end at half of what upstream takes.
static bool read_modulus(struct yaml_reader *reader, const struct yaml_key *key, const struct yaml_node *value, void *field) {
	int64_t number = 0;
	if (!yaml_expect(reader, key->name, value, YAML_SCALAR))
		return false;
	if (yaml_get_int(value, &number) && number >= 0) {
		*(uint64_t *)field = (uint64_t)number;
		return true;
	}
	struct str digits = value->text;
	bool is_decimal = value->style == YAML_PLAIN && digits.len > 0 && strspn(digits.data, "0123456789") == digits.len;
	errno = 0;
	unsigned long long large = is_decimal ? strtoull(digits.data, NULL, 10) : 0;
	if (is_decimal && errno == 0) {
		*(uint64_t *)field = large;
		return true;
	}
	problem_error(reader->problems, yaml_reader_at(reader, value), "\"%s\": expected an integer of 0 to 18446744073709551615, found \"%.*s\"", key->name, STR_ARG(value->text));
	return false;
}

static const struct yaml_key relabel_config_keys[] = {
	{ "source_labels", YAML_STRING_LIST, .is_harmless = true, .offset = offsetof(struct relabel_keys, source_labels), .has = YAML_HAS(struct relabel_keys, has_source_labels), .help = "Labels whose values, joined by the separator, are looked at." },
	{ "separator", YAML_STRING, .offset = offsetof(struct relabel_keys, rule.separator), .preset = ";", .help = "What stands between the values." },
	{ "regex", YAML_STRING, .offset = offsetof(struct relabel_keys, rule.regex), .has = YAML_HAS(struct relabel_keys, has_regex), .preset = "(.*)", .help = "What the values, or for labelmap, labeldrop and labelkeep the labels' names, must match as a whole." },
	{ "modulus", YAML_CUSTOM, .offset = offsetof(struct relabel_keys, rule.modulus), .help = "By what hashmod divides the values' hash.", .read = read_modulus, .shape = "integer", .as = YAML_INT },
	{ "target_label", YAML_STRING, .offset = offsetof(struct relabel_keys, rule.target_label), .help = "The label that is written or compared; for replace it may hold groups." },
	{ "replacement", YAML_STRING, .offset = offsetof(struct relabel_keys, rule.replacement), .preset = "$1", .help = "What replace writes, or the name labelmap copies to; groups of the regex as $1, ${1} or ${name}." },
	{ "action", YAML_CUSTOM, .offset = offsetof(struct relabel_keys, rule.action), .preset = "replace", .help = "replace, keep, drop, keepequal, dropequal, hashmod, labelmap, labeldrop, labelkeep, lowercase or uppercase.", .read = read_action, .shape = "string", .as = YAML_STRING },
};
const struct yaml_table relabel_config_table = { .name = "relabel_config", .keys = relabel_config_keys, .count = YAML_KEY_COUNT(relabel_config_keys) };

// A null value counts as absent in our tables; upstream's reader takes some for an empty text.
static void take_null(const struct yaml_node *mapping, const char *name, struct str *field) {
	const struct yaml_node *value = yaml_find(mapping, name);
	if (value != NULL && yaml_is_null(value) && (value->text.len > 0 || strcmp(name, "regex") == 0))
		*field = STR("");
}

static void take_nulls(const struct yaml_node *mapping, struct relabel_keys *keys) {
	take_null(mapping, "separator", &keys->rule.separator);
	take_null(mapping, "replacement", &keys->rule.replacement);
	take_null(mapping, "regex", &keys->rule.regex);
	keys->has_regex = yaml_find(mapping, "regex") != NULL;
}

static bool check_names(struct yaml_reader *reader, const struct yaml_node *list, const struct yaml_strings *names) {
	bool ok = true;
	for (size_t i = 0; i < names->count; i++) {
		if (names->items[i].len > 0)
			continue;
		problem_error(reader->problems, yaml_reader_at(reader, list->items[i]), "\"\" is not a valid label name");
		ok = false;
	}
	return ok;
}

// The key a rule's check is about, or the rule itself.
static const struct yaml_node *blamed(const struct yaml_node *mapping, const char *text) {
	static const char *const names[] = { "regexp", "regex", "'replacement'", "replacement", "'target_label' for", "target_label", "action cannot", "action" };
	for (size_t i = 0; i < sizeof names / sizeof *names; i += 2)
		if (strstr(text, names[i]) != NULL && yaml_find(mapping, names[i + 1]) != NULL)
			return yaml_find(mapping, names[i + 1]);
	return mapping;
}

static bool check_rule(struct yaml_reader *reader, const struct yaml_node *mapping, const struct relabel_config *rule) {
	struct error err = { 0 };
	const struct yaml_node *action = yaml_find(mapping, "action");
	if (action != NULL && yaml_is_null(action))
		error_set(&err, ERR_INVALID, "relabel action cannot be empty");
	else if (relabel_config_check(rule, &err))
		return true;
	problem_error(reader->problems, yaml_reader_at(reader, blamed(mapping, err.text)), "%s", err.text);
	return false;
}

static bool read_rule(struct yaml_reader *reader, const struct yaml_node *mapping, struct relabel_config *out) {
	struct relabel_keys keys = { 0 };
	if (yaml_is_null(mapping)) {
		problem_error(reader->problems, yaml_reader_at(reader, mapping), "empty or null relabeling rule");
		return false;
	}
	if (!yaml_table_read(reader, relabel_config_keys, YAML_KEY_COUNT(relabel_config_keys), mapping, &keys))
		return false;
	take_nulls(mapping, &keys);
	keys.rule.names = ((struct config_reader *)reader)->global.names;
	keys.rule.has_regex = keys.has_regex;
	keys.rule.has_source_labels = keys.has_source_labels;
	keys.rule.source_labels = keys.source_labels.items;
	keys.rule.source_label_count = keys.source_labels.count;
	*out = keys.rule;
	return check_names(reader, yaml_find(mapping, "source_labels"), &keys.source_labels) && check_rule(reader, mapping, out);
}

bool read_relabel_configs(struct yaml_reader *reader, const struct yaml_key *key, const struct yaml_node *value, void *field) {
	struct relabel_configs *configs = field;
	if (!yaml_expect(reader, key->name, value, YAML_SEQUENCE))
		return false;
	if (value->count > LIMIT_RELABEL_CONFIGS) {
		problem_error(reader->problems, yaml_reader_at(reader, value), "\"%s\": %u rules, at most %d are allowed", key->name, value->count, LIMIT_RELABEL_CONFIGS);
		return false;
	}
	bool ok = true;
	struct relabel_config *rules = ARENA_NEW_ARRAY(reader->arena, struct relabel_config, value->count + 1);
	for (uint32_t i = 0; i < value->count; i++)
		ok &= read_rule(reader, value->items[i], &rules[i]);
	*configs = (struct relabel_configs){ .items = rules, .count = value->count };
	return ok;
}
