// SPDX-License-Identifier: Apache-2.0
// Which Alertmanagers there are: targets of static_configs and file_sd_configs, relabelled.
// Source: Prometheus notifier/alertmanager.go (AlertmanagerFromGroup) and discovery/file.
#include "base/buf.h"
#include "base/fs.h"
#include "base/hash.h"
#include "base/problems.h"
#include "base/yaml_table.h"
#include "model/limits.h"
#include "notifiers/outbound_state.h"

#include <sys/stat.h>

// ---- sets

// Checked when they were read.
static struct relabel *make_relabel(const struct relabel_configs *configs) {
	struct error err;
	return configs->count == 0 ? NULL : relabel_create(configs, &err);
}

void outbound_open_sets(struct outbound *o) {
	const struct alertmanagers_config *config = outbound_config(o);
	o->set_count = config->count;
	o->sets = mem_zalloc((config->count + 1) * sizeof *o->sets);
	for (size_t i = 0; i < config->count; i++) {
		struct outbound_set *set = &o->sets[i];
		set->config = &config->items[i];
		set->relabel = make_relabel(&set->config->relabel_configs);
		set->alert_relabel = make_relabel(&set->config->alert_relabel_configs);
		set->endpoint = http_endpoint_create(&set->config->http);
	}
}

static void file_finish(struct outbound_file *file) {
	arena_finish(&file->arena);
	free(file->path);
}

void outbound_close_sets(struct outbound *o) {
	for (size_t i = 0; i < o->set_count; i++) {
		struct outbound_set *set = &o->sets[i];
		for (size_t k = 0; k < set->files.count; k++)
			file_finish(&set->files.items[k]);
		array_finish(&set->files);
		relabel_destroy(set->relabel);
		relabel_destroy(set->alert_relabel);
		http_endpoint_destroy(set->endpoint);
	}
	free(o->sets);
	o->sets = NULL;
	o->set_count = 0;
}

// ---- files

struct file_keys {
	struct yaml_strings targets;
	struct yaml_string_map labels;
};

static const struct yaml_key file_rows[] = {
	{ "targets", YAML_STRING_LIST, .offset = offsetof(struct file_keys, targets) },
	{ "labels", YAML_STRING_MAP, .offset = offsetof(struct file_keys, labels) },
};

static bool read_group(struct yaml_reader *reader, const struct yaml_node *mapping, const char *path, struct target_group *out) {
	struct file_keys keys = { 0 };
	if (!yaml_table_read(reader, file_rows, YAML_KEY_COUNT(file_rows), mapping, &keys))
		return false;
	struct label *labels = ARENA_NEW_ARRAY(reader->arena, struct label, keys.labels.count + 1);
	for (size_t i = 0; i < keys.labels.count; i++)
		labels[i] = (struct label){ keys.labels.items[i].name, keys.labels.items[i].value };
	*out = (struct target_group){ keys.targets.items, keys.targets.count, labels, keys.labels.count, path };
	return true;
}

static bool read_groups(struct yaml_reader *reader, const struct yaml_node *root, struct outbound_file *out) {
	bool ok = true;
	if (root == NULL || yaml_is_null(root))
		return true;
	if (!yaml_expect(reader, "targets", root, YAML_SEQUENCE))
		return false;
	out->groups = ARENA_NEW_ARRAY(&out->arena, struct target_group, root->count + 1);
	out->group_count = root->count;
	for (uint32_t i = 0; i < root->count; i++)
		ok &= read_group(reader, root->items[i], out->path, &out->groups[i]);
	return ok;
}

// JSON is YAML too.
static bool parse_file(struct outbound_file *out, struct str text, struct error *err) {
	struct yaml_doc doc = { 0 };
	struct problems problems = { 0 };
	const struct yaml_node *root = yaml_doc_load(&doc, out->path, text, &problems);
	struct yaml_reader reader = { .doc = &doc, .arena = &out->arena, .problems = &problems };
	if (problems.errors == 0)
		read_groups(&reader, root, out);
	bool ok = problems.errors == 0;
	if (!ok)
		error_set(err, ERR_INVALID, "%d:%d: %.*s", problems.items[0].at.line, problems.items[0].at.column, STR_ARG(problems.items[0].text));
	problems_finish(&problems);
	yaml_doc_finish(&doc);
	return ok;
}

