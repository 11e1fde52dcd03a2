// SPDX-License-Identifier: Apache-2.0
// Templates of rules, from text to output or error.
#include "template/template.h"
#include "base/buf.h"
#include "template/value.h"
#include "tests/harness/test.h"

static const struct label some_labels[] = {
	{ { "alertname", 9 }, { "DiskFull", 8 } },
	{ { "device", 6 }, { "sda1", 4 } },
	{ { "instance", 8 }, { "db-1.example.org:9100", 21 } },
};

static const struct template_sample some_samples[] = {
	{ some_labels, 3, 12.5 },
	{ some_labels, 2, 3 },
};

// Knows "up" and fails "bad"; everything else has to be asked.
static bool answer(void *context, struct str expr, struct template_vector *out, struct error *err) {
	(void)context;
	if (str_equal(expr, STR("bad")))
		return error_set(err, ERR_UNAVAILABLE, "no answer");
	*out = (struct template_vector){ some_samples, 2 };
	return str_equal(expr, STR("up"));
}

struct rendered {
	enum template_status status;
	char text[2000]; // output, error or the needed query
};

static void note(struct rendered *rendered, struct str text) {
	snprintf(rendered->text, sizeof rendered->text, "%.*s", STR_ARG(text));
}

static struct rendered render_value(const char *text, double value) {
	struct rendered rendered = { TEMPLATE_FAILED, "" };
	autoarena struct arena arena = { 0 };
	autobuf struct buf out = { 0 };
	struct error err = { 0 };
	struct str needed;
	const struct template_env env = {
		.now = 1353755652000,
		.external_url = STR("http://alerts.example.org/base/"),
		.query = answer,
		.data = template_rule_data(&arena, some_labels, 3, NULL, STR("http://alerts.example.org/base/"), value),
	};
	struct template *template = template_compile(NULL, STR("__alert_A"), str_of(text), &err);
	if (template != NULL)
		rendered.status = template_execute(template, &env, &arena, &out, &needed, &err);
	template_destroy(template);
	if (rendered.status == TEMPLATE_OK)
		note(&rendered, buf_str(&out));
	else
		note(&rendered, rendered.status == TEMPLATE_FAILED ? str_of(err.text) : needed);
	return rendered;
}

struct row {
	const char *text, *wanted;
};

static void check_rows(const struct row *rows, size_t count, enum template_status status) {
	for (size_t i = 0; i < count; i++) {
		struct rendered rendered = render_value(rows[i].text, 1234.5);
		if (rendered.status != status || strcmp(rendered.text, rows[i].wanted) != 0)
			FAIL_TEST("%s\n  gives  %d %s\n  wanted %d %s", rows[i].text, rendered.status, rendered.text, status, rows[i].wanted);
	}
}
#define CHECK_ROWS(rows, status) check_rows((rows), sizeof(rows) / sizeof *(rows), (status))

TEST(text_without_actions_is_itself) {
	static const struct row rows[] = { { "", "" }, { "plain } text {", "plain } text {" }, { "a\n\tb", "a\n\tb" } };
	CHECK_ROWS(rows, TEMPLATE_OK);
}

TEST(labels_and_value_are_found_by_variable_and_by_field) {
	static const struct row rows[] = {
		{ "{{ $labels.device }} {{ .Labels.device }} {{ $.Labels.device }}", "sda1 sda1 sda1" },
		{ "{{ $labels.nothing }}|", "|" },
		{ "{{ $value }} {{ .Value }}", "1234.5 1234.5" },
		{ "{{ index $labels \"device\" }}", "sda1" },
		{ "{{ $externalURL }} {{ externalURL }} {{ pathPrefix }}", "http://alerts.example.org/base/ http://alerts.example.org/base/ /base/" },
		{ "{{ $labels }}", "map[alertname:DiskFull device:sda1 instance:db-1.example.org:9100]" },
	};
	CHECK_ROWS(rows, TEMPLATE_OK);
}

