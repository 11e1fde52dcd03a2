// SPDX-License-Identifier: Apache-2.0
// One mail in one plain SMTP session without a login, by libesmtp. Blocks. One thread of the process only: libesmtp has unlocked state. Private to notifiers/.
// The rules this file keeps (own probe connect, timeouts, 7 bit, judging by statuses) are in docs/decisions/0010-mail-by-libesmtp-and-curl.md.
#pragma once
#include "net/smtp_client.h"

// As smtp_client_send; mail->security is SMTP_CLEAR, mail->username NULL and mail->host free of ':' (see esmtp_session_can).
void esmtp_session_send(const struct smtp_mail *mail, struct smtp_result *result, bool *taken);
// libesmtp knows neither TLS as we want it nor IPv6 addresses as hosts, and sends the mail where a login was refused.
bool esmtp_session_can(const struct smtp_mail *mail);
