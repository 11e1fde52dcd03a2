// SPDX-License-Identifier: Apache-2.0
// Walks trees with the HTML context and copies them with escapers. See html_contextual.h. Source: Go's html/template/escape.go.
#include "template/html_contextual.h"

#include "base/array.h"
#include "base/go_text.h"
#include "template/html_context.h"
#include "template/html_escaper.h"
#include "template/template_exec.h"
#include "template/template_function.h"

#include <stdarg.h>
#include <stdlib.h>

enum { NEST_MAX = 1000,
	DERIVED_MAX = 10000,
	VISITS_MAX = 1000000, // nodes walked
	VISIT_BYTES = 64 };   // of text, that count as a node

// A template as it is called from one context.
struct derived {
	const struct template_tree *original;
	struct html_context start, end;
	struct template_tree *copy;
	bool is_open; // being walked: a call now is recursive, and is taken to end in `end`
	bool was_assumed;
};

// A break or continue of the loops around, innermost last.
struct jump {
	const struct node *node;
	struct html_context context;
};

struct walk {
	struct arena *arena;
	const struct template *template;
	struct {
		struct derived **items;
		size_t count, cap;
	} derived;
	struct {
		struct jump *items;
		size_t count, cap;
	} jumps;
	size_t loop; // the first jump of the innermost loop
	unsigned depth;
	size_t visits;
	struct buf problem;
	const struct node *problem_node;
	int problem_line; // where there is no node; 0: none
};

static const struct html_context failed = { .state = HTML_ERROR };

static struct html_context walk_list(struct walk *walk, struct html_context context, struct node_list list, struct node_list *out);

PRINTF_LIKE(3, 4)
static struct html_context fail(struct walk *walk, const struct node *node, const char *format, ...) {
	va_list args;
	va_start(args, format);
	buf_reset(&walk->problem);
	buf_vformat(&walk->problem, format, args);
	va_end(args);
	walk->problem_node = node;
	return failed;
}

// Says when it failed, before what failed.
static struct html_context fail_prefixed(struct walk *walk, const char *when, const struct node *node) {
	autobuf struct buf text = { 0 }, location = { 0 };
	buf_append_cstr(&text, when);
	buf_append_str(&text, buf_str(&walk->problem));
	buf_reset(&walk->problem);
	buf_append_str(&walk->problem, buf_str(&text));
	node_location(&location, node);
	struct str rest = str_skip(buf_str(&location), node->source->name.len + 1);
	walk->problem_line = (int)strtol(rest.data, NULL, 10);
	return failed;
}

static struct node *copy_node(struct walk *walk, const struct node *node) {
	struct node *copy = arena_dup(walk->arena, node, sizeof *node);
	copy->next = NULL;
	return copy;
}

// ---- which escapers ----

// Strings of CSS are taken for addresses.
static int url_escapers(struct html_context context, unsigned char out[3]) {
	bool is_string = context.state == STYLE_DOUBLE || context.state == STYLE_SINGLE;
	int count = 0;
	if (context.url_part == URL_QUERY) {
		out[0] = ESCAPER_URL_QUERY;
		return 1;
	}
	if (context.url_part == URL_START)
		out[count++] = ESCAPER_URL_FILTER;
	out[count++] = is_string ? ESCAPER_STYLE_STRING : ESCAPER_URL_NORMALIZE;
	return count;
}

static enum html_escaper state_escaper(enum html_state state) {
	static const unsigned char escapers[] = {
		[HTML_TEXT] = ESCAPER_TEXT,
		[HTML_RCDATA] = ESCAPER_RCDATA,
		[HTML_ATTR_NAME] = ESCAPER_ATTR_NAME,
		[HTML_SRCSET] = ESCAPER_SRCSET,
		[HTML_META_URL] = ESCAPER_URL_FILTER,
		[SCRIPT_CODE] = ESCAPER_SCRIPT,
		[SCRIPT_DOUBLE] = ESCAPER_SCRIPT_STRING,
		[SCRIPT_SINGLE] = ESCAPER_SCRIPT_STRING,
		[SCRIPT_TEMPLATE] = ESCAPER_SCRIPT_TEMPLATE,
		[SCRIPT_REGEXP] = ESCAPER_SCRIPT_REGEXP,
		[STYLE_CODE] = ESCAPER_STYLE,
		[HTML_DEAD] = ESCAPER_NONE,
	};
	return html_is_comment(state) ? ESCAPER_COMMENT : (enum html_escaper)escapers[state];
}

