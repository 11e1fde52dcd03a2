// SPDX-License-Identifier: Apache-2.0
// One attempt of one mail. See mail_session.h.
#include "notifiers/mail_session.h"

#include "base/buf.h"
#include "base/fs.h"
#include "base/mem.h"
#include "model/host_port.h"
#include "notifiers/esmtp_session.h"

enum { SECRET_FILE_MAX = 64 << 10,
	PORT_SMTPS = 465 };

// What is read for one session; wiped after it.
struct login {
	char *host;
	int port;
	struct buf password, secret;
};

static void login_finish(struct login *login) {
	free(login->host);
	if (login->password.data != NULL)
		explicit_bzero(login->password.data, login->password.cap);
	if (login->secret.data != NULL)
		explicit_bzero(login->secret.data, login->secret.cap);
	buf_finish(&login->password);
	buf_finish(&login->secret);
}

// The host is freed by the caller.
static bool parse_smarthost(const char *smarthost, char **host, int *port, struct error *err) {
	struct str name;
	if (!smarthost_split(str_of(smarthost), &name, port, err))
		return false;
	*host = mem_dup(name.data, name.len + 1);
	(*host)[name.len] = '\0';
	return true;
}

static enum smtp_security security_of(const struct email_config *config, int port) {
	bool is_implicit = config->force_implicit_tls < 0 ? port == PORT_SMTPS : config->force_implicit_tls > 0;
	if (is_implicit)
		return SMTP_IMPLICIT_TLS;
	return config->require_tls ? SMTP_STARTTLS : SMTP_CLEAR;
}

static bool is_set(const char *text) {
	return text != NULL && text[0] != '\0';
}

static bool has_secret(const struct email_config *config) {
	return is_set(config->auth_secret) || is_set(config->auth_secret_file);
}

static bool has_password(const struct email_config *config) {
	return is_set(config->auth_password) || is_set(config->auth_password_file);
}

// As Go's net/smtp: a password goes over a connection without TLS to this machine only.
static bool may_show_password(const struct smtp_mail *mail) {
	assert(mail->host != NULL);
	return mail->security != SMTP_CLEAR || strcmp(mail->host, "localhost") == 0 || strcmp(mail->host, "127.0.0.1") == 0 || strcmp(mail->host, "::1") == 0;
}

bool mail_session_is_plain(const struct email_config *config) {
	char *host = NULL;
	int port = 0;
	if (!parse_smarthost(config->smarthost, &host, &port, NULL))
		return false;
	struct smtp_mail mail = { .host = host, .security = security_of(config, port) };
	mail.username = is_set(config->auth_username) ? config->auth_username : NULL;
	bool is_plain = esmtp_session_can(&mail);
	free(host);
	return is_plain;
}

// Alertmanager trims the password file but not the secret file.
static bool read_secret(const char *text, const char *path, bool is_trimmed, struct buf *out, struct error *err) {
	if (!is_set(path)) {
		buf_append_cstr(out, text);
		return true;
	}
	struct buf content = { 0 };
	if (!fs_read_file(path, SECRET_FILE_MAX, &content, err))
		return false;
	buf_append_str(out, is_trimmed ? str_trim(buf_str(&content)) : buf_str(&content));
	if (content.data != NULL)
		explicit_bzero(content.data, content.cap);
	buf_finish(&content);
	return out->len > 0 || error_set(err, ERR_INVALID, "%s: the file is empty", path);
}

static bool read_login(const struct email_config *config, struct smtp_mail *mail, struct login *login, struct error *err) {
	if (!is_set(config->auth_username))
		return true;
	mail->password_is_withheld = has_password(config) && !may_show_password(mail);
	if (has_password(config) && !mail->password_is_withheld) {
		if (!read_secret(config->auth_password, config->auth_password_file, true, &login->password, err))
			return error_wrap(err, "auth_password_file");
		mail->password = buf_cstr(&login->password);
	}
	if (has_secret(config)) {
		if (!read_secret(config->auth_secret, config->auth_secret_file, false, &login->secret, err))
			return error_wrap(err, "auth_secret_file");
		mail->secret = buf_cstr(&login->secret);
	}
	mail->identity = config->auth_identity;
	mail->username = config->auth_username;
	return true;
}

static enum attempt_outcome outcome_of(enum smtp_verdict verdict) {
	switch (verdict) {
	case SMTP_OK:
		return ATTEMPT_OK;
	case SMTP_RETRY:
		return ATTEMPT_RETRY;
	case SMTP_GIVE_UP:
		return ATTEMPT_GIVE_UP;
	}
	unreachable("smtp verdict");
}

// Those of earlier attempts and of this one, when it must be tried again for others.
static void note_holders(struct mail_job *job, const bool *taken) {
	struct mail_holders all = { mem_alloc((job->mail.holders.count + job->mail.recipient_count + 1) * sizeof *all.items), 0 };
	struct buf text = { 0 };
	for (size_t i = 0; i < job->mail.holders.count; i++)
		all.items[all.count++] = job->mail.holders.items[i];
	for (size_t i = 0; i < job->mail.recipient_count; i++)
		if (taken[i])
			all.items[all.count++] = job->mail.recipients[i];
	if (all.count > 0) {
		mail_holders_write(&text, job->mail.id, &all);
		job->holders = buf_take(&text);
	}
	free(all.items);
}

static void hand_over(struct mail_job *job, struct smtp_mail *mail) {
	struct smtp_result result;
	autofree bool *taken = mem_zalloc(mail->recipient_count * sizeof *taken);
	if (esmtp_session_can(mail))
		esmtp_session_send(mail, &result, taken);
	else
		smtp_client_send(mail, &result, taken);
	job->outcome = outcome_of(result.verdict);
	job->maybe_delivered = result.maybe_delivered;
	job->error = result.error;
	if (job->outcome == ATTEMPT_RETRY && job->mail.id.len > 0)
		note_holders(job, taken);
}

static struct smtp_mail smtp_mail_of(const struct mail_job *job, const struct login *login) {
	const struct email_config *config = job->config;
	return (struct smtp_mail){
		.host = login->host,
		.port = login->port,
		.security = security_of(config, login->port),
		.tls = &config->tls,
		.hello = config->hello,
		.from = job->mail.from,
		.recipients = job->mail.recipients,
		.recipient_count = job->mail.recipient_count,
		.text = job->mail.text,
		.timeout = job->timeout,
	};
}

static void run_session(struct mail_job *job, struct login *login) {
	struct smtp_mail mail = smtp_mail_of(job, login);
	if (read_login(job->config, &mail, login, &job->error))
		hand_over(job, &mail);
	else
		job->outcome = ATTEMPT_RETRY; // the file may come back
}

void mail_session_run(struct mail_job *job) {
	struct login login = { 0 };
	job->outcome = ATTEMPT_OK;
	if (job->mail.recipient_count == 0) {
		if (job->mail.holders.count > 0)
			return; // all of them have it
		job->outcome = ATTEMPT_GIVE_UP;
		error_set(&job->error, ERR_INVALID, "no recipient");
	} else if (!parse_smarthost(job->config->smarthost, &login.host, &login.port, &job->error)) {
		job->outcome = ATTEMPT_GIVE_UP;
	} else {
		run_session(job, &login);
	}
	login_finish(&login);
}
