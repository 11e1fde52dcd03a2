// SPDX-License-Identifier: Apache-2.0
// The e-mail notifier: a notification as a message with a text and an HTML part. Sends nothing itself: mailer.c does.
// Source: Alertmanager notify/email/email.go. A template that fails is replaced by the default one with the error on top (LAW 21).
#include "base/array.h"
#include "base/hash.h"
#include "notifiers/mime.h"
#include "notifiers/notifier.h"
#include "notifiers/notifier_text.h"

#include <inttypes.h>
#include <time.h>

enum { SESSION_TIMEOUT_S = 60,
	THREAD_HASH_DIGITS = 16 };

// A message while it is made.
struct draft {
	const struct email_config *config;
	const struct notification *notification;
	const struct notifier_context *context;
	struct arena *arena;
	struct template_env env;
	struct buf failures;       // a line per template that failed
	const char *first_failure; // in the arena
	struct buf out;
};

static bool send_resolved(const struct integration_config *config) {
	return config->email.send_resolved;
}

static dur_ms timeout(const struct integration_config *config) {
	(void)config;
	return SECONDS(SESSION_TIMEOUT_S);
}

static void identity(const struct integration_config *config, struct buf *out) {
	const struct email_config *email = &config->email;
	const char *texts[] = { email->to, email->from, email->hello, email->smarthost, email->auth_username, email->auth_password, email->auth_password_file,
		email->auth_secret, email->auth_secret_file, email->auth_identity, email->html, email->text };
	buf_format(out, "%d %d %d ", email->send_resolved, email->require_tls, email->force_implicit_tls);
	if (email->has_threads) // others keep the identity they had before there were threads
		buf_format(out, "%d ", email->has_daily_threads);
	notifier_text_tls(out, &email->tls);
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		notifier_text_secret(out, texts[i]);
	for (size_t i = 0; i < email->header_count; i++) {
		notifier_text_secret(out, email->headers[i].name);
		notifier_text_secret(out, email->headers[i].value);
	}
}

static bool expand(struct draft *draft, const struct template_set *set, const char *text, struct buf *out, struct error *err) {
	return notifier_text_expand(&(struct text_run){ set, &draft->env, draft->arena }, text, out, err);
}

static void note_failure(struct draft *draft, const char *what, const struct error *err) {
	if (draft->first_failure == NULL)
		draft->first_failure = arena_format(draft->arena, "%s: %s", what, err->text).data;
	buf_format(&draft->failures, "The template of %s failed: %s\n", what, err->text);
}

// The template; where it fails the default one; where that fails too (users may redefine it) nothing. Failures are noted.
static void expand_or_default(struct draft *draft, const struct template_set *set, const char *what, const char *text, const char *fallback, struct buf *out) {
	struct error err = { 0 };
	if (expand(draft, set, text, out, &err))
		return;
	note_failure(draft, what, &err);
	if (template_set_execute(set, str_of(fallback), &draft->env, draft->arena, out, &err) == TEMPLATE_OK)
		return;
	note_failure(draft, fallback, &err);
}

static bool read_addresses(struct draft *draft, const char *what, const char *text, struct mail_address **out, size_t *count, struct error *err) {
	autobuf struct buf list = { 0 };
	if (!expand(draft, draft->context->text_templates, text == NULL ? "" : text, &list, err))
		return error_wrap(err, "execute '%s' template", what);
	if (!mail_addresses_parse(buf_str(&list), draft->arena, out, count, err))
		return error_wrap(err, "parse '%s' addresses", what);
	return true;
}

static bool is_ours(struct str name) {
	static const char *const ours[] = { "MIME-Version", "Content-Type", "Content-Transfer-Encoding", "Date", "Bcc" };
	for (size_t i = 0; i < sizeof ours / sizeof *ours; i++)
		if (str_equal_nocase(name, str_of(ours[i])))
			return true;
	return false;
}

static bool is_address_field(struct str name) {
	static const char *const fields[] = { "From", "To", "Cc", "Reply-To", "Sender" };
	for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
		if (str_equal_nocase(name, str_of(fields[i])))
			return true;
	return false;
}

static const char *configured(const struct email_config *config, const char *name) {
	for (size_t i = 0; i < config->header_count; i++)
		if (str_equal_nocase(str_of(config->headers[i].name), str_of(name)))
			return config->headers[i].value;
	return NULL;
}

