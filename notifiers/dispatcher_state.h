// SPDX-License-Identifier: Apache-2.0
// What the dispatcher's files share: its groups, deliveries and batches. All of it is owned by the dispatcher's thread. Private to notifiers/.
#pragma once
#include "base/log.h"
#include "base/role.h"
#include "notifiers/alert_group.h"
#include "notifiers/delivery.h"
#include "notifiers/dispatch_table.h"
#include "notifiers/dispatcher.h"
#include "notifiers/inhibitor.h"
#include "notifiers/integration.h"
#include "notifiers/mailer.h"
#include "notifiers/name_limit.h"
#include "notifiers/route.h"
#include "notifiers/silence_set.h"
#include "notifiers/route_hours.h"

enum {
	TURN_ITEMS = 256, // LAW 15
	TURN_NS = 5 * 1000 * 1000,
	IN_FLIGHT_PER_INTEGRATION = 8,
	IN_FLIGHT_MAX = 256,
	BATCHES = 16, // credits at the store (LAW 14)
	HELD_OPS = 2048,
	HELD_MS = 20, // how long rows that nobody waits for wait for more of their kind
	RESOLVED_RETENTION_MS = 15 * 60 * 1000,
};

#define DISPATCHER_USER_AGENT "Alertmanager/0.34.0 tocsin/0.1.0" // receivers know the first word

struct attempt;

struct delivery {
	struct heap_node due; // in dispatcher.deliveries_due while WAITING
	enum delivery_state state;
	struct delivery_progress progress;
	struct dispatcher *dispatcher;
	struct dispatch_group *group; // NULL with target: cancelled while something under way still points here
	struct group_target *target;
	struct integration *integration; // in use; the one its attempt is made for
	struct notification *content;    // a reference
	struct fingerprint_set firing, resolved;
	bool is_counted_failed;        // its flush is among the failed notifications
	size_t taken;                  // requests of this content that were answered well: not sent again
	struct delivery *next;         // in a queue: of its integration while READY, of the judged while JUDGED
	struct attempt *attempt;       // while IN_FLIGHT
	struct delivery_answer answer; // while JUDGED
	struct error reason;           // why the last attempt that has an outcome failed: it stays while the next one is under way
	enum failure_reason failure;   // its kind
	wall_ms said_at;               // when a failure of it was last logged; 0: never by this process
};

struct group_target {                    // one integration of a group's receiver
	struct integration *integration; // in use
	struct told told;
	bool has_log_row;
	struct delivery *delivery; // the unfinished one, or NULL (LAW 4)
	wall_ms missed_tick;       // a flush came while an attempt was under way: looked at again after its outcome; 0 = none
};

struct dispatch_group {
	struct heap_node due;             // the next flush, in dispatcher.groups_due
	char *key;                        // in the store: route identity and labels
	char *group_key;                  // in payloads: Alertmanager's
	uint64_t hash;                    // of its route and labels
	const struct route_config *route; // borrowed from the setup
	const struct labels *labels;      // a reference
	ARRAY_OF(struct dispatch_entry *)
	members;
	struct group_target *targets;
	size_t target_count;
	wall_ms next_flush;
	bool has_row;       // was flushed at least once
	size_t silences_at; // members before it were tried on new silences for the flush that is due
	size_t view_at;     // where it is in the view that is being built
};

struct receiver_runtime {
	struct integration **integrations;
	size_t count;
};

// A batch to the store and the deliveries whose attempts begin when it is committed.
struct dispatch_batch {
	struct store_batch *batch; // ours while is_home
	ARRAY_OF(struct delivery *)
	begun;
	ARRAY_OF(struct dispatcher_silence_request *)
	silenced; // answered when it is committed
	ARRAY_OF(struct dispatcher_post_request *)
	posted;       // likewise
	bool is_next; // one that has begun has nobody before it in its integration's queue
	bool is_home;
};

