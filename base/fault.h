// SPDX-License-Identifier: Apache-2.0
// Named places where a test may kill the process. Compiled to nothing unless the build option `faults` is on.
#pragma once

#ifdef TOCSIN_FAULTS
// SIGKILLs the process at its nth passage when the environment says TOCSIN_FAULT=NAME:n.
void fault_point(const char *name);
#else
static inline void fault_point(const char *name) {
	(void)name;
}
#endif
