// SPDX-License-Identifier: Apache-2.0
// Changes that were told but could not be written. See backlog.h.
#include "store/backlog.h"

#include "base/buf.h"
#include "store/store_op.h"

enum { COMPACT_MORE = 4096 };

struct kept {
	struct store_op op; // its texts and lists are in `memory`; holds a reference to a record
	uint64_t hash;      // of its row
	uint64_t run;       // renames of one run happen at once
	struct kept *event; // of an alert's row: its last event, when that is kept
	int64_t sequence;   // of an event, once written
	size_t bytes;
	bool is_dead; // superseded
	bool is_event;
	bool is_unguarded; // a delete that matched a kept row: what the table holds is older than both
	uint64_t memory[];
};

// The borrowed parts of an operation.
struct op_parts {
	struct str *texts[3];
	size_t text_count;
	const uint64_t **lists[3];
	size_t list_sizes[3];
	size_t list_count;
};

static void add_text(struct op_parts *parts, struct str *text) {
	parts->texts[parts->text_count++] = text;
}

static void add_list(struct op_parts *parts, const uint64_t **list, size_t count) {
	parts->lists[parts->list_count] = list;
	parts->list_sizes[parts->list_count++] = count * sizeof **list;
}

static struct op_parts op_parts(struct store_op *op) {
	struct op_parts parts = { 0 };
	switch (op->kind) {
	case STORE_PUT_ALERT:
	case STORE_DELETE_ALERT:
		break;
	case STORE_RENAME_SOURCE:
		add_text(&parts, &op->rename.old_source);
		add_text(&parts, &op->rename.new_source);
		break;
	case STORE_ADD_EVENT:
		add_text(&parts, &op->event.subject);
		add_text(&parts, &op->event.data);
		break;
	case STORE_PUT_GROUP:
	case STORE_DELETE_GROUP:
		add_text(&parts, &op->group.key);
		break;
	case STORE_PUT_LOG:
	case STORE_DELETE_LOG:
		add_text(&parts, &op->log.group_key);
		add_text(&parts, &op->log.integration);
		add_text(&parts, &op->log.receiver_data);
		add_list(&parts, &op->log.firing, op->log.firing_count);
		add_list(&parts, &op->log.resolved, op->log.resolved_count);
		add_list(&parts, &op->log.left_out, op->log.left_out_count);
		break;
	case STORE_PUT_NOTIFICATION:
		add_text(&parts, &op->notification.group_key);
		add_text(&parts, &op->notification.data);
		break;
	case STORE_PUT_DELIVERY:
	case STORE_DELETE_DELIVERY:
		add_text(&parts, &op->delivery.group_key);
		add_text(&parts, &op->delivery.integration);
		add_list(&parts, &op->delivery.firing, op->delivery.firing_count);
		add_list(&parts, &op->delivery.resolved, op->delivery.resolved_count);
		break;
	case STORE_PUT_MARK:
	case STORE_DELETE_MARK:
		break;
	case STORE_PUT_CURSOR:
	case STORE_DELETE_CURSOR:
		add_text(&parts, &op->cursor.target);
		break;
	case STORE_PUT_SILENCE:
	case STORE_DELETE_SILENCE:
		break;
	}
	return parts;
}

static bool has_record(const struct store_op *op) {
	return op->kind == STORE_PUT_ALERT || op->kind == STORE_DELETE_ALERT;
}

static bool has_silence(const struct store_op *op) {
	return op->kind == STORE_PUT_SILENCE || op->kind == STORE_DELETE_SILENCE;
}

static size_t parts_size(const struct op_parts *parts) {
	size_t size = 0;
	for (size_t i = 0; i < parts->list_count; i++)
		size += parts->list_sizes[i];
	for (size_t i = 0; i < parts->text_count; i++)
		size += parts->texts[i]->len;
	return size;
}

static char *copy_bytes(char **to, const void *from, size_t size) {
	char *start = *to;
	if (size > 0)
		memcpy(start, from, size);
	*to += size;
	return start;
}

static void keep_alert(struct kept *kept) {
	alert_record_ref(kept->op.alert.record);
	if (kept->op.alert.annotations == NULL)
		return;
	kept->op.alert.annotations = labels_copy(kept->op.alert.annotations);
	kept->bytes += labels_size(kept->op.alert.annotations);
}

