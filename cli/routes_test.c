// SPDX-License-Identifier: Apache-2.0
// tocsin routes test: who is told of an alert with given labels, as amtool config routes test has it.
#include "base/buf.h"
#include "cli/route_tree.h"
#include "cli/routes_source.h"
#include "notifiers/route.h"

#include <stdio.h>

struct test_options {
	struct routes_source source;
	const char *receivers;
	bool tree;
};

static const struct flag flags[] = {
	ROUTES_SOURCE_FLAGS(struct test_options, source),
	{ "verify.receivers", FLAG_TEXT, offsetof(struct test_options, receivers), "", "A,B", "Exit with 1 unless these are the ones, in this order." },
	{ "tree", FLAG_BOOL, offsetof(struct test_options, tree), NULL, NULL, "Print the routes it passes." },
};

static bool read_label(struct label_builder *builder, struct matchers *parsed, const char *text, enum matcher_mode mode) {
	struct error err = { 0 };
	if (!matchers_parse_one(parsed, str_of(text), mode, &err)) {
		fprintf(stderr, "tocsin routes test: failed to parse labels: %s\n", err.text);
		return false;
	}
	const struct matcher *last = &parsed->items[parsed->count - 1];
	if (last->op == MATCH_EQUAL) {
		label_builder_set(builder, last->name, last->value);
		return true;
	}
	fprintf(stderr, "tocsin routes test: failed to parse labels: labels must be specified as key=value pairs\n");
	return false;
}

// NULL after telling what is wrong. A new reference.
static const struct labels *read_labels(int count, char **texts, enum matcher_mode mode) {
	struct label_builder builder = { 0 };
	struct matchers parsed = { 0 }; // they own the texts
	bool ok = true;
	for (int i = 0; ok && i < count; i++)
		ok = read_label(&builder, &parsed, texts[i], mode);
	const struct labels *labels = ok ? label_builder_build(&builder) : NULL;
	label_builder_finish(&builder);
	matchers_finish(&parsed);
	return labels;
}

static void append_receivers(struct buf *out, const struct route_config *root, const struct labels *labels) {
	struct route_list routes = { 0 };
	route_match(root, labels, &routes);
	buf_append_cstr(out, "");
	for (size_t i = 0; i < routes.count; i++)
		buf_format(out, "%s%s", i > 0 ? "," : "", few_items(&routes)[i]->receiver->name);
	few_finish(&routes);
}

static int test(const struct config *config, const struct labels *labels, const struct test_options *options) {
	autobuf struct buf tree = { 0 }, receivers = { 0 };
	if (options->tree) {
		route_tree_format_matching(&tree, config->notify.root, labels);
		printf("Matching routes:\n%s\n\n", buf_cstr(&tree));
	}
	append_receivers(&receivers, config->notify.root, labels);
	printf("%s\n", buf_cstr(&receivers));
	if (*options->receivers == '\0' || str_equal_cstr(buf_str(&receivers), options->receivers))
		return 0;
	printf("WARNING: Expected receivers did not match resolved receivers.\n");
	return 1;
}

static int run(const void *given, int argc, char **argv) {
	const struct test_options *options = given;
	int status;
	struct config *config = routes_source_load("routes test", &options->source, &status);
	if (config == NULL)
		return status;
	const struct labels *labels = read_labels(argc, argv, config->features.matchers);
	status = labels == NULL ? 1 : test(config, labels, options);
	labels_unref(labels);
	config_unref(config);
	return status;
}

#define TEST_COMMAND(name) \
	{ .words = name, .arguments = "[NAME=VALUE...]", .help = "Print who is told of an alert with these labels.", .flags = flags, .flag_count = sizeof flags / sizeof *flags, .options_size = sizeof(struct test_options), .is_client = true, .run = run }
const struct command routes_test_command = TEST_COMMAND("routes test"), config_routes_test_command = TEST_COMMAND("config routes test");
