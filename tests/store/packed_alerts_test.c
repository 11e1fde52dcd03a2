// SPDX-License-Identifier: Apache-2.0
// Posted alerts that share a row of the outbox live as those of rules do, which have rows of their own: the same is done to both and compared.
#include "base/buf.h"
#include "tests/store/store_fixture.h"

#include <stdlib.h>

enum { ALERTS = 60,
	ROUNDS = 60,
	CHANGES = 150,
	KEPT = 200 };

static const char *const sources[] = { "external", "of-a-rule" };

struct side {
	char directory[200];
	struct store *store;
	struct inbox inbox;
	struct store_batch *batch;
};

struct both {
	struct side sides[2];
	struct life { // what its row holds
		enum alert_state state;
		wall_ms updated_at;
	} lives[ALERTS];
};

static void open_side(struct side *side, size_t keep_rows) {
	struct error err = { 0 };
	side->store = store_open(&(struct store_options){ .directory = side->directory, .event_keep = HOURS(24) * 365 * 100, .event_keep_rows = keep_rows }, &err);
	CHECK(side->store != NULL && store_start(side->store, &err));
}

static void both_begin(struct both *both) {
	*both = (struct both){ 0 };
	for (int i = 0; i < 2; i++) {
		snprintf(both->sides[i].directory, sizeof both->sides[i].directory, "%s", fresh_directory());
		inbox_init(&both->sides[i].inbox, 0);
		both->sides[i].batch = store_batch_create();
		open_side(&both->sides[i], 0);
	}
}

static void both_restart(struct both *both, size_t keep_rows) {
	for (int i = 0; i < 2; i++) {
		store_shut(both->sides[i].store);
		open_side(&both->sides[i], keep_rows);
	}
}

static void both_end(struct both *both) {
	for (int i = 0; i < 2; i++) {
		store_shut(both->sides[i].store);
		store_batch_destroy(both->sides[i].batch);
		inbox_finish(&both->sides[i].inbox);
	}
}

static void both_write(struct both *both) {
	for (int i = 0; i < 2; i++) {
		batch_write(both->sides[i].store, &both->sides[i].inbox, both->sides[i].batch);
		store_batch_clear(both->sides[i].batch);
	}
}

static struct alert_record *record_of(const char *source, int number, struct life life) {
	struct alert_record *record = record_make(source, "X", number);
	record->state = life.state;
	record->updated_at = life.updated_at;
	record->ends_at = life.updated_at + 300000;
	record->resolved_at = life.state == ALERT_INACTIVE ? life.updated_at : 0;
	return record;
}

static void both_put(struct both *both, int number, struct life life, enum alert_event_kind event) {
	for (int i = 0; i < 2; i++)
		put_alert(both->sides[i].batch, record_of(sources[i], number, life), event);
	both->lives[number] = life;
}

static void both_fire_all(struct both *both) {
	for (int i = 0; i < ALERTS; i++)
		both_put(both, i, (struct life){ ALERT_FIRING, 5000 }, ALERT_EVENT_FIRING);
}

static void both_delete(struct both *both, int number, struct life life) {
	for (int i = 0; i < 2; i++)
		delete_alert(both->sides[i].batch, record_of(sources[i], number, life));
}

static void both_add_event(struct both *both, wall_ms at) {
	for (int i = 0; i < 2; i++)
		store_batch_add(both->sides[i].batch, STORE_ADD_EVENT)->event = (struct store_event){ .at = at, .type = "t", .subject = STR("s"), .data = STR("{}") };
}

// ---- what is there

static int compare_lines(const void *a, const void *b) {
	return strcmp(*(char *const *)a, *(char *const *)b);
}

// Rows of one source, as lines in an order of their own. Takes the text.
static char *sorted(char *text, const char *source) {
	char *lines[4 * ALERTS];
	size_t count = 0;
	struct buf out = { 0 };
	for (char *line = strtok(text, "\n"); line != NULL; line = strtok(NULL, "\n"))
		lines[count++] = line + strlen(source);
	qsort(lines, count, sizeof *lines, compare_lines);
	for (size_t i = 0; i < count; i++)
		buf_format(&out, "%s\n", lines[i]);
	free(text);
	buf_append_cstr(&out, "");
	return buf_take(&out);
}

