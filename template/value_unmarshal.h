// SPDX-License-Identifier: Apache-2.0
// JSON values into typed ones. Private to the folder. Source: Go's encoding/json, Unmarshal.
#pragma once
#include "template/value.h"

// Index of the field that JSON calls `name`, in any case as in Go; -1: the struct has none.
int value_field_find(const struct value_type *type, struct str name);
// `json` (of value_from_json()) as a value of `type`: strings, times, maps of strings, lists and structs of these. null leaves the zero
// value, members without a field are dropped. ERR_INVALID with Go's text. Texts are borrowed from `json`.
MUST_CHECK bool value_unmarshal(struct arena *arena, const struct value *json, const struct value_type *type, struct value *out, struct error *err);
