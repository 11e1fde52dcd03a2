// SPDX-License-Identifier: Apache-2.0
// What an answer to a question says, and about what: the question, which every server would answer so, or the server that was asked. Pure.
// Source: Prometheus' HTTP API, whose words about a question are its error objects with 400 and 422.
#pragma once
#include "base/error.h"
#include "model/sample.h"

enum answer_verdict {
	ANSWER_GOOD,
	ANSWER_FINAL,     // the question's fault
	ANSWER_ELSEWHERE, // the server's: the next one is to be asked, this time and from now on
	ANSWER_ONCE,      // what the server has against this request it need not have against others: the next one is to be asked this time
};

struct answer_facts {
	int status; // 0: none came
	const char *method;
	struct str url;                     // as shown
	const struct error *transport;      // ERR_NONE: the whole answer came
	const struct error *decoding;       // ERR_NONE: it is what a query API says
	const struct sample_vector *vector; // then
	bool takes_series;                  // a matrix is a result, too
	bool is_particular;                 // the request said what others do not
};

// *error: what was wrong with it, empty when it is good; borrowed from the facts or the arena.
enum answer_verdict answer_judge(const struct answer_facts *facts, struct arena *arena, struct str *error);
