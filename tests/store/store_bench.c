// SPDX-License-Identifier: Apache-2.0
// How fast the store writes and loads, on the disk of the directory given (a measurement, not a test): store_bench DIRECTORY
#include "store/store.h"

#include "base/buf.h"

#include <stdio.h>

enum { LOADED = 100000 };

static struct alert_record *record_make(int number) {
	struct label_builder builder = { 0 };
	char instance[32], pod[64];
	snprintf(instance, sizeof instance, "10.0.%d.%d:9100", number / 250 % 250, number % 250);
	snprintf(pod, sizeof pod, "deployment-%d-abcdef", number);
	label_builder_set(&builder, STR("alertname"), STR("HighMemoryUsage"));
	label_builder_set(&builder, STR("instance"), str_of(instance));
	label_builder_set(&builder, STR("pod"), str_of(pod));
	label_builder_set(&builder, STR("severity"), STR("warning"));
	struct alert_record *record = alert_record_create();
	record->identity = label_builder_build(&builder);
	record->labels = labels_ref(record->identity);
	label_builder_set(&builder, STR("summary"), STR("memory of the pod is above its limit"));
	label_builder_set(&builder, STR("description"), str_of(pod));
	record->annotations = label_builder_build(&builder);
	label_builder_finish(&builder);
	record->origin = alert_origin_create(STR("rules.yml\x1fmemory\x1fHighMemoryUsage\x1f"
	                                         "0123456789abcdef\x1f"
	                                         "0"),
	    STR("http://prometheus:9090/graph?g0.expr=sum&g0.tab=1"));
	record->state = ALERT_FIRING;
	record->active_at = record->fired_at = record->updated_at = clock_wall();
	record->value = number + 0.5;
	return record;
}

// Batches per second with `credits` batches on their way at a time, one alert with its event in each.
static void measure_batches(struct store *store, int credits, int total) {
	struct inbox inbox;
	inbox_init(&inbox, 0);
	struct store_status before, after;
	store_status_get(store, &before);
	int64_t start = clock_mono_ns();
	int sent = 0, back = 0;
	while (back < total) {
		for (; sent < total && sent - back < credits; sent++) {
			struct store_batch *batch = store_batch_create();
			struct store_op *op = store_batch_add(batch, STORE_PUT_ALERT);
			op->alert.record = record_make(sent);
			op->alert.event = ALERT_EVENT_FIRING;
			batch->reply_to = &inbox;
			store_post(store, batch);
		}
		inbox_wait(&inbox, -1);
		struct message *next;
		for (struct message *at = inbox_take(&inbox); at != NULL; at = next, back++) {
			next = at->next;
			store_batch_destroy((struct store_batch *)at);
		}
	}
	double seconds = (double)(clock_mono_ns() - start) / 1e9;
	store_status_get(store, &after);
	printf("%4d batches at a time: %8.0f batches/s, %6.0f commits/s\n", credits, total / seconds, (double)(after.commits - before.commits) / seconds);
	inbox_finish(&inbox);
}

static void measure_bulk(struct store *store) {
	struct inbox inbox;
	inbox_init(&inbox, 0);
	struct store_batch *batch = store_batch_create();
	for (int i = 0; i < LOADED; i++) {
		struct store_op *op = store_batch_add(batch, STORE_PUT_ALERT);
		op->alert.record = record_make(i);
		op->alert.event = ALERT_EVENT_FIRING;
	}
	batch->reply_to = &inbox;
	int64_t start = clock_mono_ns();
	store_post(store, batch);
	inbox_wait(&inbox, -1);
	store_batch_destroy((struct store_batch *)inbox_take(&inbox));
	printf("one batch of %d alerts with events: %.0f ms\n", LOADED, (double)(clock_mono_ns() - start) / 1e6);
	inbox_finish(&inbox);
}

static bool keep(void *context, struct alert_record *record) {
	struct alert_record ***at = context;
	*(*at)++ = alert_record_ref(record);
	return true;
}

static bool measure_load(struct store *store, struct error *err) {
	struct alert_record **records = mem_zalloc((LOADED + 1000) * sizeof *records), **end = records;
	int64_t start = clock_mono_ns();
	bool ok = store_each_alert(store, keep, &end, err);
	printf("load of %zu alerts: %.0f ms\n", (size_t)(end - records), (double)(clock_mono_ns() - start) / 1e6);
	for (struct alert_record **at = records; at < end; at++)
		alert_record_unref(*at);
	free(records);
	return ok;
}

static bool measure(const struct store_options *options, struct error *err) {
	struct store *store = store_open(options, err);
	if (store == NULL || !store_start(store, err))
		return false;
	measure_batches(store, 1, 5000);
	measure_batches(store, 100, 50000);
	measure_batches(store, 1000, 100000);
	measure_bulk(store);
	store_stop(store);
	store_close(store);
	int64_t start = clock_mono_ns();
	if ((store = store_open(options, err)) == NULL)
		return false;
	printf("open with checks: %.0f ms\n", (double)(clock_mono_ns() - start) / 1e6);
	bool ok = measure_load(store, err);
	store_close(store);
	return ok;
}

int main(int argc, char **argv) {
	struct error err = { 0 };
	struct store_options options = { .directory = argc > 1 ? argv[1] : ".", .ballast_bytes = 16 << 20 };
	if (measure(&options, &err))
		return 0;
	fprintf(stderr, "%s\n", err.text);
	return 1;
}
