// SPDX-License-Identifier: Apache-2.0
// How the rules of a group are asked. See rule_asking.h.
#include "rules/rule_asking.h"

#include "base/problems.h"
#include "model/limits.h"

#include <ctype.h>
#include <stdio.h>

static void check_datasource(struct file_reading *file, const struct placed_text *datasource) {
	const struct rule_options *options = file->builder->options;
	if (!options->knows_datasources || datasource->text.len == 0)
		return;
	for (size_t i = 0; i < options->datasource_count; i++)
		if (str_equal(options->datasources[i], datasource->text))
			return;
	problem_error(file->builder->problems, yaml_reader_at(&file->reader, datasource->node), "there is no datasource \"%.*s\"", STR_ARG(datasource->text));
}

static dur_ms offset_of(struct file_reading *file, const struct yaml_node *node, const struct rule_group_fields *fields, dur_ms interval) {
	if (!fields->has_eval_offset)
		return -1;
	if (fields->eval_offset < interval)
		return fields->eval_offset;
	problem_error(file->builder->problems, yaml_reader_at(&file->reader, yaml_find(node, "eval_offset")), "\"eval_offset\": expected less than the interval");
	return -1;
}

// What the connection and the question make themselves.
static bool is_reserved(struct str name) {
	static const char *const names[] = { "Connection", "Content-Encoding", "Content-Length", "Content-Type", "Host", "Transfer-Encoding" };
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (str_equal_nocase(name, str_of(names[i])))
			return true;
	return false;
}

static bool is_header_name(struct str name) {
	for (size_t i = 0; i < name.len; i++)
		if (!isalnum((unsigned char)name.data[i]) && strchr("!#$%&'*+-.^_`|~", name.data[i]) == NULL)
			return false;
	return name.len > 0;
}

// What is wrong with a line; NULL when nothing is. The value may be a secret: it is not shown.
static const char *judge_header(struct str line) {
	ptrdiff_t colon = str_find_char(line, ':');
	struct str name = str_head(line, colon < 0 ? 0 : (size_t)colon);
	if (!is_header_name(name))
		return "expected \"NAME: VALUE\"";
	if (str_find_char(line, '\n') >= 0 || str_find_char(line, '\r') >= 0 || str_find_char(line, '\0') >= 0)
		return "a line break inside the value";
	return is_reserved(name) ? "this header may not be set" : NULL;
}

static void refuse_header(struct file_reading *file, const struct yaml_node *line, const char *wrong) {
	char text[100];
	snprintf(text, sizeof text, "\"headers\": %s", wrong);
	problem_put(file->builder->problems, &(struct problem){ .severity = SEVERITY_ERROR, .at = yaml_reader_at(&file->reader, line), .text = str_of(text), .is_line_secret = true });
}

static const char *const *keep_headers(struct file_reading *file, const struct yaml_node *list, const struct yaml_strings *headers) {
	if (headers->count == 0)
		return NULL;
	struct problems *problems = file->builder->problems;
	if (headers->count > LIMIT_HTTP_HEADERS) {
		problem_error(problems, yaml_reader_at(&file->reader, list), "more than %d header lines", LIMIT_HTTP_HEADERS);
		return NULL;
	}
	const char **lines = ARENA_NEW_ARRAY(&file->builder->set->arena, const char *, headers->count + 1);
	for (size_t i = 0; i < headers->count; i++) {
		const char *wrong = judge_header(headers->items[i]);
		if (wrong != NULL)
			refuse_header(file, list->items[i], wrong);
		lines[i] = arena_cstr(&file->builder->set->arena, headers->items[i]);
	}
	return lines;
}

static struct query_params keep_params(struct arena *arena, const struct query_params *params) {
	struct query_param *items = ARENA_NEW_ARRAY(arena, struct query_param, params->count);
	for (size_t i = 0; i < params->count; i++)
		items[i] = (struct query_param){ arena_dup_str(arena, params->items[i].name), arena_dup_str(arena, params->items[i].value) };
	return (struct query_params){ items, params->count };
}

void rule_group_read_asking(struct file_reading *file, const struct yaml_node *node, const struct rule_group_fields *fields, struct rule_group *group) {
	check_datasource(file, &fields->datasource);
	group->datasource = rule_intern(file->builder, fields->datasource.text);
	group->eval_offset = offset_of(file, node, fields, group->interval);
	group->headers = keep_headers(file, yaml_find(node, "headers"), &fields->headers);
	group->params = keep_params(&file->builder->set->arena, &fields->params);
	group->concurrency = fields->concurrency > 0 ? (unsigned)fields->concurrency : 1;
}
