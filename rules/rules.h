// SPDX-License-Identifier: Apache-2.0
// Rule files in, plain or within Kubernetes objects, checked rules out. Knows YAML, PromQL and templates; knows no network and no clock.
// Source of the format: Prometheus 3.x, model/rulefmt.
#pragma once
#include "base/arena.h"
#include "base/clock.h"
#include "base/fs.h"
#include "base/problems.h"
#include "base/ref.h"
#include "model/lint_policy.h"
#include "model/name_scheme.h"
#include "model/query_params.h"
#include "template/template.h"

struct buf;
struct linter;

enum rule_kind { RULE_ALERTING,
	RULE_RECORDING };

// A label or annotation of rules: for alerting rules a template, for recording rules a literal text. One for all rules that have it.
struct rule_text {
	struct str name;
	struct str text;           // as written
	struct template *template; // NULL for a constant; shared, so execute it with template_env.name = "__alert_NAME"; owned by the set
	enum template_class class; // TEMPLATE_CONSTANT: the text is what it says, always so for recording rules
	bool uses_query;
};

struct rule_group;
struct rule {
	enum rule_kind kind : 8;
	enum template_class label_class : 8; // the strongest of its labels
	enum template_class annotation_class : 8;
	bool is_debugged; // each of its evaluations is logged
	uint32_t label_count, annotation_count;
	struct str name; // alert or record
	struct str expr; // the normal form, what is asked and shown
	dur_ms hold;     // `for`
	dur_ms keep_firing_for;
	const struct rule_text *const *labels;      // group labels overlaid by rule labels, sorted by name, unique; equal lists are one
	const struct rule_text *const *annotations; // likewise
	struct position at;
	const struct rule_group *group;
	// The rule's key: file, group, name, a hash of its labels as written and its ordinal among rules equal in all of these,
	// as one text without control characters other than the separator U+001F. What alert rows carry as `source`.
	struct str key;
};

struct rule_group {
	struct str name, file; // identity; file as the configuration named it, PATH#NAMESPACE/NAME[/KEY] within an object (docs/rule-files.md)
	dur_ms interval;       // > 0: the group's own or the default
	dur_ms query_offset;
	dur_ms eval_offset;         // of its slots, < interval; -1: by its hash
	int64_t limit;              // <= 0: none
	unsigned concurrency;       // of its rules, so many may be evaluated at a time; > 0
	struct str datasource;      // its name; empty: the default one
	const char *const *headers; // further "Name: value" lines of its requests, NULL-terminated, or NULL
	struct query_params params; // further parameters of its requests
	struct rule *rules;         // in file order
	size_t rule_count;
	uint64_t hash;         // of (file, name): stable, for sharding and the slot offset
	uint64_t content_hash; // of everything that matters for evaluation: equal means untouched by a reload
	struct position at;
};

// Immutable and counted: any thread may read it while holding a reference.
struct rule_set {
	struct ref ref;
	struct arena arena;        // owns everything but templates
	struct rule_group *groups; // ordered by file, then by place in the file
	size_t group_count;
	size_t rule_count;
	struct template **templates; // all that its rules use, each once; owned
	size_t template_count;
	uint64_t files_hash; // rule_files_hash over its files as they were read
};

// Extended from HASH_START by one file after the other, sorted by name: says whether files are as they were when a set was loaded.
uint64_t rule_files_hash(uint64_t hash, const char *path, struct str text);

struct rule_options {
	dur_ms default_interval;     // global.evaluation_interval
	dur_ms default_query_offset; // global.rule_query_offset
	unsigned promql_features;
	enum name_scheme names;        // of labels, annotations and recorded metrics; expressions read any
	const struct str *datasources; // the names groups may give
	size_t datasource_count;
	bool knows_datasources;    // false: any name is fine
	bool ignores_unknown_keys; // what Prometheus does not know is passed over
	struct linter *linter;     // NULL: nobody asked for findings
};

// Reads all files (already expanded paths). All problems are collected; NULL when one of them is an error. A new reference.
struct rule_set *rule_set_load(const struct fs_paths *files, const struct rule_options *options, struct problems *problems);
// The same for one text in memory (stdin, tests); `file` is its name in messages.
struct rule_set *rule_set_parse(const char *file, struct str text, const struct rule_options *options, struct problems *problems);
struct rule_set *rule_set_ref(struct rule_set *set);
void rule_set_unref(struct rule_set *set); // NULL is fine

// Makes findings of the rules read with it in rule_options, as problems that have an id. It remembers their names over all files of a run.
// The policy is borrowed and outlives it. One thread.
struct linter *linter_create(const struct lint_policy *policy);
void linter_destroy(struct linter *linter);                        // NULL is fine
size_t linter_count(const struct linter *linter, enum lint_id id); // how many were reported
size_t linter_total(const struct linter *linter);

// Appends the keys of a rule file, of a group and of a rule as Markdown tables, for documentation.
void rule_keys_format(struct buf *out);
// Appends the JSON Schema of a plain rule file, made from the same rows.
void rule_schema_format(struct buf *out);

// Pairs old rule keys with the rules of a set in passes: exact; then group, name and labels; then name and labels (LAW 20).
// out[i] is the rule for old_keys[i], or NULL; each rule is used once.
void rule_set_pair(const struct rule_set *set, const struct str *old_keys, size_t count, const struct rule **out);
