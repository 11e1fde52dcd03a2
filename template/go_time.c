// SPDX-License-Identifier: Apache-2.0
// Dates and durations as Go writes them. See go_time.h. Source: Go's time/format.go and time/time.go.
#include "template/go_time.h"

#include "base/buf.h"
#include "base/zone.h"
#include "template/time_layout.h"

#include <stdlib.h>

static const char *const month_names[] = { "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December" };
static const char *const weekday_names[] = { "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday" };

const char *go_month_name(int64_t month) {
	return month >= 1 && month <= 12 ? month_names[month - 1] : NULL;
}

const char *go_weekday_name(int64_t weekday) {
	return weekday >= 0 && weekday < 7 ? weekday_names[weekday] : NULL;
}

struct civil_time civil_time_of(const struct value_time *time) {
	struct civil_time civil = civil_time_at(time->zone, time->seconds);
	civil.nanosecond = time->nanoseconds;
	return civil;
}

// The fraction without trailing zeros: number / 10^places.
static void append_fraction(struct buf *out, uint64_t number, int places) {
	char digits[20];
	int last = 0;
	for (int i = places - 1; i >= 0; i--, number /= 10) {
		digits[i] = (char)('0' + number % 10);
		if (last == 0 && digits[i] != '0')
			last = i + 1;
	}
	if (last == 0)
		return;
	buf_append_char(out, '.');
	buf_append(out, digits, (size_t)last);
}

static void append_below_second(struct buf *out, uint64_t size) {
	const char *unit = size < 1000 ? "ns" : size < 1000000 ? "\xC2\xB5s"
	                                                       : "ms";
	uint64_t scale = size < 1000 ? 1 : size < 1000000 ? 1000
	                                                  : 1000000;
	int places = size < 1000 ? 0 : size < 1000000 ? 3
	                                              : 6;
	buf_format(out, "%llu", (unsigned long long)(size / scale));
	append_fraction(out, size % scale, places);
	buf_append_cstr(out, unit);
}

void go_append_duration(struct buf *out, int64_t nanoseconds) {
	uint64_t size = nanoseconds < 0 ? -(uint64_t)nanoseconds : (uint64_t)nanoseconds;
	if (nanoseconds == 0) {
		buf_append_cstr(out, "0s");
		return;
	}
	if (nanoseconds < 0)
		buf_append_char(out, '-');
	if (size < 1000000000) {
		append_below_second(out, size);
		return;
	}
	uint64_t seconds = size / 1000000000;
	if (seconds >= 3600)
		buf_format(out, "%lluh", (unsigned long long)(seconds / 3600));
	if (seconds >= 60)
		buf_format(out, "%llum", (unsigned long long)(seconds / 60 % 60));
	buf_format(out, "%llu", (unsigned long long)(seconds % 60));
	append_fraction(out, size % 1000000000, 9);
	buf_append_char(out, 's');
}

void go_append_time(struct buf *out, const struct value_time *time) {
	go_format_time(out, time, STR("2006-01-02 15:04:05.999999999 -0700 MST"));
}

void go_append_time_source(struct buf *out, const struct value_time *time) {
	const struct civil_time civil = civil_time_of(time);
	struct str zone = zone_name(time->zone);
	buf_format(out, "time.Date(%lld, time.%s, %d, %d, %d, %d, %d, time.", (long long)civil.year, go_month_name(civil.month), civil.day, civil.hour, civil.minute, civil.second, civil.nanosecond);
	if (str_equal(zone, STR("UTC")) || str_equal(zone, STR("Local")))
		buf_format(out, "%.*s)", STR_ARG(zone));
	else
		buf_format(out, "Location(\"%.*s\"))", STR_ARG(zone));
}

static void append_offset(struct buf *out, enum piece piece, int offset) {
	bool is_iso = piece >= PIECE_OFFSET_ISO_SECONDS && piece <= PIECE_OFFSET_ISO_HOUR;
	if (is_iso && offset == 0) {
		buf_append_char(out, 'Z');
		return;
	}
	int size = offset < 0 ? -offset : offset;
	bool has_colon = piece == PIECE_OFFSET_ISO_COLON || piece == PIECE_OFFSET_COLON || piece == PIECE_OFFSET_ISO_SECONDS_COLON || piece == PIECE_OFFSET_SECONDS_COLON;
	bool has_seconds = piece == PIECE_OFFSET_ISO_SECONDS || piece == PIECE_OFFSET_SECONDS || piece == PIECE_OFFSET_ISO_SECONDS_COLON || piece == PIECE_OFFSET_SECONDS_COLON;
	bool only_hour = piece == PIECE_OFFSET_ISO_HOUR || piece == PIECE_OFFSET_HOUR;
	buf_format(out, "%c%02d", offset < 0 ? '-' : '+', size / 3600);
	if (!only_hour)
		buf_format(out, "%s%02d", has_colon ? ":" : "", size / 60 % 60);
	if (has_seconds)
		buf_format(out, "%s%02d", has_colon ? ":" : "", size % 60);
}

