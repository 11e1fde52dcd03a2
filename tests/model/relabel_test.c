// SPDX-License-Identifier: Apache-2.0
#include "model/relabel.h"
#include "base/arena.h"
#include "base/buf.h"
#include "model/labels.h"
#include "model/limits.h"
#include "tests/harness/test.h"

enum { RULES_MAX = 3 };

// "a=1|b=2"
static const struct labels *labels_of(const char *text) {
	struct label_builder builder = { 0 };
	for (struct str rest = str_of(text); rest.len > 0;) {
		struct str value = str_cut(&rest, '|');
		struct str name = str_cut(&value, '=');
		label_builder_set(&builder, name, value);
	}
	const struct labels *labels = label_builder_build(&builder);
	label_builder_finish(&builder);
	return labels;
}

static const char *text_of(const struct labels *labels) {
	static struct buf out;
	buf_reset(&out);
	struct label_walk walk = labels_walk(labels);
	for (struct label label; label_walk_next(&walk, &label);)
		buf_format(&out, "%.*s=%.*s%s", STR_ARG(label.name), STR_ARG(label.value), walk.left > 0 ? "|" : "");
	return buf_cstr(&out);
}

// As one writes it; what is NULL was not given.
struct rule {
	const char *action, *sources, *regex, *target, *replacement, *separator;
	uint64_t modulus;
	enum name_scheme names;
};

static struct relabel_config config_of(const struct rule *rule, struct str sources[8]) {
	struct relabel_config config = RELABEL_CONFIG_DEFAULT;
	if (rule->action != NULL)
		CHECK(relabel_action_parse(str_of(rule->action), &config.action));
	config.has_source_labels = rule->sources != NULL;
	config.source_labels = sources;
	for (struct str rest = str_of(rule->sources); rest.len > 0;)
		sources[config.source_label_count++] = str_cut(&rest, ',');
	config.has_regex = rule->regex != NULL;
	config.regex = rule->regex == NULL ? config.regex : str_of(rule->regex);
	config.target_label = str_of(rule->target);
	config.replacement = rule->replacement == NULL ? config.replacement : str_of(rule->replacement);
	config.separator = rule->separator == NULL ? config.separator : str_of(rule->separator);
	config.modulus = rule->modulus;
	config.names = rule->names;
	return config;
}

static struct relabel *create(const struct rule rules[RULES_MAX], struct error *err) {
	struct str sources[RULES_MAX][8];
	struct relabel_config configs[RULES_MAX];
	size_t count = 0;
	for (; count < RULES_MAX && memcmp(&rules[count], &(struct rule){ 0 }, sizeof *rules) != 0; count++)
		configs[count] = config_of(&rules[count], sources[count]);
	return relabel_create(&(struct relabel_configs){ configs, count }, err);
}

static const char *apply(const struct rule rules[RULES_MAX], const char *input) {
	struct error err = { 0 };
	struct relabel *relabel = create(rules, &err);
	CHECK_CSTR(err.text, "");
	const struct labels *in = labels_of(input), *out = NULL;
	enum relabel_result result = relabel_apply(relabel, in, &out, &err);
	const char *text = result == RELABEL_KEPT ? text_of(out) : result == RELABEL_DROPPED ? "dropped"
	                                                                                     : "failed";
	labels_unref(in);
	labels_unref(out);
	relabel_destroy(relabel);
	return text;
}

struct rule_case {
	struct rule rules[RULES_MAX];
	const char *input, *wanted;
};

static void check_all(const struct rule_case *cases, size_t count) {
	for (size_t i = 0; i < count; i++)
		CHECK_CSTR(apply(cases[i].rules, cases[i].input), cases[i].wanted);
}
#define CHECK_ALL(cases) check_all(cases, sizeof(cases) / sizeof *(cases))

