// SPDX-License-Identifier: Apache-2.0
#include "base/mem.h"
#include "notifiers/default_templates.h"
#include "notifiers/notifier.h"
#include "tests/harness/test.h"
#include "tests/notifiers/mime_reader.h"

static struct template_set *text_set, *html_set;
static struct arena arena;
static struct rendered out;
static struct error err;

static void begin(void) {
	if (text_set != NULL)
		return;
	text_set = template_set_create(TEMPLATE_NOTIFICATION, TEMPLATE_TEXT);
	html_set = template_set_create(TEMPLATE_NOTIFICATION, TEMPLATE_HTML);
	if (!default_templates_add(text_set, &err) || !default_templates_add(html_set, &err))
		FAIL_TEST("%s", err.text);
}

static const struct labels *labels_made(const char *const *pairs) {
	struct label items[8];
	size_t count = 0;
	for (; pairs[count * 2] != NULL; count++)
		items[count] = (struct label){ str_of(pairs[count * 2]), str_of(pairs[count * 2 + 1]) };
	return labels_from_sorted(items, count);
}

// `count` firing alerts and one resolved, named after `name`.
static struct notification *notification_made(size_t count, const char *name) {
	struct notification *made = notification_create();
	made->id = 42;
	made->receiver = STR("ops");
	made->group_key = STR("{}:{alertname=\"x\"}");
	made->external_url = STR("http://tocsin.test");
	made->reason = STR("first notification");
	made->group_labels = labels_made((const char *const[]){ "alertname", name, NULL });
	made->alerts = ARENA_NEW_ARRAY(&made->arena, struct notified_alert, count + 1);
	made->alert_count = count + 1;
	for (size_t i = 0; i <= count; i++) {
		char instance[32];
		snprintf(instance, sizeof instance, "host%zu", i);
		made->alerts[i] = (struct notified_alert){ .is_firing = i < count, .starts_at = SECONDS(1700000000), .ends_at = i < count ? 0 : SECONDS(1700000060), .labels = labels_made((const char *const[]){ "alertname", name, "instance", instance, NULL }), .annotations = labels_made((const char *const[]){ "summary", "Gr\xc3\xbc\xc3\x9f"
			                                                                                                                                                                                                                                                                                                         "e <b>",
			                                                                                                                                                                                                                                                NULL }),
			.generator_url = "http://prom.test/graph?g0.expr=up&x=1",
			.source = "r" };
	}
	return made;
}

static struct integration_config config_made(void) {
	return (struct integration_config){ .kind = INTEGRATION_EMAIL, .email = { .to = "Ops <ops@test>, night@test", .from = "T\xc3\xb6"
		                                                                                                              "csin <tocsin@test>",
		                                                           .smarthost = "mail.test:25",
		                                                           .html = "{{ template \"email.default.html\" . }}",
		                                                           .text = "",
		                                                           .require_tls = true,
		                                                           .force_implicit_tls = -1 } };
}

static bool render_made(const struct integration_config *config, struct notification *notification) {
	struct notifier_context context = { .text_templates = text_set, .html_templates = html_set, .external_url = "http://tocsin.test", .instance = "0a1b", .user_agent = "tocsin", .now = SECONDS(1700000100) };
	arena_reset(&arena);
	out = (struct rendered){ 0 };
	err = (struct error){ 0 };
	return email_notifier.render(config, notification, &context, &arena, &out, &err);
}

// What a mail reader sees of the mail for one firing alert.
static const char *read_mail(const struct integration_config *config, const char *name) {
	static struct buf read;
	begin();
	struct notification *notification = notification_made(1, name);
	buf_reset(&read);
	if (!render_made(config, notification))
		FAIL_TEST("%s", err.text);
	mime_read(out.mail->text, &read);
	notification_unref(notification);
	return buf_cstr(&read);
}

static void check_has(const char *text, const char *part) {
	if (strstr(text, part) == NULL)
		FAIL_TEST("\"%s\" is not in:\n%s", part, text);
}

