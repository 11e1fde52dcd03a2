// SPDX-License-Identifier: Apache-2.0
// The program's roles on a virtual clock. See roles.h.
#include "tests/scenario/roles.h"

#include "tests/harness/test.h"

#include <unistd.h>

enum {
	PATIENCE_MS = 20 * 1000, // of real time, for one instant
	FIRST_MONO = 1000 * 1000,
};
#define FIRST_WALL INT64_C(1780272000000) // 2026-06-01T00:00:00Z

// ---- files

static const char *path_of(const struct roles *roles, const char *name) {
	static char path[400];
	snprintf(path, sizeof path, "%s/%s", roles->directory, name);
	return path;
}

static void write_file(const char *path, struct str text) {
	struct error err;
	if (!fs_write_file(path, text, &err))
		FAIL_TEST("%s", err.text);
}

static const struct place {
	const char *name, *path;
} places[] = { { "{hook}", "/hook" }, { "{write}", "/write" }, { "{datasource}", "" } };

static const struct place *place_at(struct str text) {
	for (size_t i = 0; i < sizeof places / sizeof *places; i++)
		if (str_has_prefix(text, str_of(places[i].name)))
			return &places[i];
	return NULL;
}

void roles_write_config(struct roles *roles, struct str text) {
	autobuf struct buf out = { 0 };
	unsigned port = outside_port(roles->outside);
	if (str_find(text, STR("datasource:")) < 0)
		buf_format(&out, "datasource: {url: 'http://127.0.0.1:%u'}\n", port);
	buf_append_cstr(&out, "rule_files: ['rules/*.yml']\nstorage: {ballast_size: 0}\n");
	for (size_t at = 0; at < text.len; at++) {
		struct str rest = str_skip(text, at);
		const struct place *place = place_at(rest);
		if (place == NULL)
			continue;
		buf_append_str(&out, str_head(text, at));
		buf_format(&out, "http://127.0.0.1:%u%s", port, place->path);
		text = str_skip(rest, strlen(place->name));
		at = (size_t)-1;
	}
	buf_append_str(&out, text);
	write_file(path_of(roles, "tocsin.yml"), buf_str(&out));
}

void roles_forget_rules(struct roles *roles) {
	struct fs_paths paths = { 0 };
	struct error err;
	if (!fs_glob(path_of(roles, "rules/*.yml"), &paths, &err))
		FAIL_TEST("%s", err.text);
	for (size_t i = 0; i < paths.count; i++)
		unlink(paths.items[i]);
	fs_paths_finish(&paths);
}

void roles_write_rules(struct roles *roles, struct str name, struct str text) {
	autobuf struct buf file = { 0 };
	buf_format(&file, "rules/%.*s", STR_ARG(name));
	write_file(path_of(roles, buf_cstr(&file)), text);
}

static void make_directory(const char *path) {
	struct error err;
	if (!fs_make_directory(path, &err))
		FAIL_TEST("%s", err.text);
}

void roles_open(struct roles *roles, const char *name) {
	autobuf struct buf path = { 0 };
	*roles = (struct roles){ .outside = outside_create(), .wall = FIRST_WALL, .mono = FIRST_MONO };
	inbox_init(&roles->answers, 0);
	buf_format(&path, "%s/%s", test_directory(), name);
	roles->directory = mem_dup_cstr(buf_cstr(&path));
	make_directory(roles->directory);
	make_directory(path_of(roles, "rules"));
}

void roles_close(struct roles *roles) {
	inbox_finish(&roles->answers);
	outside_destroy(roles->outside);
	free(roles->directory);
}

// ---- start, kill, reload

static void load_setup(struct roles *roles) {
	autobuf struct buf file = { 0 };
	struct problems problems = { 0 };
	buf_append_cstr(&file, path_of(roles, "tocsin.yml"));
	struct daemon_options options = { .config_file = buf_cstr(&file), .external_url = "http://tocsin.test:9093", .data_retention = HOURS(120) };
	if (!setup_load(&roles->setup, &options, 9093, &problems)) {
		autobuf struct buf text = { 0 };
		problems_format(&text, &problems);
		FAIL_TEST("%s", buf_cstr(&text));
	}
	problems_finish(&problems);
}

