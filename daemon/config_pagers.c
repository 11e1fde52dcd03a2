// SPDX-License-Identifier: Apache-2.0
// receivers that open incidents: pagerduty_configs, opsgenie_configs and their like. Source: Alertmanager config/notifiers.go, notify/*/config.go.
#include "daemon/config_integration.h"

// ---- PagerDuty

#define PAGERDUTY struct pagerduty_config
#define IMAGE struct pagerduty_image
#define LINK struct pagerduty_link
enum { PAGERDUTY_ROUTING_KEY,
	PAGERDUTY_SERVICE_KEY };

static const struct yaml_key image_keys[] = {
	TEXT_KEY(IMAGE, "src", src, NULL, "The image; without one it is left out."),
	TEXT_KEY(IMAGE, "alt", alt, NULL, "Text instead of it."),
	TEXT_KEY(IMAGE, "href", href, NULL, "Where it leads."),
};
const struct yaml_table image_table = { .name = "images", .help = "Images of an event of PagerDuty; all texts are templates.", .keys = image_keys, .count = YAML_KEY_COUNT(image_keys) };

static const struct yaml_key link_keys[] = {
	TEXT_KEY(LINK, "href", href, NULL, "Where it leads; without it, it is left out."),
	TEXT_KEY(LINK, "text", text, NULL, "What stands there."),
};
const struct yaml_table link_table = { .name = "links", .help = "Links of an event of PagerDuty; all texts are templates.", .keys = link_keys, .count = YAML_KEY_COUNT(link_keys) };

static bool read_images(struct yaml_reader *reader, const struct yaml_key *key, const struct yaml_node *value, void *field) {
	struct pagerduty_config *pagerduty = (struct pagerduty_config *)((char *)field - offsetof(struct pagerduty_config, images));
	const void *items = NULL;
	(void)key;
	bool ok = read_maps(reader, &(struct map_kind){ &image_table, sizeof *pagerduty->images }, value, &items, &pagerduty->image_count);
	pagerduty->images = items;
	return ok;
}

static bool read_links(struct yaml_reader *reader, const struct yaml_key *key, const struct yaml_node *value, void *field) {
	struct pagerduty_config *pagerduty = (struct pagerduty_config *)((char *)field - offsetof(struct pagerduty_config, links));
	const void *items = NULL;
	(void)key;
	bool ok = read_maps(reader, &(struct map_kind){ &link_table, sizeof *pagerduty->links }, value, &items, &pagerduty->link_count);
	pagerduty->links = items;
	return ok;
}

static bool read_details(struct yaml_reader *reader, const struct yaml_key *key, const struct yaml_node *value, void *field) {
	return yaml_expect(reader, key->name, value, YAML_MAPPING) && keep_tree(reader, key, value, field);
}

