// SPDX-License-Identifier: Apache-2.0
// web.tokens and web.cors_origin: who may ask with a token, and for what; whose pages may ask.
#include "base/buf.h"
#include "base/regex.h"
#include "base/sha256.h"
#include "daemon/config_read.h"
#include "model/limits.h"

enum { TOKEN_FILE_BYTES = 64 << 10,
	TOKEN_BYTES_MIN = 16 }; // shorter ones can be guessed

struct token_keys {
	const char *token, *token_file;
	struct yaml_strings scopes;
};

static const struct {
	const char *name;
	enum api_scope scope;
} scope_names[] = {
	{ "read", SCOPE_READ },
	{ "alerts", SCOPE_ALERTS },
	{ "silences", SCOPE_SILENCES },
	{ "admin", SCOPE_ADMIN },
};
enum { SCOPE_COUNT = sizeof scope_names / sizeof *scope_names };

static const char *scope_word(size_t number) {
	return number < SCOPE_COUNT ? scope_names[number].name : NULL;
}

static const struct yaml_key token_rows[] = {
	{ "token", YAML_CSTRING, .is_secret = true, .offset = offsetof(struct token_keys, token), .help = "What stands behind Bearer in the Authorization header; 16 bytes or more." },
	{ "token_file", YAML_CSTRING, .offset = offsetof(struct token_keys, token_file), .help = "A file that holds it; read at each reload." },
	{ "scopes", YAML_STRING_LIST, .is_required = true, .is_harmless = true, .offset = offsetof(struct token_keys, scopes), .help = "What it is good for: read (GET), alerts (to post them), silences (to make, change and end them), admin (all, and to reload).", .words = scope_word },
};
const struct yaml_table web_token_table = { .name = "web.tokens", .help = "Bearer tokens. With one, or a user in --web.config.file, everybody else is refused.", .keys = token_rows, .count = YAML_KEY_COUNT(token_rows) };

// Its digest: the token is kept nowhere.
static bool take_token(struct yaml_reader *reader, const struct yaml_node *at, struct str token, struct api_token *out) {
	sha256(token, out->digest);
	if (token.len >= TOKEN_BYTES_MIN)
		return true;
	problem_error(reader->problems, yaml_reader_at(reader, at), "a token of less than %d bytes", TOKEN_BYTES_MIN);
	return false;
}

static bool read_token_text(struct yaml_reader *reader, const struct yaml_node *item, struct token_keys *keys, struct api_token *out) {
	autobuf struct buf text = { 0 };
	struct error err = { 0 };
	if (!check_one_of(reader, item, "token", keys->token != NULL, "token_file", keys->token_file != NULL))
		return false;
	if (keys->token != NULL)
		return take_token(reader, yaml_find(item, "token"), str_of(keys->token), out);
	if (keys->token_file == NULL) {
		problem_error(reader->problems, yaml_reader_at(reader, item), "one of token or token_file must be configured");
		return false;
	}
	config_beside_file(reader, &keys->token_file);
	if (fs_read_file(keys->token_file, TOKEN_FILE_BYTES, &text, &err))
		return take_token(reader, yaml_find(item, "token_file"), str_trim(buf_str(&text)), out);
	problem_error(reader->problems, yaml_reader_at(reader, yaml_find(item, "token_file")), "\"token_file\": %s", err.text);
	return false;
}

static unsigned scopes_of(const struct yaml_strings *names) {
	unsigned scopes = 0;
	for (size_t i = 0; i < names->count; i++)
		for (size_t k = 0; k < SCOPE_COUNT; k++)
			if (str_equal_cstr(names->items[i], scope_names[k].name))
				scopes |= scope_names[k].scope;
	return scopes;
}

static void read_token(struct config_reader *reader, const struct yaml_node *item) {
	struct config *config = reader->config;
	struct token_keys keys = { 0 };
	struct api_token token = { 0 };
	if (!yaml_table_read(&reader->yaml, token_rows, YAML_KEY_COUNT(token_rows), item, &keys))
		return;
	token.scopes = scopes_of(&keys.scopes);
	if (token.scopes == 0)
		problem_error(reader->yaml.problems, yaml_reader_at(&reader->yaml, item), "\"scopes\": a token that is good for nothing");
	else if (read_token_text(&reader->yaml, item, &keys, &token))
		config->tokens[config->token_count++] = token;
}

void web_tokens_read(struct config_reader *reader, const struct yaml_node *list) {
	if (list == NULL || !yaml_expect(&reader->yaml, "tokens", list, YAML_SEQUENCE))
		return;
	reader->config->tokens = ARENA_NEW_ARRAY(reader->yaml.arena, struct api_token, list->count + 1);
	for (size_t i = 0; i < list->count; i++)
		read_token(reader, list->items[i]);
}

bool check_cors_origin(struct yaml_reader *reader, const struct yaml_node *value, const char *pattern) {
	struct error err = { 0 };
	struct regex *regex = regex_compile(str_of(pattern), REGEX_ANCHORED, &err);
	if (regex == NULL)
		problem_error(reader->problems, yaml_reader_at(reader, value), "\"cors_origin\": %s", err.text);
	regex_destroy(regex);
	return regex != NULL;
}
