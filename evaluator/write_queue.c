// SPDX-License-Identifier: Apache-2.0
// Samples on their way to one remote_write receiver. See write_queue.h.
// Source of what is tried again: Prometheus storage/remote/client.go and queue_manager.go.
#include "evaluator/write_queue.h"

#include "base/array.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/snappy_block.h"
#include "evaluator/prometheus.h"
#include "model/limits.h"

enum {
	ANSWER_BYTES = 2048,                // kept of what a receiver says
	SERIES_LABELS = 4 * LIMIT_LABELS,   // more than an element, its rule, its group and the series' own can have
	PORTION_BYTES = 200,                // what a portion takes beside its samples, about
	PACK_BYTES = 1024,                  // less is not worth it
	LOSSES_MAX = 8,                     // series of one portion refused one by one before the rest of it goes with them
	RETRY_AFTER_MAX_MS = 5 * 60 * 1000, // a receiver may ask for no longer pause
	COMPLAINT_PAUSE_MS = 60 * 1000,     // between two lines about refused or dropped samples
};

// A receiver as one setup describes it. Counted, for a request may outlive a reload.
struct write_target {
	unsigned references;
	struct evaluation_setup *setup; // a reference
	const struct remote_write_config *config;
	struct http_endpoint *endpoint;
	struct relabel *relabel; // NULL: series go as they are
	char *shown_url;         // without what may be a secret
	const char **headers;    // NULL-terminated; texts are the setup's
};

struct write_entry { // a portion that waits, or what is left of it
	struct write_entry *next;
	struct write_portion *portion; // a reference
	size_t done_bytes;
	struct write_amount left;
	size_t weight; // in the queue's bytes
	size_t queue;  // of luggage: which of the evaluator's
	unsigned losses;
};

struct write_answer { // of the request in flight
	bool is_there;
	int status; // 0: none came
	dur_ms retry_after;
	bool is_about_histograms; // it says so
	char text[ERROR_TEXT_MAX];
};

struct write_queue {
	struct write_target *target;
	struct http_client *client;
	_Atomic unsigned *failing; // shared by the evaluators
	write_told *told;
	void *context;

	struct write_entry *first, *last; // oldest first
	struct write_amount waiting;      // or in flight
	size_t bytes;
	bool is_wanted;
	mono_ms hold_until; // more may come until then; of what is not in flight

	struct http_exchange *exchange;     // NULL: nothing is in flight
	struct write_target *sent_to;       // a reference, of the request in flight
	struct write_entry *last_in_flight; // entries up to this one are in it, wholly or in part
	struct write_amount in_flight;
	mono_ms sent_at;
	struct write_answer answer;

	size_t send_limit; // series; less than configured while the one to blame is looked for
	size_t suspects;   // series at the front that were refused together
	dur_ms backoff;    // after the next failure
	mono_ms next_attempt;
	bool is_failing;
	mono_ms failing_since;
	mono_ms complained_at; // 0: never
	char error[ERROR_TEXT_MAX];
	struct buf request, body;
	struct remote_write_counts counts;
};

// ---- what travels ----

struct write_portion *write_portion_create(struct rule_writer *writer, char *bytes, size_t len, struct write_amount amount, wall_ms at) {
	struct write_portion *portion = MEM_NEW(struct write_portion);
	*portion = (struct write_portion){ .references = 1, .writer = writer, .bytes = bytes, .len = len, .amount = amount, .at = at };
	if (writer != NULL)
		writer->references++;
	return portion;
}

void write_portion_unref(struct write_portion *portion) {
	if (--portion->references > 0)
		return;
	rule_writer_unref(portion->writer);
	free(portion->bytes);
	free(portion);
}

// What waits for a receiver that is down waits in little room: labels repeat. The block is made in `scratch` and copied, for a large one that
// is cut down leaves a hole in the heap.
static void pack(struct write_portion *portion, struct buf *scratch) {
	struct error ignored;
	if (portion->packed > 0 || portion->len < PACK_BYTES)
		return;
	buf_reset(scratch);
	if (!snappy_block_append(scratch, str_make(portion->bytes, portion->len), &ignored) || scratch->len >= portion->len)
		return;
	free(portion->bytes);
	portion->packed = scratch->len;
	portion->bytes = memcpy(mem_alloc(scratch->len), scratch->data, scratch->len);
}

