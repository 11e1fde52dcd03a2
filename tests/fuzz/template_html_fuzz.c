// SPDX-License-Identifier: Apache-2.0
// Any bytes as a template of HTML: as template_fuzz.c does it for text.
#define FUZZ_MODE TEMPLATE_HTML
#include "tests/fuzz/template_fuzz.c"
