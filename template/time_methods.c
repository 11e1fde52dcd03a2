// SPDX-License-Identifier: Apache-2.0
// Methods of time.Time, time.Duration, time.Month and time.Weekday. See value_methods.h. Source: Go's time package.
#include "base/buf.h"
#include "template/go_time.h"
#include "template/value_methods.h"

void value_format_duration(struct buf *out, const struct value *value) {
	go_append_duration(out, value->integer);
}

void value_format_time(struct buf *out, const struct value *value) {
	go_append_time(out, &value->time);
}

void value_format_month(struct buf *out, const struct value *value) {
	const char *name = go_month_name(value->integer);
	if (name != NULL)
		buf_append_cstr(out, name);
	else
		buf_format(out, "%%!Month(%lld)", (long long)value->integer);
}

void value_format_weekday(struct buf *out, const struct value *value) {
	const char *name = go_weekday_name(value->integer);
	if (name != NULL)
		buf_append_cstr(out, name);
	else
		buf_format(out, "%%!Weekday(%lld)", (long long)value->integer);
}

const struct template_callable methods_duration[] = { { 0 } };
const struct template_callable methods_time[] = { { 0 } };
const struct template_callable methods_named_int[] = { { 0 } };
