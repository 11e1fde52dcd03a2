// SPDX-License-Identifier: Apache-2.0
// Text to time. See time_parse.h. Source: Go's time/format.go, Parse.
#include "template/time_parse.h"

#include "base/buf.h"
#include "base/go_text.h"
#include "base/zone.h"
#include "template/go_time.h"
#include "template/time_layout.h"

#include <ctype.h>

struct parsing {
	struct str rest; // of the text
	int year, month, day, year_day, hour, minute, second, nanosecond;
	int offset;
	bool is_pm, is_am, has_offset, is_utc;
	const char *out_of_range; // what is; NULL: nothing
};

static bool is_digit_at(struct str text, size_t at) {
	return at < text.len && isdigit((unsigned char)text.data[at]);
}

// At least `least`, at most `most` digits.
static bool take_number(struct parsing *parsing, size_t least, size_t most, int *out) {
	size_t digits = 0;
	int number = 0;
	while (digits < most && is_digit_at(parsing->rest, digits))
		number = number * 10 + (parsing->rest.data[digits++] - '0');
	if (digits < least)
		return false;
	parsing->rest = str_skip(parsing->rest, digits);
	*out = number;
	return true;
}

static bool take_in_range(struct parsing *parsing, size_t least, int low, int high, const char *what, int *out) {
	if (!take_number(parsing, least, 2, out))
		return false;
	if (*out < low || *out > high)
		parsing->out_of_range = what;
	return true;
}

static bool take_name(struct parsing *parsing, const char *(*name_of)(int64_t), int first, int count, bool is_short, int *out) {
	for (int i = first; i < first + count; i++) {
		struct str name = str_of(name_of(i));
		name.len = is_short ? 3 : name.len;
		if (parsing->rest.len < name.len || !str_equal_nocase(str_head(parsing->rest, name.len), name))
			continue;
		parsing->rest = str_skip(parsing->rest, name.len);
		*out = i;
		return true;
	}
	return false;
}

static bool take_half(struct parsing *parsing, const char *am, const char *pm) {
	struct str word = str_head(parsing->rest, 2);
	parsing->is_am = str_equal_cstr(word, am);
	parsing->is_pm = str_equal_cstr(word, pm);
	parsing->rest = str_skip(parsing->rest, 2);
	return parsing->is_am || parsing->is_pm;
}

// "+0530", "+05:30", "+05", with seconds; an ISO piece takes "Z" too.
static bool take_offset(struct parsing *parsing, enum piece piece) {
	bool is_iso = piece >= PIECE_OFFSET_ISO_SECONDS && piece <= PIECE_OFFSET_ISO_HOUR;
	bool has_colon = piece == PIECE_OFFSET_ISO_COLON || piece == PIECE_OFFSET_COLON || piece == PIECE_OFFSET_ISO_SECONDS_COLON || piece == PIECE_OFFSET_SECONDS_COLON;
	bool has_seconds = piece == PIECE_OFFSET_ISO_SECONDS || piece == PIECE_OFFSET_SECONDS || piece == PIECE_OFFSET_ISO_SECONDS_COLON || piece == PIECE_OFFSET_SECONDS_COLON;
	int count = piece == PIECE_OFFSET_ISO_HOUR || piece == PIECE_OFFSET_HOUR ? 1 : has_seconds ? 3
	                                                                                           : 2;
	int parts[3] = { 0 };
	char sign = parsing->rest.len > 0 ? parsing->rest.data[0] : '\0';
	if (is_iso && sign == 'Z') {
		parsing->rest = str_skip(parsing->rest, 1);
		parsing->is_utc = true;
		return true;
	}
	if (sign != '+' && sign != '-')
		return false;
	parsing->rest = str_skip(parsing->rest, 1);
	for (int i = 0; i < count; i++) {
		if (i > 0 && has_colon && !str_has_prefix(parsing->rest, STR(":")))
			return false;
		parsing->rest = str_skip(parsing->rest, i > 0 && has_colon);
		if (!take_number(parsing, 2, 2, &parts[i]))
			return false;
	}
	parsing->has_offset = true;
	parsing->offset = (sign == '-' ? -1 : 1) * (parts[0] * 3600 + parts[1] * 60 + parts[2]);
	return true;
}