TEST(a_mail_says_what_fires) {
	struct integration_config config = config_made();
	const char *read = read_mail(&config, "DiskFull");
	check_has(read, "From: T\xc3\xb6"
	                "csin <tocsin@test>\n");
	check_has(read, "To: Ops <ops@test>, night@test\n");
	check_has(read, "Subject: [FIRING:1] DiskFull (host0)\n");
	check_has(read, "Date: Tue, 14 Nov 2023 22:15:00 +0000\n");
	check_has(read, "Message-Id: <42.");
	check_has(read, "--- text/html\n");
	check_has(read, "Gr\xc3\xbc\xc3\x9f"
	                "e &lt;b&gt;");
	check_has(read, "href=\"http://prom.test/graph?g0.expr=up&amp;x=1\"");
	CHECK(strstr(read, "<no value>") == NULL);
	CHECK(strstr(read, "text/plain") == NULL);
	CHECK_INT(out.mail->recipient_count, 2);
	CHECK_STR(out.mail->from, "tocsin@test");
	CHECK_STR(out.mail->recipients[1], "night@test");
}

TEST(resolved_alerts_come_when_wanted) {
	struct integration_config config = config_made();
	CHECK(strstr(read_mail(&config, "x"), "1 resolved") == NULL);
	config.email.send_resolved = true;
	check_has(read_mail(&config, "x"), "1 resolved");
}

TEST(both_parts_come_when_both_are_configured) {
	struct integration_config config = config_made();
	config.email.text = "{{ len .Alerts.Firing }} firing\n";
	const char *read = read_mail(&config, "x");
	check_has(read, "--- text/plain\n1 firing\n");
	check_has(read, "--- text/html\n");
	config.email.html = config.email.text = "";
	check_has(read_mail(&config, "x"), "--- text/plain\n[FIRING:1] x");
}

TEST(a_retry_has_the_same_message_id_and_others_another) {
	struct integration_config config = config_made();
	struct str first, second;
	read_mail(&config, "x");
	char kept[200];
	snprintf(kept, sizeof kept, "%.*s", STR_ARG(out.mail->id));
	first = str_of(kept);
	read_mail(&config, "x");
	second = out.mail->id;
	CHECK(first.len > 0 && str_equal(first, second));
	config.index = 1;
	read_mail(&config, "x");
	CHECK(!str_equal(first, out.mail->id));
}

TEST(labels_cannot_inject_headers) {
	struct integration_config config = config_made();
	const char *read = read_mail(&config, "a\r\nBcc: evil@test\r\n\r\nbody");
	const char *header = strstr(read, "\nBcc:"), *body = strstr(read, "--- text/html");
	CHECK(header == NULL || header > body); // in the body it is only text
	check_has(read, "Subject: [FIRING:1] a  Bcc: evil@test    body");
	config.email.to = "{{ .GroupLabels.alertname }}";
	struct notification *notification = notification_made(1, "a@test>\r\nRCPT TO:<evil@test");
	CHECK(!render_made(&config, notification));
	CHECK_INT(err.code, ERR_INVALID);
	notification_unref(notification);
}

TEST(headers_are_templates_and_ours_stay_ours) {
	struct email_header headers[] = { { "subject", "{{ .Status }} \xe2\x9c\x93" }, { "X-Team", "{{ .Receiver }}" }, { "Content-Type", "text/evil" },
		{ "Reply-To", "J\xc3\xbc <j@test>" }, { "Bad Name", "x" }, { "Message-Id", "<mine@test>" } };
	struct integration_config config = config_made();
	config.email.headers = headers;
	config.email.header_count = 6;
	const char *read = read_mail(&config, "x");
	check_has(read, "Subject: firing \xe2\x9c\x93\n");
	check_has(read, "X-Team: ops\n");
	check_has(read, "Reply-To: J\xc3\xbc <j@test>\n");
	check_has(read, "Message-Id: <mine@test>\n");
	CHECK(strstr(read, "evil") == NULL);
	CHECK(strstr(read, "Bad Name") == NULL);
}

