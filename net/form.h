// SPDX-License-Identifier: Apache-2.0
// application/x-www-form-urlencoded. Pure. Private to net/. Source: WHATWG URL standard, as Go's url.Values writes it.
#pragma once
#include "base/str.h"

struct buf;

// Appends "name=value", with "&" before it unless *out is empty.
void form_append(struct buf *out, struct str name, struct str value);
// Appends the decoded value of the first field of that name; false when there is none.
bool form_find(struct str form, struct str name, struct buf *out);
