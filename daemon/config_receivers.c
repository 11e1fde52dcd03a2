// SPDX-License-Identifier: Apache-2.0
// receivers: who can be told, and how. Defaults come from `global`, as in Alertmanager.
#include "base/buf.h"
#include "daemon/config_integration.h"

// webhook_configs as written.
struct webhook_keys {
	struct webhook_config webhook;
	int64_t max_alerts;
};

static const struct yaml_key webhook_rows[] = {
	{ "send_resolved", YAML_BOOL, .offset = offsetof(struct webhook_keys, webhook.send_resolved), .preset = "true", .help = "Tell when alerts resolve." },
	{ "url", YAML_CSTRING, .is_secret = true, .offset = offsetof(struct webhook_keys, webhook.url), .help = "Where to POST; a template.", .pattern = "\\{\\{|" URL_PATTERN },
	{ "url_file", YAML_CSTRING, .offset = offsetof(struct webhook_keys, webhook.url_file), .help = "File that holds the URL, read at each send." },
	{ "http_config", YAML_CUSTOM, .offset = offsetof(struct webhook_keys, webhook.http), .help = "How to speak to it.", HTTP_CONFIG },
	{ "max_alerts", YAML_INT, .offset = offsetof(struct webhook_keys, max_alerts), .min = 0, .max = UINT32_MAX, .help = "Alerts in one message at most; 0 = all." },
	TIMEOUT_KEY(struct webhook_keys, webhook.timeout),
	{ "payload", YAML_CUSTOM, .offset = offsetof(struct webhook_keys, webhook.payload), .help = "What is posted instead of the payload of version 4: any YAML, every text in it a template.", .read = keep_tree, .shape = "any YAML" },
};

static const struct yaml_variant webhook_variants[] = {
	{ "URL in the file", .set = { "url" }, .unset = { "url_file" } },
	{ "URL in a file of its own", .set = { "url_file" }, .unset = { "url" } },
};

static const struct yaml_table webhook_table = {
	.name = "webhook_configs",
	.help = "A webhook in Alertmanager's format of version 4.",
	.keys = webhook_rows,
	.count = YAML_KEY_COUNT(webhook_rows),
	.variants = webhook_variants,
	.variant_count = YAML_KEY_COUNT(webhook_variants),
};

static const struct yaml_key security_agent_keys[] = {
	{ "send_resolved", YAML_BOOL, .offset = offsetof(struct security_agent_config, send_resolved), .preset = "true", .help = "Tell when alerts resolve." },
	{ "url", YAML_CSTRING, .is_required = true, .offset = offsetof(struct security_agent_config, url), .help = "CloudEvents sink: one POST an alert, structured JSON.", .pattern = URL_PATTERN },
	{ "secret", YAML_CSTRING, .is_secret = true, .offset = offsetof(struct security_agent_config, secret), .help = "Signs each request as Standard Webhooks do; \"whsec_\" and base64." },
	{ "http_config", YAML_CUSTOM, .offset = offsetof(struct security_agent_config, http), .help = "How to speak to it.", HTTP_CONFIG },
	{ "timeout", YAML_DURATION, .offset = offsetof(struct security_agent_config, timeout), .preset = "10s", .help = "Of one request." },
};

static const struct yaml_table security_agent_table = { .name = "security_agent_configs", .help = "CloudEvents to a security agent.", .keys = security_agent_keys, .count = YAML_KEY_COUNT(security_agent_keys) };

// email_configs as written: defaults are filled in afterwards.
struct email_keys {
	struct email_config email;
	struct yaml_string_map headers;
	bool force_implicit_tls, has_force_implicit_tls, has_require_tls, has_html, has_tls;
	bool has_threads;
	const char *thread_by_date;
};

static const struct yaml_key threading_rows[] = {
	{ "enabled", YAML_BOOL, .offset = offsetof(struct email_keys, has_threads), .preset = "false", .help = "Mails of a group hang together." },
	{ "thread_by_date", YAML_CSTRING, .offset = offsetof(struct email_keys, thread_by_date), .help = "\"none\", or \"daily\": those of a day (UTC)." },
};

