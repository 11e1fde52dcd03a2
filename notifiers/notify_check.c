// SPDX-License-Identifier: Apache-2.0
// What can be said against a configuration's receivers before they are used: templates that do not load or compile, addresses and URLs that are none.
#include "base/buf.h"
#include "base/problems.h"
#include "notifiers/dispatcher_state.h"
#include "notifiers/mail_address.h"

struct check {
	struct template_set *text, *html;
	struct problems *problems;
	struct arena arena;
};

static bool has_actions(const char *text) {
	return strstr(text, "{{") != NULL;
}

static void check_template(struct check *check, struct position at, const char *key, const struct template_set *set, const char *text) {
	struct error err;
	if (text == NULL || !has_actions(text))
		return;
	struct template *template = template_compile(set, str_of(key), str_of(text), &err);
	if (template == NULL)
		problem_error(check->problems, at, "%s: %s", key, err.text);
	template_destroy(template);
}

static void check_webhook(struct check *check, const struct integration_config *config) {
	check_template(check, config->at, "url", check->text, config->webhook.url);
}

// A list without templates is known now; at least one address, and only one where `is_single`.
static void check_addresses(struct check *check, struct position at, const char *key, const char *text, bool is_single) {
	struct mail_address *addresses;
	size_t count = 0;
	struct error err;
	if (text == NULL || has_actions(text))
		return;
	if (!mail_addresses_parse(str_of(text), &check->arena, &addresses, &count, &err))
		problem_error(check->problems, at, "%s: %s", key, err.text);
	else if (count == 0 || (is_single && count > 1))
		problem_error(check->problems, at, "%s: expected %s, got %zu", key, is_single ? "one address" : "at least one address", count);
}

static void check_email(struct check *check, const struct integration_config *config) {
	const struct email_config *email = &config->email;
	check_template(check, config->at, "to", check->text, email->to);
	check_template(check, config->at, "from", check->text, email->from);
	check_addresses(check, config->at, "to", email->to, false);
	check_addresses(check, config->at, "from", email->from, true);
	check_template(check, config->at, "text", check->text, email->text);
	check_template(check, config->at, "html", check->html, email->html);
	for (size_t i = 0; i < email->header_count; i++)
		check_template(check, config->at, email->headers[i].name, check->text, email->headers[i].value);
}

static void check_security_agent(struct check *check, const struct integration_config *config) {
	struct str url = str_of(config->security_agent.url);
	if (!str_has_prefix(url, STR("http://")) && !str_has_prefix(url, STR("https://")))
		problem_error(check->problems, config->at, "url: expected an http or https URL");
}

static void (*const checks[INTEGRATION_KIND_COUNT])(struct check *check, const struct integration_config *config) = {
	[INTEGRATION_WEBHOOK] = check_webhook,
	[INTEGRATION_EMAIL] = check_email,
	[INTEGRATION_SECURITY_AGENT] = check_security_agent,
};

void notify_config_check(const struct notify_config *config, struct problems *problems) {
	struct check check = { .problems = problems };
	struct error err = { 0 };
	if (!notify_templates_load(config, &check.text, &check.html, &err)) {
		problem_error(problems, err.at, "templates: %s", err.text);
		return;
	}
	for (size_t i = 0; i < config->receiver_count; i++)
		for (size_t j = 0; j < config->receivers[i].count; j++)
			checks[config->receivers[i].items[j].kind](&check, &config->receivers[i].items[j]);
	arena_finish(&check.arena);
	template_set_destroy(check.text);
	template_set_destroy(check.html);
}
