// SPDX-License-Identifier: Apache-2.0
// The main role: start and stop order, signals, reloads. See daemon.h.
#include "daemon/daemon.h"

#include "base/buf.h"
#include "base/code_pages.h"
#include "base/log.h"
#include "base/mem.h"
#include "daemon/file_watch.h"
#include "daemon/setup.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>

enum { CONTROL_RELOAD = 1,
	DELIVERY_DEADLINE_MS = 10000 };

struct daemon {
	const struct daemon_options *options;
	struct setup setup;   // in force
	struct inbox control; // takes struct reload_request
	int signals;          // signalfd
	struct file_watch watch;
	struct store *store;
	struct dispatcher *dispatcher;
	struct outbound *outbound;
	struct evaluator_pool *evaluators;
	struct server *server;
	const char *listen_address; // without flags
	wall_ms started_at;
};

// ---- roles, in the order they start; they stop in the reverse one ----

static bool open_store(struct daemon *daemon, struct error *err) {
	struct store_options options = { .directory = daemon->options->storage_path, .ballast_bytes = daemon->setup.config->ballast_bytes };
	daemon->store = store_open(&options, err);
	return daemon->store != NULL;
}

static bool make_dispatcher(struct daemon *daemon, struct error *err) {
	struct dispatcher_options options = { .store = daemon->store, .setup = daemon->setup.notify, .smtp_mailers = 2 };
	daemon->dispatcher = dispatcher_create(&options, err);
	return daemon->dispatcher != NULL;
}

static bool make_outbound(struct daemon *daemon, struct error *err) {
	struct outbound_options options = { .store = daemon->store, .dispatcher = daemon->dispatcher, .setup = daemon->setup.notify };
	daemon->outbound = outbound_create(&options, err);
	return daemon->outbound != NULL;
}

static bool make_evaluators(struct daemon *daemon, struct error *err) {
	struct evaluator_options options = { .store = daemon->store, .told = outbound_inbox(daemon->outbound), .told_kind = OUTBOUND_ALERTS, .setup = daemon->setup.evaluation };
	daemon->evaluators = evaluator_pool_create(&options, err);
	return daemon->evaluators != NULL;
}

static bool make_server(struct daemon *daemon, struct error *err) {
	const struct daemon_options *given = daemon->options;
	daemon->listen_address = setup_listen_address(daemon->setup.config, given);
	struct server_options options = {
		.listen_addresses = given->listen_count > 0 ? given->listen_addresses : &daemon->listen_address,
		.listen_count = given->listen_count > 0 ? given->listen_count : 1,
		.web_config_file = given->web_config_file,
		.cluster = given->cluster,
		.get_max = given->get_max,
		.timeout = given->web_timeout,
		.version = daemon->options->version,
		.revision = daemon->options->revision,
		.promql_features = daemon->options->features.promql,
		.evaluators = daemon->evaluators,
		.dispatcher = daemon->dispatcher,
		.outbound = daemon->outbound,
		.store = daemon->store,
		.control = &daemon->control,
		.reload_kind = CONTROL_RELOAD,
		.setup = daemon->setup.api,
		.started_at = daemon->started_at,
	};
	daemon->server = server_create(&options, err);
	return daemon->server != NULL;
}

static bool start_store(struct daemon *daemon, struct error *err) {
	return store_start(daemon->store, err);
}
static bool start_dispatcher(struct daemon *daemon, struct error *err) {
	return dispatcher_start(daemon->dispatcher, err);
}
static bool start_outbound(struct daemon *daemon, struct error *err) {
	return outbound_start(daemon->outbound, err);
}
static bool start_evaluators(struct daemon *daemon, struct error *err) {
	return evaluator_pool_start(daemon->evaluators, err);
}
static bool start_server(struct daemon *daemon, struct error *err) {
	return server_start(daemon->server, err);
}

static void stop_store(struct daemon *daemon) {
	store_stop(daemon->store);
}
static void stop_dispatcher(struct daemon *daemon) {
	dispatcher_stop(daemon->dispatcher, DELIVERY_DEADLINE_MS);
}
static void stop_outbound(struct daemon *daemon) {
	outbound_stop(daemon->outbound, DELIVERY_DEADLINE_MS);
}
static void stop_evaluators(struct daemon *daemon) {
	evaluator_pool_stop(daemon->evaluators);
}
static void stop_server(struct daemon *daemon) {
	server_stop(daemon->server);
}

