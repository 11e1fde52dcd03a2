// SPDX-License-Identifier: Apache-2.0
// The parser of templates: recursive descent with three items of look-ahead. See template_parse.h.
// Source of the grammar and of every message: Go's text/template/parse/parse.go.
#include "template/template_parse.h"

#include "base/array.h"
#include "base/go_text.h"
#include "model/limits.h"
#include "template/go_quote.h"
#include "template/number_literal.h"
#include "template/template_function.h"
#include "template/template_lex.h"

#include <stdarg.h>

struct names {
	struct str *items;
	size_t count, cap;
};

struct words {
	struct node **items;
	size_t count, cap;
};

struct parser {
	struct arena *arena;
	const struct template_source *source;
	const struct function_table *functions;
	struct lexer lexer;
	struct item tokens[3]; // read but not consumed, the newest at 0
	int token_count;       // how many of them
	struct names variables;
	struct words words; // operands and commands being collected, a stack
	int range_depth, depth;
	int action_line; // 0: not in an action
	struct template_tree_list *trees;
	struct error *err;
};

// How a list of nodes ended.
enum list_end { LIST_FAILED,
	LIST_END,
	LIST_ELSE };

static enum list_end parse_list(struct parser *parser, struct node_list *out);
static struct node *parse_pipeline(struct parser *parser, const char *context, enum item_kind end);

// Where in its line the byte at `offset` stands, in code points from 1.
static int column_of(struct str text, size_t offset) {
	struct str line = str_head(text, offset < text.len ? offset : text.len);
	unsigned rune;
	int column = 1;
	for (size_t i = line.len; i > 0; i--) {
		if (line.data[i - 1] != '\n')
			continue;
		line = str_skip(line, i);
		break;
	}
	for (; line.len > 0; column++)
		line = str_skip(line, str_decode_rune(line, &rune));
	return column;
}

PRINTF_LIKE(2, 3)
static bool fail(struct parser *parser, const char *format, ...) {
	autobuf struct buf text = { 0 };
	va_list args;
	va_start(args, format);
	buf_vformat(&text, format, args);
	va_end(args);
	int line = parser->tokens[0].line;
	struct str name = parser->source->name;
	error_set(parser->err, ERR_INVALID, "template: %.*s:%d: %s", STR_ARG(name), line, buf_cstr(&text));
	if (parser->err != NULL)
		parser->err->at = (struct position){ .line = line, .column = column_of(parser->source->text, parser->tokens[0].at) };
	return false;
}

// The failure is about this item, and not about the token that was read last.
static void blame(struct parser *parser, struct item item) {
	if (parser->err != NULL)
		parser->err->at = (struct position){ .line = item.line, .column = column_of(parser->source->text, item.at) };
}

static struct item next(struct parser *parser) {
	if (parser->token_count > 0)
		parser->token_count--;
	else
		parser->tokens[0] = template_lexer_next(&parser->lexer);
	return parser->tokens[parser->token_count];
}

static void backup(struct parser *parser) {
	parser->token_count++;
}

static struct item peek(struct parser *parser) {
	if (parser->token_count == 0) {
		parser->tokens[0] = template_lexer_next(&parser->lexer);
		parser->token_count = 1;
	}
	return parser->tokens[parser->token_count - 1];
}

static struct item next_word(struct parser *parser) {
	struct item item;
	do
		item = next(parser);
	while (item.kind == ITEM_SPACE);
	return item;
}

static struct item peek_word(struct parser *parser) {
	struct item item = next_word(parser);
	backup(parser);
	return item;
}

// As Go's %.10q of the item: at most ten code points are quoted.
static void append_item(struct buf *out, struct item item) {
	if (item.kind == ITEM_EOF) {
		buf_append_cstr(out, "EOF");
		return;
	}
	if (item.kind == ITEM_ERROR || item.kind > ITEM_KEYWORD) {
		buf_format(out, item.kind == ITEM_ERROR ? "%.*s" : "<%.*s>", STR_ARG(item.text));
		return;
	}
	struct str rest = item.text;
	unsigned rune;
	for (int i = 0; i < 10 && rest.len > 0; i++)
		rest = str_skip(rest, str_decode_rune(rest, &rune));
	go_quote(out, item.text.len > 10 ? str_head(item.text, item.text.len - rest.len) : item.text);
	buf_append_cstr(out, item.text.len > 10 ? "..." : "");
}