static struct str text_of(struct write_portion *portion) {
	if (portion->packed > 0) {
		char *bytes = mem_alloc(portion->len);
		bool is_whole = snappy_block_read(bytes, portion->len, str_make(portion->bytes, portion->packed));
		assert(is_whole); // we made it
		(void)is_whole;
		free(portion->bytes);
		portion->bytes = bytes;
		portion->packed = 0;
	}
	return str_make(portion->bytes, portion->len);
}

void rule_writer_unref(struct rule_writer *writer) {
	if (writer != NULL && --writer->references == 0)
		free(writer);
}

// ---- the receiver ----

static struct write_target *target_create(struct evaluation_setup *setup, size_t index) {
	static const char *const fixed[] = { "Content-Encoding: snappy", "X-Prometheus-Remote-Write-Version: 0.1.0" };
	struct write_target *target = MEM_NEW(struct write_target);
	target->references = 1;
	target->setup = evaluation_setup_ref(setup);
	target->config = &setup->remote_writes[index];
	target->endpoint = http_endpoint_create(&target->config->http);
	target->shown_url = prometheus_shown_url(target->config->url);
	if (target->config->relabel.count > 0)
		target->relabel = relabel_create(&target->config->relabel, NULL); // checked when it was read
	size_t count = 0, own = sizeof fixed / sizeof *fixed;
	while (target->config->headers != NULL && target->config->headers[count] != NULL)
		count++;
	target->headers = mem_zalloc((own + count + 1) * sizeof *target->headers);
	for (size_t i = 0; i < own + count; i++)
		target->headers[i] = i < own ? fixed[i] : target->config->headers[i - own];
	return target;
}

static void target_unref(struct write_target *target) {
	if (target == NULL || --target->references > 0)
		return;
	http_endpoint_destroy(target->endpoint);
	relabel_destroy(target->relabel);
	evaluation_setup_unref(target->setup);
	free(target->shown_url);
	free(target->headers);
	free(target);
}

struct write_queue *write_queue_create(const struct write_queue_options *options) {
	struct write_queue *queue = MEM_NEW(struct write_queue);
	queue->target = target_create(options->setup, options->index);
	queue->client = options->client;
	queue->failing = options->failing;
	queue->send_limit = queue->target->config->max_samples_per_send;
	queue->backoff = queue->target->config->min_backoff;
	return queue;
}

static void weigh(struct write_queue *queue, struct write_entry *entry) {
	const struct write_portion *portion = entry->portion;
	queue->bytes -= entry->weight;
	entry->weight = PORTION_BYTES + (portion->packed > 0 ? portion->packed : portion->len);
	queue->bytes += entry->weight;
}

static void add(struct write_amount *amount, struct write_amount more) {
	amount->series += more.series;
	amount->histograms += more.histograms;
}

static void subtract(struct write_amount *amount, struct write_amount less) {
	amount->series -= less.series;
	amount->histograms -= less.histograms;
}

// Counts them, floats and histograms each for themselves.
#define tally(queue, count, amount) (void)((queue)->counts.floats.count += (amount).series - (amount).histograms, (queue)->counts.histograms.count += (amount).histograms)

static void discount(struct write_queue *queue, struct write_amount amount) {
	subtract(&queue->waiting, amount);
	queue->suspects -= amount.series < queue->suspects ? amount.series : queue->suspects;
}

static struct write_entry *drop_first(struct write_queue *queue) {
	struct write_entry *entry = queue->first;
	queue->first = entry->next;
	if (queue->first == NULL)
		queue->last = NULL;
	discount(queue, entry->left);
	queue->bytes -= entry->weight;
	return entry;
}

static void entry_destroy(struct write_entry *entry) {
	write_portion_unref(entry->portion);
	free(entry);
}

