// SPDX-License-Identifier: Apache-2.0
// One attempt of one mail. See mail_session.h.
#include "notifiers/mail_session.h"

#include "base/buf.h"
#include "base/fs.h"
#include "base/mem.h"
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

bool smarthost_parse(const char *smarthost, char **host, int *port, struct error *err) {
	const char *colon = smarthost == NULL ? NULL : strrchr(smarthost, ':');
	char *end = NULL;
	long number = colon == NULL ? 0 : strtol(colon + 1, &end, 10);
	if (colon == NULL || colon == smarthost || *end != '\0' || number < 1 || number > 65535)
		return error_set(err, ERR_INVALID, "bad smarthost \"%s\", expected like \"mail.example.org:587\"", smarthost == NULL ? "" : smarthost);
	struct str name = str_make(smarthost, (size_t)(colon - smarthost));
	bool is_bracketed = name.len > 2 && name.data[0] == '[' && name.data[name.len - 1] == ']';
	if (is_bracketed)
		name = str_make(name.data + 1, name.len - 2);
	if (!is_bracketed && str_find_char(name, ':') >= 0)
		return error_set(err, ERR_INVALID, "bad smarthost \"%s\", expected an IPv6 address in brackets", smarthost);
	*host = mem_dup(name.data, name.len + 1);
	(*host)[name.len] = '\0';
	*port = (int)number;
	return true;
}

static enum smtp_security security_of(const struct email_config *config, int port) {
	bool is_implicit = config->force_implicit_tls < 0 ? port == PORT_SMTPS : config->force_implicit_tls > 0;
	if (is_implicit)
		return SMTP_IMPLICIT_TLS;
	return config->require_tls ? SMTP_STARTTLS : SMTP_CLEAR;
}

static bool has_secret(const struct email_config *config) {
	return config->auth_username != NULL && config->auth_username[0] != '\0' && (config->auth_secret != NULL || config->auth_secret_file != NULL);
}

bool mail_session_is_plain(const struct email_config *config) {
	char *host = NULL;
	int port = 0;
	if (!smarthost_parse(config->smarthost, &host, &port, NULL))
		return false;
	struct smtp_mail mail = { .host = host, .security = security_of(config, port), .secret = has_secret(config) ? "" : NULL };
	bool is_plain = esmtp_session_can(&mail);
	free(host);
	return is_plain;
}

// As Go's net/smtp: a password goes over a connection without TLS to this machine only.
static bool is_local(const char *host) {
	assert(host != NULL);
	return strcmp(host, "localhost") == 0 || strcmp(host, "127.0.0.1") == 0 || strcmp(host, "::1") == 0;
}

// Alertmanager trims the password file but not the secret file.
static bool read_secret(const char *text, const char *path, bool is_trimmed, struct buf *out, struct error *err) {
	if (path == NULL) {
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
	return true;
}

static bool read_login(const struct email_config *config, struct smtp_mail *mail, struct login *login, struct error *err) {
	if (config->auth_username == NULL || config->auth_username[0] == '\0')
		return true;
	bool may_show = mail->security != SMTP_CLEAR || is_local(mail->host);
	bool has_password = config->auth_password != NULL || config->auth_password_file != NULL;
	if (has_password && may_show) {
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
	if (has_password && mail->password == NULL && mail->secret == NULL)
		return true; // the server may take mail from its neighbours without a login
	mail->username = config->auth_username;
	return true;
}

// The recipients that do not have it yet.
static struct str *missing_recipients(const struct mail_job *job, struct mail_memo *memo, size_t *count) {
	struct str *missing = mem_alloc((job->mail.recipient_count + 1) * sizeof *missing);
	*count = 0;
	for (size_t i = 0; i < job->mail.recipient_count; i++)
		if (job->mail.id.len == 0 || !mail_memo_has(memo, job->mail.id, job->mail.recipients[i]))
			missing[(*count)++] = job->mail.recipients[i];
	return missing;
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

static void hand_over(struct mail_job *job, struct smtp_mail *mail, struct mail_memo *memo) {
	struct smtp_result result;
	autofree bool *taken = mem_zalloc(mail->recipient_count * sizeof *taken);
	if (esmtp_session_can(mail))
		esmtp_session_send(mail, &result, taken);
	else
		smtp_client_send(mail, &result, taken);
	for (size_t i = 0; i < mail->recipient_count && result.verdict == SMTP_RETRY && job->mail.id.len > 0; i++)
		if (taken[i])
			mail_memo_add(memo, job->mail.id, mail->recipients[i]);
	job->outcome = outcome_of(result.verdict);
	job->maybe_delivered = result.maybe_delivered;
	job->error = result.error;
}

void mail_session_run(struct mail_job *job, struct mail_memo *memo) {
	const struct email_config *config = job->config;
	struct login login = { 0 };
	size_t count;
	autofree struct str *recipients = missing_recipients(job, memo, &count);
	job->outcome = ATTEMPT_OK;
	if (job->mail.recipient_count == 0) {
		job->outcome = ATTEMPT_GIVE_UP;
		error_set(&job->error, ERR_INVALID, "no recipient");
	} else if (!smarthost_parse(config->smarthost, &login.host, &login.port, &job->error)) {
		job->outcome = ATTEMPT_GIVE_UP;
	} else if (count > 0) {
		struct smtp_mail mail = { .host = login.host, .port = login.port, .security = security_of(config, login.port), .tls = &config->tls, .hello = config->hello, .from = job->mail.from, .recipients = recipients, .recipient_count = count, .text = job->mail.text, .timeout = job->timeout };
		if (read_login(config, &mail, &login, &job->error))
			hand_over(job, &mail, memo);
		else
			job->outcome = ATTEMPT_RETRY; // the file may come back
	}
	login_finish(&login);
}
