// SPDX-License-Identifier: Apache-2.0
// The values templates work on, with Go's types: what `{{ . }}` can be. The second door of this folder, for those who build documents.
// A value is small and passed by value; what it points to (texts, items) lives in the caller's arena, is immutable and is borrowed.
#pragma once
#include "base/arena.h"
#include "base/clock.h"
#include "base/error.h"
#include "model/labels.h"

struct buf;
struct exec;
struct value;
struct template_env;

// How Go's reflection sees a value.
enum value_kind {
	KIND_NIL, // an empty interface; "no value" at all is a value without a type
	KIND_BOOL,
	KIND_INT,
	KIND_UINT,
	KIND_FLOAT,
	KIND_COMPLEX,
	KIND_STRING,
	KIND_LIST,
	KIND_MAP, // keys are strings
	KIND_STRUCT,
	KIND_TIME, // a struct for Go
};

// What a running function or method may use.
struct template_call {
	struct arena *arena; // for the result and temporary things
	const struct template_env *env;
	struct exec *exec; // private to the executor
	struct error *err; // set by template_call_fail
};

// The function says why it failed; the executor adds where. Returns false.
PRINTF_LIKE(2, 3)
bool template_call_fail(struct template_call *call, const char *format, ...);

typedef bool template_function(struct template_call *call, const struct value *args, size_t count, struct value *out);

enum { TEMPLATE_PARAMS_MAX = 4 };

// A function of a template or a method of a type; a method finds its receiver in args[0], `params` do not count it.
struct template_callable {
	const char *name; // NULL ends a table
	template_function *call;
	bool is_variadic;                                     // the last of params may be given any number of times
	unsigned char flags;                                  // enum callable_flags of template_function.h
	const struct value_type *params[TEMPLATE_PARAMS_MAX]; // NULL after the last
};

struct value_field {
	const char *name;              // as templates write it
	const char *json_name;         // as toJson writes it; NULL: the name
	const struct value_type *type; // what value_unmarshal.h makes of JSON; NULL: it does not read this struct
};

// A Go type. Tables of these are static; types are the same when their addresses are.
struct value_type {
	const char *name; // as %T prints it: "map[string]string", "template.KV"
	enum value_kind kind;
	bool is_defined;                     // a named type: assignable to itself and to its unnamed underlying type only
	bool is_pointer;                     // *T: behaves as T, but is called *T
	const struct value_type *underlying; // NULL: this one
	const struct value_type *element;    // of lists and maps; what a pointer points to
	const struct value_field *fields;    // of structs
	size_t field_count;
	const struct template_callable *methods;                    // NULL: none
	void (*format)(struct buf *out, const struct value *value); // Go's String() or Error(); NULL: none
};

struct zone;
struct value_time {
	int64_t seconds; // since 1970, UTC; Go's zero time is VALUE_TIME_ZERO
	int32_t nanoseconds;
	const struct zone *zone; // NULL: UTC
};
#define VALUE_TIME_ZERO INT64_C(-62135596800)

struct value {
	const struct value_type *type; // NULL: no value; prints as <no value>
	bool is_boxed;                 // read from an interface {} (Value, an item of a list of any): messages call its type so
	union {
		bool boolean;
		int64_t integer; // also time.Duration (nanoseconds)
		uint64_t natural;
		double number;
		double complex_parts[2];
		struct str text;
		struct {
			const struct value *items; // of a list, or the fields of a struct in the order of its type
			size_t count;
		};
		struct {
			const struct value_pair *pairs; // sorted by key bytewise, keys unique
			size_t pair_count;
		};
		struct value_time time;
	};
};

struct value_pair {
	struct str key;
	struct value value;
};

extern const struct value_type type_any, type_nil, type_bool, type_int, type_int64, type_uint, type_float64, type_complex128, type_string, type_duration, type_time;
extern const struct value_type type_duration_pointer, type_time_pointer, type_month, type_weekday;
extern const struct value_type type_list_any, type_list_string, type_strings; // []interface {}, []string, template.Strings (has .Join)
extern const struct value_type type_map_any, type_map_string, type_kv;        // map[string]interface {}, map[string]string, template.KV (.SortedPairs …)
extern const struct value_type type_safe_html, type_safe_url;                 // strings that HTML mode trusts in their place

