// SPDX-License-Identifier: Apache-2.0
// Sets of templates, templates compiled alone, and their execution. See template.h.
#include "template/template.h"

#include "base/array.h"
#include "base/buf.h"
#include "base/mem.h"
#include "template/html_contextual.h"
#include "template/template_classify.h"
#include "template/template_exec.h"
#include "template/template_function.h"
#include "template/template_parse.h"
#include "template/value_query.h"

#include <stdlib.h>

struct template_set {
	enum template_functions functions;
	enum template_mode mode;
	struct arena arena;
	struct template_tree_list trees;
	bool counts_prefix_out;
};

// A template without actions has only its text.
struct template {
	const struct template_set *set; // NULL: the rule functions
	struct arena arena;
	struct str text; // of a constant
	struct template_dependence depends;
	const struct document_variable *variables; // NULL: none are declared
	const struct template_tree *root;          // NULL: a constant
	struct template_tree_list trees;           // its own definitions and itself
};

// Upstream parses these before the text; we have the variables without the text, but columns count as if it stood there.
struct document_variable {
	const char *name, *field, *text; // text "": upstream's has it not
};

static const struct document_variable rule_variables[] = {
	{ "$labels", "Labels", "{{$labels := .Labels}}" },
	{ "$externalLabels", "ExternalLabels", "{{$externalLabels := .ExternalLabels}}" },
	{ "$externalURL", "ExternalURL", "{{$externalURL := .ExternalURL}}" },
	{ "$value", "Value", "{{$value := .Value}}" },
	{ 0 },
};
// Of links of alerts: vmalert app/vmalert/notifier, tplHeaders.
static const struct document_variable source_variables[] = {
	{ "$value", "Value", "" },
	{ "$type", "Type", "" },
	{ "$labels", "Labels", "" },
	{ "$expr", "Expr", "" },
	{ "$externalLabels", "ExternalLabels", "" },
	{ "$externalURL", "ExternalURL", "" },
	{ "$alertID", "AlertID", "" },
	{ "$groupID", "GroupID", "" },
	{ "$activeAt", "ActiveAt", "" },
	{ "$for", "For", "" },
	{ "$interval", "Interval", "" },
	{ "$isPartial", "IsPartial", "" },
	{ 0 },
};
// Of console templates: Prometheus web/web.go. The last two are ours, so that an alert's document serves as well.
static const struct document_variable console_variables[] = {
	{ "$externalLabels", "ExternalLabels", "{{$externalLabels := .ExternalLabels}}" },
	{ "$externalURL", "ExternalURL", "{{$externalURL := .ExternalURL}}" },
	{ "$rawParams", "RawParams", "{{$rawParams := .RawParams }}" },
	{ "$params", "Params", "{{$params := .Params}}" },
	{ "$path", "Path", "{{$path := .Path}}" },
	{ "$labels", "Labels", "" },
	{ "$value", "Value", "" },
	{ 0 },
};
enum { VARIABLES_MAX = 12 };

static const struct template_tree *tree_find(const struct template_tree_list *trees, struct str name) {
	for (size_t i = 0; i < trees->count; i++)
		if (str_equal(trees->items[i].name, name))
			return &trees->items[i];
	return NULL;
}

const struct template_tree *template_root(const struct template *template) {
	return template->root;
}

const struct template_tree *template_lookup(const struct template *template, struct str name) {
	const struct template_tree *own = tree_find(&template->trees, name);
	if (template->set == NULL || (own != NULL && !template_tree_is_empty(own)))
		return own;
	const struct template_tree *shared = tree_find(&template->set->trees, name);
	return shared != NULL ? shared : own;
}

const struct template_tree *template_lookup_escaped(const struct template *template, struct str name, struct arena *arena, struct error *err) {
	const struct template_tree *tree = template_lookup(template, name);
	bool is_html = template->set != NULL && template->set->mode == TEMPLATE_HTML;
	if (tree == NULL) {
		error_set(err, ERR_NOT_FOUND, is_html ? "html/template: \"%.*s\" is undefined" : "template: no template \"%.*s\"", STR_ARG(name));
		return NULL;
	}
	return is_html ? html_escape_trees(arena, template, tree, err) : tree;
}

struct template_set *template_set_create(enum template_functions functions, enum template_mode mode) {
	struct template_set *set = MEM_NEW(struct template_set);
	set->functions = functions;
	set->mode = mode;
	return set;
}

void template_set_destroy(struct template_set *set) {
	if (set == NULL)
		return;
	array_finish(&set->trees);
	arena_finish(&set->arena);
	free(set);
}

void template_set_leave_prefix_out(struct template_set *set) {
	set->counts_prefix_out = true;
}

static void set_replace(struct template_set *set, const struct template_tree *tree) {
	for (size_t i = 0; i < set->trees.count; i++) {
		if (!str_equal(set->trees.items[i].name, tree->name))
			continue;
		if (!template_tree_is_empty(tree))
			set->trees.items[i] = *tree;
		return;
	}
	array_append(&set->trees, *tree);
}

