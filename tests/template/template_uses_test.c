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
	buf_format(&seen->text, "%s%s%.*s%s%s%.*s at %.*s\n", kinds[use->kind], use->name.len > 0 ? " " : "", STR_ARG(use->name), use->is_shown ? " shown" : "",
	    use->function.len > 0 ? " by " : "", STR_ARG(use->function), (int)(use->end - use->start), seen->template.data + use->start);
}

static void check_uses(const char *text, const char *wanted) {
	struct seen seen = { .template = str_of(text) };
	struct error err = { 0 };
	struct template *template = template_compile(NULL, STR("t"), seen.template, &err);
	if (template == NULL)
		FAIL_TEST("%s: %s", text, err.text);
	template_each_use(template, note, &seen);
	if (strcmp(buf_cstr(&seen.text), wanted) != 0)
		FAIL_TEST("%s\n--- got\n%s--- wanted\n%s", text, buf_cstr(&seen.text), wanted);
	template_destroy(template);
	buf_finish(&seen.text);
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
