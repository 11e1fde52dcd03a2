// SPDX-License-Identifier: Apache-2.0
// One mail in one SMTP session, by curl. Blocks: for the mailers' threads; any number of threads at once. Never logs; errors carry no credentials.
#pragma once
#include "base/clock.h"
#include "base/error.h"
#include "base/str.h"
#include "model/http_config.h"

enum smtp_security {
	SMTP_STARTTLS, // or nothing: a server without STARTTLS is an error
	SMTP_IMPLICIT_TLS,
	SMTP_CLEAR,
};

// What a failure means for the next attempt. Of the network, of TLS or of the server as such: RETRY. A 4xx reply: RETRY.
// A 5xx reply to AUTH, MAIL, RCPT, DATA or the text: GIVE_UP (a wrong password tried again and again locks accounts).
enum smtp_verdict { SMTP_OK,
	SMTP_RETRY,
	SMTP_GIVE_UP };

struct smtp_mail {
	const char *host; // name or address; IPv6 without brackets
	int port;
	enum smtp_security security;
	const struct tls_config *tls; // NULL = defaults; server_name replaces host in SNI and the name check
	const char *hello;            // EHLO's name; NULL = "localhost"
	// No username: no AUTH. A server that does not offer AUTH is not asked for it; one that does gets the mail after a login only.
	const char *username;
	const char *password;         // for PLAIN and LOGIN; NULL = not allowed
	bool password_is_withheld;    // there is one, which may not go over this connection: for the message
	const char *secret;           // for CRAM-MD5, preferred where offered; NULL = not allowed
	const char *identity;         // PLAIN's authorization identity; NULL = none
	struct str from;              // bare address
	const struct str *recipients; // bare addresses; at least one
	size_t recipient_count;
	struct str text; // CRLF throughout, not dot-stuffed
	dur_ms timeout;  // of the whole session; > 0
};

struct smtp_result {
	enum smtp_verdict verdict; // OK: every recipient was taken, or refused for good while another was taken (then error tells whom)
	bool maybe_delivered;      // the text was being handed over and nobody knows how it ended (LAW 3)
	struct error error;        // "H:P: …"; ERR_INVALID for addresses that could break out of the command line
};

// taken[i] (may be NULL) says whether recipient i has the mail: with RETRY some may.
void smtp_client_send(const struct smtp_mail *mail, struct smtp_result *result, bool *taken);
// For every sender of mail: no CR, LF, NUL, < or >, no blank, not empty, and at most 998 bytes.
bool smtp_address_is_safe(struct str address);
// What the reply code of a command about this login or mail means: 2xx OK, 5xx GIVE_UP, all else RETRY.
enum smtp_verdict smtp_code_verdict(int code);
