// SPDX-License-Identifier: Apache-2.0
// A number in a template: every Go type it can take. Private to the parser. Source: Go's text/template/parse/node.go, newNumber.
#pragma once
#include "base/error.h"
#include "template/template_node.h"

enum literal_kind { LITERAL_NUMBER,
	LITERAL_CHARACTER,
	LITERAL_COMPLEX };

// False with the bare message in *problem ("illegal number syntax: \"1x\"").
bool number_literal_parse(struct str text, enum literal_kind kind, struct node_number *out, struct buf *problem);
