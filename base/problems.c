// SPDX-License-Identifier: Apache-2.0
// All that is wrong with a file. See problems.h.
#include "base/problems.h"

#include "base/buf.h"
#include "base/fs.h"

#include <stdarg.h>

enum { PROBLEMS_KEPT = 10000,
	SOURCE_BYTES_MAX = 64 << 20,
	CARET_LINE_MAX = 400 };

void problems_finish(struct problems *problems) {
	array_finish(problems);
	arena_finish(&problems->arena);
	*problems = (struct problems){ 0 };
}

// Consecutive problems mostly name one file: share the copy.
static const char *keep_file(struct problems *problems, const char *file) {
	if (file == NULL)
		return NULL;
	if (problems->count > 0) {
		const char *last = problems->items[problems->count - 1].at.file;
		if (last != NULL && strcmp(last, file) == 0)
			return last;
	}
	return arena_cstr(&problems->arena, str_of(file));
}

void problem_put(struct problems *problems, const struct problem *problem) {
	if (problem->severity == SEVERITY_ERROR)
		problems->errors++;
	if (problems->count >= PROBLEMS_KEPT) {
		problems->dropped++;
		return;
	}
	struct problem own = *problem;
	own.at.file = keep_file(problems, problem->at.file);
	own.id = arena_dup_str(&problems->arena, problem->id);
	own.text = arena_dup_str(&problems->arena, problem->text);
	own.scope = arena_dup_str(&problems->arena, problem->scope);
	own.subject = arena_dup_str(&problems->arena, problem->subject);
	array_append(problems, own);
}

void problem_add(struct problems *problems, enum severity severity, struct position at, struct str id, struct str text) {
	const struct problem problem = { .severity = severity, .at = at, .id = id, .text = text };
	problem_put(problems, &problem);
}

static void add_formatted(struct problems *problems, enum severity severity, struct position at, const char *format, va_list args) {
	autobuf struct buf text = { 0 };
	buf_vformat(&text, format, args);
	problem_add(problems, severity, at, STR_NONE, buf_str(&text));
}

void problem_error(struct problems *problems, struct position at, const char *format, ...) {
	va_list args;
	va_start(args, format);
	add_formatted(problems, SEVERITY_ERROR, at, format, args);
	va_end(args);
}

void problem_warning(struct problems *problems, struct position at, const char *format, ...) {
	va_list args;
	va_start(args, format);
	add_formatted(problems, SEVERITY_WARNING, at, format, args);
	va_end(args);
}

void problem_from_error(struct problems *problems, const struct error *err) {
	problem_error(problems, err->at, "%s", err->text);
}

static int compare_problems(const void *left, const void *right) {
	const struct problem *a = left, *b = right;
	int order = strcmp(a->at.file == NULL ? "" : a->at.file, b->at.file == NULL ? "" : b->at.file);
	if (order == 0)
		order = (a->at.line > b->at.line) - (a->at.line < b->at.line);
	if (order == 0)
		order = (a->at.column > b->at.column) - (a->at.column < b->at.column);
	return order;
}

void problems_sort(struct problems *problems) {
	for (size_t i = 1; i < problems->count; i++) { // already nearly sorted: files are read front to back
		struct problem moving = problems->items[i];
		size_t at = i;
		for (; at > 0 && compare_problems(&problems->items[at - 1], &moving) > 0; at--)
			problems->items[at] = problems->items[at - 1];
		problems->items[at] = moving;
	}
}

const char *severity_name(enum severity severity) {
	static const char *const names[] = { "error", "warning", "info" };
	return names[severity];
}

static struct str source_line(struct str source, int line) {
	for (int i = 1; i < line; i++)
		str_cut(&source, '\n');
	struct str text = str_cut(&source, '\n');
	if (str_has_suffix(text, STR("\r")))
		text.len--;
	return text;
}

// The text it is about in its first line, in columns; at least one.
static int marked_columns(const struct problem *problem, struct str line) {
	int end = problem->end_column;
	if (problem->end_line > problem->at.line) {
		end = 1;
		for (unsigned rune; line.len > 0; line = str_skip(line, str_decode_rune(line, &rune)))
			end++;
	}
	return end > problem->at.column ? end - problem->at.column : 1;
}

// Spaces up to the column, tabs kept so that the carets stand below their characters.
static void append_carets(struct buf *out, struct str line, int column, int count) {
	for (int i = 1; i < column && line.len > 0; i++) {
		unsigned rune = 0;
		size_t len = str_decode_rune(line, &rune);
		buf_append_char(out, rune == '\t' ? '\t' : ' ');
		line = str_skip(line, len);
	}
	for (int i = 0; i < count && i < CARET_LINE_MAX; i++)
		buf_append_char(out, '^');
	buf_append_char(out, '\n');
}

void problem_format(struct buf *out, const struct problem *problem, struct str source) {
	if (problem->at.file != NULL)
		buf_format(out, "%s:", problem->at.file);
	if (problem->at.line > 0)
		buf_format(out, "%d:%d:", problem->at.line, problem->at.column);
	buf_format(out, "%s%s: %.*s", out->len > 0 && out->data[out->len - 1] == ':' ? " " : "", severity_name(problem->severity), STR_ARG(problem->text));
	if (problem->id.len > 0)
		buf_format(out, " [%.*s]", STR_ARG(problem->id));
	buf_append_char(out, '\n');
	struct str line = problem->at.line > 0 ? source_line(source, problem->at.line) : STR_NONE;
	if (line.len == 0 || line.len > CARET_LINE_MAX)
		return;
	buf_format(out, "  %.*s\n  ", STR_ARG(line));
	append_carets(out, line, problem->at.column, marked_columns(problem, line));
}

void problems_format(struct buf *out, const struct problems *problems) {
	autobuf struct buf source = { 0 };
	const char *loaded = NULL;
	for (size_t i = 0; i < problems->count; i++) {
		const struct problem *problem = &problems->items[i];
		const char *file = problem->at.file;
		if (file != NULL && (loaded == NULL || strcmp(loaded, file) != 0)) {
			buf_reset(&source);
			if (!fs_read_file(file, SOURCE_BYTES_MAX, &source, NULL))
				buf_reset(&source);
			loaded = file;
		}
		problem_format(out, problem, file == NULL ? STR_NONE : buf_str(&source));
	}
	if (problems->dropped > 0)
		buf_format(out, "… and %zu more\n", problems->dropped);
}
