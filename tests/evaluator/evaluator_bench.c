// SPDX-License-Identifier: Apache-2.0
// What evaluating costs: `evaluator_bench URL RULES SECONDS [EVALUATORS]` runs a rule file against a query API and prints CPU time per
// evaluation and per sample, and memory. Not a test.
#include "base/buf.h"
#include "base/fs.h"
#include "base/mem.h"
#include "evaluator/evaluator.h"
#include "model/limits.h"

#include <stdio.h>
#include <sys/resource.h>

static double cpu_seconds(void) {
	struct rusage usage;
	getrusage(RUSAGE_SELF, &usage);
	return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) + (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

static long resident_kb(void) {
	long pages = 0, resident = 0;
	autoclose FILE *statm = fopen("/proc/self/statm", "re");
	if (statm == NULL || fscanf(statm, "%ld %ld", &pages, &resident) != 2)
		return -1;
	return resident * (sysconf(_SC_PAGESIZE) / 1024);
}

// What the dispatcher keeps: the record of each alert. Returns how many were told.
static size_t take_told(struct inbox *inbox) {
	size_t told = 0;
	for (struct message *message = inbox_take(inbox), *next; message != NULL; message = next) {
		next = message->next;
		struct store_batch *batch = (struct store_batch *)message;
		told += batch->count;
		inbox_post(batch->home, message);
	}
	return told;
}

static size_t run_for(struct inbox *inbox, int seconds) {
	size_t told = 0;
	for (mono_ms until = clock_mono() + SECONDS(seconds); clock_mono() < until;) {
		inbox_wait(inbox, 100);
		told += take_told(inbox);
	}
	return told;
}

static void destroy_setup(struct evaluation_setup *setup) {
	rule_set_unref(setup->rules);
	labels_unref(setup->external_labels);
	free(setup);
}

static struct evaluation_setup *make_setup(const char *url, const char *path) {
	autobuf struct buf text = { 0 }, report = { 0 };
	struct problems problems = { 0 };
	struct error err = { 0 };
	struct evaluation_setup *setup = MEM_NEW(struct evaluation_setup);
	ref_init(&setup->ref);
	if (!fs_read_file(path, LIMIT_RULE_FILE_BYTES, &text, &err))
		fprintf(stderr, "%s\n", err.text);
	setup->rules = rule_set_parse(path, buf_str(&text), &(struct rule_options){ .default_interval = SECONDS(1) }, &problems);
	problems_format(&report, &problems);
	fputs(buf_cstr(&report), stderr);
	problems_finish(&problems);
	if (setup->rules == NULL)
		exit(1);
	setup->external_labels = labels_empty();
	setup->external_url = "http://localhost";
	setup->datasource = (struct datasource_config){ .url = url, .http = HTTP_CONFIG_DEFAULT, .timeout = MINUTES(2) };
	setup->destroy = destroy_setup;
	return setup;
}

static void measure(struct evaluator_pool *pool, struct inbox *inbox, int seconds) {
	const struct evaluator_metrics *metrics = evaluator_pool_metrics(pool);
	long before_kb = resident_kb();
	size_t opened = run_for(inbox, seconds); // everything has fired by now
	uint64_t evaluations = metrics->evaluations, bytes = metrics->response_bytes;
	double cpu = cpu_seconds();
	size_t told = run_for(inbox, seconds);
	cpu = cpu_seconds() - cpu;
	evaluations = metrics->evaluations - evaluations;
	bytes = metrics->response_bytes - bytes;
	printf("%llu evaluations in %d s, %.1f us of CPU each; %.0f bytes of answer each; opened %zu, told later %zu; missed %llu, failed %llu; rss %ld KiB, before %ld KiB\n",
	    (unsigned long long)evaluations, seconds, cpu / (double)evaluations * 1e6, (double)bytes / (double)evaluations, opened, told,
	    (unsigned long long)metrics->iterations_missed, (unsigned long long)metrics->evaluation_failures, resident_kb(), before_kb);
}

int main(int argc, char **argv) {
	if (argc < 4)
		return 2;
	char directory[] = "/tmp/evaluator-bench-XXXXXX";
	struct error err = { 0 };
	struct inbox inbox;
	inbox_init(&inbox, 0);
	struct evaluation_setup *setup = make_setup(argv[1], argv[2]);
	struct store *store = mkdtemp(directory) == NULL ? NULL : store_open(&(struct store_options){ .directory = directory }, &err);
	struct evaluator_options options = { .store = store, .told = &inbox, .setup = setup, .evaluators = argc > 4 ? (unsigned)atoi(argv[4]) : 0 };
	struct evaluator_pool *pool = store == NULL ? NULL : evaluator_pool_create(&options, &err);
	if (pool == NULL || !store_start(store, &err) || !evaluator_pool_start(pool, &err)) {
		fprintf(stderr, "%s\n", err.text);
		return 1;
	}
	measure(pool, &inbox, atoi(argv[3]));
	evaluator_pool_stop(pool);
	store_stop(store);
	take_told(&inbox);
	evaluator_pool_destroy(pool);
	store_close(store);
	evaluation_setup_unref(setup);
	inbox_finish(&inbox);
	return 0;
}