void write_queue_destroy(struct write_queue *queue) {
	if (queue == NULL)
		return;
	if (queue->exchange != NULL)
		http_exchange_cancel(queue->exchange);
	*queue->failing -= queue->is_failing;
	target_unref(queue->sent_to);
	while (queue->first != NULL)
		entry_destroy(drop_first(queue));
	target_unref(queue->target);
	buf_finish(&queue->request);
	buf_finish(&queue->body);
	free(queue);
}

bool write_queue_is_to(const struct write_queue *queue, const struct remote_write_config *config) {
	return strcmp(queue->target->config->url, config->url) == 0 && strcmp(queue->target->config->name, config->name) == 0;
}

void write_queue_set_setup(struct write_queue *queue, const struct write_queue_options *options) {
	target_unref(queue->target);
	queue->target = target_create(options->setup, options->index);
	*queue->failing -= queue->is_failing;
	queue->failing = options->failing;
	*queue->failing += queue->is_failing;
	queue->send_limit = queue->target->config->max_samples_per_send;
	queue->suspects = 0;
	queue->backoff = queue->target->config->min_backoff;
}

void write_queue_set_told(struct write_queue *queue, write_told *told, void *context) {
	queue->told = told;
	queue->context = context;
}

// ---- what becomes of entries ----

static void tell(struct write_queue *queue, const struct write_entry *entry, enum write_news news, struct str error) {
	if (queue->told != NULL)
		queue->told(queue->context, entry->portion, news, error);
}

// Not at every slot: a receiver that refuses some series refuses them again and again.
static void complain(struct write_queue *queue, const char *what, size_t series, const char *why, mono_ms mono) {
	char count[24];
	if (queue->complained_at != 0 && mono - queue->complained_at < COMPLAINT_PAUSE_MS)
		return;
	queue->complained_at = mono;
	snprintf(count, sizeof count, "%zu", series);
	log_line(LOG_WARN, "evaluator", what, "remote", queue->target->config->name, "samples", count, "err", why, NULL);
}

// The first entry is done with, or what is left of it is lost.
static void finish_first(struct write_queue *queue, struct str error) {
	struct write_entry *entry = drop_first(queue);
	bool is_lost = entry->losses > 0 || error.len > 0;
	tell(queue, entry, is_lost ? WRITE_LOST : WRITE_STORED, error.len > 0 ? error : is_lost ? str_of(queue->error)
	                                                                                        : STR_NONE);
	entry_destroy(entry);
}

static void lose_first(struct write_queue *queue, const char *why) {
	finish_first(queue, str_of(why));
}

static struct str rest_of(const struct write_entry *entry) {
	return str_skip(text_of(entry->portion), entry->done_bytes);
}

// The first `count` series were decided about.
static void consume(struct write_queue *queue, size_t count) {
	while (count > 0) {
		struct write_entry *entry = queue->first;
		if (entry->left.series <= count) {
			count -= entry->left.series;
			finish_first(queue, STR_NONE);
			continue;
		}
		struct write_amount done;
		entry->done_bytes += remote_write_span(rest_of(entry), count, SIZE_MAX, &done);
		subtract(&entry->left, done);
		discount(queue, done);
		count = 0;
	}
}

// Room for what comes: the oldest goes, but for what is in flight.
static void drop_oldest(struct write_queue *queue, mono_ms mono) {
	const struct remote_write_config *config = queue->target->config;
	struct write_amount dropped = { 0 };
	while (queue->waiting.series > config->capacity || queue->bytes > LIMIT_WRITE_QUEUE_BYTES) {
		struct write_entry *before = queue->last_in_flight, *oldest = before != NULL ? before->next : queue->first;
		if (oldest == NULL || oldest == queue->last)
			break;
		*(before != NULL ? &before->next : &queue->first) = oldest->next;
		discount(queue, oldest->left);
		queue->bytes -= oldest->weight;
		add(&dropped, oldest->left);
		tell(queue, oldest, WRITE_LOST, STR("the queue is full"));
		entry_destroy(oldest);
	}
	tally(queue, dropped, dropped);
	if (dropped.series > 0)
		complain(queue, "remote_write drops the oldest samples: the queue is full", dropped.series, queue->error, mono);
}

