// SPDX-License-Identifier: Apache-2.0
// A report as SARIF 2.1.0 (OASIS), which code scanning services read: one run, every finding a rule with its help.
#include "base/json_write.h"
#include "cli/report.h"
#include "model/lint_finding.h"

// What has no name of its own: a file that cannot be loaded.
static const struct lint_finding plain = { "problem", SEVERITY_ERROR, "what the format of the file does not allow, or what Prometheus refuses or fails at" };

static const char *level_of(enum severity severity) {
	static const char *const levels[] = { "error", "warning", "note" };
	return levels[severity];
}

static void write_text(struct json_writer *json, const char *name, struct str text) {
	json_key(json, name);
	json_open_object(json);
	json_key(json, "text");
	json_string(json, text);
	json_close_object(json);
}

static void write_rule(struct json_writer *json, const struct lint_finding *finding) {
	json_open_object(json);
	json_key(json, "id");
	json_cstr(json, finding->id);
	write_text(json, "shortDescription", str_of(finding->id));
	write_text(json, "fullDescription", str_of(finding->help));
	write_text(json, "help", str_of(finding->help));
	json_key(json, "defaultConfiguration");
	json_open_object(json);
	json_key(json, "level");
	json_cstr(json, level_of(finding->severity));
	json_close_object(json);
	json_close_object(json);
}

static void write_tool(struct json_writer *json) {
	json_key(json, "tool");
	json_open_object(json);
	json_key(json, "driver");
	json_open_object(json);
	json_key(json, "name");
	json_cstr(json, "tocsin");
	json_key(json, "version");
	json_cstr(json, TOCSIN_VERSION);
	json_key(json, "rules");
	json_open_array(json);
	for (enum lint_id id = 0; id < LINT_ID_COUNT; id++)
		write_rule(json, lint_finding(id));
	write_rule(json, &plain);
	json_close_array(json);
	json_close_object(json);
	json_close_object(json);
}

// A path as a URI reference: a colon in its first part would read as a scheme, anything beyond plain characters is percent-encoded.
static void append_uri(struct buf *out, const char *path) {
	static const char plain_characters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/";
	if (*path == '/')
		buf_append_cstr(out, "file://");
	for (const char *c = path; *c != '\0'; c++) {
		if (strchr(plain_characters, *c) != NULL)
			buf_append_char(out, *c);
		else
			buf_format(out, "%%%02X", (unsigned)(unsigned char)*c);
	}
}

static void write_number(struct json_writer *json, const char *name, int number) {
	if (number == 0)
		return;
	json_key(json, name);
	json_int(json, number);
}

static void write_physical(struct json_writer *json, const struct problem *problem) {
	autobuf struct buf uri = { 0 }, path = { 0 };
	report_append_path(&path, problem->at.file);
	append_uri(&uri, buf_cstr(&path));
	json_key(json, "physicalLocation");
	json_open_object(json);
	json_key(json, "artifactLocation");
	json_open_object(json);
	json_key(json, "uri");
	json_string(json, buf_str(&uri));
	json_close_object(json);
	if (problem->at.line > 0) {
		json_key(json, "region");
		json_open_object(json);
		write_number(json, "startLine", problem->at.line);
		write_number(json, "startColumn", problem->at.column);
		write_number(json, "endLine", problem->end_line);
		write_number(json, "endColumn", problem->end_column);
		json_close_object(json);
	}
	json_close_object(json);
}

static void write_logical(struct json_writer *json, const struct problem *problem) {
	autobuf struct buf name = { 0 };
	buf_format(&name, "%.*s%s%.*s", STR_ARG(problem->scope), problem->subject.len > 0 ? "/" : "", STR_ARG(problem->subject));
	json_key(json, "logicalLocations");
	json_open_array(json);
	json_open_object(json);
	json_key(json, "fullyQualifiedName");
	json_string(json, buf_str(&name));
	json_close_object(json);
	json_close_array(json);
}

static void write_location(struct json_writer *json, const struct problem *problem) {
	json_key(json, "locations");
	json_open_array(json);
	json_open_object(json);
	write_physical(json, problem);
	if (problem->scope.len > 0)
		write_logical(json, problem);
	json_close_object(json);
	json_close_array(json);
}

static void write_result(struct json_writer *json, const struct problem *problem) {
	enum lint_id id = LINT_ID_COUNT;
	bool is_listed = problem->id.len == 0 || lint_id_parse(problem->id, &id);
	json_open_object(json);
	json_key(json, "ruleId");
	json_string(json, problem->id.len > 0 ? problem->id : str_of(plain.id));
	if (is_listed) {
		json_key(json, "ruleIndex");
		json_int(json, id);
	}
	json_key(json, "level");
	json_cstr(json, level_of(problem->severity));
	write_text(json, "message", problem->text);
	if (problem->at.file != NULL)
		write_location(json, problem);
	json_close_object(json);
}

void report_write_sarif(struct buf *out, const struct report *report) {
	struct json_writer json = { .out = out };
	json_open_object(&json);
	json_key(&json, "$schema");
	json_cstr(&json, "https://json.schemastore.org/sarif-2.1.0.json");
	json_key(&json, "version");
	json_cstr(&json, "2.1.0");
	json_key(&json, "runs");
	json_open_array(&json);
	json_open_object(&json);
	write_tool(&json);
	json_key(&json, "columnKind");
	json_cstr(&json, "unicodeCodePoints");
	json_key(&json, "results");
	json_open_array(&json);
	for (size_t i = 0; i < report->problems.count; i++)
		write_result(&json, &report->problems.items[i]);
	json_close_array(&json);
	json_close_object(&json);
	json_close_array(&json);
	json_close_object(&json);
	buf_append_char(out, '\n');
}
