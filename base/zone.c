// SPDX-License-Identifier: Apache-2.0
// Time zones from compiled zone files. See zone.h. Source: RFC 8536 (TZif) and POSIX's TZ for times after the last transition.
#include "base/zone.h"

#include "base/buf.h"
#include "base/error.h"
#include "base/fs.h"
#include "base/mem.h"
#include "base/zone_rule.h"

#include <ctype.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { ZONE_FILE_MAX = 1 << 20,
	ZONES_MAX = 1000,
	HEADER_SIZE = 44,
	TYPE_SIZE = 6 };

#define DATABASE "/usr/share/zoneinfo"

struct zone_type {
	int offset;
	const char *abbreviation;
};

struct zone {
	struct zone *next;
	char *name;
	char *data;                           // the file: everything below points into it or was made from it
	const unsigned char *times, *indexes; // of the transitions: 8 and 1 bytes each
	size_t transition_count;
	struct zone_type *types;
	size_t type_count;
	bool has_rule;
	struct zone_rule rule;
};

static pthread_mutex_t zones_lock = PTHREAD_MUTEX_INITIALIZER;
static struct zone *zones; // only grows, at most ZONES_MAX; under zones_lock
static size_t zone_count;

static uint32_t big_32(const unsigned char *at) {
	return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static int64_t big_64(const unsigned char *at) {
	return (int64_t)((uint64_t)big_32(at) << 32 | big_32(at + 4));
}

struct block {
	size_t utc_count, standard_count, leap_count, time_count, type_count, char_count;
};

static bool read_header(struct str data, struct block *out) {
	const unsigned char *at = (const unsigned char *)data.data;
	if (data.len < HEADER_SIZE || memcmp(at, "TZif", 4) != 0)
		return false;
	*out = (struct block){ big_32(at + 20), big_32(at + 24), big_32(at + 28), big_32(at + 32), big_32(at + 36), big_32(at + 40) };
	return out->time_count < 100000 && out->type_count > 0 && out->type_count <= 256 && out->char_count < 10000 && out->leap_count < 10000 && out->utc_count < 1000 && out->standard_count < 1000;
}

static size_t block_size(const struct block *block, size_t time_size) {
	return block->time_count * (time_size + 1) + block->type_count * TYPE_SIZE + block->char_count + block->leap_count * (time_size + 4) + block->standard_count + block->utc_count;
}

// The second block of the file, with 64-bit times.
static bool read_types(struct zone *zone, const struct block *block, const unsigned char *at) {
	const unsigned char *types = at + block->time_count * 9;
	const char *names = (const char *)types + block->type_count * TYPE_SIZE;
	zone->times = at;
	zone->indexes = at + block->time_count * 8;
	zone->transition_count = block->time_count;
	zone->type_count = block->type_count;
	zone->types = mem_realloc_array(NULL, block->type_count, sizeof *zone->types);
	for (size_t i = 0; i < block->type_count; i++) {
		const unsigned char *type = types + i * TYPE_SIZE;
		if (type[5] >= block->char_count || memchr(names + type[5], '\0', block->char_count - type[5]) == NULL)
			return false;
		zone->types[i] = (struct zone_type){ (int)(int32_t)big_32(type), names + type[5] };
	}
	for (size_t i = 0; i < block->time_count; i++)
		if (zone->indexes[i] >= block->type_count)
			return false;
	return true;
}

static bool read_zone(struct zone *zone, struct str data) {
	struct block first, second;
	if (!read_header(data, &first) || data.data[4] < '2')
		return false;
	struct str rest = str_skip(data, HEADER_SIZE + block_size(&first, 4));
	if (!read_header(rest, &second) || rest.len < HEADER_SIZE + block_size(&second, 8))
		return false;
	if (!read_types(zone, &second, (const unsigned char *)rest.data + HEADER_SIZE))
		return false;
	struct str footer = str_trim(str_skip(rest, HEADER_SIZE + block_size(&second, 8)));
	zone->has_rule = footer.len > 0 && zone_rule_parse(footer, &zone->rule);
	return true;
}

static void zone_free(struct zone *zone) {
	free(zone->name);
	free(zone->data);
	free(zone->types);
	free(zone);
}

// Names are relative paths of letters, digits and "_+-/"; nothing that leaves the database.
static bool is_zone_name(struct str name) {
	if (name.len == 0 || name.len > 100 || name.data[0] == '/' || str_find(name, STR("..")) >= 0)
		return false;
	for (size_t i = 0; i < name.len; i++)
		if (name.data[i] == '\0' || (!isalnum((unsigned char)name.data[i]) && strchr("_+-/", name.data[i]) == NULL))
			return false;
	return true;
}

static struct zone *zone_load(struct str name) {
	autobuf struct buf path = { 0 }, data = { 0 };
	struct error err;
	if (str_equal(name, STR("Local")))
		buf_append_cstr(&path, "/etc/localtime");
	else
		buf_format(&path, DATABASE "/%.*s", STR_ARG(name));
	if (!fs_read_file(buf_cstr(&path), ZONE_FILE_MAX, &data, &err))
		return NULL;
	struct zone *zone = MEM_NEW(struct zone);
	size_t size = data.len;
	zone->name = mem_alloc(name.len + 1);
	memcpy(zone->name, name.data, name.len);
	zone->name[name.len] = '\0';
	zone->data = buf_take(&data);
	if (read_zone(zone, str_make(zone->data, size)))
		return zone;
	zone_free(zone);
	return NULL;
}

static const struct zone_type *type_at(const struct zone *zone, int64_t seconds) {
	size_t low = 0, high = zone->transition_count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (big_64(zone->times + 8 * middle) <= seconds)
			low = middle + 1;
		else
			high = middle;
	}
	return low == 0 ? &zone->types[0] : &zone->types[zone->indexes[low - 1]];
}

