// SPDX-License-Identifier: Apache-2.0
// Templates of notifications: the document, its methods, the functions, and HTML.
#include "template/template.h"
#include "base/buf.h"
#include "template/value.h"
#include "tests/harness/test.h"

struct row {
	const char *text, *wanted;
};

static const struct labels *labels_of(const char *json) {
	struct error err;
	const struct labels *labels = labels_from_json(str_of(json), &err);
	CHECK(labels != NULL);
	return labels;
}

// Two alerts, one of them over; the texts hold what HTML must escape.
static void render(enum template_mode mode, const char *text, char *result, size_t size) {
	autoarena struct arena arena = { 0 };
	autobuf struct buf out = { 0 };
	struct error err = { 0 };
	struct template_set *set = template_set_create(TEMPLATE_NOTIFICATION, mode);
	CHECK(template_set_add(set, STR("shared"), STR("{{ define \"__subject\" }}[{{ .Status | toUpper }}{{ if eq .Status \"firing\" }}:{{ .Alerts.Firing | len }}{{ end }}] {{ .GroupLabels.SortedPairs.Values | join \" \" }}{{ end }}"), &err));
	const struct labels *first = labels_of("{\"alertname\":\"Disk <full>\",\"device\":\"sda\",\"zone\":\"a&b\"}");
	const struct labels *second = labels_of("{\"alertname\":\"Disk <full>\",\"device\":\"sdb\"}");
	const struct labels *notes = labels_of("{\"summary\":\"it's full\"}");
	const struct labels *route = labels_of("{\"team\":\"{{ .Status }}/{{ routeLabels \\\"area\\\" }}\",\"area\":\"x\",\"loop\":\"{{ routeLabels \\\"loop\\\" }}\"}");
	const struct template_alert alerts[2] = {
		{ .is_firing = true, .labels = first, .annotations = notes, .starts_at = 1704096930000, .generator_url = STR("http://prom/graph?a=1&b=2"), .fingerprint = STR("0123456789abcdef") },
		{ .has_ended = true, .labels = second, .annotations = notes, .starts_at = 1704096930000, .ends_at = 1704100530250, .fingerprint = STR("fedcba9876543210") },
	};
	const struct template_notification notification = {
		.receiver = STR("ops\\.team"),
		.is_firing = true,
		.alerts = alerts,
		.alert_count = 2,
		.reason = STR("first notification"),
		.group_labels = first,
		.common_labels = second,
		.route_labels = route,
		.external_url = STR("http://am.example.org"),
	};
	const struct template_env env = { .now = 1704104130000, .data = template_notification_data(&arena, &notification) };
	struct template *template = template_compile(set, STR(""), str_of(text), &err);
	enum template_status status = template == NULL ? TEMPLATE_FAILED : template_execute(template, &env, &arena, &out, NULL, &err);
	snprintf(result, size, "%s", status == TEMPLATE_OK ? buf_cstr(&out) : err.text);
	template_destroy(template);
	template_set_destroy(set);
	labels_unref(first);
	labels_unref(second);
	labels_unref(notes);
	labels_unref(route);
}

static void check_rows(enum template_mode mode, const struct row *rows, size_t count) {
	for (size_t i = 0; i < count; i++) {
		char result[2000];
		render(mode, rows[i].text, result, sizeof result);
		if (strcmp(result, rows[i].wanted) != 0)
			FAIL_TEST("%s\n  gives  %s\n  wanted %s", rows[i].text, result, rows[i].wanted);
	}
}
#define CHECK_ROWS(mode, rows) check_rows((mode), (rows), sizeof(rows) / sizeof *(rows))

