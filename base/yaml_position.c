// SPDX-License-Identifier: Apache-2.0
// Places: from libyaml's marks to lines and columns of the file, and from a byte of a decoded scalar to where it was written.
// The latter walks source and decoded text side by side and gives up as soon as they disagree: a wrong place is worse than a coarse one.
#include "base/yaml_doc.h"

// The place asked for last: the next one is mostly near, and a line may be as long as the file.
struct spot {
	size_t start;          // of its line
	size_t offset, column; // column from 0
};

// How far walks over one large scalar had come at many places: the next one starts at the nearest, not at the scalar's start.
struct trail {
	uint32_t line, column; // of the scalar
	size_t indent;         // what each line of a block scalar loses
	struct trail_step {
		size_t at, done; // as in struct walk
	} * steps;
	size_t count, room;
};

enum { TRAIL_STRIDE = 256 }; // bytes of decoded text between steps

// libyaml ends lines at CR, LF, CRLF and (YAML 1.1) NEL, LS, PS; people and editors at LF.
struct yaml_lines {
	size_t *starts; // byte offsets of the lines as libyaml counts them
	size_t count;
	bool odd; // there are ends other than LF and CRLF: line numbers differ
	struct spot spot;
	struct trail trail;
};

// The length of the line end at `at`, or 0.
static size_t line_end_len(struct str text, size_t at) {
	if (at >= text.len)
		return 0;
	const char *c = text.data + at;
	size_t left = text.len - at;
	if (*c == '\n')
		return 1;
	if (*c == '\r')
		return left > 1 && c[1] == '\n' ? 2 : 1;
	if (left >= 2 && memcmp(c, "\xC2\x85", 2) == 0)
		return 2;
	return left >= 3 && (memcmp(c, "\xE2\x80\xA8", 3) == 0 || memcmp(c, "\xE2\x80\xA9", 3) == 0) ? 3 : 0;
}

static size_t content_start(struct str text) {
	return str_has_prefix(text, STR("\xEF\xBB\xBF")) ? 3 : 0;
}

// Line ends that editors do not count. Every position asks this, so it must be known fast for a large file without problems.
static bool has_odd_line_ends(struct str text) {
	static const char first_bytes[] = { '\r', '\xC2', '\xE2' };
	const char *end = text.data + text.len;
	for (size_t i = 0; i < sizeof first_bytes && text.len > 0; i++) {
		for (const char *at = text.data; at < end && (at = memchr(at, first_bytes[i], (size_t)(end - at))) != NULL; at++) {
			size_t len = line_end_len(text, (size_t)(at - text.data));
			if (len > 0 && (*at != '\r' || len == 1))
				return true;
		}
	}
	return false;
}

static struct yaml_lines *lines_of(struct yaml_doc *doc) {
	if (doc->lines != NULL)
		return doc->lines;
	doc->lines = ARENA_NEW(&doc->places, struct yaml_lines);
	doc->lines->odd = has_odd_line_ends(doc->text);
	return doc->lines;
}

// The same with the line starts.
static struct yaml_lines *line_starts_of(struct yaml_doc *doc) {
	struct yaml_lines *lines = lines_of(doc);
	if (lines->starts != NULL)
		return lines;
	size_t count = 1;
	for (size_t i = content_start(doc->text), len; i < doc->text.len; i += len == 0 ? 1 : len) {
		len = line_end_len(doc->text, i);
		count += len > 0;
	}
	lines->starts = ARENA_NEW_ARRAY(&doc->places, size_t, count);
	lines->starts[lines->count++] = content_start(doc->text);
	for (size_t i = lines->starts[0], len; i < doc->text.len; i += len == 0 ? 1 : len) {
		len = line_end_len(doc->text, i);
		if (len > 0)
			lines->starts[lines->count++] = i + len;
	}
	return lines;
}

static bool is_continuation(char c) {
	return ((unsigned char)c & 0xC0) == 0x80;
}

static size_t mark_offset(struct yaml_doc *doc, uint32_t line, uint32_t column) {
	struct yaml_lines *lines = line_starts_of(doc);
	if (line >= lines->count)
		return doc->text.len;
	struct spot spot = { .start = lines->starts[line], .offset = lines->starts[line] };
	if (lines->spot.start == spot.start && lines->spot.column <= column)
		spot = lines->spot;
	for (; spot.column < column && spot.offset < doc->text.len; spot.column++) {
		spot.offset++;
		while (spot.offset < doc->text.len && is_continuation(doc->text.data[spot.offset]))
			spot.offset++;
	}
	lines->spot = spot;
	return spot.offset;
}

