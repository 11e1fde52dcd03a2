// SPDX-License-Identifier: Apache-2.0
// Files of the source tree that are in the program and served as they are; embed_files.py makes the tables. Private to api/.
#pragma once
#include "base/str.h"

struct embedded_file {
	const char *name;         // without its folder; NULL: the end of the table
	const char *content_type; // by its suffix
	const char *etag;         // of the bytes, in quotes
	struct str bytes;
};

extern const struct embedded_file swagger_files[]; // alertmanager.swagger.json, and no other
extern const struct embedded_file page_files[];    // web/
