// SPDX-License-Identifier: Apache-2.0
// The document and the answers of `template render`. See template_data.h.
#include "cli/template_data.h"

#include "base/buf.h"
#include "base/fs.h"
#include "model/limits.h"
#include "template/value.h"

// amtool's predefined data (alertmanager/cli/template_render.go); the times are filled in.
static const char default_notification[] =
    "{\"receiver\":\"receiver\",\"status\":\"alertstatus\",\"externalURL\":\"https://example.com\",\"alerts\":["
    "{\"status\":\"firing\",\"labels\":{\"label1\":\"value1\",\"label2\":\"value2\",\"instance\":\"foo.bar:1234\","
    "\"commonlabelkey1\":\"commonlabelvalue1\",\"commonlabelkey2\":\"commonlabelvalue2\"},"
    "\"annotations\":{\"annotation1\":\"value1\",\"annotation2\":\"value2\","
    "\"commonannotationkey1\":\"commonannotationvalue1\",\"commonannotationkey2\":\"commonannotationvalue2\"},"
    "\"startsAt\":\"%s\",\"endsAt\":\"%s\",\"generatorURL\":\"https://generatorurl.com\",\"fingerprint\":\"fingerprint1\"},"
    "{\"status\":\"resolved\",\"labels\":{\"foo\":\"bar\",\"baz\":\"qux\","
    "\"commonlabelkey1\":\"commonlabelvalue1\",\"commonlabelkey2\":\"commonlabelvalue2\"},"
    "\"annotations\":{\"aaa\":\"bbb\",\"ccc\":\"ddd\","
    "\"commonannotationkey1\":\"commonannotationvalue1\",\"commonannotationkey2\":\"commonannotationvalue2\"},"
    "\"startsAt\":\"%s\",\"endsAt\":\"%s\",\"generatorURL\":\"https://generatorurl.com\",\"fingerprint\":\"fingerprint2\"}],"
    "\"groupLabels\":{\"grouplabelkey1\":\"grouplabelvalue1\",\"grouplabelkey2\":\"grouplabelvalue2\"},"
    "\"commonLabels\":{\"commonlabelkey1\":\"commonlabelvalue1\",\"commonlabelkey2\":\"commonlabelvalue2\"},"
    "\"commonAnnotations\":{\"commonannotationkey1\":\"commonannotationvalue1\",\"commonannotationkey2\":\"commonannotationvalue2\"}}";

static const char default_rule[] = "{\"Labels\":{\"alertname\":\"alert\",\"instance\":\"foo.bar:1234\",\"job\":\"job\"},\"Value\":1.0}";

static void append_default(struct buf *out, enum template_functions functions, wall_ms now) {
	if (functions == TEMPLATE_RULE) {
		buf_append_cstr(out, default_rule);
		return;
	}
	autobuf struct buf recent = { 0 }, earlier = { 0 }, end = { 0 };
	clock_append_rfc3339(&recent, now - MINUTES(5));
	clock_append_rfc3339(&earlier, now - MINUTES(10));
	clock_append_rfc3339(&end, now);
	buf_format(out, default_notification, buf_cstr(&recent), buf_cstr(&end), buf_cstr(&earlier), buf_cstr(&end));
}

// The whole file as a JSON value whose texts live in the arena.
static bool read_json(struct arena *arena, const char *path, struct value *out, struct error *err) {
	autobuf struct buf text = { 0 };
	if (!fs_read_file(path, LIMIT_TEMPLATE_DATA_BYTES, &text, err))
		return false;
	if (value_from_json(arena, arena_dup_str(arena, buf_str(&text)), out, err))
		return true;
	err->at.file = path;
	return false;
}