static size_t line_of(const struct yaml_lines *lines, size_t offset) {
	size_t low = 0, high = lines->count - 1;
	while (low < high) {
		size_t middle = (low + high + 1) / 2;
		if (lines->starts[middle] <= offset)
			low = middle;
		else
			high = middle - 1;
	}
	return low;
}

static size_t count_characters(struct str text, size_t from, size_t to) {
	size_t count = 0;
	for (size_t i = from; i < to; i++)
		count += !is_continuation(text.data[i]);
	return count;
}

// Characters before `offset` in the line that begins at `start`.
static size_t column_of(struct yaml_lines *lines, struct str text, size_t start, size_t offset) {
	struct spot spot = { .start = start, .offset = start };
	if (lines->spot.start == start)
		spot = lines->spot;
	spot.column = offset >= spot.offset ? spot.column + count_characters(text, spot.offset, offset) : spot.column - count_characters(text, offset, spot.offset);
	spot.offset = offset;
	lines->spot = spot;
	return spot.column;
}

struct position yaml_offset_at(struct yaml_doc *doc, size_t offset) {
	if (doc->outer != NULL)
		return yaml_text_at(doc->outer, doc->outer_scalar, offset);
	struct yaml_lines *lines = line_starts_of(doc);
	offset = offset < doc->text.len ? offset : doc->text.len;
	while (offset > 0 && offset < doc->text.len && is_continuation(doc->text.data[offset]))
		offset--; // the middle of a character stands where it begins
	size_t line = line_of(lines, offset), start = lines->starts[line];
	if (lines->odd) {
		line = 0;
		start = content_start(doc->text);
		for (size_t i = start; i < offset && i < doc->text.len; i++) {
			if (doc->text.data[i] == '\n') {
				line++;
				start = i + 1;
			}
		}
	}
	return (struct position){ doc->file, (int)line + 1, offset < start ? 1 : (int)column_of(lines, doc->text, start, offset) + 1 };
}

struct position yaml_at(struct yaml_doc *doc, const struct yaml_node *node) {
	if (doc->outer != NULL || (node->line > 0 && lines_of(doc)->odd))
		return yaml_offset_at(doc, mark_offset(doc, node->line, node->column));
	return (struct position){ doc->file, (int)node->line + 1, (int)node->column + 1 };
}

struct position yaml_document_at(struct yaml_doc *doc) {
	struct yaml_node node = { .line = doc->line, .column = doc->column };
	return yaml_at(doc, &node);
}

// Source and decoded text side by side.
struct walk {
	struct str source;
	size_t at; // in source
	struct str value;
	size_t done;         // in value
	size_t wanted;       // stop when done reaches it
	size_t indent;       // block scalars
	struct trail *trail; // NULL for a short scalar
};

static char source_char(const struct walk *walk) {
	return walk->at < walk->source.len ? walk->source.data[walk->at] : '\0';
}

static bool at_line_end(const struct walk *walk) {
	return line_end_len(walk->source, walk->at) > 0;
}

static bool at_blank(const struct walk *walk) {
	return source_char(walk) == ' ' || source_char(walk) == '\t';
}

static bool walk_is_over(const struct walk *walk) {
	return walk->done >= walk->wanted;
}

static void skip_to_line_end(struct walk *walk) {
	while (walk->at < walk->source.len && !at_line_end(walk))
		walk->at++;
}

// Spaces, line ends and comments before a scalar that follows its tag or anchor.
static void skip_gap(struct walk *walk) {
	for (;;) {
		if (at_blank(walk))
			walk->at++;
		else if (at_line_end(walk))
			walk->at += line_end_len(walk->source, walk->at);
		else if (source_char(walk) == '#')
			skip_to_line_end(walk);
		else
			return;
	}
}

// libyaml's start mark includes tag and anchor.
static void skip_properties(struct walk *walk) {
	while (source_char(walk) == '!' || source_char(walk) == '&') {
		while (walk->at < walk->source.len && !at_blank(walk) && !at_line_end(walk))
			walk->at++;
		skip_gap(walk);
	}
}

