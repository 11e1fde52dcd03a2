// SPDX-License-Identifier: Apache-2.0
// Any bytes as a duration, Prometheus' or Go's: what is printed reads back as the same span.
#include "base/buf.h"
#include "model/duration.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
	struct str text = str_make((const char *)data, size);
	struct error err = { 0 };
	dur_ms span = 0, again = -1, go = 0;
	if (duration_parse(text, &span, &err)) {
		autobuf struct buf printed = { 0 };
		duration_format(&printed, span);
		if (!duration_parse(buf_str(&printed), &again, &err) || again != span)
			unreachable("a printed duration is the same span");
	}
	(void)!duration_parse_go(text, &go, &err);
	return 0;
}