// Labels that prove too expensive stay as they are.
static void append_relabelled(const struct relabel *relabel, struct arena *arena, struct str series, struct buf *out) {
	struct label items[SERIES_LABELS];
	const struct label *labels = items;
	size_t count;
	struct str samples;
	remote_write_take(&series, items, SERIES_LABELS, &count, &samples);
	if (relabel_items(relabel, arena, &labels, &count, NULL) != RELABEL_DROPPED && count > 0) {
		autobuf struct buf fields = { 0 };
		for (size_t i = 0; i < count; i++)
			remote_write_label(&fields, labels[i].name, labels[i].value);
		remote_write_series_again(out, buf_str(&fields), samples);
	}
	arena_reset(arena);
}

// The next series as this receiver is to see it; nothing when it is not to see it. False: there is none.
static bool append_as_seen(const struct write_target *target, struct arena *arena, struct str *rest, struct buf *out) {
	bool is_histogram;
	if (rest->len == 0)
		return false;
	struct str series = remote_write_cut(rest, &is_histogram);
	if (is_histogram && !target->config->send_native_histograms)
		return true;
	if (target->relabel != NULL)
		append_relabelled(target->relabel, arena, series, out);
	else
		buf_append_str(out, series);
	return true;
}

// The portion as this receiver is to see it: a new reference, or NULL when nothing is left of it.
static struct write_portion *filtered(const struct write_queue *queue, struct write_portion *portion) {
	struct str rest = text_of(portion);
	autoarena struct arena arena = { 0 };
	struct buf out = { 0 };
	while (append_as_seen(queue->target, &arena, &rest, &out))
		;
	if (out.len == 0)
		return NULL;
	struct write_amount amount;
	size_t len = remote_write_span(buf_str(&out), SIZE_MAX, SIZE_MAX, &amount);
	struct write_portion *changed = write_portion_create(portion->writer, buf_take(&out), len, amount, portion->at);
	changed->is_farewell = portion->is_farewell;
	return changed;
}

static struct write_portion *as_seen(const struct write_queue *queue, struct write_portion *portion) {
	const struct write_target *target = queue->target;
	if (target->relabel != NULL || (portion->amount.histograms > 0 && !target->config->send_native_histograms))
		return filtered(queue, portion);
	portion->references++;
	return portion;
}

// Unless another queue has it too, and may be about to send it.
static void pack_entry(struct write_queue *queue, struct write_entry *entry) {
	if (entry->portion->references > 1)
		return;
	pack(entry->portion, &queue->request);
	weigh(queue, entry);
}

static void append(struct write_queue *queue, struct write_entry *entry, mono_ms mono) {
	if (queue->waiting.series == queue->in_flight.series)
		queue->hold_until = mono + queue->target->config->batch_send_deadline;
	if (queue->is_failing && queue->last != queue->last_in_flight)
		pack_entry(queue, queue->last);
	*(queue->last == NULL ? &queue->first : &queue->last->next) = entry;
	queue->last = entry;
	add(&queue->waiting, entry->left);
	weigh(queue, entry);
}

void write_queue_put(struct write_queue *queue, struct write_portion *original, mono_ms mono) {
	struct write_portion *portion = as_seen(queue, original);
	if (portion == NULL) {
		if (queue->told != NULL)
			queue->told(queue->context, original, WRITE_STORED, STR_NONE);
		return;
	}
	struct write_entry *entry = MEM_NEW(struct write_entry);
	entry->portion = portion;
	entry->left = portion->amount;
	append(queue, entry, mono);
	tally(queue, given, portion->amount);
	drop_oldest(queue, mono);
}

void write_queue_want(struct write_queue *queue) {
	queue->is_wanted = queue->first != NULL;
}

// ---- what an answer means ----

static void recover(struct write_queue *queue) {
	queue->backoff = queue->target->config->min_backoff;
	if (!queue->is_failing)
		return;
	queue->is_failing = false;
	queue->is_wanted = true; // what waited for this
	if (--*queue->failing == 0)
		log_line(LOG_INFO, "evaluator", "remote_write works again", "remote", queue->target->config->name, NULL);
}

