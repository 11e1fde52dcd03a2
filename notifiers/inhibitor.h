// SPDX-License-Identifier: Apache-2.0
// Which alerts hold which back: the sources that fire, kept by rule and by the labels that have to be equal, so that asking after an alert
// costs a look at its own labels, however many rules and sources there are. Pure: no I/O, no clock. Owned by dispatcher. Private to notifiers/.
// Source: Alertmanager inhibit/inhibit.go; unlike it, every source of a set counts, not the one that was kept.
#pragma once
#include "model/receiver_config.h"

struct inhibitor;

struct inhibitor *inhibitor_create(const struct inhibit_rule *rules, size_t count); // rules are borrowed
void inhibitor_destroy(struct inhibitor *inhibitor);                                // NULL is fine

// An alert of these labels fires now, or does no more. Telling it again changes nothing. The labels are referred to while they are a source.
// True: what inhibitor_find says of others may be different from now on.
bool inhibitor_note(struct inhibitor *inhibitor, const struct labels *labels, bool is_firing);

struct inhibition {
	const struct inhibit_rule *rule;
	const struct labels *source; // one that holds it back; borrowed until the next note
};
// What holds back an alert of these labels: by the first rule that does. An alert never holds back itself, nor do alerts that a rule
// has on both sides hold back each other.
bool inhibitor_find(const struct inhibitor *inhibitor, const struct labels *labels, struct inhibition *out);