static void choose_escapers(struct html_context context, unsigned char out[3]) {
	enum html_state state = (enum html_state)context.state;
	bool is_url = state == HTML_URL || (state >= STYLE_DOUBLE && state <= STYLE_URL);
	int count = 0;
	memset(out, 0, 3);
	if (is_url)
		count = url_escapers(context, out);
	else if (state_escaper(state) != ESCAPER_NONE)
		out[count++] = (unsigned char)state_escaper(state);
	if (context.delim != DELIM_NONE)
		out[count] = context.delim == DELIM_SPACE ? ESCAPER_ATTR_UNQUOTED : ESCAPER_ATTR;
}

// ---- html and urlquery written by the user: they take the place of the escaper that does the same ----

static const struct node *function_word(const struct node *command) {
	const struct node *word = command->items[0];
	return word->kind == NODE_IDENTIFIER && (word->function->flags & (CALL_HTML_ESCAPER | CALL_URL_ESCAPER)) ? word : NULL;
}

// False: html or urlquery stands where its result would be escaped twice, or not enough.
static bool check_predefined(struct walk *walk, struct html_context context, const struct node *action) {
	const struct node *pipe = action->pipe;
	for (uint32_t i = 0; i < pipe->count; i++) {
		const struct node *word = function_word(pipe->items[i]);
		if (word == NULL)
			continue;
		bool is_unquoted = context.state == HTML_ATTR && context.delim == DELIM_SPACE && (word->function->flags & CALL_HTML_ESCAPER);
		if (i + 1 == pipe->count && !is_unquoted)
			continue;
		fail(walk, action, "predefined escaper \"%s\" disallowed in template", word->function->name);
		return false;
	}
	return true;
}

static bool replace_escaper(unsigned char escapers[3], unsigned flags) {
	bool replaced = false;
	for (int i = 0; i < 3; i++) {
		bool is_html = escapers[i] == ESCAPER_TEXT || escapers[i] == ESCAPER_RCDATA || escapers[i] == ESCAPER_ATTR;
		bool is_url = escapers[i] == ESCAPER_URL_NORMALIZE || escapers[i] == ESCAPER_URL_QUERY;
		if (!((flags & CALL_HTML_ESCAPER) && is_html) && !((flags & CALL_URL_ESCAPER) && is_url))
			continue;
		escapers[i] = is_html ? ESCAPER_HTML : ESCAPER_URLQUERY;
		replaced = true;
	}
	return replaced;
}

// "html .A .B": the arguments alone, as one text.
static struct node *arguments_only(struct walk *walk, const struct node *command) {
	struct node *copy = copy_node(walk, command);
	struct node *word = copy_node(walk, command->items[0]);
	copy->items = arena_dup(walk->arena, command->items, command->count * sizeof *command->items);
	word->text = str_of(callable_eval_args.name);
	word->function = &callable_eval_args;
	copy->items[0] = word;
	return copy;
}

static void merge_predefined(struct walk *walk, struct node *pipe) {
	const struct node *last = pipe->items[pipe->count - 1];
	const struct node *word = function_word(last);
	if (word == NULL || !(word->function->flags & (CALL_HTML_ESCAPER | CALL_URL_ESCAPER)))
		return;
	bool replaced = replace_escaper(pipe->escapers, word->function->flags);
	if (pipe->count > 1)
		pipe->count -= replaced;
	if (pipe->count > 1 || pipe->items[0] != last || (last->count == 1 && !replaced))
		return;
	struct node *alone = copy_node(walk, last); // Go gives it the text of its arguments, where it stays, too
	alone->count = 1;
	pipe->items = ARENA_NEW_ARRAY(walk->arena, struct node *, 2);
	pipe->items[0] = arguments_only(walk, last);
	pipe->items[1] = alone;
	pipe->count = replaced ? 1 : 2;
}

// ---- the walk ----

static struct html_context walk_action(struct walk *walk, struct html_context context, struct node *node) {
	if (node->pipe->declared > 0)
		return context;
	context = html_nudge(context);
	if (!check_predefined(walk, context, node) || context.state == HTML_ERROR)
		return failed;
	bool is_url = context.state == HTML_URL || (context.state >= STYLE_DOUBLE && context.state <= STYLE_URL);
	if (is_url && context.url_part == URL_UNKNOWN) {
		autobuf struct buf shown = { 0 };
		node_format(&shown, node);
		return fail(walk, node, "%s appears in an ambiguous context within a URL", buf_cstr(&shown));
	}
	node->pipe = copy_node(walk, node->pipe);
	choose_escapers(context, node->pipe->escapers);
	node->pipe->is_escaped = true;
	merge_predefined(walk, node->pipe);
	if (context.state == SCRIPT_CODE)
		context.slash = SLASH_DIVISION; // behind a value
	return context;
}

