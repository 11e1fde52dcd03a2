// SPDX-License-Identifier: Apache-2.0
// VictorOps (Splunk On-Call). Source: Alertmanager notify/victorops/victorops.go.
#include "notifiers/post.h"

enum { MESSAGE_RUNES = 20480 };
enum { KEY_API };

static const struct post_row rows[] = {
	{ "entity_display_name", offsetof(struct victorops_config, entity_display_name), "victorops.default.entity_display_name", 0, POST_KEEPS_EMPTY },
	{ "monitoring_tool", offsetof(struct victorops_config, monitoring_tool), "victorops.default.monitoring_tool", 0, POST_KEEPS_EMPTY },
	{ "state_message", offsetof(struct victorops_config, state_message), "victorops.default.state_message", MESSAGE_RUNES, POST_KEEPS_EMPTY | POST_IS_MAIN },
};

static struct str message_type(struct post *post) {
	static const char *const types[] = { "INFO", "WARNING", "CRITICAL" };
	if (!post->is_firing)
		return STR("RECOVERY");
	struct str type = post_text(post, "message_type", post->config->victorops.message_type, NULL);
	for (size_t i = 0; i < sizeof types / sizeof *types; i++)
		if (str_equal_cstr(type, types[i]))
			return type;
	return STR("CRITICAL");
}

// As Go's net/url writes a path.
static void escape_path(struct buf *out, struct str text) {
	static const char kept[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.~$&+,/:;=@";
	for (size_t i = 0; i < text.len; i++) {
		if (text.data[i] != '\0' && strchr(kept, text.data[i]) != NULL)
			buf_append_char(out, text.data[i]);
		else
			buf_format(out, "%%%02X", (unsigned char)text.data[i]);
	}
}

bool victorops_write(struct post *post, struct error *err) {
	const struct victorops_config *victorops = &post->config->victorops;
	struct str routing_key;
	autobuf struct buf body = { 0 }, path = { 0 };
	struct json_writer json = { .out = &body };
	if (!post_needed(post, "routing_key", victorops->routing_key, &routing_key, err))
		return false;
	json_open_object(&json);
	json_key(&json, "message_type");
	json_string(&json, message_type(post));
	json_key(&json, "entity_id");
	json_string(&json, post_group_hash(post));
	post_write_rows(post, &json, rows, POST_ROW_COUNT(rows), victorops);
	for (size_t i = 0; i < victorops->custom_field_count; i++) {
		json_key(&json, victorops->custom_fields[i].name);
		json_string(&json, post_text(post, victorops->custom_fields[i].name, victorops->custom_fields[i].value, NULL));
	}
	json_close_object(&json);
	escape_path(&path, str_of(post_key(post, KEY_API)));
	buf_append_char(&path, '/');
	escape_path(&path, routing_key);
	post_add_json(post, post_join_url(post, post_url(post), buf_cstr(&path)), &body);
	return true;
}
