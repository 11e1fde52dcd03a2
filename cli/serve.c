// SPDX-License-Identifier: Apache-2.0
// tocsin serve: the running program.
#include "base/buf.h"
#include "base/log.h"
#include "cli/config_flag.h"
#include "cli/serve_flags.h"
#include "daemon/config.h"
#include "daemon/daemon.h"
#include "evaluator/evaluator.h"
#include "model/duration.h"

struct serve_options {
	const char *config_file, *storage_path, *external_url, *route_prefix, *log_level, *log_format;
	const char *for_outage_tolerance, *for_grace_period, *auto_reload;
	const char *resend_delay, *queue_capacity, *batch_size;
	const char *alert_source;
	const char *data_retention, *max_silences, *max_silence_bytes;
	const char *get_concurrency, *web_timeout, *alerts_per_name, *web_config_file;
	struct flag_list features, listen_addresses;
	// Alertmanager's
	struct serve_cluster_flags cluster;
	struct serve_idle_flags idle;
};

static const struct flag flags[] = {
	{ "config.file", FLAG_TEXT, offsetof(struct serve_options, config_file), CONFIG_FILE_DEFAULT, "FILE", "Configuration file." },
	{ "config.auto-reload", FLAG_TEXT, offsetof(struct serve_options, auto_reload), "rules", "WHAT", "Reload by itself: rules (when rule files change), all (the configuration and templates too) or off." },
	{ "storage.path", FLAG_TEXT, offsetof(struct serve_options, storage_path), "data/", "DIR", "Directory of the database; made if missing." },
	{ "web.listen-address", FLAG_LIST, offsetof(struct serve_options, listen_addresses), NULL, "ADDRESS", "host:port to serve on; :9093 by default. Can be repeated." },
	{ "web.external-url", FLAG_TEXT, offsetof(struct serve_options, external_url), NULL, "URL", "URL under which this program is reached from outside." },
	{ "external.alert.source", FLAG_TEXT, offsetof(struct serve_options, alert_source), NULL, "TEMPLATE", "Template of an alert's generatorURL, after the external URL and a slash unless it makes a whole URL." },
	{ "web.route-prefix", FLAG_TEXT, offsetof(struct serve_options, route_prefix), NULL, "PATH", "Path below which all is served; that of the external URL by default." },
	{ "rules.alert.for-outage-tolerance", FLAG_TEXT, offsetof(struct serve_options, for_outage_tolerance), NULL, "DURATION", "After a longer outage pending alerts begin anew; 1h by default." },
	{ "rules.alert.for-grace-period", FLAG_TEXT, offsetof(struct serve_options, for_grace_period), NULL, "DURATION", "Least time a pending alert waits after an outage; 10m by default." },
	{ "rules.alert.resend-delay", FLAG_TEXT, offsetof(struct serve_options, resend_delay), NULL, "DURATION", "How long after it was sent to Alertmanagers an unchanged alert is sent again; alerting.resend_delay, 1m." },
	{ "alertmanager.notification-queue-capacity", FLAG_TEXT, offsetof(struct serve_options, queue_capacity), NULL, "N", "Ended alerts kept for Alertmanagers that are away; alerting.notification_queue_capacity, 10000." },
	{ "alertmanager.notification-batch-size", FLAG_TEXT, offsetof(struct serve_options, batch_size), NULL, "N", "Alerts of one request to an Alertmanager; alerting.notification_batch_size, 256." },
	{ "data.retention", FLAG_TEXT, offsetof(struct serve_options, data_retention), "120h", "DURATION", "How long ended silences are kept." },
	{ "silences.max-silences", FLAG_TEXT, offsetof(struct serve_options, max_silences), "0", "N", "Most silences, ended ones that are kept included; 0 = no limit." },
	{ "silences.max-silence-size-bytes", FLAG_TEXT, offsetof(struct serve_options, max_silence_bytes), "0", "BYTES", "Most bytes of one silence; 0 = no limit." },
	{ "alerts.per-alertname-limit", FLAG_TEXT, offsetof(struct serve_options, alerts_per_name), "0", "N", "Most alerts of one name that others post and that fire; further ones are dropped and counted; 0 = no limit." },
	{ "web.config.file", FLAG_TEXT, offsetof(struct serve_options, web_config_file), NULL, "FILE", "TLS, users and headers, as all programs with Prometheus' toolkit take them; read again when it changes." },
	{ "web.get-concurrency", FLAG_TEXT, offsetof(struct serve_options, get_concurrency), "0", "N", "Most GET requests at a time, more are answered by 503; 0 = as many as there are connections." },
	{ "web.timeout", FLAG_TEXT, offsetof(struct serve_options, web_timeout), "0", "DURATION", "Longest wait of a request, then it is answered by 503; 0 = no limit." },
	{ "log.level", FLAG_TEXT, offsetof(struct serve_options, log_level), "info", "LEVEL", "debug, info, warn or error." },
	{ "log.format", FLAG_TEXT, offsetof(struct serve_options, log_format), "logfmt", "FORMAT", "logfmt or json." },
	FEATURE_FLAG(struct serve_options, features),
	SERVE_CLUSTER_FLAGS(struct serve_options, cluster),
	SERVE_IDLE_FLAGS(struct serve_options, idle),
};

