// SPDX-License-Identifier: Apache-2.0
#include "net/smtp_client.h"
#include "tests/harness/mail_servers.h"
#include "tests/harness/test.h"

static struct tls_config trust;
static struct smtp_result result;
static bool taken[4];

static bool begin(void) {
	static char ca_file[200];
	if (!mail_servers_begin())
		return false;
	snprintf(ca_file, sizeof ca_file, "%s", mail_file("ca.pem"));
	trust = (struct tls_config){ .ca_file = ca_file };
	return true;
}

static const struct str ops[] = { { "ops@test", 8 } };

static struct smtp_mail mail_to(const struct fixture *servers, const char *name) {
	return (struct smtp_mail){ .host = "localhost", .port = fixture_port(servers, name), .tls = &trust, .from = STR("tocsin@test"), .recipients = ops, .recipient_count = 1, .text = STR("Subject: x\r\n\r\n.dot\r\nend\r\n"), .timeout = 5000 };
}

static enum smtp_verdict send_mail(struct smtp_mail mail) {
	smtp_client_send(&mail, &result, taken);
	return result.verdict;
}

static bool error_has(const char *text) {
	if (strstr(result.error.text, text) != NULL)
		return true;
	print_error("error: %s\n", result.error.text);
	return false;
}

TEST(addresses_that_could_break_out_are_refused) {
	CHECK(smtp_address_is_safe(STR("a@b")));
	CHECK(smtp_address_is_safe(STR("gr\xc3\xbc\xc3\x9f@b")));
	CHECK(!smtp_address_is_safe(STR("")));
	CHECK(!smtp_address_is_safe(STR("a@b>\r\nRCPT TO:<c@d")));
	CHECK(!smtp_address_is_safe(STR("a@b\0c")));
	CHECK(!smtp_address_is_safe(STR("a b@c")));
	struct smtp_mail mail = { .host = "127.0.0.1", .port = 1, .from = STR("a@b\nc"), .recipients = ops, .recipient_count = 1, .timeout = 100 };
	CHECK(send_mail(mail) == SMTP_GIVE_UP);
	CHECK_INT(result.error.code, ERR_INVALID);
}

TEST(a_mail_goes_out_over_starttls) {
	SKIP_UNLESS(begin());
	CHECK(send_mail(mail_to(&mail_good, "starttls")) == SMTP_OK);
	CHECK(taken[0]);
	CHECK_INT(result.error.code, ERR_NONE);
	CHECK(mail_file_has("smtp.log", "MAIL tocsin@test ops@test tls -\n"));
	CHECK(mail_file_has("smtp.log", "SNI localhost\n"));
	CHECK(mail_file_has("last.eml", "Subject: x\r\n\r\n.dot\r\nend\r\n"));
}

TEST(a_mail_goes_out_over_implicit_tls) {
	SKIP_UNLESS(begin());
	struct smtp_mail mail = mail_to(&mail_good, "implicit");
	mail.security = SMTP_IMPLICIT_TLS;
	CHECK(send_mail(mail) == SMTP_OK);
	CHECK(mail_file_has("smtp.log", "MAIL tocsin@test ops@test tls -\n"));
}

TEST(a_server_without_starttls_gets_nothing) {
	SKIP_UNLESS(begin());
	CHECK(send_mail(mail_to(&mail_good, "plain")) == SMTP_RETRY);
	CHECK(error_has("'require_tls' is true (default) but \"localhost:"));
	CHECK(error_has("does not advertise the STARTTLS extension"));
	CHECK(!mail_file_has("smtp.log", "MAIL"));
	CHECK(send_mail(mail_to(&mail_evil, "refuse_tls")) == SMTP_RETRY);
	CHECK(error_has("STARTTLS refused: 454 TLS not available"));
}

TEST(clear_text_is_possible_when_asked_for) {
	SKIP_UNLESS(begin());
	struct smtp_mail mail = mail_to(&mail_good, "plain");
	mail.security = SMTP_CLEAR;
	CHECK(send_mail(mail) == SMTP_OK);
	CHECK(mail_file_has("smtp.log", "MAIL tocsin@test ops@test clear -\n"));
}

