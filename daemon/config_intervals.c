// SPDX-License-Identifier: Apache-2.0
// time_intervals and mute_time_intervals: when routes speak. Source: Alertmanager timeinterval/timeinterval.go and config/config.go.
#include "daemon/config_read.h"

struct interval_keys {
	struct value_ranges minutes, weekdays, month_days, months, years;
	struct str location;
};

static const struct yaml_key minute_rows[] = {
	{ "start_time", YAML_STRING, .offset = 0, .help = "The first minute, as HH:MM.", .example = "09:00" },
	{ "end_time", YAML_STRING, .offset = sizeof(struct str), .help = "The minute after the last one; 24:00 is the end of the day.", .example = "17:00" },
};
static const struct yaml_table minute_table = { .name = "times", .help = "Hours of a day.", .keys = minute_rows, .count = YAML_KEY_COUNT(minute_rows) };

static bool report(struct yaml_reader *reader, const struct yaml_node *at, const struct error *err) {
	problem_error(reader->problems, yaml_reader_at(reader, at), "%s", err->text);
	return false;
}

static bool read_minutes(struct yaml_reader *reader, const struct yaml_key *key, const struct yaml_node *list, void *field) {
	struct value_ranges *out = field;
	bool ok = yaml_expect(reader, key->name, list, YAML_SEQUENCE);
	if (!ok)
		return false;
	struct value_range *ranges = ARENA_NEW_ARRAY(reader->arena, struct value_range, list->count + 1);
	for (uint32_t i = 0; i < list->count; i++) {
		struct str times[2] = { 0 };
		struct error err = { 0 };
		if (!yaml_table_read(reader, minute_rows, YAML_KEY_COUNT(minute_rows), list->items[i], times))
			ok = false;
		else if (!minute_range_parse(times[0], times[1], &ranges[i], &err))
			ok = report(reader, list->items[i], &err);
	}
	*out = (struct value_ranges){ ranges, list->count, true };
	return ok;
}

static bool read_ranges(struct yaml_reader *reader, const char *name, const struct yaml_node *list, value_range_parse *parse, struct value_ranges *out) {
	struct yaml_strings texts;
	if (!yaml_read_strings(reader, name, list, &texts))
		return false;
	struct value_range *ranges = ARENA_NEW_ARRAY(reader->arena, struct value_range, texts.count + 1);
	bool ok = true;
	for (size_t i = 0; i < texts.count; i++) {
		struct error err = { 0 };
		if (!parse(texts.items[i], &ranges[i], &err))
			ok = report(reader, list->items[i], &err);
	}
	*out = (struct value_ranges){ ranges, texts.count, true };
	return ok;
}

static bool read_weekdays(struct yaml_reader *reader, const struct yaml_key *key, const struct yaml_node *value, void *field) {
	return read_ranges(reader, key->name, value, weekday_range_parse, field);
}

static bool read_month_days(struct yaml_reader *reader, const struct yaml_key *key, const struct yaml_node *value, void *field) {
	return read_ranges(reader, key->name, value, month_day_range_parse, field);
}

static bool read_months(struct yaml_reader *reader, const struct yaml_key *key, const struct yaml_node *value, void *field) {
	return read_ranges(reader, key->name, value, month_range_parse, field);
}

static bool read_years(struct yaml_reader *reader, const struct yaml_key *key, const struct yaml_node *value, void *field) {
	return read_ranges(reader, key->name, value, year_range_parse, field);
}

#define RANGES(member, reader) .is_harmless = true, .offset = offsetof(struct interval_keys, member), .read = (reader), .shape = "list of ranges", .as = YAML_STRING_LIST

static const struct yaml_key interval_rows[] = {
	{ "times", YAML_CUSTOM, .offset = offsetof(struct interval_keys, minutes), .help = "Hours of the day.", .read = read_minutes, .shape = "list of maps of start_time and end_time", .table = &minute_table, .is_list = true },
	{ "weekdays", RANGES(weekdays, read_weekdays), .type = YAML_CUSTOM, .help = "Names, or ranges of them like monday:friday.", .pattern = "^[A-Za-z]+(:[A-Za-z]+)?$", .example = "monday:friday" },
	{ "days_of_month", RANGES(month_days, read_month_days), .type = YAML_CUSTOM, .help = "1 to 31, or -1 to -31 from the end, and ranges like 1:5 or -3:-1." },
	{ "months", RANGES(months, read_months), .type = YAML_CUSTOM, .help = "Names or numbers, and ranges of them like june:august." },
	{ "years", RANGES(years, read_years), .type = YAML_CUSTOM, .help = "Numbers, and ranges like 2026:2028." },
	{ "location", YAML_STRING, .offset = offsetof(struct interval_keys, location), .help = "Whose local time it is, as in the time zone database; UTC by default, Local for the machine's.", .example = "Europe/Madrid" },
};
const struct yaml_table interval_table = { .name = "time_interval", .help = "What is given must hold altogether; of each list one is enough.", .keys = interval_rows, .count = YAML_KEY_COUNT(interval_rows) };

