// SPDX-License-Identifier: Apache-2.0
// Conditions on labels as routes and inhibit rules have them: match, match_re and matchers. Source: Alertmanager config/common/matchers.go.
#include "daemon/config_read.h"

bool read_matcher_texts(struct yaml_reader *reader, const struct yaml_key *key, const struct yaml_node *value, void *field) {
	struct matcher_texts *texts = field;
	texts->list = value;
	return yaml_read_strings(reader, key->name, value, &texts->texts);
}

bool complain_at(struct config_reader *reader, const struct yaml_node *at, const char *text) {
	problem_error(reader->yaml.problems, yaml_reader_at(&reader->yaml, at), "%s", text);
	return false;
}

// Alertmanager prints these with their anchors, in group keys too: they are part of the value.
static bool add_regex(struct config_reader *reader, const struct yaml_string_pair *pair, struct matchers *out, struct error *err) {
	struct regex *alone = regex_compile(pair->value, REGEX_ANCHORED, err); // for the message, which quotes it as written
	if (alone == NULL)
		return false;
	regex_destroy(alone);
	return matchers_add(out, MATCH_REGEX, pair->name, arena_format(reader->yaml.arena, "^(?:%.*s)$", STR_ARG(pair->value)), err);
}

// The old forms know the old names only, in every mode.
static bool take_pairs(struct config_reader *reader, const struct yaml_string_map *map, enum matcher_op op, struct matchers *out) {
	bool ok = true;
	for (size_t i = 0; i < map->count; i++) {
		const struct yaml_string_pair *pair = &map->items[i];
		struct error err = { 0 };
		if (!matcher_is_label_name(pair->name, MATCHER_CLASSIC)) {
			problem_error(reader->yaml.problems, yaml_reader_at(&reader->yaml, pair->name_node), "invalid label name \"%.*s\"", STR_ARG(pair->name));
			ok = false;
		} else if (op == MATCH_REGEX && yaml_is_null(pair->value_node)) {
			problem_error(reader->yaml.problems, yaml_reader_at(&reader->yaml, pair->value_node), "invalid regexp value for \"%.*s\"", STR_ARG(pair->name));
			ok = false;
		} else if (!(op == MATCH_REGEX ? add_regex(reader, pair, out, &err) : matchers_add(out, op, pair->name, pair->value, &err))) {
			ok = complain_at(reader, pair->value_node, err.text);
		}
	}
	return ok;
}

// A text that only the classic parser takes as it is meant will change its meaning, or not load, one day.
static void warn_of_old(struct config_reader *reader, const struct yaml_node *at, const struct matcher_reading *reading) {
	if (!matcher_reading_is_old(reading, reader->config->features.matchers))
		return;
	const char *why = reading->differs ? "the UTF-8 parser understands something else" : reading->utf8_error.text;
	problem_warning(reader->yaml.problems, yaml_reader_at(&reader->yaml, at), "read by the classic parser of matchers (%s): quote values and escape backslashes", why);
}

static bool take_texts(struct config_reader *reader, const struct matcher_texts *texts, struct matchers *out) {
	bool ok = true;
	for (size_t i = 0; i < texts->texts.count; i++) {
		struct error err = { 0 };
		struct matcher_reading reading;
		const struct yaml_node *at = texts->list->items[i];
		if (matchers_read(out, texts->texts.items[i], reader->config->features.matchers, &reading, &err))
			warn_of_old(reader, at, &reading);
		else
			ok = complain_at(reader, at, err.text);
	}
	return ok;
}

bool matchers_take(struct config_reader *reader, const struct matcher_keys *keys, struct matchers *out) {
	bool ok = take_pairs(reader, &keys->match, MATCH_EQUAL, out);
	ok &= take_pairs(reader, &keys->match_re, MATCH_REGEX, out);
	ok &= take_texts(reader, &keys->matchers, out);
	matchers_sort(out);
	return ok;
}

bool check_label_name(struct config_reader *reader, const struct yaml_node *at, struct str name, const char *where) {
	if (matcher_is_label_name(name, reader->config->features.matchers))
		return true;
	problem_error(reader->yaml.problems, yaml_reader_at(&reader->yaml, at), "invalid label name \"%.*s\" in %s", STR_ARG(name), where);
	return false;
}