TEST(the_certificate_must_fit) {
	SKIP_UNLESS(begin());
	CHECK(send_mail(mail_to(&mail_good, "wrong")) == SMTP_RETRY);
	CHECK(error_has("certificate"));
	CHECK(!mail_file_has("smtp.log", "MAIL"));
	trust.server_name = "elsewhere.test";
	CHECK(send_mail(mail_to(&mail_good, "wrong")) == SMTP_OK);
	CHECK(mail_file_has("smtp.log", "SNI elsewhere.test\n"));
	trust = (struct tls_config){ .ca_file = NULL };
	CHECK(send_mail(mail_to(&mail_good, "starttls")) == SMTP_RETRY);
	trust.insecure_skip_verify = true;
	CHECK(send_mail(mail_to(&mail_good, "wrong")) == SMTP_OK);
	trust = (struct tls_config){ .ca_file = "/nonexistent/ca.pem" };
	CHECK(send_mail(mail_to(&mail_good, "starttls")) == SMTP_RETRY);
	CHECK_INT(result.error.code, ERR_IO);
}

TEST(a_client_certificate_is_shown) {
	SKIP_UNLESS(begin());
	CHECK(send_mail(mail_to(&mail_good, "mutual")) != SMTP_OK);
	char cert[200], key[200];
	snprintf(cert, sizeof cert, "%s", mail_file("client.pem"));
	snprintf(key, sizeof key, "%s", mail_file("client.key"));
	trust.cert_file = cert;
	trust.key_file = key;
	CHECK(send_mail(mail_to(&mail_good, "mutual")) == SMTP_OK);
	trust.cert_file = trust.key_file = NULL;
}

static struct smtp_mail login_to(const char *name, const char *password, const char *secret) {
	struct smtp_mail mail = mail_to(&mail_good, name);
	mail.username = "bob";
	mail.password = password;
	mail.secret = secret;
	return mail;
}

TEST(a_login_uses_what_the_server_offers) {
	SKIP_UNLESS(begin());
	CHECK(send_mail(login_to("auth_tls", "s3cret", NULL)) == SMTP_OK);
	CHECK(mail_file_has("smtp.log", "MAIL tocsin@test ops@test tls bob\n"));
	CHECK(send_mail(login_to("login_tls", "s3cret", NULL)) == SMTP_OK);
	CHECK(mail_file_has("smtp.log", "AUTH LOGIN bob True\n"));
	CHECK(send_mail(login_to("cram_tls", "s3cret", "cram-s3cret")) == SMTP_OK);
	CHECK(mail_file_has("smtp.log", "AUTH CRAM-MD5 bob True\n"));
	CHECK(send_mail(login_to("login_tls", "s3cret", "cram-s3cret")) == SMTP_OK); // CRAM-MD5 is not offered there
	CHECK(send_mail(login_to("all_tls", "wrong", "cram-s3cret")) == SMTP_OK);
}

TEST(a_failed_login_is_not_tried_again_and_again) {
	SKIP_UNLESS(begin());
	CHECK(send_mail(login_to("auth_tls", "wrong", NULL)) == SMTP_GIVE_UP);
	CHECK(error_has("AUTH refused: 535"));
	CHECK(!error_has("wrong"));
	CHECK(send_mail(login_to("cram_tls", "s3cret", NULL)) == SMTP_RETRY);
	CHECK(error_has("none of the server's mechanisms"));
	CHECK(send_mail(login_to("auth_tls", NULL, NULL)) == SMTP_RETRY);
	CHECK(error_has("missing password for PLAIN auth mechanism"));
	CHECK(!mail_file_has("smtp.log", "MAIL"));
}

TEST(recipients_are_judged_one_by_one) {
	SKIP_UNLESS(begin());
	const struct str some[] = { STR("bad5@test"), STR("ops@test"), STR("bad4@test") };
	struct smtp_mail mail = mail_to(&mail_good, "starttls");
	mail.recipients = some;
	mail.recipient_count = 3;
	CHECK(send_mail(mail) == SMTP_RETRY);
	CHECK(!taken[0] && taken[1] && !taken[2]);
	CHECK(mail_file_has("smtp.log", "MAIL tocsin@test ops@test tls -\n"));
	mail.recipient_count = 2;
	CHECK(send_mail(mail) == SMTP_OK);
	CHECK(error_has("1 of 2 recipients refused: 550 5.1.1 no such user"));
	mail.recipient_count = 1;
	CHECK(send_mail(mail) == SMTP_GIVE_UP);
	CHECK(error_has("RCPT TO refused: 550 5.1.1 no such user"));
	CHECK(!taken[0] && !result.maybe_delivered);
	mail.recipients = some + 2;
	CHECK(send_mail(mail) == SMTP_RETRY);
}

static struct smtp_mail clear_to(const char *name) {
	struct smtp_mail mail = mail_to(&mail_evil, name);
	mail.security = SMTP_CLEAR;
	mail.timeout = 400;
	return mail;
}

