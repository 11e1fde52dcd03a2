// SPDX-License-Identifier: Apache-2.0
// Prometheus' relabelling. See relabel.h. A label set under way is what is left of the labels that came, then what was added, in order of
// addition: labelmap walks it in that order, and the last one wins.
#include "model/relabel.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/mem.h"
#include "base/md5.h"
#include "base/regex.h"
#include "base/rune_case.h"
#include "model/labels.h"
#include "model/limits.h"

enum need { NEEDS_MODULUS = 1 << 0,
	NEEDS_TARGET = 1 << 1,
	NO_REPLACEMENT = 1 << 2,
	ONLY_SOURCE_AND_TARGET = 1 << 3,
	ONLY_REGEX = 1 << 4 };

static const struct action_row {
	const char *name;
	unsigned needs;
} actions[] = {
	[RELABEL_REPLACE] = { "replace", NEEDS_TARGET },
	[RELABEL_KEEP] = { "keep", 0 },
	[RELABEL_DROP] = { "drop", 0 },
	[RELABEL_KEEPEQUAL] = { "keepequal", NEEDS_TARGET | NO_REPLACEMENT | ONLY_SOURCE_AND_TARGET },
	[RELABEL_DROPEQUAL] = { "dropequal", NEEDS_TARGET | NO_REPLACEMENT | ONLY_SOURCE_AND_TARGET },
	[RELABEL_HASHMOD] = { "hashmod", NEEDS_MODULUS | NEEDS_TARGET },
	[RELABEL_LABELMAP] = { "labelmap", 0 },
	[RELABEL_LABELDROP] = { "labeldrop", ONLY_REGEX },
	[RELABEL_LABELKEEP] = { "labelkeep", ONLY_REGEX },
	[RELABEL_LOWERCASE] = { "lowercase", NEEDS_TARGET | NO_REPLACEMENT },
	[RELABEL_UPPERCASE] = { "uppercase", NEEDS_TARGET | NO_REPLACEMENT },
};

struct relabel_rule {
	enum relabel_action action;
	enum name_scheme names;
	struct str *sources;
	size_t source_count;
	struct str separator, target, replacement;
	uint64_t modulus;
	// How a text is tried: all match, one of some texts, or the expression.
	bool matches_all;
	struct str *choices;
	size_t choice_count;
	struct regex *regex;           // made in any case: replacements need its groups
	bool takes_text;               // what matches is its own replacement
	bool has_variable_target;      // a "$" in it
	bool has_variable_replacement; // a "$" in it
};

struct relabel {
	struct arena arena; // owns the texts
	size_t count;
	struct relabel_rule rules[];
};

// ---- configuration ----

bool relabel_action_parse(struct str name, enum relabel_action *out) {
	for (size_t i = 0; i < sizeof actions / sizeof *actions; i++)
		if (str_equal_nocase(name, str_of(actions[i].name))) {
			*out = (enum relabel_action)i;
			return true;
		}
	return false;
}

const char *relabel_action_name(enum relabel_action action) {
	return actions[action].name;
}

static bool is_target(const struct relabel_config *config) {
	bool is_variable = config->action == RELABEL_REPLACE && str_find_char(config->target_label, '$') >= 0;
	return is_variable ? name_is_label_target(config->target_label, config->names) : name_is_label(config->target_label, config->names);
}

static bool check_texts(const struct relabel_config *config, unsigned needs, const char *name, struct error *err) {
	if ((needs & NEEDS_TARGET) != 0 && !is_target(config))
		return error_set(err, ERR_INVALID, "\"%.*s\" is invalid 'target_label' for %s action", STR_ARG(config->target_label), name);
	if ((needs & NO_REPLACEMENT) != 0 && !str_equal(config->replacement, RELABEL_CONFIG_DEFAULT.replacement))
		return error_set(err, ERR_INVALID, "'replacement' can not be set for %s action", name);
	if (config->action == RELABEL_LABELMAP && !name_is_label_target(config->replacement, config->names))
		return error_set(err, ERR_INVALID, "\"%.*s\" is invalid 'replacement' for %s action", STR_ARG(config->replacement), name);
	return true;
}

