// SPDX-License-Identifier: Apache-2.0
// Tables of expressions with their normal form or error, for the tests of promql/.
#pragma once
#include "base/buf.h"
#include "promql/promql.h"
#include "tests/harness/test.h"

// One line per case: the expression, its normal form or error, its type; a NULL type stands for an error.
struct expr_case {
	const char *text, *wanted, *type;
	unsigned features;
};

static void check_case(const struct expr_case *item) {
	autoarena struct arena arena = { 0 };
	autobuf struct buf got = { 0 };
	struct str text = str_of(item->text);
	struct promql_result result = promql_parse(&arena, text, item->features);
	if (result.root != NULL)
		promql_format(&got, result.root);
	else
		promql_error_format(&got, text, &result.errors[0]);
	if (strcmp(buf_cstr(&got), item->wanted) != 0)
		FAIL_TEST("%s\n  gave   %s\n  wanted %s", item->text, buf_cstr(&got), item->wanted);
	CHECK((result.root != NULL) == (item->type != NULL));
	if (result.root != NULL)
		CHECK_CSTR(promql_type_name(result.type), item->type);
}

#define CHECK_CASES(...)                                                  \
	do {                                                              \
		static const struct expr_case cases[] = { __VA_ARGS__ };  \
		for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) \
			check_case(&cases[i]);                            \
	} while (0)

#define SCALAR "scalar"
#define VECTOR "instant vector"
#define MATRIX "range vector"
#define STRING "string"