struct dispatcher {
	struct inbox inbox;
	struct role_thread thread;
	struct store *store;
	struct notify_setup *setup;                           // a reference
	struct template_set *text_templates, *html_templates; // NULL until something needs them
	struct receiver_runtime *receivers;                   // one a receiver of the setup, same order
	struct mailers *mailers;                              // NULL without mail support
	unsigned smtp_mailers;
	struct http_client *client;
	struct dispatch_table table;
	struct heap expiring;                 // external alerts that fire, by their end
	struct name_limit name_limit;         // of them; its max stays for the life of the process
	struct alert_origin *external_origin; // of the last one posted; a reference
	struct silence_set silences;
	struct inhibitor *inhibitor; // of the setup; knows every alert of the table that fires
	struct hash_map groups;      // by route_group_hash
	struct heap groups_due, deliveries_due;
	struct dispatch_batch batches[BATCHES];
	struct dispatch_batch *open; // being filled
	mono_ms held_until;          // its rows wait for more until then; 0: it has none, or they do not
	unsigned batches_away;
	struct dispatch_batch *last_away; // the newest of them; at home by now, maybe
	struct message *waiting;          // taken from the inbox, not handled yet
	struct store_batch *taking;       // a told batch being taken in, item by item
	size_t taking_at;
	struct dispatcher_post_request *posting; // posted alerts being taken in, likewise
	size_t posting_at;
	struct delivery *first_judged, *last_judged;
	unsigned in_flight;
	unsigned next_receiver;    // where giving out free slots begins: fair over integrations
	int64_t last_notification; // id
	uint64_t random;
	uint64_t version;           // of what views show
	struct message *viewing;    // requests for one, oldest first
	size_t viewing_at;          // what is before it was tried on new silences for them: of `changed`, without a view slots of table.by_labels
	struct dispatch_view *view; // the last one built, valid while view_version == version; NULL: the next one takes nothing over
	uint64_t view_version;
	int64_t view_minute; // in which it was built: its groups say whose routes are closed
	ARRAY_OF(struct dispatch_entry *)
	changed;                           // those it shows otherwise than they are, each once
	struct silence_view *silence_view; // likewise
	uint64_t silence_view_version;
	struct message stop;
	_Atomic int64_t stop_deadline; // mono_ms; set before `stop` is posted
	bool is_stopping;
	int64_t clock_offset;                     // wall - mono, as last seen; 0 = not yet
	wall_ms undurable_since, undurable_until; // the alert about it fires since then, and ends then unless it is renewed; 0: it does not
	struct dispatcher_metrics metrics;
};

// ---- dispatcher.c: the only file that logs
// One turn of the loop: what came in, what is due, what may be attempted; rows to the store. Answers come in dispatcher_poll.
// True: more could begin at once.
bool dispatcher_turn(struct dispatcher *d, wall_ms now, mono_ms mono);
void dispatcher_poll(struct dispatcher *d, int timeout_ms); // waits for answers and messages
// A transition that is, or will be, stored. Its entry, or NULL when dispatch is not concerned.
struct dispatch_entry *dispatcher_take_record(struct dispatcher *d, struct alert_record *record, wall_ms now);
void dispatcher_log_outcome(enum log_level level, const char *message, const struct delivery *delivery);
void dispatcher_log_works(const struct delivery *delivery);                         // its integration failed before
void dispatcher_log_template(const struct delivery *delivery, const char *failure); // NULL: it works again
void dispatcher_log_cancelled(const char *group_key, const char *integration);
void dispatcher_log_route_label(const char *group_key, struct str label, const char *failure); // it is left out
void dispatcher_log_reload_failed(const struct error *err);

// ---- dispatcher_group.c: groups and their members
// The group of `labels` on `route`; made when missing, then *is_new. It has no due time yet.
struct dispatch_group *dispatch_group_get(struct dispatcher *d, const struct route_config *route, const struct labels *labels, bool *is_new);
void dispatch_group_key(struct buf *out, const struct route_config *route, const struct labels *group_labels);
void dispatch_group_join(struct dispatch_group *group, struct dispatch_entry *entry); // nothing when it is a member
void dispatch_group_schedule(struct dispatcher *d, struct dispatch_group *group, wall_ms next_flush);
void dispatch_group_free(struct dispatcher *d, struct dispatch_group *group); // without members, deliveries or a word to the store
void dispatcher_free_groups(struct dispatcher *d);                            // all of them, so
void dispatch_entry_leave(struct dispatcher *d, struct dispatch_entry *entry, struct dispatch_group *group, wall_ms now);
void dispatch_entry_retire(struct dispatcher *d, struct dispatch_entry *entry, wall_ms now); // resolved, in no group: forgotten after a while
// Routes a firing alert: it joins the group of each route it takes.
void dispatcher_route(struct dispatcher *d, struct dispatch_entry *entry, wall_ms now);
void dispatcher_forget(struct dispatcher *d, struct dispatch_entry *entry, wall_ms now);
bool group_target_holds(const struct group_target *target, uint64_t fingerprint); // a resolved alert is still owed there