TEST(a_server_that_offers_no_login_is_not_asked_for_it) {
	SKIP_UNLESS(begin());
	struct smtp_mail mail = clear_to("bare");
	mail.username = "bob";
	CHECK(send_mail(mail) == SMTP_OK);
	mail.password = "s3cret";
	CHECK(send_mail(mail) == SMTP_OK);
}

TEST(the_whole_answer_to_a_login_is_told) {
	SKIP_UNLESS(begin());
	struct smtp_mail mail = clear_to("auth_lines");
	mail.username = "bob";
	mail.password = "s3cret";
	CHECK(send_mail(mail) == SMTP_GIVE_UP);
	CHECK(error_has("AUTH refused: 535 5.7.8 not accepted, see 5.7.8 https://help.test/"));
	mail.port = fixture_port(&mail_evil, "auth_later");
	CHECK(send_mail(mail) == SMTP_RETRY);
	CHECK(error_has("AUTH refused: 454 4.7.0 temporary failure"));
	CHECK(!result.maybe_delivered);
}

TEST(a_stalling_server_times_out) {
	SKIP_UNLESS(begin());
	const char *names[] = { "full", "hole", "stall_mail", "stall_data" };
	for (int i = 0; i < 4; i++) {
		mono_ms start = clock_mono();
		CHECK(send_mail(clear_to(names[i])) == SMTP_RETRY);
		CHECK_INT(result.error.code, ERR_TIMEOUT);
		CHECK(!result.maybe_delivered);
		CHECK(clock_mono() - start < 3000);
	}
}

TEST(an_unanswered_text_is_maybe_delivered) {
	SKIP_UNLESS(begin());
	CHECK(send_mail(clear_to("stall_text")) == SMTP_RETRY);
	CHECK(result.maybe_delivered);
	CHECK(send_mail(clear_to("drop_text")) == SMTP_RETRY);
	CHECK(result.maybe_delivered);
	CHECK(send_mail(clear_to("again")) == SMTP_RETRY); // which is no answer to a text
	CHECK(result.maybe_delivered);
	CHECK(send_mail(clear_to("drop_mail")) == SMTP_RETRY);
	CHECK(!result.maybe_delivered);
}

TEST(a_connection_that_is_lost_after_one_of_two_recipients_was_refused_is_tried_again) {
	SKIP_UNLESS(begin());
	const struct str two[] = { STR("bad5@test"), STR("ops@test") };
	struct smtp_mail mail = clear_to("drop_some");
	mail.recipients = two;
	mail.recipient_count = 2;
	CHECK(send_mail(mail) == SMTP_RETRY);
	CHECK(result.maybe_delivered);
	CHECK(!error_has("refused"));
	mail.port = fixture_port(&mail_evil, "drop_rcpt");
	CHECK(send_mail(mail) == SMTP_RETRY);
	CHECK(!result.maybe_delivered);
}

TEST(a_reply_to_the_text_decides) {
	SKIP_UNLESS(begin());
	CHECK(send_mail(clear_to("later")) == SMTP_RETRY);
	CHECK(error_has("451 4.3.0 try later"));
	CHECK(!result.maybe_delivered);
	CHECK(send_mail(clear_to("never")) == SMTP_GIVE_UP);
	CHECK(error_has("the message refused: 554 5.7.1 looks like spam"));
	CHECK(send_mail(clear_to("closed")) == SMTP_RETRY);
	CHECK(error_has("554 no service"));
	struct smtp_mail nobody = clear_to("closed");
	nobody.port = 1;
	CHECK(send_mail(nobody) == SMTP_RETRY);
}

TEST(a_mail_that_was_taken_is_not_lost_in_a_hanging_goodbye) {
	SKIP_UNLESS(begin());
	mono_ms start = clock_mono();
	struct smtp_mail mail = clear_to("stall_quit");
	mail.timeout = 20000;
	CHECK(send_mail(mail) == SMTP_OK);
	CHECK(taken[0]);
	CHECK(clock_mono() - start < 6000);
}

TEST(replies_forged_before_tls_are_not_believed) {
	SKIP_UNLESS(begin());
	struct smtp_mail mail = mail_to(&mail_evil, "inject");
	mail.username = "bob";
	mail.password = "s3cret";
	mail.timeout = 1000;
	CHECK(send_mail(mail) == SMTP_RETRY);
	CHECK(!mail_file_has("evil.log", "AUTH"));
	mail_servers_stop();
}
