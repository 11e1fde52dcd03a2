// SPDX-License-Identifier: Apache-2.0
// alerting: what becomes of alerts on their way out, and the Alertmanagers they are sent to, as in prometheus.yml.
// Source: Prometheus config/config.go, AlertingConfig and AlertmanagerConfig.
#include "base/buf.h"
#include "daemon/config_read.h"
#include "model/limits.h"

struct static_keys {
	struct yaml_strings targets;
	struct yaml_string_map labels;
};

static const struct yaml_key static_rows[] = {
	{ "targets", YAML_STRING_LIST, .is_harmless = true, .offset = offsetof(struct static_keys, targets), .help = "Addresses, host:port." },
	{ "labels", YAML_STRING_MAP, .is_harmless = true, .offset = offsetof(struct static_keys, labels), .help = "Labels that relabel_configs see of them." },
};
static const struct yaml_table static_table = { .name = "static_configs", .help = "Targets that are always there.", .keys = static_rows, .count = YAML_KEY_COUNT(static_rows) };

struct discovery_keys {
	struct yaml_strings files;
	dur_ms refresh_interval;
};

static const struct yaml_key discovery_rows[] = {
	{ "files", YAML_STRING_LIST, .is_harmless = true, .offset = offsetof(struct discovery_keys, files), .help = "JSON or YAML files, lists like static_configs; globs. Read again when they change." },
	{ "refresh_interval", YAML_DURATION, .offset = offsetof(struct discovery_keys, refresh_interval), .preset = "5m", .min = 1, .max = INT64_MAX, .help = "They are read again this often even when they seem unchanged." },
};
static const struct yaml_table discovery_table = { .name = "file_sd_configs", .help = "Targets that stand in files.", .keys = discovery_rows, .count = YAML_KEY_COUNT(discovery_rows) };

struct alertmanager_keys {
	struct alertmanager_config config;
	const char *api_version;
	const struct yaml_node *static_configs, *file_sd_configs;
};

static bool keep_list(struct yaml_reader *reader, const struct yaml_key *key, const struct yaml_node *value, void *field) {
	*(const struct yaml_node **)field = value;
	return yaml_expect(reader, key->name, value, YAML_SEQUENCE);
}