void roles_start(struct roles *roles) {
	struct error err;
	load_setup(roles);
	roles->is_dispatcher_held = false;
	roles->store = store_open(&(struct store_options){ .directory = path_of(roles, "data") }, &err);
	if (roles->store == NULL)
		FAIL_TEST("%s", err.text);
	roles->dispatcher = dispatcher_create(&(struct dispatcher_options){ .store = roles->store, .setup = roles->setup.notify, .now = roles->wall }, &err);
	if (roles->dispatcher == NULL)
		FAIL_TEST("%s", err.text);
	roles->dispatcher->random = 1; // the same pauses in each run
	roles->outbound = outbound_create(&(struct outbound_options){ .store = roles->store, .dispatcher = roles->dispatcher, .setup = roles->setup.notify, .now = roles->wall }, &err);
	if (roles->outbound == NULL)
		FAIL_TEST("%s", err.text);
	roles->outbound->random = 1;
	roles->pool = evaluator_pool_create(&(struct evaluator_options){
	                                        .store = roles->store, .told = outbound_inbox(roles->outbound), .told_kind = OUTBOUND_ALERTS, .setup = roles->setup.evaluation, .evaluators = 1, .now = roles->wall },
	    &err);
	if (roles->pool == NULL || !store_start(roles->store, &err))
		FAIL_TEST("%s", err.text);
}

static wall_ms first_slot(const struct roles *roles) {
	const struct evaluator *evaluator = &roles->pool->evaluators[0];
	return evaluator->groups.count == 0 ? roles->wall : group_schedule_next(&evaluator->groups.items[0]->schedule);
}

// Slots depend on where the rule file happens to be: steps just before the first one must find time to be in.
static bool is_too_soon(const struct roles *roles) {
	const struct evaluator *evaluator = &roles->pool->evaluators[0];
	return evaluator->groups.count > 0 && evaluator->groups.items[0]->group->interval >= SECONDS(10) && first_slot(roles) - roles->wall < SECONDS(5);
}

void roles_begin(struct roles *roles) {
	roles_start(roles);
	if (is_too_soon(roles)) {
		dur_ms interval = roles->pool->evaluators[0].groups.items[0]->group->interval;
		roles_kill(roles);
		roles->wall -= interval / 2;
		roles_start(roles);
	}
	roles->zero_wall = first_slot(roles);
	roles->zero = roles->mono + roles->zero_wall - roles->wall;
}

void roles_kill(struct roles *roles) {
	store_stop(roles->store);
	outbound_destroy(roles->outbound);
	dispatcher_destroy(roles->dispatcher);
	evaluator_pool_destroy(roles->pool);
	store_close(roles->store);
	setup_finish(&roles->setup);
}

struct reloading {
	struct roles *roles;
	atomic_bool is_done;
};

// As the main thread does: it waits for the evaluators.
static void *reload_evaluators(void *context) {
	struct reloading *reloading = context;
	evaluator_pool_reload(reloading->roles->pool, reloading->roles->setup.evaluation);
	reloading->is_done = true;
	return NULL;
}

static void turn(struct roles *roles);

static void post_reload(struct inbox *inbox, int kind, struct notify_setup *setup) {
	struct dispatcher_reload *reload = MEM_NEW(struct dispatcher_reload);
	reload->message.kind = kind;
	reload->setup = notify_setup_ref(setup);
	CHECK(inbox_post(inbox, &reload->message));
}

void roles_reload(struct roles *roles) {
	struct setup old = roles->setup;
	struct reloading reloading = { .roles = roles };
	pthread_t main_thread;
	load_setup(roles);
	post_reload(dispatcher_inbox(roles->dispatcher), DISPATCHER_RELOAD, roles->setup.notify);
	post_reload(outbound_inbox(roles->outbound), OUTBOUND_RELOAD, roles->setup.notify);
	CHECK(pthread_create(&main_thread, NULL, reload_evaluators, &reloading) == 0);
	while (!reloading.is_done)
		turn(roles);
	pthread_join(main_thread, NULL);
	setup_finish(&old);
	roles_settle(roles);
}

