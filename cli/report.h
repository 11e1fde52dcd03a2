// SPDX-License-Identifier: Apache-2.0
// What a check command says about files: to people as it goes, text with carets; to machines as one document at the end, alone on standard output.
#pragma once
#include "base/array.h"
#include "base/problems.h"

struct report;
struct report_format {
	const char *name;
	void (*write)(struct buf *out, const struct report *report); // the document; NULL: text as it goes
};

struct report_file {
	const char *name;
	bool is_good;
};

struct report {
	const struct report_format *format;
	struct problems problems; // of all files; as text: of the file at hand
	size_t begun;             // the first problem of the file at hand; in documents only
	ARRAY_OF(struct report_file)
	files;
};

#define REPORT_FORMATS "text, json, github or sarif"

// By the value of --format. False after a message on standard error.
bool report_init(struct report *report, const char *command, const char *format);
// Around the check of one file, whose problems go to report->problems. `title` is what it is called as text.
void report_file_begin(struct report *report, const char *title);
// `summary`: what is said of a good one; `text`: the file's, or empty to read it again where it is needed.
void report_file_end(struct report *report, const char *name, bool is_good, const char *summary, struct str text);
// Writes the document, if it is one, and frees.
void report_finish(struct report *report);

// A path as services match it with files of a repository: without "." and ".." parts, from the working directory where it is below that.
void report_append_path(struct buf *out, const char *path);

// The documents. json: our own; github: workflow commands that annotate a change; sarif: 2.1.0, for code scanning.
void report_write_json(struct buf *out, const struct report *report);
void report_write_github(struct buf *out, const struct report *report);
void report_write_sarif(struct buf *out, const struct report *report);