TEST(a_template_that_fails_does_not_mean_silence) {
	struct integration_config config = config_made();
	config.email.html = "{{ template \"nowhere\" . }}";
	const char *read = read_mail(&config, "DiskFull");
	check_has(read, "<pre>The template of the HTML part failed: ");
	CHECK(str_has_prefix(str_of(out.template_failure), STR("the HTML part: ")));
	check_has(read, "1 firing");
	config.email.text = "{{ .Nonsense.Field.Deep | toUpper }}{{ index .Alerts 99 }}";
	struct email_header headers[] = { { "Subject", "{{ index .Alerts 99 }}" } };
	config.email.headers = headers;
	config.email.header_count = 1;
	read = read_mail(&config, "DiskFull");
	check_has(read, "Subject: [FIRING:1] DiskFull");
	check_has(read, "--- text/plain\nThe template of Subject failed: ");
	check_has(read, "The template of the text part failed: ");
}

TEST(without_addresses_nothing_is_sent) {
	begin();
	struct notification *notification = notification_made(1, "x");
	struct integration_config config = config_made();
	const char *bad_to[] = { "", "not an address", "{{ .Broken", " , " };
	for (int i = 0; i < 4; i++) {
		config.email.to = bad_to[i];
		CHECK(!render_made(&config, notification));
		CHECK_INT(err.code, ERR_INVALID);
	}
	config = config_made();
	config.email.from = "a@test, b@test";
	CHECK(!render_made(&config, notification));
	CHECK_CSTR(err.text, "must be exactly one 'from' address (got: 2)");
	notification_unref(notification);
}

TEST(ten_thousand_alerts_fit) {
	begin();
	struct notification *notification = notification_made(10000, "Many");
	struct integration_config config = config_made();
	CHECK(render_made(&config, notification));
	autobuf struct buf read = { 0 };
	mime_read(out.mail->text, &read);
	check_has(buf_cstr(&read), "Subject: [FIRING:10000] Many");
	check_has(buf_cstr(&read), "host9999");
	CHECK(strstr(buf_cstr(&read), "failed") == NULL);
	notification_unref(notification);
}

TEST(mails_of_a_group_hang_together) {
	begin();
	struct integration_config config = config_made();
	struct notification *notification = notification_made(1, "x");
	struct notifier_context context = { .text_templates = text_set, .html_templates = html_set, .external_url = "http://tocsin.test", .instance = "0a1b", .user_agent = "tocsin", .now = SECONDS(1700000100) };
	config.email.has_threads = true;
	CHECK(email_notifier.render(&config, notification, &context, &arena, &out, &err));
	CHECK(str_find(out.mail->text, STR("\r\nReferences: <alert-4531b49edda6b577-@alertmanager>\r\nIn-Reply-To: <alert-4531b49edda6b577-@alertmanager>\r\n")) > 0);
	config.email.has_daily_threads = true;
	CHECK(email_notifier.render(&config, notification, &context, &arena, &out, &err));
	CHECK(str_find(out.mail->text, STR("\r\nReferences: <alert-4531b49edda6b577-2023-11-14@alertmanager>\r\n")) > 0);
	config.email.has_threads = false;
	CHECK(email_notifier.render(&config, notification, &context, &arena, &out, &err));
	CHECK(str_find(out.mail->text, STR("References")) < 0);
	notification_unref(notification);
}

TEST(identities_differ_by_content_and_hide_secrets) {
	struct integration_config one = config_made(), other = config_made();
	autobuf struct buf a = { 0 }, b = { 0 };
	one.email.auth_password = "hunter2";
	other.email.auth_password = "hunter3";
	email_notifier.identity(&one, &a);
	email_notifier.identity(&other, &b);
	CHECK(!str_equal(buf_str(&a), buf_str(&b)));
	CHECK(str_find(buf_str(&a), STR("hunter2")) < 0);
	buf_reset(&b);
	email_notifier.identity(&one, &b);
	CHECK(str_equal(buf_str(&a), buf_str(&b)));
	arena_finish(&arena);
	template_set_destroy(text_set);
	template_set_destroy(html_set);
}