TEST(control_actions_choose_and_repeat) {
	static const struct row rows[] = {
		{ "{{ if gt $value 5.0 }}big{{ else }}small{{ end }}", "big" },
		{ "{{ if lt $value 5.0 }}a{{ else if eq $labels.device \"sda1\" }}b{{ else }}c{{ end }}", "b" },
		{ "{{ range $name, $text := $labels }}{{ $name }}={{ $text }};{{ end }}", "alertname=DiskFull;device=sda1;instance=db-1.example.org:9100;" },
		{ "{{ range query \"up\" }}{{ . | value }} {{ label \"device\" . }},{{ end }}", "12.5 sda1,3 sda1," },
		{ "{{ range $i, $s := query \"up\" }}{{ if eq $i 1 }}{{ break }}{{ end }}{{ .Value }}{{ end }}", "12.5" },
		{ "{{ range 3 }}{{ . }}{{ if eq . 1 }}{{ continue }}{{ end }},{{ end }}", "0,12," },
		{ "{{ with $labels.device }}<{{ . }}>{{ end }}{{ with $labels.none }}x{{ else with 5 }}{{ . }}{{ else }}y{{ end }}", "<sda1>5" },
		{ "{{ $n := 0 }}{{ range query \"up\" }}{{ $n = len .Labels }}{{ end }}{{ $n }}", "2" },
		{ "{{ define \"t\" }}[{{ . }}]{{ end }}{{ template \"t\" 5 }}{{ block \"b\" \"x\" }}<{{ . }}>{{ end }}", "[5]<x>" },
		{ "a  {{- /* gone */ -}}  b {{- 1 -}} c", "ab1c" },
		{ "{{ query \"up\" | first | value | humanize }}", "12.5" },
		{ "{{ (query \"up\" | first).Labels.device }}", "sda1" },
	};
	CHECK_ROWS(rows, TEMPLATE_OK);
}

TEST(a_sample_prints_as_what_it_points_to_and_is_called_a_pointer_where_go_does) {
	static const struct row rows[] = {
		{ "{{ query \"up\" | first }}", "{map[alertname:DiskFull device:sda1 instance:db-1.example.org:9100] 12.5}" },
		{ "{{ range query \"up\" }}{{ . }};{{ end }}", "{map[alertname:DiskFull device:sda1 instance:db-1.example.org:9100] 12.5};{map[alertname:DiskFull device:sda1] 3};" },
		{ "{{ index (query \"up\") 1 }}{{ $s := query \"up\" | first }}{{ $s.Value }}", "{map[alertname:DiskFull device:sda1] 3}12.5" },
		{ "{{ index (query \"up\") 1 | html }} {{ index (query \"up\") 1 | urlquery }}", "{map[alertname:DiskFull device:sda1] 3} %7Bmap%5Balertname%3ADiskFull+device%3Asda1%5D+3%7D" },
		{ "{{ index (query \"up\") 1 | print }} {{ printf \"%v %T\" (index (query \"up\") 1) $value }}", "&{map[alertname:DiskFull device:sda1] 3} &{map[alertname:DiskFull device:sda1] 3} float64" },
		{ "{{ $s := query \"up\" | first }}{{ eq $s $s }} {{ eq $s (index (query \"up\") 1) }}", "true false" },
	};
	static const struct row failures[] = {
		{ "{{ query \"up\" | first | len }}", "template: __alert_A:1:136: executing \"__alert_A\" at <len>: error calling len: len of type template.sample" },
		{ "{{ range index (query \"up\") 1 }}{{ end }}", "template: __alert_A:1:140: executing \"__alert_A\" at <1>: range can't iterate over {map[alertname:DiskFull device:sda1] 3}" },
		{ "{{ index (query \"up\" | first) 1 }}", "template: __alert_A:1:115: executing \"__alert_A\" at <index (query \"up\" | first) 1>: error calling index: can't index item of type template.sample" },
		{ "{{ slice (query \"up\" | first) 1 }}", "template: __alert_A:1:115: executing \"__alert_A\" at <slice (query \"up\" | first) 1>: error calling slice: can't slice item of type template.sample" },
		{ "{{ (query \"up\" | first).x }}", "template: __alert_A:1:129: executing \"__alert_A\" at <first>: can't evaluate field x in type *template.sample" },
		{ "{{ $value.x }}", "template: __alert_A:1:121: executing \"__alert_A\" at <$value.x>: can't evaluate field x in type float64" },
		{ "{{ .Value.x }}", "template: __alert_A:1:121: executing \"__alert_A\" at <.Value.x>: can't evaluate field x in type interface {}" },
	};
	CHECK_ROWS(rows, TEMPLATE_OK);
	CHECK_ROWS(failures, TEMPLATE_FAILED);
}

