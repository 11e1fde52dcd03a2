// SPDX-License-Identifier: Apache-2.0
// Which code points Go prints as themselves inside quotes. Pure.
#pragma once
#include <stdbool.h>

bool printable_rune(unsigned rune); // unicode.IsPrint