static const struct yaml_key email_rows[] = {
	{ "send_resolved", YAML_BOOL, .offset = offsetof(struct email_keys, email.send_resolved), .preset = "false", .help = "Tell when alerts resolve." },
	{ "to", YAML_CSTRING, .offset = offsetof(struct email_keys, email.to), .help = "Recipients, separated by commas; a template." },
	{ "from", YAML_CSTRING, .offset = offsetof(struct email_keys, email.from), .help = "Sender; global.smtp_from by default." },
	{ "hello", YAML_CSTRING, .offset = offsetof(struct email_keys, email.hello), .help = "Name said in EHLO; global.smtp_hello by default." },
	{ "smarthost", YAML_CSTRING, .offset = offsetof(struct email_keys, email.smarthost), .help = "SMTP server as host:port; global.smtp_smarthost by default.", .pattern = "^$|" SMARTHOST_PATTERN, .example = "mail.example.org:587" },
	{ "auth_username", YAML_CSTRING, .offset = offsetof(struct email_keys, email.auth_username), .help = "User name for AUTH." },
	{ "auth_password", YAML_CSTRING, .is_secret = true, .offset = offsetof(struct email_keys, email.auth_password), .help = "Password for PLAIN and LOGIN." },
	{ "auth_password_file", YAML_CSTRING, .offset = offsetof(struct email_keys, email.auth_password_file), .help = "File that holds the password." },
	{ "auth_secret", YAML_CSTRING, .is_secret = true, .offset = offsetof(struct email_keys, email.auth_secret), .help = "Secret for CRAM-MD5." },
	{ "auth_secret_file", YAML_CSTRING, .offset = offsetof(struct email_keys, email.auth_secret_file), .help = "File that holds the secret." },
	{ "auth_identity", YAML_CSTRING, .offset = offsetof(struct email_keys, email.auth_identity), .help = "Identity for PLAIN." },
	{ "headers", YAML_STRING_MAP, .offset = offsetof(struct email_keys, headers), .help = "Further headers, or other values for Subject, From and To; templates." },
	{ "html", YAML_CSTRING, .offset = offsetof(struct email_keys, email.html), .has = YAML_HAS(struct email_keys, has_html), .help = "HTML part; a template. Empty = none." },
	{ "text", YAML_CSTRING, .offset = offsetof(struct email_keys, email.text), .help = "Plain text part; a template." },
	{ "require_tls", YAML_BOOL, .offset = offsetof(struct email_keys, email.require_tls), .has = YAML_HAS(struct email_keys, has_require_tls), .help = "Refuse servers without STARTTLS; global.smtp_require_tls by default." },
	{ "force_implicit_tls", YAML_BOOL, .offset = offsetof(struct email_keys, force_implicit_tls), .has = YAML_HAS(struct email_keys, has_force_implicit_tls), .help = "TLS from the first byte; by default on port 465 only." },
	{ "tls_config", YAML_CUSTOM, .offset = offsetof(struct email_keys, email.tls), .has = YAML_HAS(struct email_keys, has_tls), .help = "Certificates.", TLS_CONFIG },
	{ "threading", YAML_STRUCT, .help = "Threads in mail programs.", .nested = threading_rows, .nested_count = YAML_KEY_COUNT(threading_rows) },
};

static const struct yaml_variant email_variant = { .set = { "to" } };

static const struct yaml_table email_table = {
	.name = "email_configs",
	.help = "E-mail.",
	.keys = email_rows,
	.count = YAML_KEY_COUNT(email_rows),
	.variants = &email_variant,
	.variant_count = 1,
};

static struct config_reader *whole(struct yaml_reader *reader) {
	return (struct config_reader *)reader;
}

// ---- one integration of each kind ----

// Where the value in force is written: in the receiver, else in global.
static struct position find_value(struct config_reader *reader, const struct yaml_node *node, const char *key, const char *global_key) {
	const struct yaml_node *value = yaml_find(node, key);
	if (value == NULL && global_key != NULL)
		value = yaml_find(reader->global_node, global_key);
	return yaml_reader_at(&reader->yaml, value == NULL ? node : value);
}

// An empty text says nothing, as in Alertmanager.
static void drop_empty(const char **text) {
	if (!has_text(*text))
		*text = NULL;
}