static bool unexpected(struct parser *parser, struct item item, const char *context) {
	autobuf struct buf shown = { 0 };
	append_item(&shown, item);
	if (item.kind != ITEM_ERROR)
		return fail(parser, "unexpected %s in %s", buf_cstr(&shown), context);
	if (parser->action_line == 0 || parser->action_line == item.line)
		return fail(parser, "%s", buf_cstr(&shown));
	bool names_action = str_has_suffix(buf_str(&shown), STR(" action"));
	return fail(parser, "%s%s started at %.*s:%d", buf_cstr(&shown), names_action ? "" : " in action", STR_ARG(parser->source->name), parser->action_line);
}

static bool expect(struct parser *parser, enum item_kind kind, const char *context, struct item *out) {
	*out = next_word(parser);
	return out->kind == kind || unexpected(parser, *out, context);
}

static struct node *new_node(struct parser *parser, enum node_kind kind, uint32_t at) {
	struct node *node = ARENA_NEW(parser->arena, struct node);
	node->kind = kind;
	node->at = at;
	node->source = parser->source;
	return node;
}

// Moves the words collected since `from` into the node.
static void take_words(struct parser *parser, struct node *node, size_t from) {
	node->count = (uint32_t)(parser->words.count - from);
	node->items = arena_dup(parser->arena, node->count == 0 ? NULL : parser->words.items + from, node->count * sizeof *node->items);
	parser->words.count = from;
}

static bool enter(struct parser *parser) {
	if (parser->depth == LIMIT_TEMPLATE_DEPTH)
		return fail(parser, "max expression depth exceeded");
	parser->depth++;
	return true;
}

static bool unquote(struct parser *parser, struct item item, struct str *out) {
	return go_unquote_constant(parser->arena, item.text, out) || fail(parser, "invalid syntax");
}

static struct node *parse_identifier(struct parser *parser, struct item item) {
	const struct template_callable *function = callable_find(parser->functions, item.text);
	if (function == NULL) {
		fail(parser, "function \"%.*s\" not defined", STR_ARG(item.text));
		return NULL;
	}
	struct node *node = new_node(parser, NODE_IDENTIFIER, item.at);
	node->text = item.text;
	node->function = function;
	return node;
}

static struct node *parse_variable(struct parser *parser, struct item item) {
	for (size_t i = 0; i < parser->variables.count; i++) {
		if (!str_equal(parser->variables.items[i], item.text))
			continue;
		struct node *node = new_node(parser, NODE_VARIABLE, item.at);
		node->names = arena_dup(parser->arena, &item.text, sizeof item.text);
		node->count = 1;
		return node;
	}
	fail(parser, "undefined variable \"%.*s\"", STR_ARG(item.text));
	blame(parser, item);
	return NULL;
}

static struct node *parse_number(struct parser *parser, struct item item) {
	autobuf struct buf problem = { 0 };
	struct node_number number;
	enum literal_kind kind = item.kind == ITEM_NUMBER ? LITERAL_NUMBER : item.kind == ITEM_COMPLEX ? LITERAL_COMPLEX
	                                                                                               : LITERAL_CHARACTER;
	if (!number_literal_parse(item.text, kind, &number, &problem)) {
		fail(parser, "%s", buf_cstr(&problem));
		blame(parser, item);
		return NULL;
	}
	struct node *node = new_node(parser, NODE_NUMBER, item.at);
	node->text = item.text;
	node->number = arena_dup(parser->arena, &number, sizeof number);
	return node;
}

static struct node *parse_string(struct parser *parser, struct item item) {
	struct node *node = new_node(parser, NODE_STRING, item.at);
	node->text = item.text;
	return unquote(parser, item, &node->value) ? node : NULL;
}

static struct node *parse_field(struct parser *parser, struct item item) {
	struct node *node = new_node(parser, NODE_FIELD, item.at);
	struct str name = str_skip(item.text, 1);
	node->names = arena_dup(parser->arena, &name, sizeof name);
	node->count = 1;
	return node;
}

static struct node *parse_parenthesis(struct parser *parser) {
	if (!enter(parser))
		return NULL;
	struct node *pipe = parse_pipeline(parser, "parenthesized pipeline", ITEM_RIGHT_PAREN);
	parser->depth--;
	return pipe;
}

