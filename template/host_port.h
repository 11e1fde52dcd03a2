// SPDX-License-Identifier: Apache-2.0
// "host:port" taken apart by the rules of Go's net.SplitHostPort. Pure.
#pragma once
#include "base/str.h"

bool host_port_split(struct str text, struct str *host, struct str *port); // false: not of that shape
bool host_is_address(struct str host);                                     // an IPv4 or IPv6 address
