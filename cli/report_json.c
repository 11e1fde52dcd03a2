// SPDX-License-Identifier: Apache-2.0
// A report as JSON: {"files": […], "problems": […], "errors": N, "dropped": N}. Lines and columns count from 1, columns in code points;
// ends are exclusive. What is not known of a problem is left out.
#include "base/json_write.h"
#include "cli/report.h"

static void write_text(struct json_writer *json, const char *name, struct str text) {
	if (text.len == 0)
		return;
	json_key(json, name);
	json_string(json, text);
}

static void write_number(struct json_writer *json, const char *name, int number) {
	if (number == 0)
		return;
	json_key(json, name);
	json_int(json, number);
}

static void write_problem(struct json_writer *json, const struct problem *problem) {
	json_open_object(json);
	write_text(json, "file", str_of(problem->at.file));
	write_number(json, "line", problem->at.line);
	write_number(json, "column", problem->at.column);
	write_number(json, "endLine", problem->end_line);
	write_number(json, "endColumn", problem->end_column);
	write_text(json, "severity", str_of(severity_name(problem->severity)));
	write_text(json, "id", problem->id);
	json_key(json, "message");
	json_string(json, problem->text);
	write_text(json, "group", problem->scope);
	write_text(json, "rule", problem->subject);
	json_close_object(json);
}

static void write_files(struct json_writer *json, const struct report *report) {
	json_key(json, "files");
	json_open_array(json);
	for (size_t i = 0; i < report->files.count; i++) {
		json_open_object(json);
		json_key(json, "file");
		json_cstr(json, report->files.items[i].name);
		json_key(json, "ok");
		json_bool(json, report->files.items[i].is_good);
		json_close_object(json);
	}
	json_close_array(json);
}

void report_write_json(struct buf *out, const struct report *report) {
	struct json_writer json = { .out = out };
	json_open_object(&json);
	write_files(&json, report);
	json_key(&json, "problems");
	json_open_array(&json);
	for (size_t i = 0; i < report->problems.count; i++)
		write_problem(&json, &report->problems.items[i]);
	json_close_array(&json);
	json_key(&json, "errors");
	json_int(&json, (int64_t)report->problems.errors);
	json_key(&json, "dropped");
	json_int(&json, (int64_t)report->problems.dropped);
	json_close_object(&json);
	buf_append_char(out, '\n');
}
