// SPDX-License-Identifier: Apache-2.0
// One configured way to tell. See integration.h.
#include "notifiers/integration.h"

#include "base/hash.h"
#include "base/mem.h"
#include "notifiers/dispatcher.h"

void integration_identity(struct buf *out, const char *receiver, const struct integration_config *config, const struct notifier_ops *ops) {
	autobuf struct buf content = { 0 };
	ops->identity(config, &content);
	buf_format(out, "%s/%s/%u/", receiver, ops->name, config->index);
	buf_append_hex16(out, hash_bytes(HASH_START, buf_str(&content)));
}

struct identity_parts {
	struct str kind; // RECEIVER/KIND
	struct str position;
	struct str content;
};

// Takes what follows the last '/' off `rest`.
static struct str cut_last(struct str *rest) {
	ptrdiff_t at = str_find_last_char(*rest, '/');
	struct str last = str_skip(*rest, (size_t)(at + 1));
	*rest = str_head(*rest, at < 0 ? 0 : (size_t)at);
	return last;
}

static struct identity_parts identity_parts(struct str identity) {
	struct identity_parts parts;
	parts.content = cut_last(&identity);
	parts.position = cut_last(&identity);
	parts.kind = identity;
	return parts;
}

static bool same_identity(struct str a, struct str b) {
	return str_equal(a, b);
}

static bool same_content(struct str a, struct str b) {
	struct identity_parts x = identity_parts(a), y = identity_parts(b);
	return str_equal(x.kind, y.kind) && str_equal(x.content, y.content);
}

static bool same_position(struct str a, struct str b) {
	struct identity_parts x = identity_parts(a), y = identity_parts(b);
	return str_equal(x.kind, y.kind) && str_equal(x.position, y.position);
}

static void pair_one(const struct str *was, ptrdiff_t *to, const struct str *now, bool *taken, size_t now_count, bool (*same)(struct str, struct str)) {
	for (size_t j = 0; j < now_count; j++) {
		if (taken[j] || !same(*was, now[j]))
			continue;
		*to = (ptrdiff_t)j;
		taken[j] = true;
		return;
	}
}

void integration_pair(const struct str *was, size_t was_count, const struct str *now, size_t now_count, ptrdiff_t *to) {
	static bool (*const passes[])(struct str, struct str) = { same_identity, same_content, same_position };
	autofree bool *taken = mem_zalloc(now_count * sizeof *taken);
	for (size_t i = 0; i < was_count; i++)
		to[i] = -1;
	for (size_t pass = 0; pass < sizeof passes / sizeof *passes; pass++)
		for (size_t i = 0; i < was_count; i++)
			if (to[i] < 0)
				pair_one(&was[i], &to[i], now, taken, now_count, passes[pass]);
}

struct integration *integration_create(struct notify_setup *setup, const struct receiver_config *receiver, const struct integration_config *config) {
	struct integration *integration = MEM_NEW(struct integration);
	integration->users = 1;
	integration->config = config;
	integration->ops = notifier_find(config->kind);
	integration->setup = notify_setup_ref(setup);
	if (integration->ops->http != NULL)
		integration->endpoint = http_endpoint_create(integration->ops->http(config));
	struct buf identity = { 0 };
	integration_identity(&identity, receiver->name, config, integration->ops);
	integration->identity = buf_take(&identity);
	return integration;
}

struct integration *integration_use(struct integration *integration) {
	integration->users++;
	return integration;
}

void integration_release(struct integration *integration) {
	if (integration == NULL || --integration->users > 0)
		return;
	http_endpoint_destroy(integration->endpoint);
	notify_setup_unref(integration->setup);
	free(integration->identity);
	free(integration);
}
