// SPDX-License-Identifier: Apache-2.0
// Alerts as others post them: the body of POST /api/v2/alerts, read and judged without a tree. Pure; part of the hot path.
// Sources: alertmanager api/v2 (api.go, openapi.yaml), alert/alert.go.
#pragma once
#include "base/arena.h"
#include "base/array.h"
#include "base/clock.h"
#include "base/error.h"
#include "model/labels.h"

// Texts are slices of the body or live in the arena of the list.
struct posted_alert {
	const struct label *labels;      // sorted, unique, without empty values
	const struct label *annotations; // sorted, unique, may have empty values
	uint32_t label_count, annotation_count;
	uint64_t fingerprint; // of the labels
	struct str generator_url;
	wall_ms starts_at, ends_at; // 0 = not given
	bool is_timeout;            // nobody gave its end
	bool is_too_large;          // more labels or annotations than are kept
};

struct posted_alerts {
	ARRAY_OF(struct posted_alert); // in the order of the body
	struct arena arena;
};
void posted_alerts_finish(struct posted_alerts *alerts);

// Why a body is refused as a whole, as go-openapi answers it.
struct posted_problem {
	int status, code; // of the reply, of its body: 400 and 400, 422 and 601 or 602
	struct error err;
};

// Reads a body, which outlives the list. Unknown members are skipped. False: nothing of it is taken.
MUST_CHECK bool posted_alerts_read(struct posted_alerts *out, struct str body, struct posted_problem *problem);

// Times that were not given: it starts now (or at its end), it ends after resolve_timeout.
void posted_alert_complete(struct posted_alert *alert, dur_ms resolve_timeout, wall_ms now);
// Whether one that is complete makes sense. ERR_INVALID with upstream's text.
MUST_CHECK bool posted_alert_check(const struct posted_alert *alert, struct error *err);
