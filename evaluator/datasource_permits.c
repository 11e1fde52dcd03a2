// SPDX-License-Identifier: Apache-2.0
// The bounds of all configured datasources. See datasource_permits.h.
#include "evaluator/datasource_permits.h"

#include "base/mem.h"

enum { QUERIES_DEFAULT = 16 };

static const char *name_of(const struct datasource_config *config) {
	return config->name != NULL ? config->name : "";
}

static struct query_permits *find(const struct datasource_permits *table, const char *name) {
	for (size_t i = 0; i < table->count; i++)
		if (strcmp(table->items[i].name, name) == 0)
			return table->items[i].permits;
	return NULL;
}

struct query_permits *datasource_permits_of(const struct datasource_permits *table, const struct datasource_config *config) {
	return find(table, name_of(config));
}

void datasource_permits_finish(struct datasource_permits *table) {
	for (size_t i = 0; i < table->count; i++) {
		query_permits_unref(table->items[i].permits);
		free(table->items[i].name);
	}
	array_finish(table);
}

static void add(struct datasource_permits *table, const struct datasource_permits *old, const struct datasource_config *config, _Atomic uint64_t *in_use) {
	if (datasource_permits_of(table, config) != NULL)
		return; // the first of the list is the default one as well
	unsigned limit = config->max_concurrent_queries > 0 ? config->max_concurrent_queries : QUERIES_DEFAULT;
	struct query_permits *permits = datasource_permits_of(old, config);
	if (permits == NULL) {
		permits = query_permits_create(limit, in_use);
	} else {
		query_permits_ref(permits);
		query_permits_set_limit(permits, limit);
	}
	array_append(table, ((struct named_permits){ .name = mem_dup_cstr(name_of(config)), .permits = permits }));
}

void datasource_permits_update(struct datasource_permits *table, const struct evaluation_setup *setup, _Atomic uint64_t *in_use) {
	struct datasource_permits next = { 0 };
	add(&next, table, &setup->datasource, in_use);
	for (size_t i = 0; i < setup->datasource_count; i++)
		add(&next, table, &setup->datasources[i], in_use);
	datasource_permits_finish(table);
	*table = next;
}
