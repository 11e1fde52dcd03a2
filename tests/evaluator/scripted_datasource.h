// SPDX-License-Identifier: Apache-2.0
// A query API on loopback that says what the test wrote down for each expression. Any thread.
#pragma once
#include <stddef.h>

struct scripted_datasource;

struct scripted_answer {
	int status;       // 0 = 200
	const char *body; // the whole body; must outlive the datasource
	int delay_ms;     // before the answer
	size_t cut_after; // > 0: the connection ends after that many bytes of the body
};

struct scripted_datasource *scripted_datasource_start(void);
void scripted_datasource_stop(struct scripted_datasource *source);
int scripted_datasource_port(const struct scripted_datasource *source);
// From now on; an expression without an answer gives an empty vector.
void scripted_datasource_say(struct scripted_datasource *source, const char *expr, struct scripted_answer answer);
size_t scripted_datasource_asked(struct scripted_datasource *source, const char *expr); // how often
size_t scripted_datasource_most_at_once(struct scripted_datasource *source);            // answers being waited for at the same time
void scripted_datasource_forget_most(struct scripted_datasource *source);               // from now on
