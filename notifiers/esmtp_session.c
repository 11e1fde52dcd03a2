// SPDX-License-Identifier: Apache-2.0
// One mail in one plain SMTP session without a login, by libesmtp. See esmtp_session.h.
#include "notifiers/esmtp_session.h"

#include "base/buf.h"
#include "base/mem.h"

#include <assert.h>
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <libesmtp.h>
#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>

enum { PROBE_MS = 5000,
	STEP_MIN_MS = 1000,
	PIECE_MAX = 4096,
	LINE_MAX_KEPT = 200 };

// What libesmtp asks for and says while it runs.
struct dialogue {
	const struct smtp_mail *mail;
	size_t sent;              // bytes of the text handed over
	bool has_text_begun;      // DATA was allowed, or BDAT was sent
	char last[LINE_MAX_KEPT]; // the server's last line
	int *codes;               // per recipient; 0 = not answered
	size_t counted;
};

bool esmtp_session_can(const struct smtp_mail *mail) {
	return mail->security == SMTP_CLEAR && mail->username == NULL && strchr(mail->host, ':') == NULL;
}

static bool connect_within(const struct addrinfo *address, dur_ms deadline, struct error *err) {
	autoclose_fd int fd = socket(address->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, address->ai_protocol);
	if (fd < 0)
		return error_set(err, ERR_UNAVAILABLE, "socket: %s", strerror(errno));
	if (connect(fd, address->ai_addr, address->ai_addrlen) == 0)
		return true;
	if (errno != EINPROGRESS)
		return error_set(err, ERR_UNAVAILABLE, "connect: %s", strerror(errno));
	struct pollfd waiting = { .fd = fd, .events = POLLOUT };
	int ready = poll(&waiting, 1, (int)deadline);
	if (ready == 0)
		return error_set(err, ERR_TIMEOUT, "connect: timed out after %g s", (double)deadline / 1000);
	int failure = 0;
	socklen_t size = sizeof failure;
	getsockopt(fd, SOL_SOCKET, SO_ERROR, &failure, &size);
	return (ready > 0 && failure == 0) || error_set(err, ERR_UNAVAILABLE, "connect: %s", strerror(failure));
}

// libesmtp has no timeout for connecting: it is only let loose on a server that accepts.
static bool probe(const struct smtp_mail *mail, struct error *err) {
	char port[12];
	snprintf(port, sizeof port, "%d", mail->port);
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM }, *found = NULL;
	int rc = getaddrinfo(mail->host, port, &hints, &found);
	if (rc != 0)
		return error_set(err, ERR_UNAVAILABLE, "lookup: %s", gai_strerror(rc));
	bool is_up = false;
	dur_ms deadline = mail->timeout < PROBE_MS ? mail->timeout : PROBE_MS;
	for (const struct addrinfo *address = found; address != NULL && !is_up; address = address->ai_next)
		is_up = connect_within(address, deadline, err);
	freeaddrinfo(found);
	return is_up;
}

// libesmtp's source of the text: len NULL = rewind. It would free() *context, so the state stays in the argument.
static const char *give_text(void **context, int *len, void *argument) {
	(void)context;
	struct dialogue *dialogue = argument;
	if (len == NULL) {
		dialogue->sent = 0;
		return NULL;
	}
	struct str piece = str_head(str_skip(dialogue->mail->text, dialogue->sent), PIECE_MAX);
	dialogue->sent += piece.len;
	*len = (int)piece.len;
	return piece.data;
}

static void note_said(struct dialogue *dialogue, struct str said) {
	dialogue->has_text_begun |= str_has_prefix(said, STR("BDAT ")) || str_find(said, STR("\r\nBDAT ")) >= 0;
}

static void note_heard(struct dialogue *dialogue, struct str heard) {
	struct str last = str_trim(heard);
	for (size_t i = last.len; i > 0; i--)
		if (last.data[i - 1] == '\n') {
			last = str_skip(last, i);
			break;
		}
	int code = 0;
	for (size_t i = 0; i < 3 && i < last.len && isdigit((unsigned char)last.data[i]); i++)
		code = code * 10 + last.data[i] - '0';
	dialogue->has_text_begun |= code == 354;
	snprintf(dialogue->last, sizeof dialogue->last, "%.*s", STR_ARG(last));
}

static void watch(const char *data, int len, int direction, void *argument) {
	if (direction == 0)
		note_heard(argument, str_make(data, (size_t)len));
	else if (direction == 1)
		note_said(argument, str_make(data, (size_t)len));
}

static void count_recipient(smtp_recipient_t recipient, const char *address, void *argument) {
	(void)address;
	struct dialogue *dialogue = argument;
	if (dialogue->counted < dialogue->mail->recipient_count)
		dialogue->codes[dialogue->counted++] = smtp_recipient_status(recipient)->code;
}

static void set_timeouts(smtp_session_t session, dur_ms timeout) {
	static const int steps[] = { Timeout_GREETING, Timeout_ENVELOPE, Timeout_DATA, Timeout_TRANSFER, Timeout_DATA2 };
	long step = timeout < STEP_MIN_MS ? STEP_MIN_MS : (long)timeout;
	for (size_t i = 0; i < sizeof steps / sizeof *steps; i++)
		smtp_set_timeout(session, steps[i] | Timeout_OVERRIDE_RFC2822_MINIMUM, step);
}

static smtp_message_t add_message(smtp_session_t session, struct dialogue *dialogue) {
	const struct smtp_mail *mail = dialogue->mail;
	autobuf struct buf address = { 0 };
	smtp_message_t message = smtp_add_message(session);
	buf_append_str(&address, mail->from);
	smtp_set_reverse_path(message, buf_cstr(&address));
	smtp_set_messagecb(message, give_text, dialogue);
	for (size_t i = 0; i < mail->recipient_count; i++) {
		buf_reset(&address);
		buf_append_str(&address, mail->recipients[i]);
		smtp_add_recipient(message, buf_cstr(&address));
	}
	return message;
}

