// SPDX-License-Identifier: Apache-2.0
// The comments of one rule file that silence findings: `# tocsin: ignore ID, ID` and `# tocsin: ignore-file ID`. Private to rules/.
// Comments are found line by line, not by YAML: one inside a block scalar (a comment of PromQL) counts, and so does one inside quotes.
// A comment after text speaks for its own line; on a line of its own it speaks for the next line that is neither blank nor a comment.
#pragma once
#include "base/array.h"
#include "model/lint_finding.h"

// One name in one comment.
struct lint_ignore {
	enum lint_id id; // LINT_ID_COUNT: all of them
	int target;      // the line it speaks for, from 1
	int line, column, end_column;
	bool is_used;
};

struct lint_ignores {
	ARRAY_OF(struct lint_ignore);
};

struct lint_comments {
	struct lint_ignores lines; // sorted by target
	struct lint_ignores file;  // for the whole file, target 0
};

// What is wrong with a comment: `what` is the word that is not understood.
typedef void lint_comment_complain(void *context, int line, int column, struct str what, const char *expected);
// Replaces what there was by the comments of `text`.
void lint_comments_read(struct lint_comments *comments, struct str text, lint_comment_complain *complain, void *context);
void lint_comments_finish(struct lint_comments *comments); // a zeroed struct is fine
// Whether a comment for that line silences the finding; line 0: one for the whole file. The comment is used then.
bool lint_comments_silence(struct lint_comments *comments, enum lint_id id, int line);
