// SPDX-License-Identifier: Apache-2.0
// What an answer to a question says, and about what. See answer_verdict.h.
#include "evaluator/answer_verdict.h"

enum { ERROR_MAX = 8 << 10 }; // bytes of what a server says

static bool is_one_of(int status, const int *statuses, size_t count) {
	for (size_t i = 0; i < count; i++)
		if (statuses[i] == status)
			return true;
	return false;
}

// A statement of the server, or of whoever stands before it: this request is malformed, too large, too long.
static bool is_about_request(int status) {
	static const int statuses[] = { 400, 413, 414, 422, 431 };
	return is_one_of(status, statuses, sizeof statuses / sizeof *statuses);
}

static enum answer_verdict of_server(const struct answer_facts *facts) {
	bool is_its_outage = facts->status == 0 || facts->status / 100 == 5 || facts->transport->code != ERR_NONE;
	return !is_its_outage && (facts->is_particular || is_about_request(facts->status)) ? ANSWER_ONCE : ANSWER_ELSEWHERE;
}

// The API's own word. Some put an error into a 200.
static enum answer_verdict of_api(const struct answer_facts *facts) {
	static const struct {
		const char *error_type;
		enum answer_verdict verdict;
	} types[] = {
		{ "timeout", ANSWER_ONCE }, // it is there and has much to do; another may have less
		{ "canceled", ANSWER_ONCE },
		{ "internal", ANSWER_ELSEWHERE },
		{ "unavailable", ANSWER_ELSEWHERE },
	};
	for (size_t i = 0; i < sizeof types / sizeof *types; i++)
		if (str_equal_cstr(facts->vector->error_type, types[i].error_type))
			return types[i].verdict;
	bool is_about_question = facts->status / 100 == 2 || facts->status == 400 || facts->status == 422;
	return is_about_question ? ANSWER_FINAL : of_server(facts);
}

// As who evaluates rules in its own process says it: there is no parameter.
static struct str error_text(const struct sample_vector *vector) {
	struct str of_api = STR("invalid parameter \"query\": "), text = vector->error_text;
	if (str_has_prefix(text, of_api))
		text = str_skip(text, of_api.len);
	if (text.len <= ERROR_MAX)
		return text.len > 0 ? text : STR("an error without a text");
	size_t len = ERROR_MAX;
	while (len > 0 && ((unsigned char)text.data[len] & 0xc0) == 0x80) // not within a character
		len--;
	return str_head(text, len);
}

static bool is_result(const struct answer_facts *facts) {
	enum result_kind kind = facts->vector->kind;
	return kind == RESULT_VECTOR || kind == RESULT_SCALAR || (kind == RESULT_MATRIX && facts->takes_series);
}

enum answer_verdict answer_judge(const struct answer_facts *facts, struct arena *arena, struct str *error) {
	bool is_success = facts->status / 100 == 2, is_decoded = facts->decoding->code == ERR_NONE;
	*error = STR_NONE;
	if (facts->transport->code != ERR_NONE && is_decoded) {
		*error = str_of(facts->transport->text);
		return facts->transport->code == ERR_LIMIT ? ANSWER_FINAL : of_server(facts);
	}
	if (is_decoded && facts->vector->is_error) {
		*error = error_text(facts->vector);
		return of_api(facts);
	}
	if (!is_success) {
		*error = arena_format(arena, "%s %.*s: server returned HTTP status %d", facts->method, STR_ARG(facts->url), facts->status);
		return of_server(facts);
	}
	if (!is_decoded) {
		*error = arena_format(arena, "%s %.*s: the answer is not what a query API says: %s", facts->method, STR_ARG(facts->url), facts->decoding->text);
		return facts->decoding->code == ERR_LIMIT ? ANSWER_FINAL : of_server(facts);
	}
	if (is_result(facts))
		return ANSWER_GOOD;
	*error = STR("rule result is not a vector or scalar");
	return ANSWER_FINAL;
}
