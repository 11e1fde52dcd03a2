// SPDX-License-Identifier: Apache-2.0
// The only place that asks what time it is. See clock.h.
#include "base/clock.h"

#include "base/buf.h"

#include <time.h>

static int64_t read_ns(clockid_t clock) {
	struct timespec at;
	clock_gettime(clock, &at);
	return (int64_t)at.tv_sec * 1000000000 + at.tv_nsec;
}

wall_ms clock_wall(void) {
	return read_ns(CLOCK_REALTIME) / 1000000;
}

mono_ms clock_mono(void) {
	return read_ns(CLOCK_MONOTONIC) / 1000000;
}

int64_t clock_cpu_ns(void) {
	return read_ns(CLOCK_PROCESS_CPUTIME_ID);
}

int64_t clock_mono_ns(void) {
	return read_ns(CLOCK_MONOTONIC);
}

void clock_append_rfc3339(struct buf *out, wall_ms at) {
	int64_t seconds = at >= 0 ? at / 1000 : -((-at + 999) / 1000);
	int millis = (int)(at - seconds * 1000);
	time_t unix_seconds = (time_t)seconds;
	struct tm utc;
	gmtime_r(&unix_seconds, &utc);
	buf_format(out, "%04d-%02d-%02dT%02d:%02d:%02d", utc.tm_year + 1900, utc.tm_mon + 1, utc.tm_mday, utc.tm_hour, utc.tm_min, utc.tm_sec);
	if (millis > 0) {
		char digits[] = { '.', (char)('0' + millis / 100), (char)('0' + millis / 10 % 10), (char)('0' + millis % 10) };
		size_t len = sizeof digits;
		while (digits[len - 1] == '0')
			len--;
		buf_append(out, digits, len);
	}
	buf_append_char(out, 'Z');
}