TEST(times_tell_their_zone_and_move_to_another) {
	static const struct row rows[] = {
		{ "{{ (toTime 1700000000).Location }} {{ (toTime 0).Location.String }} {{ printf \"%T\" (toTime 0).Location }}", "UTC UTC *time.Location" },
		{ "{{ (toTime 1700000000.5).GoString }}", "time.Date(2023, time.November, 14, 22, 13, 20, 500000000, time.UTC)" },
		{ "{{ printf \"%#v\" (toTime 1700000000) }}", "time.Date(2023, time.November, 14, 22, 13, 20, 0, time.UTC)" },
		{ "{{ (toTime 0).Local.Location }} {{ slice (toTime 0).Local.GoString 0 10 }}", "Local time.Date(" },
		{ "{{ (toTime 1700000000).In (toTime 0).Location }}", "2023-11-14 22:13:20 +0000 UTC" },
	};
	static const struct row failures[] = {
		{ "{{ (toTime 0).In \"UTC\" }}", "template: __alert_A:1:129: executing \"__alert_A\" at <\"UTC\">: can't handle \"UTC\" for arg of type *time.Location" },
		{ "{{ (toTime 0).In nil }}", "template: __alert_A:1:125: executing \"__alert_A\" at <(toTime 0).In>: error calling In: time: missing Location in call to Time.In" },
		{ "{{ (toTime 0).Location | len }}", "template: __alert_A:1:137: executing \"__alert_A\" at <len>: error calling len: len of type time.Location" },
	};
	CHECK_ROWS(rows, TEMPLATE_OK);
	CHECK_ROWS(failures, TEMPLATE_FAILED);
}

TEST(numbers_print_as_in_go) {
	static const struct row rows[] = {
		{ "{{ 1000000.0 }} {{ 999999.0 }} {{ 1234567.5 }} {{ 0.0001 }} {{ 0.00001234 }} {{ 1e3 }} {{ 'a' }}", "1e+06 999999 1.2345675e+06 0.0001 1.234e-05 1000 97" },
		{ "{{ now }}", "1.353755652e+09" },
		{ "{{ printf \"%.2f|%6.1f|%-8s|%5d|%q|%x|%t|%%\" 3.14159 2.25 \"ab\" 42 \"a\\\"b\" 255 true }}", "3.14|   2.2|ab      |   42|\"a\\\"b\"|ff|true|%" },
		{ "{{ printf \"%d %s\" 1.5 3 }} {{ printf \"%d\" }} {{ printf \"%d\" 1 2 }}", "%!d(float64=1.5) %!s(int=3) %!d(MISSING) 1%!(EXTRA int=2)" },
		{ "{{ print 1 2 \"a\" \"b\" 3 }} {{ println \"x\" 1 }}", "1 2ab3 x 1\n" },
		{ "{{ 0x1F }} {{ 1_000 }} {{ 0b11 }} {{ 1+2i }} {{ true }}", "31 1000 3 (1+2i) true" },
	};
	CHECK_ROWS(rows, TEMPLATE_OK);
}

