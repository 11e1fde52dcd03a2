// SPDX-License-Identifier: Apache-2.0
// The configuration as Alertmanager's clients get it: Alertmanager's keys only, secrets as <secret>. amtool parses it again, strictly.
#include "base/buf.h"
#include "base/json_write.h"
#include "daemon/config_read.h"

#include <ctype.h>

// Top-level keys and keys of `global` that are not Alertmanager's.
static const char *const our_keys[] = { "rule_files", "datasource", "datasources", "evaluation", "storage", "web", "events", "lint", "remote_write", "alerting", "scrape_configs" };
static const char *const our_global_keys[] = { "evaluation_history", "evaluation_interval", "external_labels", "metric_name_validation_scheme", "rule_query_offset" };
static const char *const our_receiver_keys[] = { "security_agent_configs" };
static const char *const secret_keys[] = {
	"smtp_auth_password",
	"smtp_auth_secret",
	"auth_password",
	"auth_secret",
	"password",
	"credentials",
	"bearer_token",
	"secret",
	"client_secret",
	"client_certificate_key",
	"key",
	"slack_api_url",
	"slack_app_token",
	"opsgenie_api_key",
	"victorops_api_key",
	"telegram_bot_token",
	"rocketchat_token",
	"rocketchat_token_id",
	"mattermost_webhook_url",
	"wechat_api_secret",
	"webhook_url",
	"app_token",
	"api_key",
	"bot_token",
	"token",
	"token_id",
	"service_key",
	"alert_source_token",
	"user_key",
};

static const char *const secret_lists[] = { "secrets", "proxy_connect_header" };

static bool is_among(struct str name, const char *const *list, size_t count) {
	for (size_t i = 0; i < count; i++)
		if (str_equal_cstr(name, list[i]))
			return true;
	return false;
}
#define IS_AMONG(name, list) is_among((name), (list), sizeof(list) / sizeof *(list))

// What is printed differently below this key.
enum place { PLACE_TOP,
	PLACE_GLOBAL,
	PLACE_RECEIVER, // or the event recorder: lists of peers by their kind
	PLACE_WEBHOOK,
	PLACE_SLACK,
	PLACE_PAGERDUTY,
	PLACE_SECRETS, // every text below is one
	PLACE_ELSEWHERE };

// Keys that are secrets in one kind of receiver only.
static const struct {
	enum place place;
	const char *list, *secret;
} kinds[] = {
	{ PLACE_WEBHOOK, "webhook_configs", "url" },
	{ PLACE_WEBHOOK, "webhook_outputs", "url" },
	{ PLACE_SLACK, "slack_configs", "api_url" },
	{ PLACE_PAGERDUTY, "pagerduty_configs", "routing_key" },
};

static bool is_left_out(enum place place, struct str key) {
	switch (place) {
	case PLACE_TOP: return IS_AMONG(key, our_keys);
	case PLACE_GLOBAL: return IS_AMONG(key, our_global_keys);
	case PLACE_RECEIVER: return IS_AMONG(key, our_receiver_keys);
	case PLACE_WEBHOOK:
	case PLACE_SLACK:
	case PLACE_PAGERDUTY:
	case PLACE_SECRETS:
	case PLACE_ELSEWHERE: return false;
	}
	return false;
}

static enum place place_below(enum place place, struct str key) {
	if (place == PLACE_TOP && str_equal(key, STR("global")))
		return PLACE_GLOBAL;
	if (place == PLACE_TOP && (str_equal(key, STR("receivers")) || str_equal(key, STR("event_recorder"))))
		return PLACE_RECEIVER;
	for (size_t i = 0; place == PLACE_RECEIVER && i < sizeof kinds / sizeof *kinds; i++)
		if (str_equal_cstr(key, kinds[i].list))
			return kinds[i].place;
	return place == PLACE_SECRETS || IS_AMONG(key, secret_lists) ? PLACE_SECRETS : PLACE_ELSEWHERE;
}

static bool is_secret(enum place place, struct str key) {
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (place == kinds[i].place && str_equal_cstr(key, kinds[i].secret))
			return true;
	return IS_AMONG(key, secret_keys);
}

// Words and numbers. A sign may begin a number only: what else follows one is a list's item, or the end of a document.
static bool is_simple(struct str text) {
	if (text.len > 1 && strchr("+-", text.data[0]) != NULL && strchr("0123456789.", text.data[1]) != NULL)
		text = str_skip(text, 1);
	for (size_t i = 0; i < text.len; i++)
		if (!isalnum((unsigned char)text.data[i]) && strchr(i == 0 ? "_./" : "_./+-", text.data[i]) == NULL)
			return false;
	return text.len > 0;
}

