// SPDX-License-Identifier: Apache-2.0
// Opsgenie: an alert a group, created, with update_alerts kept up to date, and closed. Source: Alertmanager notify/opsgenie/opsgenie.go.
#include "notifiers/post.h"

enum { MESSAGE_RUNES = 130 };
enum { KEY_API };

static const struct post_row message_row = { "message", offsetof(struct opsgenie_config, message), "opsgenie.default.message", MESSAGE_RUNES, POST_KEEPS_EMPTY };
static const struct post_row description_row = { "description", offsetof(struct opsgenie_config, description), "opsgenie.default.description", 0, POST_IS_MAIN };
static const struct post_row source_row = { "source", offsetof(struct opsgenie_config, source), "opsgenie.default.source", 0, POST_KEEPS_EMPTY };

static const struct post_row end_rows[] = {
	{ "note", offsetof(struct opsgenie_config, note), NULL, 0, 0 },
	{ "priority", offsetof(struct opsgenie_config, priority), NULL, 0, 0 },
	{ "entity", offsetof(struct opsgenie_config, entity), NULL, 0, 0 },
};

// What the alerts have in common, and what is configured: the latter wins.
static void write_details(struct post *post, struct json_writer *json, const struct opsgenie_config *opsgenie) {
	const struct labels *common = notification_common_labels(post->notification);
	json_key(json, "details");
	json_open_object(json);
	struct label label;
	for (struct label_walk walk = labels_walk(common); label_walk_next(&walk, &label);) {
		size_t at = 0;
		while (at < opsgenie->detail_count && !str_equal_cstr(label.name, opsgenie->details[at].name))
			at++;
		if (at < opsgenie->detail_count)
			continue;
		json_key(json, arena_cstr(post->arena, label.name));
		json_string(json, label.value);
	}
	for (size_t i = 0; i < opsgenie->detail_count; i++) {
		json_key(json, opsgenie->details[i].name);
		json_string(json, post_text(post, opsgenie->details[i].name, opsgenie->details[i].value, NULL));
	}
	json_close_object(json);
	labels_unref(common);
}

// "a,,b" as a list of texts that are not empty; nothing when there are none.
static void write_list(struct json_writer *json, const char *key, struct str text) {
	bool is_open = false;
	for (struct str rest = str_trim(text); rest.len > 0;) {
		struct str item = str_cut(&rest, ',');
		if (item.len == 0)
			continue;
		if (!is_open) {
			json_key(json, key);
			json_open_array(json);
		}
		is_open = true;
		json_string(json, item);
	}
	if (is_open)
		json_close_array(json);
}

static void write_responder(struct json_writer *json, struct str id, struct str name, struct str username, struct str type) {
	json_open_object(json);
	post_write_member(json, "id", id);
	post_write_member(json, "name", name);
	post_write_member(json, "username", username);
	json_key(json, "type");
	json_string(json, type);
	json_close_object(json);
}

// "teams" is a list of them in one name.
static void write_teams(struct json_writer *json, struct str names) {
	for (struct str rest = str_trim(names); rest.len > 0;) {
		struct str name = str_cut(&rest, ',');
		if (name.len > 0)
			write_responder(json, STR_NONE, name, STR_NONE, STR("team"));
	}
}

static void write_responders(struct post *post, struct json_writer *json, const struct opsgenie_config *opsgenie) {
	autobuf struct buf list = { 0 };
	struct json_writer items = { .out = &list };
	json_open_array(&items);
	for (size_t i = 0; i < opsgenie->responder_count; i++) {
		const struct opsgenie_responder *responder = &opsgenie->responders[i];
		struct str id = post_text(post, "a responder's id", responder->id, NULL), name = post_text(post, "a responder's name", responder->name, NULL);
		struct str username = post_text(post, "a responder's username", responder->username, NULL), type = post_text(post, "a responder's type", responder->type, NULL);
		if (str_equal(type, STR("teams")))
			write_teams(&items, name);
		else if (id.len + name.len + username.len + type.len > 0)
			write_responder(&items, id, name, username, type);
	}
	json_close_array(&items);
	if (list.len > sizeof "[]" - 1) {
		json_key(json, "responders");
		json_raw(json, buf_str(&list));
	}
}

static bool add(struct post *post, const char *method, const char *path, const struct buf *body, struct error *err) {
	struct str key;
	if (!post_needed(post, "api_key", post_key(post, KEY_API), &key, err))
		return false;
	const struct named_text headers[2] = { { "Authorization", arena_format(post->arena, "GenieKey %.*s", STR_ARG(str_trim(key))).data }, { 0 } };
	struct rendered_request *request = post_add_json(post, post_join_url(post, post_url(post), path), body);
	request->method = method;
	return post_set_headers(post, request, headers, err);
}

static const char *alert_path(struct post *post, const char *what) {
	return arena_format(post->arena, "v2/alerts/%.*s/%s?identifierType=alias", STR_ARG(post_group_hash(post)), what).data;
}

static bool write_create(struct post *post, const struct opsgenie_config *opsgenie, struct error *err) {
	autobuf struct buf body = { 0 };
	struct json_writer json = { .out = &body };
	json_open_object(&json);
	json_key(&json, "alias");
	json_string(&json, post_group_hash(post));
	post_write_rows(post, &json, &message_row, 1, opsgenie);
	post_write_rows(post, &json, &description_row, 1, opsgenie);
	write_details(post, &json, opsgenie);
	post_write_rows(post, &json, &source_row, 1, opsgenie);
	write_responders(post, &json, opsgenie);
	write_list(&json, "tags", post_text(post, "tags", opsgenie->tags, NULL));
	post_write_rows(post, &json, end_rows, POST_ROW_COUNT(end_rows), opsgenie);
	write_list(&json, "actions", post_text(post, "actions", opsgenie->actions, NULL));
	json_close_object(&json);
	return add(post, NULL, "v2/alerts", &body, err);
}

// One text of an alert that may be there already.
static bool write_one(struct post *post, const char *method, const char *what, const struct post_row *row, struct error *err) {
	autobuf struct buf body = { 0 };
	struct json_writer json = { .out = &body };
	struct post_row filled = *row;
	if (method != NULL)
		filled.flags &= ~(unsigned)POST_KEEPS_EMPTY;
	json_open_object(&json);
	post_write_rows(post, &json, &filled, 1, &post->config->opsgenie);
	json_close_object(&json);
	return add(post, method, alert_path(post, what), &body, err);
}

bool opsgenie_write(struct post *post, struct error *err) {
	const struct opsgenie_config *opsgenie = &post->config->opsgenie;
	if (!post->is_firing)
		return write_one(post, NULL, "close", &source_row, err);
	if (!write_create(post, opsgenie, err))
		return false;
	return !opsgenie->update_alerts || (write_one(post, "PUT", "message", &message_row, err) && write_one(post, "PUT", "description", &description_row, err));
}
