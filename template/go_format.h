// SPDX-License-Identifier: Apache-2.0
// Go's fmt: how values print, with and without a format. Pure. Source: Go's fmt package.
#pragma once
#include "template/value.h"

struct buf;

void go_print_value(struct buf *out, const struct value *value); // %v; no value prints <nil>
// fmt.Sprint: a space between two operands when neither is a string.
void go_print(struct buf *out, const struct value *args, size_t count);
void go_println(struct buf *out, const struct value *args, size_t count);
// fmt.Sprintf. Mistakes become text (%!d(string=x)), never failures. Stops soon after `limit` bytes of output.
void go_printf(struct buf *out, struct str format, const struct value *args, size_t count, size_t limit);
