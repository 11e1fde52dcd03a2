// SPDX-License-Identifier: Apache-2.0
// Links to where alerts came from. See alert_source.h.
#include "evaluator/alert_source.h"

#include "base/buf.h"
#include "base/mem.h"
#include "base/query_escape.h"
#include "model/limits.h"
#include "template/value.h"

struct alert_source {
	char *text;
	struct template_set *set; // the template's functions
	struct template *template;
};

struct alert_source *alert_source_create(struct str text, struct error *err) {
	while (str_has_suffix(text, STR("\n")))
		text.len--; // of a block in YAML
	struct alert_source *source = MEM_NEW(struct alert_source);
	source->text = mem_zalloc(text.len + 1);
	if (text.len > 0)
		memcpy(source->text, text.data, text.len);
	source->set = template_set_create(TEMPLATE_ALERT_SOURCE, TEMPLATE_TEXT);
	source->template = template_compile(source->set, STR(""), str_of(source->text), err);
	if (source->template != NULL && !template_uses_query(source->template))
		return source;
	if (source->template != NULL)
		error_set(err, ERR_INVALID, "a link may not ask queries");
	alert_source_destroy(source);
	return NULL;
}

void alert_source_destroy(struct alert_source *source) {
	if (source == NULL)
		return;
	template_destroy(source->template);
	template_set_destroy(source->set);
	free(source->text);
	free(source);
}

bool alert_source_equal(const struct alert_source *a, const struct alert_source *b) {
	return a == b || (a != NULL && b != NULL && strcmp(a->text, b->text) == 0);
}

static bool render(struct buf *out, const struct alert_source *source, const struct template_alert_source *alert, wall_ms now, struct error *err) {
	autoarena struct arena arena = { 0 };
	struct template_env env = { .now = now, .external_url = alert->external_url, .data = template_alert_source_data(&arena, alert) };
	struct str needed;
	size_t before = out->len;
	if (template_execute(source->template, &env, &arena, out, &needed, err) != TEMPLATE_OK)
		return false;
	if (out->len - before <= LIMIT_ALERT_SOURCE_BYTES)
		return true;
	buf_truncate(out, before);
	return error_set(err, ERR_LIMIT, "the link has more than %d bytes", LIMIT_ALERT_SOURCE_BYTES);
}

bool alert_source_try(const struct alert_source *source, struct error *err) {
	autobuf struct buf link = { 0 };
	const struct template_alert_source nothing = { .external_url = STR("http://localhost"), .expr = STR("vector(1)") };
	return render(&link, source, &nothing, 0, err);
}

static bool is_whole(struct str link) {
	return str_has_prefix(link, STR("http://")) || str_has_prefix(link, STR("https://"));
}

static bool make_link(struct buf *out, const struct evaluation_setup *setup, const struct rule *rule, const struct alert_facts *alert, struct error *err) {
	const struct template_alert_source shown = {
		.labels = alert->labels,
		.external_labels = setup->external_labels,
		.external_url = str_of(setup->external_url),
		.expr = rule->expr,
		.value = alert->value,
		.alert_id = alert->labels->fingerprint,
		.group_id = rule->group->hash,
		.active_at = alert->active_at,
		.hold = rule->hold,
		.interval = rule->group->interval,
	};
	autobuf struct buf link = { 0 };
	if (!render(&link, setup->alert_source, &shown, alert->now, err))
		return false;
	if (!is_whole(buf_str(&link))) {
		buf_append_cstr(out, setup->external_url);
		buf_append_char(out, '/');
	}
	buf_append_str(out, buf_str(&link));
	return true;
}

bool alert_source_link(struct buf *out, const struct evaluation_setup *setup, const struct rule *rule, const struct alert_facts *alert, struct error *err) {
	if (setup->alert_source != NULL && make_link(out, setup, rule, alert, err))
		return true;
	buf_append_cstr(out, setup->external_url);
	buf_append_cstr(out, "/graph?g0.expr=");
	url_query_escape(out, rule->expr);
	buf_append_cstr(out, "&g0.tab=1");
	return setup->alert_source == NULL;
}
