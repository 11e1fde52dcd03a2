// SPDX-License-Identifier: Apache-2.0
// Threads that block in SMTP. See mailer.h.
#include "notifiers/mailer.h"

#include "base/mem.h"
#include "base/role.h"
#include "notifiers/dispatcher.h"
#include "notifiers/mail_session.h"

#include <assert.h>

// Jobs that wait for one of several threads: an inbox has one owner, so this is none. Bounded by the dispatcher's credits.
struct mail_queue {
	pthread_mutex_t lock;
	pthread_cond_t wake;
	struct message *first, *last; // under lock
	bool is_closed;               // under lock
};

struct mailer {
	struct role_thread thread;
	struct mailers *mailers;
	struct mail_queue *queue;
};

struct mailers {
	struct mail_queue plain, tls;
	struct mailer *threads; // the first takes plain, the others tls
	unsigned count;
	pthread_mutex_t lock;
	bool is_abandoned; // under lock: a thread was left behind; nobody waits for its answer, and its memory stays
};

static void queue_init(struct mail_queue *queue) {
	pthread_mutex_init(&queue->lock, NULL);
	pthread_cond_init(&queue->wake, NULL);
}

static void queue_finish(struct mail_queue *queue) {
	assert(queue->first == NULL);
	pthread_mutex_destroy(&queue->lock);
	pthread_cond_destroy(&queue->wake);
}

static bool queue_put(struct mail_queue *queue, struct message *message) {
	pthread_mutex_lock(&queue->lock);
	bool is_open = !queue->is_closed;
	if (is_open) {
		message->next = NULL;
		if (queue->first == NULL)
			queue->first = message;
		else
			queue->last->next = message;
		queue->last = message;
		pthread_cond_signal(&queue->wake);
	}
	pthread_mutex_unlock(&queue->lock);
	return is_open;
}

// Waits for a job; NULL when the queue is closed.
static struct mail_job *queue_take(struct mail_queue *queue) {
	pthread_mutex_lock(&queue->lock);
	while (queue->first == NULL && !queue->is_closed)
		pthread_cond_wait(&queue->wake, &queue->lock);
	struct message *message = queue->is_closed ? NULL : queue->first;
	if (message != NULL)
		queue->first = message->next;
	pthread_mutex_unlock(&queue->lock);
	return (struct mail_job *)message;
}

// What still waits.
static struct message *queue_close(struct mail_queue *queue) {
	pthread_mutex_lock(&queue->lock);
	struct message *waiting = queue->first;
	queue->first = NULL;
	queue->is_closed = true;
	pthread_cond_broadcast(&queue->wake);
	pthread_mutex_unlock(&queue->lock);
	return waiting;
}

static void post_back(struct mail_job *job) {
	job->message.kind = job->reply_kind;
	if (!inbox_post(job->reply_to, &job->message))
		mail_job_destroy(job);
}

static void answer(struct mailers *mailers, struct mail_job *job) {
	pthread_mutex_lock(&mailers->lock);
	if (!mailers->is_abandoned) // or whoever waited is gone: touch nothing of theirs
		post_back(job);
	pthread_mutex_unlock(&mailers->lock);
}

static void refuse(struct mail_job *job) {
	job->outcome = ATTEMPT_RETRY;
	job->maybe_delivered = false;
	error_set(&job->error, ERR_UNAVAILABLE, "the mailer is stopping");
	post_back(job);
}

static void run(void *role) {
	struct mailer *mailer = role;
	for (struct mail_job *job; (job = queue_take(mailer->queue)) != NULL;) {
		int64_t begun = clock_mono_ns();
		mail_session_run(job);
		job->took_ns = clock_mono_ns() - begun;
		answer(mailer->mailers, job);
	}
}

struct mailers *mailers_create(unsigned tls_threads) {
	struct mailers *mailers = MEM_NEW(struct mailers);
	mailers->count = 1 + (tls_threads == 0 ? 1 : tls_threads);
	mailers->threads = mem_zalloc(mailers->count * sizeof *mailers->threads);
	for (unsigned i = 0; i < mailers->count; i++)
		mailers->threads[i] = (struct mailer){ .mailers = mailers, .queue = i == 0 ? &mailers->plain : &mailers->tls };
	queue_init(&mailers->plain);
	queue_init(&mailers->tls);
	pthread_mutex_init(&mailers->lock, NULL);
	return mailers;
}

bool mailers_start(struct mailers *mailers, struct error *err) {
	for (unsigned i = 0; i < mailers->count; i++) {
		char name[16];
		snprintf(name, sizeof name, i == 0 ? "mailer-plain" : "mailer-tls-%u", i % 1000);
		if (!role_start(&mailers->threads[i].thread, name, run, &mailers->threads[i], err)) {
			mailers_stop(mailers, 0);
			return false;
		}
	}
	return true;
}

void mailers_post(struct mailers *mailers, struct mail_job *job) {
	struct mail_queue *queue = mail_session_is_plain(job->config) ? &mailers->plain : &mailers->tls;
	if (!queue_put(queue, &job->message))
		refuse(job);
}

static void refuse_all(struct message *waiting) {
	while (waiting != NULL) {
		struct message *next = waiting->next;
		refuse((struct mail_job *)waiting);
		waiting = next;
	}
}

void mailers_stop(struct mailers *mailers, int deadline_ms) {
	refuse_all(queue_close(&mailers->plain));
	refuse_all(queue_close(&mailers->tls));
	mono_ms deadline = clock_mono() + deadline_ms;
	for (unsigned i = 0; i < mailers->count; i++) {
		mono_ms left = deadline - clock_mono();
		if (role_join_within(&mailers->threads[i].thread, left > 0 ? (int)left : 0))
			continue;
		pthread_mutex_lock(&mailers->lock);
		mailers->is_abandoned = true;
		pthread_mutex_unlock(&mailers->lock);
	}
}

void mailers_destroy(struct mailers *mailers) {
	if (mailers == NULL || mailers->is_abandoned)
		return; // a thread still uses it
	queue_finish(&mailers->plain);
	queue_finish(&mailers->tls);
	pthread_mutex_destroy(&mailers->lock);
	free(mailers->threads);
	free(mailers);
}

void mail_job_destroy(struct mail_job *job) {
	if (job == NULL)
		return;
	if (job->setup != NULL)
		notify_setup_unref(job->setup);
	arena_finish(&job->arena);
	free(job->holders);
	free(job);
}
