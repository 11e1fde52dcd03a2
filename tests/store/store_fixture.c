// SPDX-License-Identifier: Apache-2.0
// Stores, records and batches for the store's tests. See store_fixture.h.
#include "tests/store/store_fixture.h"

#include "base/buf.h"
#include "store/migration.h"

#include <inttypes.h>

const char *fresh_directory(void) {
	static char path[200];
	static int number;
	snprintf(path, sizeof path, "%s/store-%d-%d", test_directory(), (int)getpid(), number++);
	return path;
}

// Keeps events for ever: those of the tests are from 1970.
struct store *store_here(const char *directory) {
	struct error err = { 0 };
	struct store *store = store_open(&(struct store_options){ .directory = directory, .event_keep = HOURS(24) * 365 * 100 }, &err);
	if (store == NULL)
		FAIL_TEST("%s", err.text);
	return store;
}

struct store *store_running(const char *directory) {
	struct store *store = store_here(directory);
	struct error err = { 0 };
	if (!store_start(store, &err))
		FAIL_TEST("%s", err.text);
	return store;
}

void store_shut(struct store *store) {
	store_stop(store);
	store_close(store);
}

struct database database_in_memory(void) {
	struct database database;
	struct error err;
	CHECK(database_open(&database, ":memory:", SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, &err));
	CHECK(database_migrate(&database, &err));
	return database;
}

const struct labels *labels_make(const char *name, ...) {
	struct label_builder builder = { 0 };
	va_list args;
	va_start(args, name);
	for (; name != NULL; name = va_arg(args, const char *))
		label_builder_set(&builder, str_of(name), str_of(va_arg(args, const char *)));
	va_end(args);
	const struct labels *labels = label_builder_build(&builder);
	label_builder_finish(&builder);
	return labels;
}

struct alert_record *record_make(const char *source, const char *name, int number) {
	char text[16];
	snprintf(text, sizeof text, "%d", number);
	struct alert_record *record = alert_record_create();
	record->origin = alert_origin_create(str_of(source), STR("http://p/graph?a=b"));
	record->identity = labels_make("alertname", name, "n", text, NULL);
	record->labels = labels_ref(record->identity);
	record->annotations = labels_make("summary", "something <is> wrong & \"bad\"", NULL);
	record->state = ALERT_FIRING;
	record->active_at = 1000;
	record->fired_at = 2000;
	record->updated_at = 2000;
	record->value = 1.5;
	return record;
}

struct store_batch *batch_wait(struct inbox *inbox) {
	static struct message *rest; // a take may bring several
	if (rest == NULL) {
		inbox_wait(inbox, 20000);
		rest = inbox_take(inbox);
	}
	struct message *first = rest;
	if (first == NULL)
		FAIL_TEST("no batch came back");
	rest = first->next;
	return (struct store_batch *)first;
}

void batch_write(struct store *store, struct inbox *inbox, struct store_batch *batch) {
	batch->reply_to = inbox;
	store_post(store, batch);
	CHECK(batch_wait(inbox) == batch);
}

void put_alert(struct store_batch *batch, struct alert_record *record, enum alert_event_kind event) {
	struct store_op *op = store_batch_add(batch, STORE_PUT_ALERT);
	op->alert.record = record;
	op->alert.event = event;
}

void delete_alert(struct store_batch *batch, struct alert_record *record) {
	store_batch_add(batch, STORE_DELETE_ALERT)->alert.record = record;
}

static bool dump_alert(void *context, struct alert_record *record) {
	struct buf *out = context;
	buf_format(out, "%s ", record->origin->source);
	labels_format(out, record->identity);
	if (!labels_equal(record->identity, record->labels))
		labels_format(out, record->labels);
	const struct labels *annotations = alert_record_annotations(record);
	labels_format(out, annotations);
	labels_unref(annotations);
	buf_format(out, " %s %s %g active=%d fired=%d resolved=%d kept=%d ends=%d updated=%d seq=%d\n", record->origin->generator_url, alert_state_name(record->state),
	    record->value, (int)record->active_at, (int)record->fired_at, (int)record->resolved_at, (int)record->keep_firing_since, (int)record->ends_at,
	    (int)record->updated_at, (int)record->event_sequence);
	return true;
}