static const struct yaml_key pagerduty_rows[] = {
	POST_KEYS_OF(PAGERDUTY, "true"),
	SECRET_KEY(PAGERDUTY, "service_key", post.keys[PAGERDUTY_SERVICE_KEY].text, "Key of the first version's API; a template."),
	FILE_KEY(PAGERDUTY, "service_key_file", post.keys[PAGERDUTY_SERVICE_KEY].file),
	SECRET_KEY(PAGERDUTY, "routing_key", post.keys[PAGERDUTY_ROUTING_KEY].text, "Key of the second version's API; a template."),
	FILE_KEY(PAGERDUTY, "routing_key_file", post.keys[PAGERDUTY_ROUTING_KEY].file),
	URL_KEY(PAGERDUTY, "url", "The second version's API; global.pagerduty_url by default."),
	TEXT_KEY(PAGERDUTY, "client", client, DEFAULT_OF("pagerduty.default.client"), "Who tells; a template, as the texts below."),
	TEXT_KEY(PAGERDUTY, "client_url", client_url, DEFAULT_OF("pagerduty.default.clientURL"), "Link back to it."),
	TEXT_KEY(PAGERDUTY, "description", description, "{{ template \"pagerduty.default.description\" .}}", "What it is about."),
	{ "details", YAML_CUSTOM, .offset = offsetof(PAGERDUTY, details), .help = "What more is known, any YAML; firing, resolved, num_firing and num_resolved are there anyhow.", .read = read_details, .shape = "map" },
	{ "images", YAML_CUSTOM, .offset = offsetof(PAGERDUTY, images), .help = "Images.", MAPS(read_images, image_table, "list of images") },
	{ "links", YAML_CUSTOM, .offset = offsetof(PAGERDUTY, links), .help = "Links.", MAPS(read_links, link_table, "list of links") },
	TEXT_KEY(PAGERDUTY, "source", source, NULL, "Where it comes from; the client by default."),
	TEXT_KEY(PAGERDUTY, "severity", severity, NULL, "critical, error, warning or info; error by default."),
	TEXT_KEY(PAGERDUTY, "class", class, NULL, "Kind of the event."),
	TEXT_KEY(PAGERDUTY, "component", component, NULL, "The part that is affected."),
	TEXT_KEY(PAGERDUTY, "group", group, NULL, "The group of parts it belongs to."),
	TIMEOUT_KEY(PAGERDUTY, post.timeout),
};
const struct yaml_table pagerduty_table = { .name = "pagerduty_configs", .help = "PagerDuty.", .keys = pagerduty_rows, .count = YAML_KEY_COUNT(pagerduty_rows) };

static bool read_pagerduty(struct config_reader *reader, const struct yaml_node *node, struct integration_config *out) {
	struct pagerduty_config *pagerduty = &out->pagerduty;
	struct secret_text *keys = pagerduty->post.keys;
	if (!post_read(reader, &pagerduty_table, node, &pagerduty->post) || !check_secret(reader, node, "routing_key", &keys[PAGERDUTY_ROUTING_KEY]) ||
	    !check_secret(reader, node, "service_key", &keys[PAGERDUTY_SERVICE_KEY]) || !check_own_url(reader, node, "url", pagerduty->post.url.text, false))
		return false;
	if (!has_secret(&keys[PAGERDUTY_ROUTING_KEY]) && !has_secret(&keys[PAGERDUTY_SERVICE_KEY]))
		return config_refuse(reader, node, NULL, "missing service or routing key in PagerDuty config");
	if (!has_text(pagerduty->source))
		pagerduty->source = pagerduty->client;
	if (!has_text(pagerduty->severity))
		pagerduty->severity = "error";
	if (pagerduty->post.url.text == NULL)
		pagerduty->post.url.text = reader->global.pagerduty_url;
	return true;
}

static const char *const pagerduty_plain[] = { "url", "service_key_file", "routing_key_file", NULL };
const struct integration_list pagerduty_list = { "pagerduty_configs", "pagerduty", INTEGRATION_PAGERDUTY, &pagerduty_table, read_pagerduty, .plain = pagerduty_plain };

// ---- VictorOps

#define VICTOROPS struct victorops_config
enum { API_KEY }; // of VictorOps and Opsgenie

struct victorops_keys {
	struct victorops_config victorops;
	struct yaml_string_map custom_fields;
};

