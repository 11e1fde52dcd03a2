// SPDX-License-Identifier: Apache-2.0
// Which Alertmanagers there are: from the configuration, from files, relabelled.
#include "base/buf.h"
#include "base/fs.h"
#include "notifiers/outbound_state.h"
#include "tests/harness/test.h"

#include <unistd.h>

struct world {
	struct notify_config config;
	struct notify_setup setup;
	struct alertmanager_config sets[2];
	struct file_discovery discovery;
	const char *files[1];
	struct outbound outbound;
};

static const char *path_of(const char *name) {
	static char path[400];
	snprintf(path, sizeof path, "%s/%s", test_directory(), name);
	return path;
}

static void write_targets(const char *name, const char *text) {
	struct error err;
	CHECK(fs_write_file(path_of(name), str_of(text), &err));
}

static struct outbound *open_world(struct world *world, size_t sets) {
	world->config.alertmanagers = (struct alertmanagers_config){ .items = world->sets, .count = sets, .batch_size = 1 };
	world->setup.config = &world->config;
	world->outbound.setup = &world->setup;
	for (size_t i = 0; i < sets; i++) {
		world->sets[i].http = HTTP_CONFIG_DEFAULT;
		world->sets[i].scheme = world->sets[i].scheme == NULL ? "http" : world->sets[i].scheme;
		world->sets[i].path_prefix = world->sets[i].path_prefix == NULL ? "/" : world->sets[i].path_prefix;
	}
	outbound_open_sets(&world->outbound);
	outbound_files_changed(&world->outbound);
	outbound_discover(&world->outbound);
	return &world->outbound;
}

static void close_world(struct world *world) {
	struct outbound *o = &world->outbound;
	for (size_t i = 0; i < o->targets.count; i++)
		outbound_target_destroy(o->targets.items[i]);
	array_finish(&o->targets);
	for (size_t i = 0; i < o->dropped.count; i++)
		free(o->dropped.items[i]);
	array_finish(&o->dropped);
	outbound_close_sets(o);
}

static void check_found(const struct outbound *o, const char *wanted) {
	autobuf struct buf text = { 0 };
	for (size_t i = 0; i < o->targets.count; i++)
		if (o->targets.items[i]->is_found)
			buf_format(&text, "%s\n", o->targets.items[i]->url);
	for (size_t i = 0; i < o->dropped.count; i++)
		buf_format(&text, "dropped %s\n", o->dropped.items[i]);
	CHECK_CSTR(buf_cstr(&text), wanted);
}

static const struct str two[] = { { "a:1", 3 }, { "b:2", 3 } };
static const struct str twice[] = { { "a:1", 3 }, { "a:1", 3 } };

TEST(a_url_is_made_of_scheme_address_and_prefix) {
	static const char *const prefixes[] = { "", "/", "x", "/x/", "//x//y/" };
	static const char *const urls[] = { "http://a:1/api/v2/alerts\n", "http://a:1/api/v2/alerts\n", "http://a:1/x/api/v2/alerts\n", "http://a:1/x/api/v2/alerts\n", "http://a:1/x/y/api/v2/alerts\n" };
	const struct target_group group = { .targets = two, .target_count = 1 };
	for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++) {
		struct world world = { .sets[0] = { .path_prefix = prefixes[i], .groups = &group, .group_count = 1 } };
		check_found(open_world(&world, 1), urls[i]);
		close_world(&world);
	}
}

TEST(within_a_set_an_alertmanager_counts_once_and_each_set_has_its_own) {
	const struct target_group group = { .targets = twice, .target_count = 2 };
	struct world world = { .sets = { { .groups = &group, .group_count = 1 }, { .groups = &group, .group_count = 1 } } };
	const struct outbound *o = open_world(&world, 2);
	check_found(o, "http://a:1/api/v2/alerts\nhttp://a:1/api/v2/alerts\n");
	CHECK(strcmp(o->targets.items[0]->key, o->targets.items[1]->key) != 0);
	CHECK(o->targets.items[0]->set != o->targets.items[1]->set);
	close_world(&world);
}

