// SPDX-License-Identifier: Apache-2.0
#include "base/fs.h"
#include "base/mem.h"
#include "notifiers/mail_session.h"
#include "notifiers/mailer.h"
#include "tests/harness/mail_servers.h"
#include "tests/harness/test.h"

#include <unistd.h>

static struct mailers *mailers;
static struct inbox answers;
static char ca_file[320], host_port[64];

static bool begin(void) {
	if (!mail_servers_begin())
		return false;
	if (mailers == NULL) {
		struct error err;
		inbox_init(&answers, 0);
		mailers = mailers_create(2);
		CHECK(mailers_start(mailers, &err));
	}
	snprintf(ca_file, sizeof ca_file, "%s", mail_file("ca.pem"));
	return true;
}

static struct email_config plain_config(const struct fixture *servers, const char *name) {
	snprintf(host_port, sizeof host_port, "127.0.0.1:%d", fixture_port(servers, name));
	return (struct email_config){ .smarthost = host_port, .hello = "client.test", .force_implicit_tls = -1 };
}

static struct email_config tls_config_for(const char *name) {
	struct email_config config = plain_config(&mail_good, name);
	config.require_tls = true;
	config.tls.ca_file = ca_file;
	return config;
}

static struct email_config login_config(const char *name, const char *password) {
	struct email_config config = plain_config(&mail_good, name);
	config.auth_username = "bob";
	config.auth_password = password;
	return config;
}

static struct mail_job *job_of(const struct email_config *config, const char *const *recipients) {
	struct mail_job *job = MEM_NEW(struct mail_job);
	job->mail.recipients = ARENA_NEW_ARRAY(&job->arena, struct str, 8);
	for (; recipients[job->mail.recipient_count] != NULL; job->mail.recipient_count++)
		job->mail.recipients[job->mail.recipient_count] = str_of(recipients[job->mail.recipient_count]);
	job->mail.from = STR("tocsin@test");
	job->mail.text = STR("From: tocsin@test\r\nTo: ops@test\r\nDate: Mon, 01 Jan 2024 00:00:00 +0000\r\nMessage-Id: <1@test>\r\nSubject: x\r\n\r\n.dot\r\n..\r\nend\r\n");
	job->config = config;
	job->reply_to = &answers;
	job->reply_kind = 7;
	job->timeout = 3000;
	return job;
}

static struct mail_job *wait_for_one(void) {
	for (int i = 0; i < 200; i++) {
		struct message *message = inbox_take(&answers);
		if (message != NULL) {
			CHECK(message->next == NULL);
			CHECK_INT(message->kind, 7);
			return (struct mail_job *)message;
		}
		inbox_wait(&answers, 100);
	}
	FAIL_TEST("no answer");
	return NULL;
}

static struct mail_job *last;

// Sends one mail to `recipients` (NULL = ops@test) and waits for its answer, kept in `last`.
static enum attempt_outcome send_to(const struct email_config *config, const char *const *recipients, const char *id) {
	static const char *const ops[] = { "ops@test", NULL };
	mail_job_destroy(last);
	last = NULL;
	struct mail_job *job = job_of(config, recipients == NULL ? ops : recipients);
	job->mail.id = str_of(id);
	mailers_post(mailers, job);
	last = wait_for_one();
	return last->outcome;
}

static bool error_has(const char *text) {
	if (strstr(last->error.text, text) != NULL)
		return true;
	print_error("error: %s\n", last->error.text);
	return false;
}

TEST(plain_sessions_are_those_without_tls_and_login) {
	struct email_config config = { .smarthost = "mail.test:25", .force_implicit_tls = -1, .require_tls = true };
	CHECK(!mail_session_is_plain(&config));
	config.require_tls = false;
	CHECK(mail_session_is_plain(&config));
	config.auth_username = "bob";
	config.auth_secret = "x";
	CHECK(!mail_session_is_plain(&config));
	config.auth_secret = NULL;
	config.auth_password = "x";
	CHECK(!mail_session_is_plain(&config));
	config.auth_username = NULL;
	CHECK(mail_session_is_plain(&config));
	config.smarthost = "mail.test:465";
	CHECK(!mail_session_is_plain(&config));
	config.force_implicit_tls = 0;
	CHECK(mail_session_is_plain(&config));
	config.smarthost = "[::1]:25";
	CHECK(!mail_session_is_plain(&config));
}