static void accept(struct write_queue *queue, mono_ms mono) {
	recover(queue);
	queue->counts.requests++;
	queue->counts.seconds += (double)(mono - queue->sent_at) / 1000;
	queue->counts.highest_sent = queue->last_in_flight->portion->at;
	consume(queue, queue->in_flight.series);
	size_t most = queue->target->config->max_samples_per_send;
	queue->send_limit = queue->suspects == 0 || queue->send_limit * 2 > most ? most : queue->send_limit * 2;
}

static void fail(struct write_queue *queue, const struct write_answer *answer, mono_ms mono) {
	const struct remote_write_config *config = queue->target->config;
	dur_ms pause = answer->retry_after > RETRY_AFTER_MAX_MS ? RETRY_AFTER_MAX_MS : answer->retry_after;
	if (!queue->is_failing) {
		queue->is_failing = true;
		queue->failing_since = mono;
		if ((*queue->failing)++ == 0)
			log_line(LOG_WARN, "evaluator", "remote_write fails", "remote", config->name, "err", queue->error, NULL);
	}
	tally(queue, retried, queue->in_flight);
	queue->next_attempt = mono + (pause > queue->backoff ? pause : queue->backoff);
	queue->backoff = queue->backoff * 2 > config->max_backoff ? config->max_backoff : queue->backoff * 2;
	for (struct write_entry *entry = queue->first;; entry = entry->next) {
		tell(queue, entry, WRITE_DELAYED, str_of(queue->error));
		if (entry == queue->last_in_flight)
			break;
	}
	for (struct write_entry *entry = queue->first; entry != NULL; entry = entry->next)
		pack_entry(queue, entry);
}

// One series is known to be bad, and with too many of them the rest of their portion.
static void lose_culprit(struct write_queue *queue, mono_ms mono) {
	struct write_entry *entry = queue->first;
	struct write_amount lost = entry->left;
	if (++entry->losses < LOSSES_MAX)
		remote_write_span(rest_of(entry), 1, SIZE_MAX, &lost);
	if (!entry->portion->is_farewell) {
		tally(queue, failed, lost);
		complain(queue, "remote_write: samples were refused", lost.series, queue->error, mono);
	}
	consume(queue, lost.series);
	size_t most = queue->target->config->max_samples_per_send;
	if (queue->suspects == 0)
		queue->send_limit = most;
}

// Another request with fewer series might be taken; a wrong address or password refuses all alike. Older releases of Prometheus
// answer 500 to a histogram that they do not store, again and again.
static bool is_about_content(const struct write_queue *queue, const struct write_answer *answer) {
	bool is_about_histograms = answer->status == 500 && answer->is_about_histograms && queue->in_flight.histograms > 0;
	return answer->status == 400 || answer->status == 413 || answer->status == 422 || is_about_histograms;
}

static void refuse(struct write_queue *queue, const struct write_answer *answer, mono_ms mono) {
	size_t count = queue->in_flight.series;
	recover(queue); // it talks to us
	if (is_about_content(queue, answer)) {
		if (queue->suspects < count)
			queue->suspects = count;
		if (count == 1)
			lose_culprit(queue, mono);
		else
			queue->send_limit = count / 2;
		return;
	}
	tally(queue, failed, queue->in_flight);
	complain(queue, "remote_write: samples were refused", count, queue->error, mono);
	for (struct write_entry *entry = queue->first;; entry = entry->next) {
		entry->losses++;
		if (entry == queue->last_in_flight)
			break;
	}
	consume(queue, count);
}

static void judge(struct write_queue *queue, mono_ms mono) {
	struct write_answer answer = queue->answer;
	bool is_later = answer.status == 0 || answer.status >= 500 || (answer.status == 429 && queue->target->config->retry_on_http_429);
	is_later = is_later && !is_about_content(queue, &answer);
	queue->answer.is_there = false;
	if (answer.status / 100 != 2)
		memcpy(queue->error, answer.text, sizeof queue->error);
	if (answer.status / 100 == 2)
		accept(queue, mono);
	else if (is_later)
		fail(queue, &answer, mono);
	else
		refuse(queue, &answer, mono);
	queue->last_in_flight = NULL;
	queue->in_flight = (struct write_amount){ 0 };
}

// ---- requests ----

static struct str first_line(struct str text) {
	return str_trim(str_cut(&text, '\n'));
}