static bool read_file(const char *path, struct outbound_file *out) {
	autobuf struct buf text = { 0 };
	struct error err = { 0 };
	*out = (struct outbound_file){ .path = mem_dup_cstr(path) };
	if (fs_read_file(path, LIMIT_TARGET_FILE_BYTES, &text, &err) && parse_file(out, buf_str(&text), &err))
		return true;
	outbound_log_file(path, err.text);
	file_finish(out);
	return false;
}

// What stood in a file that cannot be read goes on until it can.
static void add_file(struct outbound_set *set, const char *path, struct outbound_file *old, size_t old_count) {
	struct outbound_file file;
	if (read_file(path, &file)) {
		array_append(&set->files, file);
		return;
	}
	for (size_t i = 0; i < old_count; i++) {
		if (old[i].path == NULL || strcmp(old[i].path, path) != 0)
			continue;
		array_append(&set->files, old[i]);
		old[i] = (struct outbound_file){ 0 };
		return;
	}
}

static void list_files(const struct outbound_set *set, struct fs_paths *out) {
	struct error ignored; // a directory that is not there has no files
	for (size_t i = 0; i < set->config->discovery_count; i++)
		for (size_t k = 0; k < set->config->discoveries[i].file_count; k++)
			(void)!fs_glob(set->config->discoveries[i].files[k], out, &ignored);
}

static void read_files(struct outbound_set *set, const struct fs_paths *paths) {
	struct outbound_file *old = set->files.items;
	size_t old_count = set->files.count;
	set->files.items = NULL;
	set->files.count = set->files.cap = 0;
	for (size_t i = 0; i < paths->count; i++)
		add_file(set, paths->items[i], old, old_count);
	for (size_t i = 0; i < old_count; i++)
		file_finish(&old[i]);
	free(old);
}

// Of names, sizes, times and inodes: what a rename over a file, or of a directory's link, changes.
static uint64_t signature_of(const struct fs_paths *paths) {
	autobuf struct buf facts = { 0 };
	for (size_t i = 0; i < paths->count; i++) {
		struct stat info = { 0 };
		stat(paths->items[i], &info);
		buf_format(&facts, "%s %lld.%09ld %lld %llu\n", paths->items[i], (long long)info.st_mtim.tv_sec, info.st_mtim.tv_nsec, (long long)info.st_size, (unsigned long long)info.st_ino);
	}
	return hash_bytes(HASH_START, buf_str(&facts));
}

static dur_ms refresh_interval(const struct outbound_set *set) {
	dur_ms shortest = INT64_MAX;
	for (size_t i = 0; i < set->config->discovery_count; i++)
		if (set->config->discoveries[i].refresh_interval < shortest)
			shortest = set->config->discoveries[i].refresh_interval;
	return shortest;
}

static bool set_files_changed(struct outbound_set *set, mono_ms mono) {
	struct fs_paths paths = { 0 };
	if (set->config->discovery_count == 0)
		return false;
	list_files(set, &paths);
	uint64_t signature = signature_of(&paths);
	bool changed = signature != set->signature || mono >= set->refresh_at;
	if (changed) {
		read_files(set, &paths);
		set->signature = signature;
		dur_ms interval = refresh_interval(set);
		set->refresh_at = interval > HOURS(24) ? mono + HOURS(24) : mono + interval;
	}
	fs_paths_finish(&paths);
	return changed;
}

bool outbound_files_changed(struct outbound *o) {
	bool changed = false;
	for (size_t i = 0; i < o->set_count; i++)
		changed |= set_files_changed(&o->sets[i], o->mono);
	return changed;
}

// ---- targets

// "/", the prefix and the path of API v2, without doubled slashes.
static void append_path(struct buf *out, struct str prefix) {
	for (size_t i = 0; i < prefix.len; i++)
		if (prefix.data[i] != '/') {
			if (i == 0 || prefix.data[i - 1] == '/')
				buf_append_char(out, '/');
			buf_append_char(out, prefix.data[i]);
		}
	buf_append_cstr(out, "/api/v2/alerts");
}

static const struct labels *target_labels(const struct outbound_set *set, const struct target_group *group, struct str address) {
	struct label_builder builder = { 0 };
	autobuf struct buf path = { 0 };
	append_path(&path, str_of(set->config->path_prefix));
	label_builder_set(&builder, STR("__scheme__"), str_of(set->config->scheme));
	label_builder_set(&builder, STR("__alerts_path__"), buf_str(&path));
	for (size_t i = 0; i < group->label_count; i++)
		label_builder_set(&builder, group->labels[i].name, group->labels[i].value);
	if (group->file != NULL)
		label_builder_set(&builder, STR("__meta_filepath"), str_of(group->file));
	label_builder_set(&builder, STR("__address__"), address);
	const struct labels *labels = label_builder_build(&builder);
	label_builder_finish(&builder);
	return labels;
}

