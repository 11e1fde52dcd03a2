// SPDX-License-Identifier: Apache-2.0
// How far two names are apart, for "did you mean". Pure, any thread.
#pragma once
#include "base/str.h"

enum { EDIT_NAME_MAX = 64 }; // bytes; longer names are like no other

// How many bytes must be inserted, removed, replaced or exchanged with their neighbour; SIZE_MAX for names that are too long.
size_t edit_distance(struct str left, struct str right);
// Whether one may be the other mistyped: one edit, two in names of six bytes and more. Equal names are not.
bool edit_is_near(struct str left, struct str right);