TEST(the_document_has_upstreams_fields_and_methods) {
	static const struct row rows[] = {
		{ "{{ template \"__subject\" . }}", "[FIRING:1] Disk <full> sda a&b" },
		{ "{{ .Receiver }} {{ .NotificationReason }} {{ .ExternalURL }}", "ops\\.team first notification http://am.example.org" },
		{ "{{ len .Alerts }} {{ len .Alerts.Firing }} {{ len .Alerts.Resolved }}", "2 1 1" },
		{ "{{ range .Alerts.Resolved }}{{ .Labels.device }} {{ .Fingerprint }} {{ .EndsAt }}{{ end }}", "sdb fedcba9876543210 2024-01-01 09:15:30.25 +0000 UTC" },
		{ "{{ range .Alerts.Firing }}{{ .EndsAt.IsZero }} {{ .EndsAt }}{{ end }}", "true 0001-01-01 00:00:00 +0000 UTC" },
		{ "{{ .GroupLabels }}", "alertname=Disk <full>, device=sda, zone=a&b" },
		{ "{{ .GroupLabels.Names }} {{ .GroupLabels.Values.Join \"+\" }}", "[alertname device zone] Disk <full>+sda+a&b" },
		{ "{{ with .GroupLabels.Remove .CommonLabels.Names }}{{ .Names | join \",\" }}{{ end }}", "zone" },
		{ "{{ (index .Alerts 0).StartsAt.Format \"Mon, 02 Jan 2006 15:04:05 MST\" }}", "Mon, 01 Jan 2024 08:15:30 UTC" },
		{ "{{ with index .Alerts 1 }}{{ .EndsAt.Sub .StartsAt }} {{ (.EndsAt.Sub .StartsAt).Minutes }} {{ .StartsAt.Unix }} {{ .StartsAt.Weekday }}{{ end }}", "1h0m0.25s 60.00416666666667 1704096930 Monday" },
		{ "{{ slice (print .) 0 2 }} {{ slice (html .) 0 1 }}", "&{ {" },
		{ "{{ routeLabels \"team\" }} {{ routeLabels \"none\" }}", "firing/x " },
		{ "{{ .Nope }}", "template: :1:3: executing \"\" at <.Nope>: can't evaluate field Nope in type *template.Data" },
	};
	CHECK_ROWS(TEMPLATE_TEXT, rows);
}

TEST(a_cycle_of_route_labels_is_an_error) {
	char result[2000];
	render(TEMPLATE_TEXT, "{{ routeLabels \"loop\" }}", result, sizeof result);
	CHECK(strstr(result, "route label cycle detected: loop -> loop") != NULL);
}

TEST(functions_do_as_upstream) {
	static const struct row rows[] = {
		{ "{{ title \"hELLO wORLD\" }} {{ trimSpace \"  a b\\n\" }}|", "Hello World a b|" },
		{ "{{ stringSlice \"a\" \"b\" | join \"-\" }} {{ list 1 \"x\" }} {{ append (list 1) 2 3 }} {{ dict \"k\" 1 \"a\" \"b\" }}", "a-b [1 x] [1 2 3] map[a:b k:1]" },
		{ "{{ urlUnescape \"a+b%20c\" }} {{ base64encode \"hi?>\" }} {{ base64decode \"aGk_Pg==\" }}", "a b c aGk_Pg== hi?>" },
		{ "{{ (index .Alerts 0).StartsAt | tz \"Europe/Berlin\" | date \"2006-01-02 15:04:05 -0700 MST\" }}", "2024-01-01 09:15:30 +0100 CET" },
		{ "{{ (mustToDate \"2006-01-02 15:04\" \"2024-07-01 12:00\") | tz \"Europe/Berlin\" | date \"15:04 MST\" }}", "14:00 CEST" },
		{ "{{ (mustToDate \"2006-01-02 15:04\" \"2050-07-01 12:00\") | tz \"America/New_York\" | date \"15:04 MST\" }}", "08:00 EDT" },
		{ "{{ since (index .Alerts 0).StartsAt }}", "2h0m0s" },
		{ "{{ since (index .Alerts 0).StartsAt | humanizeDuration }}", "2h 0m 0s" },
		{ "{{ toJson (index .Alerts 0).Labels }}", "{\"alertname\":\"Disk \\u003cfull\\u003e\",\"device\":\"sda\",\"zone\":\"a\\u0026b\"}" },
		{ "{{ toJson (dict \"t\" (index .Alerts 1).EndsAt \"n\" 1.5 \"z\" nil) }}", "{\"n\":1.5,\"t\":\"2024-01-01T09:15:30.25Z\",\"z\":null}" },
		{ "{{ (index .Alerts 0).StartsAt | tz \"X/Y\" }}", "template: :1:32: executing \"\" at <tz \"X/Y\">: error calling tz: unknown time zone X/Y" },
		{ "{{ mustToDate \"2006\" \"x\" }}", "template: :1:3: executing \"\" at <mustToDate \"2006\" \"x\">: error calling mustToDate: parsing time \"x\" as \"2006\": cannot parse \"x\" as \"2006\"" },
		{ "{{ reReplaceAll \"(\" \"\" \"x\" }}", "template: :1:3: executing \"\" at <reReplaceAll \"(\" \"\" \"x\">: error calling reReplaceAll: regexp: Compile(`(`): error parsing regexp: missing closing ): `(`" },
	};
	CHECK_ROWS(TEMPLATE_TEXT, rows);
}

