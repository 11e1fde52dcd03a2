// SPDX-License-Identifier: Apache-2.0
// Kubernetes objects by kind. The file of their groups is FILE#NAMESPACE/NAME, and FILE#NAMESPACE/NAME/KEY for a text in a ConfigMap.
#include "rules/rule_manifest.h"

#include "base/buf.h"
#include "base/edit_distance.h"
#include "base/problems.h"
#include "rules/linter.h"
#include "rules/rule_input.h"
#include "rules/rule_keys.h"

struct object {
	const struct yaml_node *node;
	struct str version, kind; // apiVersion; those of the list it is in where the object does not say
};

static struct str text_of(const struct yaml_node *mapping, const char *key) {
	const struct yaml_node *value = yaml_find(mapping, key);
	return value == NULL || value->kind != YAML_SCALAR || yaml_is_null(value) ? STR_NONE : value->text;
}

static struct object object_of(const struct yaml_node *node) {
	return (struct object){ .node = node, .version = text_of(node, "apiVersion"), .kind = text_of(node, "kind") };
}

static bool read_object(struct file_reading *reading, const struct object *object);

// ---- where the groups are ----

// The identity of what the object holds, `key` (may be empty) included. It names the object, not its place in the file: objects may move.
static void append_file(struct buf *out, const struct file_reading *reading, const struct yaml_node *object, struct str key) {
	const struct yaml_node *metadata = yaml_find(object, "metadata");
	struct str namespace = text_of(metadata, "namespace"), name = text_of(metadata, "name");
	buf_format(out, "%.*s#", STR_ARG(reading->file));
	if (namespace.len > 0)
		buf_format(out, "%.*s/", STR_ARG(namespace));
	buf_append_str(out, name);
	if (key.len > 0)
		buf_format(out, "/%.*s", STR_ARG(key));
}

static bool read_prometheus_rule(struct file_reading *reading, const struct object *object) {
	autobuf struct buf file = { 0 };
	append_file(&file, reading, object->node, STR_NONE);
	struct rule_manifest_fields fields = { 0 };
	struct file_reading inner = *reading;
	inner.file = rule_intern(reading->builder, buf_str(&file));
	inner.is_manifest = true;
	rule_manifest_fields_read(&inner.reader, object->node, &fields);
	if (fields.spec == NULL)
		return false;
	if (fields.spec->kind == YAML_MAPPING)
		rule_input_read_groups(&inner, fields.spec);
	return true;
}

// A look at a text to see whether it is a rule file: a map with a list of maps under `groups`. Grafana's provisioned rules have apiVersion too.
struct look {
	bool has_other_items; // something in the list is no group
	bool is_rule_file;
	bool is_almost; // its groups are no list, or under a name that is nearly theirs
};

static bool has_near_groups(const struct yaml_node *root) {
	for (uint32_t i = 0; root->kind == YAML_MAPPING && i < root->count; i++) {
		const struct yaml_entry *entry = &root->entries[i];
		bool is_map = str_equal(entry->key->text, STR("groups")) && entry->value->kind == YAML_MAPPING;
		if (is_map || (entry->value->kind == YAML_SEQUENCE && edit_is_near(entry->key->text, STR("groups"))))
			return true;
	}
	return false;
}

static void look_at_item(void *context, const struct yaml_node *item) {
	struct look *look = context;
	if (item->kind != YAML_MAPPING && !yaml_is_null(item))
		look->has_other_items = true;
}

static void look_at_document(void *context, const struct yaml_node *root) {
	struct look *look = context;
	const struct yaml_node *groups = yaml_find(root, "groups");
	bool is_list = groups != NULL && groups->kind == YAML_SEQUENCE;
	for (uint32_t i = 0; is_list && i < groups->count; i++)
		look_at_item(look, groups->items[i]);
	if (is_list && !look->has_other_items && yaml_find(root, "apiVersion") == NULL)
		look->is_rule_file = true;
	look->is_almost |= yaml_find(root, "apiVersion") == NULL && has_near_groups(root);
	look->has_other_items = false;
}

// For a text that is no YAML: whether it meant to be a rule file.
static bool has_groups_line(struct str text) {
	while (text.len > 0) {
		if (str_has_prefix(str_cut(&text, '\n'), STR("groups:")))
			return true;
	}
	return false;
}

static bool holds_rules(const struct file_reading *reading, const struct yaml_node *scalar) {
	bool has_rules = str_find(scalar->text, STR("rules:")) >= 0 && str_find(scalar->text, STR("expr:")) >= 0;
	if (!has_rules && str_find(scalar->text, STR("groups")) < 0)
		return false;
	struct yaml_doc doc;
	struct problems unheard = { 0 };
	struct look look = { 0 };
	const struct yaml_visitor visitor = { .list = "groups", .item = look_at_item, .document = look_at_document, .context = &look };
	bool is_yaml = yaml_doc_visit(&doc, reading->reader.doc->file, scalar->text, &visitor, &unheard);
	yaml_doc_finish(&doc);
	problems_finish(&unheard);
	bool is_rule_file = look.is_rule_file || (!is_yaml && has_groups_line(scalar->text));
	if (!is_rule_file && look.is_almost && has_rules)
		lint_report_file(reading->builder, LINT_OTHER_TEXT, yaml_reader_at(&reading->reader, scalar), "passed over: a rule file has a list of groups under \"groups\", this text has almost one");
	return is_rule_file;
}