static bool configure_log(const struct serve_options *options) {
	enum log_level level = LOG_INFO;
	enum log_format format = LOG_LOGFMT;
	if (!log_level_parse(str_of(options->log_level), &level)) {
		fprintf(stderr, "tocsin serve: --log.level: expected debug, info, warn or error, found \"%s\"\n", options->log_level);
		return false;
	}
	if (!log_format_parse(str_of(options->log_format), &format)) {
		fprintf(stderr, "tocsin serve: --log.format: expected logfmt or json, found \"%s\"\n", options->log_format);
		return false;
	}
	log_configure(level, format);
	return true;
}

static bool check_external_url(const char *url) {
	struct error err = { 0 };
	if (url == NULL || *url == '\0' || config_check_url(url, false, &err))
		return true;
	fprintf(stderr, "tocsin serve: --web.external-url: %s\n", err.text);
	return false;
}

static bool check_alert_source(const char *text) {
	struct error err = { 0 };
	struct alert_source *source = text == NULL || *text == '\0' ? NULL : alert_source_create(str_of(text), &err);
	alert_source_destroy(source);
	if (err.code == ERR_NONE)
		return true;
	fprintf(stderr, "tocsin serve: --external.alert.source: %s\n", err.text);
	return false;
}

static bool read_auto_reload(const char *text, enum auto_reload *out) {
	static const char *const names[] = { [AUTO_RELOAD_RULES] = "rules", [AUTO_RELOAD_ALL] = "all", [AUTO_RELOAD_OFF] = "off" };
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (strcmp(text, names[i]) == 0) {
			*out = (enum auto_reload)i;
			return true;
		}
	fprintf(stderr, "tocsin serve: --config.auto-reload: expected rules, all or off, found \"%s\"\n", text);
	return false;
}

// Prometheus' form, or Go's, which Alertmanager's flags take: "1.5h".
static bool parse_span(const char *text, dur_ms *span, struct error *err) {
	dur_ms go = 0;
	if (duration_parse(str_of(text), span, err))
		return true;
	if (!duration_parse_go(str_of(text), &go, NULL) || go < 0)
		return false;
	*span = go;
	return true;
}

// *given points to *span when the flag was given.
static bool read_span(const char *flag, const char *text, dur_ms *span, const dur_ms **given) {
	struct error err = { 0 };
	if (text == NULL)
		return true;
	*given = span;
	if (parse_span(text, span, &err))
		return true;
	fprintf(stderr, "tocsin serve: --%s: %s\n", flag, err.text);
	return false;
}

// NULL: not given, then *out stays.
static bool read_number(const char *flag, const char *text, int64_t min, int64_t max, int64_t *out) {
	char *end = NULL;
	long long number = text == NULL ? 0 : strtoll(text, &end, 10);
	if (text == NULL)
		return true;
	if (end == text || *end != '\0' || number < min || number > max) {
		fprintf(stderr, "tocsin serve: --%s: expected a number of %lld to %lld, found \"%s\"\n", flag, (long long)min, (long long)max, text);
		return false;
	}
	*out = number;
	return true;
}

// A bound that a negative number switches off, as 0 does.
static bool read_bound(const char *flag, const char *text, int64_t *out) {
	if (!read_number(flag, text, INT32_MIN, INT32_MAX, out))
		return false;
	if (*out < 0)
		*out = 0;
	return true;
}