static const struct role {
	const char *name;
	bool (*init)(struct daemon *daemon, struct error *err);
	bool (*start)(struct daemon *daemon, struct error *err);
	void (*stop)(struct daemon *daemon);
} roles[] = {
	{ "store", open_store, start_store, stop_store },
	{ "dispatcher", make_dispatcher, start_dispatcher, stop_dispatcher },
	{ "outbound", make_outbound, start_outbound, stop_outbound },
	{ "evaluator", make_evaluators, start_evaluators, stop_evaluators },
	{ "api", make_server, start_server, stop_server },
};
enum { ROLE_COUNT = sizeof roles / sizeof *roles };

static void stop_roles(struct daemon *daemon, size_t started) {
	while (started-- > 0)
		roles[started].stop(daemon);
}

static bool start_roles(struct daemon *daemon, struct error *err) {
	for (size_t i = 0; i < ROLE_COUNT; i++)
		if (!roles[i].init(daemon, err))
			return false;
	for (size_t i = 0; i < ROLE_COUNT; i++) {
		if (roles[i].start(daemon, err))
			continue;
		stop_roles(daemon, i + 1); // of several threads some may run
		return false;
	}
	return true;
}

// Accepts what was never made. Whoever answers goes before those it answers: what the store was given, even when it never started, is told
// to the outbound role and by it to the dispatcher; batches the dispatcher never came to travel home to the evaluators; both answer the server.
static void finish_roles(struct daemon *daemon) {
	store_close(daemon->store);
	outbound_destroy(daemon->outbound);
	dispatcher_destroy(daemon->dispatcher);
	evaluator_pool_destroy(daemon->evaluators);
	server_destroy(daemon->server);
}

// ---- reload ----

// What the API shows after a failed reload: the configuration in force, and that the last attempt failed.
static void show_failure(struct daemon *daemon) {
	struct api_setup *shown = setup_make_api(&daemon->setup, daemon->options);
	shown->reload_succeeded = false;
	shown->reload_at = daemon->setup.api->reload_at;
	server_set_setup(daemon->server, shown);
	api_setup_unref(shown);
}

// The level says how bad each is.
static void log_problems(const struct problems *problems) {
	static const enum log_level levels[] = { [SEVERITY_ERROR] = LOG_ERROR, [SEVERITY_WARNING] = LOG_WARN, [SEVERITY_INFO] = LOG_INFO };
	for (size_t i = 0; i < problems->count; i++) {
		autobuf struct buf line = { 0 };
		const struct problem *problem = &problems->items[i];
		if (problem->at.file != NULL)
			buf_format(&line, "%s:", problem->at.file);
		if (problem->at.line > 0)
			buf_format(&line, "%d:%d:", problem->at.line, problem->at.column);
		buf_format(&line, "%s%.*s", line.len > 0 ? " " : "", STR_ARG(problem->text));
		log_line(levels[problem->severity], "main", buf_cstr(&line), NULL);
	}
}

static void post_reload(struct inbox *inbox, int kind, struct notify_setup *setup) {
	struct dispatcher_reload *reload = MEM_NEW(struct dispatcher_reload);
	reload->message.kind = kind;
	reload->setup = notify_setup_ref(setup);
	inbox_post(inbox, &reload->message);
}

static void hand_over(struct daemon *daemon, struct setup *next) {
	if (next->notify != daemon->setup.notify) {
		post_reload(dispatcher_inbox(daemon->dispatcher), DISPATCHER_RELOAD, next->notify);
		post_reload(outbound_inbox(daemon->outbound), OUTBOUND_RELOAD, next->notify);
	}
	evaluator_pool_reload(daemon->evaluators, next->evaluation);
	server_set_setup(daemon->server, next->api);
	setup_finish(&daemon->setup);
	daemon->setup = *next;
}

