// SPDX-License-Identifier: Apache-2.0
// A dispatcher with a real store for tests. See dispatch_rig.h.
#include "tests/notifiers/dispatch_rig.h"

#include "tests/harness/test.h"

#include <time.h>

void sleep_for(dur_ms span) {
	nanosleep(&(struct timespec){ span / 1000, span % 1000 * 1000000 }, NULL);
}

static void made_destroy(struct notify_setup *setup) {
	struct made_setup *made = (struct made_setup *)setup;
	for (size_t i = 0; i < made->root.route_count; i++)
		matchers_finish(&made->children[i].matchers);
	free(made);
}

struct receiver_config *made_setup_receiver(struct made_setup *made, const char *name) {
	struct receiver_config *receiver = &made->receivers[made->config.receiver_count];
	receiver->name = name;
	receiver->items = made->integrations[made->config.receiver_count++];
	return receiver;
}

struct made_setup *made_setup_create(dur_ms group_wait, dur_ms group_interval, dur_ms repeat_interval) {
	struct made_setup *made = MEM_NEW(struct made_setup);
	ref_init(&made->setup.ref);
	made->setup.config = &made->config;
	made->setup.destroy = made_destroy;
	made->config = (struct notify_config){ .root = &made->root, .receivers = made->receivers, .resolve_timeout = MINUTES(5), .external_url = "http://tocsin.example:9093" };
	made->group_by = STR("alertname");
	made->root = (struct route_config){
		.receiver = made_setup_receiver(made, "hook"),
		.group_by = &made->group_by,
		.group_by_count = 1,
		.group_wait = group_wait,
		.group_interval = group_interval,
		.repeat_interval = repeat_interval,
		.routes = made->routes,
	};
	return made;
}

struct integration_config *made_setup_webhook(struct made_setup *made, size_t receiver, const char *url) {
	struct receiver_config *to = &made->receivers[receiver];
	struct integration_config *config = &to->items[to->count];
	*config = (struct integration_config){ .kind = INTEGRATION_WEBHOOK, .index = (unsigned)to->count };
	config->webhook = (struct webhook_config){ .send_resolved = true, .url = url, .http = HTTP_CONFIG_DEFAULT, .timeout = SECONDS(5) };
	to->count++;
	return config;
}

struct route_config *made_setup_child(struct made_setup *made, const char *matchers, size_t receiver) {
	struct route_config *child = &made->children[made->root.route_count];
	struct error err;
	*child = made->root;
	child->matchers = (struct matchers){ 0 };
	child->routes = NULL;
	child->route_count = 0;
	child->parent = &made->root;
	child->receiver = &made->receivers[receiver];
	child->index = (unsigned)made->root.route_count;
	if (!matchers_parse(&child->matchers, str_of(matchers), MATCHER_FALLBACK, &err))
		FAIL_TEST("%s", err.text);
	made->routes[made->root.route_count++] = child;
	return child;
}

void rig_start(struct rig *rig, const char *directory, struct made_setup *made) {
	struct error err;
	struct buf path = { 0 };
	buf_format(&path, "%s/%s", test_directory(), directory);
	*rig = (struct rig){ .directory = buf_take(&path) };
	inbox_init(&rig->home, 0);
	rig->store = store_open(&(struct store_options){ .directory = rig->directory }, &err);
	if (rig->store == NULL)
		FAIL_TEST("%s", err.text);
	rig->dispatcher = dispatcher_create(&(struct dispatcher_options){ .store = rig->store, .setup = &made->setup, .smtp_mailers = 1 }, &err);
	notify_setup_unref(&made->setup);
	if (rig->dispatcher == NULL)
		FAIL_TEST("%s", err.text);
	CHECK(store_start(rig->store, &err));
	CHECK(dispatcher_start(rig->dispatcher, &err));
}

void rig_stop(struct rig *rig) {
	dispatcher_stop(rig->dispatcher, 2000);
	store_stop(rig->store);
	dispatcher_destroy(rig->dispatcher);
	store_close(rig->store);
	for (struct message *message = inbox_take(&rig->home), *next; message != NULL; message = next) {
		next = message->next;
		store_batch_destroy((struct store_batch *)message);
	}
	inbox_finish(&rig->home);
	free(rig->directory);
}

