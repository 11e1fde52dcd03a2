// SPDX-License-Identifier: Apache-2.0
// tocsin serve: the running program.
#include "base/buf.h"
#include "base/log.h"
#include "cli/feature_flag.h"
#include "daemon/config.h"
#include "daemon/daemon.h"

struct serve_options {
	const char *config_file, *storage_path, *listen_address, *external_url, *log_level, *log_format;
	struct flag_list features;
};

static const struct flag flags[] = {
	{ "config.file", FLAG_TEXT, offsetof(struct serve_options, config_file), "tocsin.yml", "FILE", "Configuration file." },
	{ "storage.path", FLAG_TEXT, offsetof(struct serve_options, storage_path), "data/", "DIR", "Directory of the database; made if missing." },
	{ "web.listen-address", FLAG_TEXT, offsetof(struct serve_options, listen_address), NULL, "ADDRESS", "host:port to serve on; :9093 by default." },
	{ "web.external-url", FLAG_TEXT, offsetof(struct serve_options, external_url), NULL, "URL", "URL under which this program is reached from outside." },
	{ "log.level", FLAG_TEXT, offsetof(struct serve_options, log_level), "info", "LEVEL", "debug, info, warn or error." },
	{ "log.format", FLAG_TEXT, offsetof(struct serve_options, log_format), "logfmt", "FORMAT", "logfmt or json." },
	FEATURE_FLAG(struct serve_options, features),
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

static int run(const void *given, int argc, char **argv) {
	(void)argc, (void)argv;
	const struct serve_options *options = given;
	unsigned features = 0;
	if (!configure_log(options) || !check_external_url(options->external_url) || !feature_flag_read("serve", &options->features, &features))
		return EXIT_USAGE;
	struct daemon_options daemon_options = {
		.config_file = options->config_file,
		.storage_path = options->storage_path,
		.listen_address = options->listen_address,
		.external_url = options->external_url,
		.promql_features = features,
		.version = TOCSIN_VERSION,
		.revision = "",
	};
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
