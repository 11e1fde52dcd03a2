// SPDX-License-Identifier: Apache-2.0
// Walks trees with the HTML context and copies them with escapers. See html_contextual.h.
#include "template/html_contextual.h"

#include "base/array.h"
#include "template/html_context.h"
#include "template/html_escaper.h"
#include "template/template_exec.h"
#include "template/template_function.h"

#include <stdarg.h>

enum { NEST_MAX = 1000,
	DERIVED_MAX = 10000 };

// A template as it is called from one context.
struct derived {
	const struct template_tree *original;
	struct html_context start, end;
	struct template_tree *copy;
	bool is_open; // being walked: a recursive call; it is taken to end where it starts
	bool was_assumed;
};

struct walk {
	struct arena *arena;
	const struct template *template;
	struct {
		struct derived **items;
		size_t count, cap;
	} derived;
	struct html_context loop; // where the innermost range began
	unsigned depth;
	struct error *err;
};

static const struct html_context failed = { .state = HTML_ERROR };

static struct html_context walk_list(struct walk *walk, struct html_context context, struct node_list list, struct node_list *out);

PRINTF_LIKE(3, 4)
static struct html_context fail(struct walk *walk, const struct node *node, const char *format, ...) {
	autobuf struct buf text = { 0 };
	va_list args;
	va_start(args, format);
	buf_append_cstr(&text, "html/template:");
	node_location(&text, node);
	buf_append_cstr(&text, ": ");
	buf_vformat(&text, format, args);
	va_end(args);
	error_set(walk->err, ERR_INVALID, "%s", buf_cstr(&text));
	return failed;
}

static struct node *copy_node(struct walk *walk, const struct node *node) {
	struct node *copy = arena_dup(walk->arena, node, sizeof *node);
	copy->next = NULL;
	return copy;
}

static enum html_escaper attr_escaper(struct html_context context) {
	return context.delim == DELIM_SPACE ? ESCAPER_ATTR_UNQUOTED : ESCAPER_ATTR;
}

static bool script_escaper(struct html_context context, unsigned char *out) {
	switch ((enum html_script)context.script) {
	case SCRIPT_CODE:
		*out = ESCAPER_SCRIPT;
		return true;
	case SCRIPT_DOUBLE:
	case SCRIPT_SINGLE:
		*out = ESCAPER_SCRIPT_STRING;
		return true;
	case SCRIPT_LINE_COMMENT:
	case SCRIPT_BLOCK_COMMENT:
		*out = ESCAPER_COMMENT;
		return true;
	case SCRIPT_UNCLEAR:
		break;
	}
	return false;
}

static bool url_escapers(struct html_context context, unsigned char out[3]) {
	if (context.url_part == URL_UNKNOWN)
		return false;
	int count = 0;
	if (context.url_part == URL_START)
		out[count++] = ESCAPER_URL_FILTER;
	out[count++] = context.url_part == URL_QUERY ? ESCAPER_URL_QUERY : ESCAPER_URL_NORMALIZE;
	out[count] = attr_escaper(context);
	return true;
}

// False: the place is not clear enough for any.
static bool attr_escapers(struct html_context context, unsigned char out[3]) {
	out[1] = attr_escaper(context);
	switch ((enum html_attr)context.attr) {
	case ATTR_PLAIN:
		out[0] = out[1];
		out[1] = ESCAPER_NONE;
		return true;
	case ATTR_URL:
		return url_escapers(context, out);
	case ATTR_SRCSET:
		out[0] = ESCAPER_SRCSET;
		return true;
	case ATTR_STYLE:
		out[0] = ESCAPER_STYLE;
		return true;
	case ATTR_SCRIPT:
		return script_escaper(context, &out[0]);
	case ATTR_MARKUP:
		out[0] = ESCAPER_MARKUP;
		return true;
	}
	return false;
}

