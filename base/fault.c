// SPDX-License-Identifier: Apache-2.0
// Named places where a test may kill the process. See fault.h.
#include "base/fault.h"

#ifdef TOCSIN_FAULTS
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void fault_point(const char *name) {
	static _Atomic long passages;
	const char *wanted = getenv("TOCSIN_FAULT");
	size_t len = strlen(name);
	if (wanted == NULL || strncmp(wanted, name, len) != 0 || wanted[len] != ':')
		return;
	if (atomic_fetch_add(&passages, 1) + 1 == strtol(wanted + len + 1, NULL, 10))
		kill(getpid(), SIGKILL);
}
#else
typedef int fault_points_are_off; // an empty translation unit is not C
#endif