// "CET", or the offset where the zone has no name.
static void append_zone(struct buf *out, const struct civil_time *civil) {
	if (civil->zone[0] != '\0') {
		buf_append_cstr(out, civil->zone);
		return;
	}
	int minutes = abs(civil->offset / 60);
	buf_format(out, "%c%02d%02d", civil->offset / 60 < 0 ? '-' : '+', minutes / 60, minutes % 60);
}

static void append_year(struct buf *out, int64_t year) {
	buf_format(out, year < 0 ? "-%04lld" : "%04lld", (long long)(year < 0 ? -year : year));
}

static void append_name(struct buf *out, const char *name, bool is_short) {
	buf_append(out, name, is_short ? 3 : strlen(name));
}

static void append_piece(struct buf *out, enum piece piece, const struct civil_time *civil) {
	int hour = civil->hour % 12 == 0 ? 12 : civil->hour % 12;
	switch (piece) {
	case PIECE_LONG_MONTH:
	case PIECE_SHORT_MONTH: append_name(out, month_names[civil->month - 1], piece == PIECE_SHORT_MONTH); return;
	case PIECE_LONG_WEEKDAY:
	case PIECE_SHORT_WEEKDAY: append_name(out, weekday_names[civil->weekday], piece == PIECE_SHORT_WEEKDAY); return;
	case PIECE_LONG_YEAR: append_year(out, civil->year); return;
	case PIECE_SHORT_YEAR: buf_format(out, "%02d", (int)((civil->year % 100 + 100) % 100)); return;
	case PIECE_PM_UPPER: buf_append_cstr(out, civil->hour >= 12 ? "PM" : "AM"); return;
	case PIECE_PM_LOWER: buf_append_cstr(out, civil->hour >= 12 ? "pm" : "am"); return;
	case PIECE_ZONE_NAME: append_zone(out, civil); return;
	case PIECE_YEAR_DAY_SPACE: buf_format(out, "%3d", civil->year_day); return;
	case PIECE_YEAR_DAY: buf_format(out, "%03d", civil->year_day); return;
	case PIECE_MONTH_2: buf_format(out, "%02d", civil->month); return;
	case PIECE_MONTH: buf_format(out, "%d", civil->month); return;
	case PIECE_DAY_2: buf_format(out, "%02d", civil->day); return;
	case PIECE_DAY_SPACE: buf_format(out, "%2d", civil->day); return;
	case PIECE_DAY: buf_format(out, "%d", civil->day); return;
	case PIECE_HOUR_24: buf_format(out, "%02d", civil->hour); return;
	case PIECE_HOUR_12_2: buf_format(out, "%02d", hour); return;
	case PIECE_HOUR_12: buf_format(out, "%d", hour); return;
	case PIECE_MINUTE_2: buf_format(out, "%02d", civil->minute); return;
	case PIECE_MINUTE: buf_format(out, "%d", civil->minute); return;
	case PIECE_SECOND_2: buf_format(out, "%02d", civil->second); return;
	case PIECE_SECOND: buf_format(out, "%d", civil->second); return;
	case PIECE_OFFSET_ISO_SECONDS:
	case PIECE_OFFSET_ISO_SECONDS_COLON:
	case PIECE_OFFSET_ISO:
	case PIECE_OFFSET_ISO_COLON:
	case PIECE_OFFSET_ISO_HOUR:
	case PIECE_OFFSET_SECONDS:
	case PIECE_OFFSET_SECONDS_COLON:
	case PIECE_OFFSET:
	case PIECE_OFFSET_COLON:
	case PIECE_OFFSET_HOUR: append_offset(out, piece, civil->offset); return;
	}
}

static void append_layout_fraction(struct buf *out, char point, int32_t nanosecond, size_t digits, bool trims) {
	char text[16];
	size_t shown = digits > 9 ? 9 : digits;
	for (int i = 8; i >= 0; i--, nanosecond /= 10)
		text[i] = (char)('0' + nanosecond % 10);
	while (trims && shown > 0 && text[shown - 1] == '0')
		shown--;
	if (trims && shown == 0)
		return;
	buf_append_char(out, point);
	buf_append(out, text, shown);
	for (size_t i = shown; !trims && i < digits; i++)
		buf_append_char(out, '0');
}

void go_format_time(struct buf *out, const struct value_time *time, struct str layout) {
	struct civil_time civil = civil_time_of(time);
	while (layout.len > 0) {
		bool trims = false;
		size_t digits = layout_fraction_at(layout, &trims);
		if (digits > 0) {
			append_layout_fraction(out, layout.data[0], civil.nanosecond, digits, trims);
			layout = str_skip(layout, digits + 1);
			continue;
		}
		enum piece piece;
		size_t width = layout_piece_at(layout, &piece);
		if (width == 0) {
			buf_append_char(out, layout.data[0]);
			layout = str_skip(layout, 1);
			continue;
		}
		append_piece(out, piece, &civil);
		layout = str_skip(layout, width);
	}
}