static const struct yaml_key victorops_rows[] = {
	POST_KEYS_OF(VICTOROPS, "true"),
	SECRET_KEY(VICTOROPS, "api_key", post.keys[API_KEY].text, "Key of the integration; global.victorops_api_key by default."),
	FILE_KEY(VICTOROPS, "api_key_file", post.keys[API_KEY].file),
	URL_KEY(VICTOROPS, "api_url", "VictorOps' API; global.victorops_api_url by default."),
	TEXT_KEY(VICTOROPS, "routing_key", routing_key, NULL, "Whom to page; a template, as the texts below."),
	TEXT_KEY(VICTOROPS, "message_type", message_type, "CRITICAL", "CRITICAL, WARNING or INFO while something fires."),
	TEXT_KEY(VICTOROPS, "state_message", state_message, DEFAULT_OF("victorops.default.state_message"), "What is the matter."),
	TEXT_KEY(VICTOROPS, "entity_display_name", entity_display_name, DEFAULT_OF("victorops.default.entity_display_name"), "What it is about."),
	TEXT_KEY(VICTOROPS, "monitoring_tool", monitoring_tool, DEFAULT_OF("victorops.default.monitoring_tool"), "Who tells."),
	{ "custom_fields", YAML_STRING_MAP, .offset = offsetof(struct victorops_keys, custom_fields), .help = "Further fields; values are templates." },
};
static const struct yaml_variant victorops_variant = { .set = { "routing_key" } };
const struct yaml_table victorops_table = { .name = "victorops_configs", .help = "VictorOps.", .keys = victorops_rows, .count = YAML_KEY_COUNT(victorops_rows), .variants = &victorops_variant, .variant_count = 1 };

static bool check_custom_fields(struct config_reader *reader, const struct yaml_string_map *fields) {
	static const char *const reserved[] = { "routing_key", "message_type", "state_message", "entity_display_name", "monitoring_tool", "entity_id", "entity_state" };
	for (size_t i = 0; i < fields->count; i++)
		for (size_t k = 0; k < sizeof reserved / sizeof *reserved; k++) {
			if (!str_equal_cstr(fields->items[i].name, reserved[k]))
				continue;
			problem_error(reader->yaml.problems, yaml_reader_at(&reader->yaml, fields->items[i].name_node),
			    "victorOps config contains custom field %s which cannot be used as it conflicts with the fixed/static fields", reserved[k]);
			return false;
		}
	return true;
}

static bool read_victorops(struct config_reader *reader, const struct yaml_node *node, struct integration_config *out) {
	struct victorops_keys keys = { 0 };
	struct post_config *post = &keys.victorops.post;
	if (!post_read(reader, &victorops_table, node, post) || !check_secret(reader, node, "api_key", &post->keys[API_KEY]) || !check_own_url(reader, node, "api_url", post->url.text, false))
		return false;
	if (!has_text(keys.victorops.routing_key))
		return config_refuse(reader, node, NULL, "missing Routing key in VictorOps config");
	inherit_secret(&post->keys[API_KEY], &reader->global.victorops_api_key);
	if (!has_secret(&post->keys[API_KEY]))
		return config_refuse(reader, node, NULL, "no global VictorOps API Key set");
	if (post->url.text == NULL)
		post->url.text = reader->global.victorops_api_url;
	keys.victorops.custom_fields = take_named_texts(reader->yaml.arena, &keys.custom_fields);
	keys.victorops.custom_field_count = keys.custom_fields.count;
	out->victorops = keys.victorops;
	return check_custom_fields(reader, &keys.custom_fields);
}

static const char *const key_is_plain[] = { "api_key", NULL };
const struct integration_list victorops_list = { "victorops_configs", "victorops", INTEGRATION_VICTOROPS, &victorops_table, read_victorops, .plain = key_is_plain };

// ---- incident.io

#define INCIDENTIO struct incidentio_config

struct incidentio_keys {
	struct incidentio_config incidentio;
	struct secret_text token;
	int64_t max_alerts;
};