struct named_keys {
	const char *name;
	const struct yaml_node *intervals;
};

static bool keep_list(struct yaml_reader *reader, const struct yaml_key *key, const struct yaml_node *value, void *field) {
	*(const struct yaml_node **)field = value;
	return yaml_expect(reader, key->name, value, YAML_SEQUENCE);
}

static const struct yaml_key named_rows[] = {
	{ "name", YAML_CSTRING, .offset = offsetof(struct named_keys, name), .help = "What routes call it." },
	{ "time_intervals", YAML_CUSTOM, .offset = offsetof(struct named_keys, intervals), .help = "It is time when it is in one of them.", .read = keep_list, .shape = "list, see time_interval", .table = &interval_table, .is_list = true, .skips_null = false },
};
static const struct yaml_variant named_variant = { .set = { "name" } };
const struct yaml_table named_interval_table = { .name = "time_intervals", .help = "Spans of time that routes name.", .keys = named_rows, .count = YAML_KEY_COUNT(named_rows), .variants = &named_variant, .variant_count = 1 };

static void read_interval(struct config_reader *reader, const struct yaml_node *node, struct time_interval *out) {
	struct interval_keys keys = { 0 };
	struct error err = { 0 };
	yaml_table_read(&reader->yaml, interval_rows, YAML_KEY_COUNT(interval_rows), node, &keys);
	*out = (struct time_interval){ .minutes = keys.minutes, .weekdays = keys.weekdays, .month_days = keys.month_days, .months = keys.months, .years = keys.years };
	if (!interval_zone_parse(keys.location, &out->zone, &err))
		report(&reader->yaml, yaml_find(node, "location"), &err);
}

const struct named_interval *interval_find(const struct notify_config *notify, struct str name) {
	for (size_t i = 0; i < notify->interval_count; i++)
		if (str_equal_cstr(name, notify->intervals[i].name))
			return &notify->intervals[i];
	return NULL;
}

// One name space for both lists; `kind` is what messages call an entry.
static void check_name(struct config_reader *reader, const struct yaml_node *entry, const char *name, const char *kind) {
	const struct yaml_node *at = yaml_find(entry, "name");
	if (name == NULL || *name == '\0')
		problem_error(reader->yaml.problems, yaml_reader_at(&reader->yaml, entry), "missing name in %s", kind);
	else if (interval_find(&reader->config->notify, str_of(name)) != NULL)
		problem_error(reader->yaml.problems, yaml_reader_at(&reader->yaml, at), "%s \"%s\" is not unique", kind, name);
}

static void read_named(struct config_reader *reader, const struct yaml_node *entry, const char *kind) {
	struct notify_config *notify = &reader->config->notify;
	struct named_keys keys = { 0 };
	yaml_table_read(&reader->yaml, named_rows, YAML_KEY_COUNT(named_rows), entry, &keys);
	check_name(reader, entry, keys.name, kind);
	uint32_t count = keys.intervals == NULL || keys.intervals->kind != YAML_SEQUENCE ? 0 : keys.intervals->count;
	struct time_interval *items = ARENA_NEW_ARRAY(reader->yaml.arena, struct time_interval, count + 1);
	for (uint32_t i = 0; i < count; i++)
		read_interval(reader, keys.intervals->items[i], &items[i]);
	notify->intervals[notify->interval_count++] = (struct named_interval){ keys.name == NULL ? "" : keys.name, items, count };
}

static void read_list(struct config_reader *reader, const struct yaml_node *list, const char *kind) {
	for (uint32_t i = 0; list != NULL && i < list->count; i++)
		read_named(reader, list->items[i], kind);
}

// NULL unless it is a list.
static const struct yaml_node *expect_list(struct config_reader *reader, const char *name, const struct yaml_node *list) {
	return list != NULL && yaml_expect(&reader->yaml, name, list, YAML_SEQUENCE) ? list : NULL;
}

void intervals_read(struct config_reader *reader, const struct yaml_node *mute, const struct yaml_node *time) {
	mute = expect_list(reader, "mute_time_intervals", mute);
	time = expect_list(reader, "time_intervals", time);
	size_t count = (mute == NULL ? 0 : mute->count) + (time == NULL ? 0 : time->count);
	reader->config->notify.intervals = ARENA_NEW_ARRAY(reader->yaml.arena, struct named_interval, count + 1);
	read_list(reader, mute, "mute time interval");
	read_list(reader, time, "time interval");
}

void intervals_format_keys(struct buf *out) {
	table_format_keys(out, "time_intervals", &named_interval_table);
	table_format_keys(out, "time_interval", &interval_table);
	table_format_keys(out, "times", &minute_table);
}
