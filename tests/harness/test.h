// SPDX-License-Identifier: Apache-2.0
// TEST and CHECK over cmocka: a test is a sentence and its proof. Tests register themselves; harness/main.c runs them.
#pragma once
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/str.h"

#include <stdio.h>

typedef void test_function(void **state);
void test_register(const char *name, test_function *function);

#define TEST(name)                                                       \
	static void name(void **test_state);                             \
	__attribute__((constructor)) static void register_##name(void) { \
		test_register(#name, name);                              \
	}                                                                \
	static void name(__attribute__((unused)) void **test_state)

#define CHECK(condition) _assert_true((condition) ? 1 : 0, #condition, __FILE__, __LINE__)
#define CHECK_INT(got, wanted) assert_int_equal((got), (wanted))
#define CHECK_CSTR(got, wanted) assert_string_equal((got), (wanted))
#define CHECK_STR(got, wanted) test_check_str((got), str_of(wanted), __FILE__, __LINE__)
#define FAIL_TEST(...) fail_msg(__VA_ARGS__)

void test_check_str(struct str got, struct str wanted, const char *file, int line);
// A directory made for the running test program, removed when it ends.
const char *test_directory(void);
// The path of a file below the source tree's tests/ folder ("cases/rules"); lives until the next call.
const char *test_source_path(const char *relative);