static const struct yaml_key incidentio_rows[] = {
	POST_KEYS_OF(INCIDENTIO, "true"),
	URL_KEY(INCIDENTIO, "url", "The alert source."),
	FILE_KEY(INCIDENTIO, "url_file", post.url.file),
	SECRET_KEY(struct incidentio_keys, "alert_source_token", token.text, "Its token."),
	FILE_KEY(struct incidentio_keys, "alert_source_token_file", token.file),
	{ "max_alerts", YAML_INT, .offset = offsetof(struct incidentio_keys, max_alerts), .min = 0, .max = UINT32_MAX, .help = "Alerts in one message at most; 0 = all." },
	TIMEOUT_KEY(INCIDENTIO, post.timeout),
};
static const struct yaml_variant incidentio_variants[] = {
	{ "URL in the file", .set = { "url" }, .unset = { "url_file" } },
	{ "URL in a file of its own", .set = { "url_file" }, .unset = { "url" } },
};
const struct yaml_table incidentio_table = { .name = "incidentio_configs", .help = "incident.io.", .keys = incidentio_rows, .count = YAML_KEY_COUNT(incidentio_rows), .variants = incidentio_variants, .variant_count = YAML_KEY_COUNT(incidentio_variants) };

static bool check_incidentio(struct config_reader *reader, const struct yaml_node *node, struct incidentio_keys *keys) {
	struct post_config *post = &keys->incidentio.post;
	bool is_authorized = !yaml_is_null(yaml_find(node, "http_config")) && has_authorization(&post->http);
	if (!check_secret(reader, node, "url", &post->url) || !check_own_url(reader, node, "url", post->url.text, false))
		return false;
	if (!has_secret(&post->url))
		return config_refuse(reader, node, NULL, "one of url or url_file must be configured");
	if (!check_secret(reader, node, "alert_source_token", &keys->token))
		return false;
	if (is_authorized && has_secret(&keys->token))
		return config_refuse(reader, node, NULL, "cannot specify alert_source_token or alert_source_token_file when using http_config.authorization");
	if (!yaml_is_null(yaml_find(node, "http_config")) && !is_authorized && !has_secret(&keys->token))
		return config_refuse(reader, node, NULL, "at least one of alert_source_token, alert_source_token_file or http_config.authorization must be configured");
	return true;
}

static bool read_incidentio(struct config_reader *reader, const struct yaml_node *node, struct integration_config *out) {
	struct incidentio_keys keys = { 0 };
	struct http_config *http = &keys.incidentio.post.http;
	if (!post_read(reader, &incidentio_table, node, &keys.incidentio.post) || !check_incidentio(reader, node, &keys))
		return false;
	if (has_secret(&keys.token)) {
		http->bearer_token = http->bearer_token_file = NULL; // global's
		http->authorization_type = "Bearer";
		http->authorization_credentials = keys.token.text;
		http->authorization_credentials_file = keys.token.file;
	}
	keys.incidentio.max_alerts = (unsigned)keys.max_alerts;
	out->incidentio = keys.incidentio;
	return true;
}

static const char *const incidentio_plain[] = { "url", "url_file", "alert_source_token", NULL };
const struct integration_list incidentio_list = { "incidentio_configs", "incidentio", INTEGRATION_INCIDENTIO, &incidentio_table, read_incidentio, .plain = incidentio_plain };

// ---- Opsgenie

#define OPSGENIE struct opsgenie_config
#define RESPONDER struct opsgenie_responder
#define RESPONDER_TYPES "^(team|teams|user|escalation|schedule)$"

static const struct yaml_key responder_keys[] = {
	TEXT_KEY(RESPONDER, "id", id, NULL, "Id."),
	TEXT_KEY(RESPONDER, "name", name, NULL, "Name; of teams a list separated by commas."),
	TEXT_KEY(RESPONDER, "username", username, NULL, "Name of a user."),
	TEXT_KEY(RESPONDER, "type", type, NULL, "team, teams, user, escalation or schedule."),
};
static const struct yaml_variant responder_variants[] = {
	{ "by id", .set = { "id" } },
	{ "by name", .set = { "name" } },
	{ "by name of a user", .set = { "username" } },
};
const struct yaml_table responder_table = { .name = "responders", .help = "Who is to answer an alert of Opsgenie; all texts are templates.", .keys = responder_keys, .count = YAML_KEY_COUNT(responder_keys), .variants = responder_variants, .variant_count = YAML_KEY_COUNT(responder_variants) };

