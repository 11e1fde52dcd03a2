// SPDX-License-Identifier: Apache-2.0
// A JSON Schema (2020-12) of a YAML file, made from the tables of keys that read it: what editors check, complete and explain files by.
// It refuses nothing that the tables take; what needs more than a look at one mapping it leaves to who reads the file.
#pragma once
#include "base/yaml_table.h"

struct buf;

struct yaml_schema {
	const char *title;
	const struct yaml_table *root; // the tables it leads to become definitions
	const char *duration_pattern;  // of durations, as YAML_DURATION reads them; not anchored, and without "0"
};

enum { YAML_SCHEMA_TABLES_MAX = 64 }; // tables a root leads to, itself included

// Appends the document, indented, a newline at its end. Keywords that draft 7 does not know are not used but for $defs.
void yaml_schema_format(struct buf *out, const struct yaml_schema *schema);
