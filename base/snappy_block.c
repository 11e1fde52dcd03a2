// SPDX-License-Identifier: Apache-2.0
// See snappy_block.h.
#include "base/snappy_block.h"

#include <snappy-c.h>

bool snappy_block_append(struct buf *out, struct str bytes, struct error *err) {
	if (bytes.len > UINT32_MAX)
		return error_set(err, ERR_LIMIT, "%zu bytes for one block", bytes.len);
	size_t len = snappy_max_compressed_length(bytes.len);
	buf_reserve(out, len);
	if (snappy_compress(bytes.data, bytes.len, out->data + out->len, &len) != SNAPPY_OK)
		return error_set(err, ERR_LIMIT, "%zu bytes cannot be compressed", bytes.len);
	buf_truncate(out, out->len + len);
	return true;
}

bool snappy_block_size(struct str block, size_t *size) {
	return snappy_uncompressed_length(block.data, block.len, size) == SNAPPY_OK;
}

bool snappy_block_read(char *out, size_t size, struct str block) {
	size_t len = size;
	return snappy_uncompress(block.data, block.len, out, &len) == SNAPPY_OK && len == size;
}