TEST(a_plain_mail_arrives_as_it_was) {
	SKIP_UNLESS(begin());
	struct email_config config = plain_config(&mail_good, "plain");
	CHECK(send_to(&config, NULL, "") == ATTEMPT_OK);
	CHECK_INT(last->error.code, ERR_NONE);
	CHECK(mail_file_has("smtp.log", "MAIL tocsin@test ops@test clear -\n"));
	CHECK(mail_file_has("last.eml", "Message-Id: <1@test>\r\nSubject: x\r\n\r\n.dot\r\n..\r\nend\r\n"));
}

TEST(a_server_with_chunking_gets_the_same) {
	SKIP_UNLESS(begin());
	struct email_config config = plain_config(&mail_evil, "chunking");
	CHECK(send_to(&config, NULL, "") == ATTEMPT_OK);
	CHECK(mail_file_has("bdat.eml", "\r\nSubject: x\r\n\r\n.dot\r\n..\r\nend\r\n"));
	static const char *const refused[] = { "bad5@test", NULL };
	CHECK(send_to(&config, refused, "") == ATTEMPT_GIVE_UP);
}

TEST(tls_mail_arrives_too) {
	SKIP_UNLESS(begin());
	struct email_config config = tls_config_for("starttls");
	CHECK(send_to(&config, NULL, "") == ATTEMPT_OK);
	CHECK(mail_file_has("smtp.log", "MAIL tocsin@test ops@test tls -\n"));
	config = tls_config_for("implicit");
	config.force_implicit_tls = 1;
	CHECK(send_to(&config, NULL, "") == ATTEMPT_OK);
	config = tls_config_for("plain");
	CHECK(send_to(&config, NULL, "") == ATTEMPT_RETRY);
	CHECK(error_has("does not advertise the STARTTLS extension"));
	config = tls_config_for("wrong");
	CHECK(send_to(&config, NULL, "") == ATTEMPT_RETRY);
	CHECK(error_has("certificate"));
}

TEST(logins_come_from_the_configuration_or_its_files) {
	SKIP_UNLESS(begin());
	struct error err;
	struct email_config config = tls_config_for("auth_tls");
	config.auth_username = "bob";
	config.auth_password_file = "/nonexistent/password";
	CHECK(send_to(&config, NULL, "") == ATTEMPT_RETRY);
	CHECK(error_has("auth_password_file: /nonexistent/password"));
	char path[300];
	snprintf(path, sizeof path, "%s", mail_file("password"));
	CHECK(fs_write_file(path, STR("s3cret\n"), &err));
	config.auth_password_file = path;
	CHECK(send_to(&config, NULL, "") == ATTEMPT_OK);
	config.auth_password_file = NULL;
	config.auth_password = "wrong";
	CHECK(send_to(&config, NULL, "") == ATTEMPT_GIVE_UP);
	CHECK(error_has("535"));
	config = plain_config(&mail_good, "cram");
	config.auth_username = "bob";
	config.auth_secret = "cram-s3cret";
	CHECK(send_to(&config, NULL, "") == ATTEMPT_OK);
	CHECK(mail_file_has("smtp.log", "AUTH CRAM-MD5 bob True\n"));
}

TEST(a_plain_login_is_for_this_machine_only) {
	SKIP_UNLESS(begin());
	struct email_config config = login_config("auth", "s3cret");
	CHECK(send_to(&config, NULL, "") == ATTEMPT_OK);
	CHECK(mail_file_has("smtp.log", "MAIL tocsin@test ops@test clear bob\n"));
	config.auth_password = "wrong";
	CHECK(send_to(&config, NULL, "") == ATTEMPT_GIVE_UP);
	CHECK(error_has("AUTH refused: 535 5.7.8 Authentication credentials invalid"));
	unlink(mail_file("smtp.log"));
	snprintf(host_port, sizeof host_port, "127.1:%d", fixture_port(&mail_good, "auth")); // not "this machine" by name
	config.auth_password = "s3cret";
	CHECK(send_to(&config, NULL, "") == ATTEMPT_RETRY);
	CHECK(error_has("unencrypted connection: a password goes over TLS only, or to localhost"));
	CHECK(!mail_file_has("smtp.log", "MAIL") && !mail_file_has("smtp.log", "AUTH"));
}