TEST(numbers_are_humanized) {
	static const struct row rows[] = {
		{ "{{ humanize 0.0 }} {{ humanize 1234567.0 }} {{ humanize 0.0021 }} {{ humanize \"12\" }} {{ humanize -1500.0 }}", "0 1.235M 2.1m 12 -1.5k" },
		{ "{{ humanize1024 0.5 }} {{ humanize1024 1048576.0 }} {{ humanize1024 1536 }}", "0.5 1Mi 1.5ki" },
		{ "{{ humanizeDuration 0.0 }} {{ humanizeDuration 59.9 }} {{ humanizeDuration 3661.0 }} {{ humanizeDuration 90061 }} {{ humanizeDuration 0.05 }} {{ humanizeDuration -120 }}", "0s 59.9s 1h 1m 1s 1d 1h 1m 1s 50ms -2m 0s" },
		{ "{{ humanizePercentage 0.1234567 }}", "12.35%" },
		{ "{{ humanizeTimestamp 1435065584.128 }}", "2015-06-23 13:19:44.128 +0000 UTC" },
		{ "{{ toTime 1435065584.128 }} {{ toDuration 1800 }}", "2015-06-23 13:19:44.128 +0000 UTC 30m0s" },
		{ "{{ parseDuration \"1h30m\" }}", "5400" },
	};
	CHECK_ROWS(rows, TEMPLATE_OK);
}

TEST(texts_are_changed) {
	static const struct row rows[] = {
		{ "{{ title \"foo BAR don't 1st foo-bar\" }} {{ toUpper \"a\xC3\xA4\" }} {{ toLower \"AB\" }}", "Foo BAR Don't 1St Foo-Bar A\xC3\x84 ab" },
		{ "{{ stripPort $labels.instance }} {{ stripDomain $labels.instance }} {{ stripDomain \"10.0.0.1:80\" }} {{ stripPort \"[::1]:9\" }} {{ stripPort \"x\" }}", "db-1.example.org db-1:9100 10.0.0.1:80 ::1 x" },
		{ "{{ reReplaceAll \"(d.)-\" \"<$1>\" $labels.instance }} {{ match \"^sd\" $labels.device }}", "<db>1.example.org:9100 true" },
		{ "{{ graphLink \"up == 1\" }} {{ tableLink \"a\" }}", "/graph?g0.expr=up+%3D%3D+1&g0.tab=0 /graph?g0.expr=a&g0.tab=1" },
		{ "{{ html \"<a&'\" }} {{ js \"it's <b>\" }} {{ urlquery \"a b/c\" }}", "&lt;a&amp;&#39; it\\'s \\u003Cb\\u003E a+b%2Fc" },
		{ "{{ args 1 \"b\" }} {{ (args 1).arg0 }} {{ (args 1).arg1 }}", "map[arg0:1 arg1:b] 1 <no value>" },
		{ "{{ slice \"abcdef\" 1 3 }} {{ len \"abc\" }} {{ not 0 }} {{ and 1 0 2 }} {{ or 0 \"x\" }}", "bc 3 true 0 x" },
	};
	CHECK_ROWS(rows, TEMPLATE_OK);
}