// The keys of http_config stand beside these.
static const struct yaml_key alertmanager_rows[] = {
	{ "static_configs", YAML_CUSTOM, .offset = offsetof(struct alertmanager_keys, static_configs), .help = "Alertmanagers by address.", .read = keep_list, .shape = "list, see static_configs", .table = &static_table, .is_list = true },
	{ "file_sd_configs", YAML_CUSTOM, .offset = offsetof(struct alertmanager_keys, file_sd_configs), .help = "Alertmanagers that stand in files.", .read = keep_list, .shape = "list, see file_sd_configs", .table = &discovery_table, .is_list = true },
	{ "scheme", YAML_CSTRING, .offset = offsetof(struct alertmanager_keys, config.scheme), .preset = "http", .help = "http or https.", .pattern = "^https?$" },
	{ "path_prefix", YAML_CSTRING, .offset = offsetof(struct alertmanager_keys, config.path_prefix), .preset = "/", .help = "What stands before /api/v2/alerts." },
	{ "timeout", YAML_DURATION, .offset = offsetof(struct alertmanager_keys, config.timeout), .preset = "10s", .min = 1, .max = INT64_MAX, .help = "Of one request." },
	{ "api_version", YAML_CSTRING, .offset = offsetof(struct alertmanager_keys, api_version), .preset = "v2", .help = "v2; v1 is gone from Alertmanager.", .pattern = "^v2$" },
	{ "relabel_configs", YAML_CUSTOM, .offset = offsetof(struct alertmanager_keys, config.relabel_configs), .help = "Rewrite, keep or drop targets: __address__, __scheme__, __alerts_path__ and their labels.", RELABEL_CONFIGS },
	{ "alert_relabel_configs", YAML_CUSTOM, .offset = offsetof(struct alertmanager_keys, config.alert_relabel_configs), .help = "Rewrite, keep or drop alerts on their way to these only.", RELABEL_CONFIGS },
	{ "sigv4", YAML_REFUSED },
	{ "google_iam", YAML_REFUSED },
	{ "aws_sd_configs", YAML_REFUSED },
	{ "azure_sd_configs", YAML_REFUSED },
	{ "consul_sd_configs", YAML_REFUSED },
	{ "digitalocean_sd_configs", YAML_REFUSED },
	{ "dns_sd_configs", YAML_REFUSED },
	{ "docker_sd_configs", YAML_REFUSED },
	{ "dockerswarm_sd_configs", YAML_REFUSED },
	{ "ec2_sd_configs", YAML_REFUSED },
	{ "eureka_sd_configs", YAML_REFUSED },
	{ "gce_sd_configs", YAML_REFUSED },
	{ "hetzner_sd_configs", YAML_REFUSED },
	{ "http_sd_configs", YAML_REFUSED },
	{ "ionos_sd_configs", YAML_REFUSED },
	{ "kubernetes_sd_configs", YAML_REFUSED },
	{ "kuma_sd_configs", YAML_REFUSED },
	{ "lightsail_sd_configs", YAML_REFUSED },
	{ "linode_sd_configs", YAML_REFUSED },
	{ "marathon_sd_configs", YAML_REFUSED },
	{ "nerve_sd_configs", YAML_REFUSED },
	{ "nomad_sd_configs", YAML_REFUSED },
	{ "openstack_sd_configs", YAML_REFUSED },
	{ "ovhcloud_sd_configs", YAML_REFUSED },
	{ "puppetdb_sd_configs", YAML_REFUSED },
	{ "scaleway_sd_configs", YAML_REFUSED },
	{ "serverset_sd_configs", YAML_REFUSED },
	{ "stackit_sd_configs", YAML_REFUSED },
	{ "triton_sd_configs", YAML_REFUSED },
	{ "uyuni_sd_configs", YAML_REFUSED },
	{ "vultr_sd_configs", YAML_REFUSED },
};
const struct yaml_table alertmanager_table = {
	.name = "alertmanagers",
	.help = "Alertmanagers that are spoken to alike. The keys of http_config stand beside these.",
	.keys = alertmanager_rows,
	.count = YAML_KEY_COUNT(alertmanager_rows),
	.beside = &http_config_table,
};

struct alerting_keys {
	struct relabel_configs alert_relabel_configs;
	const struct yaml_node *alertmanagers;
	dur_ms resend_delay, resolved_retention;
	int64_t queue_capacity, batch_size;
};

static const struct yaml_key alerting_rows[] = {
	{ "alert_relabel_configs", YAML_CUSTOM, .offset = offsetof(struct alerting_keys, alert_relabel_configs), .help = "Rewrite, keep or drop alerts of rules before anybody is told, receivers and Alertmanagers alike.", RELABEL_CONFIGS },
	{ "alertmanagers", YAML_CUSTOM, .offset = offsetof(struct alerting_keys, alertmanagers), .help = "Whom alerts of rules are sent to.", .read = keep_list, .shape = "list, see alertmanagers", .table = &alertmanager_table, .is_list = true },
	{ "resend_delay", YAML_DURATION, .offset = offsetof(struct alerting_keys, resend_delay), .preset = "1m", .min = 1, .max = INT64_C(31536000000), .help = "How long after it was sent an alert that has not changed is sent again; --rules.alert.resend-delay has precedence." },
	{ "resolved_retention", YAML_DURATION, .offset = offsetof(struct alerting_keys, resolved_retention), .preset = "15m", .max = INT64_C(31536000000), .help = "How long a resolved alert is sent again." },
	{ "notification_queue_capacity", YAML_INT, .offset = offsetof(struct alerting_keys, queue_capacity), .preset = "10000", .min = 1, .max = INT32_MAX, .help = "Ended alerts kept beyond resolved_retention, also over a restart, for Alertmanagers that have not taken their end; the oldest go first. Others wait without a bound, each once. --alertmanager.notification-queue-capacity has precedence." },
	{ "notification_batch_size", YAML_INT, .offset = offsetof(struct alerting_keys, batch_size), .preset = "256", .min = 1, .max = 65536, .help = "Alerts of one request at most; --alertmanager.notification-batch-size has precedence." },
};
const struct yaml_table alerting_table = { .name = "alerting", .help = "What becomes of alerts of rules on their way out.", .keys = alerting_rows, .count = YAML_KEY_COUNT(alerting_rows) };