static struct html_context walk_text(struct walk *walk, struct html_context context, struct node *node) {
	autobuf struct buf text = { 0 }, problem = { 0 };
	if (context.state == HTML_ERROR)
		return failed;
	walk->visits += node->text.len / VISIT_BYTES;
	struct html_context after = html_after_text(context, node->text, &text, &problem);
	if (after.state == HTML_ERROR)
		return fail(walk, NULL, "%s", buf_cstr(&problem));
	node->text = arena_dup_str(walk->arena, buf_str(&text));
	return after;
}

static const char *keyword_of(const struct node *node) {
	return node->kind == NODE_IF ? "if" : node->kind == NODE_WITH ? "with"
	                                                              : "range";
}

static struct html_context join(struct walk *walk, const struct node *node, const char *keyword, struct html_context a, struct html_context b) {
	if (a.state == HTML_ERROR || b.state == HTML_ERROR)
		return failed;
	struct html_context joined = html_join(a, b);
	if (joined.state != HTML_ERROR)
		return joined;
	autobuf struct buf first = { 0 }, second = { 0 };
	html_context_format(&first, a);
	html_context_format(&second, b);
	return fail(walk, node, "{{%s}} branches end in different contexts: %s, %s", keyword, buf_cstr(&first), buf_cstr(&second));
}

// Jumps of the innermost loop join the end of its body: they come back to its start, or leave it.
static struct html_context join_jumps(struct walk *walk, struct html_context after) {
	static const enum node_kind kinds[] = { NODE_BREAK, NODE_CONTINUE };
	for (int k = 0; k < 2; k++) {
		for (size_t i = walk->loop; i < walk->jumps.count && after.state != HTML_ERROR; i++) {
			const struct jump *jump = &walk->jumps.items[i];
			if (jump->node->kind != kinds[k])
				continue;
			after = join(walk, jump->node, "range", after, jump->context);
			if (after.state == HTML_ERROR)
				fail_prefixed(walk, k == 0 ? "at range loop break: " : "at range loop continue: ", jump->node);
		}
	}
	return after;
}

static struct html_context walk_body_once(struct walk *walk, struct html_context context, struct node_list body, struct node_list *out) {
	size_t outer_loop = walk->loop;
	walk->loop = walk->jumps.count;
	struct html_context after = walk_list(walk, context, body, out);
	if (after.state != HTML_ERROR)
		after = join_jumps(walk, after);
	walk->jumps.count = walk->loop;
	walk->loop = outer_loop;
	return after;
}

// The body may run again: from where it ended it must end there again.
static struct html_context walk_loop(struct walk *walk, struct html_context context, struct node *node, struct node_list body) {
	struct node_list dropped = { 0 };
	struct html_context after = walk_body_once(walk, context, body, &node->body);
	if (after.state == HTML_ERROR || html_context_equal(after, context))
		return after;
	struct html_context again = join(walk, node, "range", after, walk_body_once(walk, after, body, &dropped));
	return again.state == HTML_ERROR ? fail_prefixed(walk, "on range loop re-entry: ", node) : again;
}

static struct html_context walk_branches(struct walk *walk, struct html_context context, struct node *node) {
	struct node_list body = node->body, otherwise = node->otherwise;
	node->body = node->otherwise = (struct node_list){ 0 };
	struct html_context after = node->kind == NODE_RANGE ? walk_loop(walk, context, node, body) : walk_list(walk, context, body, &node->body);
	if (after.state == HTML_ERROR)
		return failed;
	struct html_context other = context;
	if (node->has_else)
		other = walk_list(walk, context, otherwise, &node->otherwise);
	return join(walk, node, keyword_of(node), after, other);
}

// Walks the body of a template, taking it to end in `derived->end` where it calls itself. True when that was right.
static bool walk_derived(struct walk *walk, struct derived *derived, struct html_context start, struct html_context *end) {
	size_t mark = walk->derived.count, outer_loop = walk->loop;
	derived->copy->body = (struct node_list){ 0 };
	derived->is_open = true;
	derived->was_assumed = false;
	walk->loop = walk->jumps.count;
	*end = walk_list(walk, start, derived->original->body, &derived->copy->body);
	walk->loop = outer_loop;
	derived->is_open = false;
	bool is_right = end->state != HTML_ERROR && (!derived->was_assumed || html_context_equal(*end, derived->end));
	if (!is_right)
		walk->derived.count = mark; // they were made on a wrong assumption
	return is_right;
}

