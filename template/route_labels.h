// SPDX-License-Identifier: Apache-2.0
// The template function routeLabels: a label of the route, which may itself be a template. Private to the folder.
#pragma once
#include "template/value.h"

template_function call_route_labels;