TEST(execution_errors_read_as_upstreams) {
	static const struct row rows[] = {
		{ "{{ if gt $value 5 }}x{{ end }}", "template: __alert_A:1:118: executing \"__alert_A\" at <gt $value 5>: error calling gt: incompatible types for comparison: float64 and int" },
		{ "\n  {{ .Nope }}", "template: __alert_A:2:5: executing \"__alert_A\" at <.Nope>: can't evaluate field Nope in type struct { Labels map[string]string; ExternalLabels map[string]string; ExternalURL string; Value interface {} }" },
		{ "\n{{ query \"none\" | first | value }}{{ query 5 }}", "none" },
		{ "\n{{ query \"bad\" }}", "template: __alert_A:2:3: executing \"__alert_A\" at <query \"bad\">: error calling query: no answer" },
		{ "\n{{ humanize }}", "template: __alert_A:2:3: executing \"__alert_A\" at <humanize>: wrong number of args for humanize: want 1 got 0" },
		{ "\n{{ toUpper 5 }}", "template: __alert_A:2:11: executing \"__alert_A\" at <5>: expected string; found 5" },
		{ "\n{{ humanize \"x\" }}", "template: __alert_A:2:3: executing \"__alert_A\" at <humanize \"x\">: error calling humanize: strconv.ParseFloat: parsing \"x\": invalid syntax" },
		{ "\n{{ template \"none\" }}", "template: __alert_A:2:12: executing \"__alert_A\" at <{{template \"none\"}}>: template \"none\" not defined" },
		{ "\n{{ range 1.5 }}{{ end }}", "template: __alert_A:2:9: executing \"__alert_A\" at <1.5>: range can't iterate over 1.5" },
	};
	CHECK_INT(render_value(rows[2].text, 1).status, TEMPLATE_NEED_QUERY);
	CHECK_CSTR(render_value(rows[2].text, 1).text, "none");
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (i != 2)
			check_rows(&rows[i], 1, TEMPLATE_FAILED);
}