// An abbreviation says nothing but "UTC": Go gives others the offset 0 as well.
static bool take_zone_name(struct parsing *parsing) {
	size_t length = 0;
	while (length < parsing->rest.len && isupper((unsigned char)parsing->rest.data[length]))
		length++;
	if (length < 3 || length > 5)
		return false;
	parsing->rest = str_skip(parsing->rest, length);
	return true;
}

static void take_fraction(struct parsing *parsing) {
	if (parsing->rest.len < 2 || (parsing->rest.data[0] != '.' && parsing->rest.data[0] != ',') || !is_digit_at(parsing->rest, 1))
		return;
	parsing->rest = str_skip(parsing->rest, 1);
	int scale = 100000000;
	parsing->nanosecond = 0;
	for (; is_digit_at(parsing->rest, 0); parsing->rest = str_skip(parsing->rest, 1), scale /= 10)
		parsing->nanosecond += (parsing->rest.data[0] - '0') * scale;
}

static bool take_short_year(struct parsing *parsing) {
	if (!take_number(parsing, 2, 2, &parsing->year))
		return false;
	parsing->year += parsing->year >= 69 ? 1900 : 2000;
	return true;
}

static bool take_piece(struct parsing *parsing, enum piece piece) {
	int ignored;
	size_t two = piece == PIECE_MONTH_2 || piece == PIECE_DAY_2 || piece == PIECE_HOUR_12_2 || piece == PIECE_MINUTE_2 || piece == PIECE_SECOND_2 ? 2 : 1;
	bool has_space = (piece == PIECE_DAY_SPACE || piece == PIECE_YEAR_DAY_SPACE) && str_has_prefix(parsing->rest, STR(" "));
	parsing->rest = str_skip(parsing->rest, has_space);
	switch (piece) {
	case PIECE_LONG_MONTH:
	case PIECE_SHORT_MONTH: return take_name(parsing, go_month_name, 1, 12, piece == PIECE_SHORT_MONTH, &parsing->month);
	case PIECE_LONG_WEEKDAY:
	case PIECE_SHORT_WEEKDAY: return take_name(parsing, go_weekday_name, 0, 7, piece == PIECE_SHORT_WEEKDAY, &ignored);
	case PIECE_LONG_YEAR: return take_number(parsing, 4, 4, &parsing->year);
	case PIECE_SHORT_YEAR: return take_short_year(parsing);
	case PIECE_PM_UPPER: return take_half(parsing, "AM", "PM");
	case PIECE_PM_LOWER: return take_half(parsing, "am", "pm");
	case PIECE_ZONE_NAME: return take_zone_name(parsing);
	case PIECE_YEAR_DAY_SPACE:
	case PIECE_YEAR_DAY: return take_number(parsing, piece == PIECE_YEAR_DAY ? 3 : 1, 3, &parsing->year_day);
	case PIECE_MONTH_2:
	case PIECE_MONTH: return take_in_range(parsing, two, 1, 12, "month", &parsing->month);
	case PIECE_DAY_2:
	case PIECE_DAY_SPACE:
	case PIECE_DAY: return take_number(parsing, two, 2, &parsing->day);
	case PIECE_HOUR_24: return take_in_range(parsing, 1, 0, 23, "hour", &parsing->hour);
	case PIECE_HOUR_12_2:
	case PIECE_HOUR_12: return take_in_range(parsing, two, 0, 12, "hour", &parsing->hour);
	case PIECE_MINUTE_2:
	case PIECE_MINUTE: return take_in_range(parsing, two, 0, 59, "minute", &parsing->minute);
	case PIECE_SECOND_2:
	case PIECE_SECOND: return take_in_range(parsing, two, 0, 59, "second", &parsing->second);
	case PIECE_OFFSET_ISO_SECONDS:
	case PIECE_OFFSET_ISO_SECONDS_COLON:
	case PIECE_OFFSET_ISO:
	case PIECE_OFFSET_ISO_COLON:
	case PIECE_OFFSET_ISO_HOUR:
	case PIECE_OFFSET_SECONDS:
	case PIECE_OFFSET_SECONDS_COLON:
	case PIECE_OFFSET:
	case PIECE_OFFSET_COLON:
	case PIECE_OFFSET_HOUR: return take_offset(parsing, piece);
	}
	return false;
}

