// SPDX-License-Identifier: Apache-2.0
// One attempt of one mail: from the e-mail configuration to a session (server, security, login read from its files now) and its answer.
// Private to notifiers/.
#pragma once
#include "notifiers/mailer.h"

// Whether this configuration's sessions are libesmtp's, that is: for the one plain thread.
bool mail_session_is_plain(const struct email_config *config);
// Blocks; fills the job's answer.
void mail_session_run(struct mail_job *job);
