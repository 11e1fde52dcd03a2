// SPDX-License-Identifier: Apache-2.0
// Prints what base/regex says, for regex_oracle_test.py: reads lines "pattern TAB subject TAB subject…" (each in hex), writes a line each:
// "E message" for a refused pattern, or "M" and one of 1, 0, L a subject.
#include "base/regex.h"

#include "base/buf.h"

#include <stdio.h>
#include <stdlib.h>

static struct buf from_hex(struct str hex) {
	struct buf text = { 0 };
	for (; hex.len >= 2; hex = str_skip(hex, 2)) {
		char digits[3] = { hex.data[0], hex.data[1], '\0' };
		buf_append_char(&text, (char)strtol(digits, NULL, 16));
	}
	return text;
}

static void answer(struct str line) {
	struct error err = { 0 };
	autobuf struct buf pattern = from_hex(str_cut(&line, '\t'));
	struct regex *regex = regex_compile(buf_str(&pattern), REGEX_ANCHORED, &err);
	if (regex == NULL) {
		printf("E %s\n", err.text);
		return;
	}
	putchar('M');
	while (line.data != NULL) {
		autobuf struct buf subject = from_hex(str_cut(&line, '\t'));
		putchar("01L"[regex_test(regex, buf_str(&subject))]);
	}
	putchar('\n');
	regex_destroy(regex);
}

int main(void) {
	char *line = NULL;
	size_t cap = 0;
	for (ssize_t len; (len = getline(&line, &cap, stdin)) > 0;)
		answer(str_make(line, (size_t)len - (line[len - 1] == '\n')));
	free(line);
	return 0;
}