// ---- targets

// Source: Prometheus config.CheckTargetAddress.
static bool check_target(struct yaml_reader *reader, const struct yaml_node *at, struct str address) {
	if (address.len > 0 && str_find_char(address, '/') < 0)
		return true;
	problem_error(reader->problems, yaml_reader_at(reader, at), "\"%.*s\" is not a valid hostname", STR_ARG(address));
	return false;
}

static bool read_target_group(struct yaml_reader *reader, const struct yaml_node *mapping, struct target_group *out) {
	struct static_keys keys = { 0 };
	bool ok = yaml_table_read(reader, static_rows, YAML_KEY_COUNT(static_rows), mapping, &keys);
	const struct yaml_node *list = yaml_find(mapping, "targets");
	for (size_t i = 0; i < keys.targets.count; i++)
		ok &= check_target(reader, list->items[i], keys.targets.items[i]);
	struct label *labels = ARENA_NEW_ARRAY(reader->arena, struct label, keys.labels.count + 1);
	for (size_t i = 0; i < keys.labels.count; i++) {
		labels[i] = (struct label){ keys.labels.items[i].name, keys.labels.items[i].value };
		if (labels[i].name.len > 0)
			continue;
		problem_error(reader->problems, yaml_reader_at(reader, keys.labels.items[i].name_node), "\"\" is not a valid label name");
		ok = false;
	}
	*out = (struct target_group){ keys.targets.items, keys.targets.count, labels, keys.labels.count, NULL };
	return ok;
}

static bool read_static_configs(struct yaml_reader *reader, const struct yaml_node *list, struct alertmanager_config *out) {
	bool ok = true;
	uint32_t count = list == NULL ? 0 : list->count;
	struct target_group *groups = ARENA_NEW_ARRAY(reader->arena, struct target_group, count + 1);
	for (uint32_t i = 0; i < count; i++)
		ok &= read_target_group(reader, list->items[i], &groups[i]);
	out->groups = groups;
	out->group_count = count;
	return ok;
}

// Source: Prometheus discovery/file, patFileSDName: a glob in the last element only, and one of three endings.
static bool is_discovery_name(struct str path) {
	static const char *const endings[] = { ".json", ".yml", ".yaml", ".JSON", ".YML", ".YAML" };
	ptrdiff_t star = str_find_char(path, '*');
	if (star >= 0 && str_find_char(str_skip(path, (size_t)star), '/') >= 0)
		return false;
	for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
		if (str_has_suffix(path, str_of(endings[i])))
			return true;
	return false;
}

static bool read_discovery(struct yaml_reader *reader, const struct yaml_node *mapping, struct file_discovery *out) {
	struct discovery_keys keys = { 0 };
	bool ok = yaml_table_read(reader, discovery_rows, YAML_KEY_COUNT(discovery_rows), mapping, &keys);
	const char **files = ARENA_NEW_ARRAY(reader->arena, const char *, keys.files.count + 1);
	for (size_t i = 0; i < keys.files.count; i++) {
		files[i] = arena_cstr(reader->arena, keys.files.items[i]);
		config_beside_file(reader, &files[i]);
		if (is_discovery_name(keys.files.items[i]))
			continue;
		problem_error(reader->problems, yaml_reader_at(reader, yaml_find(mapping, "files")->items[i]), "path name \"%.*s\" is not valid for file discovery", STR_ARG(keys.files.items[i]));
		ok = false;
	}
	if (ok && keys.files.count == 0) {
		problem_error(reader->problems, yaml_reader_at(reader, mapping), "file service discovery config must contain at least one path name");
		ok = false;
	}
	*out = (struct file_discovery){ files, keys.files.count, keys.refresh_interval };
	return ok;
}

