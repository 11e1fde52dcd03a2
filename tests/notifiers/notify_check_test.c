// SPDX-License-Identifier: Apache-2.0
// What is said against receivers before they are used, and what a templated URL becomes.
#include "tests/harness/test.h"
#include "tests/notifiers/dispatch_rig.h"
#include "tests/notifiers/made_notification.h"

#include "base/fs.h"
#include "base/problems.h"

static size_t problems_of(struct made_setup *made, const char *wanted) {
	struct problems problems = { 0 };
	notify_config_check(&made->config, &problems);
	size_t count = problems.count;
	if (wanted != NULL) {
		CHECK(count > 0);
		if (str_find(problems.items[0].text, str_of(wanted)) < 0)
			FAIL_TEST("\"%.*s\" does not say \"%s\"", STR_ARG(problems.items[0].text), wanted);
		CHECK_INT(problems.items[0].at.line, 7);
	}
	problems_finish(&problems);
	return count;
}

TEST(every_broken_template_of_a_receiver_is_a_problem_at_its_place) {
	struct made_setup *made = made_setup_create(1, 2, 3);
	struct position at = { "alertmanager.yml", 7, 3 };
	made_setup_webhook(made, 0, "http://x/{{ .Receiver }}")->at = at;
	CHECK_INT(problems_of(made, NULL), 0);
	made->integrations[0][0].webhook.url = "http://x/{{ .Receiver ";
	CHECK_INT(problems_of(made, "url: "), 1);
	struct integration_config *mail = made_setup_webhook(made, 0, NULL);
	*mail = (struct integration_config){ .kind = INTEGRATION_EMAIL, .at = at, .email = { .to = "{{ nofunction }}", .html = "{{ if }}", .text = "{{ .Status }}" } };
	CHECK_INT(problems_of(made, "url: "), 3);
	made->integrations[0][0].webhook.url = "http://x/";
	CHECK_INT(problems_of(made, "to: "), 2);
	notify_setup_unref(&made->setup);
}

TEST(an_agent_needs_a_url) {
	struct made_setup *made = made_setup_create(1, 2, 3);
	struct integration_config *config = made_setup_webhook(made, 0, NULL);
	*config = (struct integration_config){ .kind = INTEGRATION_SECURITY_AGENT, .at = { "alertmanager.yml", 7, 3 }, .security_agent = { .url = "agent:80" } };
	CHECK_INT(problems_of(made, "expected an http or https URL"), 1);
	notify_setup_unref(&made->setup);
}

TEST(addresses_without_templates_are_checked) {
	struct made_setup *made = made_setup_create(1, 2, 3);
	struct integration_config *config = made_setup_webhook(made, 0, NULL);
	*config = (struct integration_config){ .kind = INTEGRATION_EMAIL, .at = { "alertmanager.yml", 7, 3 }, .email = { .to = "a@example.org, B <b@example.org>", .from = "{{ .Receiver }}@example.org" } };
	CHECK_INT(problems_of(made, NULL), 0);
	config->email.to = "nobody";
	CHECK_INT(problems_of(made, "to: "), 1);
	config->email.to = "";
	CHECK_INT(problems_of(made, "to: expected at least one address"), 1);
	config->email.to = "a@example.org";
	config->email.from = "a@example.org, b@example.org";
	CHECK_INT(problems_of(made, "from: expected one address, got 2"), 1);
	notify_setup_unref(&made->setup);
}

TEST(a_header_of_mail_that_would_be_left_out_is_a_problem) {
	static const char *const bad[] = { "X Y", "X:Y", "", "X-\xc3\x9c" };
	struct made_setup *made = made_setup_create(1, 2, 3);
	struct email_header header = { "X-Y", "z" };
	struct integration_config *config = made_setup_webhook(made, 0, NULL);
	*config = (struct integration_config){ .kind = INTEGRATION_EMAIL, .at = { "alertmanager.yml", 7, 3 }, .email = { .to = "a@example.org", .from = "b@example.org", .headers = &header, .header_count = 1 } };
	CHECK_INT(problems_of(made, NULL), 0);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		header.name = bad[i];
		CHECK_INT(problems_of(made, "is not a valid header name"), 1);
	}
	notify_setup_unref(&made->setup);
}

TEST(a_template_file_that_does_not_load_is_a_problem) {
	struct made_setup *made = made_setup_create(1, 2, 3);
	autobuf struct buf path = { 0 };
	struct problems problems = { 0 };
	struct error err;
	buf_format(&path, "%s/broken.tmpl", test_directory());
	const char *files[] = { buf_cstr(&path) };
	CHECK(fs_write_file(files[0], STR("{{ define \"x\" }}"), &err));
	made->config.template_files = files;
	made->config.template_file_count = 1;
	notify_config_check(&made->config, &problems);
	CHECK_INT(problems.count, 1);
	CHECK(str_find(problems.items[0].text, STR("broken.tmpl")) >= 0);
	problems_finish(&problems);
	notify_setup_unref(&made->setup);
}

// What the webhook's URL becomes, or the error.
static const char *url_of(struct arena *arena, const char *url) {
	struct made_setup *made = made_setup_create(1, 2, 3);
	struct notification *notification = made_notification("hook", "first notification");
	struct notifier_context context = { .external_url = "http://tocsin.example:9093", .instance = "0" };
	struct template_set *text, *html;
	struct rendered rendered;
	struct error err;
	struct integration_config config = { .webhook = { .send_resolved = true, .url = url } };
	made_notification_add(notification, "alertname=\"Down\",team=\"a b\"", "", true, 1000, 0);
	CHECK(notify_templates_load(&made->config, &text, &html, &err));
	context.text_templates = text;
	bool done = webhook_notifier.render(&config, notification, &context, arena, &rendered, &err);
	const char *result = done ? rendered.requests[0].url : arena_cstr(arena, str_of(err.text));
	template_set_destroy(text);
	template_set_destroy(html);
	notification_unref(notification);
	notify_setup_unref(&made->setup);
	return result;
}

TEST(a_url_may_be_a_template) {
	autoarena struct arena arena = { 0 };
	CHECK_CSTR(url_of(&arena, "http://x/{{ .CommonLabels.team | urlquery }}/{{ .Status }}?r={{ .Receiver }}"), "http://x/a+b/firing?r=hook");
	CHECK_CSTR(url_of(&arena, "http://x/plain"), "http://x/plain");
	CHECK_CSTR(url_of(&arena, "{{ .CommonLabels.none }}"), "the URL is empty after templating");
	CHECK(strstr(url_of(&arena, "http://x/secret{{ .Nothing }}"), "secret") == NULL);
}