char *dump_alerts(struct store *store) {
	struct buf out = { 0 };
	struct error err = { 0 };
	if (!store_each_alert(store, dump_alert, &out, &err))
		FAIL_TEST("%s", err.text);
	buf_append_cstr(&out, "");
	return buf_take(&out);
}

static bool count_alert(void *context, struct alert_record *record) {
	(void)record;
	++*(size_t *)context;
	return true;
}

size_t count_alerts(struct store *store) {
	size_t count = 0;
	struct error err = { 0 };
	if (!store_each_alert(store, count_alert, &count, &err))
		FAIL_TEST("%s", err.text);
	return count;
}

static bool dump_event(void *context, const struct store_event *event) {
	buf_format(context, "%d %s %.*s\n", (int)event->sequence, event->type, STR_ARG(event->subject));
	return true;
}

char *dump_events(struct store *store) {
	struct buf out = { 0 };
	struct error err = { 0 };
	if (!store_each_event(store, 0, 1000, dump_event, &out, &err))
		FAIL_TEST("%s", err.text);
	buf_append_cstr(&out, "");
	return buf_take(&out);
}

struct silence *silence_make(int number, wall_ms updated_at) {
	struct silence *silence = silence_create();
	struct error err;
	char value[12];
	snprintf(silence->id, sizeof silence->id, "00000000-0000-4000-8000-%012d", number);
	snprintf(value, sizeof value, "%d", number);
	CHECK(matchers_add(&silence->matchers, MATCH_EQUAL, STR("n"), str_of(value), &err));
	silence->starts_at = 1000;
	silence->ends_at = 2000;
	silence->updated_at = updated_at;
	return silence;
}

static void dump_list(struct buf *out, const char *name, const uint64_t *items, size_t count) {
	buf_format(out, " %s=", name);
	for (size_t i = 0; i < count; i++)
		buf_format(out, "%s%" PRIx64, i > 0 ? "," : "", items[i]);
}

static bool dump_group(void *context, const struct store_group *group) {
	buf_format(context, "group %.*s next=%d wait=%d interval=%d\n", STR_ARG(group->key), (int)group->next_flush, (int)group->group_wait, (int)group->group_interval);
	return true;
}

static bool dump_log(void *context, const struct store_log *log) {
	buf_format(context, "log %.*s %.*s told=%d", STR_ARG(log->group_key), STR_ARG(log->integration), (int)log->told_at);
	dump_list(context, "firing", log->firing, log->firing_count);
	dump_list(context, "resolved", log->resolved, log->resolved_count);
	dump_list(context, "left_out", log->left_out, log->left_out_count);
	buf_format(context, " expires=%d\n", (int)log->expires_at);
	return true;
}

static bool dump_notification(void *context, const struct store_notification *notification) {
	buf_format(context, "notification %d %.*s %.*s\n", (int)notification->id, STR_ARG(notification->group_key), STR_ARG(notification->data));
	return true;
}

static bool dump_delivery(void *context, const struct store_delivery *delivery) {
	buf_format(context, "delivery %.*s %.*s of=%d attempts=%d refused=%d next=%d", STR_ARG(delivery->group_key), STR_ARG(delivery->integration),
	    (int)delivery->notification_id, (int)delivery->attempts, (int)delivery->refused, (int)delivery->next_attempt);
	dump_list(context, "firing", delivery->firing, delivery->firing_count);
	dump_list(context, "resolved", delivery->resolved, delivery->resolved_count);
	buf_append_char(context, '\n');
	return true;
}

char *dump_rest(struct store *store) {
	struct buf out = { 0 };
	struct error err = { 0 };
	if (!store_each_group(store, dump_group, &out, &err) || !store_each_log(store, dump_log, &out, &err) ||
	    !store_each_notification(store, dump_notification, &out, &err) || !store_each_delivery(store, dump_delivery, &out, &err))
		FAIL_TEST("%s", err.text);
	buf_append_cstr(&out, "");
	return buf_take(&out);
}