static const char *text_of(const char *text) {
	return text == NULL ? "" : text;
}

static bool is_responder_type(struct str type) {
	static const char *const types[] = { "team", "teams", "user", "escalation", "schedule" };
	for (size_t i = 0; i < sizeof types / sizeof *types; i++)
		if (str_equal_nocase(type, str_of(types[i])))
			return true;
	return false;
}

static bool check_responder(struct yaml_reader *reader, const struct yaml_node *node, void *item) {
	const struct opsgenie_responder *responder = item;
	struct str type = str_of(text_of(responder->type));
	// As Go prints the struct.
	struct str shown = arena_format(reader->arena, "{%s %s %s %.*s}", text_of(responder->id), text_of(responder->name), text_of(responder->username), STR_ARG(type));
	if (!has_text(responder->id) && !has_text(responder->name) && !has_text(responder->username)) {
		problem_error(reader->problems, yaml_reader_at(reader, node), "opsGenieConfig responder %s has to have at least one of id, username or name specified", shown.data);
		return false;
	}
	if (str_find(type, STR("{{")) >= 0 || is_responder_type(type))
		return true;
	problem_error(reader->problems, yaml_reader_at(reader, node), "opsGenieConfig responder %s type does not match valid options %s", shown.data, RESPONDER_TYPES);
	return false;
}

static bool read_responders(struct yaml_reader *reader, const struct yaml_key *key, const struct yaml_node *value, void *field) {
	struct opsgenie_config *opsgenie = (struct opsgenie_config *)((char *)field - offsetof(struct opsgenie_config, responders));
	const void *items = NULL;
	(void)key;
	bool ok = read_maps(reader, &(struct map_kind){ &responder_table, sizeof *opsgenie->responders, check_responder }, value, &items, &opsgenie->responder_count);
	opsgenie->responders = items;
	return ok;
}

struct opsgenie_keys {
	struct opsgenie_config opsgenie;
	struct yaml_string_map details;
};

static const struct yaml_key opsgenie_rows[] = {
	POST_KEYS_OF(OPSGENIE, "true"),
	SECRET_KEY(OPSGENIE, "api_key", post.keys[API_KEY].text, "Key of the integration; a template; global.opsgenie_api_key by default."),
	FILE_KEY(OPSGENIE, "api_key_file", post.keys[API_KEY].file),
	URL_KEY(OPSGENIE, "api_url", "Opsgenie's API; global.opsgenie_api_url by default."),
	TEXT_KEY(OPSGENIE, "message", message, DEFAULT_OF("opsgenie.default.message"), "What it is about; a template, as the texts below."),
	TEXT_KEY(OPSGENIE, "description", description, DEFAULT_OF("opsgenie.default.description"), "What is the matter."),
	TEXT_KEY(OPSGENIE, "source", source, DEFAULT_OF("opsgenie.default.source"), "Link back to it."),
	{ "details", YAML_STRING_MAP, .offset = offsetof(struct opsgenie_keys, details), .help = "Further properties, beside the common labels; values are templates." },
	TEXT_KEY(OPSGENIE, "entity", entity, NULL, "What is affected."),
	{ "responders", YAML_CUSTOM, .offset = offsetof(OPSGENIE, responders), .help = "Who is to answer.", MAPS(read_responders, responder_table, "list of responders") },
	TEXT_KEY(OPSGENIE, "actions", actions, NULL, "Actions that may be taken, separated by commas."),
	TEXT_KEY(OPSGENIE, "tags", tags, NULL, "Tags, separated by commas."),
	TEXT_KEY(OPSGENIE, "note", note, NULL, "A note."),
	TEXT_KEY(OPSGENIE, "priority", priority, NULL, "P1 to P5."),
	{ "update_alerts", YAML_BOOL, .offset = offsetof(OPSGENIE, update_alerts), .preset = "false", .help = "Message and description of an open alert follow the group." },
};
const struct yaml_table opsgenie_table = { .name = "opsgenie_configs", .help = "Opsgenie.", .keys = opsgenie_rows, .count = YAML_KEY_COUNT(opsgenie_rows) };

