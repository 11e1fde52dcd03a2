// SPDX-License-Identifier: Apache-2.0
// Schemas of small tables, word for word. That they take what the reader takes is seen to by tests/cli/schema_diff.py.
#include "base/yaml_schema.h"

#include "base/buf.h"
#include "tests/harness/test.h"

#define DURATIONS "([0-9]+m)?([0-9]+s)?"

static void check_has(const struct yaml_table *table, const char *wanted) {
	autobuf struct buf out = { 0 };
	const struct yaml_schema schema = { "A file", table, DURATIONS };
	yaml_schema_format(&out, &schema);
	if (strstr(buf_cstr(&out), wanted) == NULL)
		print_error("%s\nwanted: %s\n", buf_cstr(&out), wanted);
	CHECK(strstr(buf_cstr(&out), wanted) != NULL);
}

static void check_lacks(const struct yaml_table *table, const char *unwanted) {
	autobuf struct buf out = { 0 };
	const struct yaml_schema schema = { "A file", table, DURATIONS };
	yaml_schema_format(&out, &schema);
	CHECK(out.len > 0);
	CHECK(strstr(buf_cstr(&out), unwanted) == NULL);
}

static const struct yaml_key simple_keys[] = {
	{ "name", YAML_STRING, .is_required = true, .help = "Its \"name\".", .example = "a" },
	{ "on", YAML_BOOL, .preset = "true" },
	{ "size", YAML_INT, .preset = "7", .min = 1, .max = 100, .unit = "bytes", .help = "How large." },
	{ "wait", YAML_DURATION, .preset = "30s" },
	{ "every", YAML_DURATION, .min = 1, .max = INT64_MAX },
	{ "later", YAML_REFUSED },
};
static const struct yaml_table simple = { .name = "simple", .help = "Simple things.", .keys = simple_keys, .count = YAML_KEY_COUNT(simple_keys) };

TEST(a_schema_says_what_the_rows_say) {
	autobuf struct buf out = { 0 };
	const struct yaml_schema schema = { "A file", &simple, DURATIONS };
	yaml_schema_format(&out, &schema);
	CHECK_CSTR(buf_cstr(&out),
	    "{\n"
	    "  \"$schema\": \"https://json-schema.org/draft/2020-12/schema\",\n"
	    "  \"title\": \"A file\",\n"
	    "  \"description\": \"Simple things.\",\n"
	    "  \"type\": \"object\",\n"
	    "  \"properties\": {\n"
	    "    \"name\": {\n"
	    "      \"description\": \"Its \\\"name\\\".\",\n"
	    "      \"examples\": [\"a\"],\n"
	    "      \"type\": [\"string\", \"number\", \"boolean\"],\n"
	    "      \"$ref\": \"#/$defs/text\"\n"
	    "    },\n"
	    "    \"on\": {\n"
	    "      \"default\": true,\n"
	    "      \"$ref\": \"#/$defs/boolean\"\n"
	    "    },\n"
	    "    \"size\": {\n"
	    "      \"description\": \"How large. Counts bytes.\",\n"
	    "      \"default\": 7,\n"
	    "      \"$ref\": \"#/$defs/integer\",\n"
	    "      \"minimum\": 1,\n"
	    "      \"maximum\": 100\n"
	    "    },\n"
	    "    \"wait\": {\n"
	    "      \"default\": \"30s\",\n"
	    "      \"$ref\": \"#/$defs/duration\"\n"
	    "    },\n"
	    "    \"every\": {\n"
	    "      \"$ref\": \"#/$defs/positive_duration\"\n"
	    "    }\n"
	    "  },\n"
	    "  \"additionalProperties\": false,\n"
	    "  \"required\": [\"name\"],\n"
	    "  \"$defs\": {\n"
	    "    \"text\": {\n"
	    "      \"type\": [\"string\", \"number\", \"boolean\", \"null\"]\n"
	    "    },\n"
	    "    \"boolean\": {\n"
	    "      \"type\": [\"boolean\", \"string\", \"null\"],\n"
	    "      \"pattern\": \"^(y|Y|yes|Yes|YES|on|On|ON|n|N|no|No|NO|off|Off|OFF)$\",\n"
	    "      \"patternErrorMessage\": \"expected true or false\"\n"
	    "    },\n"
	    "    \"integer\": {\n"
	    "      \"type\": [\"integer\", \"string\", \"null\"],\n"
	    "      \"pattern\": \"^[-+]?(0b[01_]+|0o[0-7_]+|0x[0-9A-Fa-f_]+|[0-9][0-9_]*_[0-9_]*)$\",\n"
	    "      \"patternErrorMessage\": \"expected an integer\"\n"
	    "    },\n"
	    "    \"duration\": {\n"
	    "      \"type\": [\"string\", \"integer\", \"null\"],\n"
	    "      \"pattern\": \"^(0|(?=[0-9])([0-9]+m)?([0-9]+s)?)$\",\n"
	    "      \"patternErrorMessage\": \"expected a duration like 30s, 5m or 1h30m\",\n"
	    "      \"minimum\": 0,\n"
	    "      \"maximum\": 0\n"
	    "    },\n"
	    "    \"positive_duration\": {\n"
	    "      \"type\": [\"string\", \"null\"],\n"
	    "      \"pattern\": \"^(?=.*[1-9])([0-9]+m)?([0-9]+s)?$\",\n"
	    "      \"patternErrorMessage\": \"expected a duration like 30s, 5m or 1h30m, longer than 0\"\n"
	    "    }\n"
	    "  }\n"
	    "}\n");
}