TEST(html_escapes_by_place) {
	static const struct row rows[] = {
		{ "<b>{{ .GroupLabels.alertname }}</b><!-- gone {{ .Status }} -->{{ \"a+b\" }}", "<b>Disk &lt;full&gt;</b>a&#43;b" },
		{ "<title>{{ template \"__subject\" . }}</title>", "<title>[FIRING:1] Disk &lt;full&gt; sda a&amp;b</title>" },
		{ "<a title=\"{{ .GroupLabels.zone }}\" href=\"{{ (index .Alerts 0).GeneratorURL }}\">", "<a title=\"a&amp;b\" href=\"http://prom/graph?a=1&amp;b=2\">" },
		{ "<a href=\"{{ \"javascript:alert(1)\" }}\">", "<a href=\"#ZgotmplZ\">" },
		{ "<a href=\"{{ \"javascript:alert(1)\" | safeUrl }}\">", "<a href=\"javascript:alert%281%29\">" },
		{ "<a href='{{ .ExternalURL }}/#/alerts?receiver={{ .Receiver | urlquery }}'>", "<a href='http://am.example.org/#/alerts?receiver=ops%5C.team'>" },
		{ "<a href=\"/x?q={{ .GroupLabels.zone }}\">", "<a href=\"/x?q=a%26b\">" },
		{ "<a class={{ \"x y\" }}>{{ \"<i>\" | safeHtml }}{{ \"<i>\" | html }}", "<a class=x&#32;y><i>&lt;i&gt;" },
		{ "<p style=\"color: {{ \"red\" }}; width: {{ \"expression(1)\" }}\">", "<p style=\"color: red; width: ZgotmplZ\">" },
		{ "<script>var a = {{ .GroupLabels.zone }}, b = \"{{ \"</script>\" }}\";</script>", "<script>var a = \"a\\u0026b\", b = \"\\u003c\\/script\\u003e\";</script>" },
		{ "<p onclick=\"f({{ \"'\\\"\" }})\">", "<p onclick=\"f(&#34;&#39;\\&#34;&#34;)\">" },
		{ "{{ range .Alerts }}<i{{ if .Labels.zone }} id=\"{{ .Labels.zone }}\"{{ end }}>{{ end }}", "<i id=\"a&amp;b\"><i>" },
		{ "{{ .Nothing.At.All }}", "template: :1:11: executing \"\" at <.Nothing.At.All>: can't evaluate field Nothing in type *template.Data" },
		{ "{{ (dict).a }}|", "|" },
	};
	CHECK_ROWS(TEMPLATE_HTML, rows);
}

TEST(html_refuses_what_has_no_clear_place) {
	static const char *const texts[] = {
		"<a href=\"{{ if .Status }}\"{{ end }}>",
		"<a {{ range .Alerts }}\"{{ end }}",
		"<a href=\"",
		"<a b='{{ .Status | html | toUpper }}'>",
		"{{ template \"unknown\" }}",
		"<script>var x = 1 {{ if .Status }}+{{ end }} /{{ .Status }}/;</script>",
		"<a href=\"{{ if .Status }}/a{{ else }}?b{{ end }}{{ .Status }}\">",
		"<a href=/x\"{{ .Status }}>",
	};
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		char result[2000];
		render(TEMPLATE_HTML, texts[i], result, sizeof result);
		if (strncmp(result, "html/template:", 14) != 0)
			FAIL_TEST("%s gives %s", texts[i], result);
	}
}

TEST(json_becomes_values) {
	autoarena struct arena arena = { 0 };
	autobuf struct buf out = { 0 };
	struct error err;
	struct value value;
	CHECK(value_from_json(&arena, STR(" {\"b\":[1,2.0,1e2,true,null,\"x\"],\"a\":{}} "), &value, &err));
	value_to_json(&out, &value);
	CHECK_STR(buf_str(&out), "{\"a\":{},\"b\":[1,2,100,true,null,\"x\"]}");
	CHECK(!value_from_json(&arena, STR("{\"a\":99999999999999999999}"), &value, &err));
	CHECK(!value_from_json(&arena, STR("[1,"), &value, &err));
}