static void both_have_the_same_alerts(struct both *both) {
	char *posted = sorted(dump_alerts(both->sides[0].store), sources[0]), *evaluated = sorted(dump_alerts(both->sides[1].store), sources[1]);
	CHECK_CSTR(posted, evaluated);
	free(posted), free(evaluated);
}

// Without the source, which comes last, and the subject, which has it.
static bool event_line(void *context, const struct store_event *event) {
	struct str data = event->data;
	for (size_t i = 0; i < data.len; i++)
		if (str_has_prefix(str_make(data.data + i, data.len - i), STR(",\"source\":")))
			data.len = i;
	buf_format(context, "%d %d %s %.*s\n", (int)event->sequence, (int)event->at, event->type, STR_ARG(data));
	return true;
}

static struct buf events_of(struct store *store, int64_t after, size_t limit) {
	struct buf out = { 0 };
	struct error err;
	CHECK(store_each_event(store, after, limit, event_line, &out, &err));
	buf_append_cstr(&out, "");
	return out;
}

static void both_tell_the_same(struct both *both, int64_t after, size_t limit) {
	autobuf struct buf posted = events_of(both->sides[0].store, after, limit), evaluated = events_of(both->sides[1].store, after, limit);
	CHECK_CSTR(buf_cstr(&posted), buf_cstr(&evaluated));
}

static int64_t number_in(const struct side *side, const char *sql) {
	char path[220];
	struct database database;
	struct error err;
	int64_t number = -1;
	snprintf(path, sizeof path, "%s/tocsin.db", side->directory);
	CHECK(database_open(&database, path, SQLITE_OPEN_READONLY, &err) && database_int(&database, sql, &number, &err));
	database_close(&database);
	return number;
}

// ---- changes

static void change_something(struct both *both, wall_ms now) {
	int number = rand() % ALERTS, what = rand() % 20;
	struct life *life = &both->lives[number], stale = { life->state, life->updated_at - 1 };
	if (what < 9)
		both_put(both, number, (struct life){ ALERT_FIRING, now }, ALERT_EVENT_FIRING);
	else if (what < 11)
		both_put(both, number, (struct life){ ALERT_FIRING, now }, ALERT_EVENT_UPDATED);
	else if (what < 13)
		both_put(both, number, (struct life){ ALERT_INACTIVE, now }, ALERT_EVENT_RESOLVED);
	else if (what < 14)
		both_put(both, number, (struct life){ ALERT_FIRING, now }, ALERT_EVENT_NONE);
	else if (what < 18)
		both_delete(both, number, *life);
	else if (what < 19)
		both_delete(both, number, stale);
	else
		both_add_event(both, now);
}

TEST(alerts_that_are_posted_together_share_a_row) {
	struct both both;
	both_begin(&both);
	both_fire_all(&both);
	both_write(&both);
	CHECK_INT(number_in(&both.sides[0], "SELECT count(*) FROM event"), 1);
	CHECK_INT(number_in(&both.sides[0], "SELECT count(*) FROM alert"), 0);
	CHECK_INT(number_in(&both.sides[1], "SELECT count(*) FROM event"), ALERTS);
	both_have_the_same_alerts(&both);
	both_restart(&both, 0);
	both_have_the_same_alerts(&both);
	both_end(&both);
}

TEST(a_row_goes_on_saying_what_it_said_of_an_alert_that_left_it) {
	struct both both;
	both_begin(&both);
	both_fire_all(&both);
	both_put(&both, 3, (struct life){ ALERT_INACTIVE, 6000 }, ALERT_EVENT_RESOLVED);
	both_write(&both);
	both_delete(&both, 4, both.lives[4]);
	both_write(&both);
	both_have_the_same_alerts(&both);
	for (int64_t after = 0; after <= ALERTS + 1; after += 7)
		both_tell_the_same(&both, after, 5);
	CHECK_INT(number_in(&both.sides[0], "SELECT count(*) FROM alert"), 1);
	both_end(&both);
}

