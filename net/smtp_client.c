// SPDX-License-Identifier: Apache-2.0
// One mail in one SMTP session, by curl. See smtp_client.h.
// curl says only that something failed; who was refused and whether the text went out is read from the dialogue.
#include "net/smtp_client.h"

#include "base/buf.h"
#include "base/mem.h"
#include "net/tls_options.h"

#include <assert.h>
#include <ctype.h>
#include <limits.h>

enum { ADDRESS_MAX = 998,
	QUIT_TIMEOUT_S = 2,
	CODE_DIGITS = 3,
	REPLY_TEXT_MAX = 400 };

enum smtp_stage { STAGE_GREETING,
	STAGE_HELLO,
	STAGE_STARTTLS,
	STAGE_AUTH,
	STAGE_MAIL,
	STAGE_RCPT,
	STAGE_DATA,
	STAGE_TEXT,
	STAGE_QUIT };

// clang-format off: packed rows
static const struct {
	const char *verb;
	enum smtp_stage stage;
} commands[] = {
	{ "EHLO ", STAGE_HELLO },
	{ "HELO ", STAGE_HELLO },
	{ "STARTTLS", STAGE_STARTTLS },
	{ "AUTH ", STAGE_AUTH },
	{ "MAIL ", STAGE_MAIL },
	{ "RCPT ", STAGE_RCPT },
	{ "DATA", STAGE_DATA },
	{ "QUIT", STAGE_QUIT },
};
// clang-format on

// The dialogue as seen so far.
struct smtp_session {
	const struct smtp_mail *mail;
	CURL *easy;
	enum smtp_stage stage;
	bool has_auth_begun, has_text_begun;
	int text_code;    // the reply to the text; 0 = none yet
	bool is_in_reply; // its last line is still to come
	int code;         // the last refusal (4xx, 5xx) before QUIT; 0 = none
	enum smtp_stage code_stage;
	char text[REPLY_TEXT_MAX]; // of that refusal, with its code; several lines become one
	int *codes;                // per recipient; 0 = not answered
	size_t recipients_answered;
	size_t sent; // bytes of the text
	char detail[CURL_ERROR_SIZE];
};

bool smtp_address_is_safe(struct str address) {
	if (address.len == 0 || address.len > ADDRESS_MAX)
		return false;
	for (size_t i = 0; i < address.len; i++) {
		unsigned char c = (unsigned char)address.data[i];
		if (c <= ' ' || c == 127 || c == '<' || c == '>')
			return false;
	}
	return true;
}

enum smtp_verdict smtp_code_verdict(int code) {
	if (code >= 200 && code < 300)
		return SMTP_OK;
	return code >= 500 && code < 600 ? SMTP_GIVE_UP : SMTP_RETRY;
}

static void note_command(struct smtp_session *session, struct str line) {
	for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
		if (str_has_prefix(line, str_of(commands[i].verb)))
			session->stage = commands[i].stage;
	session->has_auth_begun |= session->stage == STAGE_AUTH;
	if (session->stage == STAGE_QUIT) // curl waits for its reply even after a timeout, by default for two minutes
		curl_easy_setopt(session->easy, CURLOPT_SERVER_RESPONSE_TIMEOUT, (long)QUIT_TIMEOUT_S);
}

// "535-5.7.8 one", "535 5.7.8 two": "535 5.7.8 one 5.7.8 two", as Go's net/textproto but for the line end.
static void note_refusal(struct smtp_session *session, int code, struct str line) {
	size_t start = session->is_in_reply ? strlen(session->text) : 0, len = start;
	session->code = code;
	session->code_stage = session->stage;
	if (start == 0)
		len += (size_t)snprintf(session->text, sizeof session->text, "%d", code);
	if (line.len > CODE_DIGITS && len < sizeof session->text - 1)
		session->text[len++] = ' ';
	struct str rest = str_trim(str_skip(line, CODE_DIGITS + 1));
	for (size_t i = 0; i < rest.len && len < sizeof session->text - 1; i++)
		session->text[len++] = isprint((unsigned char)rest.data[i]) || rest.data[i] < 0 ? rest.data[i] : '?';
	session->text[len] = '\0';
	if (!str_is_utf8(str_make(session->text + start, len - start)))
		for (size_t i = start; i < len; i++)
			session->text[i] = session->text[i] < 0 ? '?' : session->text[i];
}

// 0 = no line of a reply.
static int reply_code(struct str line) {
	int code = 0;
	for (size_t i = 0; i < CODE_DIGITS; i++) {
		if (i == line.len || !isdigit((unsigned char)line.data[i]))
			return 0;
		code = code * 10 + line.data[i] - '0';
	}
	return code;
}