// ---- dispatcher_clock.c
void dispatcher_follow_clock(struct dispatcher *d, dur_ms jump, wall_ms now); // the wall clock went that far ahead of the monotonic one, or back

// ---- dispatcher_flush.c
void dispatcher_flush(struct dispatcher *d, struct dispatch_group *group, wall_ms now);
void dispatcher_outcome(struct dispatcher *d, struct delivery *delivery, wall_ms now);     // of a JUDGED one
void dispatcher_attempt_due(struct dispatcher *d, struct delivery *delivery, wall_ms now); // of a WAITING one

// ---- expand_route_labels.c
void dispatcher_expand_route_labels(const struct dispatcher *d, const struct dispatch_group *group, struct notification *notification); // once its alerts are there

// ---- dispatcher_muting.c: the stages between a group and its integrations
// What holds back an alert, its route apart. Each stage that is added has a member here, a place in dispatcher_muting and one in muting_stage.
struct muting {
	bool is_inhibited, is_silenced;
	struct inhibition inhibition; // when it is inhibited; the source is borrowed until a transition is taken in
};
struct muting dispatcher_muting(struct dispatcher *d, struct dispatch_entry *entry, wall_ms now);
bool muting_holds(const struct muting *muting);
enum suppression muting_stage(const struct muting *muting, enum route_hours hours);

// ---- dispatcher_delivery.c
struct delivery *delivery_create(struct dispatcher *d, struct dispatch_group *group, struct group_target *target);
void delivery_set_content(struct delivery *delivery, struct notification *content); // takes the reference
void delivery_drop(struct delivery *delivery);                                      // away from its target; freed now, or when what is under way has ended
void delivery_free(struct delivery *delivery);
void delivery_enqueue(struct delivery *delivery);                                 // READY
void delivery_restart(struct delivery *delivery);                                 // with new content: waits for the open batch to be committed, then begins
void delivery_use(struct delivery *delivery, struct integration *integration);    // instead of the one it has
bool dispatcher_start_ready(struct dispatcher *d, wall_ms now, int64_t until_ns); // true: there is more to start

// ---- dispatcher_intake.c. All but the first two and the views' need an open batch
void dispatcher_post_begin(struct dispatcher *d, struct dispatcher_post_request *request);
void dispatcher_posts_stored(struct dispatch_batch *batch);
void dispatcher_post_step(struct dispatcher *d, wall_ms now);                                      // takes the next alert of d->posting
void dispatcher_take_posted(struct dispatcher *d, const struct posted_alert *posted, wall_ms now); // one that is complete and makes sense
void dispatcher_discard_post(struct dispatcher_post_request *request);                             // at the end
// After the clock jumped: whoever posts them gets the time to do so again.
void dispatcher_renew_ends(struct dispatcher *d, dur_ms jump, wall_ms now);
struct external_alert *dispatcher_next_expired(struct dispatcher *d, wall_ms now); // NULL: none has ended
void dispatcher_expire(struct dispatcher *d, struct external_alert *external, wall_ms now);
// At start: an external alert that fires ends as its row says, but not before then.
void dispatcher_expect_end(struct dispatcher *d, struct dispatch_entry *entry, const struct alert_record *row, wall_ms not_before);
wall_ms external_alert_ends_at(const struct external_alert *external);
wall_ms external_alert_updated_at(const struct external_alert *external);

// ---- own_alert.c
void dispatcher_watch_store(struct dispatcher *d, wall_ms now); // begins, renews or ends the alert about a disk that refuses

// ---- dispatcher_silence.c
void dispatcher_change_silence(struct dispatcher *d, struct dispatcher_silence_request *request, wall_ms now); // needs an open batch
void dispatcher_answer_silences(struct dispatch_batch *batch);                                                 // which is committed
void dispatcher_discard_silence(struct dispatcher_silence_request *request);                                   // at the end
void dispatcher_rewind_silences(struct dispatcher *d, wall_ms now);                                            // after the clock was set back
void dispatcher_advance_silences(struct dispatcher *d, wall_ms now);                                           // what begins, ends, is forgotten
MUST_CHECK bool dispatcher_load_silences(struct dispatcher *d, wall_ms now, struct error *err);
void dispatcher_view_silences(struct dispatcher *d, struct dispatcher_silences_request *request);
// Tries alerts on silences that came since: a thousand that begin with a pattern cost ten thousand alerts most of a second, which a flush or a view
// would take at once. False: the time was over first.
bool dispatcher_try_silences(struct dispatcher *d, struct dispatch_group *group, int64_t until_ns); // its members
bool dispatcher_try_silences_for_view(struct dispatcher *d, int64_t until_ns);                      // what the next view makes anew