// A field as addresses where it is a list of them, else as text.
static void write_field(struct draft *draft, const char *name, struct str value) {
	struct mail_address *addresses;
	size_t count = 0;
	if (is_address_field(str_of(name)) && mail_addresses_parse(value, draft->arena, &addresses, &count, NULL) && count > 0)
		mime_header_addresses(&draft->out, name, addresses, count);
	else
		mime_header_text(&draft->out, name, value);
}

static void write_configured(struct draft *draft, const struct email_header *header) {
	struct error err = { 0 };
	autobuf struct buf value = { 0 };
	if (!mime_header_name_is_valid(str_of(header->name)) || is_ours(str_of(header->name)))
		return;
	if (expand(draft, draft->context->text_templates, header->value, &value, &err))
		write_field(draft, header->name, buf_str(&value));
	else
		note_failure(draft, header->name, &err);
}

static void write_addresses(struct draft *draft, const char *name, const struct mail_address *addresses, size_t count) {
	if (configured(draft->config, name) == NULL)
		mime_header_addresses(&draft->out, name, addresses, count);
}

static void write_subject(struct draft *draft) {
	autobuf struct buf subject = { 0 };
	const char *own = configured(draft->config, "Subject");
	const char *text = own == NULL ? "{{ template \"email.default.subject\" . }}" : own;
	expand_or_default(draft, draft->context->text_templates, "Subject", text, "email.default.subject", &subject);
	if (str_trim(buf_str(&subject)).len == 0)
		buf_format(&subject, "[%s] %.*s", notification_is_firing(draft->notification) ? "FIRING" : "RESOLVED", STR_ARG(draft->notification->receiver));
	mime_header_text(&draft->out, "Subject", buf_str(&subject));
}

// The same at each attempt of one delivery, whichever process makes it; another for each flush and integration.
static struct str message_id(struct draft *draft, unsigned index) {
	uint64_t hash = hash_text(hash_text(HASH_START, draft->notification->receiver), draft->notification->group_key);
	return arena_format(draft->arena, "<%" PRId64 ".%" PRIx64 ".%u@%s.tocsin>", draft->notification->id, hash, index, draft->context->instance);
}

static void write_part(struct draft *draft, const char *boundary, const char *type, struct str content) {
	buf_format(&draft->out, "--%s\r\nContent-Type: %s; charset=UTF-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n", boundary, type);
	mime_quoted_printable(&draft->out, content);
	buf_append_cstr(&draft->out, "\r\n");
}

// Quoted-printable never holds "=_": no part can hold this line.
static void write_parts(struct draft *draft, struct str text, struct str html) {
	static const char boundary[] = "=_tocsin_part_=";
	buf_format(&draft->out, "MIME-Version: 1.0\r\nContent-Type: multipart/alternative; boundary=\"%s\"\r\n\r\n", boundary);
	if (text.len > 0)
		write_part(draft, boundary, "text/plain", text);
	if (html.len > 0)
		write_part(draft, boundary, "text/html", html);
	buf_format(&draft->out, "--%s--\r\n", boundary);
}

static bool is_set(const char *text) {
	return text != NULL && text[0] != '\0';
}

static void write_body(struct draft *draft) {
	autobuf struct buf text = { 0 }, html = { 0 }, whole_text = { 0 }, whole_html = { 0 };
	const struct email_config *config = draft->config;
	bool has_html = is_set(config->html);
	if (has_html)
		expand_or_default(draft, draft->context->html_templates, "the HTML part", config->html, "email.default.html", &html);
	if (is_set(config->text) || !has_html || (draft->failures.len > 0 && html.len == 0))
		expand_or_default(draft, draft->context->text_templates, "the text part", is_set(config->text) ? config->text : "{{ template \"email.default.text\" . }}",
		    "email.default.text", &text);
	if (draft->failures.len > 0 && html.len > 0) {
		buf_append_cstr(&whole_html, "<pre>");
		notifier_text_escape_html(&whole_html, buf_str(&draft->failures));
		buf_append_cstr(&whole_html, "</pre>\n");
	}
	if (draft->failures.len > 0 && (text.len > 0 || html.len == 0))
		buf_format(&whole_text, "%s\n", buf_cstr(&draft->failures));
	buf_append_str(&whole_html, buf_str(&html));
	buf_append_str(&whole_text, buf_str(&text));
	if (whole_text.len == 0 && whole_html.len == 0)
		buf_append_cstr(&whole_text, "\n");
	write_parts(draft, buf_str(&whole_text), buf_str(&whole_html));
}

