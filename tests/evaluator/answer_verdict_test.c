// SPDX-License-Identifier: Apache-2.0
#include "evaluator/answer_verdict.h"

#include "tests/harness/test.h"

#define URL "http://p/api/v1/query"

static enum answer_verdict judge(struct answer_facts facts, const char *wanted) {
	static const struct error none;
	static const struct sample_vector empty = { .kind = RESULT_VECTOR };
	autoarena struct arena arena = { 0 };
	struct str error;
	facts.url = STR(URL);
	facts.method = "POST";
	facts.transport = facts.transport == NULL ? &none : facts.transport;
	facts.decoding = facts.decoding == NULL ? &none : facts.decoding;
	facts.vector = facts.vector == NULL ? &empty : facts.vector;
	enum answer_verdict verdict = answer_judge(&facts, &arena, &error);
	if (wanted != NULL)
		CHECK_STR(error, wanted);
	CHECK((verdict == ANSWER_GOOD) == (error.len == 0));
	return verdict;
}

static const struct error no_object = { .code = ERR_INVALID, .text = "unexpected \"<\", expected an object" };
static const struct error too_many_labels = { .code = ERR_LIMIT, .text = "an element with more than 128 labels" };
static const struct error cut = { .code = ERR_UNAVAILABLE, .text = "POST http://p: the connection was closed in the middle of the answer" };
static const struct error too_large = { .code = ERR_LIMIT, .text = "POST http://p: the answer is larger than 1024 bytes" };
static const struct error refused = { .code = ERR_INVALID, .text = "POST http://p: the answer cannot be read" };

TEST(a_vector_or_a_scalar_is_good_and_another_result_is_the_questions_fault) {
	CHECK(judge((struct answer_facts){ .status = 200 }, "") == ANSWER_GOOD);
	CHECK(judge((struct answer_facts){ .status = 200, .vector = &(struct sample_vector){ .kind = RESULT_SCALAR } }, "") == ANSWER_GOOD);
	CHECK(judge((struct answer_facts){ .status = 200, .vector = &(struct sample_vector){ .kind = RESULT_STRING } }, "rule result is not a vector or scalar") == ANSWER_FINAL);
	struct answer_facts series = { .status = 200, .vector = &(struct sample_vector){ .kind = RESULT_MATRIX } };
	CHECK(judge(series, "rule result is not a vector or scalar") == ANSWER_FINAL);
	series.takes_series = true;
	CHECK(judge(series, "") == ANSWER_GOOD);
}

static enum answer_verdict judge_word(int status, const char *type) {
	struct sample_vector vector = { .is_error = true, .error_type = str_of(type), .error_text = STR("invalid parameter \"query\": not so") };
	return judge((struct answer_facts){ .status = status, .vector = &vector }, "not so");
}

TEST(what_the_api_says_about_the_question_is_final_and_about_itself_is_not) {
	CHECK(judge_word(400, "bad_data") == ANSWER_FINAL);
	CHECK(judge_word(422, "execution") == ANSWER_FINAL);
	CHECK(judge_word(422, "422") == ANSWER_FINAL); // VictoriaMetrics
	CHECK(judge_word(200, "execution") == ANSWER_FINAL);
	CHECK(judge_word(503, "timeout") == ANSWER_ONCE); // Prometheus; it is there, and another one may be quicker
	CHECK(judge_word(422, "timeout") == ANSWER_ONCE);
	CHECK(judge_word(499, "canceled") == ANSWER_ONCE);
	CHECK(judge_word(503, "503") == ANSWER_ELSEWHERE); // VictoriaMetrics
	CHECK(judge_word(500, "internal") == ANSWER_ELSEWHERE);
	CHECK(judge_word(200, "internal") == ANSWER_ELSEWHERE);
	CHECK(judge_word(429, "too_many_requests") == ANSWER_ELSEWHERE);
	CHECK(judge_word(404, "not_found") == ANSWER_ELSEWHERE);
}