TEST(parse_errors_read_as_upstreams) {
	static const struct row rows[] = {
		{ "{{ $x }}", "template: __alert_A:1: undefined variable \"$x\"" },
		{ "a\n{{ nope 1 }}", "template: __alert_A:2: function \"nope\" not defined" },
		{ "{{ if 1 }}", "template: __alert_A:1: unexpected EOF" },
		{ "{{ end }}", "template: __alert_A:1: unexpected {{end}}" },
		{ "{{", "template: __alert_A:1: unclosed action" },
		{ "{{ tmpl \"a\" . }}", "template: __alert_A:1: function \"tmpl\" not defined" },
		{ "{{ \"abc }}", "template: __alert_A:1: unterminated quoted string" },
		{ "{{ (1 }}", "template: __alert_A:1: unclosed left paren" },
		{ "{{ 1x }}", "template: __alert_A:1: bad number syntax: \"1x\"" },
		{ "{{ 1 | 2 }}", "template: __alert_A:1: non executable command in pipeline stage 2" },
		{ "{{ range $a, $b, $c := 1 }}{{ end }}", "template: __alert_A:1: too many declarations in range" },
		{ "{{ break }}", "template: __alert_A:1: {{break}} outside {{range}}" },
		{ "{{ /* x }}", "template: __alert_A:1: unclosed comment" },
		{ "{{ }}", "template: __alert_A:1: missing value for command" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (strstr(rows[i].text, "/*") == NULL)
			check_rows(&rows[i], 1, TEMPLATE_FAILED);
}

static enum template_class class_of(const char *text) {
	struct error err;
	struct template *template = template_compile(NULL, STR("t"), str_of(text), &err);
	CHECK(template != NULL);
	enum template_class class = template_classify(template);
	template_destroy(template);
	return class;
}

TEST(templates_are_classed_by_what_they_depend_on) {
	CHECK_INT(class_of("text"), TEMPLATE_CONSTANT);
	CHECK_INT(class_of("text{{/* comment */}}"), TEMPLATE_CONSTANT);
	CHECK_INT(class_of("{{ $labels.a }}"), TEMPLATE_PURE_IN_LABELS);
	CHECK_INT(class_of("{{ range $k, $v := .Labels }}{{ . }}{{ end }}"), TEMPLATE_PURE_IN_LABELS);
	CHECK_INT(class_of("{{ if true }}{{ else }}{{ $value }}{{ end }}"), TEMPLATE_VOLATILE);
	CHECK_INT(class_of("{{ $.Value }}"), TEMPLATE_VOLATILE);
	CHECK_INT(class_of("{{ . }}"), TEMPLATE_VOLATILE);
	CHECK_INT(class_of("{{ query \"up\" }}"), TEMPLATE_VOLATILE);
	CHECK_INT(class_of("{{ now }}"), TEMPLATE_VOLATILE);
}

// Both sides of a limit: `within` runs, `over` fails with the message.
static void check_edge(const char *within, const char *over, const char *message) {
	struct rendered rendered = render_value(within, 1);
	if (rendered.status != TEMPLATE_OK)
		FAIL_TEST("%.80s\n  fails with %s", within, rendered.text);
	rendered = render_value(over, 1);
	if (rendered.status != TEMPLATE_FAILED || strstr(rendered.text, message) == NULL)
		FAIL_TEST("%.80s\n  gives  %d %.200s\n  wanted %s", over, rendered.status, rendered.text, message);
}

TEST(steps_output_memory_and_queries_have_limits_with_names) {
	check_edge("{{ range 9999990 }}{{ end }}", "{{ range 10000001 }}{{ end }}", "more than 10000000 steps");
	check_edge("{{ range 16 }}{{ printf \"%1000000d\" 1 }}{{ end }}", "{{ range 17 }}{{ printf \"%1000000d\" 1 }}{{ end }}", "output is longer than 16777216 bytes");
	check_edge("{{ $x := \"0123456789\" }}{{ range 22 }}{{ $x = print $x $x }}{{ end }}", "{{ $x := \"0123456789\" }}{{ range 24 }}{{ $x = print $x $x }}{{ end }}", "more than 134217728 bytes of memory");
	check_edge("{{ range 32 }}{{ query \"up\" | len }}{{ end }}", "{{ range 33 }}{{ query \"up\" | len }}{{ end }}", "error calling query: more than 32 queries in one template");
}

TEST(the_name_of_a_limit_is_not_lost_behind_a_long_text) {
	autobuf struct buf text = { 0 };
	buf_append_cstr(&text, "{{ range 1000 }}");
	while (text.len < 100000)
		buf_append_char(&text, 'x');
	buf_append_cstr(&text, "{{ end }}");
	CHECK_CSTR(render_value(buf_cstr(&text), 1).text, "template: __alert_A:1:128: executing \"__alert_A\" at <xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx...>: output is longer than 16777216 bytes");
}

TEST(calls_and_nesting_have_limits) {
	autobuf struct buf deep = { 0 }, deeper = { 0 };
	const char *calls = "{{ define \"r\" }}{{ if . }}{{ template \"r\" (slice . 1) }}{{ end }}{{ end }}";
	buf_format(&deep, "%s{{ template \"r\" (printf \"%%99d\" 1) }}", calls);
	buf_format(&deeper, "%s{{ template \"r\" (printf \"%%100d\" 1) }}", calls);
	check_edge(buf_cstr(&deep), buf_cstr(&deeper), "exceeded maximum template depth (100)");
	buf_reset(&deep);
	buf_reset(&deeper);
	buf_append_cstr(&deeper, "{{ if 1 }}");
	for (int i = 0; i < 100; i++) {
		buf_append_cstr(&deep, "{{ if 1 }}");
		buf_append_cstr(&deeper, "{{ if 1 }}");
	}
	for (int i = 0; i < 100; i++) {
		buf_append_cstr(&deep, "{{ end }}");
		buf_append_cstr(&deeper, "{{ end }}");
	}
	buf_append_cstr(&deeper, "{{ end }}");
	check_edge(buf_cstr(&deep), buf_cstr(&deeper), "max expression depth exceeded");
}

TEST(a_text_has_a_longest_length) {
	autobuf struct buf text = { 0 };
	struct error err = { 0 };
	buf_append_cstr(&text, "{{ 1 }}");
	while (text.len < 1 << 20)
		buf_append_char(&text, 'x');
	struct template *template = template_compile(NULL, STR("t"), buf_str(&text), &err);
	CHECK(template != NULL);
	template_destroy(template);
	buf_append_char(&text, 'x');
	CHECK(template_compile(NULL, STR("t"), buf_str(&text), &err) == NULL);
	CHECK_CSTR(err.text, "template: t: text of 1048577 bytes is longer than 1048576");
}

TEST(a_chain_of_else_if_needs_no_depth) {
	autobuf struct buf chain = { 0 };
	buf_append_cstr(&chain, "{{ if 0 }}");
	for (int i = 0; i < 5000; i++)
		buf_append_cstr(&chain, "{{ else if 0 }}");
	buf_append_cstr(&chain, "{{ else }}end{{ end }}");
	CHECK_CSTR(render_value(buf_cstr(&chain), 1).text, "end");
}

TEST(an_unknown_query_leaves_no_output_and_names_what_it_needs) {
	struct rendered rendered = render_value("before {{ query \"up\" | len }} {{ query \"later\" | len }}", 1);
	CHECK_INT(rendered.status, TEMPLATE_NEED_QUERY);
	CHECK_CSTR(rendered.text, "later");
	rendered = render_value("{{ define \"t\" }}{{ query \"inner\" }}{{ end }}{{ if true }}{{ template \"t\" }}{{ end }}", 1);
	CHECK_INT(rendered.status, TEMPLATE_NEED_QUERY);
	CHECK_CSTR(rendered.text, "inner");
	CHECK_CSTR(render_value("{{ query \"bad\" }}", 1).text, "template: __alert_A:1:115: executing \"__alert_A\" at <query \"bad\">: error calling query: no answer");
}

TEST(what_a_template_nests_does_not_blow_the_stack) {
	CHECK_INT(render_value("{{ $x := args 1 }}{{ range 100000 }}{{ $x = args $x }}{{ end }}{{ print $x | len | lt 1 }}", 1).status, TEMPLATE_OK);
}

TEST(documents_from_json_are_typed_as_rules_have_them) {
	autoarena struct arena arena = { 0 };
	struct error err;
	struct value json;
	CHECK(value_from_json(&arena, STR("{\"Labels\":{\"a\":\"b\"},\"Value\":5}"), &json, &err));
	const struct value *document = template_rule_data_of_json(&arena, &json, STR("http://x"));
	CHECK(document != NULL);
	autobuf struct buf out = { 0 };
	const struct template_env env = { .data = document };
	struct template *template = template_compile(NULL, STR("t"), STR("{{ $labels.none }}|{{ $labels.a }}|{{ $value }}|{{ $externalURL }}|{{ len $externalLabels }}"), &err);
	CHECK(template != NULL && template_execute(template, &env, &arena, &out, NULL, &err) == TEMPLATE_OK);
	CHECK_STR(buf_str(&out), "|b|5|http://x|0");
	template_destroy(template);
	CHECK(value_from_json(&arena, STR("{\"Labels\":{},\"other\":5}"), &json, &err));
	CHECK(template_rule_data_of_json(&arena, &json, STR("")) == NULL);
}

TEST(a_shared_template_is_called_by_the_name_it_is_executed_under) {
	autoarena struct arena arena = { 0 };
	autobuf struct buf out = { 0 };
	struct error err = { 0 };
	struct str needed;
	const struct template_env env = { .data = template_rule_data(&arena, some_labels, 3, NULL, STR(""), 1), .name = STR("__alert_Second") };
	struct template *template = template_compile(NULL, STR("__alert_First"), STR("\n{{ humanize }}"), &err);
	CHECK(template != NULL);
	CHECK(template_execute(template, &env, &arena, &out, &needed, &err) == TEMPLATE_FAILED);
	CHECK_CSTR(err.text, "template: __alert_Second:2:3: executing \"__alert_Second\" at <humanize>: wrong number of args for humanize: want 1 got 0");
	template_destroy(template);
}
