// SPDX-License-Identifier: Apache-2.0
// Go's text/template (and html/template's escaping) compiled once and executed many times. No I/O, no clock: `now` is an argument.
// Source of its rules: Go's text/template, Prometheus' template/template.go, Alertmanager's template/template.go.
#pragma once
#include "base/arena.h"
#include "base/clock.h"
#include "base/error.h"
#include "model/labels.h"

struct buf;
struct template_set; // a set of named templates ("define"), one function table; immutable once built: any thread may execute it

enum template_functions { TEMPLATE_RULE,
	TEMPLATE_NOTIFICATION,
	TEMPLATE_ALERT_SOURCE }; // links of alerts: vmalert's -external.alert.source
enum template_mode { TEMPLATE_TEXT,
	TEMPLATE_HTML };

struct template_set *template_set_create(enum template_functions functions, enum template_mode mode);
void template_set_destroy(struct template_set *set); // NULL is fine
// Columns in messages about rule templates count the text alone from now on, for authors; else as if upstream's prefix stood before it.
void template_set_leave_prefix_out(struct template_set *set);
// Parses `text` as the template `name`; its {{define}}s join the set and replace those of the same name. Texts are copied.
// ERR_INVALID carries Go's message ("template: NAME:1: undefined variable \"$x\"").
MUST_CHECK bool template_set_add(struct template_set *set, struct str name, struct str text, struct error *err);
bool template_set_has(const struct template_set *set, struct str name);
// One template compiled alone (an alert's label or annotation), sharing the defines of `set` (may be NULL: rule functions, text mode).
// Where the text is wrong err's position says where within it: of the item that Go's message is about, or that follows it.
// A text without actions costs little more than itself. It becomes immutable and may be executed by any thread; it must be destroyed before `set`.
struct template *template_compile(const struct template_set *set, struct str name, struct str text, struct error *err);
void template_destroy(struct template *template); // NULL is fine

// What a template can depend on beyond $labels (LAW 8). A constant template has no actions at all.
enum template_class { TEMPLATE_CONSTANT,
	TEMPLATE_PURE_IN_LABELS,
	TEMPLATE_VOLATILE };
enum template_class template_classify(const struct template *template);
bool template_uses_query(const struct template *template);

// A value a template can hold; built by the caller in an arena, borrowed while executing. See template/value.h for the makers.
struct value;

struct template_sample {
	const struct label *labels; // sorted
	size_t label_count;
	double value;
};

struct template_vector {
	const struct template_sample *samples;
	size_t count;
};

// Answers `query "EXPR"`: true with *out set (borrowed while executing), or false: not known yet (NEED_QUERY) unless *err has a code (failed).
typedef bool template_query(void *context, struct str expr, struct template_vector *out, struct error *err);

struct template_env {
	wall_ms now;             // for `now`, `since` and `query`
	struct str external_url; // for externalURL, pathPrefix
	template_query *query;   // NULL: `query` fails
	void *query_context;
	const struct value *data; // the document: `.` and `$`
	struct str name;          // what messages call the template instead of the name it was compiled under (rules share equal texts); empty: that name
};

enum template_status { TEMPLATE_OK,
	TEMPLATE_FAILED,
	TEMPLATE_NEED_QUERY };

// Appends the expansion to *out. On TEMPLATE_FAILED err has Go's text (with upstream's "error executing template NAME: " left to the caller);
// on TEMPLATE_NEED_QUERY *needed is the expression (in the arena) and the caller runs it again from the start once it knows the answer.
// Then *out is as it was. Temporary values live in `arena`. Limits: model/limits.h.
enum template_status template_execute(const struct template *template, const struct template_env *env, struct arena *arena, struct buf *out, struct str *needed, struct error *err);
// The same for a named template of the set.
enum template_status template_set_execute(const struct template_set *set, struct str name, const struct template_env *env, struct arena *arena, struct buf *out, struct error *err);

// The document of a rule's label or annotation: .Labels .ExternalLabels .ExternalURL .Value, and $labels $externalLabels $externalURL $value
// (rule templates get upstream's prefix "{{$labels := .Labels}}…" so that columns in messages agree). `labels` sorted, borrowed.
const struct value *template_rule_data(struct arena *arena, const struct label *labels, size_t label_count, const struct labels *external_labels, struct str external_url, double value);
// The same from a document of value_from_json(), when it has no other members than these, all with a capital or all with a small letter first; else NULL. `external_url` where it has none.
const struct value *template_rule_data_of_json(struct arena *arena, const struct value *json, struct str external_url);
