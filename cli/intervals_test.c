// SPDX-License-Identifier: Apache-2.0
// tocsin intervals test: which time intervals of a configuration it is in, and until when.
#include "base/buf.h"
#include "cli/config_flag.h"
#include "template/value.h"

#include <stdio.h>

struct test_options {
	const char *config_file, *time, *active;
	struct flag_list features;
};

static const struct flag flags[] = {
	CONFIG_FLAG(struct test_options, config_file),
	{ "time", FLAG_TEXT, offsetof(struct test_options, time), NULL, "TIME", "The moment, as 2026-01-02T15:04:05+01:00; now by default." },
	{ "verify.active", FLAG_TEXT, offsetof(struct test_options, active), NULL, "A,B", "Exit with 1 unless it is in these and no others, in the order of the file." },
	FEATURE_FLAG(struct test_options, features),
};

enum { HORIZON_DAYS = 400 }; // a year, and what repeats each year

static bool is_asked_for(const struct named_interval *interval, int count, char **names) {
	for (int i = 0; i < count; i++)
		if (strcmp(names[i], interval->name) == 0)
			return true;
	return count == 0;
}

static void print_interval(const struct named_interval *interval, wall_ms at) {
	autobuf struct buf line = { 0 };
	wall_ms change = named_interval_changes_at(interval, at, at + HORIZON_DAYS * HOURS(24));
	buf_format(&line, "%s: %s", interval->name, named_interval_contains(interval, at) ? "active" : "inactive");
	if (change == 0)
		buf_format(&line, " for at least %d days", HORIZON_DAYS);
	else
		buf_append_cstr(&line, " until ");
	if (change != 0)
		clock_append_rfc3339(&line, change);
	printf("%s\n", buf_cstr(&line));
}

// A name that is not configured is a mistake.
static bool check_names(const struct notify_config *notify, int count, char **names) {
	for (int i = 0; i < count; i++) {
		size_t at = 0;
		while (at < notify->interval_count && strcmp(notify->intervals[at].name, names[i]) != 0)
			at++;
		if (at < notify->interval_count)
			continue;
		fprintf(stderr, "tocsin intervals test: there is no time interval \"%s\"\n", names[i]);
		return false;
	}
	return true;
}

static int test(const struct notify_config *notify, wall_ms at, const char *wanted, int count, char **names) {
	autobuf struct buf active = { 0 };
	buf_append_cstr(&active, "");
	for (size_t i = 0; i < notify->interval_count; i++) {
		const struct named_interval *interval = &notify->intervals[i];
		if (!is_asked_for(interval, count, names))
			continue;
		print_interval(interval, at);
		if (named_interval_contains(interval, at))
			buf_format(&active, "%s%s", active.len > 0 ? "," : "", interval->name);
	}
	if (wanted == NULL || str_equal_cstr(buf_str(&active), wanted))
		return 0;
	printf("WARNING: Expected active intervals did not match: %s\n", buf_cstr(&active));
	return 1;
}

static int run(const void *given, int argc, char **argv) {
	const struct test_options *options = given;
	wall_ms at = clock_wall();
	int status;
	if (options->time != NULL && !value_parse_time(str_of(options->time), &at)) {
		fprintf(stderr, "tocsin intervals test: --time: expected one like 2026-01-02T15:04:05+01:00, found \"%s\"\n", options->time);
		return EXIT_USAGE;
	}
	struct config *config = config_flag_load("intervals test", options->config_file, &options->features, &status);
	if (config == NULL)
		return status;
	status = check_names(&config->notify, argc, argv) ? test(&config->notify, at, options->active, argc, argv) : 1;
	config_unref(config);
	return status;
}

const struct command intervals_test_command = {
	.words = "intervals test",
	.arguments = "[NAME...]",
	.help = "Print which time intervals of a configuration it is in, and until when.",
	.flags = flags,
	.flag_count = sizeof flags / sizeof *flags,
	.options_size = sizeof(struct test_options),
	.run = run,
};