static bool match_char(struct walk *walk) {
	if (walk->at >= walk->source.len || walk->source.data[walk->at] != walk->value.data[walk->done])
		return false;
	walk->at++;
	walk->done++;
	return true;
}

// The spaces that each line of a block scalar loses: those of its first line with content, less what the text kept of them.
static size_t block_indent(const struct walk *walk) {
	struct walk look = *walk;
	size_t spaces = 0;
	for (;; look.at += line_end_len(look.source, look.at)) {
		for (spaces = 0; source_char(&look) == ' '; spaces++)
			look.at++;
		if (!at_line_end(&look))
			break;
	}
	size_t first = 0, kept = 0;
	while (first < walk->value.len && walk->value.data[first] == '\n')
		first++;
	while (first + kept < walk->value.len && walk->value.data[first + kept] == ' ')
		kept++;
	return kept > spaces ? 0 : spaces - kept;
}

static void skip_indent(struct walk *walk, size_t indent) {
	for (size_t i = 0; i < indent && source_char(walk) == ' '; i++)
		walk->at++;
}

// From the end of one line to the next line with content, over blank ones: one space or a run of newlines in the text.
static bool fold_lines(struct walk *walk, size_t indent) {
	walk->at += line_end_len(walk->source, walk->at);
	if (walk->value.data[walk->done] == ' ') {
		walk->done++;
		return true;
	}
	if (walk->value.data[walk->done] != '\n')
		return false;
	walk->done++;
	for (;;) {
		struct walk blank = *walk;
		skip_indent(&blank, indent);
		bool is_newline = walk->value.data[walk->done] == '\n'; // else a blank line that the text folded away
		if (!at_line_end(&blank) || (walk_is_over(walk) && is_newline))
			return true;
		walk->at = blank.at + line_end_len(blank.source, blank.at);
		walk->done += is_newline;
	}
}

// Between two steps of a walk that is not over, where it stands does not depend on where it will end.
static void leave_trail(const struct walk *walk) {
	struct trail *trail = walk->trail;
	if (trail != NULL && !walk_is_over(walk) && walk->done / TRAIL_STRIDE >= trail->count)
		trail->steps[trail->count++] = (struct trail_step){ walk->at, walk->done };
}

static void begin_block(struct walk *walk) {
	skip_to_line_end(walk); // the header: | or > with its indicators and comment
	walk->at += line_end_len(walk->source, walk->at);
	walk->indent = block_indent(walk);
}

static bool walk_block(struct walk *walk, bool is_literal) {
	while (walk->at < walk->source.len) {
		leave_trail(walk);
		skip_indent(walk, walk->indent);
		while (!walk_is_over(walk) && !at_line_end(walk)) {
			if (!match_char(walk))
				return false;
		}
		if (walk_is_over(walk))
			return true;
		if (!is_literal) {
			if (!fold_lines(walk, walk->indent))
				return false;
			continue;
		}
		if (walk->value.data[walk->done] != '\n')
			return false;
		walk->done++;
		walk->at += line_end_len(walk->source, walk->at);
	}
	return walk_is_over(walk);
}

// A run of white space with a line end in it becomes one space, or as many newlines as it has blank lines. False: not at such a run.
static bool fold_run(struct walk *walk, bool *agrees) {
	if (!at_blank(walk) && !at_line_end(walk))
		return false;
	struct walk end = *walk;
	size_t breaks = 0;
	while (at_blank(&end) || at_line_end(&end)) {
		size_t len = line_end_len(end.source, end.at);
		breaks += len > 0;
		end.at += len > 0 ? len : 1;
	}
	if (breaks == 0)
		return false;
	char folded = walk->value.data[walk->done];
	*agrees = folded == ' ' || folded == '\n';
	walk->done++;
	while (folded == '\n' && walk->done < walk->wanted && walk->value.data[walk->done] == '\n')
		walk->done++;
	walk->at = end.at;
	return true;
}

static size_t rune_len(char first) {
	unsigned char c = (unsigned char)first;
	return c < 0x80 ? 1 : c < 0xE0 ? 2
	    : c < 0xF0                 ? 3
	                               : 4;
}

