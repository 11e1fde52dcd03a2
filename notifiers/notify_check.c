// SPDX-License-Identifier: Apache-2.0
// What can be said against a configuration's receivers before they are used: templates that do not load or compile, addresses and URLs that are none.
#include "base/buf.h"
#include "base/problems.h"
#include "notifiers/dispatcher_state.h"
#include "notifiers/mail_address.h"
#include "notifiers/mime.h"

struct check {
	struct template_set *text, *html;
	struct problems *problems;
	struct arena arena;
	struct position at; // of the integration that is checked
};

static bool has_actions(const char *text) {
	return strstr(text, "{{") != NULL;
}

// At the value where its place is known. What several receivers inherit is told once.
static void report(struct check *check, struct position at, const char *key, const char *text) {
	autobuf struct buf whole = { 0 };
	buf_format(&whole, "%s: %s", key, text);
	if (at.line == 0)
		at = check->at;
	for (size_t i = 0; i < check->problems->count; i++) {
		const struct problem *told = &check->problems->items[i];
		if (told->at.line == at.line && told->at.column == at.column && str_equal(told->text, buf_str(&whole)))
			return;
	}
	problem_error(check->problems, at, "%s", buf_cstr(&whole));
}

static void check_template(struct check *check, struct position at, const char *key, const struct template_set *set, const char *text) {
	struct error err;
	if (text == NULL || !has_actions(text))
		return;
	struct template *template = template_compile(set, str_of(key), str_of(text), &err);
	if (template == NULL)
		report(check, at, key, err.text);
	template_destroy(template);
}

// What is wrong with the template of a secret would quote it.
static bool is_secret(const char *key) {
	static const char *const secrets[] = { "url", "api_key", "routing_key", "service_key", "token", "user_key" };
	for (size_t i = 0; i < sizeof secrets / sizeof *secrets; i++)
		if (strcmp(key, secrets[i]) == 0)
			return true;
	return false;
}

// All texts with templates, wherever they stand.
static void check_places(struct check *check, const struct integration_config *config) {
	for (size_t i = 0; i < config->template_count; i++) {
		const struct template_place *place = &config->templates[i];
		struct error err;
		struct template *template = template_compile(check->text, str_of(place->key), str_of(place->text), &err);
		if (template == NULL)
			report(check, place->at, place->key, is_secret(place->key) ? "bad template, not quoted because it is secret" : err.text);
		template_destroy(template);
	}
}

// The URL is a secret.
static void check_webhook(struct check *check, const struct integration_config *config) {
	const char *url = config->webhook.url;
	check_places(check, config);
	if (url == NULL || !has_actions(url))
		return;
	struct template *template = template_compile(check->text, STR("url"), str_of(url), NULL);
	if (template == NULL)
		report(check, config->webhook.url_at, "url", "bad template, not quoted because it is secret");
	template_destroy(template);
}

// A list without templates is known now; at least one address, and only one where `is_single`.
static void check_addresses(struct check *check, struct position at, const char *key, const char *text, bool is_single) {
	struct mail_address *addresses;
	size_t count = 0;
	struct error err;
	if (text == NULL || has_actions(text))
		return;
	if (!mail_addresses_parse(str_of(text), &check->arena, &addresses, &count, &err))
		report(check, at, key, err.text);
	else if (count == 0)
		report(check, at, key, is_single ? "expected one address, got none" : "expected at least one address, got none");
	else if (is_single && count > 1)
		report(check, at, key, arena_format(&check->arena, "expected one address, got %zu", count).data);
}

// A field of another name would be left out of each mail.
static void check_header(struct check *check, struct position at, const struct email_header *header) {
	if (!mime_header_name_is_valid(str_of(header->name)))
		report(check, at, "headers", arena_format(&check->arena, "\"%s\" is not a valid header name", header->name).data);
	check_template(check, at, header->name, check->text, header->value);
}

static void check_email(struct check *check, const struct integration_config *config) {
	const struct email_config *email = &config->email;
	check_template(check, email->to_at, "to", check->text, email->to);
	check_template(check, email->from_at, "from", check->text, email->from);
	check_addresses(check, email->to_at, "to", email->to, false);
	check_addresses(check, email->from_at, "from", email->from, true);
	check_template(check, email->text_at, "text", check->text, email->text);
	check_template(check, email->html_at, "html", check->html, email->html);
	for (size_t i = 0; i < email->header_count; i++)
		check_header(check, email->header_at == NULL ? config->at : email->header_at[i], &email->headers[i]);
}

static void check_security_agent(struct check *check, const struct integration_config *config) {
	struct str url = str_of(config->security_agent.url);
	if (!str_has_prefix(url, STR("http://")) && !str_has_prefix(url, STR("https://")))
		report(check, config->at, "url", "expected an http or https URL");
}

static void (*const checks[INTEGRATION_KIND_COUNT])(struct check *check, const struct integration_config *config) = {
	[INTEGRATION_WEBHOOK] = check_webhook,
	[INTEGRATION_EMAIL] = check_email,
	[INTEGRATION_SECURITY_AGENT] = check_security_agent,
};

static void check_integration(struct check *check, const struct integration_config *config) {
	check->at = config->at;
	if (checks[config->kind] != NULL)
		checks[config->kind](check, config);
	else
		check_places(check, config); // a post's
}

// Where they are written: children have them checked already.
static void check_route_labels(struct check *check, const struct route_config *route) {
	for (size_t i = 0; i < route->label_count && route->labels_at.line > 0; i++) {
		struct error err;
		struct template *template = template_compile(check->text, route->labels[i].name, route->labels[i].value, &err);
		if (template == NULL)
			report(check, route->labels_at, arena_format(&check->arena, "route label %.*s", STR_ARG(route->labels[i].name)).data, err.text);
		template_destroy(template);
	}
}

// Depth is bounded by that of the document.
static void check_routes(struct check *check, const struct route_config *route) {
	check_route_labels(check, route);
	for (size_t i = 0; i < route->route_count; i++)
		check_routes(check, route->routes[i]);
}

void notify_config_check(const struct notify_config *config, struct problems *problems) {
	struct check check = { .problems = problems };
	notify_templates_check(config, &check.text, &check.html, problems);
	for (size_t i = 0; i < config->receiver_count; i++)
		for (size_t j = 0; j < config->receivers[i].count; j++)
			check_integration(&check, &config->receivers[i].items[j]);
	if (config->root != NULL)
		check_routes(&check, config->root);
	arena_finish(&check.arena);
	template_set_destroy(check.text);
	template_set_destroy(check.html);
}