static bool choose_escapers(struct html_context context, unsigned char out[3]) {
	memset(out, 0, 3);
	switch ((enum html_state)context.state) {
	case HTML_TEXT:
		out[0] = ESCAPER_TEXT;
		return true;
	case HTML_RCDATA:
		out[0] = ESCAPER_RCDATA;
		return true;
	case HTML_COMMENT:
		out[0] = ESCAPER_COMMENT;
		return true;
	case HTML_ATTR_NAME:
		out[0] = ESCAPER_ATTR_NAME;
		return true;
	case HTML_STYLE:
		out[0] = ESCAPER_STYLE;
		return true;
	case HTML_SCRIPT:
		return script_escaper(context, &out[0]);
	case HTML_ATTR:
		return attr_escapers(context, out);
	case HTML_TAG:
	case HTML_AFTER_NAME:
	case HTML_BEFORE_VALUE:
	case HTML_ERROR:
		break;
	}
	return false;
}

// The pipeline escaped already by its last function: the escaper that does the same is dropped.
static void drop_escaper(unsigned char escapers[3], unsigned flags) {
	for (int i = 0; i < 3; i++) {
		bool is_html = escapers[i] == ESCAPER_TEXT || escapers[i] == ESCAPER_RCDATA || escapers[i] == ESCAPER_ATTR;
		bool is_url = escapers[i] == ESCAPER_URL_NORMALIZE || escapers[i] == ESCAPER_URL_QUERY;
		if (!((flags & CALL_HTML_ESCAPER) && is_html) && !((flags & CALL_URL_ESCAPER) && is_url))
			continue;
		for (int k = i; k < 2; k++)
			escapers[k] = escapers[k + 1];
		escapers[2] = ESCAPER_NONE;
		return;
	}
}

// False: html or urlquery stands where its result would be escaped twice, or not enough.
static bool check_predefined(struct walk *walk, struct html_context context, const struct node *pipe, unsigned char escapers[3]) {
	for (uint32_t i = 0; i < pipe->count; i++) {
		const struct node *word = pipe->items[i]->items[0];
		unsigned flags = word->kind == NODE_IDENTIFIER ? word->function->flags : 0;
		if (!(flags & (CALL_HTML_ESCAPER | CALL_URL_ESCAPER)))
			continue;
		bool is_unquoted = context.state == HTML_ATTR && context.delim == DELIM_SPACE && (flags & CALL_HTML_ESCAPER);
		if (i + 1 < pipe->count || is_unquoted) {
			fail(walk, pipe, "predefined escaper \"%s\" disallowed in template", word->function->name);
			return false;
		}
		drop_escaper(escapers, flags);
	}
	return true;
}

static struct html_context walk_action(struct walk *walk, struct html_context context, struct node *node) {
	unsigned char escapers[3];
	if (node->pipe->declared > 0)
		return context;
	context = html_nudge(context);
	if (!choose_escapers(context, escapers))
		return fail(walk, node, "an action in an unclear place: %s", html_state_name(context));
	if (!check_predefined(walk, context, node->pipe, escapers))
		return failed;
	node->pipe = copy_node(walk, node->pipe);
	memcpy(node->pipe->escapers, escapers, sizeof escapers);
	node->pipe->is_escaped = true; // even without escapers: html did their work
	return context;
}

static struct html_context walk_text(struct walk *walk, struct html_context context, struct node *node) {
	autobuf struct buf text = { 0 }, problem = { 0 };
	struct html_context after = html_after_text(context, node->text, &text, &problem);
	if (after.state == HTML_ERROR)
		return fail(walk, node, "%s", buf_cstr(&problem));
	node->text = arena_dup_str(walk->arena, buf_str(&text));
	return after;
}

static struct html_context join(struct walk *walk, const struct node *node, struct html_context a, struct html_context b) {
	if (a.state == HTML_ERROR || b.state == HTML_ERROR)
		return failed;
	struct html_context joined = html_join(a, b);
	if (joined.state == HTML_ERROR)
		return fail(walk, node, "branches end in different contexts: %s, %s", html_state_name(a), html_state_name(b));
	return joined;
}

static struct html_context walk_branches(struct walk *walk, struct html_context context, struct node *node) {
	struct node_list body = node->body, otherwise = node->otherwise;
	struct html_context outer_loop = walk->loop;
	node->body = node->otherwise = (struct node_list){ 0 };
	if (node->kind == NODE_RANGE)
		walk->loop = context;
	struct html_context after = walk_list(walk, context, body, &node->body);
	if (node->kind == NODE_RANGE && after.state != HTML_ERROR) {
		after = join(walk, node, context, after); // the body may run again
		if (after.state != HTML_ERROR && !html_context_equal(after, context)) {
			node->body = (struct node_list){ 0 };
			after = join(walk, node, after, walk_list(walk, after, body, &node->body));
		}
	}
	walk->loop = outer_loop;
	struct html_context other = context;
	if (node->has_else)
		other = walk_list(walk, context, otherwise, &node->otherwise);
	return join(walk, node, after, other);
}

