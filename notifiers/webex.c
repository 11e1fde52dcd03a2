// SPDX-License-Identifier: Apache-2.0
// Webex' messages; the token is http_config's. Source: Alertmanager notify/webex/webex.go.
#include "notifiers/post.h"

enum { MESSAGE_BYTES = 7439 };

bool webex_write(struct post *post, struct error *err) {
	const struct webex_config *webex = &post->config->webex;
	struct str message = post_main_text(post, "message", webex->message, "webex.default.message"), room;
	autobuf struct buf body = { 0 };
	struct json_writer json = { .out = &body };
	if (!post_needed(post, "room_id", webex->room_id, &room, err))
		return false;
	json_open_object(&json);
	json_key(&json, "markdown");
	json_string(&json, post_cut_bytes(post, message, MESSAGE_BYTES));
	post_write_member(&json, "roomId", room);
	json_close_object(&json);
	post_add_json(post, str_of(post_url(post)), &body);
	return true;
}
