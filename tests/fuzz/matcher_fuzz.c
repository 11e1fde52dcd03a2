// SPDX-License-Identifier: Apache-2.0
// Any bytes as matchers, in every mode: what is read and printed by the UTF-8 parser reads again, and to the same.
#include "base/buf.h"
#include "model/matcher.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void parse(struct str text, enum matcher_mode mode) {
	struct matchers matchers = { 0 }, one = { 0 }, again = { 0 };
	autobuf struct buf printed = { 0 }, twice = { 0 };
	struct error err = { 0 };
	(void)!matchers_parse_one(&one, text, mode, &err);
	if (matchers_parse(&matchers, text, mode, &err)) {
		const struct labels *labels = labels_empty();
		matchers_match(&matchers, labels);
		labels_unref(labels);
		matchers_format(&printed, &matchers);
		matchers_sort(&matchers);
	}
	if (mode == MATCHER_UTF8 && printed.len > 0 && matchers_parse(&again, buf_str(&printed), mode, &err))
		matchers_format(&twice, &again);
	if (twice.len > 0 && !str_equal(buf_str(&printed), buf_str(&twice)))
		unreachable("printed matchers mean the same");
	matchers_finish(&matchers);
	matchers_finish(&one);
	matchers_finish(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
	struct str text = str_make((const char *)data, size);
	if (size > 4000)
		return 0;
	parse(text, MATCHER_FALLBACK);
	parse(text, MATCHER_CLASSIC);
	parse(text, MATCHER_UTF8);
	return 0;
}