static struct template_source *source_copy(struct arena *arena, struct str name, struct str text) {
	struct template_source *source = ARENA_NEW(arena, struct template_source);
	source->name = arena_dup_str(arena, name);
	source->text = arena_dup_str(arena, text);
	return source;
}

bool template_set_add(struct template_set *set, struct str name, struct str text, struct error *err) {
	struct template_tree_list trees = { 0 };
	struct template_source *source = source_copy(&set->arena, name, text);
	const struct template_scope scope = { .functions = function_table_get(set->functions, set->mode) };
	bool parsed = template_parse(&set->arena, source, &scope, &trees, err);
	for (size_t i = 0; parsed && i < trees.count; i++)
		set_replace(set, &trees.items[i]);
	array_finish(&trees);
	return parsed;
}

bool template_set_has(const struct template_set *set, struct str name) {
	return tree_find(&set->trees, name) != NULL;
}

static bool compile_actions(struct template *template, struct str name, struct str text, struct error *err) {
	const struct template_set *set = template->set;
	enum template_functions functions = set == NULL ? TEMPLATE_RULE : set->functions;
	enum template_mode mode = set == NULL ? TEMPLATE_TEXT : set->mode;
	struct template_source *source = source_copy(&template->arena, name, text);
	struct str declared[VARIABLES_MAX];
	struct template_scope scope = { function_table_get(functions, mode), declared, 0 };
	if (functions == TEMPLATE_RULE)
		template->variables = mode == TEMPLATE_TEXT ? rule_variables : console_variables;
	if (functions == TEMPLATE_ALERT_SOURCE)
		template->variables = source_variables;
	for (const struct document_variable *variable = template->variables; variable != NULL && variable->name != NULL; variable++) {
		declared[scope.declared_count++] = str_of(variable->name);
		source->hidden_bytes += set != NULL && set->counts_prefix_out ? 0 : (uint32_t)strlen(variable->text);
	}
	if (!template_parse(&template->arena, source, &scope, &template->trees, err))
		return false;
	template->root = template_lookup(template, source->name);
	template->depends = template_depends_on(template->root->body);
	for (size_t i = 0; i < template->trees.count; i++) // what it defines and calls may ask, too
		template->depends.uses_query |= template_depends_on(template->trees.items[i].body).uses_query;
	if (mode == TEMPLATE_HTML)
		template->root = html_escape_trees(&template->arena, template, template->root, err);
	return template->root != NULL;
}

// In one block with its text: rules have many of them.
static struct template *constant_create(const struct template_set *set, struct str text) {
	struct template *template = mem_zalloc(sizeof *template + text.len + 1);
	char *copy = (char *)(template + 1);
	if (text.len > 0)
		memcpy(copy, text.data, text.len);
	template->set = set;
	template->text = str_make(copy, text.len);
	return template;
}

struct template *template_compile(const struct template_set *set, struct str name, struct str text, struct error *err) {
	bool is_html = set != NULL && set->mode == TEMPLATE_HTML;
	if (!is_html && str_find(text, STR("{{")) < 0)
		return constant_create(set, text);
	struct template *template = MEM_NEW(struct template);
	template->set = set;
	if (compile_actions(template, name, text, err))
		return template;
	template_destroy(template);
	return NULL;
}

void template_destroy(struct template *template) {
	if (template == NULL)
		return;
	array_finish(&template->trees);
	arena_finish(&template->arena);
	free(template);
}

enum template_class template_classify(const struct template *template) {
	return template->depends.class;
}

bool template_uses_query(const struct template *template) {
	return template->depends.uses_query;
}

// Looked for from the place on where a document that was made for these variables has it.
static const struct value *document_field(const struct value *document, const char *name, size_t place) {
	if (document == NULL || document->type == NULL)
		return NULL;
	if (document->type->kind == KIND_MAP)
		return map_find(document, str_of(name));
	for (size_t i = 0; document->type->kind == KIND_STRUCT && i < document->count; i++) {
		size_t at = (place + i) % document->count;
		if (strcmp(document->type->fields[at].name, name) == 0)
			return &document->items[at];
	}
	return NULL;
}

static void declare_variables(struct exec *exec, const struct value *document) {
	const struct document_variable *variables = exec->template->variables;
	for (const struct document_variable *variable = variables; variable->name != NULL; variable++) {
		const struct value *field = document_field(document, variable->field, (size_t)(variable - variables));
		struct value value = field == NULL ? VALUE_NONE : value_unboxed(field);
		exec_push(exec, str_of(variable->name), &value);
	}
}

