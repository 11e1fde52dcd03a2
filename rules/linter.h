// SPDX-License-Identifier: Apache-2.0
// Findings while rules are read: which are wanted, which a comment silences, and what earlier files had. Private to rules/. One thread.
// Checks run while the rule's YAML and syntax tree are alive and report by lint_report; they keep nothing.
#pragma once
#include "base/hash_map.h"
#include "model/lint_policy.h"
#include "rules/lint_comment.h"
#include "rules/rule_check.h"

struct linter {
	const struct lint_policy *policy;
	size_t counts[LINT_ID_COUNT];  // reported so far
	struct lint_comments comments; // of the file being read
	unsigned file_number;          // of it, from 1
	size_t errors;                 // findings of severity error
	size_t mistakes_before;        // errors other than findings, when the file began
	struct arena arena;            // owns what follows
	struct hash_map seen;          // struct seen_rule of all files (lint_duplicates.c)
	const char *file;              // the newest file name among them
	struct hash_map recorded;      // what the rules of the group being read record (lint_order.c)
	struct arena group_arena;      // owns that
};

// Where a finding stands.
struct lint_place {
	struct position at;
	int end_line, end_column; // exclusive; 0 when unknown
	int value_line;           // where the YAML value it is part of begins: a comment there silences it too
};

// The whole value of a node; of NULL the rule's (or group's) own place, without an end.
struct lint_place lint_node(const struct rule_reading *reading, const struct yaml_node *node);
// Bytes start..end of a scalar's decoded text: of an expression, those that its syntax tree names.
struct lint_place lint_text(const struct rule_reading *reading, const struct yaml_node *scalar, size_t start, size_t end);
// Adds the finding unless the policy or a comment on its line, on the line where its value, its rule or its group begins, or for the file silences it.
// Without a linter (`serve`) it is added with the severity of its row: for the few findings that are always of interest.
PRINTF_LIKE(4, 5)
void lint_report(const struct rule_reading *reading, enum lint_id id, struct lint_place place, const char *format, ...);

// The same for what is no part of a rule or group: a comment on its line or for the file silences it.
PRINTF_LIKE(4, 5)
void lint_report_file(struct rule_builder *builder, enum lint_id id, struct position at, const char *format, ...);

// Around the reading of one file; `file` is its name in messages. Nothing without a linter.
void lint_file_begin(struct rule_builder *builder, const char *file, struct str text);
void lint_file_end(struct rule_builder *builder, const char *file);
