// SPDX-License-Identifier: Apache-2.0
// Scope-bound release of the few things that are opened and closed in one function.
#pragma once
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static inline void cleanup_free(void *slot) {
	free(*(void **)slot);
}
static inline void cleanup_fclose(FILE **slot) {
	if (*slot != NULL)
		fclose(*slot);
}
static inline void cleanup_fd(int *slot) {
	if (*slot >= 0)
		close(*slot);
}

#define autofree __attribute__((cleanup(cleanup_free)))
#define autoclose __attribute__((cleanup(cleanup_fclose)))
#define autoclose_fd __attribute__((cleanup(cleanup_fd))) // for a file descriptor; -1 means none
#define MUST_CHECK __attribute__((warn_unused_result))
#define PRINTF_LIKE(format_at, args_at) __attribute__((format(printf, format_at, args_at)))
