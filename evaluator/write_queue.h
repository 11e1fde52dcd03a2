// SPDX-License-Identifier: Apache-2.0
// Samples on their way from one evaluator to one remote_write receiver: in order, one request in flight, everything that came meanwhile in
// the next one. Bounded: what is oldest goes first. A refused request is cut down until the series that is to blame is known (Prometheus
// stores nothing of a request that holds one bad sample). Lives in memory only (LAW 16). Owned by an evaluator.
#pragma once
#include "evaluator/evaluator.h"
#include "evaluator/remote_write_encode.h"
#include "net/http_client.h"

struct rule_writer;
struct rule_state;
struct group_state;
struct write_entry;

// Who wrote: outlives the rule where samples are still on their way. One thread at a time.
struct rule_writer {
	unsigned references;
	struct rule_state *rule;   // NULL: gone, nobody is to be told
	struct group_state *group; // its group, while it has a rule
	uint32_t unstored;         // its portions the first receiver has not decided about
	bool is_leaving;
	struct write_entry *luggage, *last_luggage; // what waited in the queues of the evaluator it leaves, in order
};

// What one rule has to say of one slot. The queues to several receivers share it.
struct write_portion {
	unsigned references;
	struct rule_writer *writer; // a reference; NULL: nobody
	char *bytes;                // time series of a write request; owned
	size_t len;
	struct write_amount amount; // of what it held; what is left of it is the entry's to know
	size_t packed;              // not 0: bytes are a snappy block of that size, which holds len bytes
	wall_ms at;                 // of its samples
	bool is_farewell;           // staleness markers of a rule that is gone: that somebody else goes on with the series is nothing to report
};
struct write_portion *write_portion_create(struct rule_writer *writer, char *bytes, size_t len, struct write_amount amount, wall_ms at); // takes over bytes
void write_portion_unref(struct write_portion *portion);
void rule_writer_unref(struct rule_writer *writer); // NULL is fine

enum write_news { WRITE_STORED,
	WRITE_DELAYED, // an attempt failed; it is kept and tried again
	WRITE_LOST };  // refused, or dropped
typedef void write_told(void *context, const struct write_portion *portion, enum write_news news, struct str error);

struct write_queue;
struct write_queue_options {
	struct evaluation_setup *setup; // a reference is taken
	size_t index;                   // which of its remote_write entries
	struct http_client *client;     // outlives the queue
	_Atomic unsigned *failing;      // how many queues to this entry fail, of all evaluators: what begins and ends is logged once
};
struct write_queue *write_queue_create(const struct write_queue_options *options);
void write_queue_destroy(struct write_queue *queue);                                               // forgets what was not stored, without a word; NULL is fine
bool write_queue_is_to(const struct write_queue *queue, const struct remote_write_config *config); // the same receiver, as a reload sees it
void write_queue_set_setup(struct write_queue *queue, const struct write_queue_options *options);  // another setup, for the same receiver
void write_queue_set_told(struct write_queue *queue, write_told *told, void *context);

void write_queue_put(struct write_queue *queue, struct write_portion *portion, mono_ms mono); // shares it, or a relabelled copy
// Samples of rules that leave an evaluator travel with them: in another queue than the next ones they would come after those. A request
// that holds some is called off, and they are sent again; receivers take the same sample twice. `index`: the queue's among its evaluator's.
void write_queue_release(struct write_queue *queue, size_t index, mono_ms mono); // of writers that are leaving
void write_queue_adopt(struct write_queue *const *queues, struct rule_writer *writer, mono_ms mono);
void write_queue_want(struct write_queue *queue);                                     // send what there is; otherwise it waits a little for more
bool write_queue_turn(struct write_queue *queue, wall_ms now, mono_ms mono);          // judges an answer, sends what is due. True: its counts changed
mono_ms write_queue_next(const struct write_queue *queue);                            // when it has something to do by itself; INT64_MAX: never
bool write_queue_is_idle(const struct write_queue *queue);                            // nothing waits, nothing is in flight
bool write_queue_is_busy(const struct write_queue *queue, mono_ms mono);              // a request is in flight or about to be
bool write_queue_is_down(const struct write_queue *queue, mono_ms mono, dur_ms span); // every attempt of the last `span` failed, or the one under way takes that long
struct str write_queue_error(const struct write_queue *queue);                        // of the last attempt that failed; borrowed

// For views. Texts are the setup's.
void write_queue_count(const struct write_queue *queue, struct remote_write_counts *out);