static void follow_files(struct daemon *daemon) {
	if (daemon->options->auto_reload != AUTO_RELOAD_OFF)
		file_watch_follow(&daemon->watch, daemon->setup.config, daemon->setup.evaluation->rules->files_hash, clock_mono());
}

// Rule files were written again between the look at them and their loading, or still are: they are looked at again. Not when they never come to rest,
// nor when it was another configuration that said which they are.
static bool are_in_flux(struct daemon *daemon, struct setup *next) {
	if (!daemon->watch.are_at_rest || next->config->hash != daemon->setup.config->hash || next->evaluation->rules->files_hash == daemon->watch.known.rules)
		return false;
	setup_finish(next);
	follow_files(daemon);
	return true;
}

// The old configuration keeps running when the new one has problems: false.
static bool reload(struct daemon *daemon, bool was_asked_for, struct problems *problems) {
	struct setup next = { 0 };
	bool ok = setup_load(&next, daemon->options, server_port(daemon->server), problems);
	if (ok && !was_asked_for && are_in_flux(daemon, &next))
		return true;
	problems_rank(problems); // what refuses it comes first
	log_problems(problems);
	if (ok) {
		hand_over(daemon, &next);
		follow_files(daemon);
		log_line(LOG_INFO, "main", "configuration reloaded", "file", daemon->options->config_file, NULL);
	} else {
		show_failure(daemon);
		log_line(LOG_ERROR, "main", "reload refused: the old configuration keeps running", "file", daemon->options->config_file, NULL);
	}
	return ok;
}

static void log_rules(struct daemon *daemon, const char *text) {
	char groups[24], rules[24];
	const struct rule_set *set = daemon->setup.evaluation->rules;
	snprintf(groups, sizeof groups, "%zu", set->group_count);
	snprintf(rules, sizeof rules, "%zu", set->rule_count);
	log_line(LOG_INFO, "main", text, "groups", groups, "rules", rules, NULL);
}

// The configuration in force stays: somebody may be editing it. False: so do the rules.
static bool reload_rules(struct daemon *daemon, struct problems *problems) {
	struct setup next = { 0 };
	bool ok = setup_load_rules(&next, &daemon->setup, daemon->options, problems);
	if (ok && are_in_flux(daemon, &next))
		return true;
	log_problems(problems);
	if (ok) {
		hand_over(daemon, &next);
		log_rules(daemon, "rule files changed, rules reloaded");
		return true;
	}
	show_failure(daemon);
	log_line(LOG_ERROR, "main", "rule files changed, reload refused: the old rules keep running", NULL);
	return false;
}

static void look_at_files(struct daemon *daemon) {
	if (!file_watch_look(&daemon->watch, daemon->setup.config, clock_mono()))
		return;
	struct problems problems = { 0 };
	bool ok = daemon->options->auto_reload == AUTO_RELOAD_ALL ? reload(daemon, false, &problems) : reload_rules(daemon, &problems);
	if (!ok)
		file_watch_doubt(&daemon->watch, clock_mono());
	problems_finish(&problems);
}

static void answer_reload(struct daemon *daemon, struct reload_request *request) {
	struct problems problems = { 0 };
	request->ok = reload(daemon, true, &problems);
	if (!request->ok) {
		autobuf struct buf text = { 0 };
		problems_format(&text, &problems);
		request->problems = buf_take(&text);
	}
	problems_finish(&problems);
	request->message.kind = request->reply_kind;
	if (!inbox_post(request->reply_to, &request->message)) {
		free(request->problems);
		free(request);
	}
}

// ---- the loop ----

static void take_requests(struct daemon *daemon) {
	for (struct message *message = inbox_take(&daemon->control), *next; message != NULL; message = next) {
		next = message->next;
		answer_reload(daemon, (struct reload_request *)message);
	}
}

// False when it is time to stop.
static bool take_signal(struct daemon *daemon) {
	struct signalfd_siginfo info;
	if (read(daemon->signals, &info, sizeof info) != sizeof info)
		return true;
	if (info.ssi_signo != SIGHUP) {
		log_line(LOG_INFO, "main", "stopping", "signal", strsignal((int)info.ssi_signo), NULL);
		return false;
	}
	struct problems problems = { 0 };
	reload(daemon, true, &problems);
	problems_finish(&problems);
	return true;
}