static void drop_alert(struct kept *kept) {
	alert_record_unref(kept->op.alert.record);
	labels_unref(kept->op.alert.annotations);
}

static struct kept *kept_create(const struct store_op *op) {
	struct store_op given = *op;
	struct op_parts from = op_parts(&given);
	struct str type = str_of(op->kind == STORE_ADD_EVENT ? op->event.type : NULL);
	size_t size = parts_size(&from) + type.len + 1;
	struct kept *kept = mem_zalloc(sizeof *kept + size);
	kept->op = *op;
	kept->bytes = sizeof *kept + size;
	struct op_parts to = op_parts(&kept->op);
	char *at = (char *)kept->memory;
	for (size_t i = 0; i < to.list_count; i++) // first, for they need the alignment
		*to.lists[i] = (const uint64_t *)(const void *)copy_bytes(&at, *from.lists[i], to.list_sizes[i]);
	for (size_t i = 0; i < to.text_count; i++)
		to.texts[i]->data = copy_bytes(&at, from.texts[i]->data, from.texts[i]->len);
	if (op->kind == STORE_ADD_EVENT)
		kept->op.event.type = copy_bytes(&at, type.data, type.len); // the zeroed last byte ends it
	if (has_record(op))
		keep_alert(kept);
	if (has_silence(op))
		silence_ref(kept->op.silence);
	return kept;
}

static void kept_destroy(struct kept *kept) {
	if (has_record(&kept->op))
		drop_alert(kept);
	if (has_silence(&kept->op))
		silence_unref(kept->op.silence);
	free(kept);
}

// Which table's row an operation changes; 0: none, or many.
static char table_of(enum store_op_kind kind) {
	switch (kind) {
	case STORE_PUT_ALERT:
	case STORE_DELETE_ALERT:
		return 'a';
	case STORE_PUT_GROUP:
	case STORE_DELETE_GROUP:
		return 'g';
	case STORE_PUT_LOG:
	case STORE_DELETE_LOG:
		return 'l';
	case STORE_PUT_NOTIFICATION:
		return 'n';
	case STORE_PUT_DELIVERY:
	case STORE_DELETE_DELIVERY:
		return 'd';
	case STORE_PUT_MARK:
	case STORE_DELETE_MARK:
		return 'm';
	case STORE_PUT_CURSOR:
	case STORE_DELETE_CURSOR:
		return 'c';
	case STORE_PUT_SILENCE:
	case STORE_DELETE_SILENCE:
		return 's';
	case STORE_RENAME_SOURCE:
	case STORE_ADD_EVENT:
		return 0;
	}
	unreachable("store operation");
}

// The row's key as two texts; an alert's labels and the number of what has one come on top.
static struct label row_key(const struct store_op *op) {
	switch (table_of(op->kind)) {
	case 'a':
		return (struct label){ str_of(op->alert.record->origin->source), STR_NONE };
	case 'g':
		return (struct label){ op->group.key, STR_NONE };
	case 'l':
		return (struct label){ op->log.group_key, op->log.integration };
	case 'd':
		return (struct label){ op->delivery.group_key, op->delivery.integration };
	case 'c':
		return (struct label){ op->cursor.target, STR_NONE };
	case 's':
		return (struct label){ str_of(op->silence->id), STR_NONE };
	default: // notifications and marks are told apart by their numbers
		return (struct label){ STR_NONE, STR_NONE };
	}
}

static int64_t row_number(const struct store_op *op) {
	switch (table_of(op->kind)) {
	case 'n':
		return op->notification.id;
	case 'm':
		return op->mark.began_at;
	default:
		return 0;
	}
}

static uint64_t row_hash(const struct store_op *op) {
	struct label key = row_key(op);
	uint64_t hash = labels_hash(&key, 1) + (uint64_t)table_of(op->kind);
	if (has_record(op) && op->alert.record->identity != NULL)
		return hash ^ op->alert.record->identity->fingerprint;
	return hash ^ (uint64_t)row_number(op);
}

static bool row_equal(const void *value, const void *wanted) {
	const struct store_op *a = &((const struct kept *)value)->op, *b = wanted;
	if (table_of(a->kind) != table_of(b->kind) || row_number(a) != row_number(b))
		return false;
	struct label one = row_key(a), other = row_key(b);
	if (!str_equal(one.name, other.name) || !str_equal(one.value, other.value))
		return false;
	return !has_record(a) || (labels_same(a->alert.record->identity, b->alert.record->identity) && labels_same(a->alert.record->labels, b->alert.record->labels));
}

