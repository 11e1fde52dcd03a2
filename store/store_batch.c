// SPDX-License-Identifier: Apache-2.0
// A request to the writer: made, filled, reused and freed by its sender. See store.h.
#include "store/store.h"

struct store_batch *store_batch_create(void) {
	return MEM_NEW(struct store_batch);
}

static void drop_references(struct store_op *op) {
	if (op->kind == STORE_PUT_ALERT || op->kind == STORE_DELETE_ALERT)
		alert_record_unref(op->alert.record);
	if (op->kind == STORE_PUT_SILENCE || op->kind == STORE_DELETE_SILENCE)
		silence_unref(op->silence);
}

void store_batch_clear(struct store_batch *batch) {
	for (size_t i = 0; i < batch->count; i++)
		drop_references(&batch->items[i]);
	array_clear(batch);
	arena_reset(&batch->arena);
	batch->is_durable = false;
}

void store_batch_destroy(struct store_batch *batch) {
	if (batch == NULL)
		return;
	store_batch_clear(batch);
	array_finish(batch);
	arena_finish(&batch->arena);
	free(batch);
}

struct store_op *store_batch_add(struct store_batch *batch, enum store_op_kind kind) {
	struct store_op *op = array_push(batch);
	memset(op, 0, sizeof *op);
	op->kind = kind;
	return op;
}
