// SPDX-License-Identifier: Apache-2.0
// inhibit_rules: which alerts hold which back. Source: Alertmanager config/common/inhibitrule.go.
#include "daemon/config_read.h"
#include "model/limits.h"

struct inhibit_keys {
	const char *name;
	struct matcher_keys source, target;
	struct yaml_strings equal;
};

static const struct yaml_key inhibit_rows[] = {
	{ "name", YAML_CSTRING, .offset = offsetof(struct inhibit_keys, name), .help = "What it is called." },
	{ "source_match", YAML_STRING_MAP, .is_harmless = true, .offset = offsetof(struct inhibit_keys, source.match), .help = "Labels and their values of alerts that hold back (old form of source_matchers)." },
	{ "source_match_re", YAML_STRING_MAP, .is_harmless = true, .offset = offsetof(struct inhibit_keys, source.match_re), .help = "Labels and regular expressions of theirs (old form of source_matchers)." },
	{ "source_matchers", YAML_CUSTOM, .is_harmless = true, .offset = offsetof(struct inhibit_keys, source.matchers), .help = "Conditions that alerts meet which hold others back.", MATCHER_TEXTS },
	{ "target_match", YAML_STRING_MAP, .is_harmless = true, .offset = offsetof(struct inhibit_keys, target.match), .help = "Labels and their values of alerts that are held back (old form of target_matchers)." },
	{ "target_match_re", YAML_STRING_MAP, .is_harmless = true, .offset = offsetof(struct inhibit_keys, target.match_re), .help = "Labels and regular expressions of theirs (old form of target_matchers)." },
	{ "target_matchers", YAML_CUSTOM, .is_harmless = true, .offset = offsetof(struct inhibit_keys, target.matchers), .help = "Conditions that alerts meet which are held back.", MATCHER_TEXTS },
	{ "equal", YAML_STRING_LIST, .is_harmless = true, .offset = offsetof(struct inhibit_keys, equal), .help = "Labels that both have with the same value; one that neither has is the same." },
};

const struct yaml_table inhibit_rule_table = { .name = "inhibit_rule", .help = "An alert that fires and meets the source's conditions holds back those that meet the target's.", .keys = inhibit_rows, .count = YAML_KEY_COUNT(inhibit_rows) };

static bool take_equal(struct config_reader *reader, const struct yaml_node *node, const struct yaml_strings *names, struct inhibit_rule *out) {
	const struct yaml_node *list = yaml_find(node, "equal");
	bool ok = true;
	for (size_t i = 0; i < names->count; i++)
		ok &= check_label_name(reader, list->items[i], names->items[i], "equal list");
	out->equal = names->items;
	out->equal_count = names->count;
	return ok;
}

static void read_rule(struct config_reader *reader, const struct yaml_node *node, struct inhibit_rule *out) {
	struct inhibit_keys keys = { 0 };
	yaml_table_read(&reader->yaml, inhibit_rows, YAML_KEY_COUNT(inhibit_rows), node, &keys);
	out->name = keys.name == NULL ? "" : keys.name;
	matchers_take(reader, &keys.source, &out->source);
	matchers_take(reader, &keys.target, &out->target);
	take_equal(reader, node, &keys.equal, out);
}

void inhibit_rules_read(struct config_reader *reader, const struct yaml_node *list) {
	struct notify_config *notify = &reader->config->notify;
	if (list == NULL || !yaml_expect(&reader->yaml, "inhibit_rules", list, YAML_SEQUENCE))
		return;
	if (list->count > LIMIT_INHIBIT_RULES) {
		problem_error(reader->yaml.problems, yaml_reader_at(&reader->yaml, list), "more than %d inhibit_rules", LIMIT_INHIBIT_RULES);
		return;
	}
	notify->inhibit_rules = ARENA_NEW_ARRAY(reader->yaml.arena, struct inhibit_rule, list->count + 1);
	for (uint32_t i = 0; i < list->count; i++)
		read_rule(reader, list->items[i], &notify->inhibit_rules[notify->inhibit_rule_count++]);
}