static void note_reply(struct smtp_session *session, struct str line) {
	int code = reply_code(line);
	bool is_last = line.len <= CODE_DIGITS || line.data[CODE_DIGITS] != '-';
	if (code == 0 || session->stage == STAGE_QUIT)
		return;
	if (code >= 400)
		note_refusal(session, code, line);
	session->is_in_reply = !is_last;
	if (!is_last)
		return;
	if (session->stage == STAGE_RCPT && session->recipients_answered < session->mail->recipient_count)
		session->codes[session->recipients_answered++] = code;
	if (session->stage == STAGE_TEXT)
		session->text_code = code;
	if (session->stage == STAGE_DATA && code == 354) {
		session->stage = STAGE_TEXT;
		session->has_text_begun = true;
	}
}

static int watch(CURL *easy, curl_infotype kind, char *data, size_t size, void *context) {
	(void)easy;
	if (kind == CURLINFO_HEADER_OUT)
		note_command(context, str_make(data, size));
	if (kind == CURLINFO_HEADER_IN)
		note_reply(context, str_make(data, size));
	return 0;
}

static size_t discard(char *data, size_t size, size_t count, void *context) {
	(void)data, (void)context;
	return size * count;
}

static size_t read_text(char *out, size_t size, size_t count, void *context) {
	struct smtp_session *session = context;
	struct str rest = str_head(str_skip(session->mail->text, session->sent), size * count);
	if (rest.len > 0)
		memcpy(out, rest.data, rest.len);
	session->sent += rest.len;
	return rest.len;
}

static struct curl_slist *list_append(struct curl_slist *list, const char *text) {
	struct curl_slist *longer = curl_slist_append(list, text);
	if (longer == NULL)
		abort(); // out of memory
	return longer;
}

static struct curl_slist *recipient_list(const struct smtp_mail *mail) {
	struct curl_slist *list = NULL;
	autobuf struct buf address = { 0 };
	for (size_t i = 0; i < mail->recipient_count; i++) {
		buf_reset(&address);
		buf_format(&address, "<%.*s>", STR_ARG(mail->recipients[i]));
		list = list_append(list, buf_cstr(&address));
	}
	return list;
}

static void append_host(struct buf *out, const char *host) {
	buf_format(out, strchr(host, ':') == NULL ? "%s" : "[%s]", host);
}

static const char *name_to_check(const struct smtp_mail *mail) {
	const char *name = mail->tls == NULL ? NULL : mail->tls->server_name;
	return name == NULL || mail->security == SMTP_CLEAR ? mail->host : name;
}

// smtp://NAME:PORT/HELLO; where NAME is tls.server_name, *connect_to leads to the host.
static void set_url(CURL *easy, const struct smtp_mail *mail, struct curl_slist **connect_to) {
	autobuf struct buf url = { 0 };
	const char *name = name_to_check(mail);
	buf_append_cstr(&url, mail->security == SMTP_IMPLICIT_TLS ? "smtps://" : "smtp://");
	append_host(&url, name);
	char *hello = curl_easy_escape(easy, mail->hello == NULL || mail->hello[0] == '\0' ? "localhost" : mail->hello, 0);
	buf_format(&url, ":%d/%s", mail->port, hello);
	curl_free(hello);
	curl_easy_setopt(easy, CURLOPT_URL, buf_cstr(&url));
	if (name == mail->host)
		return;
	autobuf struct buf detour = { 0 };
	append_host(&detour, name);
	buf_format(&detour, ":%d:", mail->port);
	append_host(&detour, mail->host);
	buf_format(&detour, ":%d", mail->port);
	*connect_to = list_append(NULL, buf_cstr(&detour));
	curl_easy_setopt(easy, CURLOPT_CONNECT_TO, *connect_to);
}

static void set_security(CURL *easy, const struct smtp_mail *mail) {
	curl_easy_setopt(easy, CURLOPT_USE_SSL, (long)(mail->security == SMTP_CLEAR ? CURLUSESSL_NONE : CURLUSESSL_ALL));
	if (mail->security != SMTP_CLEAR && mail->tls != NULL)
		tls_options_apply(mail->tls, easy);
}

static bool has_credentials(const struct smtp_mail *mail) {
	return mail->password != NULL || mail->secret != NULL;
}