TEST(replace_writes_what_the_groups_caught) {
	static const struct rule_case cases[] = {
		{ { { NULL, "zone", "e(.*)", "where", "x${1}-x${1}" } }, "dc=m|zone=eu1", "dc=m|where=xu1-xu1|zone=eu1" },
		{ { { NULL, "a,b", "f(.*);(.*)r", "a", "b${1}${2}m" }, { NULL, "c,a", "(b).*b(.*)ba(.*)", "d", "$1$2$2$3" } }, "a=foo|b=bar|c=baz", "a=boobam|b=bar|c=baz|d=boooom" },
		{ { { NULL, "v", ".*(b).*", "d" } }, "v=abc", "d=b|v=abc" },
		{ { { NULL, "v", "b", "d", "set" } }, "v=abc", "v=abc" },
		{ { { NULL, "job", "", "job", "unnamed" } }, "a=1", "a=1|job=unnamed" },
		{ { { NULL, "job,instance", NULL, "both", NULL, "@" } }, "instance=i|job=j", "both=j@i|instance=i|job=j" },
		{ { { NULL, "job,instance", NULL, "both", NULL, "" } }, "instance=i", "both=i|instance=i" },
		{ { { NULL, NULL, NULL, "team", "core" } }, "a=1", "a=1|team=core" },
		{ { { NULL, NULL, NULL, "a", "" } }, "a=1|b=2", "b=2" },
		{ { { NULL, "gone", NULL, "a" } }, "a=1|b=2", "b=2" }, // nothing caught deletes
		{ { { NULL, "a", "one.*two", "d", "hit$1" } }, "a=one\ntwo", "a=one\ntwo|d=hit" },
		{ { { NULL, "a.b\xc3\xa9", "(x).*(?<end>z)", "$1-\xc3\xa9", "${end}$end" } }, "a.b\xc3\xa9=xyz", "a.b\xc3\xa9=xyz|x-\xc3\xa9=zz" },
		{ { { NULL, "__name__", ".*_total$", "__type__", "counter" } }, "__name__=http_total", "__name__=http_total|__type__=counter" },
	};
	CHECK_ALL(cases);
}

TEST(a_target_may_be_made_of_groups_and_must_then_be_a_name) {
	static const struct rule_case cases[] = {
		{ { { NULL, "a", "kind-([^-]+)-([^,]+)", "${1}", "${2}" } }, "a=kind-name-value", "a=kind-name-value|name=value" },
		{ { { NULL, "a", "kind-([^-]+)-([^,]+)", "${1}", "${3}" } }, "a=kind-name-value", "a=kind-name-value" },
		{ { { NULL, "a", "kind-([^-]+)-([^,]+)", "${3}", "${1}" } }, "a=kind-name-0", "a=kind-name-0" },
		{ { { NULL, "a", "(f).*", "$1", "$2" } }, "a=foo|f=baz", "a=foo" }, // an empty replacement deletes
		{ { { NULL, "t", "(?:.+,|^)path:(/[^,]+).*", "p", "${1}" }, { NULL, "t", "(?:.+,|^)job:([^,]+).*", "job", "${1}" }, { NULL, "t", "(?:.+,|^)label:([^=]+)=([^,]+).*", "${1}", "${2}" } },
		    "t=path:/s,job:j,label:k=v", "job=j|k=v|p=/s|t=path:/s,job:j,label:k=v" },
		{ { { NULL, "a,b", NULL, "${1}", "is-$1" } }, "a=x|b=y", "a=x|b=y|x;y=is-x;y" },
	};
	CHECK_ALL(cases);
}

TEST(keep_and_drop_look_at_the_whole_value) {
	static const struct rule_case cases[] = {
		{ { { "drop", "a", ".*o.*" }, { NULL, "a", "f(.*)", "d", "$1" } }, "a=foo", "dropped" },
		{ { { "drop", "a", "none" } }, "a=foo", "a=foo" },
		{ { { "drop", "a", "f|o" } }, "a=foo", "a=foo" },
		{ { { "drop", "a", "bar|foo|" } }, "a=foo", "dropped" },
		{ { { "drop", "z", "bar|" } }, "a=foo", "dropped" }, // an absent label is empty
		{ { { "keep", "a", "none" } }, "a=foo", "dropped" },
		{ { { "keep", "a", "f.*" } }, "a=foo", "a=foo" },
		{ { { "keep", "a" } }, "a=foo", "a=foo" },
		{ { { "keep", "a,b", "foo;bar" } }, "a=foo|b=bar", "a=foo|b=bar" },
		{ { { "labeldrop", NULL, "^port$" }, { NULL, "n", "(.+)", "port", "metrics" }, { "keep", "port", "^metrics$" } }, "n=9091|port=foo", "n=9091|port=metrics" },
	};
	CHECK_ALL(cases);
}

