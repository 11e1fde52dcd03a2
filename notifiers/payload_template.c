// SPDX-License-Identifier: Apache-2.0
// A YAML value whose texts are templates, as JSON. See payload_template.h.
#include "notifiers/payload_template.h"

#include "base/problems.h"
#include "model/limits.h"

// What a scalar is that is no text. False: it is one.
static bool write_typed(struct json_writer *json, const struct yaml_node *scalar) {
	bool truth;
	int64_t integer;
	double number;
	if (yaml_is_null(scalar))
		json_null(json);
	else if (yaml_get_bool(scalar, &truth))
		json_bool(json, truth);
	else if (yaml_get_int(scalar, &integer))
		json_int(json, integer);
	else if (yaml_get_double(scalar, &number))
		json_double(json, number);
	else
		return false;
	return true;
}

static bool is_text(const struct yaml_node *scalar) {
	bool truth;
	double number;
	int64_t integer;
	return !yaml_is_null(scalar) && !yaml_get_bool(scalar, &truth) && !yaml_get_int(scalar, &integer) && !yaml_get_double(scalar, &number);
}

static bool write_data(struct json_writer *json, const struct yaml_node *node);

static bool write_items(struct json_writer *json, const struct yaml_node *node) {
	bool ok = true;
	json_open_array(json);
	for (uint32_t i = 0; i < node->count && ok; i++)
		ok = write_data(json, node->items[i]);
	json_close_array(json);
	return ok;
}

// Names that are no texts are dropped, as Alertmanager has it.
static bool write_entries(struct json_writer *json, const struct yaml_node *node) {
	bool ok = true;
	json_open_object(json);
	for (uint32_t i = 0; i < node->count && ok; i++) {
		if (!is_text(node->entries[i].key))
			continue;
		json_key(json, node->entries[i].key->text.data);
		ok = write_data(json, node->entries[i].value);
	}
	json_close_object(json);
	return ok;
}

// As it stands: what came out of a template is no template. Depth is bounded by the reader of YAML; false when aliases make too much of it.
static bool write_data(struct json_writer *json, const struct yaml_node *node) {
	if (json->out->len > LIMIT_TEMPLATE_OUTPUT_BYTES)
		return false;
	switch (node->kind) {
	case YAML_SCALAR:
		if (!write_typed(json, node))
			json_string(json, node->text);
		return true;
	case YAML_SEQUENCE:
		return write_items(json, node);
	case YAML_MAPPING:
		return write_entries(json, node);
	}
	unreachable("yaml kind");
}

// Whether the text is one value and nothing else. Alertmanager takes "[FIRING:1] Disk full" for the list before the blank.
static bool is_value(const struct yaml_doc *doc, const struct yaml_node *root, struct str text) {
	bool is_tagged = str_has_prefix(str_trim(text), STR("!"));
	return root != NULL && !doc->has_more && !is_tagged && (root->kind != YAML_SCALAR || !is_text(root));
}

static void write_rendered(struct json_writer *json, struct str text) {
	struct yaml_doc doc;
	struct problems problems = { 0 };
	struct json_writer before = *json;
	size_t len = json->out->len;
	const struct yaml_node *root = yaml_doc_load(&doc, "", text, &problems);
	if (root == NULL && problems.errors == 0) {
		json_null(json);
	} else if (!is_value(&doc, root, text) || !write_data(json, root)) {
		*json = before;
		buf_truncate(json->out, len);
		json_string(json, text);
	}
	yaml_doc_finish(&doc);
	problems_finish(&problems);
}

bool payload_template_write_text(const char *text, const struct text_run *run, struct json_writer *json, struct error *err) {
	autobuf struct buf rendered = { 0 };
	if (!notifier_text_expand(run, text, &rendered, err))
		return false;
	write_rendered(json, buf_str(&rendered));
	return true;
}

static bool write_sequence(const struct yaml_node *node, const struct text_run *run, struct json_writer *json, struct error *err) {
	json_open_array(json);
	for (uint32_t i = 0; i < node->count; i++)
		if (!payload_template_write(node->items[i], run, json, err))
			return false;
	json_close_array(json);
	return true;
}

static bool write_mapping(const struct yaml_node *node, const struct text_run *run, struct json_writer *json, struct error *err) {
	json_open_object(json);
	for (uint32_t i = 0; i < node->count; i++) {
		autobuf struct buf key = { 0 };
		if (!is_text(node->entries[i].key))
			continue;
		if (!notifier_text_expand(run, node->entries[i].key->text.data, &key, err))
			return false;
		json_key(json, buf_cstr(&key));
		if (!payload_template_write(node->entries[i].value, run, json, err))
			return false;
	}
	json_close_object(json);
	return true;
}

bool payload_template_write(const struct yaml_node *node, const struct text_run *run, struct json_writer *json, struct error *err) {
	switch (node->kind) {
	case YAML_SCALAR:
		return write_typed(json, node) || payload_template_write_text(node->text.data, run, json, err);
	case YAML_SEQUENCE:
		return write_sequence(node, run, json, err);
	case YAML_MAPPING:
		return write_mapping(node, run, json, err);
	}
	unreachable("yaml kind");
}
