// SPDX-License-Identifier: Apache-2.0
// Prometheus' relabelling: rules that rewrite, keep or drop label sets. Pure. Source: Prometheus 3.x, model/relabel.
#pragma once
#include "base/error.h"
#include "base/str.h"
#include "model/name_scheme.h"

#include <stdint.h>

struct arena;
struct label;
struct labels;
struct relabel; // rules made ready; immutable: any thread may apply them

enum relabel_action {
	RELABEL_REPLACE,
	RELABEL_KEEP,
	RELABEL_DROP,
	RELABEL_KEEPEQUAL,
	RELABEL_DROPEQUAL,
	RELABEL_HASHMOD,
	RELABEL_LABELMAP,
	RELABEL_LABELDROP,
	RELABEL_LABELKEEP,
	RELABEL_LOWERCASE,
	RELABEL_UPPERCASE,
};

// One rule as configured. Texts are borrowed, valid UTF-8.
struct relabel_config {
	const struct str *source_labels;
	size_t source_label_count;
	bool has_source_labels; // an empty list counts as given, as it does upstream
	struct str separator;
	struct str regex;
	bool has_regex; // given, be it as the default text
	uint64_t modulus;
	struct str target_label, replacement;
	enum relabel_action action;
	enum name_scheme names; // that it may set
};
#define RELABEL_CONFIG_DEFAULT ((struct relabel_config){ .separator = STR(";"), .regex = STR("(.*)"), .replacement = STR("$1") })

struct relabel_configs {
	const struct relabel_config *items; // in order of application
	size_t count;
};

// The action of that name, in any case. False when there is none.
bool relabel_action_parse(struct str name, enum relabel_action *out);
const char *relabel_action_name(enum relabel_action action);
// What an action needs and what it does not take, in Prometheus' words; the regular expression is compiled too. ERR_INVALID or ERR_LIMIT.
MUST_CHECK bool relabel_config_check(const struct relabel_config *config, struct error *err);

bool relabel_configs_equal(const struct relabel_configs *a, const struct relabel_configs *b); // as configured, rule by rule

// Copies the configs. NULL with what relabel_config_check says of the first that is wrong, or ERR_LIMIT when there are too many.
struct relabel *relabel_create(const struct relabel_configs *configs, struct error *err);
void relabel_destroy(struct relabel *relabel); // NULL is fine

// RELABEL_FAILED: a rule was too expensive or its result too large (ERR_LIMIT). No verdict: whoever must not lose the labels keeps them as they were.
enum relabel_result { RELABEL_KEPT,
	RELABEL_DROPPED,
	RELABEL_FAILED };

// On RELABEL_KEPT *out is a new reference: to `labels` itself when they come out as they went in. Unlike upstream, a labelmap that maps to
// the empty name makes no label. Allocates nothing of its own unless a rule changes something.
enum relabel_result relabel_apply(const struct relabel *relabel, const struct labels *labels, const struct labels **out, struct error *err);
// The same for labels outside of a set, sorted by name, unique and not empty. On RELABEL_KEPT *items and *count are the result, in the same
// shape: untouched when nothing changed, else in the arena with texts from the arena, from the items or from the rules.
enum relabel_result relabel_items(const struct relabel *relabel, struct arena *arena, const struct label **items, size_t *count, struct error *err);
