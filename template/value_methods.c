// SPDX-License-Identifier: Apache-2.0
// Methods of template.KV, Pairs and Strings. See value_methods.h. Source: alertmanager/template/template.go.
#include "template/value_methods.h"

#include "base/buf.h"
#include "template/go_time.h"
#include "template/value_query.h"

static const struct value_field pair_fields[] = { { "Name", NULL, NULL }, { "Value", NULL, NULL } };
static const struct value_type type_pair = { .name = "template.Pair", .kind = KIND_STRUCT, .is_defined = true, .fields = pair_fields, .field_count = 2 };
static const struct value_type type_pairs = { .name = "template.Pairs", .kind = KIND_LIST, .is_defined = true, .element = &type_pair, .methods = methods_pairs, .format = value_format_pairs };

static bool give_string(struct template_call *call, const struct buf *text, struct value *out) {
	*out = value_string(arena_dup_str(call->arena, buf_str(text)));
	return true;
}

static bool strings_join(struct template_call *call, const struct value *args, size_t count, struct value *out) {
	autobuf struct buf text = { 0 };
	(void)count;
	for (size_t i = 0; i < args[0].count; i++) {
		if (i > 0)
			buf_append_str(&text, args[1].text);
		buf_append_str(&text, args[0].items[i].text);
	}
	return give_string(call, &text, out);
}

const struct template_callable methods_strings[] = {
	{ "Join", strings_join, false, 0, { &type_string } },
	{ 0 },
};

// One side of each pair: 0 the names, 1 the values.
static bool pairs_side(struct template_call *call, const struct value *pairs, int side, struct value *out) {
	struct value *items = ARENA_NEW_ARRAY(call->arena, struct value, pairs->count);
	for (size_t i = 0; i < pairs->count; i++)
		items[i] = pairs->items[i].items[side];
	*out = value_list(&type_strings, items, pairs->count);
	return true;
}

static bool pairs_names(struct template_call *call, const struct value *args, size_t count, struct value *out) {
	(void)count;
	return pairs_side(call, &args[0], 0, out);
}

static bool pairs_values(struct template_call *call, const struct value *args, size_t count, struct value *out) {
	(void)count;
	return pairs_side(call, &args[0], 1, out);
}

void value_format_pairs(struct buf *out, const struct value *value) {
	for (size_t i = 0; i < value->count; i++) {
		const struct value *pair = value->items[i].items;
		buf_append_cstr(out, i == 0 ? "" : ", ");
		buf_append_str(out, pair[0].text);
		buf_append_char(out, '=');
		buf_append_str(out, pair[1].text);
	}
}

// String() of any type that has one.
static bool call_string(struct template_call *call, const struct value *args, size_t count, struct value *out) {
	autobuf struct buf text = { 0 };
	(void)count;
	args[0].type->format(&text, &args[0]);
	return give_string(call, &text, out);
}

const struct template_callable methods_pairs[] = {
	{ "Names", pairs_names, false, 0, { NULL } },
	{ "Values", pairs_values, false, 0, { NULL } },
	{ "String", call_string, false, 0, { NULL } },
	{ 0 },
};

// Sorted by name, but alertname first.
static struct value sorted_pairs(struct arena *arena, const struct value *map) {
	struct value *items = ARENA_NEW_ARRAY(arena, struct value, map->pair_count);
	struct value *fields = ARENA_NEW_ARRAY(arena, struct value, 2 * map->pair_count);
	size_t at = map_find(map, STR("alertname")) != NULL;
	for (size_t i = 0; i < map->pair_count; i++) {
		const struct value_pair *pair = &map->pairs[i];
		size_t place = str_equal(pair->key, STR("alertname")) ? 0 : at++;
		fields[2 * i] = value_string(pair->key);
		fields[2 * i + 1] = pair->value;
		items[place] = value_struct(&type_pair, &fields[2 * i]);
	}
	return value_list(&type_pairs, items, map->pair_count);
}

static bool kv_sorted_pairs(struct template_call *call, const struct value *args, size_t count, struct value *out) {
	(void)count;
	*out = sorted_pairs(call->arena, &args[0]);
	return true;
}

static bool kv_names(struct template_call *call, const struct value *args, size_t count, struct value *out) {
	struct value pairs = sorted_pairs(call->arena, &args[0]);
	(void)count;
	return pairs_side(call, &pairs, 0, out);
}

static bool kv_values(struct template_call *call, const struct value *args, size_t count, struct value *out) {
	struct value pairs = sorted_pairs(call->arena, &args[0]);
	(void)count;
	return pairs_side(call, &pairs, 1, out);
}

static bool list_has(const struct value *list, struct str text) {
	for (size_t i = 0; i < list->count; i++)
		if (str_equal(list->items[i].text, text))
			return true;
	return false;
}

static bool kv_remove(struct template_call *call, const struct value *args, size_t count, struct value *out) {
	struct value_pair *pairs = ARENA_NEW_ARRAY(call->arena, struct value_pair, args[0].pair_count);
	size_t kept = 0;
	(void)count;
	for (size_t i = 0; i < args[0].pair_count; i++)
		if (!list_has(&args[1], args[0].pairs[i].key))
			pairs[kept++] = args[0].pairs[i];
	*out = value_map(&type_kv, pairs, kept);
	return true;
}

void value_format_kv(struct buf *out, const struct value *value) {
	autoarena struct arena arena = { 0 };
	struct value pairs = sorted_pairs(&arena, value);
	value_format_pairs(out, &pairs);
}

const struct template_callable methods_kv[] = {
	{ "SortedPairs", kv_sorted_pairs, false, 0, { NULL } },
	{ "Names", kv_names, false, 0, { NULL } },
	{ "Values", kv_values, false, 0, { NULL } },
	{ "Remove", kv_remove, false, 0, { &type_list_string } },
	{ "String", call_string, false, 0, { NULL } },
	{ 0 },
};