// ---- attempt.c
void attempt_start(struct delivery *delivery, wall_ms now); // READY to IN_FLIGHT, or to JUDGED at once
void attempt_cancel(struct delivery *delivery);             // without an outcome
bool attempt_is_mail(const struct delivery *delivery);      // cannot be cancelled: its job comes back
void attempt_mailed(struct mail_job *job);

// ---- dispatcher_store.c: rows. Each needs an open batch
bool dispatcher_batch_open(struct dispatcher *d);                  // false: no credit, what is due stays due
void dispatcher_batch_post(struct dispatcher *d);                  // at the end of a turn, unless its rows may wait
struct dispatch_batch *dispatcher_unsettled(struct dispatcher *d); // the newest one with rows that is not committed; NULL: none
void dispatcher_batch_home(struct dispatcher *d, struct store_batch *batch);
void dispatcher_put_group(struct dispatcher *d, const struct dispatch_group *group);
void dispatcher_delete_group(struct dispatcher *d, struct str key);
void dispatcher_put_log(struct dispatcher *d, const struct dispatch_group *group, struct group_target *target);
void dispatcher_delete_log(struct dispatcher *d, struct str group_key, struct str integration);
void dispatcher_put_notification(struct dispatcher *d, const struct dispatch_group *group, const struct notification *notification);
void dispatcher_put_delivery(struct dispatcher *d, const struct delivery *delivery);
void dispatcher_delete_delivery(struct dispatcher *d, struct str group_key, struct str integration);
void dispatcher_begin_when_stored(struct dispatcher *d, struct delivery *delivery); // STORING, then READY
void dispatcher_delete_alert(struct dispatcher *d, struct alert_record *record);
void dispatcher_tell_cancelled(struct dispatcher *d, struct str group_key, struct str integration, wall_ms now); // an event row

// ---- dispatcher_restore.c: what survives a restart or a reload
struct saved_target {
	char *identity;
	struct told told;
	bool has_log_row;
	struct delivery *delivery;
	wall_ms missed_tick;
	wall_ms failing_since; // as its integration's
};
struct saved_group {
	char *key;
	bool has_row;
	wall_ms next_flush; // 0: not known
	dur_ms group_wait, group_interval;
	ARRAY_OF(struct saved_target)
	targets;
};
struct saved_state {
	struct hash_map groups; // by hash of their keys
	bool is_reload;         // next_flush is a plan of this process, not of one that is gone
};
struct saved_group *saved_state_get(struct saved_state *state, struct str key);          // made when missing
struct saved_target *saved_group_target(struct saved_group *group, struct str identity); // made when missing
// Groups for every alert in the table, with what was saved of them; the rest of it is taken back from the store. Empties `state`.
void dispatcher_restore(struct dispatcher *d, struct saved_state *state, wall_ms now);
void saved_state_finish(struct saved_state *state); // holds no deliveries any more

// ---- dispatcher_load.c, dispatcher_reload.c, dispatcher_view.c
MUST_CHECK bool dispatcher_load(struct dispatcher *d, wall_ms now, struct error *err);
MUST_CHECK bool dispatcher_apply_setup(struct dispatcher *d, struct notify_setup *setup, struct error *err); // receivers, templates; takes a reference
void dispatcher_drop_setup(struct dispatcher *d);
// The receivers' templates, for text and HTML.
MUST_CHECK bool notify_templates_load(const struct notify_config *config, struct template_set **text, struct template_set **html, struct error *err);
// The same as far as they can be loaded; each file that cannot is a problem at its line.
struct problems;
void notify_templates_check(const struct notify_config *config, struct template_set **text, struct template_set **html, struct problems *problems);
void dispatcher_reload(struct dispatcher *d, struct notify_setup *setup, wall_ms now);
void dispatcher_note_changed(struct dispatcher *d, struct dispatch_entry *entry);    // views show it otherwise from now on
void dispatcher_forget_view(struct dispatcher *d);                                   // views may show any of them otherwise from now on
void dispatcher_view(struct dispatcher *d, struct dispatcher_view_request *request); // takes it; answered by dispatcher_answer_views
void dispatcher_answer_views(struct dispatcher *d, wall_ms now, int64_t until_ns);

// ---- dispatcher_view_groups.c
void dispatch_view_set_groups(struct dispatcher *d, struct dispatch_view *view, wall_ms now); // once its alerts are there
void dispatch_view_drop_groups(struct dispatch_view *view);                                   // none are fine
