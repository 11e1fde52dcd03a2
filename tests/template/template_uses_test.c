// SPDX-License-Identifier: Apache-2.0
// What templates read.
#include "template/template_uses.h"

#include "base/buf.h"
#include "tests/harness/test.h"

struct seen {
	struct buf text; // one line a use
	struct str template;
};

static void note(void *context, const struct template_use *use) {
	static const char *const kinds[] = { "label", "labels", "value", "sample", "query" };
	struct seen *seen = context;
	CHECK(use->start < use->end && use->end <= seen->template.len);
	if (use->kind == TEMPLATE_USE_SHOWN)
		return;
	buf_format(&seen->text, "%s%s%.*s%s%s%.*s at %.*s\n", kinds[use->kind], use->name.len > 0 ? " " : "", STR_ARG(use->name), use->is_shown ? " shown" : "",
	    use->function.len > 0 ? " by " : "", STR_ARG(use->function), (int)(use->end - use->start), seen->template.data + use->start);
}

static void note_shown(void *context, const struct template_use *use) {
	struct seen *seen = context;
	if (use->kind == TEMPLATE_USE_SHOWN)
		buf_format(&seen->text, "%.*s at %.*s\n", STR_ARG(use->name), (int)(use->end - use->start), seen->template.data + use->start);
}

static void check_visits(const char *text, template_use_visit *visit, const char *wanted) {
	struct seen seen = { .template = str_of(text) };
	struct error err = { 0 };
	struct template *template = template_compile(NULL, STR("t"), seen.template, &err);
	if (template == NULL)
		FAIL_TEST("%s: %s", text, err.text);
	template_each_use(template, visit, &seen);
	if (strcmp(buf_cstr(&seen.text), wanted) != 0)
		FAIL_TEST("%s\n--- got\n%s--- wanted\n%s", text, buf_cstr(&seen.text), wanted);
	template_destroy(template);
	buf_finish(&seen.text);
}

static void check_uses(const char *text, const char *wanted) {
	check_visits(text, note, wanted);
}

static void check_shown(const char *text, const char *wanted) {
	check_visits(text, note_shown, wanted);
}

TEST(labels_are_read_in_many_ways) {
	check_uses("plain", "");
	check_uses("a {{ $labels.b }}", "label b shown at b\n");
	check_uses("{{ .Labels.b }}{{ $.Labels.c }}", "label b shown at b\nlabel c shown at c\n");
	check_uses("{{ index $labels \"b\" }}{{ index .Labels \"c\" }}", "label b shown by index at b\nlabel c shown by index at c\n");
	check_uses("{{ (index $labels \"b\") | toUpper }}", "label b shown by index at b\n");
	check_uses("{{ if eq $labels.b \"x\" }}{{ else if $labels.c }}{{ end }}", "label b by eq at b\nlabel c at c\n");
	check_uses("{{ $labels }}{{ range $k, $v := .Labels }}{{ $k }}{{ end }}", "labels shown at $labels\nlabels at Labels\n");
	check_uses("{{ with $labels }}{{ .b }}{{ else }}{{ .Labels.c }}{{ end }}", "label b shown at b\nlabel c shown at c\n");
	check_uses("{{ . }}{{ $ }}", "labels shown at .\nlabels shown at $\n");
}

TEST(what_is_not_the_results_is_not_told) {
	check_uses("{{ range query \"up\" }}{{ .Labels.b }}{{ .Value }}{{ end }}", "query up at \"up\"\n");
	check_uses("{{ $externalLabels.b }}{{ .ExternalLabels.c }}{{ externalURL }}", "");
	check_uses("{{ $labels := query \"up\" | first }}{{ $labels.b }}", "query up at \"up\"\n");
	check_uses("{{ define \"x\" }}{{ .Labels.b }}{{ end }}", "");
}

TEST(the_value_is_followed_to_where_it_is_shown) {
	check_uses("{{ $value }}{{ .Value }}", "value shown at $value\nvalue shown at Value\n");
	check_uses("{{ $value | humanize }}{{ humanize .Value }}", "value shown by humanize at $value\nvalue shown by humanize at Value\n");
	check_uses("{{ printf \"%.1f\" (humanize $value) }}", "value shown by humanize at $value\n");
	check_uses("{{ $value | printf \"%.1f\" | title }}", "value shown by printf at $value\n");
	check_uses("{{ if gt $value 5.0 }}x{{ end }}{{ $x := $value }}{{ $x }}", "value by gt at $value\nvalue at $value\n");
	check_uses("{{ query \"up\" | first | value }}", "query up shown at \"up\"\nsample shown by value at value\n");
}

TEST(queries_are_told_when_their_text_is_plain) {
	check_uses("{{ query `up` }}{{ \"down\" | query }}", "query up shown at `up`\nquery down shown at \"down\"\n");
	check_uses("{{ query (printf \"up{a=%q}\" $labels.a) }}", "label a shown by printf at a\n");
}

TEST(variables_hold_what_they_were_given_last) {
	check_uses("{{ with $labels := . }}{{ $labels.Value }}{{ end }}{{ $labels.b }}", "value shown at Value\nlabel b shown at b\n");
	check_uses("{{ with $value := \"x\" }}{{ $value }}{{ end }}{{ range $labels := query \"up\" }}{{ $labels.b }}{{ end }}", "query up at \"up\"\n");
	check_uses("{{ $l := $labels }}{{ $l.b }}{{ index $l \"c\" }}", "labels at $labels\nlabel b shown at b\nlabel c shown by index at c\n");
	check_uses("{{ if true }}{{ $labels = .ExternalLabels }}{{ end }}{{ $labels.b }}", "");
	check_uses("{{ if $labels := .ExternalLabels }}{{ $labels.b }}{{ end }}{{ $labels.c }}", "label c shown at c\n");
}

TEST(what_changes_is_followed_to_where_it_is_shown) {
	check_shown("{{ $value }}{{ .Value }}{{ $.Value | humanize }}", "a value at $value\na value at Value\na value at Value\n");
	check_shown("{{ $v := $value }}{{ $v }}{{ with $value }}{{ . }}{{ end }}", "a value at $v\na value at .\n");
	check_shown("{{ with .Value }}{{ . | humanize }}{{ end }}{{ range query \"up\" }}{{ .Value }}{{ .Labels.b }}{{ end }}", "a value at .\na value at Value\n");
	check_shown("{{ range $i, $s := query \"up\" }}{{ $i }}{{ $s.Value }}{{ label \"b\" $s }}{{ value $s }}{{ end }}", "a value at Value\na value at value\n");
	check_shown("{{ now }}{{ $t := now }}{{ ($t | toTime).Year }}", "the time at now\na value at $t\n");
	check_shown("{{ query \"up\" }}{{ query \"up\" | first | label \"b\" }}{{ (query \"up\" | first).Labels.b }}", "a value at query\n");
	check_shown("{{ $x := \"\" }}{{ if true }}{{ $x = $value }}{{ end }}{{ $x }}{{ . }}", "a value at $x\na value at .\n");
	check_shown("{{ if gt $value 5.0 }}x{{ end }}{{ gt $value 1.0 }}{{ $labels.b }}{{ or $labels.b \"c\" }}{{ $labels }}{{ externalURL }}", "");
	check_shown("{{ define \"x\" }}{{ . }}{{ end }}{{ template \"x\" $value }}{{ template \"x\" $labels.b }}", "a value at $value\n");
}
