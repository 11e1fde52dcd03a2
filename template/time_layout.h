// SPDX-License-Identifier: Apache-2.0
// Go's layouts: which piece of a date "2006", "Jan" or "-07:00" stands for. Pure. Private to the folder.
#pragma once
#include "base/str.h"

// clang-format off: packed rows
enum piece {
	PIECE_LONG_MONTH,
	PIECE_SHORT_MONTH,
	PIECE_LONG_WEEKDAY,
	PIECE_SHORT_WEEKDAY,
	PIECE_LONG_YEAR,
	PIECE_SHORT_YEAR,
	PIECE_PM_UPPER,
	PIECE_PM_LOWER,
	PIECE_ZONE_NAME,
	PIECE_YEAR_DAY_SPACE,
	PIECE_YEAR_DAY,
	PIECE_MONTH_2,
	PIECE_MONTH,
	PIECE_DAY_2,
	PIECE_DAY_SPACE,
	PIECE_DAY,
	PIECE_HOUR_24,
	PIECE_HOUR_12_2,
	PIECE_HOUR_12,
	PIECE_MINUTE_2,
	PIECE_MINUTE,
	PIECE_SECOND_2,
	PIECE_SECOND,
	PIECE_OFFSET_ISO_SECONDS,
	PIECE_OFFSET_ISO_SECONDS_COLON,
	PIECE_OFFSET_ISO,
	PIECE_OFFSET_ISO_COLON,
	PIECE_OFFSET_ISO_HOUR,
	PIECE_OFFSET_SECONDS,
	PIECE_OFFSET_SECONDS_COLON,
	PIECE_OFFSET,
	PIECE_OFFSET_COLON,
	PIECE_OFFSET_HOUR,
};
// clang-format on

// The piece at the front of a layout and its width there; 0: none, the character stands for itself.
size_t layout_piece_at(struct str layout, enum piece *out);
// The digits of a fraction (".000", ",999") at the front, without the point; 0: none. *trims: nines drop trailing zeros.
size_t layout_fraction_at(struct str layout, bool *trims);
