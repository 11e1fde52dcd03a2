// SPDX-License-Identifier: Apache-2.0
// One configured way to tell: a webhook, a mail address, an agent; with the name it has in the store. Private to notifiers/.
#pragma once
#include "base/buf.h"
#include "notifiers/notifier.h"

#include <stddef.h>

struct delivery;

// owned by dispatcher; counted, for deliveries under way outlive a reload
struct integration {
	unsigned users;                          // its receiver and its deliveries; dispatcher only
	const struct integration_config *config; // borrowed from the setup
	const struct notifier_ops *ops;
	struct notify_setup *setup;                // a reference
	struct http_endpoint *endpoint;            // NULL for mail
	char *identity;                            // in rows: see integration_identity
	struct delivery *first_ready, *last_ready; // wait for a slot, oldest first
	unsigned in_flight;
	wall_ms failing_since;     // its first failure after the last notification that was told; 0: none
	bool has_failing_template; // in its last rendering
};

struct integration *integration_create(struct notify_setup *setup, const struct receiver_config *receiver, const struct integration_config *config);
struct integration *integration_use(struct integration *integration);
void integration_release(struct integration *integration); // NULL is fine

// `RECEIVER/KIND/POSITION/CONTENT`: the last part is a hash of the configuration.
void integration_identity(struct buf *out, const char *receiver, const struct integration_config *config, const struct notifier_ops *ops);
// Which of `now` is which of `was` (LAW 20): the same identity, then the same content within receiver and kind, then the same position.
// to[i] = index in now of was[i], or -1: it is gone.
void integration_pair(const struct str *was, size_t was_count, const struct str *now, size_t now_count, ptrdiff_t *to);
