// SPDX-License-Identifier: Apache-2.0
// "host:port" taken apart by the rules of Go's net.SplitHostPort. Pure.
#pragma once
#include "base/error.h"
#include "base/str.h"

// Both borrow from `text`; the host is without its brackets. ERR_INVALID: `address TEXT: ` and what Go says of it.
MUST_CHECK bool host_port_split(struct str text, struct str *host, struct str *port, struct error *err);
bool host_is_address(struct str host); // an IPv4 or IPv6 address
// A mail server: a host, which may be empty (this machine), and a port of 1 to 65535 or the name of one that mail is known by ("submission").
MUST_CHECK bool smarthost_split(struct str text, struct str *host, int *port, struct error *err);
