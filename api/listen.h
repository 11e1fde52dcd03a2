// SPDX-License-Identifier: Apache-2.0
// A listening socket from an address text. Private to api/.
#pragma once
#include "base/error.h"

// "host:port", ":port" (all addresses) or "[v6]:port"; port 0 takes a free one. The socket, or -1 with ERR_INVALID or ERR_IO.
int listen_open(const char *address, struct error *err);
unsigned listen_port(int socket);