void roles_post(struct roles *roles, struct str body) {
	struct dispatcher_post_request *request = MEM_NEW(struct dispatcher_post_request);
	struct posted_problem problem;
	struct inbox answers;
	inbox_init(&answers, 0);
	request->message.kind = DISPATCHER_POST;
	request->reply_to = &answers;
	if (!posted_alerts_read(&request->alerts, body, &problem))
		FAIL_TEST("%s", problem.err.text);
	CHECK(inbox_post(dispatcher_inbox(roles->dispatcher), &request->message));
	roles_settle(roles);
	CHECK(inbox_take(&answers) == &request->message);
	CHECK_STR(buf_str(&request->complaints), "");
	dispatcher_post_request_destroy(request);
	inbox_finish(&answers);
}

// ---- time

dur_ms roles_now(const struct roles *roles) {
	return roles->mono - roles->zero;
}

void roles_pass(struct roles *roles, dur_ms to) {
	dur_ms by = to - roles_now(roles);
	if (by < 0)
		FAIL_TEST("steps go back in time, to %lld ms", (long long)to);
	roles->wall += by;
	roles->mono += by;
}

void roles_set_clock(struct roles *roles, dur_ms by) {
	roles->wall += by;
	roles_settle(roles);
}

static void turn(struct roles *roles) {
	struct evaluator *evaluator = &roles->pool->evaluators[0];
	evaluator_turn(evaluator, roles->wall, roles->mono);
	evaluator_poll(evaluator, 0);
	if (!roles->is_dispatcher_held) {
		outbound_turn(roles->outbound, roles->wall, roles->mono);
		outbound_poll(roles->outbound, 0);
		dispatcher_turn(roles->dispatcher, roles->wall, roles->mono);
		dispatcher_poll(roles->dispatcher, 0);
	}
	outside_step(roles->outside, roles_now(roles), 1);
}

static bool is_due(const struct heap *heap, wall_ms now) {
	const struct heap_node *first = heap_peek(heap);
	return first != NULL && first->due <= now;
}

static bool has_mail(const struct inbox *inbox) {
	struct pollfd fd = { .fd = inbox_fd(inbox), .events = POLLIN };
	return poll(&fd, 1, 0) > 0;
}

static size_t busy_writes(const struct roles *roles) {
	const struct evaluator *evaluator = &roles->pool->evaluators[0];
	size_t busy = 0;
	for (size_t i = 0; i < evaluator->queue_count; i++)
		busy += write_queue_is_busy(evaluator->queues[i], roles->mono);
	return busy;
}

// Each question that is under way hangs; each group that runs has one, waits for what was written, or in line for its datasource.
static bool is_asking_over(const struct roles *roles) {
	const struct evaluator *evaluator = &roles->pool->evaluators[0];
	size_t asking = evaluator->restoring, waiting = 0;
	for (size_t i = 0; i < evaluator->groups.count; i++) {
		const struct group_state *group = evaluator->groups.items[i];
		asking += group->running;
		bool is_in_line = group->is_queued && group->source->waiter.is_waiting;
		waiting += group->is_running && group->running == 0 && !is_in_line;
	}
	return asking == outside_hanging_queries(roles->outside) && waiting == evaluator->waiting.count;
}

static bool is_running(const struct evaluator *evaluator) {
	for (size_t i = 0; i < evaluator->groups.count; i++)
		if (evaluator->groups.items[i]->is_running)
			return true;
	return evaluator->restoring > 0;
}

static bool is_evaluator_quiet(const struct roles *roles) {
	const struct evaluator *evaluator = &roles->pool->evaluators[0];
	if ((!is_running(evaluator) && evaluator->restores != NULL) || !is_asking_over(roles) || is_due(&evaluator->due, roles->wall))
		return false;
	if (is_due(&evaluator->waiting, roles->mono) || is_due(&evaluator->departures, roles->wall) || busy_writes(roles) != outside_hanging_writes(roles->outside))
		return false;
	if (has_mail(&evaluator->inbox) || has_mail(&evaluator->home))
		return false;
	if (evaluator->open != NULL && evaluator->open->count > 0)
		return false;
	return roles->is_dispatcher_held || evaluator->batches_out == 0;
}

