// SPDX-License-Identifier: Apache-2.0
// What the function tables of rules and notifications do alike. Private to the folder.
#pragma once
#include "template/template_function.h"

struct buf;

// A result made of the text so far.
bool call_give_text(struct template_call *call, const struct buf *text, struct value *out);
// A number from what people hand to humanize and friends: numbers, durations (seconds), texts that are numbers.
bool call_number(struct template_call *call, const struct value *value, double *out);
