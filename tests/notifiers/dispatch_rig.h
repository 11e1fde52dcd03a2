// SPDX-License-Identifier: Apache-2.0
// A dispatcher with a real store, and configurations made by hand, for tests.
#pragma once
#include "notifiers/dispatcher.h"
#include "notifiers/dispatcher_state.h"

struct made_setup { // a configuration with up to 4 receivers of up to 4 integrations and a root with up to 4 children
	struct notify_setup setup;
	struct notify_config config;
	struct receiver_config receivers[4];
	struct integration_config integrations[4][4];
	struct route_config root, children[4], *routes[4];
	struct str group_by;
};

// One receiver named "hook" and a root route grouping by alertname; timers in ms. Freed with its last reference.
struct made_setup *made_setup_create(dur_ms group_wait, dur_ms group_interval, dur_ms repeat_interval);
struct receiver_config *made_setup_receiver(struct made_setup *made, const char *name);
struct integration_config *made_setup_webhook(struct made_setup *made, size_t receiver, const char *url);
struct route_config *made_setup_child(struct made_setup *made, const char *matchers, size_t receiver); // inherits timers and grouping

struct rig {
	char *directory;
	struct store *store;
	struct dispatcher *dispatcher;
	struct inbox home;
};

// Opens the store (again) in `directory` below the test's directory and starts a dispatcher.
void rig_start(struct rig *rig, const char *directory, struct made_setup *made);
void rig_stop(struct rig *rig);
void rig_reload(struct rig *rig, struct made_setup *made); // takes the reference

const struct labels *labels_of(const char *text); // a="x",b="y"; a new reference
// A rule's alert, committed and told. `labels` as above; summary annotation = summary.
void rig_tell(struct rig *rig, const char *labels, enum alert_state state, const char *summary);
struct alert_record *rig_record(const char *source, const char *labels, enum alert_state state, const char *summary, wall_ms at);
void rig_tell_record(struct rig *rig, struct alert_record *record);                  // takes the reference
void rig_tell_records(struct rig *rig, struct alert_record **records, size_t count); // in one batch; takes the references
size_t rig_alert_rows(struct rig *rig);
size_t rig_delivery_rows(struct rig *rig);
size_t rig_log_rows(struct rig *rig);
void sleep_for(dur_ms span);