static bool fail(struct buf *problem, struct str layout, struct str text, struct str element, struct str at, const char *range) {
	buf_append_cstr(problem, "parsing time ");
	go_quote(problem, text);
	if (range != NULL) {
		buf_format(problem, ": %s out of range", range);
		return false;
	}
	buf_append_cstr(problem, " as ");
	go_quote(problem, layout);
	buf_append_cstr(problem, ": cannot parse ");
	go_quote(problem, at);
	buf_append_cstr(problem, " as ");
	go_quote(problem, element);
	return false;
}

static bool finish(struct parsing *parsing, struct value_time *out, const char **out_of_range) {
	int64_t days;
	if (parsing->is_pm && parsing->hour < 12)
		parsing->hour += 12;
	if (parsing->is_am && parsing->hour == 12)
		parsing->hour = 0;
	days = civil_to_days(parsing->year, parsing->month, parsing->day);
	if (parsing->year_day > 0)
		days = civil_to_days(parsing->year, 1, 1) + parsing->year_day - 1;
	int64_t next = parsing->month == 12 ? civil_to_days(parsing->year + 1, 1, 1) : civil_to_days(parsing->year, parsing->month + 1, 1);
	*out_of_range = "day";
	if (parsing->day < 1 || (parsing->year_day == 0 && days >= next))
		return false;
	out->seconds = days * 86400 + parsing->hour * 3600 + parsing->minute * 60 + parsing->second - parsing->offset;
	out->nanoseconds = parsing->nanosecond;
	out->zone = parsing->has_offset && parsing->offset != 0 ? zone_fixed(parsing->offset) : NULL;
	return true;
}

bool time_parse(struct str layout, struct str text, struct value_time *out, struct buf *problem) {
	struct parsing parsing = { .rest = text, .month = 1, .day = 1 };
	struct str left = layout;
	while (left.len > 0) {
		enum piece piece;
		bool trims, taken = true;
		size_t fraction = layout_fraction_at(left, &trims);
		size_t width = fraction > 0 ? fraction + 1 : layout_piece_at(left, &piece);
		struct str held = parsing.rest;
		if (fraction > 0)
			take_fraction(&parsing);
		else if (width > 0)
			taken = take_piece(&parsing, piece);
		else
			taken = parsing.rest.len > 0 && parsing.rest.data[0] == left.data[0];
		if (width == 0 && taken)
			parsing.rest = str_skip(parsing.rest, 1);
		if (!taken || parsing.out_of_range != NULL)
			return fail(problem, layout, text, str_head(left, width > 0 ? width : 1), held, parsing.out_of_range);
		left = str_skip(left, width > 0 ? width : 1);
		bool is_second = fraction == 0 && width > 0 && (piece == PIECE_SECOND || piece == PIECE_SECOND_2);
		if (is_second && layout_fraction_at(left, &trims) == 0)
			take_fraction(&parsing);
	}
	const char *out_of_range;
	if (parsing.rest.len > 0) {
		autobuf struct buf extra = { 0 };
		go_quote(&extra, parsing.rest);
		buf_append_cstr(problem, "parsing time ");
		go_quote(problem, text);
		buf_format(problem, ": extra text: %s", buf_cstr(&extra));
		return false;
	}
	return finish(&parsing, out, &out_of_range) || fail(problem, layout, text, STR_NONE, STR_NONE, out_of_range);
}

int64_t time_difference(const struct value_time *later, const struct value_time *earlier) {
	int64_t seconds, nanoseconds;
	bool is_later = later->seconds >= earlier->seconds;
	if (__builtin_sub_overflow(later->seconds, earlier->seconds, &seconds) || __builtin_mul_overflow(seconds, INT64_C(1000000000), &nanoseconds) ||
	    __builtin_add_overflow(nanoseconds, (int64_t)(later->nanoseconds - earlier->nanoseconds), &nanoseconds))
		return is_later ? INT64_MAX : INT64_MIN;
	return nanoseconds;
}

void time_add(struct value_time *time, int64_t nanoseconds) {
	int64_t seconds = nanoseconds / 1000000000;
	int64_t rest = nanoseconds % 1000000000 + time->nanoseconds;
	if (rest < 0) {
		rest += 1000000000;
		seconds--;
	} else if (rest >= 1000000000) {
		rest -= 1000000000;
		seconds++;
	}
	time->seconds += seconds;
	time->nanoseconds = (int32_t)rest;
}