static void on_response(void *context, const struct http_response *response) {
	struct write_queue *queue = context;
	struct write_answer *answer = &queue->answer;
	*answer = (struct write_answer){ .is_there = true, .status = response->status, .retry_after = response->retry_after };
	if (response->error.code != ERR_NONE) {
		answer->status = 0; // its end is unknown
		snprintf(answer->text, sizeof answer->text, "%s", response->error.text);
	} else if (response->status / 100 != 2) {
		struct str said = first_line(response->body);
		answer->is_about_histograms = memmem(said.data, said.len, "histogram", 9) != NULL;
		snprintf(answer->text, sizeof answer->text, "POST %s: server returned HTTP status %d%s%.*s", queue->sent_to->shown_url, response->status, said.len > 0 ? ": " : "", STR_ARG(said));
	}
	queue->exchange = NULL;
	target_unref(queue->sent_to);
	queue->sent_to = NULL;
}

static void drop_aged(struct write_queue *queue, wall_ms now, mono_ms mono) {
	dur_ms limit = queue->target->config->sample_age_limit;
	struct write_amount dropped = { 0 };
	while (limit > 0 && queue->first != NULL && now - queue->first->portion->at > limit) {
		add(&dropped, queue->first->left);
		lose_first(queue, "older than sample_age_limit");
	}
	tally(queue, dropped, dropped);
	if (dropped.series > 0)
		complain(queue, "remote_write drops samples older than sample_age_limit", dropped.series, queue->error, mono);
}

// The series at the front, as many as one request may hold.
static void gather(struct write_queue *queue) {
	buf_reset(&queue->request);
	for (struct write_entry *entry = queue->first; entry != NULL && queue->in_flight.series < queue->send_limit; entry = entry->next) {
		size_t room = queue->send_limit - queue->in_flight.series, bytes = LIMIT_WRITE_REQUEST_BYTES - queue->request.len;
		struct str rest = rest_of(entry);
		struct write_amount taken = entry->left;
		weigh(queue, entry);
		if (taken.series > room || rest.len > bytes)
			rest = str_head(rest, remote_write_span(rest, room, bytes, &taken));
		if (queue->request.len > 0 && rest.len > bytes)
			break;
		buf_append_str(&queue->request, rest);
		add(&queue->in_flight, taken);
		queue->last_in_flight = entry;
		if (taken.series < entry->left.series || rest.len >= bytes)
			break;
	}
}

static void send_request(struct write_queue *queue, mono_ms mono) {
	const struct remote_write_config *config = queue->target->config;
	struct error err;
	gather(queue);
	queue->is_wanted &= queue->in_flight.series < queue->waiting.series;
	queue->sent_at = mono;
	buf_reset(&queue->body);
	if (!snappy_block_append(&queue->body, buf_str(&queue->request), &err)) {
		queue->answer = (struct write_answer){ .is_there = true, .status = 413 }; // as a receiver would say
		snprintf(queue->answer.text, sizeof queue->answer.text, "%s", err.text);
		return;
	}
	queue->counts.bytes += queue->body.len;
	queue->sent_to = queue->target;
	queue->sent_to->references++;
	queue->exchange = http_client_start(queue->client, &(struct http_request){
	                                                       .method = "POST",
	                                                       .url = config->url,
	                                                       .body = buf_str(&queue->body),
	                                                       .content_type = "application/x-protobuf",
	                                                       .headers = queue->target->headers,
	                                                       .endpoint = queue->target->endpoint,
	                                                       .timeout = config->timeout,
	                                                       .max_body = ANSWER_BYTES,
	                                                       .on_done = on_response,
	                                                       .context = queue,
	                                                   });
}

static bool is_due(const struct write_queue *queue, mono_ms mono) {
	if (queue->first == NULL || queue->exchange != NULL)
		return false;
	if (queue->is_failing)
		return mono >= queue->next_attempt;
	return queue->is_wanted || queue->suspects > 0 || mono >= queue->hold_until || queue->waiting.series >= queue->target->config->max_samples_per_send;
}

