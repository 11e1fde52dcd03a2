// SPDX-License-Identifier: Apache-2.0
// Findings while rules are read. See linter.h.
#include "rules/linter.h"

#include "base/buf.h"
#include "base/mem.h"

#include <stdarg.h>

struct linter *linter_create(const struct lint_policy *policy) {
	struct linter *linter = MEM_NEW(struct linter);
	linter->policy = policy;
	return linter;
}

void linter_destroy(struct linter *linter) {
	if (linter == NULL)
		return;
	lint_comments_finish(&linter->comments);
	hash_map_finish(&linter->seen);
	hash_map_finish(&linter->recorded);
	arena_finish(&linter->arena);
	arena_finish(&linter->group_arena);
	free(linter);
}

size_t linter_count(const struct linter *linter, enum lint_id id) {
	return linter->counts[id];
}

size_t linter_total(const struct linter *linter) {
	size_t total = 0;
	for (enum lint_id id = 0; id < LINT_ID_COUNT; id++)
		total += linter->counts[id];
	return total;
}

struct lint_place lint_node(const struct rule_reading *reading, const struct yaml_node *node) {
	if (node != NULL && node->kind == YAML_SCALAR)
		return lint_text(reading, node, 0, node->text.len);
	struct position at = rule_at(reading, node);
	return (struct lint_place){ .at = at, .value_line = at.line };
}

struct lint_place lint_text(const struct rule_reading *reading, const struct yaml_node *scalar, size_t start, size_t end) {
	struct yaml_doc *doc = reading->reader->doc;
	struct position at = yaml_text_at(doc, scalar, start), last = yaml_text_at(doc, scalar, end);
	struct lint_place place = { .at = at, .value_line = rule_at(reading, scalar).line };
	if (last.line > at.line || (last.line == at.line && last.column > at.column)) {
		place.end_line = last.line;
		place.end_column = last.column;
	}
	return place;
}

static bool is_silenced(struct linter *linter, const struct rule_reading *reading, enum lint_id id, const struct lint_place *place) {
	const int lines[] = { 0, place->at.line, place->value_line, rule_at(reading, NULL).line, reading->group->at.line };
	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
		if (lint_comments_silence(&linter->comments, id, lines[i]))
			return true;
	}
	return false;
}

// Whether the finding is to be told; it is counted then.
static bool take(struct linter *linter, enum lint_id id, bool is_silent) {
	if (linter->policy->is_off[id] || is_silent)
		return false;
	linter->counts[id]++;
	linter->errors += linter->policy->severity[id] == SEVERITY_ERROR;
	return true;
}

static enum severity severity_of(const struct linter *linter, enum lint_id id) {
	return linter == NULL ? lint_finding(id)->severity : linter->policy->severity[id];
}

static void put(struct rule_builder *builder, enum lint_id id, struct problem problem, struct str text) {
	problem.severity = severity_of(builder->options->linter, id);
	problem.id = str_of(lint_finding(id)->id);
	problem.text = text;
	problem_put(builder->problems, &problem);
}

void lint_report(const struct rule_reading *reading, enum lint_id id, struct lint_place place, const char *format, ...) {
	struct linter *linter = reading->builder->options->linter;
	if (linter != NULL && !take(linter, id, is_silenced(linter, reading, id, &place)))
		return;
	autobuf struct buf text = { 0 };
	va_list args;
	va_start(args, format);
	buf_vformat(&text, format, args);
	va_end(args);
	const struct problem problem = {
		.at = place.at,
		.end_line = place.end_line,
		.end_column = place.end_column,
		.scope = reading->group->name,
		.subject = reading->name,
	};
	put(reading->builder, id, problem, buf_str(&text));
}

void lint_report_file(struct rule_builder *builder, enum lint_id id, struct position at, const char *format, ...) {
	struct linter *linter = builder->options->linter;
	if (linter != NULL && !take(linter, id, lint_comments_silence(&linter->comments, id, 0) || lint_comments_silence(&linter->comments, id, at.line)))
		return;
	autobuf struct buf text = { 0 };
	va_list args;
	va_start(args, format);
	buf_vformat(&text, format, args);
	va_end(args);
	put(builder, id, (struct problem){ .at = at }, buf_str(&text));
}

// ---- comments ----

struct file_comments {
	struct rule_builder *builder;
	const char *file;
};

// Only a comment for the whole file silences a finding about a comment: it must not excuse itself.
static void report_comment(const struct file_comments *file, enum lint_id id, struct problem place, struct str text) {
	struct linter *linter = file->builder->options->linter;
	if (!take(linter, id, lint_comments_silence(&linter->comments, id, 0)))
		return;
	place.at.file = file->file;
	put(file->builder, id, place, text);
}

static void complain_of_comment(void *context, int line, int column, struct str what, const char *expected) {
	autobuf struct buf text = { 0 };
	buf_format(&text, "\"%.*s\" in a tocsin comment, expected %s", STR_ARG(what), expected);
	const struct problem place = { .at = { NULL, line, column } };
	report_comment(context, LINT_IGNORE_UNKNOWN, place, buf_str(&text));
}

static void report_unused(const struct file_comments *file, const struct lint_ignores *ignores) {
	for (size_t i = 0; i < ignores->count; i++) {
		const struct lint_ignore *ignore = &ignores->items[i];
		if (ignore->is_used || ignore->id == LINT_IGNORE_UNUSED || ignore->id == LINT_IGNORE_UNKNOWN)
			continue;
		autobuf struct buf text = { 0 };
		buf_format(&text, "nothing to ignore: there is no finding \"%s\" here; remove the comment", ignore->id == LINT_ID_COUNT ? "all" : lint_finding(ignore->id)->id);
		const struct problem place = { .at = { NULL, ignore->line, ignore->column }, .end_line = ignore->line, .end_column = ignore->end_column };
		report_comment(file, LINT_IGNORE_UNUSED, place, buf_str(&text));
	}
}

void lint_file_begin(struct rule_builder *builder, const char *file, struct str text) {
	struct linter *linter = builder->options->linter;
	if (linter == NULL)
		return;
	struct file_comments comments = { builder, file };
	linter->file_number++;
	linter->mistakes_before = builder->problems->errors - linter->errors;
	lint_comments_read(&linter->comments, text, complain_of_comment, &comments);
}

// Of a file with mistakes nobody knows what would have been found in it.
void lint_file_end(struct rule_builder *builder, const char *file) {
	struct linter *linter = builder->options->linter;
	if (linter == NULL || builder->problems->errors - linter->errors != linter->mistakes_before)
		return;
	const struct file_comments comments = { builder, file };
	report_unused(&comments, &linter->comments.file);
	report_unused(&comments, &linter->comments.lines);
}
