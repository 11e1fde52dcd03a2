// SPDX-License-Identifier: Apache-2.0
// Numbers for people. See humanize.h.
#include "template/humanize.h"

#include "template/go_number.h"

#include <math.h>
#include <stdint.h>

static void append_4g(struct buf *out, double number, const char *unit) {
	go_append_float(out, number, 'g', 4);
	buf_append_cstr(out, unit);
}

static void shrink(struct buf *out, double number, double step, const char *const units[8]) {
	const char *unit = "";
	for (int i = 0; i < 8 && fabs(number) >= step; i++) {
		unit = units[i];
		number /= step;
	}
	append_4g(out, number, unit);
}

void humanize(struct buf *out, double number) {
	static const char *const large[8] = { "k", "M", "G", "T", "P", "E", "Z", "Y" };
	static const char *const small[8] = { "m", "u", "n", "p", "f", "a", "z", "y" };
	if (number == 0 || !isfinite(number)) {
		append_4g(out, number, "");
		return;
	}
	if (fabs(number) >= 1) {
		shrink(out, number, 1000, large);
		return;
	}
	const char *unit = "";
	for (int i = 0; i < 8 && fabs(number) < 1; i++) {
		unit = small[i];
		number *= 1000;
	}
	append_4g(out, number, unit);
}

void humanize_1024(struct buf *out, double number) {
	static const char *const units[8] = { "ki", "Mi", "Gi", "Ti", "Pi", "Ei", "Zi", "Yi" };
	if (fabs(number) <= 1 || !isfinite(number))
		append_4g(out, number, "");
	else
		shrink(out, number, 1024, units);
}

// At least one second.
static void append_clock(struct buf *out, double seconds) {
	if (seconds < 60) { // the only place where a fraction matters
		append_4g(out, seconds, "s");
		return;
	}
	int64_t whole = seconds >= 9223372036854775807.0 ? INT64_MIN : (int64_t)seconds; // Go's conversion on amd64
	long long days = whole / 86400, hours = whole / 3600 % 24, minutes = whole / 60 % 60, rest = whole % 60;
	if (days != 0)
		buf_format(out, "%lldd %lldh %lldm %llds", days, hours, minutes, rest);
	else if (hours != 0)
		buf_format(out, "%lldh %lldm %llds", hours, minutes, rest);
	else
		buf_format(out, "%lldm %llds", minutes, rest);
}

void humanize_duration(struct buf *out, double seconds) {
	static const char *const units[8] = { "m", "u", "n", "p", "f", "a", "z", "y" };
	if (!isfinite(seconds)) {
		append_4g(out, seconds, "");
		return;
	}
	if (seconds == 0) {
		append_4g(out, seconds, "s");
		return;
	}
	if (fabs(seconds) >= 1) {
		if (seconds < 0)
			buf_append_char(out, '-');
		append_clock(out, fabs(seconds));
		return;
	}
	const char *unit = "";
	for (int i = 0; i < 8 && fabs(seconds) < 1; i++) {
		unit = units[i];
		seconds *= 1000;
	}
	append_4g(out, seconds, unit);
	buf_append_char(out, 's');
}

void humanize_percentage(struct buf *out, double ratio) {
	append_4g(out, ratio * 100, "%");
}
