// SPDX-License-Identifier: Apache-2.0
// All that is wrong with a file, collected, each with its place. One owner.
#pragma once
#include "base/arena.h"
#include "base/array.h"
#include "base/error.h"

enum severity { SEVERITY_ERROR,
	SEVERITY_WARNING,
	SEVERITY_INFO };

struct problem {
	enum severity severity;
	struct position at;
	int end_line, end_column;  // where the text it is about ends, exclusive; 0 when unknown
	struct str id;             // a finding's stable name ("duplicate-rules"), or empty for plain errors
	struct str text;           // lower case, no full stop
	struct str scope, subject; // the names of what it is about: a rule group, a rule; empty when unknown
	bool is_line_secret;       // the line may hold a secret: it is not shown
	bool is_cause;             // others may follow from it: sorted before all else of its file
};

struct problems {
	struct arena arena; // owns texts and file names
	ARRAY_OF(struct problem);
	size_t errors;  // how many of severity error were reported, those past the limit included
	size_t dropped; // reported past LIMIT_PROBLEMS
	struct hidden_file *hidden;
};

void problems_finish(struct problems *problems); // a zeroed struct is empty and valid
PRINTF_LIKE(3, 4)
void problem_error(struct problems *problems, struct position at, const char *format, ...);
PRINTF_LIKE(3, 4)
void problem_warning(struct problems *problems, struct position at, const char *format, ...);
// The general form: everything is copied, text may be of any length. The others are short for it.
void problem_put(struct problems *problems, const struct problem *problem);
void problem_add(struct problems *problems, enum severity severity, struct position at, struct str id, struct str text);
void problem_from_error(struct problems *problems, const struct error *err); // severity error
void problems_sort(struct problems *problems);                               // by file, line, column; stable
void problems_rank(struct problems *problems);                               // errors first, then warnings; each as problems_sort
const char *severity_name(enum severity severity);                           // "error", "warning", "info"
bool severity_parse(struct str name, enum severity *out);                    // false when it is none of them
// Lines of this file are not shown: it may hold secrets, and where they stand is not known while it cannot be read.
void problems_hide_source(struct problems *problems, const char *file);
// But this one, from 1, of a file that is hidden: it is certain that its text holds none. The text is copied; the file is not read again for it.
void problems_show_line(struct problems *problems, const char *file, int line, struct str text);
bool problems_hides(const struct problems *problems, const char *file);

struct buf;
// Appends "file:line:col: error: text\n", and where `source` (the file's whole text) is not empty the line and carets.
void problem_format(struct buf *out, const struct problem *problem, struct str source);
// All of them, each with its source line unless that is hidden, reading the files named in the positions again: each once where the problems are sorted.
void problems_format(struct buf *out, const struct problems *problems);
// The same with the text of one file at hand: standard input, or what was just read.
void problems_format_from(struct buf *out, const struct problems *problems, const char *file, struct str text);
