// SPDX-License-Identifier: Apache-2.0
// MD5, for hashes that others made long ago (relabelling's hashmod). Pure; secures nothing. Source: RFC 1321.
#pragma once
#include "base/str.h"

enum { MD5_BYTES = 16 };
void md5(struct str text, unsigned char out[MD5_BYTES]);
