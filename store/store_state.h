// SPDX-License-Identifier: Apache-2.0
// What a store is inside: who owns which part.
#pragma once
#include "base/role.h"
#include "store/backlog.h"
#include "store/ballast.h"
#include "store/store.h"
#include "store/tables.h"

struct store {
	// fixed after store_open
	size_t event_keep_rows;
	dur_ms event_keep;
	char instance[37];
	int lock_fd;

	struct inbox inbox; // of batches; bounded by the senders' credits
	struct role_thread thread;
	_Atomic bool is_stopping;
	_Atomic uint64_t queued;
	_Atomic bool is_suspended; // durability (LAW 5); set by the writer

	// owned by whoever starts it, before store_start
	ARRAY_OF(struct alert_record *)
	restored; // references: what was read of the alerts
	bool has_restored, is_started;

	// owned by the writer; before store_start and after store_stop by the caller
	struct database database;
	struct ballast ballast;
	struct backlog backlog; // what was told and not written
	mono_ms retry_at;       // of the backlog
	mono_ms tidy_at;        // next pruning and ballast check
	mono_ms rest_at;        // when memory is given back if nothing is written before
	size_t unrested;        // operations since then
	struct notification_ids touched;
	struct message *first, *last; // taken from the inbox, not yet in a transaction
	ARRAY_OF(struct store_batch *)
	group; // of the transaction under way

	pthread_mutex_t lock;
	struct store_status status; // under lock; what is atomic here is added when it is asked for
	ARRAY_OF(struct database *)
	readers; // idle ones, under lock
};

void restored_drop(struct store *store); // forgets what was read of the alerts