static bool read_alerting(const struct serve_options *given, struct daemon_options *out) {
	const dur_ms *delay = NULL;
	return read_span("rules.alert.resend-delay", given->resend_delay, &out->resend_delay, &delay) &&
	    read_number("alertmanager.notification-queue-capacity", given->queue_capacity, 1, INT32_MAX, &out->queue_capacity) &&
	    read_number("alertmanager.notification-batch-size", given->batch_size, 1, 65536, &out->batch_size);
}

static bool read_silences(const struct serve_options *given, struct daemon_options *out) {
	const dur_ms *retention = NULL;
	int64_t count = 0, bytes = 0;
	if (!read_span("data.retention", given->data_retention, &out->data_retention, &retention) ||
	    !read_bound("silences.max-silences", given->max_silences, &count) || !read_bound("silences.max-silence-size-bytes", given->max_silence_bytes, &bytes))
		return false;
	out->silence_limits = (struct silence_limits){ (size_t)count, (size_t)bytes };
	return true;
}

static bool read_web(const struct serve_options *given, struct daemon_options *out) {
	const dur_ms *timeout = NULL;
	int64_t gets = 0, alerts = 0;
	const char *span = given->web_timeout[0] == '-' ? "0" : given->web_timeout; // a negative one is none
	if (!read_span("web.timeout", span, &out->web_timeout, &timeout) || !read_bound("web.get-concurrency", given->get_concurrency, &gets) ||
	    !read_bound("alerts.per-alertname-limit", given->alerts_per_name, &alerts))
		return false;
	out->get_max = (unsigned)gets;
	out->alerts_per_name = (size_t)alerts;
	if (given->listen_addresses.count <= LISTEN_ADDRESSES_MAX)
		return true;
	fprintf(stderr, "tocsin serve: --web.listen-address: at most %d of them\n", LISTEN_ADDRESSES_MAX);
	return false;
}

static int run(const void *given, int argc, char **argv) {
	(void)argc, (void)argv;
	const struct serve_options *options = given;
	struct config_features features = { 0 };
	if (!configure_log(options) || !check_external_url(options->external_url) || !check_alert_source(options->alert_source) || !feature_flag_read("serve", &options->features, &features))
		return EXIT_USAGE;
	struct daemon_options daemon_options = {
		.config_file = options->config_file,
		.storage_path = options->storage_path,
		.listen_addresses = options->listen_addresses.items,
		.listen_count = options->listen_addresses.count,
		.wants_systemd_socket = options->idle.systemd_socket,
		.web_config_file = options->web_config_file,
		.cluster = serve_cluster(&options->cluster),
		.external_url = options->external_url,
		.alert_source = options->alert_source,
		.route_prefix = options->route_prefix,
		.features = features,
		.version = TOCSIN_VERSION,
		.revision = "",
	};
	dur_ms tolerance, grace;
	serve_idle_log(&options->idle);
	if (!read_alerting(options, &daemon_options) || !read_silences(options, &daemon_options) || !read_web(options, &daemon_options) || !read_auto_reload(options->auto_reload, &daemon_options.auto_reload) ||
	    !read_span("rules.alert.for-outage-tolerance", options->for_outage_tolerance, &tolerance, &daemon_options.for_outage_tolerance) ||
	    !read_span("rules.alert.for-grace-period", options->for_grace_period, &grace, &daemon_options.for_grace_period))
		return EXIT_USAGE;
	if (!config_flag_is_there("serve", options->config_file))
		return 1;
	struct problems problems = { 0 };
	struct error err = { 0 };
	int status = daemon_run(&daemon_options, &problems, &err);
	if (status != 0 && err.code != ERR_NONE)
		log_line(LOG_ERROR, "main", "cannot start", "err", err.text, NULL);
	if (status != 0 && problems.errors > 0) {
		autobuf struct buf text = { 0 };
		problems_format(&text, &problems);
		fputs(buf_cstr(&text), stderr);
	}
	problems_finish(&problems);
	return status;
}

const struct command serve_command = {
	.words = "serve",
	.arguments = "",
	.help = "Evaluate rules, keep alerts, tell receivers.",
	.flags = flags,
	.flag_count = sizeof flags / sizeof *flags,
	.options_size = sizeof(struct serve_options),
	.run = run,
};