static bool read_opsgenie(struct config_reader *reader, const struct yaml_node *node, struct integration_config *out) {
	struct opsgenie_keys keys = { 0 };
	struct post_config *post = &keys.opsgenie.post;
	if (!post_read(reader, &opsgenie_table, node, post) || !check_secret(reader, node, "api_key", &post->keys[API_KEY]) || !check_own_url(reader, node, "api_url", post->url.text, false))
		return false;
	inherit_secret(&post->keys[API_KEY], &reader->global.opsgenie_api_key);
	if (!has_secret(&post->keys[API_KEY]))
		return config_refuse(reader, node, NULL, "no global OpsGenie API Key set either inline or in a file");
	if (post->url.text == NULL)
		post->url.text = reader->global.opsgenie_api_url;
	keys.opsgenie.details = take_named_texts(reader->yaml.arena, &keys.details);
	keys.opsgenie.detail_count = keys.details.count;
	out->opsgenie = keys.opsgenie;
	return true;
}

const struct integration_list opsgenie_list = { "opsgenie_configs", "opsgenie", INTEGRATION_OPSGENIE, &opsgenie_table, read_opsgenie, .takes_null = true };

// ---- Pushover

#define PUSHOVER struct pushover_config
enum { PUSHOVER_TOKEN,
	PUSHOVER_USER_KEY };
#define PUSHOVER_SPAN(member, standard) .offset = offsetof(PUSHOVER, member), .preset = standard, GO_DURATION

static const struct yaml_key pushover_rows[] = {
	POST_KEYS_OF(PUSHOVER, "true"),
	SECRET_KEY(PUSHOVER, "user_key", post.keys[PUSHOVER_USER_KEY].text, "Who is told; a template."),
	FILE_KEY(PUSHOVER, "user_key_file", post.keys[PUSHOVER_USER_KEY].file),
	SECRET_KEY(PUSHOVER, "token", post.keys[PUSHOVER_TOKEN].text, "Token of the application; a template."),
	FILE_KEY(PUSHOVER, "token_file", post.keys[PUSHOVER_TOKEN].file),
	TEXT_KEY(PUSHOVER, "title", title, DEFAULT_OF("pushover.default.title"), "Title; a template, as the texts below."),
	TEXT_KEY(PUSHOVER, "message", message, DEFAULT_OF("pushover.default.message"), "What is the matter."),
	TEXT_KEY(PUSHOVER, "url", url, DEFAULT_OF("pushover.default.url"), "A link."),
	TEXT_KEY(PUSHOVER, "url_title", url_title, NULL, "What stands for it."),
	TEXT_KEY(PUSHOVER, "device", device, NULL, "One device of the user."),
	TEXT_KEY(PUSHOVER, "sound", sound, NULL, "The sound it makes."),
	TEXT_KEY(PUSHOVER, "priority", priority, "{{ if eq .Status \"firing\" }}2{{ else }}0{{ end }}", "-2 to 2."),
	{ "retry", YAML_CUSTOM, PUSHOVER_SPAN(retry, "1m"), .help = "How often one of priority 2 is said again, as Go writes durations." },
	{ "expire", YAML_CUSTOM, PUSHOVER_SPAN(expire, "1h"), .help = "How long it is said again." },
	{ "ttl", YAML_CUSTOM, PUSHOVER_SPAN(ttl, NULL), .help = "When it vanishes." },
	{ "html", YAML_BOOL, .offset = offsetof(PUSHOVER, html), .preset = "false", .help = "The message is HTML." },
	{ "monospace", YAML_BOOL, .offset = offsetof(PUSHOVER, monospace), .preset = "false", .help = "The message is set in a fixed width." },
};
const struct yaml_table pushover_table = { .name = "pushover_configs", .help = "Pushover.", .keys = pushover_rows, .count = YAML_KEY_COUNT(pushover_rows) };

