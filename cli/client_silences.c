// SPDX-License-Identifier: Apache-2.0
// tocsin silence query, add, update, expire, import: the silences of a running Alertmanager, as amtool shows and changes them.
#include "base/json_write.h"
#include "base/query_escape.h"
#include "cli/client.h"
#include "model/duration.h"
#include "model/limits.h"
#include "model/silence.h"

#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

// ---- silences as they come and are shown

struct shown_silence {
	struct silence *silence; // a reference
	struct str json;         // as it came
};

struct shown_silences {
	ARRAY_OF(struct shown_silence);
};

static void finish_silences(struct shown_silences *silences) {
	for (size_t i = 0; i < silences->count; i++)
		silence_unref(silences->items[i].silence);
	array_finish(silences);
}

static struct silence *read_silence(struct json_reader *json, struct error *err) {
	struct silence *silence = silence_create();
	struct silence_gap gap;
	if (silence_read(json, silence, &gap, err))
		return silence;
	silence_unref(silence);
	return NULL;
}

static bool read_silences(struct client *client, struct str body, struct shown_silences *out, struct error *err) {
	struct json_reader json;
	json_read_init(&json, &client->arena, body);
	json_read_array_begin(&json);
	while (json_read_array_next(&json)) {
		size_t begin = json.at;
		struct silence *silence = read_silence(&json, err);
		if (silence == NULL)
			return false;
		struct shown_silence shown = { silence, str_trim(str_make(body.data + begin, json.at - begin)) };
		array_append(out, shown);
	}
	if (json_read_end(&json))
		return true;
	*err = json.error;
	return false;
}

static struct str date(struct client *client, wall_ms at) {
	autobuf struct buf text = { 0 };
	client_append_date(client, &text, at);
	return arena_dup_str(&client->arena, buf_str(&text));
}

static struct str matchers_text(struct client *client, const struct matchers *matchers) {
	autobuf struct buf text = { 0 };
	if (client->output == CLIENT_EXTENDED)
		matchers_format(&text, matchers);
	for (size_t i = 0; client->output == CLIENT_SIMPLE && i < matchers->count; i++) {
		buf_append_cstr(&text, i > 0 ? " " : "");
		matcher_format(&text, &matchers->items[i]);
	}
	return arena_dup_str(&client->arena, buf_str(&text));
}

static int by_end(const void *a, const void *b) {
	wall_ms left = ((const struct shown_silence *)a)->silence->ends_at, right = ((const struct shown_silence *)b)->silence->ends_at;
	return (left > right) - (left < right);
}

static void add_line(struct client *client, struct text_table *table, const struct silence *silence) {
	array_append(table, str_of(silence->id));
	array_append(table, matchers_text(client, &silence->matchers));
	if (client->output == CLIENT_EXTENDED)
		array_append(table, date(client, silence->starts_at));
	array_append(table, date(client, silence->ends_at));
	if (client->output == CLIENT_EXTENDED)
		array_append(table, date(client, silence->updated_at));
	array_append(table, str_of(silence->created_by));
	array_append(table, str_of(silence->comment));
}

static void print_table(struct client *client, struct shown_silences *silences) {
	static const char *const simple[] = { "ID", "Matchers", "Ends At", "Created By", "Comment" };
	static const char *const extended[] = { "ID", "Matchers", "Starts At", "Ends At", "Updated At", "Created By", "Comment" };
	bool is_simple = client->output == CLIENT_SIMPLE;
	struct text_table table = { .columns = is_simple ? 5 : 7 };
	autobuf struct buf text = { 0 };
	for (size_t i = 0; i < table.columns; i++)
		array_append(&table, str_of(is_simple ? simple[i] : extended[i]));
	if (silences->count > 1)
		qsort(silences->items, silences->count, sizeof *silences->items, by_end);
	for (size_t i = 0; i < silences->count; i++)
		add_line(client, &table, silences->items[i].silence);
	text_table_format(&text, &table);
	fputs(buf_cstr(&text), stdout);
	array_finish(&table);
}

static void print_json(const struct shown_silences *silences) {
	putchar('[');
	for (size_t i = 0; i < silences->count; i++)
		printf("%s%.*s", i > 0 ? "," : "", STR_ARG(silences->items[i].json));
	puts("]");
}

