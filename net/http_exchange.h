// SPDX-License-Identifier: Apache-2.0
// What the fetch of a token has beyond other requests. Private to net/.
#pragma once

struct http_exchange;
struct oauth2_source;

// The source is told (oauth2_source_detach) just before the exchange's callback, or when it is cancelled.
void http_exchange_watch(struct http_exchange *exchange, struct oauth2_source *source);