static struct derived *derive(struct walk *walk, const struct template_tree *tree, struct html_context context) {
	for (size_t i = 0; i < walk->derived.count; i++)
		if (walk->derived.items[i]->original == tree && html_context_equal(walk->derived.items[i]->start, context))
			return walk->derived.items[i];
	struct derived *derived = ARENA_NEW(walk->arena, struct derived);
	*derived = (struct derived){ .original = tree, .start = context, .end = context, .is_open = true };
	derived->copy = arena_dup(walk->arena, tree, sizeof *tree);
	derived->copy->body = (struct node_list){ 0 };
	array_append(&walk->derived, derived);
	struct html_context outer_loop = walk->loop;
	derived->end = walk_list(walk, context, tree->body, &derived->copy->body);
	walk->loop = outer_loop;
	derived->is_open = false;
	return derived;
}

static struct html_context walk_call(struct walk *walk, struct html_context context, struct node *node) {
	const struct template_tree *tree = template_lookup(walk->template, node->value);
	if (tree == NULL)
		return fail(walk, node, "no such template \"%.*s\"", STR_ARG(node->value));
	if (walk->derived.count > DERIVED_MAX)
		return fail(walk, node, "templates are called in too many contexts");
	context = html_nudge(context);
	struct derived *derived = derive(walk, tree, context);
	node->callee = derived->copy;
	if (derived->is_open) {
		derived->was_assumed = true;
		return context;
	}
	if (derived->was_assumed && derived->end.state != HTML_ERROR && !html_context_equal(derived->end, derived->start))
		return fail(walk, node, "cannot compute output context for template %.*s", STR_ARG(node->value));
	return derived->end;
}

static struct html_context walk_node(struct walk *walk, struct html_context context, struct node *node) {
	switch (node->kind) {
	case NODE_TEXT:
		return walk_text(walk, context, node);
	case NODE_ACTION:
		return walk_action(walk, context, node);
	case NODE_IF:
	case NODE_WITH:
	case NODE_RANGE:
		return walk_branches(walk, context, node);
	case NODE_TEMPLATE:
		return walk_call(walk, context, node);
	case NODE_BREAK:
	case NODE_CONTINUE:
		if (!html_context_equal(context, walk->loop))
			return fail(walk, node, "break or continue in another context than the range began in: %s", html_state_name(context));
		return context;
	case NODE_PIPE:
	case NODE_COMMAND:
	case NODE_FIELD:
	case NODE_VARIABLE:
	case NODE_CHAIN:
	case NODE_IDENTIFIER:
	case NODE_DOT:
	case NODE_NIL:
	case NODE_BOOL:
	case NODE_NUMBER:
	case NODE_STRING:
		break;
	}
	unreachable("node in a list");
}

static struct html_context walk_list(struct walk *walk, struct html_context context, struct node_list list, struct node_list *out) {
	if (list.first == NULL)
		return context;
	if (walk->depth == NEST_MAX)
		return fail(walk, list.first, "nested deeper than %d", NEST_MAX);
	walk->depth++;
	for (const struct node *node = list.first; node != NULL && context.state != HTML_ERROR; node = node->next) {
		struct node *copy = copy_node(walk, node);
		context = walk_node(walk, context, copy);
		node_list_append(out, copy);
	}
	walk->depth--;
	return context;
}

const struct template_tree *html_escape_trees(struct arena *arena, const struct template *template, const struct template_tree *root, struct error *err) {
	struct walk walk = { .arena = arena, .template = template, .err = err };
	struct derived *derived = derive(&walk, root, (struct html_context){ .state = HTML_TEXT });
	struct html_context end = derived->end;
	array_finish(&walk.derived);
	if (end.state == HTML_ERROR)
		return NULL;
	if (end.state == HTML_TEXT)
		return derived->copy;
	error_set(err, ERR_INVALID, "html/template: %.*s: ends in a non-text context: %s", STR_ARG(root->name), html_state_name(end));
	return NULL;
}
