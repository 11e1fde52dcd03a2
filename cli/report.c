// SPDX-License-Identifier: Apache-2.0
// What check commands say. See report.h.
#include "cli/report.h"

#include "base/buf.h"

#include <stdio.h>
#include <unistd.h>

static const struct report_format formats[] = {
	{ "text", NULL },
	{ "json", report_write_json },
	{ "github", report_write_github },
	{ "sarif", report_write_sarif },
};

bool report_init(struct report *report, const char *command, const char *format) {
	*report = (struct report){ 0 };
	for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
		if (strcmp(formats[i].name, format) == 0)
			report->format = &formats[i];
	}
	if (report->format == NULL)
		fprintf(stderr, "tocsin %s: --format: expected " REPORT_FORMATS ", found \"%s\"\n", command, format);
	return report->format != NULL;
}

void report_file_begin(struct report *report, const char *title) {
	if (report->format->write == NULL)
		printf("Checking %s\n", title);
}

static void say(struct report *report, const char *name, bool is_good, const char *summary, struct str source) {
	autobuf struct buf text = { 0 };
	if (is_good)
		printf("  SUCCESS: %s\n", summary);
	else
		printf("  FAILED\n");
	fflush(stdout);
	problems_format_from(&text, &report->problems, source.len > 0 ? name : NULL, source);
	fputs(buf_cstr(&text), stderr);
	printf("\n");
	problems_finish(&report->problems);
}

// A file that cannot be read is named in the message alone: machines get it as a place without a line.
static void place(struct report *report, const char *name) {
	for (size_t i = report->begun; i < report->problems.count; i++) {
		struct problem *problem = &report->problems.items[i];
		if (problem->at.file == NULL)
			problem->at.file = arena_cstr(&report->problems.arena, str_of(name));
	}
	report->begun = report->problems.count;
}

void report_file_end(struct report *report, const char *name, bool is_good, const char *summary, struct str text) {
	const struct report_file file = { name, is_good };
	array_append(&report->files, file);
	if (report->format->write != NULL) {
		place(report, name);
		return;
	}
	problems_sort(&report->problems);
	say(report, name, is_good, summary, text);
}

// By the text of the path alone: the file need not be there, and a link in a repository stays one.
void report_append_path(struct buf *out, const char *path) {
	autofree char *here = getcwd(NULL, 0);
	autobuf struct buf whole = { 0 };
	struct str rest = str_of(path);
	if (*path != '/' && here != NULL && strcmp(here, "/") != 0)
		buf_append_cstr(&whole, here);
	while (rest.len > 0) {
		struct str part = str_cut(&rest, '/');
		if (str_equal(part, STR("..")))
			while (whole.len > 0 && whole.data[--whole.len] != '/')
				continue;
		else if (part.len > 0 && !str_equal(part, STR(".")))
			buf_format(&whole, "/%.*s", STR_ARG(part));
	}
	struct str shown = buf_str(&whole);
	size_t len = here == NULL ? 0 : strlen(here);
	if (here != NULL && str_has_prefix(shown, str_of(here)) && shown.len > len && shown.data[len] == '/')
		shown = str_skip(shown, len + 1);
	buf_append_str(out, shown);
}

void report_finish(struct report *report) {
	autobuf struct buf out = { 0 };
	problems_sort(&report->problems);
	if (report->format->write != NULL)
		report->format->write(&out, report);
	fwrite(buf_cstr(&out), 1, out.len, stdout);
	array_finish(&report->files);
	problems_finish(&report->problems);
}