TEST(no_mail_follows_a_refused_login) {
	SKIP_UNLESS(begin());
	struct email_config config = login_config("auth_optional", "wrong");
	CHECK(send_to(&config, NULL, "") == ATTEMPT_GIVE_UP);
	CHECK(error_has("AUTH refused: 535 5.7.8 Authentication credentials invalid"));
	CHECK(mail_file_has("smtp.log", "AUTH PLAIN bob False\n"));
	CHECK(!mail_file_has("smtp.log", "AUTH LOGIN"));
	CHECK(!mail_file_has("smtp.log", "FROM"));
	CHECK(!mail_file_has("smtp.log", "MAIL"));
	config.auth_password = "s3cret";
	CHECK(send_to(&config, NULL, "") == ATTEMPT_OK);
	CHECK(mail_file_has("smtp.log", "MAIL tocsin@test ops@test clear bob\n"));
	unlink(mail_file("smtp.log"));
	config = login_config("plain", "s3cret");
	CHECK(send_to(&config, NULL, "") == ATTEMPT_OK); // no login is offered there
	CHECK(mail_file_has("smtp.log", "MAIL tocsin@test ops@test clear -\n"));
}

TEST(an_empty_file_is_no_password) {
	SKIP_UNLESS(begin());
	struct error err;
	char path[300];
	snprintf(path, sizeof path, "%s", mail_file("empty"));
	CHECK(fs_write_file(path, STR(" \n"), &err));
	struct email_config config = plain_config(&mail_good, "plain");
	config.auth_username = "bob";
	config.auth_password_file = path;
	CHECK(send_to(&config, NULL, "") == ATTEMPT_RETRY);
	CHECK(error_has("auth_password_file: ") && error_has("/empty: the file is empty"));
	CHECK(fs_write_file(path, STR(""), &err));
	config.auth_password_file = NULL;
	config.auth_secret_file = path;
	CHECK(send_to(&config, NULL, "") == ATTEMPT_RETRY);
	CHECK(error_has("auth_secret_file: ") && error_has("/empty: the file is empty"));
	CHECK(!mail_file_has("smtp.log", "MAIL"));
}

static void check_partial(const struct email_config *config) {
	static const char *const some[] = { "bad5@test", "ops@test", "bad4@test", NULL };
	static const char *const refused[] = { "bad5@test", NULL }, *const later[] = { "bad4@test", NULL };
	CHECK(send_to(config, some, "m") == ATTEMPT_RETRY);
	CHECK(error_has("2 of 3 recipients refused"));
	CHECK(mail_file_has("smtp.log", "MAIL tocsin@test ops@test"));
	CHECK_CSTR(last->holders, "{\"mail\":\"m\",\"has\":[\"ops@test\"]}");
	CHECK(send_to(config, some, "") == ATTEMPT_RETRY && last->holders == NULL); // nobody knows it again
	CHECK(send_to(config, refused, "") == ATTEMPT_GIVE_UP);
	CHECK(send_to(config, later, "") == ATTEMPT_RETRY);
	CHECK(!last->maybe_delivered);
	static const char *const two[] = { "bad5@test", "ops@test", NULL };
	CHECK(send_to(config, two, "") == ATTEMPT_OK);
	CHECK(error_has("1 of 2 recipients refused"));
}

TEST(who_has_the_mail_does_not_get_it_again) {
	SKIP_UNLESS(begin());
	struct email_config config = plain_config(&mail_good, "plain");
	check_partial(&config);
	config = tls_config_for("starttls");
	check_partial(&config);
}

TEST(holders_add_up_and_when_all_have_it_it_is_told) {
	SKIP_UNLESS(begin());
	struct email_config config = plain_config(&mail_good, "plain");
	static const char *const some[] = { "bad4@test", "b@test", NULL };
	struct str had[] = { STR("a@test") };
	struct mail_job *job = job_of(&config, some);
	job->mail.id = STR("m");
	job->mail.holders = (struct mail_holders){ had, 1 };
	mailers_post(mailers, job);
	mail_job_destroy(last);
	last = wait_for_one();
	CHECK(last->outcome == ATTEMPT_RETRY);
	CHECK_CSTR(last->holders, "{\"mail\":\"m\",\"has\":[\"a@test\",\"b@test\"]}");
	job = job_of(&config, some);
	job->mail.recipient_count = 0;
	job->mail.holders = (struct mail_holders){ had, 1 };
	mailers_post(mailers, job);
	mail_job_destroy(last);
	last = wait_for_one();
	CHECK(last->outcome == ATTEMPT_OK && last->holders == NULL);
}

