// SPDX-License-Identifier: Apache-2.0
// Pushover: everything is said in the query of the URL. Source: Alertmanager notify/pushover/pushover.go.
#include "base/query_escape.h"
#include "notifiers/post.h"

enum { TITLE_RUNES = 250,
	MESSAGE_RUNES = 1024,
	URL_RUNES = 512 };
enum { KEY_TOKEN,
	KEY_USER };

#define API_URL "https://api.pushover.net/1/messages.json"

static void param(struct buf *out, const char *name, struct str value) {
	buf_format(out, "%c%s=", str_find_char(buf_str(out), '?') < 0 ? '?' : '&', name);
	url_query_escape(out, value);
}

static void seconds_param(struct post *post, struct buf *out, const char *name, dur_ms span) {
	param(out, name, arena_format(post->arena, "%lld", (long long)(span / 1000)));
}

static struct str message(struct post *post, const struct pushover_config *pushover) {
	struct str text = pushover->html ? post_main_html(post, "message", pushover->message, "pushover.default.message") : post_main_text(post, "message", pushover->message, "pushover.default.message");
	text = str_trim(post_cut_runes(post, text, MESSAGE_RUNES));
	return text.len > 0 ? text : STR("(no details)"); // an empty one is refused
}

static struct str text(struct post *post, const char *what, const char *configured, const char *fallback, size_t max_runes) {
	return post_cut_runes(post, post_text(post, what, configured, fallback), max_runes);
}

static void add_texts(struct post *post, struct buf *url, const struct pushover_config *pushover) {
	param(url, "title", text(post, "title", pushover->title, "pushover.default.title", TITLE_RUNES));
	if (pushover->html)
		param(url, "html", STR("1"));
	if (pushover->monospace)
		param(url, "monospace", STR("1"));
	param(url, "message", message(post, pushover));
	param(url, "url", text(post, "url", pushover->url, "pushover.default.url", URL_RUNES));
	param(url, "url_title", post_text(post, "url_title", pushover->url_title, NULL));
	param(url, "priority", post_text(post, "priority", pushover->priority, NULL));
	seconds_param(post, url, "retry", pushover->retry);
	seconds_param(post, url, "expire", pushover->expire);
	param(url, "device", post_text(post, "device", pushover->device, NULL));
	param(url, "sound", post_text(post, "sound", pushover->sound, NULL));
	if (pushover->ttl >= 1000)
		seconds_param(post, url, "ttl", pushover->ttl);
}

bool pushover_write(struct post *post, struct error *err) {
	struct str token, user;
	autobuf struct buf url = { 0 };
	if (!post_needed(post, "token", post_key(post, KEY_TOKEN), &token, err) || !post_needed(post, "user_key", post_key(post, KEY_USER), &user, err))
		return false;
	buf_append_cstr(&url, API_URL);
	param(&url, "token", token);
	param(&url, "user", user);
	add_texts(post, &url, &post->config->pushover);
	post->requests[post->request_count++] = (struct rendered_request){ .url = arena_cstr(post->arena, buf_str(&url)), .content_type = "text/plain" };
	return true;
}
