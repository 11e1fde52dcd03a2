// SPDX-License-Identifier: Apache-2.0
// See feature_flag.h.
#include "cli/feature_flag.h"

#include "base/log.h"
#include "promql/promql.h"

#include <stdio.h>

// Alertmanager's features. Source: alertmanager featurecontrol.
static const struct alertmanager_feature {
	const char *name;
	bool is_mode; // of matchers; the rest changes nothing here
	enum matcher_mode mode;
} alertmanager_features[] = {
	{ "classic-mode", true, MATCHER_CLASSIC },
	{ "utf8-strict-mode", true, MATCHER_UTF8 },
	{ "receiver-name-in-metrics", .is_mode = false },
	{ "alert-names-in-metrics", .is_mode = false },
	{ "group-key-in-metrics", .is_mode = false },
	{ "auto-gomemlimit", .is_mode = false },
	{ "auto-gomaxprocs", .is_mode = false },
	{ "event-recorder", .is_mode = false },
};

static const struct alertmanager_feature *find_feature(struct str name) {
	for (size_t i = 0; i < sizeof alertmanager_features / sizeof *alertmanager_features; i++)
		if (str_equal_cstr(name, alertmanager_features[i].name))
			return &alertmanager_features[i];
	return NULL;
}

static bool take_name(const char *command, struct str name, struct config_features *out, struct error *err) {
	const struct alertmanager_feature *feature = find_feature(name);
	if (feature == NULL)
		return promql_features_parse(name, &out->promql, err);
	if (!feature->is_mode) {
		if (strcmp(command, "serve") == 0)
			log_line(LOG_INFO, "main", "a feature of Alertmanager that changes nothing here", "feature", feature->name, NULL);
		return true;
	}
	if (out->matchers != MATCHER_FALLBACK && out->matchers != feature->mode)
		return error_set(err, ERR_INVALID, "cannot have both classic and UTF-8 modes enabled");
	out->matchers = feature->mode;
	return true;
}

bool feature_flag_parse(const char *command, const struct flag_list *texts, struct config_features *out, struct error *err) {
	bool ok = true;
	out->matchers = MATCHER_FALLBACK;
	for (size_t i = 0; ok && i < texts->count; i++)
		for (struct str rest = str_of(texts->items[i]); ok && rest.len > 0;)
			ok = take_name(command, str_cut(&rest, ','), out, err);
	return ok;
}

bool feature_flag_read(const char *command, const struct flag_list *texts, struct config_features *out) {
	struct error err = { 0 };
	bool ok = feature_flag_parse(command, texts, out, &err);
	if (!ok)
		fprintf(stderr, "tocsin %s: --enable-feature: %s\n", command, err.text);
	return ok;
}