// Go's place of a body: what it begins with, an action at its delimiter.
static struct html_context fail_output(struct walk *walk, const struct derived *derived) {
	struct node *place = copy_node(walk, derived->original->body.first);
	const char *text = place->source->text.data;
	while (place->kind != NODE_TEXT && place->at > 0 && !(text[place->at] == '{' && text[place->at - 1] == '{'))
		place->at--;
	if (place->kind != NODE_TEXT && place->at > 0)
		place->at--;
	return fail(walk, place, "cannot compute output context for template %.*s", STR_ARG(derived->copy->name));
}

static struct derived *derive(struct walk *walk, const struct template_tree *tree, struct html_context context) {
	for (size_t i = 0; i < walk->derived.count; i++)
		if (walk->derived.items[i]->original == tree && html_context_equal(walk->derived.items[i]->start, context))
			return walk->derived.items[i];
	struct derived *derived = ARENA_NEW(walk->arena, struct derived);
	*derived = (struct derived){ .original = tree, .start = context, .end = context };
	derived->copy = arena_dup(walk->arena, tree, sizeof *tree);
	if (context.state != HTML_TEXT) {
		autobuf struct buf name = { 0 };
		html_mangle(&name, tree->name, context);
		derived->copy->name = arena_dup_str(walk->arena, buf_str(&name));
	}
	array_append(&walk->derived, derived);
	struct html_context end;
	if (!walk_derived(walk, derived, context, &end) && end.state != HTML_ERROR) {
		derived->end = end;
		if (!walk_derived(walk, derived, end, &end))
			end = fail_output(walk, derived);
	}
	derived->end = end;
	return derived;
}

static struct html_context walk_call(struct walk *walk, struct html_context context, struct node *node) {
	const struct template_tree *tree = template_lookup(walk->template, node->value);
	if (tree == NULL) {
		autobuf struct buf name = { 0 };
		go_quote(&name, node->value);
		return fail(walk, node, "no such template %s", buf_cstr(&name));
	}
	if (walk->derived.count > DERIVED_MAX)
		return fail(walk, node, "templates are called in too many contexts");
	struct derived *derived = derive(walk, tree, context);
	node->callee = derived->copy;
	derived->was_assumed |= derived->is_open;
	return derived->end;
}

static struct html_context walk_jump(struct walk *walk, struct html_context context, const struct node *node) {
	const struct jump jump = { node, context };
	array_append(&walk->jumps, jump);
	return (struct html_context){ .state = HTML_DEAD };
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
		return walk_jump(walk, context, node);
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

// What stands behind a jump is never run, and left out. The walk goes on behind a failure, as Go's does: the last failure of an action
// or a call is the one that is told.
static struct html_context walk_list(struct walk *walk, struct html_context context, struct node_list list, struct node_list *out) {
	if (list.first == NULL)
		return context;
	if (walk->depth == NEST_MAX)
		return fail(walk, list.first, "nested deeper than %d", NEST_MAX);
	walk->depth++;
	for (const struct node *node = list.first; node != NULL && context.state != HTML_DEAD; node = node->next) {
		if (++walk->visits > VISITS_MAX)
			return fail(walk, node, "loops and templates in too many contexts");
		struct node *copy = copy_node(walk, node);
		context = walk_node(walk, context, copy);
		node_list_append(out, copy);
	}
	walk->depth--;
	return context;
}

static void report(struct walk *walk, struct str name, struct error *err) {
	autobuf struct buf text = { 0 };
	if (walk->problem_node != NULL) {
		node_location(&text, walk->problem_node);
		buf_append_cstr(&text, ":");
	} else if (walk->problem_line > 0) {
		buf_format(&text, "%.*s:%d:", STR_ARG(name), walk->problem_line);
	} else if (name.len > 0) {
		buf_format(&text, "%.*s:", STR_ARG(name));
	}
	error_set(err, ERR_INVALID, "html/template:%s %s", text.len > 0 ? buf_cstr(&text) : "", buf_cstr(&walk->problem));
}

const struct template_tree *html_escape_trees(struct arena *arena, const struct template *template, const struct template_tree *root, struct error *err) {
	struct walk walk = { .arena = arena, .template = template };
	struct derived *derived = derive(&walk, root, (struct html_context){ .state = HTML_TEXT });
	bool is_good = derived->end.state == HTML_TEXT;
	if (!is_good && derived->end.state != HTML_ERROR) {
		autobuf struct buf shown = { 0 };
		html_context_format(&shown, derived->end);
		fail(&walk, NULL, "ends in a non-text context: %s", buf_cstr(&shown));
	}
	if (!is_good)
		report(&walk, root->name, err);
	array_finish(&walk.derived);
	array_finish(&walk.jumps);
	buf_finish(&walk.problem);
	return is_good ? derived->copy : NULL;
}
