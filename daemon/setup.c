// SPDX-License-Identifier: Apache-2.0
// One generation of configuration and rules. See setup.h.
#include "daemon/setup.h"

#include "base/buf.h"

#include <assert.h>
#include <malloc.h>
#include <unistd.h>

struct shared_notify_setup {
	struct notify_setup setup;
	struct config *config;
};

static void destroy_notify(struct notify_setup *setup) {
	struct shared_notify_setup *shared = (struct shared_notify_setup *)setup;
	config_unref(shared->config);
	free(shared);
}

static struct notify_setup *make_notify(struct config *config) {
	struct shared_notify_setup *shared = MEM_NEW(struct shared_notify_setup);
	ref_init(&shared->setup.ref);
	shared->setup.config = &config->notify;
	shared->setup.destroy = destroy_notify;
	shared->config = config_ref(config);
	return &shared->setup;
}

static void destroy_evaluation(struct evaluation_setup *setup) {
	rule_set_unref(setup->rules);
	labels_unref(setup->external_labels);
	relabel_destroy(setup->alert_relabel);
	config_unref(setup->keeps);
	free(setup);
}

// Checked when it was read.
static struct relabel *make_relabel(const struct relabel_configs *configs) {
	struct error err;
	struct relabel *relabel = configs->count == 0 ? NULL : relabel_create(configs, &err);
	assert((relabel == NULL) == (configs->count == 0));
	return relabel;
}

static struct evaluation_setup *make_evaluation(struct config *config, const struct daemon_options *options, struct rule_set *rules) {
	struct evaluation_setup *setup = MEM_NEW(struct evaluation_setup);
	ref_init(&setup->ref);
	setup->rules = rules;
	setup->datasource = config->datasource;
	setup->datasources = config->datasources;
	setup->datasource_count = config->datasource_count;
	setup->remote_writes = config->remote_writes;
	setup->remote_write_count = config->remote_write_count;
	setup->external_labels = labels_ref(config->external_labels);
	setup->external_url = config->notify.external_url;
	setup->alert_source = config->alert_source;
	setup->history = config->evaluation_history;
	setup->for_outage_tolerance = options->for_outage_tolerance != NULL ? *options->for_outage_tolerance : config->evaluation.for_outage_tolerance;
	setup->for_grace_period = options->for_grace_period != NULL ? *options->for_grace_period : config->evaluation.for_grace_period;
	setup->restore_for_state = config->evaluation.restore_for_state;
	setup->alert_relabel_configs = config->alert_relabel_configs;
	setup->alert_relabel = make_relabel(&config->alert_relabel_configs);
	setup->resend_delay = config->notify.alertmanagers.resend_delay;
	setup->keeps = config_ref(config);
	setup->destroy = destroy_evaluation;
	return setup;
}

// What may be shown of the datasource's URL: no userinfo, no parameters, no trailing slash. NULL without one. Freed by the caller.
static char *public_url(const char *url) {
	if (url == NULL)
		return NULL;
	struct str rest = str_of(url), text = str_head(rest, strcspn(url, "?#"));
	ptrdiff_t scheme = str_find(text, STR("://"));
	struct str host = str_skip(text, scheme < 0 ? 0 : (size_t)scheme + 3);
	ptrdiff_t slash = str_find_char(host, '/'), at = str_find_char(str_head(host, slash < 0 ? host.len : (size_t)slash), '@');
	struct buf out = { 0 };
	buf_append_str(&out, str_head(text, (size_t)(host.data - text.data)));
	buf_append_str(&out, at < 0 ? host : str_skip(host, (size_t)at + 1));
	while (out.len > 0 && out.data[out.len - 1] == '/')
		buf_truncate(&out, out.len - 1);
	return buf_take(&out);
}

// Given or the path of the external URL, as "/a/b", or "" for everywhere. Freed by the caller.
static char *make_route_prefix(const char *given, const char *external_url) {
	struct str prefix = str_of(given);
	if (prefix.len == 0) {
		ptrdiff_t scheme = str_find(str_of(external_url), STR("://"));
		struct str rest = str_skip(str_of(external_url), scheme < 0 ? 0 : (size_t)scheme + 3);
		ptrdiff_t slash = str_find_char(rest, '/');
		prefix = slash < 0 ? STR_NONE : str_skip(rest, (size_t)slash);
		prefix = str_head(prefix, strcspn(prefix.len == 0 ? "" : prefix.data, "?#"));
	}
	while (str_has_prefix(prefix, STR("/")))
		prefix = str_skip(prefix, 1);
	while (str_has_suffix(prefix, STR("/")))
		prefix.len--;
	struct buf out = { 0 };
	buf_append_cstr(&out, prefix.len > 0 ? "/" : "");
	buf_append_str(&out, prefix);
	return buf_take(&out);
}

// Checked when it was read.
static struct regex *make_cors_origin(const char *pattern) {
	struct error err;
	struct regex *regex = pattern == NULL ? NULL : regex_compile(str_of(pattern), REGEX_ANCHORED, &err);
	assert((regex == NULL) == (pattern == NULL));
	return regex;
}

