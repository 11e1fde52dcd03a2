// SPDX-License-Identifier: Apache-2.0
// Threads that block in SMTP. One owns libesmtp (plain sessions without a login); all else goes through net/smtp_client (curl) on others.
// Private to notifiers/. A mailer takes jobs and posts results; it knows nothing of alerts.
#pragma once
#include "base/inbox.h"
#include "model/receiver_config.h"
#include "notifiers/notifier.h"

struct mailers;

struct mail_job {
	struct message message; // to a mailer; back through reply_to with reply_kind
	struct arena arena;     // owns the mail
	struct mail mail;
	const struct email_config *config; // outlives the job: the job holds a reference to its setup
	struct notify_setup *setup;
	struct inbox *reply_to;
	int reply_kind;
	dur_ms timeout; // of the whole session
	void *context;  // the dispatcher's
	// answer
	enum attempt_outcome outcome;
	int64_t took_ns;
	char *holders;        // owned; of mail_holders.h: who has it, when it must be tried again for others; else NULL
	bool maybe_delivered; // the message text was being handed over when it failed (LAW 3)
	struct error error;
};

struct mailers *mailers_create(unsigned tls_threads);
MUST_CHECK bool mailers_start(struct mailers *mailers, struct error *err);
void mailers_post(struct mailers *mailers, struct mail_job *job); // any thread; plain or TLS by job->config
void mailers_stop(struct mailers *mailers, int deadline_ms);      // a thread that does not return by then is abandoned (LAW 22)
void mailers_destroy(struct mailers *mailers);
void mail_job_destroy(struct mail_job *job);