static void print(struct client *client, struct shown_silences *silences, bool is_quiet) {
	for (size_t i = 0; is_quiet && i < silences->count; i++)
		puts(silences->items[i].silence->id);
	if (is_quiet)
		return;
	if (client->output == CLIENT_JSON)
		print_json(silences);
	else
		print_table(client, silences);
}

// ---- silence query

struct query_options {
	struct client_flags client;
	const char *created_by, *id, *within;
	bool expired, quiet;
};

static const struct flag query_flags[] = {
	CLIENT_FLAGS(struct query_options, client),
	{ "expired", FLAG_BOOL, offsetof(struct query_options, expired), NULL, NULL, "Show ended silences instead of the others." },
	{ "quiet", FLAG_BOOL, offsetof(struct query_options, quiet), NULL, NULL, "Show ids only.", .letter = 'q' },
	{ "created-by", FLAG_TEXT, offsetof(struct query_options, created_by), NULL, "NAME", "Show those of this creator." },
	{ "id", FLAG_TEXT, offsetof(struct query_options, id), NULL, "ID", "Show this one." },
	{ "within", FLAG_TEXT, offsetof(struct query_options, within), NULL, "DURATION", "Show those that end, or have ended, within it." },
};

static bool is_wanted(const struct query_options *options, const struct silence *silence, dur_ms within, wall_ms now) {
	if (options->expired != (silence->ends_at < now))
		return false;
	if (within > 0 && (options->expired ? silence->ends_at < now - within : silence->ends_at > now + within))
		return false;
	if (options->created_by != NULL && !str_equal(str_of(silence->created_by), str_of(options->created_by)))
		return false;
	return options->id == NULL || strcmp(silence->id, options->id) == 0;
}

static void keep_wanted(const struct query_options *options, struct shown_silences *silences, dur_ms within) {
	wall_ms now = clock_wall();
	size_t kept = 0;
	for (size_t i = 0; i < silences->count; i++) {
		if (is_wanted(options, silences->items[i].silence, within, now))
			silences->items[kept++] = silences->items[i];
		else
			silence_unref(silences->items[i].silence);
	}
	silences->count = kept;
}

static bool query(struct client *client, const void *given, int argc, char **argv, struct error *err) {
	const struct query_options *options = given;
	struct matchers matchers = { 0 };
	struct shown_silences silences = { 0 };
	autobuf struct buf path = { 0 }, answer = { 0 };
	dur_ms within = 0;
	bool ok = (options->within == NULL || duration_parse_go(str_of(options->within), &within, err)) && client_read_matchers(client, argc, argv, &matchers, err);
	buf_append_cstr(&path, "/silences?");
	client_append_filter(&path, &matchers);
	matchers_finish(&matchers);
	ok = ok && client_call(client, "GET", buf_cstr(&path), STR_NONE, &answer, err) && read_silences(client, buf_str(&answer), &silences, err);
	if (ok) {
		keep_wanted(options, &silences, within);
		print(client, &silences, options->quiet);
	}
	finish_silences(&silences);
	return ok;
}

static int run_query(const void *options, int argc, char **argv) {
	return client_run(&((const struct query_options *)options)->client, query, options, argc, argv);
}

// ---- posting

static void write_posted(struct buf *out, const struct silence *silence) {
	struct json_writer json = { .out = out };
	json_open_object(&json);
	if (silence->id[0] != '\0') {
		json_key(&json, "id");
		json_cstr(&json, silence->id);
	}
	if (silence->annotations != NULL && silence->annotations->count > 0)
		labels_write(&json, "annotations", silence->annotations);
	json_key(&json, "comment");
	json_string(&json, str_of(silence->comment));
	json_key(&json, "createdBy");
	json_string(&json, str_of(silence->created_by));
	json_key(&json, "endsAt");
	json_time_millis(&json, silence->ends_at);
	json_key(&json, "matchers");
	silence_write_matchers(&json, &silence->matchers);
	json_key(&json, "startsAt");
	json_time_millis(&json, silence->starts_at);
	json_close_object(&json);
}