TEST(equal_actions_compare_two_labels) {
	static const struct rule_case cases[] = {
		{ { { "keepequal", "t", NULL, "p" } }, "p=1|q=2|t=1", "p=1|q=2|t=1" },
		{ { { "keepequal", "t", NULL, "q" } }, "p=1|q=2|t=1", "dropped" },
		{ { { "dropequal", "t", NULL, "p" } }, "p=1|q=2|t=1", "dropped" },
		{ { { "dropequal", "t", NULL, "q" } }, "p=1|q=2|t=1", "p=1|q=2|t=1" },
	};
	CHECK_ALL(cases);
}

TEST(hashes_are_prometheus_hashes) {
	static const struct rule_case cases[] = {
		{ { { "hashmod", "c", .target = "d", .modulus = 1000 } }, "c=baz", "c=baz|d=976" },
		{ { { "hashmod", "a", .target = "d", .modulus = 1000 } }, "a=foo\nbar", "a=foo\nbar|d=734" },
		{ { { "hashmod", "a", .target = "d", .modulus = UINT64_MAX } }, "b=x", "b=x|d=16825458760271544958" }, // MD5 of nothing ends in e9800998ecf8427e
	};
	CHECK_ALL(cases);
}

TEST(labelmap_labeldrop_and_labelkeep_look_at_names) {
	static const struct rule_case cases[] = {
		{ { { "labelmap", NULL, "(b.*)", .replacement = "bar_${1}" } }, "a=foo|b1=bar|b2=baz", "a=foo|b1=bar|b2=baz|bar_b1=bar|bar_b2=baz" },
		{ { { "labelmap", NULL, "__meta_(my.*)" } }, "__meta_my_x=1|__meta_other=2|a=3", "__meta_my_x=1|__meta_other=2|a=3|my_x=1" },
		{ { { "labelmap", NULL, "b.", .replacement = "one" } }, "b1=x|b2=y", "b1=x|b2=y|one=y" },                                                // the last one wins
		{ { { NULL, NULL, NULL, "b0", "late" }, { "labelmap", NULL, "b.", .replacement = "one" } }, "b1=x|b2=y", "b0=late|b1=x|b2=y|one=late" }, // added labels come after
		{ { { "labelmap", NULL, "(x*)b", .replacement = "$1" } }, "b=1", "b=1" },                                                                // to no name
		{ { { "labelmap", NULL, "b|c", .replacement = "a" } }, "a=1|b=2", "a=2|b=2" },
		{ { { "labelkeep", NULL, "(b.*)" } }, "a=foo|b1=bar|b2=baz", "b1=bar|b2=baz" },
		{ { { "labeldrop", NULL, "(b.*)" } }, "a=foo|b1=bar|b2=baz", "a=foo" },
		{ { { NULL, NULL, NULL, "b3", "x" }, { "labeldrop", NULL, "b.*" }, { NULL, "b1", "", "c", "gone" } }, "a=foo|b1=bar", "a=foo|c=gone" },
		{ { { "labelkeep", NULL, "none" } }, "a=1|b=2", "" },
	};
	CHECK_ALL(cases);
}

TEST(case_is_changed_for_all_scripts) {
	static const struct rule_case cases[] = {
		{ { { "uppercase", "a", .target = "u" }, { "Lowercase", "a", .target = "l" } }, "a=bAr1\xc3\xa9", "a=bAr1\xc3\xa9|l=bar1\xc3\xa9|u=BAR1\xc3\x89" },
		{ { { "lowercase", "none", .target = "a" } }, "a=1|b=2", "b=2" },
	};
	CHECK_ALL(cases);
}

TEST(labels_that_do_not_change_are_the_same_set) {
	static const struct rule rules[][RULES_MAX] = {
		{ { "keep", "a", "f.*" }, { "labeldrop", NULL, "x.*" }, { NULL, "a", "z", "b", "$1" } },
		{ { NULL, "a", NULL, "a" }, { "labelmap", NULL, "(a)" }, { "lowercase", "a", .target = "a" } },
		{ { NULL, NULL, NULL, "t", "x" }, { "labeldrop", NULL, "t" } },
		{ { NULL, NULL, NULL, "a", "other" }, { NULL, NULL, NULL, "a", "foo" } },
	};
	const struct labels *in = labels_of("a=foo|b=bar"), *out = NULL;
	for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
		struct relabel *relabel = create(rules[i], NULL);
		CHECK(relabel_apply(relabel, in, &out, NULL) == RELABEL_KEPT);
		CHECK(out == in);
		labels_unref(out);
		relabel_destroy(relabel);
	}
	labels_unref(in);
}