static bool read_webhook(struct config_reader *reader, const struct yaml_node *node, struct integration_config *out) {
	struct webhook_keys keys = { .webhook.http = reader->global.http };
	if (!yaml_table_read(&reader->yaml, webhook_rows, YAML_KEY_COUNT(webhook_rows), node, &keys))
		return false;
	struct webhook_config *webhook = &keys.webhook;
	webhook->max_alerts = (unsigned)keys.max_alerts;
	drop_empty(&webhook->url);
	drop_empty(&webhook->url_file);
	if (webhook->url == NULL && webhook->url_file == NULL) {
		problem_error(reader->yaml.problems, yaml_reader_at(&reader->yaml, node), "one of url or url_file must be configured");
		return false;
	}
	if (!check_one_of(&reader->yaml, node, "url", webhook->url != NULL, "url_file", webhook->url_file != NULL))
		return false;
	out->webhook = *webhook;
	out->webhook.url_at = find_value(reader, node, "url", NULL);
	bool is_templated = webhook->url != NULL && (strstr(webhook->url, "{{") != NULL || strcmp(webhook->url, "<secret>") == 0);
	return webhook->url == NULL || is_templated || check_url(&reader->yaml, "url", yaml_find(node, "url"), webhook->url, true);
}

static bool read_security_agent(struct config_reader *reader, const struct yaml_node *node, struct integration_config *out) {
	out->security_agent.http = reader->global.http;
	return yaml_table_read(&reader->yaml, security_agent_keys, YAML_KEY_COUNT(security_agent_keys), node, &out->security_agent) &&
	    check_url(&reader->yaml, "url", yaml_find(node, "url"), out->security_agent.url, false);
}

// Sets *slot to the global's value where the receiver is silent.
static void inherit(const char **slot, const char *from) {
	if (*slot == NULL || **slot == '\0')
		*slot = from;
}

static void inherit_email(const struct global_keys *global, struct email_keys *keys) {
	struct email_config *email = &keys->email;
	inherit(&email->from, global->smtp_from);
	inherit(&email->hello, global->smtp_hello);
	inherit(&email->smarthost, global->smtp_smarthost);
	inherit(&email->auth_username, global->smtp_auth_username);
	inherit(&email->auth_identity, global->smtp_auth_identity);
	const char **secrets[] = { &email->auth_password, &email->auth_password_file, &email->auth_secret, &email->auth_secret_file };
	for (size_t i = 0; i < sizeof secrets / sizeof *secrets; i++)
		drop_empty(secrets[i]);
	if (email->auth_password == NULL && email->auth_password_file == NULL) {
		email->auth_password = global->smtp_auth_password;
		email->auth_password_file = global->smtp_auth_password_file;
	}
	if (email->auth_secret == NULL && email->auth_secret_file == NULL) {
		email->auth_secret = global->smtp_auth_secret;
		email->auth_secret_file = global->smtp_auth_secret_file;
	}
	if (!keys->has_require_tls)
		email->require_tls = global->smtp_require_tls;
	if (!keys->has_tls)
		email->tls = global->smtp_tls;
	email->force_implicit_tls = keys->has_force_implicit_tls ? keys->force_implicit_tls : global->has_force_implicit_tls ? global->smtp_force_implicit_tls
	                                                                                                                     : -1;
	if (!keys->has_html)
		email->html = "{{ template \"email.default.html\" . }}";
	inherit(&email->text, "");
}

bool global_mail_check(struct config_reader *reader) {
	struct global_keys *global = &reader->global;
	const char **texts[] = { &global->smtp_from, &global->smtp_smarthost, &global->smtp_auth_password, &global->smtp_auth_password_file, &global->smtp_auth_secret, &global->smtp_auth_secret_file };
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		drop_empty(texts[i]);
	const struct yaml_node *node = reader->global_node;
	bool ok = global->smtp_smarthost == NULL || check_smarthost(&reader->yaml, yaml_find(node, "smtp_smarthost"), global->smtp_smarthost);
	ok &= check_one_of(&reader->yaml, yaml_find_key(node, "smtp_auth_password_file"), "smtp_auth_password", global->smtp_auth_password != NULL, "smtp_auth_password_file", global->smtp_auth_password_file != NULL);
	return check_one_of(&reader->yaml, yaml_find_key(node, "smtp_auth_secret_file"), "smtp_auth_secret", global->smtp_auth_secret != NULL, "smtp_auth_secret_file", global->smtp_auth_secret_file != NULL) && ok;
}

static void take_places(struct config_reader *reader, const struct yaml_node *node, struct email_config *email) {
	email->to_at = find_value(reader, node, "to", NULL);
	email->from_at = find_value(reader, node, "from", "smtp_from");
	email->html_at = find_value(reader, node, "html", NULL);
	email->text_at = find_value(reader, node, "text", NULL);
}

