// SPDX-License-Identifier: Apache-2.0
// What jansson makes of a document, in the canonical form of json_read_test.c. In a file of its own: its enum names are ours.
#pragma once
#include "base/buf.h"

enum oracle_verdict { ORACLE_REFUSES,
	ORACLE_ACCEPTS,
	ORACLE_ACCEPTS_DUPLICATES }; // the last: *out is not comparable

enum oracle_verdict json_oracle_read(struct str text, struct buf *out);
