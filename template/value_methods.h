// SPDX-License-Identifier: Apache-2.0
// What the types of values can do: tables of methods and their String(). Private to the folder; value.h holds the types.
#pragma once
#include "template/value.h"

extern const struct template_callable methods_strings[];   // template.Strings: Join
extern const struct template_callable methods_pairs[];     // template.Pairs: Names, Values, String
extern const struct template_callable methods_kv[];        // template.KV: SortedPairs, Remove, Names, Values, String
extern const struct template_callable methods_alerts[];    // template.Alerts: Firing, Resolved
extern const struct template_callable methods_duration[];  // time.Duration
extern const struct template_callable methods_time[];      // time.Time
extern const struct template_callable methods_named_int[]; // time.Month, time.Weekday: String

void value_format_kv(struct buf *out, const struct value *value);
void value_format_pairs(struct buf *out, const struct value *value);
void value_format_duration(struct buf *out, const struct value *value);
void value_format_time(struct buf *out, const struct value *value);
void value_format_month(struct buf *out, const struct value *value);
void value_format_weekday(struct buf *out, const struct value *value);