static enum template_status run(struct exec *exec, const struct template_tree *tree) {
	const struct value *data = exec->call.env->data;
	struct value document = data == NULL ? VALUE_NONE : *data;
	if (exec->template->variables != NULL)
		exec->document_variables = declare_variables;
	return exec_run(exec, tree, &document);
}

bool exec_text(struct template_call *call, struct str text, struct str *names, size_t name_count, struct buf *out) {
	const struct template_set *set = call->exec->template->set;
	struct template *inner = template_compile(set, STR(""), text, call->err);
	if (inner == NULL)
		return false;
	struct exec exec = { .call = { .arena = call->arena, .env = call->env, .err = call->err }, .template = inner, .out = out, .route_labels = names, .route_label_count = name_count };
	enum template_status status = TEMPLATE_OK;
	if (inner->root != NULL)
		status = exec_run(&exec, inner->root, call->env->data);
	else
		buf_append_str(out, inner->text);
	template_destroy(inner);
	return status == TEMPLATE_OK;
}

enum template_status template_execute(const struct template *template, const struct template_env *env, struct arena *arena, struct buf *out, struct str *needed, struct error *err) {
	struct error ignored;
	if (template->root == NULL) {
		buf_append_str(out, template->text);
		return TEMPLATE_OK;
	}
	struct exec exec = { .call = { .arena = arena, .env = env, .err = err == NULL ? &ignored : err }, .template = template, .out = out };
	enum template_status status = run(&exec, template->root);
	if (status == TEMPLATE_NEED_QUERY && needed != NULL)
		*needed = exec.needed;
	return status;
}

enum template_status template_set_execute(const struct template_set *set, struct str name, const struct template_env *env, struct arena *arena, struct buf *out, struct error *err) {
	struct error ignored;
	const struct template alone = { .set = set };
	struct exec exec = { .call = { .arena = arena, .env = env, .err = err == NULL ? &ignored : err }, .template = &alone, .out = out };
	const struct template_tree *tree = template_lookup_escaped(&alone, name, arena, exec.call.err);
	return tree == NULL ? TEMPLATE_FAILED : run(&exec, tree);
}

static const struct value_field rule_fields[] = { { "Labels", NULL, NULL }, { "ExternalLabels", NULL, NULL }, { "ExternalURL", NULL, NULL }, { "Value", NULL, NULL } };
static const struct value_type type_rule_data = {
	.name = "struct { Labels map[string]string; ExternalLabels map[string]string; ExternalURL string; Value interface {} }",
	.kind = KIND_STRUCT,
	.fields = rule_fields,
	.field_count = 4,
};

const struct value *template_rule_data(struct arena *arena, const struct label *labels, size_t label_count, const struct labels *external_labels, struct str external_url, double value) {
	struct value *fields = ARENA_NEW_ARRAY(arena, struct value, 4);
	struct value *document = ARENA_NEW(arena, struct value);
	fields[0] = value_of_labels(arena, &type_map_string, labels, label_count);
	fields[1] = value_of_set(arena, &type_map_string, external_labels);
	fields[2] = value_string(external_url);
	fields[3] = value_float(value);
	fields[3].is_boxed = true;
	*document = value_struct(&type_rule_data, fields);
	return document;
}

// An object of strings as Go's map[string]string; anything else stays.
static struct value labels_of_json(const struct value *json) {
	struct value labels = *json;
	for (size_t i = 0; labels.type->kind == KIND_MAP && i < labels.pair_count; i++)
		if (labels.pairs[i].value.type->kind != KIND_STRING)
			return labels;
	if (labels.type->kind == KIND_MAP)
		labels.type = &type_map_string;
	return labels;
}

// By its name, or by that with a small first letter.
static int rule_field(struct str name, bool is_small) {
	for (int i = 0; i < (int)type_rule_data.field_count; i++) {
		const char *wanted = rule_fields[i].name;
		char first = is_small ? (char)(*wanted - 'A' + 'a') : *wanted;
		if (name.len > 0 && *name.data == first && str_equal_cstr(str_skip(name, 1), wanted + 1))
			return i;
	}
	return -1;
}

const struct value *template_rule_data_of_json(struct arena *arena, const struct value *json, struct str external_url) {
	if (json->type->kind != KIND_MAP || json->pair_count == 0)
		return NULL;
	struct value *fields = ARENA_NEW_ARRAY(arena, struct value, 4);
	struct value *document = ARENA_NEW(arena, struct value);
	fields[0] = fields[1] = value_map(&type_map_string, NULL, 0);
	fields[2] = value_string(external_url);
	fields[3] = value_nil();
	bool is_small = rule_field(json->pairs[0].key, true) >= 0;
	for (size_t i = 0; i < json->pair_count; i++) {
		int at = rule_field(json->pairs[i].key, is_small);
		if (at < 0)
			return NULL;
		fields[at] = labels_of_json(&json->pairs[i].value);
	}
	fields[3].is_boxed = true;
	*document = value_struct(&type_rule_data, fields);
	return document;
}
