// SPDX-License-Identifier: Apache-2.0
// Any bytes as a template of text (template_html_fuzz.c: of HTML): the first byte chooses the functions, the rest is compiled and, when it
// compiles, executed twice; what it reads is told of places within it.
#include "base/buf.h"
#include "template/template_uses.h"
#include "template/value.h"

#include <stdint.h>

#ifndef FUZZ_MODE
#define FUZZ_MODE TEMPLATE_TEXT
#endif

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct label some_labels[] = { { { "alertname", 9 }, { "A<b>", 4 } }, { { "job", 3 }, { "x", 1 } } };
static const struct template_sample some_samples[] = { { some_labels, 2, 1.5 }, { some_labels, 1, 3 } };

static bool answer(void *context, struct str expr, struct template_vector *out, struct error *err) {
	(void)context, (void)err;
	*out = (struct template_vector){ some_samples, 2 };
	return expr.len % 2 == 0;
}

static const struct value *document(struct arena *arena, enum template_functions functions) {
	if (functions == TEMPLATE_RULE)
		return template_rule_data(arena, some_labels, 2, NULL, STR("http://x/y"), 1234.5);
	static const struct template_alert alerts[2] = { { .is_firing = true, .starts_at = 1000 }, { .has_ended = true, .ends_at = 5000 } };
	const struct template_notification notification = { .receiver = STR("r"), .is_firing = true, .alerts = alerts, .alert_count = 2, .external_url = STR("http://x") };
	return template_notification_data(arena, &notification);
}

static void execute(const struct template *template, enum template_functions functions) {
	autoarena struct arena arena = { 0 };
	autobuf struct buf out = { 0 };
	struct str needed;
	struct error err;
	const struct template_env env = { .now = 1704096930000, .external_url = STR("http://x/y"), .query = answer, .data = document(&arena, functions) };
	enum template_status first = template_execute(template, &env, &arena, &out, &needed, &err);
	size_t length = out.len;
	if (first != TEMPLATE_OK && length != 0)
		unreachable("a run that failed leaves no output");
	if (template_execute(template, &env, &arena, &out, &needed, &err) != first || out.len != 2 * length)
		unreachable("two runs give the same");
}

static void check_use(void *context, const struct template_use *use) {
	const size_t *size = context;
	if (use->start >= use->end || use->end > *size)
		unreachable("a use without a place");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
	struct error err;
	if (size == 0 || size > 4096)
		return 0;
	enum template_functions functions = data[0] & 1 ? TEMPLATE_NOTIFICATION : TEMPLATE_RULE;
	struct template_set *set = template_set_create(functions, FUZZ_MODE);
	struct template *template = template_compile(set, STR("t"), str_make((const char *)data + 1, size - 1), &err);
	size_t text_size = size - 1;
	if (template != NULL) {
		execute(template, functions);
		template_each_use(template, check_use, &text_size);
	}
	template_destroy(template);
	template_set_destroy(set);
	return 0;
}