static bool check_rest(const struct relabel_config *config, unsigned needs, const char *name, struct error *err) {
	bool is_plain = config->modulus == 0 && str_equal(config->separator, RELABEL_CONFIG_DEFAULT.separator) && str_equal(config->replacement, RELABEL_CONFIG_DEFAULT.replacement);
	if ((needs & ONLY_SOURCE_AND_TARGET) != 0 && (config->has_regex || !is_plain))
		return error_set(err, ERR_INVALID, "%s action requires only 'source_labels' and `target_label`, and no other fields", name);
	if ((needs & ONLY_REGEX) != 0 && (config->has_source_labels || config->target_label.len > 0 || !is_plain))
		return error_set(err, ERR_INVALID, "%s action requires only 'regex', and no other fields", name);
	return true;
}

// Prometheus: relabel.Config.Validate, in its order.
static bool check_fields(const struct relabel_config *config, struct error *err) {
	const char *name = actions[config->action].name;
	unsigned needs = actions[config->action].needs;
	if ((needs & NEEDS_MODULUS) != 0 && config->modulus == 0)
		return error_set(err, ERR_INVALID, "relabel configuration for hashmod requires non-zero modulus");
	if ((needs & NEEDS_TARGET) != 0 && config->target_label.len == 0)
		return error_set(err, ERR_INVALID, "relabel configuration for %s action requires 'target_label' value", name);
	return check_texts(config, needs, name, err) && check_rest(config, needs, name, err);
}

static struct regex *compile(const struct relabel_config *config, struct error *err) {
	return regex_compile(config->regex, REGEX_ANCHORED | REGEX_DOT_NEWLINE, err);
}

bool relabel_config_check(const struct relabel_config *config, struct error *err) {
	struct regex *regex = compile(config, err); // upstream meets a bad expression first, while it reads the key
	if (regex == NULL)
		return false;
	regex_destroy(regex);
	return check_fields(config, err);
}

static bool has_variable(struct str text) {
	return str_find_char(text, '$') >= 0;
}

// Most expressions people write are a list of texts: those are compared, not matched.
static void find_choices(struct relabel_rule *rule, struct arena *arena, struct str regex) {
	size_t count = 1;
	for (size_t i = 0; i < regex.len; i++) {
		if (str_find_char(STR("\\.+*?()[]{}^$"), regex.data[i]) >= 0)
			return;
		count += regex.data[i] == '|';
	}
	rule->choices = ARENA_NEW_ARRAY(arena, struct str, count);
	while (rule->choice_count < count)
		rule->choices[rule->choice_count++] = arena_dup_str(arena, str_cut(&regex, '|'));
}

static bool prepare(struct relabel_rule *rule, struct arena *arena, const struct relabel_config *config, struct error *err) {
	rule->regex = compile(config, err);
	if (rule->regex == NULL || !check_fields(config, err))
		return false;
	rule->action = config->action;
	rule->names = config->names;
	rule->sources = ARENA_NEW_ARRAY(arena, struct str, config->source_label_count + 1);
	for (size_t i = 0; i < config->source_label_count; i++)
		rule->sources[rule->source_count++] = arena_dup_str(arena, config->source_labels[i]);
	rule->separator = arena_dup_str(arena, config->separator);
	rule->target = arena_dup_str(arena, config->target_label);
	rule->replacement = arena_dup_str(arena, config->replacement);
	rule->modulus = config->modulus;
	bool is_default = str_equal(config->regex, RELABEL_CONFIG_DEFAULT.regex);
	rule->matches_all = is_default || str_equal(config->regex, STR(".*"));
	rule->takes_text = is_default && (str_equal(config->replacement, STR("$1")) || str_equal(config->replacement, STR("${1}")));
	rule->has_variable_target = has_variable(config->target_label);
	rule->has_variable_replacement = has_variable(config->replacement);
	if (!rule->matches_all)
		find_choices(rule, arena, config->regex);
	return true;
}