TEST(a_refused_key_is_not_offered) {
	check_lacks(&simple, "later");
}

static const struct yaml_key inner_keys[] = { { "label", YAML_CSTRING, .pattern = "^a" } };
static const struct yaml_table tree;
static const struct yaml_key outer_keys[] = {
	{ "list", YAML_STRING_LIST, .pattern = "=", .example = "a=b" },
	{ "map", YAML_STRING_MAP, .pattern = "^l" },
	{ "inner", YAML_STRUCT, .nested = inner_keys, .nested_count = YAML_KEY_COUNT(inner_keys) },
	{ "anything", YAML_CUSTOM, .help = "Whatever." },
	{ "child", YAML_CUSTOM, .table = &tree },
	{ "things", YAML_CUSTOM, .table = &simple, .is_list = true },
	{ "some", YAML_CUSTOM, .table = &simple, .is_list = true, .skips_null = true },
	{ "wait", YAML_CUSTOM, .as = YAML_DURATION, .pattern = "^1s$" },
};
static const struct yaml_table tree = { .name = "tree", .help = "A tree.", .keys = outer_keys, .count = YAML_KEY_COUNT(outer_keys) };

TEST(lists_and_maps_say_what_their_texts_are) {
	check_has(&tree, "\"list\": {\n      \"type\": [\"array\", \"null\"],\n      \"items\": {\n        \"examples\": [\"a=b\"],\n        \"type\": [\"string\", \"null\"],\n        \"pattern\": \"=\",\n"
	                 "        \"patternErrorMessage\": \"expected something like a=b\"\n      }\n    }");
	check_has(&tree, "\"map\": {\n      \"type\": [\"object\", \"null\"],\n      \"propertyNames\": {\n        \"pattern\": \"^l\"\n      },\n"
	                 "      \"additionalProperties\": {\n        \"$ref\": \"#/$defs/text\"\n      }\n    }");
	check_has(&tree, "\"inner\": {\n      \"type\": [\"object\", \"null\"],\n      \"properties\": {\n        \"label\": {\n          \"type\": [\"string\", \"null\"],\n          \"pattern\": \"^a\"\n        }\n      },\n"
	                 "      \"additionalProperties\": false\n    }");
}

TEST(custom_keys_are_what_they_say_they_are_and_else_anything) {
	check_has(&tree, "\"anything\": {\n      \"description\": \"Whatever.\"\n    }");
	check_has(&tree, "\"things\": {\n      \"type\": [\"array\", \"null\"],\n      \"items\": {\n        \"type\": \"object\",\n        \"$ref\": \"#/$defs/simple\"\n      }\n    }");
	check_has(&tree, "\"some\": {\n      \"type\": [\"array\", \"null\"],\n      \"items\": {\n        \"$ref\": \"#/$defs/simple\"\n      }\n    }");
	check_has(&tree, "\"wait\": {\n      \"type\": [\"string\", \"integer\", \"null\"],\n      \"pattern\": \"^1s$\",\n      \"minimum\": 0,\n      \"maximum\": 0\n    }");
}

TEST(a_table_that_leads_to_itself_is_defined_once) {
	check_has(&tree, "\"child\": {\n      \"$ref\": \"#/$defs/tree\"\n    }");
	check_has(&tree, "\"$defs\": {\n    \"tree\": {\n      \"description\": \"A tree.\",\n      \"type\": [\"object\", \"null\"],");
}

static const struct yaml_key choice_keys[] = {
	{ "url", YAML_CSTRING },
	{ "file", YAML_CSTRING },
	{ "to", YAML_CSTRING },
	{ "again", YAML_BOOL },
	{ "wait", YAML_DURATION },
};
static const struct yaml_variant choices[] = {
	{ "By URL", .set = { "url", "to" }, .unset = { "file", "again" } },
	{ "By file", .set = { "file", "to" }, .unset = { "url", "again", "wait" } },
};
static const struct yaml_table choice = { .name = "choice", .help = "Choose.", .keys = choice_keys, .count = YAML_KEY_COUNT(choice_keys), .variants = choices, .variant_count = 2 };

TEST(what_all_variants_ask_stands_with_the_key_the_rest_in_the_variant) {
	check_has(&choice, "\"required\": [\"to\"],\n  \"anyOf\": [");
	check_has(&choice, "\"again\": {\n      \"doNotSuggest\": true,\n      \"$ref\": \"#/$defs/no\"\n    }");
	check_has(&choice, "{\n      \"title\": \"By URL\",\n      \"properties\": {\n        \"url\": {\n          \"type\": [\"string\", \"number\", \"boolean\"],\n          \"minLength\": 1\n        },\n"
	                   "        \"file\": {\n          \"$ref\": \"#/$defs/no_text\"\n        }\n      },\n      \"required\": [\"url\"]\n    }");
	check_has(&choice, "\"wait\": {\n          \"$ref\": \"#/$defs/no_duration\"\n        }\n      },\n      \"required\": [\"file\"]\n    }");
}