// One term. NULL with *failed unset: the next item is none.
static struct node *parse_term(struct parser *parser, bool *failed) {
	struct item item = next_word(parser);
	struct node *node = NULL;
	if (item.kind == ITEM_IDENTIFIER)
		node = parse_identifier(parser, item);
	else if (item.kind == ITEM_DOT || item.kind == ITEM_NIL)
		node = new_node(parser, item.kind == ITEM_DOT ? NODE_DOT : NODE_NIL, item.at);
	else if (item.kind == ITEM_VARIABLE)
		node = parse_variable(parser, item);
	else if (item.kind == ITEM_FIELD)
		node = parse_field(parser, item);
	else if (item.kind == ITEM_CHAR_CONSTANT || item.kind == ITEM_COMPLEX || item.kind == ITEM_NUMBER)
		node = parse_number(parser, item);
	else if (item.kind == ITEM_LEFT_PAREN)
		node = parse_parenthesis(parser);
	else if (item.kind == ITEM_STRING || item.kind == ITEM_RAW_STRING)
		node = parse_string(parser, item);
	else if (item.kind == ITEM_BOOL) {
		node = new_node(parser, NODE_BOOL, item.at);
		node->is_true = item.text.len == 4;
	} else {
		backup(parser);
		return NULL;
	}
	*failed = node == NULL;
	return node;
}

// Puts ".A.B" behind the names the node has, as Go does: the position becomes that of the first field.
static void add_fields(struct parser *parser, struct node *node) {
	struct names names = { 0 };
	if (node->kind != NODE_CHAIN)
		for (uint32_t i = 0; i < node->count; i++)
			array_append(&names, node->names[i]);
	node->at = peek(parser).at;
	while (peek(parser).kind == ITEM_FIELD)
		array_append(&names, str_skip(next(parser).text, 1));
	node->names = arena_dup(parser->arena, names.items, names.count * sizeof *names.items);
	node->count = (uint32_t)names.count;
	array_finish(&names);
}

static bool is_literal(const struct node *node) {
	return node->kind == NODE_BOOL || node->kind == NODE_STRING || node->kind == NODE_NUMBER || node->kind == NODE_NIL || node->kind == NODE_DOT;
}

static bool fail_after_term(struct parser *parser, const struct node *node) {
	autobuf struct buf shown = { 0 }, quoted = { 0 };
	node_format(&shown, node);
	go_quote(&quoted, buf_str(&shown));
	return fail(parser, "unexpected . after term %s", buf_cstr(&quoted));
}

// term .Field*
static struct node *parse_operand(struct parser *parser, bool *failed) {
	struct node *node = parse_term(parser, failed);
	if (node == NULL || peek(parser).kind != ITEM_FIELD)
		return node;
	if (is_literal(node)) {
		while (peek(parser).kind == ITEM_FIELD)
			next(parser);
		*failed = true;
		fail_after_term(parser, node);
		return NULL;
	}
	if (node->kind != NODE_FIELD && node->kind != NODE_VARIABLE) {
		struct node *chain = new_node(parser, NODE_CHAIN, 0);
		chain->inner = node;
		node = chain;
	}
	add_fields(parser, node);
	return node;
}

static struct node *parse_command(struct parser *parser) {
	struct node *command = new_node(parser, NODE_COMMAND, peek_word(parser).at);
	size_t from = parser->words.count;
	for (;;) {
		bool failed = false;
		peek_word(parser);
		struct node *operand = parse_operand(parser, &failed);
		if (failed)
			return NULL;
		if (operand != NULL)
			array_append(&parser->words, operand);
		struct item item = next(parser);
		if (item.kind == ITEM_SPACE)
			continue;
		if (item.kind == ITEM_RIGHT_DELIM || item.kind == ITEM_RIGHT_PAREN)
			backup(parser);
		else if (item.kind != ITEM_PIPE)
			return unexpected(parser, item, "operand"), NULL;
		break;
	}
	if (parser->words.count == from)
		return fail(parser, "empty command"), NULL;
	take_words(parser, command, from);
	return command;
}

enum declared { DECLARED_NONE,
	DECLARED_ONE,
	DECLARED_MORE,
	DECLARED_FAILED };