// Without credentials curl is told of a mechanism it has no token for: the session ends where the server offers AUTH, and goes on where it does not.
static const char *login_options(const struct smtp_mail *mail, bool by_secret) {
	if (!has_credentials(mail))
		return "AUTH=OAUTHBEARER";
	return by_secret ? "AUTH=CRAM-MD5" : "AUTH=PLAIN;AUTH=LOGIN";
}

static void set_login(CURL *easy, const struct smtp_mail *mail, bool by_secret) {
	if (mail->username == NULL)
		return;
	curl_easy_setopt(easy, CURLOPT_USERNAME, mail->username);
	curl_easy_setopt(easy, CURLOPT_PASSWORD, by_secret ? mail->secret : mail->password);
	curl_easy_setopt(easy, CURLOPT_LOGIN_OPTIONS, login_options(mail, by_secret));
	if (mail->identity != NULL && mail->identity[0] != '\0' && !by_secret)
		curl_easy_setopt(easy, CURLOPT_SASL_AUTHZID, mail->identity);
}

static CURLcode run_session(struct smtp_session *session, bool by_secret) {
	const struct smtp_mail *mail = session->mail;
	CURL *easy = session->easy;
	struct curl_slist *connect_to = NULL, *recipients = recipient_list(mail);
	autobuf struct buf from = { 0 };
	buf_format(&from, "<%.*s>", STR_ARG(mail->from));
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(easy, CURLOPT_PROXY, "");
	curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
	curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)(mail->timeout < LONG_MAX ? mail->timeout : LONG_MAX));
	curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, 1L); // QUIT within this call
	curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, session->detail);
	curl_easy_setopt(easy, CURLOPT_VERBOSE, 1L); // for the dialogue; nothing is printed
	curl_easy_setopt(easy, CURLOPT_DEBUGFUNCTION, watch);
	curl_easy_setopt(easy, CURLOPT_DEBUGDATA, session);
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, discard);
	curl_easy_setopt(easy, CURLOPT_UPLOAD, 1L);
	curl_easy_setopt(easy, CURLOPT_READFUNCTION, read_text);
	curl_easy_setopt(easy, CURLOPT_READDATA, session);
	curl_easy_setopt(easy, CURLOPT_INFILESIZE_LARGE, (curl_off_t)mail->text.len);
	curl_easy_setopt(easy, CURLOPT_MAIL_FROM, buf_cstr(&from));
	curl_easy_setopt(easy, CURLOPT_MAIL_RCPT, recipients);
	curl_easy_setopt(easy, CURLOPT_MAIL_RCPT_ALLLOWFAILS, 1L);
	set_url(easy, mail, &connect_to);
	set_security(easy, mail);
	set_login(easy, mail, by_secret);
	CURLcode code = curl_easy_perform(easy);
	curl_easy_reset(easy);
	curl_slist_free_all(recipients);
	curl_slist_free_all(connect_to);
	return code;
}

static bool all_are_refused(const struct smtp_session *session) {
	for (size_t i = 0; i < session->mail->recipient_count; i++)
		if (session->codes[i] == 0 || smtp_code_verdict(session->codes[i]) == SMTP_OK)
			return false;
	return true;
}

// A refused recipient beside others ends no session.
static bool session_is_refused(const struct smtp_session *session) {
	if (session->code_stage == STAGE_RCPT)
		return all_are_refused(session);
	return session->code != 0 && session->code_stage >= STAGE_AUTH;
}

static enum error_code code_of(CURLcode code) {
	if (code == CURLE_OPERATION_TIMEDOUT)
		return ERR_TIMEOUT;
	return code == CURLE_SSL_CACERT_BADFILE || code == CURLE_SSL_CERTPROBLEM ? ERR_IO : ERR_UNAVAILABLE;
}

static void describe_failure(const struct smtp_session *session, CURLcode code, struct error *err) {
	const struct smtp_mail *mail = session->mail;
	autobuf struct buf peer = { 0 };
	append_host(&peer, mail->host);
	buf_format(&peer, ":%d", mail->port);
	const char *where = buf_cstr(&peer);
	static const char *const stages[] = { "greeting", "EHLO", "STARTTLS", "AUTH", "MAIL FROM", "RCPT TO", "DATA", "the message", "QUIT" };
	if (code == CURLE_OPERATION_TIMEDOUT)
		error_set(err, ERR_TIMEOUT, "%s: timed out after %g s, waiting at %s", where, (double)mail->timeout / 1000, stages[session->stage]);
	else if (session_is_refused(session) || (session->code != 0 && session->stage == session->code_stage))
		error_set(err, ERR_UNAVAILABLE, "%s: %s refused: %s", where, stages[session->code_stage], session->text);
	else if (code == CURLE_USE_SSL_FAILED)
		error_set(err, ERR_UNAVAILABLE, "'require_tls' is true (default) but \"%s\" does not advertise the STARTTLS extension", where);
	else if (code == CURLE_LOGIN_DENIED && mail->password_is_withheld)
		error_set(err, ERR_INVALID, "%s: unencrypted connection: a password goes over TLS only, or to localhost", where);
	else if (code == CURLE_LOGIN_DENIED && !has_credentials(mail))
		error_set(err, ERR_INVALID, "%s: missing password for PLAIN auth mechanism", where);
	else if (code == CURLE_LOGIN_DENIED)
		error_set(err, ERR_UNAVAILABLE, "%s: AUTH: none of the server's mechanisms can be used with the configured credentials", where);
	else
		error_set(err, code_of(code), "%s: at %s: %s", where, stages[session->stage], session->detail[0] == '\0' ? curl_easy_strerror(code) : session->detail);
}