static bool read_config_map(struct file_reading *reading, const struct object *object) {
	const struct yaml_node *data = yaml_find(object->node, "data");
	if (yaml_is_null(data) || !yaml_expect(&reading->reader, "data", data, YAML_MAPPING))
		return !yaml_is_null(data);
	bool found = false;
	for (uint32_t i = 0; i < data->count; i++) {
		const struct yaml_entry *entry = &data->entries[i];
		if (entry->value->kind != YAML_SCALAR || !holds_rules(reading, entry->value))
			continue;
		autobuf struct buf file = { 0 };
		append_file(&file, reading, object->node, entry->key->text);
		rule_input_read_scalar(reading, entry->value, buf_str(&file));
		found = true;
	}
	return found;
}

// Items of a List say what they are; those of a FOOList, as the API server answers it, need not.
static bool read_list(struct file_reading *reading, const struct object *object) {
	const struct yaml_node *items = yaml_find(object->node, "items");
	if (yaml_is_null(items) || !yaml_expect(&reading->reader, "items", items, YAML_SEQUENCE))
		return !yaml_is_null(items);
	bool found = false;
	for (uint32_t i = 0; i < items->count; i++) {
		struct object item = object_of(items->items[i]);
		if (item.kind.len == 0 && object->kind.len > strlen("List"))
			item.kind = str_head(object->kind, object->kind.len - strlen("List"));
		if (item.version.len == 0)
			item.version = object->version;
		found = read_object(reading, &item) || found;
	}
	return found;
}

// ---- kinds ----

static const struct {
	const char *group; // apiVersion, the version of a group left out
	const char *kind;
	bool (*read)(struct file_reading *reading, const struct object *object); // false: there were no rules
} kinds[] = {
	{ "monitoring.coreos.com/", "PrometheusRule", read_prometheus_rule },
	{ "monitoring.coreos.com/", "PrometheusRuleList", read_list },
	{ "v1", "ConfigMap", read_config_map },
	{ "v1", "ConfigMapList", read_list },
	{ "v1", "List", read_list },
};

static bool is_of(struct str version, const char *group) {
	return group[strlen(group) - 1] == '/' ? str_has_prefix(version, str_of(group)) : str_equal_cstr(version, group);
}

static bool is_kind_of_rules(struct str kind) {
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		if (str_equal_cstr(kind, kinds[i].kind))
			return true;
	}
	return false;
}

static void pass_over(const struct file_reading *reading, const struct object *object) {
	struct position at = yaml_reader_at(&reading->reader, object->node);
	if (object->kind.len == 0)
		lint_report_file(reading->builder, LINT_OTHER_KIND, at, "passed over: no object with a kind");
	else if (is_kind_of_rules(object->kind))
		lint_report_file(reading->builder, LINT_OTHER_KIND, at, "passed over: there are no rules in this %.*s", STR_ARG(object->kind));
	else
		lint_report_file(reading->builder, LINT_OTHER_KIND, at, "passed over: no rules in kind \"%.*s\" of \"%.*s\"", STR_ARG(object->kind), STR_ARG(object->version));
}

// Who wrote this kind meant to have rules.
static void warn_of_version(const struct file_reading *reading, const struct object *object, const char *group) {
	lint_report_file(reading->builder, LINT_OTHER_VERSION, yaml_reader_at(&reading->reader, object->node),
	    "passed over: kind \"%.*s\" is expected of apiVersion %s, found \"%.*s\"", STR_ARG(object->kind), group, STR_ARG(object->version));
}

// A list within a list goes as deep as the YAML does, YAML_DEPTH_MAX at most.
static bool read_object(struct file_reading *reading, const struct object *object) {
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		if (!str_equal_cstr(object->kind, kinds[i].kind))
			continue;
		if (!is_of(object->version, kinds[i].group)) {
			warn_of_version(reading, object, kinds[i].group);
			return false;
		}
		if (kinds[i].read(reading, object))
			return true;
		break;
	}
	pass_over(reading, object);
	return false;
}

bool rule_manifest_has_stray_groups(const struct yaml_node *root) {
	return str_equal(text_of(root, "kind"), STR("PrometheusRule")) && text_of(root, "apiVersion").len > 0 && yaml_find(root, "groups") != NULL;
}

bool rule_manifest_is(const struct yaml_node *root) {
	struct object object = object_of(root);
	return object.kind.len > 0 && object.version.len > 0 && yaml_find(root, "groups") == NULL;
}

bool rule_manifest_read(struct file_reading *reading, const struct yaml_node *object) {
	const struct object read = object_of(object);
	return read_object(reading, &read);
}