bool write_queue_turn(struct write_queue *queue, wall_ms now, mono_ms mono) {
	bool is_judged = queue->answer.is_there;
	if (is_judged)
		judge(queue, mono);
	if (queue->exchange == NULL)
		drop_aged(queue, now, mono);
	bool is_sent = is_due(queue, mono);
	if (is_sent)
		send_request(queue, mono);
	return is_judged || is_sent;
}

// ---- from one evaluator to another ----

static bool is_leaving(const struct write_entry *entry) {
	return entry->portion->writer != NULL && entry->portion->writer->is_leaving;
}

static bool is_in_flight(const struct write_queue *queue) {
	for (const struct write_entry *entry = queue->last_in_flight == NULL ? NULL : queue->first; entry != NULL; entry = entry->next) {
		if (is_leaving(entry))
			return true;
		if (entry == queue->last_in_flight)
			break;
	}
	return false;
}

static void call_off(struct write_queue *queue) {
	http_exchange_cancel(queue->exchange);
	queue->exchange = NULL;
	target_unref(queue->sent_to);
	queue->sent_to = NULL;
	queue->last_in_flight = NULL;
	queue->in_flight = (struct write_amount){ 0 };
	queue->is_wanted = true;
}

static void pack_up(struct write_queue *queue, struct write_entry *entry, size_t index) {
	struct rule_writer *writer = entry->portion->writer;
	discount(queue, entry->left);
	queue->bytes -= entry->weight;
	entry->weight = 0;
	entry->queue = index;
	entry->next = NULL;
	*(writer->last_luggage == NULL ? &writer->luggage : &writer->last_luggage->next) = entry;
	writer->last_luggage = entry;
}

void write_queue_release(struct write_queue *queue, size_t index, mono_ms mono) {
	struct write_entry **link = &queue->first, *entry;
	if (queue->answer.is_there)
		judge(queue, mono);
	if (is_in_flight(queue))
		call_off(queue);
	queue->last = NULL;
	while ((entry = *link) != NULL) {
		if (is_leaving(entry)) {
			*link = entry->next;
			pack_up(queue, entry, index);
			continue;
		}
		queue->last = entry;
		link = &entry->next;
	}
	if (queue->first == NULL && queue->is_failing) { // nothing is left to find out by that it works again
		queue->is_failing = false;
		--*queue->failing;
	}
}

void write_queue_adopt(struct write_queue *const *queues, struct rule_writer *writer, mono_ms mono) {
	for (struct write_entry *entry = writer->luggage, *next; entry != NULL; entry = next) {
		next = entry->next;
		entry->next = NULL;
		append(queues[entry->queue], entry, mono);
		drop_oldest(queues[entry->queue], mono);
	}
	writer->luggage = writer->last_luggage = NULL;
	writer->is_leaving = false;
}

mono_ms write_queue_next(const struct write_queue *queue) {
	if (queue->answer.is_there)
		return 0;
	if (queue->first == NULL || queue->exchange != NULL)
		return INT64_MAX;
	return is_due(queue, INT64_MIN) ? 0 : queue->is_failing ? queue->next_attempt
	                                                        : queue->hold_until;
}

bool write_queue_is_idle(const struct write_queue *queue) {
	return queue->first == NULL && queue->exchange == NULL;
}

bool write_queue_is_busy(const struct write_queue *queue, mono_ms mono) {
	return queue->exchange != NULL || queue->answer.is_there || is_due(queue, mono);
}

bool write_queue_is_down(const struct write_queue *queue, mono_ms mono, dur_ms span) {
	if (queue->exchange != NULL && mono - queue->sent_at >= span)
		return true;
	return queue->is_failing && mono - queue->failing_since >= span;
}

struct str write_queue_error(const struct write_queue *queue) {
	return queue->is_failing ? str_of(queue->error) : STR_NONE;
}

void write_queue_count(const struct write_queue *queue, struct remote_write_counts *out) {
	*out = queue->counts;
	out->name = queue->target->config->name;
	out->shown_url = queue->target->shown_url;
	out->histograms.pending = queue->waiting.histograms;
	out->floats.pending = queue->waiting.series - queue->waiting.histograms;
	out->capacity = queue->target->config->capacity;
	out->is_failing = queue->is_failing;
}
