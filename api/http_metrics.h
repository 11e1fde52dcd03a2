// SPDX-License-Identifier: Apache-2.0
// How long requests took and how large replies were, by route, under Alertmanager's names. Owned by the server's thread. Private to api/.
#pragma once
#include "base/array.h"
#include "base/bucket_counts.h"

#include <stdbool.h>

struct buf;
struct route;

// Requests of one route that were answered with one status; where `code` is 0, the replies of all.
struct http_series {
	const struct route *route; // static
	unsigned code;
	bool is_head;
	struct bucket_counts buckets; // seconds; bytes
};

// Zeroed: nothing observed. As many as there are routes and statuses they answer with.
struct http_metrics {
	ARRAY_OF(struct http_series *);
};

struct http_observation {
	const struct route *route;
	unsigned status;
	bool is_head;
	int64_t ns;
	uint64_t bytes;
};
void http_metrics_observe(struct http_metrics *metrics, const struct http_observation *observation);
void http_metrics_write(const struct http_metrics *metrics, struct buf *out);
void http_metrics_finish(struct http_metrics *metrics);