// Its id becomes that of the answer.
static bool post(struct client *client, struct silence *silence, struct error *err) {
	autobuf struct buf body = { 0 }, answer = { 0 };
	struct json_reader json;
	struct str name, id = { 0 };
	write_posted(&body, silence);
	if (!client_call(client, "POST", "/silences", buf_str(&body), &answer, err))
		return false;
	json_read_init(&json, &client->arena, buf_str(&answer));
	json_read_object_begin(&json);
	while (json_read_object_next(&json, &name))
		if (!str_equal(name, STR("silenceID")))
			json_read_skip(&json);
		else
			json_read_string(&json, &id);
	snprintf(silence->id, sizeof silence->id, "%.*s", STR_ARG(id));
	return id.len > 0 || error_set(err, ERR_INVALID, "the answer names no silence");
}

static bool read_span(const char *text, dur_ms *out, struct error *err) {
	if (!duration_parse(str_of(text), out, err))
		return false;
	return *out > 0 || error_set(err, ERR_INVALID, "silence duration must be greater than 0");
}

static bool check_order(const struct silence *silence, struct error *err) {
	return silence->starts_at <= silence->ends_at || error_set(err, ERR_INVALID, "silence cannot start after it ends");
}

// ---- silence add

struct add_options {
	struct client_flags client;
	const char *author, *duration, *start, *end, *comment;
	struct flag_list annotations;
	bool require_comment;
};

static const struct flag add_flags[] = {
	CLIENT_FLAGS(struct add_options, client),
	{ "author", FLAG_TEXT, offsetof(struct add_options, author), NULL, "NAME", "Who makes it; the user's name.", .letter = 'a' },
	{ "require-comment", FLAG_BOOL, offsetof(struct add_options, require_comment), "true", NULL, "Refuse a silence without a comment." },
	{ "duration", FLAG_TEXT, offsetof(struct add_options, duration), "1h", "DURATION", "How long it lasts.", .letter = 'd' },
	{ "start", FLAG_TEXT, offsetof(struct add_options, start), NULL, "RFC3339", "When it starts; now." },
	{ "end", FLAG_TEXT, offsetof(struct add_options, end), NULL, "RFC3339", "When it ends, instead of a duration." },
	{ "comment", FLAG_TEXT, offsetof(struct add_options, comment), NULL, "TEXT", "Why it is made.", .letter = 'c' },
	{ "annotation", FLAG_LIST, offsetof(struct add_options, annotations), NULL, "NAME=VALUE", "An annotation. Can be repeated." },
};

static const char *user_name(void) {
	const struct passwd *entry = getpwuid(geteuid());
	return entry == NULL ? "" : entry->pw_name;
}

static bool set_annotations(const struct client *client, const struct flag_list *texts, struct silence *silence, struct error *err) {
	struct matchers pairs = { 0 };
	struct label_builder builder = { 0 };
	bool ok = client_read_annotations(client, texts, &pairs, err);
	for (size_t i = 0; i < pairs.count; i++)
		label_builder_set(&builder, pairs.items[i].name, pairs.items[i].value);
	silence->annotations = label_builder_build(&builder);
	label_builder_finish(&builder);
	matchers_finish(&pairs);
	return ok;
}

static bool fill(const struct client *client, const struct add_options *options, int argc, char **argv, struct silence *silence, struct error *err) {
	dur_ms span = 0;
	if (!client_read_matchers(client, argc, argv, &silence->matchers, err))
		return false;
	if (silence->matchers.count == 0)
		return error_set(err, ERR_INVALID, "no matchers specified");
	silence->starts_at = clock_wall();
	if (!client_read_time(options->start, &silence->starts_at, err) || (options->end == NULL && !read_span(options->duration, &span, err)))
		return false;
	silence->ends_at = silence->starts_at + span;
	if (!client_read_time(options->end, &silence->ends_at, err) || !check_order(silence, err))
		return false;
	if (options->require_comment && str_of(options->comment).len == 0)
		return error_set(err, ERR_INVALID, "comment required by config");
	silence->comment = mem_dup_cstr(options->comment);
	silence->created_by = mem_dup_cstr(options->author != NULL ? options->author : user_name());
	return set_annotations(client, &options->annotations, silence, err);
}

static bool add(struct client *client, const void *options, int argc, char **argv, struct error *err) {
	struct silence *silence = silence_create();
	bool ok = fill(client, options, argc, argv, silence, err) && post(client, silence, err);
	if (ok)
		puts(silence->id);
	silence_unref(silence);
	return ok;
}