bool template_data_load(struct arena *arena, enum template_functions functions, const char *path, struct template_env *env, struct error *err) {
	autobuf struct buf text = { 0 };
	struct value *document = ARENA_NEW(arena, struct value);
	append_default(&text, functions, env->now);
	bool read = path != NULL ? read_json(arena, path, document, err) : value_from_json(arena, arena_dup_str(arena, buf_str(&text)), document, err);
	if (!read)
		return false;
	if (functions == TEMPLATE_NOTIFICATION && template_is_notification(document))
		return template_notification_unmarshal(arena, document, &env->data, err);
	const struct value *rule = functions == TEMPLATE_RULE ? template_rule_data_of_json(arena, document, env->external_url) : NULL;
	env->data = rule != NULL ? rule : document;
	return true;
}

static const struct value *member(const struct value *object, const char *name) {
	for (size_t i = 0; i < object->pair_count; i++)
		if (str_equal_cstr(object->pairs[i].key, name))
			return &object->pairs[i].value;
	return NULL;
}

static bool read_labels(struct arena *arena, const struct value *object, struct template_sample *out) {
	const struct value *given = member(object, "labels");
	if (given == NULL || given->type->kind == KIND_NIL)
		return true;
	if (given->type->kind != KIND_MAP)
		return false;
	struct label *labels = ARENA_NEW_ARRAY(arena, struct label, given->pair_count);
	for (size_t i = 0; i < given->pair_count; i++) {
		if (given->pairs[i].value.type->kind != KIND_STRING)
			return false;
		labels[i] = (struct label){ given->pairs[i].key, given->pairs[i].value.text };
	}
	out->labels = labels;
	out->label_count = given->pair_count;
	return true;
}

static bool read_number(const struct value *object, double *out) {
	const struct value *given = member(object, "value");
	if (given == NULL)
		return false;
	if (given->type->kind == KIND_INT)
		*out = (double)given->integer;
	else if (given->type->kind == KIND_FLOAT)
		*out = given->number;
	else
		return given->type->kind == KIND_STRING && value_parse_number(given->text, out);
	return true;
}

static bool read_vector(struct arena *arena, const struct value *list, struct template_vector *out) {
	if (list->type->kind != KIND_LIST)
		return false;
	struct template_sample *samples = ARENA_NEW_ARRAY(arena, struct template_sample, list->count);
	for (size_t i = 0; i < list->count; i++) {
		const struct value *item = &list->items[i];
		if (item->type->kind != KIND_MAP || !read_labels(arena, item, &samples[i]) || !read_number(item, &samples[i].value))
			return false;
	}
	*out = (struct template_vector){ samples, list->count };
	return true;
}

bool template_answers_load(struct arena *arena, const char *path, struct template_answers *out, struct error *err) {
	struct value json;
	const struct position at = { .file = path };
	if (!read_json(arena, path, &json, err))
		return false;
	if (json.type->kind != KIND_MAP)
		return error_at(err, at, "expected an object of expressions");
	*out = (struct template_answers){ path, ARENA_NEW_ARRAY(arena, struct template_answer, json.pair_count), json.pair_count };
	for (size_t i = 0; i < json.pair_count; i++) {
		out->items[i].expr = json.pairs[i].key;
		if (!read_vector(arena, &json.pairs[i].value, &out->items[i].vector))
			return error_at(err, at, "\"%.*s\": expected a list of {\"labels\": {…}, \"value\": number}", STR_ARG(json.pairs[i].key));
	}
	return true;
}

bool template_answers_find(void *context, struct str expr, struct template_vector *out, struct error *err) {
	const struct template_answers *answers = context;
	for (size_t i = 0; i < answers->count; i++) {
		if (!str_equal(answers->items[i].expr, expr))
			continue;
		*out = answers->items[i].vector;
		return true;
	}
	if (answers->file == NULL)
		return error_set(err, ERR_NOT_FOUND, "no answer for \"%.*s\": --query was not given", STR_ARG(expr));
	return error_set(err, ERR_NOT_FOUND, "no answer for \"%.*s\" in %s", STR_ARG(expr), answers->file);
}