static bool is_same_config(const struct relabel_config *a, const struct relabel_config *b) {
	if (a->action != b->action || a->names != b->names || a->modulus != b->modulus || a->source_label_count != b->source_label_count)
		return false;
	for (size_t i = 0; i < a->source_label_count; i++)
		if (!str_equal(a->source_labels[i], b->source_labels[i]))
			return false;
	return str_equal(a->separator, b->separator) && str_equal(a->regex, b->regex) && str_equal(a->target_label, b->target_label) && str_equal(a->replacement, b->replacement);
}

bool relabel_configs_equal(const struct relabel_configs *a, const struct relabel_configs *b) {
	if (a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++)
		if (!is_same_config(&a->items[i], &b->items[i]))
			return false;
	return true;
}

struct relabel *relabel_create(const struct relabel_configs *configs, struct error *err) {
	if (configs->count > LIMIT_RELABEL_CONFIGS) {
		error_set(err, ERR_LIMIT, "%zu relabelling rules, at most %d are allowed", configs->count, LIMIT_RELABEL_CONFIGS);
		return NULL;
	}
	struct relabel *relabel = mem_alloc(sizeof *relabel + configs->count * sizeof *relabel->rules);
	*relabel = (struct relabel){ 0 };
	for (; relabel->count < configs->count; relabel->count++) {
		struct relabel_rule *rule = &relabel->rules[relabel->count];
		*rule = (struct relabel_rule){ 0 };
		if (prepare(rule, &relabel->arena, &configs->items[relabel->count], err))
			continue;
		relabel->count++; // what was made of it goes too
		relabel_destroy(relabel);
		return NULL;
	}
	return relabel;
}

void relabel_destroy(struct relabel *relabel) {
	if (relabel == NULL)
		return;
	for (size_t i = 0; i < relabel->count; i++)
		regex_destroy(relabel->rules[i].regex);
	arena_finish(&relabel->arena);
	free(relabel);
}

// ---- a label set under way ----

struct label_work {
	struct arena *arena;
	struct error *err;
	const struct label *left; // of those that came; sorted; theirs, or a copy once one went
	size_t left_count;
	bool is_copied;
	struct label *added; // in order of addition; no name of left is among them
	size_t added_count, added_cap;
	size_t used_before;      // of the arena
	struct buf joined, made; // room for the source labels' values, and for what comes of them
};

static struct str work_get(const struct label_work *work, struct str name) {
	for (size_t i = 0; i < work->added_count; i++)
		if (str_equal(work->added[i].name, name))
			return work->added[i].value;
	for (size_t i = 0; i < work->left_count; i++)
		if (str_equal(work->left[i].name, name))
			return work->left[i].value;
	return STR_NONE;
}

static struct label *own_left(struct label_work *work) {
	if (!work->is_copied && work->left_count > 0)
		work->left = arena_dup(work->arena, work->left, work->left_count * sizeof *work->left);
	work->is_copied = true;
	return (struct label *)(uintptr_t)work->left;
}

static void remove_left(struct label_work *work, size_t index) {
	struct label *left = own_left(work);
	memmove(left + index, left + index + 1, (--work->left_count - index) * sizeof *left);
}

static void remove_added(struct label_work *work, size_t index) {
	memmove(work->added + index, work->added + index + 1, (--work->added_count - index) * sizeof *work->added);
}

static void remove_from_left(struct label_work *work, struct str name) {
	for (size_t i = 0; i < work->left_count; i++)
		if (str_equal(work->left[i].name, name)) {
			remove_left(work, i);
			return;
		}
}

static void work_remove(struct label_work *work, struct str name) {
	remove_from_left(work, name);
	for (size_t i = 0; i < work->added_count; i++)
		if (str_equal(work->added[i].name, name)) {
			remove_added(work, i);
			return;
		}
}

static struct label *push_added(struct label_work *work) {
	if (work->added_count == work->added_cap) {
		size_t cap = work->added_cap == 0 ? 8 : work->added_cap * 2;
		struct label *more = ARENA_NEW_ARRAY(work->arena, struct label, cap);
		if (work->added_count > 0)
			memcpy(more, work->added, work->added_count * sizeof *more);
		work->added = more;
		work->added_cap = cap;
	}
	return &work->added[work->added_count++];
}