static bool read_discoveries(struct yaml_reader *reader, const struct yaml_node *list, struct alertmanager_config *out) {
	bool ok = true;
	uint32_t count = list == NULL ? 0 : list->count;
	struct file_discovery *discoveries = ARENA_NEW_ARRAY(reader->arena, struct file_discovery, count + 1);
	for (uint32_t i = 0; i < count; i++)
		ok &= read_discovery(reader, list->items[i], &discoveries[i]);
	out->discoveries = discoveries;
	out->discovery_count = count;
	return ok;
}

// ---- Alertmanagers

static bool check_words(struct yaml_reader *reader, const struct yaml_node *entry, const struct alertmanager_keys *keys) {
	bool ok = true;
	if (strcmp(keys->config.scheme, "http") != 0 && strcmp(keys->config.scheme, "https") != 0) {
		problem_error(reader->problems, yaml_reader_at(reader, yaml_find(entry, "scheme")), "\"scheme\": expected http or https, found \"%s\"", keys->config.scheme);
		ok = false;
	}
	if (strcmp(keys->api_version, "v2") != 0) {
		bool is_old = strcmp(keys->api_version, "v1") == 0;
		problem_error(reader->problems, yaml_reader_at(reader, yaml_find(entry, "api_version")), "\"api_version\": expected v2, found \"%s\"%s", keys->api_version, is_old ? ", which Alertmanager no longer has" : "");
		ok = false;
	}
	return ok;
}

static bool read_alertmanager(struct yaml_reader *reader, const struct yaml_node *entry, struct alertmanager_config *out) {
	struct alertmanager_keys keys = { .config.http = HTTP_CONFIG_DEFAULT };
	struct yaml_key rows[YAML_KEYS_MAX];
	size_t count = http_config_rows_beside(rows, alertmanager_rows, YAML_KEY_COUNT(alertmanager_rows), offsetof(struct alertmanager_keys, config.http));
	bool ok = yaml_table_read(reader, rows, count, entry, &keys);
	if (entry->kind != YAML_MAPPING)
		return false;
	ok &= finish_http_config(reader, entry, &keys.config.http);
	ok &= check_words(reader, entry, &keys);
	ok &= read_static_configs(reader, keys.static_configs, &keys.config);
	ok &= read_discoveries(reader, keys.file_sd_configs, &keys.config);
	*out = keys.config;
	return ok;
}

void alerting_read(struct config_reader *reader, const struct yaml_node *mapping) {
	struct config *config = reader->config;
	struct alertmanagers_config *out = &config->notify.alertmanagers;
	struct alerting_keys keys = { 0 };
	yaml_table_read(&reader->yaml, alerting_rows, YAML_KEY_COUNT(alerting_rows), mapping, &keys);
	uint32_t count = keys.alertmanagers == NULL || keys.alertmanagers->kind != YAML_SEQUENCE ? 0 : keys.alertmanagers->count;
	struct alertmanager_config *items = ARENA_NEW_ARRAY(reader->yaml.arena, struct alertmanager_config, count + 1);
	for (uint32_t i = 0; i < count; i++)
		read_alertmanager(&reader->yaml, keys.alertmanagers->items[i], &items[i]);
	*out = (struct alertmanagers_config){ items, count, keys.resend_delay, keys.resolved_retention, (size_t)keys.queue_capacity, (size_t)keys.batch_size };
	config->alert_relabel_configs = keys.alert_relabel_configs;
}

void alerting_format_keys(struct buf *out) {
	table_format_keys(out, "alerting", &alerting_table);
	table_format_keys(out, "alertmanagers", &alertmanager_table);
	table_format_keys(out, "static_configs", &static_table);
	table_format_keys(out, "file_sd_configs", &discovery_table);
}
