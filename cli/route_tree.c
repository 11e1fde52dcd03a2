// SPDX-License-Identifier: Apache-2.0
// Routes as a tree of lines. See route_tree.h. Source: amtool's cli/routing.go and the lines it draws.
#include "cli/route_tree.h"

#include "base/buf.h"

enum { DEPTH_MAX = 128 }; // of a document's, and some

struct tree {
	struct buf *out;
	const struct labels *labels; // NULL: all routes
	bool goes_on[DEPTH_MAX];     // more branches follow at that depth
	unsigned depth;
};

static bool is_drawn(const struct tree *tree, const struct route_config *route) {
	return tree->labels == NULL || matchers_match(&route->matchers, tree->labels);
}

// The last child that is drawn; NULL: none. An alert ends its way at the first that matches without `continue`.
static const struct route_config *last_child(const struct tree *tree, const struct route_config *route) {
	const struct route_config *last = NULL;
	for (size_t i = 0; i < route->route_count; i++) {
		if (!is_drawn(tree, route->routes[i]))
			continue;
		last = route->routes[i];
		if (tree->labels != NULL && !last->continues)
			break;
	}
	return last;
}

static void append_branch(struct tree *tree, bool is_last) {
	for (unsigned i = 0; i < tree->depth; i++)
		buf_append_cstr(tree->out, tree->goes_on[i] ? "│   " : "    ");
	buf_append_cstr(tree->out, is_last ? "└── " : "├── ");
}

static void append_route(struct tree *tree, const struct route_config *route, bool shows_receiver) {
	if (route->matchers.count == 0)
		buf_append_cstr(tree->out, "default-route");
	else
		matchers_format(tree->out, &route->matchers);
	if (route->continues && tree->labels == NULL)
		buf_append_cstr(tree->out, "  continue: true");
	if (shows_receiver)
		buf_format(tree->out, "  receiver: %s", route->receiver->name);
	buf_append_char(tree->out, '\n');
}

// Depth is bounded by that of the document.
static void draw(struct tree *tree, const struct route_config *route, bool is_last) {
	const struct route_config *last = last_child(tree, route);
	append_branch(tree, is_last);
	append_route(tree, route, tree->labels == NULL || last == NULL);
	if (last == NULL || tree->depth + 1 == DEPTH_MAX)
		return;
	tree->goes_on[tree->depth++] = !is_last;
	for (size_t i = 0; i < route->route_count && i <= last->index; i++)
		if (is_drawn(tree, route->routes[i]))
			draw(tree, route->routes[i], route->routes[i] == last);
	tree->depth--;
}

void route_tree_format(struct buf *out, const struct route_config *root) {
	struct tree tree = { .out = out };
	buf_append_cstr(out, ".\n");
	draw(&tree, root, true);
}

void route_tree_format_matching(struct buf *out, const struct route_config *root, const struct labels *labels) {
	struct tree tree = { .out = out, .labels = labels };
	buf_append_cstr(out, ".\n");
	draw(&tree, root, true);
}