static struct api_setup *make_api(const struct config *config, const struct daemon_options *options) {
	struct api_setup *setup = api_setup_create();
	setup->config_original = mem_dup_cstr(config->original);
	setup->external_url = mem_dup_cstr(config->notify.external_url);
	setup->route_prefix = make_route_prefix(options->route_prefix != NULL ? options->route_prefix : config->route_prefix, config->notify.external_url);
	setup->datasource_url = public_url(config->datasource.url);
	setup->cors_origin = make_cors_origin(config->cors_origin);
	setup->token_count = config->token_count;
	setup->tokens = config->token_count == 0 ? NULL : mem_dup(config->tokens, config->token_count * sizeof *config->tokens);
	setup->config_hash = config->hash;
	setup->receiver_count = config->notify.receiver_count;
	for (size_t i = 0; i < config->notify.receiver_count; i++)
		setup->integration_count += config->notify.receivers[i].count;
	setup->matcher_mode = options->features.matchers;
	setup->reload_succeeded = true;
	setup->reload_at = setup->attempt_at = clock_wall();
	return setup;
}

struct api_setup *setup_make_api(const struct setup *setup, const struct daemon_options *options) {
	return make_api(setup->config, options);
}

const char *setup_listen_address(const struct config *config, const struct daemon_options *options) {
	if (options->listen_count > 0)
		return options->listen_addresses[0];
	return config->listen_address != NULL ? config->listen_address : ":9093";
}

// The flag, else the file, else this host's name and port (before the port is bound: the one that is asked for). Without a trailing slash.
static const char *choose_external_url(struct config *config, const struct daemon_options *options, unsigned port, const char *scheme) {
	struct str given = str_of(options->external_url != NULL ? options->external_url : config->external_url);
	char host[256] = "localhost";
	if (given.len == 0) {
		const char *asked = strrchr(setup_listen_address(config, options), ':');
		gethostname(host, sizeof host - 1);
		if (port == 0 && asked != NULL)
			return arena_format(&config->arena, "%s://%s%s", scheme, host, asked).data;
		return arena_format(&config->arena, "%s://%s:%u", scheme, host, port).data;
	}
	while (str_has_suffix(given, STR("/")))
		given.len--;
	return arena_cstr(&config->arena, given);
}

// Checked by whoever read the flag.
static void take_alert_source(struct config *config, const struct daemon_options *options) {
	struct error err;
	if (options->alert_source == NULL)
		return;
	alert_source_destroy(config->alert_source);
	config->alert_source = *options->alert_source == '\0' ? NULL : alert_source_create(str_of(options->alert_source), &err);
}

static void take_flags(struct alertmanagers_config *config, const struct daemon_options *options) {
	if (options->resend_delay > 0)
		config->resend_delay = options->resend_delay;
	if (options->queue_capacity > 0)
		config->queue_capacity = (size_t)options->queue_capacity;
	if (options->batch_size > 0)
		config->batch_size = (size_t)options->batch_size;
}

bool setup_load(struct setup *out, const struct daemon_options *options, unsigned port, struct problems *problems) {
	struct config *config = config_load(options->config_file, options->features, problems);
	if (config == NULL)
		return false;
	struct rule_set *rules = config_load_rules(config, NULL, problems);
	bool has_web_config = options->web_config_file != NULL && *options->web_config_file != '\0';
	bool has_tls = has_web_config && server_check_web_config(options->web_config_file, problems);
	if (rules != NULL && problems->errors > 0) {
		rule_set_unref(rules);
		rules = NULL;
	}
	if (rules == NULL) {
		config_unref(config);
		return false;
	}
	malloc_trim(0); // reading the files took several times what their rules take
	config->notify.external_url = choose_external_url(config, options, port, has_tls ? "https" : "http");
	take_flags(&config->notify.alertmanagers, options);
	take_alert_source(config, options);
	config->notify.data_retention = options->data_retention;
	config->notify.silence_limits = options->silence_limits;
	config->notify.alerts_per_name = options->alerts_per_name;
	*out = (struct setup){
		.notify = make_notify(config),
		.evaluation = make_evaluation(config, options, rules),
		.api = make_api(config, options),
		.config = config,
	};
	return true;
}

bool setup_load_rules(struct setup *out, const struct setup *current, const struct daemon_options *options, struct problems *problems) {
	struct rule_set *rules = config_reload_rules(current->config, problems);
	if (rules == NULL)
		return false;
	malloc_trim(0);
	*out = (struct setup){
		.notify = notify_setup_ref(current->notify),
		.evaluation = make_evaluation(current->config, options, rules),
		.api = make_api(current->config, options),
		.config = config_ref(current->config),
	};
	return true;
}

void setup_finish(struct setup *setup) {
	if (setup->config == NULL)
		return;
	notify_setup_unref(setup->notify);
	evaluation_setup_unref(setup->evaluation);
	api_setup_unref(setup->api);
	config_unref(setup->config);
	*setup = (struct setup){ 0 };
}
