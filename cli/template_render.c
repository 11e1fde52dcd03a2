// SPDX-License-Identifier: Apache-2.0
// tocsin template render: expands one template with a document from a file, as amtool does; also with the functions of rules. Opens no socket.
#include "base/buf.h"
#include "base/clock.h"
#include "base/fs.h"
#include "cli/command.h"
#include "cli/template_data.h"
#include "model/limits.h"
#include "notifiers/default_templates.h"
#include "template/value.h"

#include <stdio.h>

struct render_options {
	const char *text, *type, *data, *functions, *query, *external_url, *now;
	struct flag_list globs;
};

// clang-format off: rows
static const struct flag flags[] = {
	{ "template.text", FLAG_TEXT, offsetof(struct render_options, text), NULL, "TEXT", "The template to render; - is standard input." },
	{ "template.glob", FLAG_LIST, offsetof(struct render_options, globs), NULL, "GLOB", "Files whose definitions it may use. Can be repeated." },
	{ "template.type", FLAG_TEXT, offsetof(struct render_options, type), "text", "text|html", "Plain text, or HTML with escaping by place." },
	{ "template.data", FLAG_TEXT, offsetof(struct render_options, data), NULL, "FILE", "The document, as JSON; of rules {\"Labels\": {…}, \"Value\": 1}, of notifications as webhooks get it. Without it: an example." },
	{ "functions", FLAG_TEXT, offsetof(struct render_options, functions), "notification", "notification|rule", "Whose functions: receivers' (Alertmanager) or rules' (Prometheus); rule with html is the console set." },
	{ "query", FLAG_TEXT, offsetof(struct render_options, query), NULL, "FILE", "What query answers, as JSON: {\"EXPR\": [{\"labels\": {…}, \"value\": 1}]}." },
	{ "external.url", FLAG_TEXT, offsetof(struct render_options, external_url), "http://localhost:9090", "URL", "What externalURL and pathPrefix tell." },
	{ "now", FLAG_TEXT, offsetof(struct render_options, now), NULL, "RFC3339", "The time that now tells; without it: the clock's." },
};
// clang-format on

struct render {
	const struct render_options *options;
	enum template_functions functions;
	enum template_mode mode;
	struct arena arena;
	struct template_set *set;
	struct template_answers answers;
	struct template_env env;
};

static bool complain(const char *flag, const char *expected) {
	fprintf(stderr, "tocsin template render: --%s: %s\n", flag, expected);
	return false;
}

// Reads the flags that are not files.
static bool read_flags(struct render *render, const struct render_options *options) {
	if (options->text == NULL)
		return complain("template.text", "is required");
	render->mode = strcmp(options->type, "html") == 0 ? TEMPLATE_HTML : TEMPLATE_TEXT;
	if (render->mode == TEMPLATE_TEXT && strcmp(options->type, "text") != 0)
		return complain("template.type", "expected text or html");
	render->functions = strcmp(options->functions, "rule") == 0 ? TEMPLATE_RULE : TEMPLATE_NOTIFICATION;
	if (render->functions == TEMPLATE_NOTIFICATION && strcmp(options->functions, "notification") != 0)
		return complain("functions", "expected notification or rule");
	render->env.now = clock_wall();
	if (options->now != NULL && !value_parse_time(str_of(options->now), &render->env.now))
		return complain("now", "expected a time like 2026-01-02T15:04:05Z");
	return true;
}

// Go names a template read from a file after the file, without its directory.
static bool add_file(struct template_set *set, const char *path, struct error *err) {
	autobuf struct buf content = { 0 };
	const char *slash = strrchr(path, '/');
	return fs_read_file(path, LIMIT_TEMPLATE_BYTES, &content, err) && template_set_add(set, str_of(slash == NULL ? path : slash + 1), buf_str(&content), err);
}

static bool add_glob(struct template_set *set, const char *glob, struct error *err) {
	struct fs_paths paths = { 0 };
	bool added = fs_glob(glob, &paths, err);
	for (size_t i = 0; added && i < paths.count; i++)
		added = add_file(set, paths.items[i], err);
	fs_paths_finish(&paths);
	return added;
}

static bool load(struct render *render, struct error *err) {
	const struct render_options *options = render->options;
	render->set = template_set_create(render->functions, render->mode);
	template_set_leave_prefix_out(render->set);
	if (render->functions == TEMPLATE_NOTIFICATION && !default_templates_add(render->set, err))
		return false;
	for (size_t i = 0; i < options->globs.count; i++)
		if (!add_glob(render->set, options->globs.items[i], err))
			return false;
	if (options->query != NULL && !template_answers_load(&render->arena, options->query, &render->answers, err))
		return false;
	render->env.external_url = str_of(options->external_url);
	render->env.query = template_answers_find;
	render->env.query_context = &render->answers;
	return template_data_load(&render->arena, render->functions, options->data, &render->env, err);
}

static bool expand(struct render *render, struct str text, struct buf *out, struct error *err) {
	struct template *template = template_compile(render->set, STR(""), text, err);
	if (template == NULL)
		return false;
	struct str needed;
	enum template_status status = template_execute(template, &render->env, &render->arena, out, &needed, err);
	template_destroy(template);
	return status == TEMPLATE_OK;
}

static void read_text(const char *given, struct buf *out) {
	char chunk[8192];
	if (strcmp(given, "-") != 0)
		buf_append_cstr(out, given);
	else
		for (size_t got; out->len <= LIMIT_TEMPLATE_BYTES && (got = fread(chunk, 1, sizeof chunk, stdin)) > 0;)
			buf_append(out, chunk, got);
}

// The place is in the text already, where it is one of a template.
static void print_error(const struct error *err) {
	char text[ERROR_TEXT_MAX + 300];
	bool is_placed = err->at.file == NULL || str_has_prefix(str_of(err->text), STR("template: "));
	fprintf(stderr, "tocsin: error: %s\n", is_placed ? err->text : error_format(err, text, sizeof text));
}

static int run(const void *given, int argc, char **argv) {
	struct render render = { .options = given };
	autobuf struct buf text = { 0 }, out = { 0 };
	struct error err = { 0 };
	(void)argc, (void)argv;
	if (!read_flags(&render, given))
		return EXIT_USAGE;
	read_text(render.options->text, &text);
	bool rendered = load(&render, &err) && expand(&render, buf_str(&text), &out, &err);
	if (rendered)
		fwrite(buf_cstr(&out), 1, out.len, stdout);
	else
		print_error(&err);
	template_set_destroy(render.set);
	arena_finish(&render.arena);
	return rendered ? 0 : 1;
}

const struct command template_render_command = {
	.words = "template render",
	.arguments = "",
	.help = "Expand a template with a document and print the result: 0 good, 1 broken.",
	.flags = flags,
	.flag_count = sizeof flags / sizeof *flags,
	.options_size = sizeof(struct render_options),
	.run = run,
};