TEST(labels_outside_of_a_set_stay_where_they_are_until_they_change) {
	autoarena struct arena arena = { 0 };
	const struct label here[] = { { STR("a"), STR("1") }, { STR("b"), STR("2") } };
	const struct label *items = here;
	size_t count = 2;
	struct relabel *relabel = create((const struct rule[RULES_MAX]){ { "drop", "a", "2" }, { "labeldrop", NULL, "(c|d)+" } }, NULL);
	CHECK(relabel_items(relabel, &arena, &items, &count, NULL) == RELABEL_KEPT);
	CHECK(items == here && count == 2 && arena.used == 0);
	relabel_destroy(relabel);
	relabel = create((const struct rule[RULES_MAX]){ { "labeldrop", NULL, "a" }, { NULL, "b", NULL, "aa" } }, NULL);
	CHECK(relabel_items(relabel, &arena, &items, &count, NULL) == RELABEL_KEPT);
	CHECK(items != here && count == 2);
	CHECK_STR(items[0].name, "aa");
	CHECK_STR(items[1].name, "b");
	CHECK_STR(here[0].name, "a");
	relabel_destroy(relabel);
}

static const char *refusal(struct rule rule) {
	static struct error err;
	const struct rule rules[RULES_MAX] = { rule };
	err = (struct error){ 0 };
	CHECK(create(rules, &err) == NULL);
	return err.text;
}

TEST(an_action_refuses_what_it_does_not_take) {
	CHECK_CSTR(refusal((struct rule){ "replace" }), "relabel configuration for replace action requires 'target_label' value");
	CHECK_CSTR(refusal((struct rule){ "lowercase", "a" }), "relabel configuration for lowercase action requires 'target_label' value");
	CHECK_CSTR(refusal((struct rule){ "hashmod", "a", .target = "b" }), "relabel configuration for hashmod requires non-zero modulus");
	CHECK_CSTR(refusal((struct rule){ "uppercase", "a", .target = "b", .replacement = "x" }), "'replacement' can not be set for uppercase action");
	CHECK_CSTR(refusal((struct rule){ "labelmap", .regex = "a", .replacement = "" }), "\"\" is invalid 'replacement' for labelmap action");
	CHECK_CSTR(refusal((struct rule){ "keepequal", "a", .target = "b", .separator = "," }), "keepequal action requires only 'source_labels' and `target_label`, and no other fields");
	CHECK_CSTR(refusal((struct rule){ "dropequal", "a", "(.*)", "b" }), "dropequal action requires only 'source_labels' and `target_label`, and no other fields");
	CHECK_CSTR(refusal((struct rule){ "labeldrop", "", "a" }), "labeldrop action requires only 'regex', and no other fields");
	CHECK_CSTR(refusal((struct rule){ "labelkeep", .regex = "a", .modulus = 1 }), "labelkeep action requires only 'regex', and no other fields");
	CHECK_CSTR(refusal((struct rule){ "keep", "a", "(x" }), "error parsing regexp: missing closing ): `^(?s:(x)$`");
	CHECK_CSTR(refusal((struct rule){ "replace", "a", .target = "\xff" }), "\"\xff\" is invalid 'target_label' for replace action");
	static const struct rule fine[][RULES_MAX] = { { { "lowercase", "a", .target = "${3}" } }, { { NULL, "a", "(b)", "-${3}", "$1" } }, { { "labelmap", .regex = "__meta_(.+)" } } };
	for (size_t i = 0; i < sizeof fine / sizeof *fine; i++) {
		struct relabel *relabel = create(fine[i], NULL);
		CHECK(relabel != NULL);
		relabel_destroy(relabel);
	}
}