#define VALUE_NONE ((struct value){ 0 })
struct value value_nil(void);
struct value value_bool(bool truth);
struct value value_int(int64_t number);
struct value value_float(double number);
struct value value_string(struct str text); // borrowed
struct value value_duration(int64_t nanoseconds);
struct value value_time(wall_ms at); // a time.Time in UTC; at 0 is 1970
struct value value_time_zero(void);  // Go's zero time, 0001-01-01T00:00:00Z: "not yet"
struct value value_list(const struct value_type *type, const struct value *items, size_t count);
struct value value_struct(const struct value_type *type, const struct value *fields); // as many as the type has, in its order
// Pairs may come unsorted: they are sorted in place. Duplicate keys: the last one stays.
struct value value_map(const struct value_type *type, struct value_pair *pairs, size_t count);
// A map of strings of the given type (type_kv, type_map_string) from sorted labels; only the pair array is made in the arena.
struct value value_of_labels(struct arena *arena, const struct value_type *type, const struct label *labels, size_t count);
struct value value_of_set(struct arena *arena, const struct value_type *type, const struct labels *labels); // labels borrowed, NULL is empty
struct value value_kv(struct arena *arena, const struct labels *labels);                                    // template.KV; labels borrowed, NULL is empty
struct value value_strings(struct arena *arena, const struct str *texts, size_t count);                     // []string

// The document of a notification, as Alertmanager's template.Data. All is borrowed until the expansion ended.
struct template_alert {
	bool is_firing;
	bool has_ended; // false: EndsAt is Go's zero time
	const struct labels *labels, *annotations;
	wall_ms starts_at, ends_at;
	struct str generator_url;
	struct str fingerprint; // 16 hexadecimal digits
};

struct template_notification {
	struct str receiver; // already quoted as a regular expression, as upstream shows it
	bool is_firing;      // .Status
	const struct template_alert *alerts;
	size_t alert_count;
	struct str reason;                                                                     // .NotificationReason
	const struct labels *group_labels, *common_labels, *common_annotations, *route_labels; // NULL: empty
	struct str external_url;
	bool route_labels_are_rendered; // routeLabels returns them as they are instead of expanding them
};

const struct value *template_notification_data(struct arena *arena, const struct template_notification *notification);
// Is this document of value_from_json() a notification: an object with "alerts", or one with nothing but members of a webhook's payload?
bool template_is_notification(const struct value *json);
// The document as Go's json.Unmarshal makes a template.Data of it (what amtool renders): other members are dropped, absent ones are zero.
// ERR_INVALID with Go's text ("json: cannot unmarshal number into Go struct field Data.receiver of type string").
MUST_CHECK bool template_notification_unmarshal(struct arena *arena, const struct value *json, const struct value **out, struct error *err);

// What a template of an alert's link sees (TEMPLATE_ALERT_SOURCE). All is borrowed until the expansion ended.
struct template_alert_source {
	const struct labels *labels, *external_labels; // the second may be NULL
	struct str external_url, expr;
	double value;
	uint64_t alert_id, group_id;
	wall_ms active_at;
	dur_ms hold, interval; // `for`; of the group
};
const struct value *template_alert_source_data(struct arena *arena, const struct template_alert_source *alert);

// A JSON document as values: integers are int, other numbers float64, objects map[string]interface {}, arrays []interface {}.
MUST_CHECK bool value_from_json(struct arena *arena, struct str json, struct value *out, struct error *err);
void value_to_json(struct buf *out, const struct value *value);         // as Go's json.Marshal
bool value_parse_time(struct str rfc3339, wall_ms *out);                // false: not one
void value_append_time(struct buf *out, wall_ms at, struct str layout); // in UTC, as Go's Time.Format
bool value_parse_number(struct str text, double *out);                  // as Go's strconv.ParseFloat; false: not one, or out of range