static bool read_pushover(struct config_reader *reader, const struct yaml_node *node, struct integration_config *out) {
	struct pushover_config *pushover = &out->pushover;
	struct secret_text *keys = pushover->post.keys;
	pushover->retry = MINUTES(1); // presets of custom rows are only shown
	pushover->expire = HOURS(1);
	if (!post_read(reader, &pushover_table, node, &pushover->post) || !check_secret(reader, node, "user_key", &keys[PUSHOVER_USER_KEY]))
		return false;
	if (!has_secret(&keys[PUSHOVER_USER_KEY]))
		return config_refuse(reader, node, NULL, "one of user_key or user_key_file must be configured");
	if (!check_secret(reader, node, "token", &keys[PUSHOVER_TOKEN]))
		return false;
	if (!has_secret(&keys[PUSHOVER_TOKEN]))
		return config_refuse(reader, node, NULL, "one of token or token_file must be configured");
	if (pushover->html && pushover->monospace)
		return config_refuse(reader, node, "monospace", "at most one of monospace & html must be configured");
	return true;
}

const struct integration_list pushover_list = { "pushover_configs", "pushover", INTEGRATION_PUSHOVER, &pushover_table, read_pushover };

// ---- what global says

bool global_posts_check(struct config_reader *reader) {
	struct global_keys *global = &reader->global;
	const struct yaml_node *node = reader->global_node;
	const struct {
		const char *key;
		struct secret_text *secret;
		bool is_url;
	} secrets[] = {
		{ "slack_app_token", &global->slack_app_token, false },
		{ "slack_api_url", &global->slack_api_url, true },
		{ "opsgenie_api_key", &global->opsgenie_api_key, false },
		{ "victorops_api_key", &global->victorops_api_key, false },
		{ "telegram_bot_token", &global->telegram_bot_token, false },
		{ "rocketchat_token", &global->rocketchat_token, false },
		{ "rocketchat_token_id", &global->rocketchat_token_id, false },
		{ "mattermost_webhook_url", &global->mattermost_webhook_url, true },
		{ "wechat_api_secret", &global->wechat_api_secret, false },
	};
	const struct {
		const char *key, *url;
	} urls[] = {
		{ "slack_app_url", global->slack_app_url },
		{ "pagerduty_url", global->pagerduty_url },
		{ "opsgenie_api_url", global->opsgenie_api_url },
		{ "victorops_api_url", global->victorops_api_url },
		{ "telegram_api_url", global->telegram_api_url },
		{ "webex_api_url", global->webex_api_url },
		{ "rocketchat_api_url", global->rocketchat_api_url },
		{ "jira_api_url", global->jira_api_url },
		{ "wechat_api_url", global->wechat_api_url },
	};
	bool ok = true;
	for (size_t i = 0; i < sizeof secrets / sizeof *secrets; i++)
		ok &= check_secret(reader, node, secrets[i].key, secrets[i].secret) && (!secrets[i].is_url || check_own_url(reader, node, secrets[i].key, secrets[i].secret->text, true));
	for (size_t i = 0; i < sizeof urls / sizeof *urls; i++)
		ok &= check_own_url(reader, node, urls[i].key, urls[i].url, false);
	bool is_workaround = global->slack_api_url.text != NULL && strcmp(global->slack_api_url.text, global->slack_app_url) == 0; // a webhook's key with the API's URL
	if (has_secret(&global->slack_app_token) && has_secret(&global->slack_api_url) && !is_workaround)
		ok = config_refuse(reader, node, "slack_api_url", "at most one of slack_app_token/slack_app_token_file & slack_api_url/slack_api_url_file must be configured");
	return ok;
}