static void kill_entry(struct backlog *backlog, struct kept *kept) {
	kept->is_dead = true;
	backlog->live--;
	backlog->bytes -= kept->bytes;
	backlog->events -= kept->is_event ? 1 : 0;
}

// NULL when the bounds are reached.
static struct kept *append(struct backlog *backlog, const struct store_op *op) {
	if (backlog->live >= BACKLOG_ENTRIES_MAX || backlog->bytes >= BACKLOG_BYTES_MAX) {
		backlog->changes_dropped++;
		return NULL;
	}
	struct kept *kept = kept_create(op);
	kept->run = backlog->run;
	backlog->live++;
	backlog->bytes += kept->bytes;
	array_append(backlog, kept);
	return kept;
}

static void drop_oldest_event(struct backlog *backlog) {
	while (!backlog->items[backlog->oldest_event]->is_event || backlog->items[backlog->oldest_event]->is_dead)
		backlog->oldest_event++;
	kill_entry(backlog, backlog->items[backlog->oldest_event]);
	backlog->events_dropped++;
}

static struct kept *keep_event(struct backlog *backlog, const struct store_op *op) {
	struct kept *kept = append(backlog, op);
	if (kept == NULL)
		return NULL;
	kept->is_event = true;
	if (++backlog->events > BACKLOG_EVENTS_MAX)
		drop_oldest_event(backlog);
	return kept;
}

static bool is_row_of(const struct alert_record *row, const struct alert_record *guard) {
	return row->state == guard->state && row->updated_at == guard->updated_at;
}

static void keep_row(struct backlog *backlog, const struct store_op *op, struct kept *event) {
	uint64_t hash = row_hash(op);
	struct kept *old = hash_map_find(&backlog->rows, hash, op, row_equal);
	bool is_guarded = op->kind == STORE_DELETE_ALERT, was_put = old != NULL && old->op.kind == STORE_PUT_ALERT;
	if (is_guarded && was_put && !is_row_of(old->op.alert.record, op->alert.record))
		return; // a newer row stands
	if (is_guarded && old != NULL && !was_put && old->is_unguarded)
		return; // it is gone already
	if (old != NULL) {
		hash_map_remove(&backlog->rows, hash, op, row_equal);
		if (!is_guarded || was_put)
			kill_entry(backlog, old);
	}
	struct kept *kept = append(backlog, op);
	if (kept == NULL)
		return;
	kept->hash = hash;
	kept->is_unguarded = is_guarded && was_put;
	kept->event = event != NULL || old == NULL ? event : old->event;
	hash_map_insert(&backlog->rows, hash, kept);
}

static void keep_one(struct backlog *backlog, const struct store_op *op) {
	if (op->kind == STORE_RENAME_SOURCE) {
		hash_map_clear(&backlog->rows); // what follows means other rows by the same names
		append(backlog, op);
		return;
	}
	backlog->run++;
	if (op->kind == STORE_ADD_EVENT) {
		keep_event(backlog, op);
		return;
	}
	struct kept *event = op->kind == STORE_PUT_ALERT && op->alert.event != ALERT_EVENT_NONE ? keep_event(backlog, op) : NULL;
	keep_row(backlog, op, event);
}

// Notifications that no kept delivery shares are nobody's.
static void kill_orphans(struct backlog *backlog) {
	struct hash_map used = { 0 };
	for (size_t i = 0; i < backlog->count; i++) {
		struct kept *kept = backlog->items[i];
		if (!kept->is_dead && kept->op.kind == STORE_PUT_DELIVERY)
			hash_map_insert(&used, (uint64_t)kept->op.delivery.notification_id, kept);
	}
	for (size_t i = 0; i < backlog->count; i++) {
		struct kept *kept = backlog->items[i];
		if (kept->is_dead || kept->op.kind != STORE_PUT_NOTIFICATION || hash_map_find(&used, (uint64_t)kept->op.notification.id, NULL, NULL) != NULL)
			continue;
		hash_map_remove(&backlog->rows, kept->hash, &kept->op, row_equal);
		kill_entry(backlog, kept);
	}
	hash_map_finish(&used);
}