// Credentials have keys of their own: before an @ stands what must not be shown.
static bool is_address(struct str host) {
	return host.len > 0 && str_find_char(host, '/') < 0 && str_find_char(host, '@') < 0;
}

static char *target_url(const struct labels *labels) {
	struct str host = labels_get(labels, STR("__address__"));
	struct buf url = { 0 };
	struct str path = labels_get(labels, STR("__alerts_path__"));
	buf_append_str(&url, labels_get(labels, STR("__scheme__")));
	buf_append_cstr(&url, "://");
	buf_append_str(&url, str_skip(host, (size_t)(str_find_char(host, '@') + 1)));
	if (!str_has_prefix(path, STR("/")))
		buf_append_char(&url, '/');
	buf_append_str(&url, path);
	return buf_take(&url);
}

static struct outbound_target *find_target(const struct outbound *o, const char *key) {
	for (size_t i = 0; i < o->targets.count; i++)
		if (strcmp(o->targets.items[i]->key, key) == 0)
			return o->targets.items[i];
	return NULL;
}

static struct outbound_target *target_create(struct outbound *o, const char *url, const char *key) {
	struct outbound_target *target = MEM_NEW(struct outbound_target);
	target->outbound = o;
	target->url = mem_dup_cstr(url);
	target->key = mem_dup_cstr(key);
	target->counts.url = target->url;
	array_append(&o->targets, target);
	return target;
}

void outbound_target_destroy(struct outbound_target *target) {
	if (target->exchange != NULL)
		http_exchange_cancel(target->exchange);
	free(target->url);
	free(target->key);
	free(target);
}

// One URL may stand in several sets, with other relabelling; within a set it counts once.
static void found(struct outbound *o, struct outbound_set *set, const char *url) {
	size_t others = 0;
	for (size_t i = 0; i < o->targets.count; i++) {
		const struct outbound_target *target = o->targets.items[i];
		if (!target->is_found || strcmp(target->url, url) != 0)
			continue;
		if (target->set == set)
			return;
		others++;
	}
	autobuf struct buf key = { 0 };
	buf_append_cstr(&key, url);
	if (others > 0)
		buf_format(&key, "\x1f%zu", others + 1);
	struct outbound_target *target = find_target(o, buf_cstr(&key));
	if (target == NULL && o->targets.count >= LIMIT_ALERTMANAGERS)
		return;
	if (target == NULL)
		target = target_create(o, url, buf_cstr(&key));
	target->set = set;
	target->is_found = true;
}

static void add_target(struct outbound *o, struct outbound_set *set, const struct target_group *group, struct str address) {
	const struct labels *labels = target_labels(set, group, address), *relabelled = labels;
	struct error err = { 0 };
	enum relabel_result result = set->relabel == NULL ? RELABEL_KEPT : relabel_apply(set->relabel, labels, &relabelled, &err);
	const struct labels *shown = result == RELABEL_KEPT ? relabelled : labels;
	bool is_good = result == RELABEL_KEPT && is_address(labels_get(shown, STR("__address__")));
	char *url = target_url(shown);
	if (is_good)
		found(o, set, url);
	else
		array_append(&o->dropped, mem_dup_cstr(url));
	free(url);
	if (result == RELABEL_KEPT && set->relabel != NULL)
		labels_unref(relabelled);
	labels_unref(labels);
}

static void add_groups(struct outbound *o, struct outbound_set *set, const struct target_group *groups, size_t count) {
	for (size_t i = 0; i < count; i++)
		for (size_t k = 0; k < groups[i].target_count; k++)
			add_target(o, set, &groups[i], groups[i].targets[k]);
}

void outbound_discover(struct outbound *o) {
	for (size_t i = 0; i < o->targets.count; i++)
		o->targets.items[i]->is_found = false;
	for (size_t i = 0; i < o->dropped.count; i++)
		free(o->dropped.items[i]);
	array_clear(&o->dropped);
	for (size_t i = 0; i < o->set_count; i++) {
		struct outbound_set *set = &o->sets[i];
		add_groups(o, set, set->config->groups, set->config->group_count);
		for (size_t k = 0; k < set->files.count; k++)
			add_groups(o, set, set->files.items[k].groups, set->files.items[k].group_count);
	}
}
