// SPDX-License-Identifier: Apache-2.0
// Stores in fresh directories, records and batches for the store's tests.
#pragma once
#include "store/stmt.h"
#include "store/store.h"
#include "tests/harness/test.h"

// A directory of its own below the test program's; lives until the next call.
const char *fresh_directory(void);
struct store *store_here(const char *directory);    // opens it or fails the test
struct store *store_running(const char *directory); // and started
void store_shut(struct store *store);
struct database database_in_memory(void); // a connection of its own, with the tables of now

// labels from name, value, …, NULL; a new reference
__attribute__((sentinel)) const struct labels *labels_make(const char *name, ...);
// A firing record of `source` with the labels alertname=name, n=<number>.
struct alert_record *record_make(const char *source, const char *name, int number);

// Silence number `number` with the matcher n="<number>"; a new reference.
struct silence *silence_make(int number, wall_ms updated_at);

// Posts a batch and waits for it; it comes back cleared of nothing.
void batch_write(struct store *store, struct inbox *inbox, struct store_batch *batch);
struct store_batch *batch_wait(struct inbox *inbox);                                                 // the next one that comes back
void put_alert(struct store_batch *batch, struct alert_record *record, enum alert_event_kind event); // takes the reference
void delete_alert(struct store_batch *batch, struct alert_record *record);                           // likewise

// What is in the store, as lines of text; freed by the caller.
char *dump_alerts(struct store *store);
char *dump_events(struct store *store); // sequence, type, subject
char *dump_rest(struct store *store);   // groups, logs, notifications, deliveries
size_t count_alerts(struct store *store);