void zone_lookup(const struct zone *zone, int64_t seconds, int *offset, const char **abbreviation) {
	*offset = 0;
	*abbreviation = "UTC";
	if (zone == NULL)
		return;
	bool is_late = zone->transition_count == 0 || seconds >= big_64(zone->times + 8 * (zone->transition_count - 1));
	if (zone->has_rule && is_late) {
		zone_rule_lookup(&zone->rule, seconds, offset, abbreviation);
	} else {
		const struct zone_type *type = type_at(zone, seconds);
		*offset = type->offset;
		*abbreviation = type->abbreviation;
	}
}

// A zone without transitions: the name is only its key here.
static struct zone *zone_make_fixed(const char *name, int offset) {
	struct zone *zone = MEM_NEW(struct zone);
	zone->name = mem_dup_cstr(name);
	zone->types = MEM_NEW(struct zone_type);
	zone->types[0] = (struct zone_type){ offset, "" };
	zone->type_count = 1;
	return zone;
}

// `offset` is used when `is_fixed`.
static const struct zone *find_or_add(struct str name, bool is_fixed, int offset) {
	pthread_mutex_lock(&zones_lock);
	struct zone *zone = zones;
	while (zone != NULL && !str_equal_cstr(name, zone->name))
		zone = zone->next;
	if (zone == NULL && zone_count < ZONES_MAX) {
		zone = is_fixed ? zone_make_fixed(name.data, offset) : zone_load(name);
		if (zone != NULL) {
			zone->next = zones;
			zones = zone;
			zone_count++;
		}
	}
	pthread_mutex_unlock(&zones_lock);
	return zone;
}

const struct zone *zone_fixed(int offset) {
	char name[32];
	snprintf(name, sizeof name, "#%d", offset);
	return find_or_add(str_of(name), true, offset);
}

const struct zone *zone_find(struct str name) {
	return is_zone_name(name) ? find_or_add(name, false, 0) : NULL;
}

bool zone_database_exists(void) {
	return access(DATABASE, F_OK) == 0;
}

struct str zone_name(const struct zone *zone) {
	if (zone == NULL)
		return STR("UTC");
	return zone->name[0] == '#' ? STR_NONE : str_of(zone->name);
}