static int run_add(const void *options, int argc, char **argv) {
	return client_run(&((const struct add_options *)options)->client, add, options, argc, argv);
}

// ---- silence update

struct update_options {
	struct client_flags client;
	const char *duration, *start, *end, *comment;
	bool quiet;
};

static const struct flag update_flags[] = {
	CLIENT_FLAGS(struct update_options, client),
	{ "quiet", FLAG_BOOL, offsetof(struct update_options, quiet), NULL, NULL, "Show ids only.", .letter = 'q' },
	{ "duration", FLAG_TEXT, offsetof(struct update_options, duration), NULL, "DURATION", "How long it lasts from its start.", .letter = 'd' },
	{ "start", FLAG_TEXT, offsetof(struct update_options, start), NULL, "RFC3339", "When it starts." },
	{ "end", FLAG_TEXT, offsetof(struct update_options, end), NULL, "RFC3339", "When it ends, instead of a duration." },
	{ "comment", FLAG_TEXT, offsetof(struct update_options, comment), NULL, "TEXT", "Why it is made.", .letter = 'c' },
};

// Alertmanager's answer does not say which one is not there.
static bool call_one(struct client *client, const char *method, const char *id, struct buf *answer, struct error *err) {
	autobuf struct buf path = { 0 };
	buf_append_cstr(&path, "/silence/");
	url_path_escape(&path, str_of(id));
	if (client_call(client, method, buf_cstr(&path), STR_NONE, answer, err))
		return true;
	return err->code == ERR_NOT_FOUND && error_set(err, ERR_NOT_FOUND, "silence not found: %s", id);
}

static struct silence *fetch(struct client *client, const char *id, struct error *err) {
	autobuf struct buf answer = { 0 };
	struct json_reader json;
	if (!call_one(client, "GET", id, &answer, err))
		return NULL;
	json_read_init(&json, &client->arena, buf_str(&answer));
	return read_silence(&json, err);
}

static bool change(const struct update_options *options, struct silence *silence, struct error *err) {
	dur_ms span;
	if (!client_read_time(options->start, &silence->starts_at, err) || !client_read_time(options->end, &silence->ends_at, err))
		return false;
	if (options->end == NULL && options->duration != NULL) {
		if (!read_span(options->duration, &span, err))
			return false;
		silence->ends_at = silence->starts_at + span;
	}
	if (str_of(options->comment).len > 0) {
		free(silence->comment);
		silence->comment = mem_dup_cstr(options->comment);
	}
	return check_order(silence, err);
}

static bool update_one(struct client *client, const struct update_options *options, const char *id, struct shown_silences *out, struct error *err) {
	struct silence *silence = fetch(client, id, err);
	if (silence == NULL)
		return false;
	if (!change(options, silence, err) || !post(client, silence, err)) {
		silence_unref(silence);
		return false;
	}
	autobuf struct buf json = { 0 };
	silence_write(&(struct json_writer){ .out = &json }, silence, clock_wall());
	array_append(out, ((struct shown_silence){ silence, arena_dup_str(&client->arena, buf_str(&json)) }));
	return true;
}

static bool update(struct client *client, const void *given, int argc, char **argv, struct error *err) {
	const struct update_options *options = given;
	struct shown_silences silences = { 0 };
	bool ok = argc > 0 || error_set(err, ERR_INVALID, "no silence IDs specified");
	for (int i = 0; ok && i < argc; i++)
		ok = update_one(client, options, argv[i], &silences, err);
	if (ok)
		print(client, &silences, options->quiet);
	finish_silences(&silences);
	return ok;
}

static int run_update(const void *options, int argc, char **argv) {
	return client_run(&((const struct update_options *)options)->client, update, options, argc, argv);
}

// ---- silence expire

struct expire_options {
	struct client_flags client;
};

static const struct flag expire_flags[] = { CLIENT_FLAGS(struct expire_options, client) };

static bool expire(struct client *client, const void *options, int argc, char **argv, struct error *err) {
	(void)options;
	if (argc == 0)
		return error_set(err, ERR_INVALID, "no silence IDs specified");
	for (int i = 0; i < argc; i++) {
		autobuf struct buf answer = { 0 };
		if (!call_one(client, "DELETE", argv[i], &answer, err))
			return false;
	}
	return true;
}

