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

static char *put_digits(char *to, int number, int digits) {
	for (int i = digits; i-- > 0; number /= 10)
		to[i] = (char)('0' + number % 10);
	return to + digits;
}

static char *put_pair(char *to, int number, char after) {
	to = put_digits(to, number, 2);
	*to = after;
	return to + 1;
}

// Up to the seconds; returns the milliseconds.
static int append_seconds(struct buf *out, wall_ms at) {
	int64_t seconds = at >= 0 ? at / 1000 : -((-at + 999) / 1000);
	time_t unix_seconds = (time_t)seconds;
	struct tm utc;
	char text[32], *end = text;
	gmtime_r(&unix_seconds, &utc);
	end = put_digits(end, utc.tm_year + 1900, 4);
	*end++ = '-';
	end = put_pair(end, utc.tm_mon + 1, '-');
	end = put_pair(end, utc.tm_mday, 'T');
	end = put_pair(end, utc.tm_hour, ':');
	end = put_pair(end, utc.tm_min, ':');
	end = put_digits(end, utc.tm_sec, 2);
	buf_append(out, text, (size_t)(end - text));
	return (int)(at - seconds * 1000);
}

void clock_append_rfc3339(struct buf *out, wall_ms at) {
	char fraction[4] = ".";
	int millis = append_seconds(out, at);
	put_digits(fraction + 1, millis, 3);
	size_t len = millis > 0 ? sizeof fraction : 0;
	while (len > 0 && fraction[len - 1] == '0')
		len--;
	buf_append(out, fraction, len);
	buf_append_char(out, 'Z');
}

void clock_append_rfc3339_millis(struct buf *out, wall_ms at) {
	char fraction[] = ".000Z";
	put_digits(fraction + 1, append_seconds(out, at), 3);
	buf_append(out, fraction, sizeof fraction - 1);
}

// ---- reading

// Days since 1970-01-01 of a date of the proleptic Gregorian calendar: years begin in March, so that a leap day is a year's last.
static int64_t days_of(int64_t year, int month, int day) {
	year -= month <= 2;
	int64_t era = year / 400, year_of_era = year - era * 400;
	int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
	return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719468;
}

static int days_in(int year, int month) {
	static const char days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool is_leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
	return month == 2 && is_leap ? 29 : days[month - 1];
}

// Takes exactly `digits` digits off the front, a number of min to max.
static bool take_number(struct str *rest, size_t digits, int min, int max, int *out) {
	int number = 0;
	if (rest->len < digits)
		return false;
	for (size_t i = 0; i < digits; i++) {
		if (rest->data[i] < '0' || rest->data[i] > '9')
			return false;
		number = number * 10 + rest->data[i] - '0';
	}
	*rest = str_skip(*rest, digits);
	*out = number;
	return number >= min && number <= max;
}

static bool take_char(struct str *rest, char c) {
	if (rest->len == 0 || rest->data[0] != c)
		return false;
	*rest = str_skip(*rest, 1);
	return true;
}

static bool take_date(struct str *rest, int64_t *days) {
	int year, month, day;
	if (!take_number(rest, 4, 0, 9999, &year) || !take_char(rest, '-') || !take_number(rest, 2, 1, 12, &month) || !take_char(rest, '-') || !take_number(rest, 2, 1, 31, &day))
		return false;
	*days = days_of(year, month, day);
	return day <= days_in(year, month);
}

static bool take_fraction(struct str *rest, int *millis) {
	int weight = 100;
	if (!take_char(rest, '.') && !take_char(rest, ','))
		return true;
	if (rest->len == 0 || rest->data[0] < '0' || rest->data[0] > '9')
		return false;
	for (; rest->len > 0 && rest->data[0] >= '0' && rest->data[0] <= '9'; *rest = str_skip(*rest, 1), weight /= 10)
		*millis += weight * (rest->data[0] - '0');
	return true;
}

static bool take_time(struct str *rest, int64_t *millis) {
	int hour, minute, second = 0, fraction = 0;
	if (!take_number(rest, 2, 0, 23, &hour) || !take_char(rest, ':') || !take_number(rest, 2, 0, 59, &minute))
		return false;
	if (take_char(rest, ':') && (!take_number(rest, 2, 0, 59, &second) || !take_fraction(rest, &fraction)))
		return false;
	*millis = ((int64_t)hour * 3600 + minute * 60 + second) * 1000 + fraction;
	return true;
}

static bool take_offset(struct str *rest, int64_t *millis) {
	int hours, minutes, sign;
	*millis = 0;
	if (rest->len == 0 || take_char(rest, 'Z'))
		return true;
	sign = rest->data[0] == '-' ? -1 : 1;
	if (!take_char(rest, '+') && !take_char(rest, '-'))
		return false;
	if (!take_number(rest, 2, 0, 24, &hours))
		return false;
	take_char(rest, ':');
	if (!take_number(rest, 2, 0, 60, &minutes))
		return false;
	*millis = (int64_t)sign * (hours * 60 + minutes) * 60000;
	return true;
}

bool clock_parse_rfc3339(struct str text, wall_ms *out) {
	int64_t days, time = 0, offset = 0;
	if (!take_date(&text, &days))
		return false;
	if (text.len > 0 && (!take_char(&text, 'T') || !take_time(&text, &time) || !take_offset(&text, &offset) || text.len > 0))
		return false;
	*out = days * 86400000 + time - offset;
	return true;
}