// What is inherited was checked where it stands. Of a password and its file both may be there, as in Alertmanager: the file counts.
static bool check_email(struct config_reader *reader, const struct yaml_node *node, const struct email_config *email) {
	struct position at = yaml_reader_at(&reader->yaml, node);
	if (email->to == NULL || *email->to == '\0') {
		problem_error(reader->yaml.problems, email->to_at, "missing to address in email config");
		return false;
	}
	if (!has_text(email->smarthost)) {
		problem_error(reader->yaml.problems, at, "no global SMTP smarthost set");
		return false;
	}
	if (!has_text(email->from)) {
		problem_error(reader->yaml.problems, at, "no global SMTP from set");
		return false;
	}
	return email->smarthost == reader->global.smtp_smarthost || check_smarthost(&reader->yaml, yaml_find(node, "smarthost"), email->smarthost);
}

// Header names are compared as mail compares them: without case.
static bool take_headers(struct config_reader *reader, const struct email_keys *keys, struct email_config *email) {
	email->headers = ARENA_NEW_ARRAY(reader->yaml.arena, struct email_header, keys->headers.count + 1);
	email->header_at = ARENA_NEW_ARRAY(reader->yaml.arena, struct position, keys->headers.count + 1);
	for (size_t i = 0; i < keys->headers.count; i++) {
		const struct yaml_string_pair *pair = &keys->headers.items[i];
		for (size_t k = 0; k < email->header_count; k++) {
			if (!str_equal_nocase(pair->name, str_of(email->headers[k].name)))
				continue;
			problem_error(reader->yaml.problems, yaml_reader_at(&reader->yaml, pair->name_node), "duplicate header \"%.*s\" in email config", STR_ARG(pair->name));
			return false;
		}
		email->header_at[email->header_count] = yaml_reader_at(&reader->yaml, pair->value_node);
		email->headers[email->header_count++] = (struct email_header){ arena_cstr(reader->yaml.arena, pair->name), arena_cstr(reader->yaml.arena, pair->value) };
	}
	return true;
}

// Source: Alertmanager config/notifiers.go, EmailConfig.
static bool take_threading(struct config_reader *reader, const struct yaml_node *node, const struct email_keys *keys, struct email_config *email) {
	static const char *const fields[] = { "References", "In-Reply-To" };
	const char *by_date = keys->thread_by_date == NULL ? "" : keys->thread_by_date;
	autobuf struct buf message = { 0 };
	if (!keys->has_threads)
		return true;
	for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
		for (size_t k = 0; k < email->header_count; k++) {
			if (!str_equal_nocase(str_of(email->headers[k].name), str_of(fields[i])))
				continue;
			buf_format(&message, "conflicting configuration: threading.enabled conflicts with custom %s header", fields[i]);
			return config_refuse(reader, node, "threading", buf_cstr(&message));
		}
	email->has_threads = true;
	email->has_daily_threads = strcmp(by_date, "daily") == 0;
	return email->has_daily_threads || strcmp(by_date, "none") == 0 || config_refuse(reader, node, "threading", "threading.thread_by_date must be either 'none' or 'daily'");
}

static bool read_email(struct config_reader *reader, const struct yaml_node *node, struct integration_config *out) {
	struct email_keys keys = { 0 };
	if (!yaml_table_read(&reader->yaml, email_rows, YAML_KEY_COUNT(email_rows), node, &keys))
		return false;
	inherit_email(&reader->global, &keys);
	out->email = keys.email;
	take_places(reader, node, &out->email);
	return take_headers(reader, &keys, &out->email) && take_threading(reader, node, &keys, &out->email) && check_email(reader, node, &out->email);
}

// ---- receivers ----

static const char *const webhook_plain[] = { "url", "url_file", NULL }; // the URL is looked at by itself
static const struct integration_list webhook_list = { "webhook_configs", "webhook", INTEGRATION_WEBHOOK, &webhook_table, read_webhook, .plain = webhook_plain };
static const struct integration_list email_list = { "email_configs", "email", INTEGRATION_EMAIL, &email_table, read_email };
static const struct integration_list security_agent_list = { "security_agent_configs", "security_agent", INTEGRATION_SECURITY_AGENT, &security_agent_table, read_security_agent };

static const struct integration_list *const integration_lists[] = {
	&webhook_list,
	&email_list,
	&security_agent_list,
	&slack_list,
	&discord_list,
	&msteams_list,
	&msteamsv2_list,
	&mattermost_list,
	&rocketchat_list,
	&webex_list,
	&telegram_list,
	&pagerduty_list,
	&victorops_list,
	&incidentio_list,
	&opsgenie_list,
	&pushover_list,
};

