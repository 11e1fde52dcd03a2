// SPDX-License-Identifier: Apache-2.0
// What a call must look like: the signature of each function. Pure data.
#pragma once
#include "promql/promql.h"

struct expr_function {
	const char *name;
	const char *arguments; // one letter each: v instant vector, m range vector, s scalar, t string
	int variadic;          // 0: exactly these. n: the last one is optional, up to n of it. -1: the last one any number of times
	enum promql_type returns;
	bool is_experimental; // behind promql-experimental-functions
};

const struct expr_function *function_find(struct str name);                                  // NULL when there is none
enum promql_type function_argument_type(const struct expr_function *function, size_t index); // index < strlen(arguments)
