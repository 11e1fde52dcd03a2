// SPDX-License-Identifier: Apache-2.0
// The process's code in memory.
#pragma once

// Unmaps the pages of all loaded code and constants (the program's and its libraries'); those used again come back from the page cache, one
// minor fault for sixteen of them. For after start: libraries that initialise themselves (TLS, Kerberos, PKCS #11) touch megabytes that an
// idle process never sees again. Only what the files hold is dropped, never written data. Elsewhere than on Linux it does nothing.
// A debugger's breakpoints set before are lost.
void code_pages_release(void);