static void compact(struct backlog *backlog) {
	kill_orphans(backlog);
	for (size_t i = 0; i < backlog->count; i++)
		if (backlog->items[i]->event != NULL && backlog->items[i]->event->is_dead)
			backlog->items[i]->event = NULL;
	size_t live = 0;
	for (size_t i = 0; i < backlog->count; i++) {
		if (backlog->items[i]->is_dead)
			kept_destroy(backlog->items[i]);
		else
			backlog->items[live++] = backlog->items[i];
	}
	backlog->count = live;
	backlog->oldest_event = 0;
	backlog->compact_at = live * 2 + COMPACT_MORE;
}

void backlog_keep(struct backlog *backlog, const struct store_op *ops, size_t count) {
	backlog->run++;
	for (size_t i = 0; i < count; i++)
		keep_one(backlog, &ops[i]);
	if (backlog->count >= (backlog->compact_at == 0 ? COMPACT_MORE : backlog->compact_at))
		compact(backlog);
}

static bool write_run(struct backlog *backlog, size_t *at, struct database *database, struct error *err) {
	struct {
		ARRAY_OF(struct store_op);
	} renames = { 0 };
	uint64_t run = backlog->items[*at]->run;
	while (*at < backlog->count && backlog->items[*at]->op.kind == STORE_RENAME_SOURCE && backlog->items[*at]->run == run)
		array_append(&renames, backlog->items[(*at)++]->op);
	size_t done;
	bool ok = store_op_run(database, renames.items, renames.count, NULL, &done, err);
	array_finish(&renames);
	return ok;
}

// The event of this very change is written, and says what the row would.
static bool is_in_event(const struct kept *kept) {
	const struct kept *event = kept->event;
	return event != NULL && !event->is_dead && event->sequence > 0 && kept->op.alert.event != ALERT_EVENT_NONE && event->op.alert.record == kept->op.alert.record;
}

static bool write_entry(struct kept *kept, struct database *database, struct notification_ids *touched, struct error *err) {
	size_t done;
	if (!has_record(&kept->op))
		return store_op_run(database, &kept->op, 1, touched, &done, err);
	struct alert_event transition = store_op_transition(&kept->op);
	const struct alert_record *record = transition.record;
	if (kept->is_event) {
		kept->sequence = 0; // of an attempt that was rolled back
		return event_add_transition(database, &transition, &kept->sequence, err);
	}
	if (kept->op.kind == STORE_PUT_ALERT) { // the record was told: its sequence is not ours to set any more
		int64_t sequence = kept->event != NULL && !kept->event->is_dead ? kept->event->sequence : record->event_sequence;
		return alert_put(database, &transition, is_in_event(kept), &sequence, err);
	}
	if (kept->is_unguarded)
		return alert_delete_any(database, record, err);
	return store_op_run(database, &kept->op, 1, touched, &done, err);
}

static bool write_truncated(const struct backlog *backlog, struct database *database, wall_ms now, struct error *err) {
	if (backlog->events_dropped == 0)
		return true;
	autobuf struct buf data = { 0 };
	buf_format(&data, "{\"dropped\":%llu}", (unsigned long long)backlog->events_dropped);
	struct store_event event = { .at = now, .type = "stream.truncated", .subject = STR("events"), .data = buf_str(&data) };
	int64_t sequence;
	return event_add(database, &event, &sequence, err);
}

bool backlog_write(struct backlog *backlog, struct database *database, wall_ms now, struct notification_ids *touched, struct error *err) {
	if (!write_truncated(backlog, database, now, err))
		return false;
	for (size_t i = 0; i < backlog->count;) {
		struct kept *kept = backlog->items[i];
		if (kept->is_dead) {
			i++;
			continue;
		}
		bool is_rename = kept->op.kind == STORE_RENAME_SOURCE;
		bool ok = is_rename ? write_run(backlog, &i, database, err) : write_entry(kept, database, touched, err);
		if (!ok && err->code != ERR_INVALID) // a refused row must not hold up the others
			return false;
		i += is_rename ? 0 : 1;
	}
	return true;
}

void backlog_clear(struct backlog *backlog) {
	for (size_t i = 0; i < backlog->count; i++)
		kept_destroy(backlog->items[i]);
	array_finish(backlog);
	hash_map_finish(&backlog->rows);
	*backlog = (struct backlog){ 0 };
}