// name and value live as long as the work. An empty value removes; an empty name is nothing.
static void work_set(struct label_work *work, struct str name, struct str value) {
	if (name.len == 0)
		return;
	if (value.len == 0) {
		work_remove(work, name);
		return;
	}
	for (size_t i = 0; i < work->added_count; i++)
		if (str_equal(work->added[i].name, name)) {
			work->added[i].value = value;
			return;
		}
	remove_from_left(work, name);
	*push_added(work) = (struct label){ .name = name, .value = value };
}

static struct str keep_made(struct label_work *work) {
	struct str kept = arena_dup_str(work->arena, buf_str(&work->made));
	buf_reset(&work->made);
	return kept;
}

// labelmap can double the labels again and again.
static bool is_overfull(const struct label_work *work) {
	return work->left_count + work->added_count > LIMIT_RELABEL_LABELS || work->arena->used - work->used_before > LIMIT_RELABEL_MEMORY_BYTES;
}

static enum relabel_result fail(struct label_work *work, const char *what) {
	error_set(work->err, ERR_LIMIT, "%s", what);
	return RELABEL_FAILED;
}

// ---- one rule ----

static enum regex_match match(const struct relabel_rule *rule, struct str text) {
	if (rule->matches_all)
		return REGEX_MATCH;
	if (rule->choice_count == 0)
		return regex_test(rule->regex, text);
	for (size_t i = 0; i < rule->choice_count; i++)
		if (str_equal(rule->choices[i], text))
			return REGEX_MATCH;
	return REGEX_NO_MATCH;
}

// Appends to work->made. REGEX_LIMIT also when the result could become too large.
static enum regex_match expand(struct label_work *work, const struct relabel_rule *rule, struct str value, struct str replacement) {
	size_t variables = 0;
	for (size_t i = 0; i < replacement.len; i++)
		variables += replacement.data[i] == '$';
	if (value.len > 0 && variables > LIMIT_RELABEL_VALUE_BYTES / value.len)
		return REGEX_LIMIT;
	return regex_expand(rule->regex, value, replacement, &work->made);
}

// The source labels' values joined; false when that is too long. No copy of a single one.
static bool join_sources(struct label_work *work, const struct relabel_rule *rule, struct str *out) {
	*out = rule->source_count == 0 ? STR_NONE : work_get(work, rule->sources[0]);
	if (rule->source_count < 2)
		return true;
	buf_reset(&work->joined);
	buf_append_str(&work->joined, *out);
	for (size_t i = 1; i < rule->source_count && work->joined.len <= LIMIT_RELABEL_VALUE_BYTES; i++) {
		buf_append_str(&work->joined, rule->separator);
		buf_append_str(&work->joined, work_get(work, rule->sources[i]));
	}
	*out = buf_str(&work->joined);
	return work->joined.len <= LIMIT_RELABEL_VALUE_BYTES;
}

static enum relabel_result apply_match(struct label_work *work, const struct relabel_rule *rule, struct str value, enum regex_match wanted) {
	enum regex_match found = match(rule, value);
	if (found == REGEX_LIMIT)
		return fail(work, "the regular expression is too expensive for the value");
	return found == wanted ? RELABEL_KEPT : RELABEL_DROPPED;
}

// The label that is set, when the value matches.
static enum regex_match find_target(struct label_work *work, const struct relabel_rule *rule, struct str value, struct str *out) {
	*out = rule->target;
	if (!rule->has_variable_target)
		return match(rule, value);
	enum regex_match found = expand(work, rule, value, rule->target);
	if (found == REGEX_MATCH)
		*out = keep_made(work);
	return found;
}

// What a matching text is replaced with; in the arena unless it is the rule's own or the text itself.
static enum regex_match find_replacement(struct label_work *work, const struct relabel_rule *rule, struct str text, struct str *out) {
	*out = rule->takes_text ? text : rule->replacement;
	if (rule->takes_text || !rule->has_variable_replacement)
		return REGEX_MATCH;
	enum regex_match found = expand(work, rule, text, rule->replacement);
	if (found == REGEX_MATCH)
		*out = keep_made(work);
	return found;
}