TEST(relabelling_moves_and_drops_targets) {
	static const struct str sources[] = { { "__address__", 11 } }, zone[] = { { "zone", 4 } };
	const struct label labels[] = { { STR("zone"), STR("north") }, { STR("__scheme__"), STR("https") } };
	struct relabel_config rules[] = { RELABEL_CONFIG_DEFAULT, RELABEL_CONFIG_DEFAULT };
	rules[0].source_labels = sources, rules[0].source_label_count = 1, rules[0].has_source_labels = true;
	rules[0].regex = STR("b:.*"), rules[0].has_regex = true, rules[0].action = RELABEL_DROP;
	rules[1].source_labels = zone, rules[1].source_label_count = 1, rules[1].has_source_labels = true;
	rules[1].target_label = STR("__alerts_path__"), rules[1].replacement = STR("/in/$1");
	const struct target_group group = { .targets = two, .target_count = 2, .labels = labels, .label_count = 2 };
	struct world world = { .sets[0] = { .groups = &group, .group_count = 1, .relabel_configs = { rules, 2 } } };
	check_found(open_world(&world, 1), "https://a:1/in/north\ndropped https://b:2/api/v2/alerts\n");
	close_world(&world);
}

static struct outbound *open_file_world(struct world *world, const char *pattern) {
	static char glob[400];
	snprintf(glob, sizeof glob, "%s", path_of(pattern));
	world->files[0] = glob;
	world->discovery = (struct file_discovery){ world->files, 1, MINUTES(5) };
	world->sets[0].discoveries = &world->discovery;
	world->sets[0].discovery_count = 1;
	return open_world(world, 1);
}

static void look_again(struct outbound *o) {
	CHECK(outbound_files_changed(o));
	outbound_discover(o);
}

TEST(files_are_json_or_yaml_and_followed) {
	struct world world = { 0 };
	write_targets("sd1.json", "[{\"targets\": [\"a:1\"], \"labels\": {\"x\": \"y\"}}]");
	struct outbound *o = open_file_world(&world, "sd*.*");
	check_found(o, "http://a:1/api/v2/alerts\n");
	CHECK(!outbound_files_changed(o));
	write_targets("sd2.yml", "- targets: [c:3]\n- {targets: [d:4, e:5]}\n");
	look_again(o);
	check_found(o, "http://a:1/api/v2/alerts\nhttp://c:3/api/v2/alerts\nhttp://d:4/api/v2/alerts\nhttp://e:5/api/v2/alerts\n");
	unlink(path_of("sd1.json"));
	write_targets("sd2.yml", "");
	look_again(o);
	check_found(o, "");
	unlink(path_of("sd2.yml"));
	close_world(&world);
}

TEST(a_file_that_breaks_leaves_the_targets_it_had) {
	static const char *const broken[] = { "[{", "targets: [b:2]", "- targets: b:2", "- {targets: [b:2], nonsense: 1}", "- labels: [a]" };
	for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
		struct world world = { 0 };
		write_targets("broken.yml", "- targets: [a:1]\n");
		struct outbound *o = open_file_world(&world, "broken.yml");
		write_targets("broken.yml", broken[i]);
		look_again(o);
		check_found(o, "http://a:1/api/v2/alerts\n");
		close_world(&world);
	}
}

TEST(files_are_read_again_after_refresh_interval_even_when_they_seem_the_same) {
	struct world world = { 0 };
	write_targets("same.yml", "- targets: [a:1]\n");
	struct outbound *o = open_file_world(&world, "same.yml");
	o->mono += MINUTES(5) - 1;
	CHECK(!outbound_files_changed(o));
	o->mono++;
	CHECK(outbound_files_changed(o));
	close_world(&world);
}

TEST(an_address_that_is_none_is_dropped) {
	static const struct str addresses[] = { { "a/b", 3 }, { "", 0 }, { "user:secret@c:1", 15 } };
	const struct target_group group = { .targets = addresses, .target_count = 3 };
	struct world world = { .sets[0] = { .groups = &group, .group_count = 1 } };
	check_found(open_world(&world, 1), "dropped http://a/b/api/v2/alerts\ndropped http:///api/v2/alerts\ndropped http://c:1/api/v2/alerts\n");
	close_world(&world);
}
