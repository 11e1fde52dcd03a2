// SPDX-License-Identifier: Apache-2.0
// The receivers' templates: the default ones and the users' files, once for text and once for HTML.
#include "base/buf.h"
#include "base/fs.h"
#include "base/problems.h"
#include "model/limits.h"
#include "notifiers/default_templates.h"
#include "notifiers/dispatcher_state.h"

// Go names a template read from a file after the file, without its directory.
static struct str base_name(const char *path) {
	const char *slash = strrchr(path, '/');
	return str_of(slash == NULL ? path : slash + 1);
}

// The line is said by Go's text only: "template: NAME:LINE: …" or "template: NAME:LINE:COLUMN: …".
static int line_of(const struct error *err, const char *path) {
	autobuf struct buf start = { 0 };
	buf_format(&start, "template: %.*s:", STR_ARG(base_name(path)));
	if (!str_has_prefix(str_of(err->text), buf_str(&start)))
		return 0;
	return (int)strtol(err->text + start.len, NULL, 10);
}

// Fails with the file and its line as the place.
static bool add_file(struct template_set *text, struct template_set *html, const char *path, struct error *err) {
	autobuf struct buf content = { 0 };
	*err = (struct error){ 0 };
	if (!fs_read_file(path, LIMIT_TEMPLATE_BYTES, &content, err))
		return error_wrap(err, "templates");
	if (template_set_add(text, base_name(path), buf_str(&content), err) && template_set_add(html, base_name(path), buf_str(&content), err))
		return true;
	err->at = (struct position){ .file = path, .line = line_of(err, path), .column = 1 };
	return false;
}

static bool add_all(const struct notify_config *config, struct template_set *text, struct template_set *html, struct error *err) {
	if (!default_templates_add(text, err) || !default_templates_add(html, err))
		return false;
	for (size_t i = 0; i < config->template_file_count; i++)
		if (!add_file(text, html, config->template_files[i], err))
			return false;
	return true;
}

bool notify_templates_load(const struct notify_config *config, struct template_set **text, struct template_set **html, struct error *err) {
	*text = template_set_create(TEMPLATE_NOTIFICATION, TEMPLATE_TEXT);
	*html = template_set_create(TEMPLATE_NOTIFICATION, TEMPLATE_HTML);
	if (add_all(config, *text, *html, err))
		return true;
	template_set_destroy(*text);
	template_set_destroy(*html);
	*text = *html = NULL;
	return false;
}

void notify_templates_check(const struct notify_config *config, struct template_set **text, struct template_set **html, struct problems *problems) {
	struct error err = { 0 };
	*text = template_set_create(TEMPLATE_NOTIFICATION, TEMPLATE_TEXT);
	*html = template_set_create(TEMPLATE_NOTIFICATION, TEMPLATE_HTML);
	if (!default_templates_add(*text, &err) || !default_templates_add(*html, &err))
		problem_from_error(problems, &err);
	for (size_t i = 0; i < config->template_file_count; i++)
		if (!add_file(*text, *html, config->template_files[i], &err))
			problem_from_error(problems, &err);
}