static enum relabel_result apply_replace(struct label_work *work, const struct relabel_rule *rule, struct str value) {
	struct str target, result;
	enum regex_match found = find_target(work, rule, value, &target);
	bool is_made = found == REGEX_MATCH && rule->has_variable_target;
	if (found == REGEX_NO_MATCH || (is_made && !name_is_label(target, rule->names)))
		return RELABEL_KEPT;
	if (found == REGEX_LIMIT || find_replacement(work, rule, value, &result) != REGEX_MATCH)
		return fail(work, "the regular expression is too expensive for the value, or the result too long");
	bool is_joined = rule->takes_text && rule->source_count > 1;
	work_set(work, target, is_joined ? arena_dup_str(work->arena, result) : result);
	return RELABEL_KEPT;
}

static enum relabel_result apply_case(struct label_work *work, const struct relabel_rule *rule, struct str value, void (*map)(struct buf *out, struct str text)) {
	map(&work->made, value);
	work_set(work, rule->target, keep_made(work));
	return RELABEL_KEPT;
}

static enum relabel_result apply_hashmod(struct label_work *work, const struct relabel_rule *rule, struct str value) {
	unsigned char digest[MD5_BYTES];
	uint64_t hash = 0;
	md5(value, digest);
	for (size_t i = MD5_BYTES - sizeof hash; i < MD5_BYTES; i++) // Prometheus: the last eight bytes, big end first
		hash = hash << 8 | digest[i];
	work_set(work, rule->target, arena_format(work->arena, "%llu", (unsigned long long)(hash % rule->modulus)));
	return RELABEL_KEPT;
}

static enum relabel_result map_label(struct label_work *work, const struct relabel_rule *rule, struct label label) {
	struct str name;
	enum regex_match found = match(rule, label.name);
	if (found == REGEX_NO_MATCH)
		return RELABEL_KEPT;
	if (found == REGEX_LIMIT || find_replacement(work, rule, label.name, &name) != REGEX_MATCH)
		return fail(work, "the regular expression is too expensive for a label's name, or the result too long");
	work_set(work, name, label.value);
	return is_overfull(work) ? fail(work, "too many labels on the way") : RELABEL_KEPT;
}

// Walks the labels as they were before: what is set on the way is not seen.
static enum relabel_result apply_labelmap(struct label_work *work, const struct relabel_rule *rule) {
	size_t left_count = work->left_count, added_count = work->added_count;
	const struct label *left = work->left, *added = work->added;
	if (work->is_copied && left_count > 0)
		left = arena_dup(work->arena, left, left_count * sizeof *left);
	if (added_count > 0)
		added = arena_dup(work->arena, added, added_count * sizeof *added);
	for (size_t i = 0; i < left_count + added_count; i++)
		if (map_label(work, rule, i < left_count ? left[i] : added[i - left_count]) == RELABEL_FAILED)
			return RELABEL_FAILED;
	return RELABEL_KEPT;
}

static enum relabel_result apply_labeldrop(struct label_work *work, const struct relabel_rule *rule, enum regex_match dropped) {
	for (size_t i = work->added_count; i > 0; i--) {
		enum regex_match found = match(rule, work->added[i - 1].name);
		if (found == REGEX_LIMIT)
			return fail(work, "the regular expression is too expensive for a label's name");
		if (found == dropped)
			remove_added(work, i - 1);
	}
	for (size_t i = work->left_count; i > 0; i--) {
		enum regex_match found = match(rule, work->left[i - 1].name);
		if (found == REGEX_LIMIT)
			return fail(work, "the regular expression is too expensive for a label's name");
		if (found == dropped)
			remove_left(work, i - 1);
	}
	return RELABEL_KEPT;
}

