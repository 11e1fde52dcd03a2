// SPDX-License-Identifier: Apache-2.0
// What the commands share that talk to a running Alertmanager (or to tocsin, which speaks the same API v2): flags as amtool's, requests, texts.
// Source: alertmanager cli/.
#pragma once
#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/fs.h"
#include "base/json_read.h"
#include "cli/command.h"
#include "model/matcher.h"

struct client_flags {
	const char *url, *output, *timeout, *http_config_file, *date_format;
	struct flag_list features;
	bool version_check, verbose;
};
// The rows of a struct client_flags in the options of a command. version-check and verbose are taken for amtool's sake.
// clang-format off
#define CLIENT_FLAGS(type, member) \
	{ "alertmanager.url", FLAG_TEXT, offsetof(type, member.url), NULL, "URL", "Whom to talk to: tocsin or an Alertmanager." }, \
	{ "output", FLAG_TEXT, offsetof(type, member.output), "simple", "FORMAT", "simple, extended or json.", .letter = 'o' }, \
	{ "timeout", FLAG_TEXT, offsetof(type, member.timeout), "30s", "DURATION", "For the whole command." }, \
	{ "http.config.file", FLAG_TEXT, offsetof(type, member.http_config_file), NULL, "FILE", "How to talk HTTP: a file with the keys of http_config." }, \
	{ "date.format", FLAG_TEXT, offsetof(type, member.date_format), "2006-01-02 15:04:05 MST", "LAYOUT", "How dates are shown, as a layout of Go." }, \
	{ "enable-feature", FLAG_LIST, offsetof(type, member.features), NULL, "A,B", "How matchers are read: classic-mode or utf8-strict-mode; other features are taken and do nothing." }, \
	{ "version-check", FLAG_BOOL, offsetof(type, member.version_check), "true", NULL, "Does nothing: any version of the API v2 will do." }, \
	{ "verbose", FLAG_BOOL, offsetof(type, member.verbose), NULL, NULL, "Does nothing.", .letter = 'v' }
// clang-format on

enum client_output { CLIENT_SIMPLE,
	CLIENT_EXTENDED,
	CLIENT_JSON };

struct client {
	const struct client_flags *flags;
	enum client_output output;
	enum matcher_mode matcher_mode;
	struct str date_format;
	mono_ms deadline;
	struct str base; // URL of the API v2, without a trailing slash; with user and password: never shown
	struct http_client *http;
	struct http_endpoint *endpoint;
	struct arena arena; // of what is read and kept
};

// One request to `path` (below /api/v2, with its query) and its whole answer. False with the text of the failure, or of the answer when
// its status is not 2xx (what was asked for is not there: ERR_NOT_FOUND). The body is appended to *answer.
MUST_CHECK bool client_call(struct client *client, const char *method, const char *path, struct str body, struct buf *answer, struct error *err);

// Appends the configuration it runs with, Alertmanager's keys, without secrets.
MUST_CHECK bool client_fetch_config(struct client *client, struct buf *out, struct error *err);

// Runs an action with a client; an error it returns is printed. Returns the exit status.
typedef bool client_action(struct client *client, const void *options, int argc, char **argv, struct error *err);
int client_run(const struct client_flags *flags, client_action *action, const void *options, int argc, char **argv);

// "tocsin: error: …" on stderr; returns the exit status of failures.
int client_fail(const char *format, ...) PRINTF_LIKE(1, 2);

// Reads arguments as matchers. The first one may be the value of alertname alone. ERR_INVALID with the parser's text.
MUST_CHECK bool client_read_matchers(const struct client *client, int count, char **texts, struct matchers *out, struct error *err);
MUST_CHECK bool client_read_labels(const struct client *client, int count, char **texts, struct matchers *out, struct error *err); // the same, name=value only
MUST_CHECK bool client_read_annotations(const struct client *client, const struct flag_list *texts, struct matchers *out, struct error *err);
// RFC 3339; NULL leaves *out. ERR_INVALID.
MUST_CHECK bool client_read_time(const char *text, wall_ms *out, struct error *err);
struct json_writer;
void client_write_pairs(struct json_writer *json, const char *key, const struct matchers *pairs); // {"name":"value"} as a member
void client_append_filter(struct buf *out, const struct matchers *matchers);                      // &filter=… for each, for a query
void client_append_date(const struct client *client, struct buf *out, wall_ms at);                // by --date.format, in UTC

// Lines of cells in columns that are as wide as their widest cell, two blanks apart.
enum { TEXT_TABLE_COLUMNS = 8 };
struct text_table {
	size_t columns;       // at most TEXT_TABLE_COLUMNS
	ARRAY_OF(struct str); // cells, line by line; texts are borrowed
};
void text_table_format(struct buf *out, const struct text_table *table);
