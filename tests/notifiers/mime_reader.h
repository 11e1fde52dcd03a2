// SPDX-License-Identifier: Apache-2.0
// What Python's email package understands of a message: the oracle of what we compose.
#pragma once
#include "base/buf.h"

// Appends mime_check.py's output; fails the test when the message breaks a rule.
void mime_read(struct str message, struct buf *out);