static enum relabel_result apply_rule(struct label_work *work, const struct relabel_rule *rule) {
	struct str value;
	if (!join_sources(work, rule, &value))
		return fail(work, "the source labels' values are too long");
	switch (rule->action) {
	case RELABEL_REPLACE: return apply_replace(work, rule, value);
	case RELABEL_KEEP: return apply_match(work, rule, value, REGEX_MATCH);
	case RELABEL_DROP: return apply_match(work, rule, value, REGEX_NO_MATCH);
	case RELABEL_KEEPEQUAL: return str_equal(work_get(work, rule->target), value) ? RELABEL_KEPT : RELABEL_DROPPED;
	case RELABEL_DROPEQUAL: return str_equal(work_get(work, rule->target), value) ? RELABEL_DROPPED : RELABEL_KEPT;
	case RELABEL_HASHMOD: return apply_hashmod(work, rule, value);
	case RELABEL_LABELMAP: return apply_labelmap(work, rule);
	case RELABEL_LABELDROP: return apply_labeldrop(work, rule, REGEX_MATCH);
	case RELABEL_LABELKEEP: return apply_labeldrop(work, rule, REGEX_NO_MATCH);
	case RELABEL_LOWERCASE: return apply_case(work, rule, value, text_case_lower);
	case RELABEL_UPPERCASE: return apply_case(work, rule, value, text_case_upper);
	}
	unreachable("relabel action");
}

// ---- all of them ----

static bool is_same(const struct label *a, size_t a_count, const struct label *b, size_t b_count) {
	if (a_count != b_count)
		return false;
	for (size_t i = 0; i < a_count; i++)
		if (!str_equal(a[i].name, b[i].name) || !str_equal(a[i].value, b[i].value))
			return false;
	return true;
}

static bool is_within_limits(const struct label *items, size_t count) {
	size_t bytes = 0;
	for (size_t i = 0; i < count; i++)
		bytes += items[i].name.len + items[i].value.len;
	return count <= LIMIT_LABELS && bytes <= LIMIT_LABEL_BYTES;
}

static void insert_sorted(struct label *items, size_t count, struct label label) {
	size_t at = count;
	while (at > 0 && str_compare(items[at - 1].name, label.name) > 0)
		at--;
	memmove(items + at + 1, items + at, (count - at) * sizeof *items);
	items[at] = label;
}

// Left and added as one sorted list.
static enum relabel_result gather(struct label_work *work, const struct label **items, size_t *count) {
	size_t all = work->left_count + work->added_count;
	struct label *out = arena_alloc_raw(work->arena, (all + 1) * sizeof *out);
	if (work->left_count > 0)
		memcpy(out, work->left, work->left_count * sizeof *out);
	for (size_t i = 0; i < work->added_count; i++)
		insert_sorted(out, work->left_count + i, work->added[i]);
	if (is_same(out, all, *items, *count))
		return RELABEL_KEPT;
	if (!is_within_limits(out, all)) {
		error_set(work->err, ERR_LIMIT, "relabelling makes too many labels, or too long ones");
		return RELABEL_FAILED;
	}
	*items = out;
	*count = all;
	return RELABEL_KEPT;
}

static enum relabel_result apply_rules(struct label_work *work, const struct relabel *relabel) {
	for (size_t i = 0; i < relabel->count; i++) {
		enum relabel_result result = apply_rule(work, &relabel->rules[i]);
		if (result == RELABEL_KEPT && is_overfull(work))
			result = fail(work, "too many labels on the way");
		if (result == RELABEL_FAILED)
			error_wrap(work->err, "relabelling rule %zu (%s)", i + 1, actions[relabel->rules[i].action].name);
		if (result != RELABEL_KEPT)
			return result;
	}
	return RELABEL_KEPT;
}

enum relabel_result relabel_items(const struct relabel *relabel, struct arena *arena, const struct label **items, size_t *count, struct error *err) {
	struct label_work work = { .arena = arena, .err = err, .left = *items, .left_count = *count, .used_before = arena->used };
	enum relabel_result result = apply_rules(&work, relabel);
	if (result == RELABEL_KEPT && (work.is_copied || work.added_count > 0))
		result = gather(&work, items, count);
	buf_finish(&work.joined);
	buf_finish(&work.made);
	return result;
}

enum relabel_result relabel_apply(const struct relabel *relabel, const struct labels *labels, const struct labels **out, struct error *err) {
	autoarena struct arena arena = { 0 };
	const struct label *given = labels_unpack(labels, &arena), *items = given;
	size_t count = labels->count;
	enum relabel_result result = relabel_items(relabel, &arena, &items, &count, err);
	if (result == RELABEL_KEPT)
		*out = items == given ? labels_ref(labels) : labels_from_sorted(items, count);
	return result;
}
