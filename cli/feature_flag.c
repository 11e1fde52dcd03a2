// SPDX-License-Identifier: Apache-2.0
// See feature_flag.h.
#include "cli/feature_flag.h"

#include "base/log.h"
#include "promql/promql.h"

#include <stdio.h>

bool feature_flag_read(const char *command, const struct flag_list *texts, unsigned *out) {
	struct error err = { 0 };
	for (size_t i = 0; i < texts->count; i++) {
		if (promql_features_parse(str_of(texts->items[i]), out, &err))
			continue;
		fprintf(stderr, "tocsin %s: --enable-feature: %s\n", command, err.text);
		return false;
	}
	return true;
}

// Alertmanager's features. Source: alertmanager featurecontrol.
static const struct serve_feature {
	const char *name;
	bool is_mode;
	enum matcher_mode mode;
} serve_features[] = {
	{ "classic-mode", true, MATCHER_CLASSIC },
	{ "utf8-strict-mode", true, MATCHER_UTF8 },
	{ "receiver-name-in-metrics", .is_mode = false },
	{ "alert-names-in-metrics", .is_mode = false },
	{ "group-key-in-metrics", .is_mode = false },
	{ "auto-gomemlimit", .is_mode = false },
	{ "auto-gomaxprocs", .is_mode = false },
	{ "event-recorder", .is_mode = false },
};

static const struct serve_feature *find_serve_feature(struct str name) {
	for (size_t i = 0; i < sizeof serve_features / sizeof *serve_features; i++)
		if (str_equal_cstr(name, serve_features[i].name))
			return &serve_features[i];
	return NULL;
}

static bool read_serve_feature(struct str name, unsigned *out, enum matcher_mode *mode) {
	struct error err = { 0 };
	const struct serve_feature *feature = find_serve_feature(name);
	if (feature == NULL && !promql_features_parse(name, out, &err)) {
		fprintf(stderr, "tocsin serve: --enable-feature: %s\n", err.text);
		return false;
	}
	if (feature == NULL)
		return true;
	if (feature->is_mode && *mode != MATCHER_FALLBACK && *mode != feature->mode) {
		fprintf(stderr, "tocsin serve: --enable-feature: classic-mode and utf8-strict-mode exclude each other\n");
		return false;
	}
	if (feature->is_mode)
		*mode = feature->mode;
	else
		log_line(LOG_INFO, "main", "a feature of Alertmanager that changes nothing here", "feature", feature->name, NULL);
	return true;
}

bool feature_flag_read_serve(const struct flag_list *texts, unsigned *out, enum matcher_mode *mode) {
	*mode = MATCHER_FALLBACK;
	for (size_t i = 0; i < texts->count; i++)
		for (struct str rest = str_of(texts->items[i]); rest.len > 0;)
			if (!read_serve_feature(str_cut(&rest, ','), out, mode))
				return false;
	return true;
}