// One "$x :=", "$x =" or "$x," at the head of a pipeline; otherwise everything read is put back.
static enum declared parse_declaration(struct parser *parser, struct node *pipe, const char *context, struct str *name) {
	struct item variable = peek_word(parser);
	if (variable.kind != ITEM_VARIABLE)
		return DECLARED_NONE;
	next(parser);
	struct item after = peek(parser);
	struct item sign = peek_word(parser);
	bool is_comma = sign.kind == ITEM_CHAR && str_equal(sign.text, STR(","));
	if (sign.kind != ITEM_ASSIGN && sign.kind != ITEM_DECLARE && !is_comma) {
		parser->tokens[1] = after.kind == ITEM_SPACE ? after : variable;
		parser->tokens[2] = variable;
		parser->token_count = after.kind == ITEM_SPACE ? 3 : 2;
		return DECLARED_NONE;
	}
	next_word(parser);
	*name = variable.text;
	pipe->declared++;
	array_append(&parser->variables, variable.text);
	if (!is_comma) {
		pipe->is_assign = sign.kind == ITEM_ASSIGN;
		return DECLARED_ONE;
	}
	if (strcmp(context, "range") != 0 || pipe->declared > 1)
		return fail(parser, "too many declarations in %s", context), DECLARED_FAILED;
	struct item following = peek_word(parser);
	if (following.kind == ITEM_VARIABLE || following.kind == ITEM_RIGHT_DELIM || following.kind == ITEM_RIGHT_PAREN)
		return DECLARED_MORE;
	return fail(parser, "range can only initialize variables"), DECLARED_FAILED;
}

static bool parse_declarations(struct parser *parser, struct node *pipe, const char *context) {
	struct str names[2];
	enum declared declared = DECLARED_MORE;
	while (declared == DECLARED_MORE)
		declared = parse_declaration(parser, pipe, context, &names[pipe->declared > 0]);
	if (pipe->declared > 0 && declared != DECLARED_FAILED)
		pipe->names = arena_dup(parser->arena, names, pipe->declared * sizeof *names);
	return declared != DECLARED_FAILED;
}

static bool check_pipeline(struct parser *parser, const struct node *pipe, const char *context) {
	if (pipe->count == 0)
		return fail(parser, "missing value for %s", context);
	for (uint32_t i = 1; i < pipe->count; i++)
		if (is_literal(pipe->items[i]->items[0]))
			return fail(parser, "non executable command in pipeline stage %u", i + 1);
	return true;
}

static bool begins_operand(enum item_kind kind) {
	static const enum item_kind kinds[] = { ITEM_BOOL, ITEM_CHAR_CONSTANT, ITEM_COMPLEX, ITEM_DOT, ITEM_FIELD, ITEM_IDENTIFIER, ITEM_NUMBER, ITEM_NIL, ITEM_RAW_STRING, ITEM_STRING, ITEM_VARIABLE, ITEM_LEFT_PAREN };
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (kinds[i] == kind)
			return true;
	return false;
}

// declarations? command ('|' command)*, up to and with the item `end`.
static struct node *parse_pipeline(struct parser *parser, const char *context, enum item_kind end) {
	struct node *pipe = new_node(parser, NODE_PIPE, peek_word(parser).at);
	size_t from = parser->words.count;
	if (!parse_declarations(parser, pipe, context))
		return NULL;
	for (;;) {
		struct item item = next_word(parser);
		if (item.kind == end)
			break;
		if (!begins_operand(item.kind))
			return unexpected(parser, item, context), NULL;
		backup(parser);
		struct node *command = parse_command(parser);
		if (command == NULL)
			return NULL;
		array_append(&parser->words, command);
	}
	take_words(parser, pipe, from);
	return check_pipeline(parser, pipe, context) ? pipe : NULL;
}

// if, range, with: the pipeline and the two lists. `else if` and `else with` are walked in a loop, so that long chains need no stack.
static bool parse_branches(struct parser *parser, struct node *node, const char *context) {
	size_t scope = parser->variables.count;
	for (;;) {
		node->pipe = parse_pipeline(parser, context, ITEM_RIGHT_DELIM);
		if (node->pipe == NULL)
			return false;
		parser->range_depth += node->kind == NODE_RANGE;
		enum list_end end = parse_list(parser, &node->body);
		parser->range_depth -= node->kind == NODE_RANGE;
		if (end == LIST_FAILED)
			return false;
		if (end == LIST_END)
			break;
		node->has_else = true;
		struct item chained = peek(parser);
		if ((node->kind == NODE_IF && chained.kind == ITEM_IF) || (node->kind == NODE_WITH && chained.kind == ITEM_WITH)) {
			next(parser);
			struct node *inner = new_node(parser, node->kind, chained.at);
			node_list_append(&node->otherwise, inner);
			node = inner;
			continue;
		}
		end = parse_list(parser, &node->otherwise);
		if (end == LIST_ELSE)
			return fail(parser, "expected end; found {{else}}");
		if (end == LIST_FAILED)
			return false;
		break;
	}
	parser->variables.count = scope;
	return true;
}