// All recipients refused: temporary if one of them is.
static enum smtp_verdict refused_verdict(const struct smtp_session *session) {
	for (size_t i = 0; i < session->mail->recipient_count; i++)
		if (smtp_code_verdict(session->codes[i]) == SMTP_RETRY)
			return SMTP_RETRY;
	return SMTP_GIVE_UP;
}

static void judge_failure(const struct smtp_session *session, CURLcode code, struct smtp_result *result) {
	describe_failure(session, code, &result->error);
	result->verdict = SMTP_RETRY;
	result->maybe_delivered = session->has_text_begun && session->text_code < 400; // also after one that answers nothing
	if (!session_is_refused(session) || code == CURLE_OPERATION_TIMEDOUT)
		return;
	result->verdict = session->code_stage == STAGE_RCPT ? refused_verdict(session) : smtp_code_verdict(session->code);
}

// The text was taken, for those recipients that were.
static void judge_taken(const struct smtp_session *session, struct smtp_result *result, bool *taken) {
	size_t refused = 0;
	const struct smtp_mail *mail = session->mail;
	for (size_t i = 0; i < mail->recipient_count; i++) {
		enum smtp_verdict one = smtp_code_verdict(session->codes[i]);
		if (taken != NULL)
			taken[i] = one == SMTP_OK;
		refused += one != SMTP_OK;
		if (one == SMTP_RETRY)
			result->verdict = SMTP_RETRY;
	}
	if (refused > 0)
		error_set(&result->error, ERR_UNAVAILABLE, "%s:%d: %zu of %zu recipients refused: %s", mail->host, mail->port, refused, mail->recipient_count, session->text);
}

static bool mail_check(const struct smtp_mail *mail, struct error *err) {
	if (!smtp_address_is_safe(mail->from))
		return error_set(err, ERR_INVALID, "bad sender address \"%.*s\"", STR_ARG(mail->from));
	for (size_t i = 0; i < mail->recipient_count; i++)
		if (!smtp_address_is_safe(mail->recipients[i]))
			return error_set(err, ERR_INVALID, "bad recipient address \"%.*s\"", STR_ARG(mail->recipients[i]));
	return true;
}

static void session_reset(struct smtp_session *session) {
	memset(session->codes, 0, session->mail->recipient_count * sizeof *session->codes);
	*session = (struct smtp_session){ .mail = session->mail, .easy = session->easy, .codes = session->codes };
}

void smtp_client_send(const struct smtp_mail *mail, struct smtp_result *result, bool *taken) {
	assert(mail->recipient_count > 0 && mail->timeout > 0);
	*result = (struct smtp_result){ .verdict = SMTP_OK };
	for (size_t i = 0; taken != NULL && i < mail->recipient_count; i++)
		taken[i] = false;
	if (!mail_check(mail, &result->error)) {
		result->verdict = SMTP_GIVE_UP;
		return;
	}
	curl_init_once();
	autofree int *codes = mem_zalloc(mail->recipient_count * sizeof *codes);
	struct smtp_session session = { .mail = mail, .easy = curl_easy_init(), .codes = codes };
	if (session.easy == NULL)
		abort(); // out of memory
	CURLcode code = run_session(&session, mail->secret != NULL);
	if (code == CURLE_LOGIN_DENIED && !session.has_auth_begun && mail->secret != NULL && mail->password != NULL) { // no CRAM-MD5 there
		session_reset(&session);
		code = run_session(&session, false);
	}
	if (smtp_code_verdict(session.text_code) == SMTP_OK)
		judge_taken(&session, result, taken);
	else
		judge_failure(&session, code, result);
	curl_easy_cleanup(session.easy);
}
