// SPDX-License-Identifier: Apache-2.0
// Go's strconv for numbers: what its parsers accept and how its formatter prints. Pure.
#pragma once
#include "base/buf.h"

#include <stdint.h>

// strconv.AppendFloat: verb e E f F g G; precision -1 is the shortest text that reads back the same. "+Inf", "-Inf", "NaN".
void go_append_float(struct buf *out, double number, char verb, int precision);
// strconv.ParseUint and ParseInt with base 0: 0x, 0o, 0b, a leading 0, underscores between digits. False: not one, or out of range.
bool go_parse_uint(struct str text, uint64_t *out);
bool go_parse_int(struct str text, int64_t *out);
// strconv.ParseFloat: decimal and hexadecimal, inf, infinity and nan in any case. GO_FLOAT_RANGE: *out is an infinity.
enum go_float { GO_FLOAT_OK,
	GO_FLOAT_SYNTAX,
	GO_FLOAT_RANGE };
enum go_float go_parse_float(struct str text, double *out);