// A backslash before a line end continues on the next line, whose indentation is dropped: nothing of it is in the text.
static void skip_continuations(struct walk *walk) {
	while (source_char(walk) == '\\' && line_end_len(walk->source, walk->at + 1) > 0) {
		walk->at += 1 + line_end_len(walk->source, walk->at + 1);
		while (at_blank(walk))
			walk->at++;
	}
}

// A backslash and what follows it, within double quotes.
static void walk_escape(struct walk *walk) {
	size_t start = walk->at++;
	char kind = source_char(walk);
	size_t digits = kind == 'x' ? 2 : kind == 'u' ? 4
	    : kind == 'U'                             ? 8
	                                              : 0;
	walk->at += 1 + digits;
	size_t len = rune_len(walk->value.data[walk->done]);
	if (walk->done + len > walk->wanted) // the middle of the character stands where it begins
		walk->at = start;
	walk->done += len;
}

static bool walk_flow(struct walk *walk, enum yaml_style style) {
	for (;;) {
		leave_trail(walk);
		if (style == YAML_DOUBLE_QUOTED)
			skip_continuations(walk);
		if (walk_is_over(walk))
			return true;
		bool agrees = true;
		if (fold_run(walk, &agrees)) {
			if (!agrees)
				return false;
		} else if (style == YAML_DOUBLE_QUOTED && source_char(walk) == '\\') {
			walk_escape(walk);
		} else {
			walk->at += style == YAML_SINGLE_QUOTED && source_char(walk) == '\''; // written twice
			if (!match_char(walk))
				return false;
		}
	}
}

// The place after the last character stands before the line ends that close a block scalar.
static size_t clamp_offset(const struct yaml_node *scalar, size_t offset) {
	size_t end = scalar->text.len;
	if (offset < end)
		return offset;
	if (scalar->style == YAML_LITERAL || scalar->style == YAML_FOLDED) {
		while (end > 0 && scalar->text.data[end - 1] == '\n')
			end--;
	}
	return end;
}

// The trail of this scalar, empty when another one was asked about before.
static struct trail *trail_of(struct yaml_doc *doc, const struct yaml_node *scalar) {
	struct trail *trail = &lines_of(doc)->trail;
	if (scalar->text.len < 2 * TRAIL_STRIDE)
		return NULL;
	if (trail->steps != NULL && trail->line == scalar->line && trail->column == scalar->column)
		return trail;
	size_t wanted = scalar->text.len / TRAIL_STRIDE + 1;
	*trail = (struct trail){ .line = scalar->line, .column = scalar->column, .steps = trail->steps, .room = trail->room };
	if (wanted > trail->room) { // at least doubled: the ones outgrown are never more than the one in use
		trail->room = wanted > 2 * trail->room ? wanted : 2 * trail->room;
		trail->steps = ARENA_NEW_ARRAY(&doc->places, struct trail_step, trail->room);
	}
	return trail;
}

// Where the last step before the wanted place was. False: there is none.
static bool follow_trail(struct walk *walk) {
	const struct trail *trail = walk->trail;
	size_t low = 0, high = trail == NULL ? 0 : trail->count;
	while (low < high) {
		size_t middle = (low + high) / 2;
		if (trail->steps[middle].done < walk->wanted)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == 0)
		return false;
	walk->at = trail->steps[low - 1].at;
	walk->done = trail->steps[low - 1].done;
	walk->indent = trail->indent;
	return true;
}

// From the scalar's mark to its first character.
static void begin_walk(struct walk *walk, struct yaml_doc *doc, const struct yaml_node *scalar, bool is_block) {
	walk->at = mark_offset(doc, scalar->line, scalar->column);
	skip_properties(walk);
	if (is_block)
		begin_block(walk);
	else
		walk->at += scalar->style != YAML_PLAIN; // the opening quote
	if (walk->trail != NULL)
		walk->trail->indent = walk->indent;
}