static struct node *parse_control(struct parser *parser, enum node_kind kind, const char *context) {
	if (!enter(parser))
		return NULL;
	struct node *node = new_node(parser, kind, 0);
	bool parsed = parse_branches(parser, node, context);
	parser->depth--;
	if (!parsed)
		return NULL;
	node->at = node->pipe->at;
	return node;
}

static struct node *parse_jump(struct parser *parser, enum node_kind kind, struct item keyword, const char *shown) {
	struct item item = next_word(parser);
	if (item.kind != ITEM_RIGHT_DELIM)
		return unexpected(parser, item, shown), NULL;
	if (parser->range_depth == 0)
		return fail(parser, "%s outside {{range}}", shown), NULL;
	return new_node(parser, kind, keyword.at);
}

// Adds a tree that was read; an empty one gives way.
static bool add_tree(struct parser *parser, const struct template_tree *tree) {
	for (size_t i = 0; i < parser->trees->count; i++) {
		struct template_tree *other = &parser->trees->items[i];
		if (!str_equal(other->name, tree->name))
			continue;
		if (template_tree_is_empty(other))
			*other = *tree;
		else if (!template_tree_is_empty(tree))
			return fail(parser, "template: multiple definition of template \"%.*s\"", STR_ARG(tree->name));
		return true;
	}
	array_append(parser->trees, *tree);
	return true;
}

// The body of a define or block: variables and loops outside are not seen inside.
static bool parse_body(struct parser *parser, struct str name, const char *context) {
	struct template_tree tree = { .name = name, .source = parser->source };
	struct names outer = parser->variables;
	int range_depth = parser->range_depth;
	parser->variables = (struct names){ 0 };
	array_append(&parser->variables, STR("$"));
	parser->range_depth = 0;
	enum list_end end = enter(parser) ? parse_list(parser, &tree.body) : LIST_FAILED;
	parser->depth--;
	array_finish(&parser->variables);
	parser->variables = outer;
	parser->range_depth = range_depth;
	if (end == LIST_ELSE)
		return fail(parser, "unexpected {{else}} in %s", context);
	return end == LIST_END && add_tree(parser, &tree);
}

static bool parse_name(struct parser *parser, const char *context, struct item *out, struct str *name) {
	*out = next_word(parser);
	if (out->kind != ITEM_STRING && out->kind != ITEM_RAW_STRING)
		return unexpected(parser, *out, context);
	return unquote(parser, *out, name);
}

static bool parse_define(struct parser *parser) {
	struct item item;
	struct str name;
	return parse_name(parser, "define clause", &item, &name) && expect(parser, ITEM_RIGHT_DELIM, "define clause", &item) && parse_body(parser, name, "define clause");
}

static struct node *parse_block(struct parser *parser) {
	struct item item;
	struct str name;
	if (!parse_name(parser, "block clause", &item, &name))
		return NULL;
	struct node *pipe = parse_pipeline(parser, "block clause", ITEM_RIGHT_DELIM);
	if (pipe == NULL || !parse_body(parser, name, "block clause"))
		return NULL;
	struct node *node = new_node(parser, NODE_TEMPLATE, item.at);
	node->value = name;
	node->pipe = pipe;
	return node;
}

static struct node *parse_call(struct parser *parser) {
	struct item item;
	struct str name;
	struct node *pipe = NULL;
	if (!parse_name(parser, "template clause", &item, &name))
		return NULL;
	if (next_word(parser).kind != ITEM_RIGHT_DELIM) {
		backup(parser);
		pipe = parse_pipeline(parser, "template clause", ITEM_RIGHT_DELIM);
		if (pipe == NULL)
			return NULL;
	}
	struct node *node = new_node(parser, NODE_TEMPLATE, item.at);
	node->value = name;
	node->pipe = pipe;
	return node;
}

static struct node *parse_plain_action(struct parser *parser) {
	struct node *node = new_node(parser, NODE_ACTION, peek(parser).at);
	node->pipe = parse_pipeline(parser, "command", ITEM_RIGHT_DELIM);
	return node->pipe == NULL ? NULL : node;
}

