// SPDX-License-Identifier: Apache-2.0
// Any bytes as "pattern NUL text NUL replacement": what the translator takes PCRE2 must take too, bar its limits; anchored and not.
#include "base/buf.h"
#include "base/regex.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void try_pattern(struct str pattern, unsigned flags, struct str text, struct str replacement) {
	struct error err = { 0 };
	autobuf struct buf out = { 0 };
	struct regex *regex = regex_compile(pattern, flags, &err);
	if (regex == NULL) {
		// ERR_LIMIT with these words is PCRE2 refusing what was translated for another reason than size
		if (err.code == ERR_LIMIT && strstr(err.text, "too large") == NULL && strstr(err.text, "too long") == NULL &&
		    strstr(err.text, "nest") == NULL && strstr(err.text, "at most") == NULL && strstr(err.text, "too complicated") == NULL)
			unreachable(err.text);
		return;
	}
	if (str_is_utf8(text)) {
		regex_test(regex, text);
		regex_replace_all(regex, text, replacement, &out);
		regex_expand(regex, text, replacement, &out);
	}
	regex_destroy(regex);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
	struct str rest = str_make((const char *)data, size);
	struct str pattern = str_cut(&rest, '\0'), text = str_cut(&rest, '\0');
	if (pattern.len > 200) // long ones cost time and teach nothing
		return 0;
	try_pattern(pattern, 0, text, rest);
	try_pattern(pattern, REGEX_ANCHORED | REGEX_DOT_NEWLINE, text, rest);
	return 0;
}
