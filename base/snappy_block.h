// SPDX-License-Identifier: Apache-2.0
// Bytes packed into one snappy block: quick, and several times smaller where they repeat themselves. Pure.
#pragma once
#include "base/buf.h"
#include "base/error.h"

// Appends a block that holds `bytes`. ERR_LIMIT when there are more than a block may hold (4 GiB).
MUST_CHECK bool snappy_block_append(struct buf *out, struct str bytes, struct error *err);
// Sets how many bytes the block says it holds. False: it is none.
MUST_CHECK bool snappy_block_size(struct str block, size_t *size);
// Back into `size` bytes at out. False: not a block of that many.
MUST_CHECK bool snappy_block_read(char *out, size_t size, struct str block);