static const struct integration_list *find_list(const char *key) {
	for (size_t i = 0; i < sizeof integration_lists / sizeof *integration_lists; i++)
		if (strcmp(integration_lists[i]->key, key) == 0)
			return integration_lists[i];
	return NULL;
}

// Reads one `<kind>_configs` list into the receiver `field`.
static bool read_integrations(struct yaml_reader *yaml, const struct yaml_key *key, const struct yaml_node *value, void *field) {
	const struct integration_list *list = find_list(key->name);
	struct receiver_config *receiver = field;
	if (!yaml_expect(yaml, key->name, value, YAML_SEQUENCE))
		return false;
	bool ok = true;
	for (uint32_t i = 0; i < value->count; i++) {
		struct integration_config integration = { .kind = list->kind, .index = i, .at = yaml_reader_at(yaml, value->items[i]) };
		integration.at.file = whole(yaml)->config->file; // outlives the document
		take_content(whole(yaml), list, value->items[i], &integration);
		if (yaml_is_null(value->items[i]) && !list->takes_null) {
			problem_error(yaml->problems, integration.at, "missing %s config", list->name);
			ok = false;
		} else if (list->read(whole(yaml), value->items[i], &integration)) {
			array_append(receiver, integration);
		} else {
			ok = false;
		}
	}
	return ok;
}

// Checked once the name is known: the receiver's keys come in any order.
static bool read_receiver_labels(struct yaml_reader *reader, const struct yaml_key *key, const struct yaml_node *value, void *field) {
	struct receiver_config *receiver = field;
	struct yaml_string_map map;
	if (!yaml_read_string_map(reader, key->name, value, &map))
		return false;
	receiver->labels = take_named_texts(reader->arena, &map);
	receiver->label_count = map.count;
	return true;
}

// clang-format off
static const struct yaml_key receiver_keys[] = {
	{ "name", YAML_CSTRING, .offset = offsetof(struct receiver_config, name), .help = "Name that routes use; unique." },
	{ "webhook_configs", YAML_CUSTOM, .help = "Webhooks, in Alertmanager's format of version 4.", .read = read_integrations, .shape = "list of webhooks", .table = &webhook_table, .is_list = true },
	{ "email_configs", YAML_CUSTOM, .help = "E-mail.", .read = read_integrations, .shape = "list of e-mails", .table = &email_table, .is_list = true },
	{ "security_agent_configs", YAML_CUSTOM, .help = "CloudEvents to a security agent.", .read = read_integrations, .shape = "list of agents", .table = &security_agent_table, .is_list = true },
	{ "slack_configs", YAML_CUSTOM, .help = "Slack.", .read = read_integrations, .shape = "list, see slack_configs", .table = &slack_table, .is_list = true },
	{ "discord_configs", YAML_CUSTOM, .help = "Discord.", .read = read_integrations, .shape = "list, see discord_configs", .table = &discord_table, .is_list = true },
	{ "msteams_configs", YAML_CUSTOM, .help = "Microsoft Teams, by its old connectors.", .read = read_integrations, .shape = "list, see msteams_configs", .table = &msteams_table, .is_list = true },
	{ "msteamsv2_configs", YAML_CUSTOM, .help = "Microsoft Teams, by its workflows.", .read = read_integrations, .shape = "list, see msteamsv2_configs", .table = &msteamsv2_table, .is_list = true },
	{ "mattermost_configs", YAML_CUSTOM, .help = "Mattermost.", .read = read_integrations, .shape = "list, see mattermost_configs", .table = &mattermost_table, .is_list = true },
	{ "rocketchat_configs", YAML_CUSTOM, .help = "Rocket.Chat.", .read = read_integrations, .shape = "list, see rocketchat_configs", .table = &rocketchat_table, .is_list = true },
	{ "webex_configs", YAML_CUSTOM, .help = "Webex.", .read = read_integrations, .shape = "list, see webex_configs", .table = &webex_table, .is_list = true },
	{ "telegram_configs", YAML_CUSTOM, .help = "Telegram.", .read = read_integrations, .shape = "list, see telegram_configs", .table = &telegram_table, .is_list = true },
	{ "pagerduty_configs", YAML_CUSTOM, .help = "PagerDuty.", .read = read_integrations, .shape = "list, see pagerduty_configs", .table = &pagerduty_table, .is_list = true },
	{ "victorops_configs", YAML_CUSTOM, .help = "VictorOps.", .read = read_integrations, .shape = "list, see victorops_configs", .table = &victorops_table, .is_list = true },
	{ "incidentio_configs", YAML_CUSTOM, .help = "incident.io.", .read = read_integrations, .shape = "list, see incidentio_configs", .table = &incidentio_table, .is_list = true },
	{ "opsgenie_configs", YAML_CUSTOM, .help = "Opsgenie.", .read = read_integrations, .shape = "list, see opsgenie_configs", .table = &opsgenie_table, .is_list = true },
	{ "pushover_configs", YAML_CUSTOM, .help = "Pushover.", .read = read_integrations, .shape = "list, see pushover_configs", .table = &pushover_table, .is_list = true },
	{ "labels", YAML_CUSTOM, .offset = 0, .help = "Labels to find it by; its name is among them.", .read = read_receiver_labels, .shape = "map of strings", .as = YAML_STRING_MAP, .is_harmless = true },
	{ "jira_configs", YAML_REFUSED, .help = "receiver type jira is not built" },
	{ "sns_configs", YAML_REFUSED, .help = "receiver type sns is not built" },
	{ "wechat_configs", YAML_REFUSED, .help = "receiver type wechat is not built" },
};
// clang-format on