// Plain words stay plain, the rest is quoted as JSON, which YAML reads alike. Plain scalars keep their type.
static void append_scalar(struct buf *out, const struct yaml_node *node) {
	if (node->style == YAML_PLAIN && is_simple(node->text))
		buf_append_str(out, node->text);
	else if (yaml_is_null(node))
		buf_append_cstr(out, "null");
	else
		json_append_string(out, node->text);
}

static void append_value(struct buf *out, const struct yaml_node *node, enum place place) {
	if (place == PLACE_SECRETS && !yaml_is_null(node))
		buf_append_cstr(out, "<secret>");
	else
		append_scalar(out, node);
}

// Without the password, as upstream shows that of a proxy.
static void append_url_line(struct buf *out, struct str url) {
	autobuf struct buf shown = { 0 };
	ptrdiff_t scheme = str_find(url, STR("://"));
	size_t start = scheme < 0 ? 0 : (size_t)scheme + 3, end = start, at = 0, colon = 0;
	for (; end < url.len && strchr("/?#", url.data[end]) == NULL; end++) {
		if (url.data[end] == '@')
			at = end;
		else if (url.data[end] == ':' && at == 0 && colon == 0)
			colon = end;
	}
	bool has_password = at > 0 && colon > 0 && colon < at;
	buf_append_str(&shown, str_head(url, has_password ? colon : url.len));
	if (has_password) {
		buf_append_cstr(&shown, ":xxxxx");
		buf_append_str(&shown, str_skip(url, at));
	}
	buf_append_char(out, ' ');
	json_append_string(out, buf_str(&shown));
	buf_append_char(out, '\n');
}

static void append_indent(struct buf *out, int depth) {
	buf_format(out, "%*s", depth * 2, "");
}

static void append_node(struct buf *out, const struct yaml_node *node, enum place place, int depth);

// An empty one is none, and says so: `<secret>` would be read again as one.
static bool is_there(const struct yaml_node *value) {
	return !yaml_is_null(value) && (value->kind != YAML_SCALAR || value->text.len > 0);
}

// Starts on the current line when it is a list's item, else on a new one.
static void append_mapping(struct buf *out, const struct yaml_node *node, enum place place, int depth, bool is_item) {
	bool is_first = true;
	for (uint32_t i = 0; i < node->count; i++) {
		const struct yaml_entry *entry = &node->entries[i];
		if (is_left_out(place, entry->key->text))
			continue;
		if (!is_first || !is_item)
			append_indent(out, depth);
		is_first = false;
		append_scalar(out, entry->key);
		buf_append_char(out, ':');
		if (is_secret(place, entry->key->text) && is_there(entry->value))
			buf_append_cstr(out, " <secret>\n");
		else if (str_has_suffix(entry->key->text, STR("url")) && entry->value->kind == YAML_SCALAR && !yaml_is_null(entry->value)) // with a password, perhaps
			append_url_line(out, entry->value->text);
		else
			append_node(out, entry->value, place_below(place, entry->key->text), depth + 1);
	}
	if (is_first)
		buf_append_cstr(out, is_item ? "{}\n" : "");
}

static void append_sequence(struct buf *out, const struct yaml_node *node, enum place place, int depth) {
	for (uint32_t i = 0; i < node->count; i++) {
		append_indent(out, depth);
		buf_append_cstr(out, "- ");
		if (node->items[i]->kind == YAML_MAPPING) {
			append_mapping(out, node->items[i], place, depth + 1, true);
		} else if (node->items[i]->kind == YAML_SCALAR) {
			append_value(out, node->items[i], place);
			buf_append_char(out, '\n');
		} else {
			append_node(out, node->items[i], place, depth + 1);
		}
	}
}

// What follows "key:", the line's end included.
static void append_node(struct buf *out, const struct yaml_node *node, enum place place, int depth) {
	switch (node->kind) {
	case YAML_SCALAR:
		buf_append_char(out, ' ');
		append_value(out, node, place);
		buf_append_char(out, '\n');
		return;
	case YAML_SEQUENCE:
		buf_append_cstr(out, node->count == 0 ? " []\n" : "\n");
		append_sequence(out, node, place, depth);
		return;
	case YAML_MAPPING:
		buf_append_cstr(out, node->count == 0 ? " {}\n" : "\n");
		append_mapping(out, node, place, depth, false);
		return;
	}
}

void original_format(struct buf *out, const struct yaml_node *root) {
	if (root != NULL && root->kind == YAML_MAPPING)
		append_mapping(out, root, PLACE_TOP, 0, false);
}