static const struct value *unmarshal(struct arena *arena, const char *text, struct error *err) {
	struct value json;
	const struct value *document = NULL;
	CHECK(value_from_json(arena, str_of(text), &json, err));
	return template_notification_unmarshal(arena, &json, &document, err) ? document : NULL;
}

TEST(a_payload_becomes_a_document_with_its_methods) {
	autoarena struct arena arena = { 0 };
	autobuf struct buf out = { 0 };
	struct error err = { 0 };
	const struct value *document = unmarshal(&arena, "{\"version\":\"4\",\"Receiver\":\"r\",\"status\":null,\"alerts\":[{\"status\":\"firing\",\"labels\":{\"b\":\"1\",\"alertname\":\"A\"},\"startsAt\":\"2024-01-01T09:15:30+01:00\"},null],\"groupLabels\":null}", &err);
	CHECK(document != NULL);
	const struct template_env env = { .data = document };
	struct template_set *set = template_set_create(TEMPLATE_NOTIFICATION, TEMPLATE_TEXT);
	struct template *template = template_compile(set, STR(""), STR("{{ .Receiver }}|{{ .Status }}|{{ len .Alerts }}|{{ range .Alerts.Firing }}{{ .Labels.SortedPairs }} {{ .StartsAt }} {{ .StartsAt.Unix }} {{ .EndsAt.IsZero }}{{ end }}|{{ .GroupLabels.Names }}|{{ routeLabels \"x\" }}"), &err);
	CHECK(template != NULL && template_execute(template, &env, &arena, &out, NULL, &err) == TEMPLATE_OK);
	CHECK_STR(buf_str(&out), "r||2|alertname=A, b=1 2024-01-01 09:15:30 +0100 +0100 1704096930 true|[]|");
	template_destroy(template);
	template_set_destroy(set);
}

TEST(a_payload_of_other_types_is_refused_as_in_go) {
	static const struct row rows[] = {
		{ "{\"receiver\":1}", "json: cannot unmarshal number into Go struct field Data.receiver of type string" },
		{ "{\"alerts\":{}}", "json: cannot unmarshal object into Go struct field Data.alerts of type template.Alerts" },
		{ "{\"alerts\":[true]}", "json: cannot unmarshal bool into Go struct field Data.alerts of type template.Alert" },
		{ "{\"alerts\":[{\"labels\":{\"a\":1}}]}", "json: cannot unmarshal number into Go struct field Alert.alerts.labels of type string" },
		{ "{\"alerts\":[{\"labels\":[]}]}", "json: cannot unmarshal array into Go struct field Alert.alerts.labels of type template.KV" },
		{ "{\"alerts\":[{\"startsAt\":1}]}", "Time.UnmarshalJSON: input is not a JSON string" },
		{ "{\"alerts\":[{\"startsAt\":\"x\"}]}", "parsing time \"x\" as \"2006-01-02T15:04:05Z07:00\": cannot parse \"x\" as \"2006\"" },
		{ "[]", "json: cannot unmarshal array into Go value of type template.Data" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		autoarena struct arena arena = { 0 };
		struct error err = { 0 };
		CHECK(unmarshal(&arena, rows[i].text, &err) == NULL);
		CHECK_CSTR(err.text, rows[i].wanted);
	}
}

TEST(a_document_is_a_notification_by_its_members) {
	static const struct {
		const char *text;
		bool wanted;
	} rows[] = { { "{}", true }, { "{\"receiver\":\"x\",\"groupKey\":\"k\"}", true }, { "{\"alerts\":[],\"more\":1}", true }, { "{\"status\":\"x\",\"n\":1}", false }, { "{\"alerts\":1,\"n\":1}", false }, { "[]", false } };
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		autoarena struct arena arena = { 0 };
		struct error err;
		struct value json;
		CHECK(value_from_json(&arena, str_of(rows[i].text), &json, &err));
		CHECK(template_is_notification(&json) == rows[i].wanted);
	}
}

TEST(json_of_what_templates_nest_has_a_depth) {
	char result[2000];
	render(TEMPLATE_TEXT, "{{ $x := list 1 }}{{ range 999 }}{{ $x = list $x }}{{ end }}{{ toJson $x | len }}", result, sizeof result);
	CHECK_CSTR(result, "2001");
	render(TEMPLATE_TEXT, "{{ $x := list 1 }}{{ range 100000 }}{{ $x = list $x }}{{ end }}{{ toJson $x | len }}", result, sizeof result);
	CHECK(strstr(result, "json: nested deeper than 1000") != NULL);
}