TEST(broken_plain_sessions_are_tried_again) {
	SKIP_UNLESS(begin());
	struct email_config config = plain_config(&mail_evil, "drop_mail");
	CHECK(send_to(&config, NULL, "") == ATTEMPT_RETRY);
	CHECK(!last->maybe_delivered);
	config = plain_config(&mail_evil, "drop_text");
	CHECK(send_to(&config, NULL, "") == ATTEMPT_RETRY);
	CHECK(last->maybe_delivered);
	config = plain_config(&mail_evil, "drop_some");
	CHECK(send_to(&config, (const char *const[]){ "bad5@test", "ops@test", NULL }, "") == ATTEMPT_RETRY);
	CHECK(last->maybe_delivered);
	config = plain_config(&mail_evil, "later");
	CHECK(send_to(&config, NULL, "") == ATTEMPT_RETRY);
	CHECK(error_has("the message refused: 451"));
	CHECK(!last->maybe_delivered);
	config = plain_config(&mail_evil, "never");
	CHECK(send_to(&config, NULL, "") == ATTEMPT_GIVE_UP);
	config = plain_config(&mail_evil, "closed");
	CHECK(send_to(&config, NULL, "") == ATTEMPT_RETRY);
	config = plain_config(&mail_evil, "forbid");
	CHECK(send_to(&config, NULL, "") == ATTEMPT_GIVE_UP);
	CHECK(error_has("MAIL FROM refused: 530"));
	config.smarthost = "127.0.0.1:1";
	CHECK(send_to(&config, NULL, "") == ATTEMPT_RETRY);
	CHECK(error_has("127.0.0.1:1: connect: Connection refused"));
	config.smarthost = "nonsense";
	CHECK(send_to(&config, NULL, "") == ATTEMPT_GIVE_UP);
}

TEST(stalling_plain_servers_time_out) {
	SKIP_UNLESS(begin());
	const char *names[] = { "full", "hole", "stall_data", "stall_text" };
	for (int i = 0; i < 4; i++) {
		struct email_config config = plain_config(&mail_evil, names[i]);
		static const char *const ops[] = { "ops@test", NULL };
		struct mail_job *job = job_of(&config, ops);
		job->timeout = 1000;
		mono_ms start = clock_mono();
		mailers_post(mailers, job);
		job = wait_for_one();
		CHECK(job->outcome == ATTEMPT_RETRY);
		CHECK_INT(job->maybe_delivered, strcmp(names[i], "stall_text") == 0);
		CHECK(clock_mono() - start < 5000);
		mail_job_destroy(job);
	}
}

TEST(unsafe_addresses_never_reach_a_server) {
	SKIP_UNLESS(begin());
	static const char *const bad[] = { "a@test>\r\nRCPT TO:<b@test", NULL };
	struct email_config config = plain_config(&mail_good, "plain");
	CHECK(send_to(&config, bad, "") == ATTEMPT_GIVE_UP);
	config = tls_config_for("starttls");
	CHECK(send_to(&config, bad, "") == ATTEMPT_GIVE_UP);
	CHECK(!mail_file_has("smtp.log", "MAIL"));
	static const char *const none[] = { NULL };
	CHECK(send_to(&config, none, "") == ATTEMPT_GIVE_UP);
}

TEST(a_stop_returns_what_waits_and_leaves_who_hangs) {
	SKIP_UNLESS(begin());
	static const char *const ops[] = { "ops@test", NULL };
	mail_job_destroy(last);
	last = NULL;
	static struct email_config hanging; // the abandoned thread may still look at it
	hanging = plain_config(&mail_evil, "hole");
	static struct mail_job *volatile stuck; // kept reachable for the leak checker
	stuck = job_of(&hanging, ops);
	stuck->timeout = 60000;
	mailers_post(mailers, stuck);
	usleep(200000);
	mailers_post(mailers, job_of(&hanging, ops));
	mono_ms start = clock_mono();
	mailers_stop(mailers, 200);
	CHECK(clock_mono() - start < 1000);
	struct mail_job *returned = wait_for_one();
	CHECK(returned->outcome == ATTEMPT_RETRY);
	mail_job_destroy(returned);
	mailers_post(mailers, job_of(&hanging, ops));
	returned = wait_for_one();
	CHECK(returned->outcome == ATTEMPT_RETRY);
	mail_job_destroy(returned);
	mailers_destroy(mailers);
	mail_servers_stop();
}
