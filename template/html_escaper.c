// SPDX-License-Identifier: Apache-2.0
// The escapers of HTML mode. See html_escaper.h.
#include "template/html_escaper.h"

#include "template/text_escape.h"
#include "template/value_query.h"

bool html_escape_value(struct arena *arena, const unsigned char escapers[3], const struct value *value, struct buf *out) {
	(void)escapers;
	escape_html(out, value_text(arena, value));
	return true;
}