static void serve(struct daemon *daemon) {
	struct pollfd fds[] = { { .fd = daemon->signals, .events = POLLIN }, { .fd = inbox_fd(&daemon->control), .events = POLLIN }, { .events = POLLIN } };
	for (;;) {
		fds[2].fd = daemon->watch.notices; // another one after each look
		if (poll(fds, 3, file_watch_sleep(&daemon->watch, clock_mono())) < 0 && errno != EINTR)
			return;
		take_requests(daemon);
		if ((fds[0].revents & POLLIN) && !take_signal(daemon))
			return;
		file_watch_take(&daemon->watch, clock_mono());
		look_at_files(daemon);
	}
}

// Requests that came too late are refused: the server waits for each.
static void close_control(struct daemon *daemon) {
	inbox_close(&daemon->control);
	for (struct message *message = inbox_take(&daemon->control), *next; message != NULL; message = next) {
		next = message->next;
		struct reload_request *request = (struct reload_request *)message;
		request->message.kind = request->reply_kind;
		if (!inbox_post(request->reply_to, &request->message))
			free(request);
	}
}

static int open_signals(void) {
	sigset_t taken;
	sigemptyset(&taken);
	sigaddset(&taken, SIGTERM);
	sigaddset(&taken, SIGINT);
	sigaddset(&taken, SIGHUP);
	pthread_sigmask(SIG_BLOCK, &taken, NULL);
	signal(SIGPIPE, SIG_IGN); // libesmtp and OpenSSL write without MSG_NOSIGNAL
	signal(SIGXFSZ, SIG_IGN); // a limit on the size of files is a disk that refuses, nothing to die of
	return signalfd(-1, &taken, SFD_CLOEXEC | SFD_NONBLOCK);
}

static void log_start(struct daemon *daemon) {
	char port[16], groups[24], rules[24];
	const struct rule_set *set = daemon->setup.evaluation->rules;
	snprintf(port, sizeof port, "%u", server_port(daemon->server));
	snprintf(groups, sizeof groups, "%zu", set->group_count);
	snprintf(rules, sizeof rules, "%zu", set->rule_count);
	log_line(LOG_INFO, "main", "serving", "version", daemon->options->version, "port", port, "groups", groups, "rules", rules, "storage", daemon->options->storage_path, NULL);
}

// Before anything listens: it may well be that systemd has the port.
static void warn_of_socket(const struct daemon *daemon) {
	const struct daemon_options *given = daemon->options;
	autobuf struct buf addresses = { 0 };
	if (!given->wants_systemd_socket)
		return;
	for (size_t i = 0; i < given->listen_count; i++)
		buf_format(&addresses, "%s%s", i > 0 ? ", " : "", given->listen_addresses[i]);
	if (given->listen_count == 0)
		buf_append_cstr(&addresses, setup_listen_address(daemon->setup.config, given));
	log_line(LOG_WARN, "main", "sockets of systemd are not taken over, tocsin listens by itself", "flag", "--web.systemd-socket", "address", buf_cstr(&addresses), NULL);
}

int daemon_run(const struct daemon_options *options, struct problems *problems, struct error *err) {
	mem_return_large_blocks();
	struct daemon daemon = { .options = options, .started_at = clock_wall(), .signals = open_signals() };
	if (!setup_load(&daemon.setup, options, 0, problems))
		return 1;
	log_problems(problems);
	warn_of_socket(&daemon);
	file_watch_init(&daemon.watch, options->auto_reload == AUTO_RELOAD_ALL);
	follow_files(&daemon);
	inbox_init(&daemon.control, 0);
	bool started = start_roles(&daemon, err);
	if (started) {
		log_start(&daemon);
		code_pages_release();
		serve(&daemon);
		close_control(&daemon);
		stop_roles(&daemon, ROLE_COUNT);
	}
	finish_roles(&daemon);
	file_watch_finish(&daemon.watch);
	inbox_finish(&daemon.control);
	setup_finish(&daemon.setup);
	close(daemon.signals);
	if (started)
		log_line(LOG_INFO, "main", "stopped", NULL);
	return started ? 0 : 1;
}
