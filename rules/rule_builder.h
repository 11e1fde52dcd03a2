// SPDX-License-Identifier: Apache-2.0
// A rule set while it is being read: what files have given so far, and the memory of texts and templates already seen, which rules share.
// Private to rules/. One thread.
#pragma once
#include "base/array.h"
#include "base/hash_map.h"
#include "rules/rules.h"

struct rule_builder {
	struct rule_set *set; // becomes the result
	const struct rule_options *options;
	struct problems *problems;
	ARRAY_OF(struct rule_group)
	groups; // moved into the set at the end
	struct {
		ARRAY_OF(struct template *);
	} templates;                 // likewise
	size_t counted;              // rules and groups so far, for LIMIT_RULES
	struct hash_map names;       // struct interned, in `entries`
	struct hash_map texts;       // struct rule_text of the set
	struct hash_map lists;       // struct text_list, in `entries`
	struct hash_map group_names; // interned texts: those of groups by file
	struct arena entries;
	struct arena scratch; // syntax trees; reset after each rule
};

void rule_builder_init(struct rule_builder *builder, const struct rule_options *options, struct problems *problems);
// Ends the building: the finished set, or NULL (everything is freed) when `keep` is false.
struct rule_set *rule_builder_finish(struct rule_builder *builder, bool keep);

// The set's own copy of a text, shared by all that are equal.
struct str rule_intern(struct rule_builder *builder, struct str text);
// The same without looking for an equal one: for texts that are hardly ever repeated.
struct str rule_keep(struct rule_builder *builder, struct str text);
// A label or annotation, shared by all that are equal. `alert`: the alert whose template it is; empty for recording rules.
// NULL with ERR_INVALID when it does not compile.
const struct rule_text *rule_text_share(struct rule_builder *builder, struct str alert, struct str name, struct str text, struct error *err);
// The set's own copy of a list of them, shared by all that are equal.
const struct rule_text *const *rule_texts_share(struct rule_builder *builder, const struct rule_text *const *texts, size_t count);