struct position yaml_text_at(struct yaml_doc *doc, const struct yaml_node *scalar, size_t offset) {
	if (scalar->kind != YAML_SCALAR || (scalar->tag != NULL && strcmp(scalar->tag, "tag:yaml.org,2002:binary") == 0))
		return yaml_at(doc, scalar);
	struct walk walk = {
		.source = doc->text,
		.value = scalar->text,
		.wanted = clamp_offset(scalar, offset),
		.trail = trail_of(doc, scalar),
	};
	bool is_block = scalar->style == YAML_LITERAL || scalar->style == YAML_FOLDED;
	if (!follow_trail(&walk))
		begin_walk(&walk, doc, scalar, is_block);
	bool agrees = is_block ? walk_block(&walk, scalar->style == YAML_LITERAL) : walk_flow(&walk, scalar->style);
	return agrees ? yaml_offset_at(doc, walk.at) : yaml_at(doc, scalar);
}

struct position yaml_place_at(struct yaml_doc *doc, const struct yaml_node *scalar, struct position within) {
	struct str rest = scalar->text;
	unsigned rune;
	for (int line = 1; line < (int)within.line && rest.len > 0; line++)
		str_cut(&rest, '\n');
	for (int column = 1; column < (int)within.column && rest.len > 0; column++)
		rest = str_skip(rest, str_decode_rune(rest, &rune));
	return yaml_text_at(doc, scalar, scalar->text.len - rest.len);
}

enum { LONE_LINE_MAX = 400 }; // bytes; what is longer is seldom one key, and looking at it for each of its nodes would take long

// The line around an offset, empty when it is long.
static struct str line_around(struct str text, size_t offset) {
	size_t start = offset, end = offset;
	while (start > content_start(text) && text.data[start - 1] != '\n' && offset - start < LONE_LINE_MAX)
		start--;
	while (end < text.len && text.data[end] != '\n' && end - start < LONE_LINE_MAX)
		end++;
	bool is_whole = (start == content_start(text) || text.data[start - 1] == '\n') && (end == text.len || text.data[end] == '\n');
	end -= end > start && text.data[end - 1] == '\r';
	return is_whole ? str_make(text.data + start, end - start) : STR_NONE;
}

static bool is_indent(struct str text) {
	for (size_t i = 0; i < text.len; i++) {
		if (text.data[i] != ' ' && text.data[i] != '-')
			return false;
	}
	return true;
}

// Where a text in quotes ends, the quotes included; 0 when it does not.
static size_t quoted_len(struct str text) {
	char quote = text.data[0];
	for (size_t i = 1; i < text.len; i++) {
		bool is_pair = text.data[i] == '\\' ? quote == '"' : quote == '\'' && str_has_prefix(str_skip(text, i), STR("''"));
		if (is_pair)
			i++;
		else if (text.data[i] == quote)
			return i + 1;
	}
	return 0;
}

// Whether the source is this scalar wholly, and nothing else.
static bool is_written_as(const struct yaml_node *scalar, struct str source) {
	if (scalar->kind != YAML_SCALAR || source.len == 0)
		return false;
	if (scalar->style == YAML_PLAIN)
		return str_equal(source, scalar->text);
	bool is_quoted = (scalar->style == YAML_SINGLE_QUOTED && source.data[0] == '\'') || (scalar->style == YAML_DOUBLE_QUOTED && source.data[0] == '"');
	return is_quoted && quoted_len(source) == source.len;
}

struct str yaml_lone_line(struct yaml_doc *doc, const struct yaml_node *key, const struct yaml_node *value) {
	const struct yaml_node *first = key == NULL ? value : key;
	if (doc->outer != NULL || doc->has_aliases || first->column > LONE_LINE_MAX || lines_of(doc)->odd)
		return STR_NONE;
	size_t offset = mark_offset(doc, first->line, first->column);
	struct str line = line_around(doc->text, offset);
	if (line.len == 0)
		return STR_NONE;
	size_t before = (size_t)(doc->text.data + offset - line.data);
	struct str rest = str_skip(line, before);
	if (!is_indent(str_make(line.data, before)))
		return STR_NONE;
	if (key == NULL)
		return is_written_as(value, str_trim(rest)) ? line : STR_NONE;
	struct str name = str_make(rest.data, rest.len < key->text.len ? rest.len : key->text.len);
	rest = str_skip(rest, key->text.len);
	if (key->style != YAML_PLAIN || !str_equal(name, key->text) || !str_has_prefix(rest, STR(":")))
		return STR_NONE;
	rest = str_trim(str_skip(rest, 1));
	return rest.len == 0 || (value->line == key->line && is_written_as(value, rest)) ? line : STR_NONE;
}