// After "{{". *end tells that it was {{end}} or {{else}}; then NULL is returned.
static struct node *parse_action(struct parser *parser, enum list_end *end) {
	struct item item = next_word(parser);
	struct item delim;
	if (item.kind == ITEM_IF)
		return parse_control(parser, NODE_IF, "if");
	if (item.kind == ITEM_RANGE)
		return parse_control(parser, NODE_RANGE, "range");
	if (item.kind == ITEM_WITH)
		return parse_control(parser, NODE_WITH, "with");
	if (item.kind == ITEM_TEMPLATE)
		return parse_call(parser);
	if (item.kind == ITEM_BLOCK)
		return parse_block(parser);
	if (item.kind == ITEM_BREAK)
		return parse_jump(parser, NODE_BREAK, item, "{{break}}");
	if (item.kind == ITEM_CONTINUE)
		return parse_jump(parser, NODE_CONTINUE, item, "{{continue}}");
	if (item.kind == ITEM_END) {
		*end = expect(parser, ITEM_RIGHT_DELIM, "end", &delim) ? LIST_END : LIST_FAILED;
		return NULL;
	}
	if (item.kind == ITEM_ELSE) {
		enum item_kind following = peek_word(parser).kind;
		bool is_chain = following == ITEM_IF || following == ITEM_WITH;
		*end = is_chain || expect(parser, ITEM_RIGHT_DELIM, "else", &delim) ? LIST_ELSE : LIST_FAILED;
		return NULL;
	}
	backup(parser);
	return parse_plain_action(parser);
}

// NULL: *end says why.
static struct node *parse_text_or_action(struct parser *parser, enum list_end *end) {
	struct item item = next_word(parser);
	*end = LIST_FAILED;
	if (item.kind == ITEM_TEXT) {
		struct node *text = new_node(parser, NODE_TEXT, item.at);
		text->text = item.text;
		return text;
	}
	if (item.kind != ITEM_LEFT_DELIM)
		return unexpected(parser, item, "input"), NULL;
	parser->action_line = item.line;
	struct node *node = parse_action(parser, end);
	parser->action_line = 0;
	return node;
}

static enum list_end parse_list(struct parser *parser, struct node_list *out) {
	while (peek_word(parser).kind != ITEM_EOF) {
		enum list_end end;
		struct node *node = parse_text_or_action(parser, &end);
		if (node == NULL)
			return end;
		node_list_append(out, node);
	}
	fail(parser, "unexpected EOF");
	return LIST_FAILED;
}

// The whole text: as a list, but with definitions and without an end.
static bool parse_document(struct parser *parser, struct node_list *out) {
	while (peek(parser).kind != ITEM_EOF) {
		if (peek(parser).kind == ITEM_LEFT_DELIM) {
			struct item delim = next(parser);
			if (next_word(parser).kind == ITEM_DEFINE) {
				if (!parse_define(parser))
					return false;
				continue;
			}
			parser->tokens[1] = delim;
			parser->token_count = 2;
		}
		enum list_end end;
		struct node *node = parse_text_or_action(parser, &end);
		if (node == NULL && end != LIST_FAILED)
			return fail(parser, "unexpected %s", end == LIST_END ? "{{end}}" : "{{else}}");
		if (node == NULL)
			return false;
		node_list_append(out, node);
	}
	return true;
}

bool template_parse(struct arena *arena, const struct template_source *source, const struct template_scope *scope, struct template_tree_list *out, struct error *err) {
	struct parser parser = { .arena = arena, .source = source, .functions = scope->functions, .trees = out, .err = err };
	struct template_tree tree = { .name = source->name, .source = source };
	if (source->text.len > LIMIT_TEMPLATE_BYTES)
		return error_set(err, ERR_LIMIT, "template: %.*s: text of %zu bytes is longer than %d", STR_ARG(source->name), source->text.len, LIMIT_TEMPLATE_BYTES);
	array_append(&parser.variables, STR("$"));
	for (size_t i = 0; i < scope->declared_count; i++)
		array_append(&parser.variables, scope->declared[i]);
	template_lexer_init(&parser.lexer, source->text);
	bool parsed = parse_document(&parser, &tree.body) && add_tree(&parser, &tree);
	lexer_finish(&parser.lexer);
	array_finish(&parser.variables);
	array_finish(&parser.words);
	return parsed;
}
