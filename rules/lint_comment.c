// SPDX-License-Identifier: Apache-2.0
// Comments that silence findings. See lint_comment.h.
#include "rules/lint_comment.h"

#include "model/limits.h"

#define NAME STR("tocsin")

enum { NEAR_MISS_BYTES = 64 };

struct comment_reading {
	struct lint_comments *comments;
	lint_comment_complain *complain;
	void *context;
	struct str text;
	size_t line_start;
	size_t seen; // lines are counted up to here
	int line;
	const char *sign; // of the comment at hand
};

static bool is_blank(char c) {
	return c == ' ' || c == '\t';
}

static struct str skip_blanks(struct str text) {
	while (text.len > 0 && is_blank(*text.data))
		text = str_skip(text, 1);
	return text;
}

// Of a word; the comment's own where there is none.
static int column_of(const struct comment_reading *reading, struct str word) {
	const char *at = word.len > 0 ? word.data : reading->sign;
	int column = 1;
	for (const char *c = reading->text.data + reading->line_start; c < at; c++)
		column += ((unsigned char)*c & 0xC0) != 0x80;
	return column;
}

// Moves to the line that holds `at`.
static void advance(struct comment_reading *reading, size_t at) {
	const char *data = reading->text.data;
	for (const char *end; (end = memchr(data + reading->seen, '\n', at - reading->seen)) != NULL; reading->line++)
		reading->line_start = reading->seen = (size_t)(end - data) + 1;
	reading->seen = at;
}

// Whether the number sign at `at` begins a comment.
static bool begins_comment(const struct comment_reading *reading, size_t at) {
	return at == reading->line_start || is_blank(reading->text.data[at - 1]);
}

// The line that a comment on a line of its own speaks for.
static int next_line(const struct comment_reading *reading) {
	struct str rest = str_skip(reading->text, reading->line_start);
	int line = reading->line;
	str_cut(&rest, '\n');
	while (rest.len > 0) {
		line++;
		struct str content = str_trim(str_cut(&rest, '\n'));
		if (content.len > 0 && *content.data != '#')
			return line;
	}
	return line;
}

static bool has_blank(struct str name) {
	return str_find_char(name, ' ') >= 0 || str_find_char(name, '\t') >= 0;
}

static void add_ignore(struct comment_reading *reading, struct lint_ignores *out, struct str name, int target) {
	struct lint_ignore ignore = { .id = LINT_ID_COUNT, .target = target, .line = reading->line, .column = column_of(reading, name) };
	ignore.end_column = ignore.column + (int)name.len; // known names are ASCII
	if (has_blank(name))
		reading->complain(reading->context, reading->line, ignore.column, name, "commas between the names, and -- before a remark");
	else if (!str_equal(name, STR("all")) && !lint_id_parse(name, &ignore.id))
		reading->complain(reading->context, reading->line, ignore.column, name, "the name of a finding or \"all\"");
	else if (reading->comments->lines.count + reading->comments->file.count >= LIMIT_LINT_IGNORES)
		reading->complain(reading->context, reading->line, ignore.column, name, "fewer comments in one file");
	else
		array_append(out, ignore);
}

// Names up to the end of the line or the remark that follows "--" or "#".
static struct str without_remark(struct str names) {
	ptrdiff_t sign = str_find_char(names, '#'), dashes = str_find(names, STR("--"));
	if (sign >= 0)
		names = str_head(names, (size_t)sign);
	return dashes >= 0 ? str_head(names, (size_t)dashes) : names;
}

static void read_names(struct comment_reading *reading, struct str verb, struct str names, struct lint_ignores *out, int target) {
	names = str_trim(without_remark(names));
	if (names.len == 0)
		reading->complain(reading->context, reading->line, column_of(reading, verb), verb, "the name of a finding or \"all\" after it");
	while (names.len > 0)
		add_ignore(reading, out, str_trim(str_cut(&names, ',')), target);
}

static struct str first_word(struct str line) {
	size_t len = 0;
	while (len < line.len && !is_blank(line.data[len]) && line.data[len] != '\r')
		len++;
	return str_head(line, len);
}

static void read_verb(struct comment_reading *reading, struct str line) {
	struct str verb = first_word(line), names = str_skip(line, verb.len);
	const char *start = reading->text.data + reading->line_start;
	bool is_alone = str_trim(str_make(start, (size_t)(reading->sign - start))).len == 0;
	if (str_equal(verb, STR("ignore-file")))
		read_names(reading, verb, names, &reading->comments->file, 0);
	else if (str_equal(verb, STR("ignore")))
		read_names(reading, verb, names, &reading->comments->lines, is_alone ? next_line(reading) : reading->line);
	else
		reading->complain(reading->context, reading->line, column_of(reading, verb), verb, "\"ignore\" or \"ignore-file\"");
}

// "tocsin ignore" or "TOCSIN: ignore" is meant for us, "tocsin is ours" is not.
static void read_near_miss(struct comment_reading *reading, struct str name, struct str after) {
	struct str rest = skip_blanks(after);
	bool has_colon = str_has_prefix(rest, STR(":"));
	struct str verb = first_word(skip_blanks(has_colon ? str_skip(rest, 1) : rest));
	bool is_word = has_colon || rest.len < after.len; // not the start of a longer one
	if (is_word && (str_equal_nocase(verb, STR("ignore")) || str_equal_nocase(verb, STR("ignore-file"))))
		reading->complain(reading->context, reading->line, column_of(reading, name), name, "\"tocsin:\"");
}

// `rest` follows a number sign; it may go on for many lines.
static void read_comment(struct comment_reading *reading, struct str rest) {
	rest = skip_blanks(rest);
	struct str name = str_head(rest, NAME.len), after = str_skip(rest, name.len);
	if (!str_equal_nocase(name, NAME))
		return;
	if (!str_equal(name, NAME) || !str_has_prefix(after, STR(":"))) {
		after = str_head(after, NEAR_MISS_BYTES);
		read_near_miss(reading, name, str_cut(&after, '\n'));
		return;
	}
	after = str_skip(after, 1);
	read_verb(reading, skip_blanks(str_cut(&after, '\n')));
}

void lint_comments_read(struct lint_comments *comments, struct str text, lint_comment_complain *complain, void *context) {
	struct comment_reading reading = { .comments = comments, .complain = complain, .context = context, .text = text, .line = 1 };
	array_clear(&comments->lines);
	array_clear(&comments->file);
	for (size_t at = 0; at < text.len; at++) {
		ptrdiff_t found = str_find_char(str_skip(text, at), '#');
		if (found < 0)
			return;
		at += (size_t)found;
		advance(&reading, at);
		if (!begins_comment(&reading, at))
			continue;
		reading.sign = text.data + at;
		read_comment(&reading, str_skip(text, at + 1));
	}
}

void lint_comments_finish(struct lint_comments *comments) {
	array_finish(&comments->lines);
	array_finish(&comments->file);
}

// The first one for that line or a later one.
static size_t lower_bound(const struct lint_ignores *ignores, int line) {
	size_t low = 0, high = ignores->count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (ignores->items[middle].target < line)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

bool lint_comments_silence(struct lint_comments *comments, enum lint_id id, int line) {
	struct lint_ignores *ignores = line == 0 ? &comments->file : &comments->lines;
	for (size_t i = lower_bound(ignores, line); i < ignores->count && ignores->items[i].target == line; i++) {
		struct lint_ignore *ignore = &ignores->items[i];
		if (ignore->id == id || ignore->id == LINT_ID_COUNT) {
			ignore->is_used = true;
			return true;
		}
	}
	return false;
}
