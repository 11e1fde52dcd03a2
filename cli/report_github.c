// SPDX-License-Identifier: Apache-2.0
// A report as GitHub's workflow commands, which show up as annotations of the change. Source: actions/toolkit, packages/core/src/command.ts.
#include "base/buf.h"
#include "cli/report.h"

// Percent signs and line ends, and in properties what separates them.
static void append_escaped(struct buf *out, struct str text, const char *special) {
	for (size_t i = 0; i < text.len; i++) {
		if (text.data[i] != '\0' && strchr(special, text.data[i]) != NULL)
			buf_format(out, "%%%02X", (unsigned)text.data[i]);
		else
			buf_append_char(out, text.data[i]);
	}
}

static void append_property(struct buf *out, const char *name, struct str value) {
	if (value.len == 0)
		return;
	buf_format(out, "%s%s=", out->data[out->len - 1] == ' ' ? "" : ",", name);
	append_escaped(out, value, "%\r\n:,");
}

static void append_number(struct buf *out, const char *name, int number) {
	char text[16];
	snprintf(text, sizeof text, "%d", number);
	append_property(out, name, number == 0 ? STR_NONE : str_of(text));
}

static void append_problem(struct buf *out, const struct problem *problem) {
	static const char *const commands[] = { "error", "warning", "notice" };
	autobuf struct buf path = { 0 };
	if (problem->at.file != NULL)
		report_append_path(&path, problem->at.file);
	bool is_one_line = problem->end_line == problem->at.line; // columns of a range over lines are refused
	buf_format(out, "::%s ", commands[problem->severity]);
	append_property(out, "file", buf_str(&path));
	append_number(out, "line", problem->at.line);
	append_number(out, "endLine", problem->end_line);
	append_number(out, "col", problem->end_line == 0 || is_one_line ? problem->at.column : 0);
	append_number(out, "endColumn", is_one_line ? problem->end_column : 0);
	append_property(out, "title", problem->id.len > 0 ? problem->id : STR("tocsin"));
	buf_append_cstr(out, "::");
	append_escaped(out, problem->text, "%\r\n");
	buf_append_char(out, '\n');
}

void report_write_github(struct buf *out, const struct report *report) {
	for (size_t i = 0; i < report->problems.count; i++)
		append_problem(out, &report->problems.items[i]);
	if (report->problems.dropped > 0)
		buf_format(out, "::notice title=tocsin::%zu more problems are not shown\n", report->problems.dropped);
}