static bool is_default_field(const char *name) {
	static const char *const fields[] = { "Subject", "Message-Id" };
	for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
		if (str_equal_nocase(str_of(name), str_of(fields[i])))
			return true;
	return false;
}

// The root of a thread is a message that was never sent: mail programs make one of all that refer to it.
static void write_thread(struct draft *draft) {
	char date[16] = "";
	time_t seconds = draft->context->now / 1000;
	struct tm day;
	struct str hash = str_head(notifier_text_group_hash(draft->arena, draft->notification), THREAD_HASH_DIGITS);
	if (draft->config->has_daily_threads)
		strftime(date, sizeof date, "%Y-%m-%d", gmtime_r(&seconds, &day));
	buf_format(&draft->out, "References: <alert-%.*s-%s@alertmanager>\r\n", STR_ARG(hash), date);
	buf_format(&draft->out, "In-Reply-To: <alert-%.*s-%s@alertmanager>\r\n", STR_ARG(hash), date);
}

static void write_headers(struct draft *draft, const struct mail_address *from, const struct mail_address *to, size_t to_count, struct str id) {
	const struct email_config *config = draft->config;
	write_addresses(draft, "From", from, 1);
	write_addresses(draft, "To", to, to_count);
	write_subject(draft);
	for (size_t i = 0; i < config->header_count; i++)
		if (!is_default_field(config->headers[i].name))
			write_configured(draft, &config->headers[i]);
	buf_append_cstr(&draft->out, "Date: ");
	mime_date(&draft->out, draft->context->now);
	buf_append_cstr(&draft->out, "\r\n");
	const char *own_id = configured(config, "Message-Id");
	if (own_id == NULL)
		buf_format(&draft->out, "Message-Id: %.*s\r\n", STR_ARG(id));
	else
		write_configured(draft, &(struct email_header){ "Message-Id", own_id });
	if (config->has_threads)
		write_thread(draft);
	if (configured(config, "Auto-Submitted") == NULL)
		buf_append_cstr(&draft->out, "Auto-Submitted: auto-generated\r\n");
}

static struct mail *mail_of(struct draft *draft, const struct mail_address *from, const struct mail_address *to, size_t to_count, struct str id) {
	struct mail *mail = ARENA_NEW(draft->arena, struct mail);
	mail->from = from->address;
	mail_holders_read(draft->arena, draft->context->receiver_data, id, &mail->holders);
	mail->recipients = ARENA_NEW_ARRAY(draft->arena, struct str, to_count);
	for (size_t i = 0; i < to_count; i++)
		if (!mail_holders_have(&mail->holders, to[i].address))
			mail->recipients[mail->recipient_count++] = to[i].address;
	mail->text = arena_dup_str(draft->arena, buf_str(&draft->out));
	mail->id = id;
	return mail;
}

static bool compose(struct draft *draft, unsigned index, struct rendered *out, struct error *err) {
	struct mail_address *from = NULL, *to = NULL;
	size_t from_count = 0, to_count = 0;
	if (!read_addresses(draft, "from", draft->config->from, &from, &from_count, err) || !read_addresses(draft, "to", draft->config->to, &to, &to_count, err))
		return false;
	if (from_count != 1)
		return error_set(err, ERR_INVALID, "must be exactly one 'from' address (got: %zu)", from_count);
	if (to_count == 0)
		return error_set(err, ERR_INVALID, "no recipient: the 'to' template gives no address");
	struct str id = message_id(draft, index);
	write_headers(draft, from, to, to_count, id);
	write_body(draft);
	out->mail = mail_of(draft, from, to, to_count, id);
	return true;
}

static bool render(const struct integration_config *config, const struct notification *notification, const struct notifier_context *context, struct arena *arena, struct rendered *out, struct error *err) {
	struct draft draft = { .config = &config->email, .notification = notification, .context = context, .arena = arena };
	draft.env = (struct template_env){ .now = context->now, .external_url = str_of(context->external_url), .data = notification_data(arena, notification, config->email.send_resolved) };
	bool is_done = compose(&draft, config->index, out, err);
	out->template_failure = draft.first_failure;
	buf_finish(&draft.failures);
	buf_finish(&draft.out);
	return is_done;
}

const struct notifier_ops email_notifier = {
	.kind = INTEGRATION_EMAIL,
	.name = "email",
	.help = "Sends a mail with a text and an HTML part over SMTP.",
	.is_mail = true,
	.send_resolved = send_resolved,
	.timeout = timeout,
	.identity = identity,
	.render = render,
};