TEST(legacy_names_are_all_that_a_rule_may_set_then) {
	CHECK_CSTR(refusal((struct rule){ NULL, "a", .target = "b.c", .names = NAME_LEGACY }), "\"b.c\" is invalid 'target_label' for replace action");
	CHECK_CSTR(refusal((struct rule){ NULL, "a", .target = "b.$1", .names = NAME_LEGACY }), "\"b.$1\" is invalid 'target_label' for replace action");
	CHECK_CSTR(refusal((struct rule){ "lowercase", "a", .target = "${1}", .names = NAME_LEGACY }), "\"${1}\" is invalid 'target_label' for lowercase action");
	CHECK_CSTR(refusal((struct rule){ "hashmod", "a", .target = "1b", .modulus = 2, .names = NAME_LEGACY }), "\"1b\" is invalid 'target_label' for hashmod action");
	CHECK_CSTR(refusal((struct rule){ "labelmap", .regex = "a", .replacement = "b-c", .names = NAME_LEGACY }), "\"b-c\" is invalid 'replacement' for labelmap action");
	static const struct rule_case cases[] = {
		{ { { NULL, "a", "(.*)-(.*)", "x_$1", "$2", .names = NAME_LEGACY } }, "a=b-c", "a=b-c|x_b=c" },
		{ { { NULL, "a", "(.*)-(.*)", "x_$1", "$2", .names = NAME_LEGACY } }, "a=b.b-c", "a=b.b-c" }, // no name comes out
		{ { { NULL, "a", "(.*)-(.*)", "x_$1", "$2", .names = NAME_UTF8 } }, "a=b.b-c", "a=b.b-c|x_b.b=c" },
		{ { { "labelmap", .regex = "a_(.*)", .replacement = "${1}", .names = NAME_LEGACY } }, "a_b=c", "a_b=c|b=c" },
	};
	CHECK_ALL(cases);
}

TEST(actions_have_names_in_any_case_and_no_others) {
	enum relabel_action action;
	CHECK(relabel_action_parse(STR("HashMod"), &action) && action == RELABEL_HASHMOD);
	CHECK_CSTR(relabel_action_name(RELABEL_KEEPEQUAL), "keepequal");
	CHECK(!relabel_action_parse(STR("relabel"), &action));
	CHECK(!relabel_action_parse(STR(""), &action));
}

TEST(what_is_too_expensive_or_too_large_fails_and_drops_nothing) {
	char many[300];
	memset(many, 'a', sizeof many - 1);
	many[sizeof many - 1] = 0;
	autobuf struct buf input = { 0 }, long_value = { 0 };
	buf_format(&input, "a=%s", many);
	CHECK_CSTR(apply((const struct rule[RULES_MAX]){ { "drop", "a", "(a|aa)+[bc]" } }, buf_cstr(&input)), "failed");
	CHECK_CSTR(apply((const struct rule[RULES_MAX]){ { "labeldrop", NULL, "(a|aa)+[bc]" } }, "x=1"), "x=1");
	for (size_t i = 0; i < LIMIT_LABEL_BYTES - 1; i++)
		buf_append_char(&long_value, 'x');
	buf_reset(&input);
	buf_format(&input, "a=%s", buf_cstr(&long_value));
	CHECK_CSTR(apply((const struct rule[RULES_MAX]){ { NULL, NULL, NULL, "b", "y" } }, buf_cstr(&input)), "failed");
	CHECK_CSTR(apply((const struct rule[RULES_MAX]){ { NULL, "a", "(.*)", "a", "$1$1$1$1$1$1$1$1$1$1$1$1$1$1$1$1$1$1" } }, buf_cstr(&input)), "failed");
	static const struct rule doubling = { "labelmap", NULL, "(.+)", .replacement = "x$1" };
	struct relabel_config doublings[40];
	for (size_t i = 0; i < 40; i++) {
		doublings[i] = config_of(&doubling, NULL);
		doublings[i].replacement = i % 2 == 0 ? STR("x$1") : STR("y${1}y$1");
	}
	struct error err = { 0 };
	struct relabel *relabel = relabel_create(&(struct relabel_configs){ doublings, 40 }, &err);
	const struct labels *in = labels_of("a=1|b=2"), *out = NULL;
	CHECK(relabel_apply(relabel, in, &out, &err) == RELABEL_FAILED);
	CHECK_INT(err.code, ERR_LIMIT);
	labels_unref(in);
	relabel_destroy(relabel);
	struct relabel_config one = RELABEL_CONFIG_DEFAULT;
	one.target_label = STR("t");
	CHECK(relabel_create(&(struct relabel_configs){ &one, LIMIT_RELABEL_CONFIGS + 1 }, &err) == NULL);
	CHECK_INT(err.code, ERR_LIMIT);
}
