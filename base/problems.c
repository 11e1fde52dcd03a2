// SPDX-License-Identifier: Apache-2.0
// All that is wrong with a file. See problems.h.
#include "base/problems.h"

#include "base/buf.h"
#include "base/fs.h"

#include <stdarg.h>

enum { PROBLEMS_KEPT = 10000,
	SOURCE_BYTES_MAX = 64 << 20,
	CARET_LINE_MAX = 400 };

struct hidden_file {
	const char *name;
	struct hidden_file *next;
	ARRAY_OF(struct str); // the lines that are shown all the same, from 1; others are empty
};

void problems_finish(struct problems *problems) {
	array_finish(problems);
	for (struct hidden_file *hidden = problems->hidden; hidden != NULL; hidden = hidden->next)
		array_finish(hidden);
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
	const struct problem *a = *(const struct problem *const *)left, *b = *(const struct problem *const *)right;
	int order = strcmp(a->at.file == NULL ? "" : a->at.file, b->at.file == NULL ? "" : b->at.file);
	if (order == 0)
		order = b->is_cause - a->is_cause;
	if (order == 0)
		order = (a->at.line > b->at.line) - (a->at.line < b->at.line);
	if (order == 0)
		order = (a->at.column > b->at.column) - (a->at.column < b->at.column);
	return order != 0 ? order : (a > b) - (a < b);
}

static int rank_problems(const void *left, const void *right) {
	const struct problem *a = *(const struct problem *const *)left, *b = *(const struct problem *const *)right;
	return a->severity != b->severity ? (a->severity > b->severity) - (a->severity < b->severity) : compare_problems(left, right);
}

static void sort_by(struct problems *problems, int (*compare)(const void *, const void *)) {
	if (problems->count < 2)
		return;
	autofree const struct problem **order = mem_alloc(problems->count * sizeof *order);
	autofree struct problem *sorted = mem_alloc(problems->count * sizeof *sorted);
	for (size_t i = 0; i < problems->count; i++)
		order[i] = &problems->items[i];
	qsort(order, problems->count, sizeof *order, compare);
	for (size_t i = 0; i < problems->count; i++)
		sorted[i] = *order[i];
	memcpy(problems->items, sorted, problems->count * sizeof *sorted);
}

bool severity_parse(struct str name, enum severity *out) {
	for (enum severity severity = SEVERITY_ERROR; severity <= SEVERITY_INFO; severity++) {
		if (!str_equal_cstr(name, severity_name(severity)))
			continue;
		*out = severity;
		return true;
	}
	return false;
}

static struct hidden_file *find_hidden(const struct problems *problems, const char *file) {
	struct hidden_file *hidden = file == NULL ? NULL : problems->hidden;
	while (hidden != NULL && strcmp(hidden->name, file) != 0)
		hidden = hidden->next;
	return hidden;
}

bool problems_hides(const struct problems *problems, const char *file) {
	return find_hidden(problems, file) != NULL;
}

void problems_hide_source(struct problems *problems, const char *file) {
	if (problems_hides(problems, file))
		return;
	struct hidden_file *hidden = ARENA_NEW(&problems->arena, struct hidden_file);
	*hidden = (struct hidden_file){ .name = arena_cstr(&problems->arena, str_of(file)), .next = problems->hidden };
	problems->hidden = hidden;
}

void problems_show_line(struct problems *problems, const char *file, int line, struct str text) {
	struct hidden_file *hidden = find_hidden(problems, file);
	if (hidden == NULL || line < 1)
		return;
	while (hidden->count < (size_t)line)
		array_append(hidden, STR_NONE);
	hidden->items[line - 1] = arena_dup_str(&problems->arena, text);
}

void problems_sort(struct problems *problems) {
	sort_by(problems, compare_problems);
}

void problems_rank(struct problems *problems) {
	sort_by(problems, rank_problems);
}

const char *severity_name(enum severity severity) {
	static const char *const names[] = { "error", "warning", "info" };
	return names[severity];
}

// A place in a text that moves from line to line: problems that stand in order cost one walk of it.
struct line_reader {
	struct str source, rest; // rest begins at `line`
	int line;
};

static void read_lines_of(struct line_reader *reader, struct str source) {
	*reader = (struct line_reader){ source, source, 1 };
}

static struct str read_line(struct line_reader *reader, int line) {
	if (line < 1)
		return STR_NONE;
	if (line < reader->line)
		read_lines_of(reader, reader->source);
	for (; reader->line < line && reader->rest.len > 0; reader->line++)
		str_cut(&reader->rest, '\n');
	struct str rest = reader->rest;
	struct str text = str_cut(&rest, '\n');
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

static void format_problem(struct buf *out, const struct problem *problem, struct str line) {
	size_t start = out->len;
	if (problem->at.file != NULL)
		buf_format(out, "%s:", problem->at.file);
	if (problem->at.line > 0)
		buf_format(out, "%d:%d:", problem->at.line, problem->at.column);
	buf_format(out, "%s%s: %.*s", out->len > start ? " " : "", severity_name(problem->severity), STR_ARG(problem->text));
	if (problem->id.len > 0)
		buf_format(out, " [%.*s]", STR_ARG(problem->id));
	buf_append_char(out, '\n');
	if (line.len == 0 || line.len > CARET_LINE_MAX || problem->is_line_secret)
		return;
	buf_format(out, "  %.*s\n  ", STR_ARG(line));
	append_carets(out, line, problem->at.column, marked_columns(problem, line));
}

void problem_format(struct buf *out, const struct problem *problem, struct str source) {
	struct line_reader lines;
	read_lines_of(&lines, source);
	format_problem(out, problem, read_line(&lines, problem->at.line));
}

static struct str shown_line(const struct hidden_file *hidden, int line) {
	return line > 0 && (size_t)line <= hidden->count ? hidden->items[line - 1] : STR_NONE;
}

void problems_format_from(struct buf *out, const struct problems *problems, const char *known_file, struct str known_text) {
	autobuf struct buf source = { 0 };
	struct line_reader lines = { 0 };
	const char *loaded = NULL;
	for (size_t i = 0; i < problems->count; i++) {
		const struct problem *problem = &problems->items[i];
		const char *file = problem->at.file;
		const struct hidden_file *hidden = find_hidden(problems, file);
		if (file == NULL || hidden != NULL) {
			format_problem(out, problem, hidden == NULL ? STR_NONE : shown_line(hidden, problem->at.line));
			continue;
		}
		bool is_known = known_file != NULL && strcmp(file, known_file) == 0;
		if (loaded == NULL || strcmp(loaded, file) != 0) {
			buf_reset(&source);
			if (!is_known && !fs_read_file(file, SOURCE_BYTES_MAX, &source, NULL))
				buf_reset(&source);
			loaded = file;
			read_lines_of(&lines, is_known ? known_text : buf_str(&source));
		}
		format_problem(out, problem, read_line(&lines, problem->at.line));
	}
	if (problems->dropped > 0)
		buf_format(out, "… and %zu more\n", problems->dropped);
}

void problems_format(struct buf *out, const struct problems *problems) {
	problems_format_from(out, problems, NULL, STR_NONE);
}