static const struct yaml_variant receiver_variant = { .set = { "name" } };

const struct yaml_table receiver_table = {
	.name = "receivers",
	.help = "Who can be told, and how.",
	.keys = receiver_keys,
	.count = YAML_KEY_COUNT(receiver_keys),
	.variants = &receiver_variant,
	.variant_count = 1,
};

static bool check_name(struct config_reader *reader, const struct yaml_node *node, const struct receiver_config *receiver) {
	struct position at = yaml_reader_at(&reader->yaml, node);
	if (receiver->name == NULL || *receiver->name == '\0') {
		problem_error(reader->yaml.problems, at, "missing name in receiver");
		return false;
	}
	for (size_t i = 0; i < receiver->label_count; i++) {
		if (strcmp(receiver->labels[i].name, "name") != 0 || strcmp(receiver->labels[i].value, receiver->name) == 0)
			continue;
		problem_error(reader->yaml.problems, yaml_reader_at(&reader->yaml, yaml_find_key(node, "labels")), "receiver label \"name\" must match receiver name \"%s\", got \"%s\"", receiver->name, receiver->labels[i].value);
		return false;
	}
	const struct notify_config *notify = &reader->config->notify;
	for (size_t i = 0; i < notify->receiver_count; i++) {
		if (strcmp(notify->receivers[i].name, receiver->name) != 0)
			continue;
		problem_error(reader->yaml.problems, at, "notification config name \"%s\" is not unique", receiver->name);
		return false;
	}
	return true;
}

bool receivers_read(struct config_reader *reader, const struct yaml_node *list) {
	if (yaml_is_null(list))
		return true;
	if (!yaml_expect(&reader->yaml, "receivers", list, YAML_SEQUENCE))
		return false;
	struct notify_config *notify = &reader->config->notify;
	notify->receivers = ARENA_NEW_ARRAY(reader->yaml.arena, struct receiver_config, list->count + 1);
	bool ok = true;
	for (uint32_t i = 0; i < list->count; i++) {
		struct receiver_config receiver = { 0 };
		ok &= yaml_table_read(&reader->yaml, receiver_keys, YAML_KEY_COUNT(receiver_keys), list->items[i], &receiver);
		if (check_name(reader, list->items[i], &receiver))
			notify->receivers[notify->receiver_count++] = receiver;
		else {
			array_finish(&receiver);
			ok = false;
		}
	}
	return ok;
}

static const struct yaml_table *const nested_tables[] = { &chat_field_table, &action_table, &confirmation_table, &attachment_table, &rocketchat_action_table, &image_table, &link_table, &responder_table };

void receivers_format_keys(struct buf *out) {
	table_format_keys(out, receiver_table.name, &receiver_table);
	for (size_t i = 0; i < sizeof integration_lists / sizeof *integration_lists; i++)
		table_format_keys(out, integration_lists[i]->key, integration_lists[i]->table);
	for (size_t i = 0; i < sizeof nested_tables / sizeof *nested_tables; i++)
		table_format_keys(out, nested_tables[i]->name, nested_tables[i]);
}
