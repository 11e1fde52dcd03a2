// SPDX-License-Identifier: Apache-2.0
// Further parameters of a query's URL, as configuration and rule files have them: a map of lists, `params` of prometheus.yml.
#pragma once
#include "base/yaml_table.h"

struct query_param {
	struct str name, value; // as they are meant: not escaped
};

struct query_params {
	const struct query_param *items; // in file order; a name may have several values, neighbours
	size_t count;
};

// Reads a map of texts or of lists of texts into a struct query_params, owned by the reader's arena, or the document's when it has none. Names that are the query's own are
// refused. yaml_read.
bool query_params_read(struct yaml_reader *reader, const struct yaml_key *key, const struct yaml_node *value, void *field);
bool query_params_have(const struct query_params *params, struct str name);
