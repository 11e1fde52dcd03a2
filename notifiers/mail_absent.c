// SPDX-License-Identifier: Apache-2.0
// Stands where e-mail will be: a receiver with mail gives up each flush and says why.
#include "base/mem.h"
#include "notifiers/mailer.h"

static bool send_resolved(const struct integration_config *config) {
	return config->email.send_resolved;
}

static dur_ms timeout(const struct integration_config *config) {
	(void)config;
	return SECONDS(60);
}

static void identity(const struct integration_config *config, struct buf *out) {
	(void)config, (void)out;
}

static bool render(const struct integration_config *config, const struct notification *notification, const struct notifier_context *context, struct arena *arena, struct rendered *out, struct error *err) {
	(void)config, (void)notification, (void)context, (void)arena, (void)out;
	return error_set(err, ERR_INVALID, "e-mail is not built in");
}

const struct notifier_ops email_notifier = {
	.kind = INTEGRATION_EMAIL, .name = "email", .help = "Sends a mail.", .is_mail = true,
	.send_resolved = send_resolved, .timeout = timeout, .identity = identity, .render = render,
};

struct mailers *mailers_create(unsigned tls_threads) {
	(void)tls_threads;
	return NULL;
}

bool mailers_start(struct mailers *mailers, struct error *err) {
	(void)mailers, (void)err;
	return true;
}

void mailers_post(struct mailers *mailers, struct mail_job *job) {
	(void)mailers;
	mail_job_destroy(job);
}

void mailers_stop(struct mailers *mailers, int deadline_ms) {
	(void)mailers, (void)deadline_ms;
}

void mailers_destroy(struct mailers *mailers) {
	(void)mailers;
}

void mail_job_destroy(struct mail_job *job) {
	(void)job;
}