static int run_expire(const void *options, int argc, char **argv) {
	return client_run(&((const struct expire_options *)options)->client, expire, options, argc, argv);
}

// ---- silence import

struct import_options {
	struct client_flags client;
	const char *workers;
	bool force;
};

static const struct flag import_flags[] = {
	CLIENT_FLAGS(struct import_options, client),
	{ "force", FLAG_BOOL, offsetof(struct import_options, force), NULL, NULL, "Make new silences, also of those that there are.", .letter = 'f' },
	{ "worker", FLAG_TEXT, offsetof(struct import_options, workers), "8", "N", "Does nothing: silences go one after the other.", .letter = 'w' },
};

// One that is not there any more is made anew.
static bool import_one(struct client *client, struct silence *silence, bool is_forced) {
	char id[SILENCE_ID_LEN + 1];
	struct error err = { 0 };
	memcpy(id, silence->id, sizeof id);
	if (is_forced)
		silence->id[0] = '\0';
	bool ok = post(client, silence, &err);
	if (!ok && err.code == ERR_NOT_FOUND) {
		silence->id[0] = '\0';
		ok = post(client, silence, &err);
	}
	if (ok)
		puts(silence->id);
	else
		fprintf(stderr, "Error adding silence id='%s': %s\n", id, err.text);
	return ok;
}

// An object or a null that holds none. amtool: whatever stands before the first silence will do.
static bool is_nothing(struct client *client, struct str text) {
	struct json_reader json;
	struct str name;
	json_read_init(&json, &client->arena, text);
	bool is_empty = json_read_peek(&json) == JSON_NULL ? json_read_null(&json) : json_read_object_begin(&json) && !json_read_object_next(&json, &name);
	return is_empty && json_read_end(&json);
}

static bool import_all(struct client *client, struct str text, bool is_forced, struct error *err) {
	if (is_nothing(client, text))
		return true;
	struct shown_silences silences = { 0 };
	size_t failed = 0;
	bool ok = read_silences(client, text, &silences, err) || error_wrap(err, "couldn't unmarshal input data, is it JSON?");
	for (size_t i = 0; ok && i < silences.count; i++)
		failed += !import_one(client, silences.items[i].silence, is_forced);
	if (failed > 0)
		ok = error_set(err, ERR_INVALID, "couldn't import %zu out of %zu silences", failed, silences.count);
	finish_silences(&silences);
	return ok;
}

static bool import(struct client *client, const void *given, int argc, char **argv, struct error *err) {
	const struct import_options *options = given;
	autobuf struct buf text = { 0 };
	if (argc > 1)
		return error_set(err, ERR_INVALID, "unexpected %s", argv[1]);
	if (!fs_read_file(argc == 1 ? argv[0] : "/dev/stdin", LIMIT_CONFIG_BYTES, &text, err))
		return false;
	return import_all(client, buf_str(&text), options->force, err);
}

static int run_import(const void *options, int argc, char **argv) {
	return client_run(&((const struct import_options *)options)->client, import, options, argc, argv);
}

// clang-format off: rows
#define SILENCE_COMMAND(name, rows, options, action, what, sentence) \
	{ .words = name, .arguments = what, .help = sentence, .flags = rows, .flag_count = sizeof rows / sizeof *rows, .options_size = sizeof(struct options), .is_client = true, .run = action }
// clang-format on
#define QUERY_HELP "Show the silences of a running Alertmanager that have such matchers."
const struct command silence_query_command = SILENCE_COMMAND("silence query", query_flags, query_options, run_query, "[MATCHER...]", QUERY_HELP);
const struct command silence_command = SILENCE_COMMAND("silence", query_flags, query_options, run_query, "[MATCHER...]", QUERY_HELP);
const struct command silence_add_command = SILENCE_COMMAND("silence add", add_flags, add_options, run_add, "MATCHER...", "Make a silence and print its id.");
const struct command silence_update_command = SILENCE_COMMAND("silence update", update_flags, update_options, run_update, "ID...", "Change when silences begin and end, or their comment.");
const struct command silence_expire_command = SILENCE_COMMAND("silence expire", expire_flags, expire_options, run_expire, "ID...", "End silences now.");
const struct command silence_import_command = SILENCE_COMMAND("silence import", import_flags, import_options, run_import, "[FILE]", "Make the silences of a list as `silence query -o json` prints it.");