void rig_reload(struct rig *rig, struct made_setup *made) {
	struct dispatcher_reload *reload = MEM_NEW(struct dispatcher_reload);
	reload->message.kind = DISPATCHER_RELOAD;
	reload->setup = &made->setup;
	CHECK(inbox_post(dispatcher_inbox(rig->dispatcher), &reload->message));
}

const struct labels *labels_of(const char *text) {
	struct matchers parsed = { 0 };
	struct label_builder builder = { 0 };
	struct error err;
	if (!matchers_parse(&parsed, str_of(text), MATCHER_FALLBACK, &err))
		FAIL_TEST("%s: %s", text, err.text);
	for (size_t i = 0; i < parsed.count; i++)
		label_builder_set(&builder, parsed.items[i].name, parsed.items[i].value);
	const struct labels *labels = label_builder_build(&builder);
	label_builder_finish(&builder);
	matchers_finish(&parsed);
	return labels;
}

struct alert_record *rig_record(const char *source, const char *labels, enum alert_state state, const char *summary, wall_ms at) {
	struct alert_record *record = alert_record_create();
	struct label_builder annotations = { 0 };
	label_builder_set(&annotations, STR("summary"), str_of(summary));
	record->origin = alert_origin_create(str_of(source), STR("http://prometheus.example/graph?g0.expr=up"));
	record->identity = labels_of(labels);
	record->labels = labels_ref(record->identity);
	record->annotations = label_builder_build(&annotations);
	record->state = state;
	record->active_at = record->updated_at = at;
	record->fired_at = state == ALERT_PENDING ? 0 : at;
	record->resolved_at = state == ALERT_INACTIVE ? at : 0;
	record->value = 1.5;
	label_builder_finish(&annotations);
	return record;
}

void rig_tell_records(struct rig *rig, struct alert_record **records, size_t count) {
	static const enum alert_event_kind events[] = { [ALERT_INACTIVE] = ALERT_EVENT_RESOLVED, [ALERT_PENDING] = ALERT_EVENT_PENDING, [ALERT_FIRING] = ALERT_EVENT_FIRING };
	struct store_batch *batch = store_batch_create();
	for (size_t i = 0; i < count; i++) {
		struct store_op *op = store_batch_add(batch, STORE_PUT_ALERT);
		op->alert.event = events[records[i]->state];
		op->alert.record = records[i];
	}
	batch->message.kind = DISPATCHER_ALERTS;
	batch->reply_to = dispatcher_inbox(rig->dispatcher);
	batch->home = &rig->home;
	store_post(rig->store, batch);
}

void rig_tell_record(struct rig *rig, struct alert_record *record) {
	rig_tell_records(rig, &record, 1);
}

void rig_tell(struct rig *rig, const char *labels, enum alert_state state, const char *summary) {
	rig_tell_record(rig, rig_record("rules.yml;group;rule", labels, state, summary, clock_wall()));
}

static bool count_alert(void *context, struct alert_record *record) {
	(void)record;
	++*(size_t *)context;
	return true;
}

static bool count_delivery(void *context, const struct store_delivery *row) {
	(void)row;
	++*(size_t *)context;
	return true;
}

static bool count_log(void *context, const struct store_log *row) {
	(void)row;
	++*(size_t *)context;
	return true;
}

size_t rig_alert_rows(struct rig *rig) {
	size_t count = 0;
	struct error err;
	CHECK(store_each_alert(rig->store, count_alert, &count, &err));
	return count;
}

size_t rig_delivery_rows(struct rig *rig) {
	size_t count = 0;
	struct error err;
	CHECK(store_each_delivery(rig->store, count_delivery, &count, &err));
	return count;
}

size_t rig_log_rows(struct rig *rig) {
	size_t count = 0;
	struct error err;
	CHECK(store_each_log(rig->store, count_log, &count, &err));
	return count;
}
