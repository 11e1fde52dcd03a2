// SPDX-License-Identifier: Apache-2.0
// See feature_flag.h.
#include "cli/feature_flag.h"

#include "promql/promql.h"

#include <stdio.h>

struct choice {
	bool is_classic, is_utf8;
};

// Features of Alertmanager's; most of them change nothing here.
static bool take_alertmanager_feature(struct str name, struct choice *choice) {
	static const char *const idle[] = { "alert-names-in-metrics", "receiver-name-in-metrics", "group-key-in-metrics", "auto-gomemlimit", "event-recorder" };
	choice->is_classic |= str_equal_cstr(name, "classic-mode");
	choice->is_utf8 |= str_equal_cstr(name, "utf8-strict-mode");
	for (size_t i = 0; i < sizeof idle / sizeof *idle; i++)
		if (str_equal_cstr(name, idle[i]))
			return true;
	return str_equal_cstr(name, "classic-mode") || str_equal_cstr(name, "utf8-strict-mode");
}

static bool take_names(struct str names, struct choice *choice, unsigned *promql, struct error *err) {
	while (names.len > 0) {
		struct str name = str_cut(&names, ',');
		if (!take_alertmanager_feature(name, choice) && !promql_features_parse(name, promql, err))
			return false;
	}
	return true;
}

bool feature_flag_read(const char *command, const struct flag_list *texts, struct config_features *out) {
	struct error err = { 0 };
	struct choice choice = { 0 };
	bool ok = true;
	for (size_t i = 0; ok && i < texts->count; i++)
		ok = take_names(str_of(texts->items[i]), &choice, &out->promql, &err);
	if (ok && choice.is_classic && choice.is_utf8)
		ok = error_set(&err, ERR_INVALID, "cannot have both classic and UTF-8 modes enabled");
	if (!ok)
		fprintf(stderr, "tocsin %s: --enable-feature: %s\n", command, err.text);
	out->matchers = choice.is_classic ? MATCHER_CLASSIC : choice.is_utf8 ? MATCHER_UTF8
	                                                                     : MATCHER_FALLBACK;
	return ok;
}