TEST(a_status_without_a_word_of_the_api_is_about_the_server_or_about_the_request) {
	static const int elsewhere[] = { 302, 307, 401, 403, 404, 405, 407, 408, 421, 429, 451, 500, 502, 503, 504 }, once[] = { 400, 413, 414, 422, 431 };
	char wanted[100];
	for (size_t i = 0; i < sizeof elsewhere / sizeof *elsewhere; i++) {
		snprintf(wanted, sizeof wanted, "POST " URL ": server returned HTTP status %d", elsewhere[i]);
		CHECK(judge((struct answer_facts){ .status = elsewhere[i], .decoding = &no_object }, wanted) == ANSWER_ELSEWHERE);
	}
	for (size_t i = 0; i < sizeof once / sizeof *once; i++)
		CHECK(judge((struct answer_facts){ .status = once[i], .decoding = &no_object }, NULL) == ANSWER_ONCE);
	CHECK(judge((struct answer_facts){ .status = 500 }, "POST " URL ": server returned HTTP status 500") == ANSWER_ELSEWHERE); // whatever it holds
}

TEST(a_page_where_an_answer_should_be_is_about_the_server) {
	CHECK(judge((struct answer_facts){ .status = 200, .decoding = &no_object }, "POST " URL ": the answer is not what a query API says: unexpected \"<\", expected an object") == ANSWER_ELSEWHERE);
	CHECK(judge((struct answer_facts){ .status = 200, .decoding = &no_object, .transport = &refused }, NULL) == ANSWER_ELSEWHERE); // it was not read to its end
	CHECK(judge((struct answer_facts){ .status = 204, .decoding = &no_object }, NULL) == ANSWER_ELSEWHERE);
}

TEST(what_others_do_not_say_is_refused_for_itself_but_an_outage_is_everybodys) {
	CHECK(judge((struct answer_facts){ .status = 401, .decoding = &no_object, .is_particular = true }, NULL) == ANSWER_ONCE);
	CHECK(judge((struct answer_facts){ .status = 200, .decoding = &no_object, .is_particular = true }, NULL) == ANSWER_ONCE);
	CHECK(judge((struct answer_facts){ .status = 502, .decoding = &no_object, .is_particular = true }, NULL) == ANSWER_ELSEWHERE);
	CHECK(judge((struct answer_facts){ .transport = &cut, .is_particular = true }, NULL) == ANSWER_ELSEWHERE);
}

TEST(an_answer_that_did_not_come_or_broke_off_is_about_the_server_and_a_large_one_is_not) {
	CHECK(judge((struct answer_facts){ .transport = &cut }, cut.text) == ANSWER_ELSEWHERE);
	CHECK(judge((struct answer_facts){ .status = 200, .transport = &cut }, cut.text) == ANSWER_ELSEWHERE);
	CHECK(judge((struct answer_facts){ .status = 200, .transport = &too_large }, too_large.text) == ANSWER_FINAL);
	CHECK(judge((struct answer_facts){ .status = 200, .decoding = &too_many_labels }, NULL) == ANSWER_FINAL);
}

TEST(a_long_word_is_cut_between_characters) {
	static char text[20001];
	for (size_t i = 0; i < 20000; i += 2)
		memcpy(text + i, "ä", 2);
	text[0] = 'a', text[1] = 'b';
	struct sample_vector vector = { .is_error = true, .error_text = str_of(text + 1) };
	autoarena struct arena arena = { 0 };
	static const struct error none;
	struct str error;
	struct answer_facts facts = { .status = 422, .transport = &none, .decoding = &none, .vector = &vector };
	CHECK(answer_judge(&facts, &arena, &error) == ANSWER_FINAL);
	CHECK(error.len == 8191 && str_is_utf8(error));
	vector.error_text = STR_NONE;
	CHECK(answer_judge(&facts, &arena, &error) == ANSWER_FINAL && error.len > 0);
}