TEST(a_row_all_of_whose_alerts_have_left_it_is_an_event_only) {
	struct both both;
	both_begin(&both);
	both_fire_all(&both);
	both_write(&both);
	for (int i = 0; i < ALERTS; i++)
		both_delete(&both, i, both.lives[i]);
	both_write(&both);
	CHECK_INT(number_in(&both.sides[0], "SELECT count(*) FROM alert_packed"), 0);
	CHECK_INT(number_in(&both.sides[0], "SELECT count(*) FROM event"), 1);
	CHECK_INT(count_alerts(both.sides[0].store), 0);
	both_end(&both);
}

TEST(whatever_happens_to_alerts_happens_to_posted_ones_as_well) {
	struct both both;
	both_begin(&both);
	srand(3);
	for (int round = 1; round <= ROUNDS; round++) {
		for (int changes = 1 + rand() % CHANGES; changes > 0; changes--)
			change_something(&both, 5000 + round * 10 + rand() % 20 / 19);
		both_write(&both);
		both_have_the_same_alerts(&both);
		both_tell_the_same(&both, rand() % (round * CHANGES / 3), 40);
		if (rand() % 4 == 0)
			both_restart(&both, 0);
	}
	CHECK(number_in(&both.sides[0], "SELECT count(*) FROM event WHERE last > sequence") > ROUNDS / 4);
	both_end(&both);
}

static void wait_pruned(struct side *side, int64_t newest) {
	char sql[100];
	mono_ms until = clock_mono() + 10000;
	snprintf(sql, sizeof sql, "SELECT count(*) FROM event WHERE coalesce(last, sequence) <= %lld", (long long)newest - KEPT);
	while (number_in(side, sql) > 0 && clock_mono() < until)
		nanosleep(&(struct timespec){ .tv_nsec = 5000000 }, NULL);
	CHECK_INT(number_in(side, sql), 0);
}

static bool see_nothing(void *context, struct alert_record *record) {
	(void)context, (void)record;
	return true;
}

static void check_refused_after(const char *damage) {
	struct both both;
	struct error err = { 0 };
	both_begin(&both);
	both_put(&both, 1, (struct life){ ALERT_FIRING, 5000 }, ALERT_EVENT_FIRING);
	both_write(&both);
	char path[220];
	struct database database;
	snprintf(path, sizeof path, "%s/tocsin.db", both.sides[0].directory);
	CHECK(database_open(&database, path, SQLITE_OPEN_READWRITE, &err) && database_exec(&database, damage, &err));
	database_close(&database);
	CHECK(!store_each_alert(both.sides[0].store, see_nothing, NULL, &err));
	CHECK(err.code == ERR_CORRUPT && strstr(err.text, "broken row; restore a backup") != NULL);
	both_end(&both);
}

TEST(a_row_that_is_not_what_was_written_is_refused) {
	check_refused_after("UPDATE event SET packed = x'0107'");
	check_refused_after("UPDATE event SET packed = substr(packed, 1, length(packed) - 1)");
	check_refused_after("DELETE FROM event");
}

TEST(posted_alerts_outlive_the_row_they_came_in) {
	struct both both;
	both_begin(&both);
	both_fire_all(&both);
	both_write(&both);
	both_delete(&both, 7, both.lives[7]);
	for (int i = 0; i < 2 * KEPT; i++)
		both_add_event(&both, 6000);
	both_write(&both);
	both_restart(&both, KEPT);
	for (int i = 0; i < 2; i++)
		wait_pruned(&both.sides[i], ALERTS + 2 * KEPT);
	both_have_the_same_alerts(&both);
	both_tell_the_same(&both, ALERTS + KEPT, 1000);
	CHECK_INT(number_in(&both.sides[0], "SELECT count(*) FROM alert"), ALERTS - 1);
	for (int i = 0; i < ALERTS; i += 2)
		both_put(&both, i, (struct life){ ALERT_INACTIVE, 7000 }, ALERT_EVENT_RESOLVED);
	both_write(&both);
	both_have_the_same_alerts(&both);
	both_restart(&both, 0);
	both_have_the_same_alerts(&both);
	both_end(&both);
}
