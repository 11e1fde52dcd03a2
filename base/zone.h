// SPDX-License-Identifier: Apache-2.0
// Time zones of the system's database, loaded once and kept. Any thread.
#pragma once
#include "base/str.h"

#include <stdint.h>

struct zone;

// The zone of that name ("Europe/Berlin", "UTC", "Local"), or NULL: unknown. Lives as long as the program.
const struct zone *zone_find(struct str name);
bool zone_database_exists(void); // otherwise only UTC is known
// Its name as it was found by; empty for a fixed one. NULL: "UTC". Lives as long as the program.
struct str zone_name(const struct zone *zone);
// A zone of a fixed offset and no name, as Go gives parsed times; NULL (UTC) when there are too many.
const struct zone *zone_fixed(int offset);
// What holds at a moment: seconds east of UTC and the abbreviation (lives as long as the program). zone NULL: UTC.
void zone_lookup(const struct zone *zone, int64_t seconds, int *offset, const char **abbreviation);
