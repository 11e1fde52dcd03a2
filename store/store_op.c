// SPDX-License-Identifier: Apache-2.0
// One operation as statements. See store_op.h.
#include "store/store_op.h"

#include "base/buf.h"

// A record that was read from a row is there already: it is deleted, and never put.
struct alert_event store_op_transition(const struct store_op *op) {
	const struct alert_record *record = op->alert.record;
	bool has_own = op->alert.annotations == NULL && !record->is_living && !record->is_row;
	return (struct alert_event){ record, has_own ? record->annotations : op->alert.annotations, op->alert.event, op->alert.event_at };
}

// With other posted alerts in one row, or in rows of its own.
static bool write_transition(struct database *database, const struct alert_event *transition, int64_t *sequence, struct error *err) {
	bool is_event = transition->kind != ALERT_EVENT_NONE, is_taken;
	if (!pack_put(database, transition, sequence, &is_taken, err))
		return false;
	return is_taken || ((!is_event || event_add_transition(database, transition, sequence, err)) && alert_put(database, transition, is_event, sequence, err));
}

static bool put_alert(struct database *database, struct store_op *op, struct error *err) {
	struct alert_record *record = op->alert.record;
	struct alert_event transition = store_op_transition(op);
	int64_t sequence = record->event_sequence;
	if (!write_transition(database, &transition, &sequence, err))
		return false;
	record->event_sequence = sequence;
	return true;
}

static size_t count_renames(const struct store_op *ops, size_t count) {
	size_t renames = 0;
	while (renames < count && ops[renames].kind == STORE_RENAME_SOURCE)
		renames++;
	return renames;
}

static struct str waypoint(struct buf *out, size_t number) {
	buf_reset(out);
	buf_format(out, "\x1e%zu", number); // no source begins so
	return buf_str(out);
}

// Via a name of its own for each, so that a chain or a swap of names mixes no rows.
static bool rename_at_once(struct database *database, const struct store_op *ops, size_t count, struct error *err) {
	if (count == 1)
		return alert_rename(database, ops[0].rename.old_source, ops[0].rename.new_source, err);
	autobuf struct buf name = { 0 };
	for (size_t i = 0; i < count; i++)
		if (!alert_rename(database, ops[i].rename.old_source, waypoint(&name, i), err))
			return false;
	for (size_t i = 0; i < count; i++)
		if (!alert_rename(database, waypoint(&name, i), ops[i].rename.new_source, err))
			return false;
	return true;
}

bool store_op_run(struct database *database, struct store_op *ops, size_t count, struct notification_ids *touched, size_t *done, struct error *err) {
	struct store_op *op = &ops[0];
	*done = 1;
	switch (op->kind) {
	case STORE_PUT_ALERT:
		return put_alert(database, op, err);
	case STORE_DELETE_ALERT:
		return alert_delete(database, op->alert.record, err);
	case STORE_RENAME_SOURCE:
		*done = count_renames(ops, count);
		return rename_at_once(database, ops, *done, err);
	case STORE_ADD_EVENT:
		return event_add(database, &op->event, &op->event.sequence, err);
	case STORE_PUT_GROUP:
		return group_put(database, &op->group, err);
	case STORE_DELETE_GROUP:
		return group_delete(database, op->group.key, err);
	case STORE_PUT_LOG:
		return log_put(database, &op->log, err);
	case STORE_DELETE_LOG:
		return log_delete(database, &op->log, err);
	case STORE_PUT_NOTIFICATION:
		return notification_put(database, &op->notification, touched, err);
	case STORE_PUT_DELIVERY:
		return delivery_put(database, &op->delivery, touched, err);
	case STORE_DELETE_DELIVERY:
		return delivery_delete(database, &op->delivery, touched, err);
	case STORE_PUT_MARK:
		return mark_put(database, &op->mark, err);
	case STORE_DELETE_MARK:
		return mark_delete(database, op->mark.began_at, err);
	case STORE_PUT_CURSOR:
		return cursor_put(database, &op->cursor, err);
	case STORE_DELETE_CURSOR:
		return cursor_delete(database, op->cursor.target, err);
	case STORE_PUT_SILENCE:
		return silence_put(database, op->silence, err);
	case STORE_DELETE_SILENCE:
		return silence_delete(database, op->silence, err);
	}
	unreachable("store operation");
}
