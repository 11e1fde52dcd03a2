// SPDX-License-Identifier: Apache-2.0
// One operation as statements.
#pragma once
#include "store/tables.h"

struct alert_event store_op_transition(const struct store_op *op); // of STORE_PUT_ALERT and STORE_DELETE_ALERT; borrowed

// Runs ops[0], or several adjacent renames at once; *done says how many ops that was. Sets the sequences of events in what the op holds.
MUST_CHECK bool store_op_run(struct database *database, struct store_op *ops, size_t count, struct notification_ids *touched, size_t *done, struct error *err);
