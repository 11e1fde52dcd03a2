// SPDX-License-Identifier: Apache-2.0
// What a template depends on (LAW 8). Private to the folder. Errs on the side of "volatile".
#pragma once
#include "template/template.h"
#include "template/template_node.h"

struct template_dependence {
	enum template_class class;
	bool uses_query;
};

struct template_dependence template_depends_on(struct node_list body);
