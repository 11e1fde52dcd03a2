// SPDX-License-Identifier: Apache-2.0
// Go's layouts. See time_layout.h. Source: Go's time/format.go.
#include "template/time_layout.h"

#include <ctype.h>

// Longer ones before those they begin with.
// clang-format off: packed rows
static const struct {
	const char *text;
	enum piece piece;
} pieces[] = {
	{ "January", PIECE_LONG_MONTH },
	{ "Jan", PIECE_SHORT_MONTH },
	{ "Monday", PIECE_LONG_WEEKDAY },
	{ "Mon", PIECE_SHORT_WEEKDAY },
	{ "MST", PIECE_ZONE_NAME },
	{ "2006", PIECE_LONG_YEAR },
	{ "PM", PIECE_PM_UPPER },
	{ "pm", PIECE_PM_LOWER },
	{ "__2", PIECE_YEAR_DAY_SPACE },
	{ "002", PIECE_YEAR_DAY },
	{ "01", PIECE_MONTH_2 },
	{ "02", PIECE_DAY_2 },
	{ "03", PIECE_HOUR_12_2 },
	{ "04", PIECE_MINUTE_2 },
	{ "05", PIECE_SECOND_2 },
	{ "06", PIECE_SHORT_YEAR },
	{ "15", PIECE_HOUR_24 },
	{ "1", PIECE_MONTH },
	{ "2", PIECE_DAY },
	{ "_2", PIECE_DAY_SPACE },
	{ "3", PIECE_HOUR_12 },
	{ "4", PIECE_MINUTE },
	{ "5", PIECE_SECOND },
	{ "-07:00:00", PIECE_OFFSET_SECONDS_COLON },
	{ "-070000", PIECE_OFFSET_SECONDS },
	{ "-07:00", PIECE_OFFSET_COLON },
	{ "-0700", PIECE_OFFSET },
	{ "-07", PIECE_OFFSET_HOUR },
	{ "Z07:00:00", PIECE_OFFSET_ISO_SECONDS_COLON },
	{ "Z070000", PIECE_OFFSET_ISO_SECONDS },
	{ "Z07:00", PIECE_OFFSET_ISO_COLON },
	{ "Z0700", PIECE_OFFSET_ISO },
	{ "Z07", PIECE_OFFSET_ISO_HOUR },
};
// clang-format on

size_t layout_fraction_at(struct str layout, bool *trims) {
	if (layout.len < 2 || (layout.data[0] != '.' && layout.data[0] != ',') || (layout.data[1] != '0' && layout.data[1] != '9'))
		return 0;
	size_t end = 1;
	while (end < layout.len && layout.data[end] == layout.data[1])
		end++;
	if (end < layout.len && isdigit((unsigned char)layout.data[end]))
		return 0;
	*trims = layout.data[1] == '9';
	return end - 1;
}

size_t layout_piece_at(struct str layout, enum piece *out) {
	for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++) {
		struct str text = str_of(pieces[i].text);
		if (!str_has_prefix(layout, text))
			continue;
		bool is_short = pieces[i].piece == PIECE_SHORT_MONTH || pieces[i].piece == PIECE_SHORT_WEEKDAY;
		if (is_short && layout.len > 3 && islower((unsigned char)layout.data[3]))
			continue; // Go: "Month" is no weekday
		if (pieces[i].piece == PIECE_DAY_SPACE && str_has_prefix(layout, STR("_2006")))
			continue; // Go: an underscore and the year
		*out = pieces[i].piece;
		return text.len;
	}
	return 0;
}