static bool is_refusal(int code) {
	return code >= 400 && code < 600;
}

static const char *status_text(const smtp_status_t *status) {
	return status->text == NULL ? "" : status->text;
}

static void set_refused(struct smtp_result *result, int code, const char *what, const char *text) {
	struct str one = str_trim(str_of(text));
	result->verdict = smtp_code_verdict(code);
	error_set(&result->error, ERR_UNAVAILABLE, "%s refused: %d %.*s", what, code, STR_ARG(one));
}

static void judge_recipients(const struct dialogue *dialogue, bool is_text_taken, struct smtp_result *result, bool *taken) {
	size_t refused = 0, count = dialogue->mail->recipient_count;
	bool is_temporary = false;
	for (size_t i = 0; i < count; i++) {
		bool is_taken = dialogue->codes[i] >= 200 && dialogue->codes[i] < 300;
		if (taken != NULL)
			taken[i] = is_taken && is_text_taken;
		refused += !is_taken;
		is_temporary |= !is_taken && smtp_code_verdict(dialogue->codes[i]) == SMTP_RETRY;
	}
	if (refused == 0)
		return;
	result->verdict = is_temporary ? SMTP_RETRY : refused == count ? SMTP_GIVE_UP
	                                                               : SMTP_OK;
	error_set(&result->error, ERR_UNAVAILABLE, "%zu of %zu recipients refused", refused, count);
}

static bool all_refused(const struct dialogue *dialogue) {
	for (size_t i = 0; i < dialogue->mail->recipient_count; i++)
		if (!is_refusal(dialogue->codes[i]))
			return false;
	return true;
}

static void judge_broken(const struct dialogue *dialogue, bool has_started, struct smtp_result *result) {
	char text[128] = "";
	int code = smtp_errno();
	result->verdict = SMTP_RETRY;
	result->maybe_delivered = dialogue->has_text_begun;
	bool is_known = !has_started && code != 0 && smtp_strerror(code, text, sizeof text) != NULL;
	error_set(&result->error, ERR_UNAVAILABLE, "%s%s%s", is_known ? text : "the session broke off or timed out", dialogue->last[0] == '\0' ? "" : ", last reply: ", dialogue->last);
}

// A start that "succeeded" means little: the statuses decide.
static void judge(struct dialogue *dialogue, smtp_message_t message, bool has_started, struct smtp_result *result, bool *taken) {
	const smtp_status_t *text = smtp_message_transfer_status(message), *from = smtp_reverse_path_status(message);
	smtp_enumerate_recipients(message, count_recipient, dialogue);
	bool is_text_taken = text->code >= 200 && text->code < 300;
	if (is_refusal(from->code))
		set_refused(result, from->code, "MAIL FROM", status_text(from));
	else if (all_refused(dialogue))
		judge_recipients(dialogue, false, result, taken);
	else if (is_text_taken)
		judge_recipients(dialogue, true, result, taken);
	else if (is_refusal(text->code))
		set_refused(result, text->code, "the message", status_text(text));
	else
		judge_broken(dialogue, has_started, result);
}

static void run_session(struct dialogue *dialogue, struct smtp_result *result, bool *taken) {
	const struct smtp_mail *mail = dialogue->mail;
	autobuf struct buf server = { 0 };
	buf_format(&server, "%s:%d", mail->host, mail->port);
	smtp_session_t session = smtp_create_session();
	if (session == NULL)
		abort(); // out of memory
	smtp_set_server(session, buf_cstr(&server));
	smtp_set_hostname(session, mail->hello == NULL || mail->hello[0] == '\0' ? "localhost" : mail->hello);
	smtp_set_monitorcb(session, watch, dialogue, 0);
	set_timeouts(session, mail->timeout);
	smtp_message_t message = add_message(session, dialogue);
	bool has_started = smtp_start_session(session) != 0;
	judge(dialogue, message, has_started, result, taken);
	smtp_destroy_session(session);
}

static bool addresses_check(const struct smtp_mail *mail, struct error *err) {
	if (!smtp_address_is_safe(mail->from))
		return error_set(err, ERR_INVALID, "bad sender address \"%.*s\"", STR_ARG(mail->from));
	for (size_t i = 0; i < mail->recipient_count; i++)
		if (!smtp_address_is_safe(mail->recipients[i]))
			return error_set(err, ERR_INVALID, "bad recipient address \"%.*s\"", STR_ARG(mail->recipients[i]));
	return true;
}

void esmtp_session_send(const struct smtp_mail *mail, struct smtp_result *result, bool *taken) {
	assert(esmtp_session_can(mail) && mail->recipient_count > 0 && mail->timeout > 0);
	*result = (struct smtp_result){ .verdict = SMTP_OK };
	for (size_t i = 0; taken != NULL && i < mail->recipient_count; i++)
		taken[i] = false;
	if (!addresses_check(mail, &result->error)) {
		result->verdict = SMTP_GIVE_UP;
		return;
	}
	autofree int *codes = mem_zalloc(mail->recipient_count * sizeof *codes);
	struct dialogue dialogue = { .mail = mail, .codes = codes };
	if (probe(mail, &result->error))
		run_session(&dialogue, result, taken);
	else
		result->verdict = SMTP_RETRY;
	if (result->error.code != ERR_NONE)
		error_wrap(&result->error, "%s:%d", mail->host, mail->port);
}
