// SPDX-License-Identifier: Apache-2.0
// Walks the documents of a file. Groups of plain files are read while the file is: no tree of a large file is ever in memory.
#include "rules/rule_input.h"

#include "base/problems.h"
#include "model/duration.h"
#include "model/limits.h"
#include "rules/linter.h"
#include "rules/rule_keys.h"
#include "rules/rule_manifest.h"
#include "rules/rule_parse.h"

_Static_assert((int)YAML_DEPTH_MAX == (int)LIMIT_YAML_DEPTH && (int)YAML_NODES_MAX == (int)LIMIT_YAML_NODES, "one bound, two spellings");

struct input {
	struct file_reading reading;
	struct yaml_doc doc;
	bool takes_objects; // a file; a text within an object is a rule file or nothing
	size_t documents;   // read so far
	bool has_objects;   // one of them at least: this is no file for Prometheus
	bool has_rules;     // likewise, or a rule file
	bool has_warned;    // of more than one document
};

// Prometheus, having read the first document, does not look at the others: rules there would never have run.
static void warn_of_documents(struct input *input) {
	if (input->documents == 0 || input->has_objects || input->has_warned)
		return;
	input->has_warned = true;
	lint_report_file(input->reading.builder, LINT_YAML_MULTI_DOCUMENT, yaml_document_at(&input->doc),
	    "Prometheus reads only the first YAML document of a file and ignores this one; tocsin reads them all");
}

static void read_item(void *context, const struct yaml_node *item) {
	struct input *input = context;
	if (!yaml_is_null(item))
		warn_of_documents(input);
	rule_group_read(&input->reading, item);
}

static void read_document(void *context, const struct yaml_node *root) {
	struct input *input = context;
	if (input->takes_objects && rule_manifest_is(root)) {
		input->has_objects = true;
		input->has_rules |= rule_manifest_read(&input->reading, root);
	} else if (input->takes_objects && !input->reading.reader.ignores_unknown && rule_manifest_has_stray_groups(root)) {
		input->has_rules = true;
		problem_error(input->reading.builder->problems, yaml_reader_at(&input->reading.reader, yaml_find(root, "groups")),
		    "a PrometheusRule keeps its groups under spec: write spec: above them and indent them");
	} else if (!yaml_is_null(root)) {
		warn_of_documents(input);
		input->has_rules = true;
		rule_input_read_groups(&input->reading, root);
	}
	input->documents++;
}

void rule_input_read_groups(struct file_reading *reading, const struct yaml_node *root) {
	struct rule_file_fields fields = { 0 };
	rule_file_fields_read(&reading->reader, root, &fields);
	if (fields.groups == NULL || fields.groups->kind != YAML_SEQUENCE)
		return;
	for (uint32_t i = 0; i < fields.groups->count; i++)
		rule_group_read(reading, fields.groups->items[i]);
}

static struct yaml_visitor visitor_of(struct input *input) {
	return (struct yaml_visitor){ .list = "groups", .item = read_item, .document = read_document, .context = input };
}

static void begin(struct input *input, struct rule_builder *builder, struct str file) {
	*input = (struct input){ .reading = { .builder = builder, .file = rule_intern(builder, file) } };
	input->reading.reader = (struct yaml_reader){
		.doc = &input->doc,
		.problems = builder->problems,
		.context = builder,
		.ignores_unknown = builder->options->ignores_unknown_keys,
		.parse_duration = duration_parse,
	};
}

static void warn_of_nothing(const struct input *input) {
	struct position at = { .file = input->doc.file, .line = 1, .column = 1 };
	if (input->has_objects && !input->has_rules)
		lint_report_file(input->reading.builder, LINT_NO_RULES, at, "nothing in this file is a rule file");
}

// Root keys are checked after the groups below them.
static void sort_problems(struct problems *problems, size_t first) {
	struct problems own = *problems;
	if (own.count == first)
		return;
	own.items += first;
	own.count -= first;
	problems_sort(&own);
}

void rule_input_read(struct rule_builder *builder, struct str file, struct str text) {
	struct input input;
	size_t first_problem = builder->problems->count;
	begin(&input, builder, file);
	input.takes_objects = true;
	const struct yaml_visitor visitor = visitor_of(&input);
	const char *name = input.reading.file.data == NULL ? "" : input.reading.file.data;
	lint_file_begin(builder, name, text);
	if (yaml_doc_visit(&input.doc, name, text, &visitor, builder->problems))
		warn_of_nothing(&input);
	lint_file_end(builder, name);
	sort_problems(builder->problems, first_problem);
	yaml_doc_finish(&input.doc);
}

void rule_input_read_scalar(const struct file_reading *reading, const struct yaml_node *scalar, struct str file) {
	struct input input;
	begin(&input, reading->builder, file);
	const struct yaml_visitor visitor = visitor_of(&input);
	yaml_doc_visit_scalar(&input.doc, reading->reader.doc, scalar, &visitor, reading->builder->problems);
	yaml_doc_finish(&input.doc);
}
