// SPDX-License-Identifier: Apache-2.0
// Routes as a tree of lines, as amtool draws them.
#pragma once
#include "model/receiver_config.h"

struct buf;
void route_tree_format(struct buf *out, const struct route_config *root);                                       // all of them
void route_tree_format_matching(struct buf *out, const struct route_config *root, const struct labels *labels); // those an alert passes