static bool is_dispatcher_quiet(const struct roles *roles) {
	const struct dispatcher *d = roles->dispatcher;
	if (d->in_flight + outbound_requests(roles->outbound) != outside_hanging_notices(roles->outside) || d->first_judged != NULL || d->batches_away > 0 || has_mail(&d->inbox))
		return false;
	if (d->waiting != NULL || d->taking != NULL || d->posting != NULL || (d->open != NULL && d->open->batch->count > 0))
		return false;
	if (is_due(&d->expiring, roles->wall) || is_due(&d->silences.due, roles->wall))
		return false;
	return !is_due(&d->groups_due, roles->wall) && !is_due(&d->deliveries_due, roles->wall) && !is_due(&d->table.leaving, roles->wall);
}

static bool is_outbound_quiet(const struct roles *roles) {
	const struct outbound *o = roles->outbound;
	return !has_mail(&o->inbox) && !o->is_writing && !o->awaits_firing && outbound_pause(o) > 0;
}

static bool is_store_quiet(const struct roles *roles) {
	struct store_status status;
	store_status_get(roles->store, &status);
	return status.queued == 0;
}

void roles_settle(struct roles *roles) {
	mono_ms until = clock_mono() + PATIENCE_MS;
	do {
		turn(roles);
		if (clock_mono() > until)
			FAIL_TEST("at %lld ms things do not settle", (long long)roles_now(roles));
	} while (!is_evaluator_quiet(roles) || !is_store_quiet(roles) || !(roles->is_dispatcher_held || (is_dispatcher_quiet(roles) && is_outbound_quiet(roles))));
}

struct message *roles_ask_dispatcher(struct roles *roles, struct message *request) {
	if (!inbox_post(dispatcher_inbox(roles->dispatcher), request))
		FAIL_TEST("the dispatcher takes nothing");
	roles_settle(roles);
	struct message *answer = inbox_take(&roles->answers);
	if (answer == NULL)
		FAIL_TEST("the dispatcher does not answer");
	return answer;
}

static void earliest(const struct heap *heap, wall_ms *due) {
	const struct heap_node *first = heap_peek(heap);
	if (first != NULL && first->due < *due)
		*due = first->due;
}

static void earliest_mono(const struct roles *roles, mono_ms at, wall_ms *due) {
	if (at != INT64_MAX && roles->wall + (at - roles->mono) < *due)
		*due = roles->wall + (at - roles->mono);
}

// When something is due next, in scenario time; never in the past.
static dur_ms next_due(const struct roles *roles) {
	wall_ms due = roles->wall + HOURS(24 * 365);
	const struct evaluator *evaluator = &roles->pool->evaluators[0];
	earliest(&evaluator->due, &due);
	earliest(&evaluator->departures, &due);
	earliest_mono(roles, heap_peek(&evaluator->waiting) == NULL ? INT64_MAX : heap_peek(&evaluator->waiting)->due, &due);
	for (size_t i = 0; i < evaluator->queue_count; i++)
		earliest_mono(roles, write_queue_next(evaluator->queues[i]), &due);
	if (evaluator->has_pending)
		earliest_mono(roles, roles->pool->mark_at, &due);
	if (!roles->is_dispatcher_held) {
		earliest(&roles->dispatcher->groups_due, &due);
		earliest(&roles->dispatcher->deliveries_due, &due);
		earliest(&roles->dispatcher->table.leaving, &due);
		earliest(&roles->dispatcher->expiring, &due);
		earliest(&roles->dispatcher->silences.due, &due);
		wall_ms sends = roles->wall + outbound_pause(roles->outbound);
		due = sends < due ? sends : due;
	}
	return roles_now(roles) + (due > roles->wall ? due - roles->wall : 0);
}

void roles_run(struct roles *roles, dur_ms to, bool also_at) {
	for (dur_ms due; (due = next_due(roles)) < to || (also_at && due == to);) {
		roles_pass(roles, due);
		roles_settle(roles);
	}
	roles_pass(roles, to);
	if (also_at)
		roles_settle(roles);
}
