// SPDX-License-Identifier: Apache-2.0
// What a plain scalar means where a type is wanted: YAML's core schema, with the spellings of YAML 1.1 that Go's readers accept.
#include "base/yaml_doc.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

enum { NUMBER_MAX = 64 };

static bool is_one_of(struct str text, const char *const *words, size_t count) {
	for (size_t i = 0; i < count; i++) {
		if (str_equal_cstr(text, words[i]))
			return true;
	}
	return false;
}

static bool is_plain(const struct yaml_node *node) {
	return node != NULL && node->kind == YAML_SCALAR && node->style == YAML_PLAIN && node->tag == NULL;
}

bool yaml_is_null(const struct yaml_node *node) {
	static const char *const words[] = { "", "~", "null", "Null", "NULL" };
	if (node == NULL)
		return true;
	if (node->kind == YAML_SCALAR && node->tag != NULL)
		return strcmp(node->tag, "tag:yaml.org,2002:null") == 0;
	return is_plain(node) && is_one_of(node->text, words, sizeof words / sizeof *words);
}

bool yaml_get_bool(const struct yaml_node *node, bool *out) {
	static const char *const yes[] = { "true", "True", "TRUE", "yes", "Yes", "YES", "on", "On", "ON", "y", "Y" };
	static const char *const no[] = { "false", "False", "FALSE", "no", "No", "NO", "off", "Off", "OFF", "n", "N" };
	if (!is_plain(node))
		return false;
	bool is_yes = is_one_of(node->text, yes, sizeof yes / sizeof *yes);
	if (!is_yes && !is_one_of(node->text, no, sizeof no / sizeof *no))
		return false;
	*out = is_yes;
	return true;
}

// Copies without `_`; false when it does not fit.
static bool copy_digits(struct str text, char out[NUMBER_MAX]) {
	size_t len = 0;
	for (size_t i = 0; i < text.len; i++) {
		if (text.data[i] == '_' && i > 0)
			continue;
		if (len + 1 >= NUMBER_MAX)
			return false;
		out[len++] = text.data[i];
	}
	out[len] = '\0';
	return len > 0;
}

static bool parse_magnitude(const char *digits, bool is_negative, int64_t *out) {
	int base = 10;
	if (digits[0] == '0' && digits[1] != '\0') {
		base = digits[1] == 'x' ? 16 : digits[1] == 'b' ? 2
		                                                : 8;
		digits += digits[1] == 'x' || digits[1] == 'b' || digits[1] == 'o' ? 2 : 1;
	}
	if (digits[0] == '\0' || strspn(digits, "0123456789abcdefABCDEF") != strlen(digits))
		return false;
	char *end = NULL;
	errno = 0;
	unsigned long long magnitude = strtoull(digits, &end, base);
	if (errno != 0 || *end != '\0' || magnitude > (unsigned long long)INT64_MAX + is_negative)
		return false;
	*out = is_negative ? (int64_t)(0 - magnitude) : (int64_t)magnitude;
	return true;
}

bool yaml_get_int(const struct yaml_node *node, int64_t *out) {
	char digits[NUMBER_MAX];
	if (!is_plain(node) || !copy_digits(node->text, digits))
		return false;
	bool is_signed = digits[0] == '-' || digits[0] == '+';
	return parse_magnitude(digits + is_signed, digits[0] == '-', out);
}

bool yaml_get_double(const struct yaml_node *node, double *out) {
	char digits[NUMBER_MAX];
	if (!is_plain(node) || !copy_digits(node->text, digits))
		return false;
	bool is_signed = digits[0] == '-' || digits[0] == '+';
	const char *unsigned_part = digits + is_signed;
	if (strcasecmp(unsigned_part, ".inf") == 0) {
		*out = digits[0] == '-' ? -INFINITY : INFINITY;
		return true;
	}
	if (strcasecmp(digits, ".nan") == 0) {
		*out = NAN;
		return true;
	}
	if (strspn(unsigned_part, "0123456789.eE+-") != strlen(unsigned_part) || strpbrk(unsigned_part, "0123456789") == NULL)
		return false;
	char *end = NULL;
	double number = strtod(digits, &end);
	if (*end != '\0')
		return false;
	*out = number;
	return true;
}

static const struct yaml_entry *find_entry(const struct yaml_node *mapping, const char *key) {
	if (mapping == NULL || mapping->kind != YAML_MAPPING)
		return NULL;
	for (uint32_t i = 0; i < mapping->count; i++) {
		if (str_equal_cstr(mapping->entries[i].key->text, key))
			return &mapping->entries[i];
	}
	return NULL;
}

struct yaml_node *yaml_find(const struct yaml_node *mapping, const char *key) {
	const struct yaml_entry *entry = find_entry(mapping, key);
	return entry == NULL ? NULL : entry->value;
}

struct yaml_node *yaml_find_key(const struct yaml_node *mapping, const char *key) {
	const struct yaml_entry *entry = find_entry(mapping, key);
	return entry == NULL ? NULL : entry->key;
}

struct position yaml_alias_at(struct yaml_doc *doc, const struct yaml_node *mapping, const char *key) {
	const struct yaml_entry *entry = find_entry(mapping, key);
	if (entry == NULL || entry->alias_line == 0)
		return (struct position){ .file = doc->file };
	struct yaml_node place = { .line = entry->alias_line - 1, .column = entry->alias_column };
	return yaml_at(doc, &place);
}

const char *yaml_kind_name(enum yaml_kind kind) {
	static const char *const names[] = { "a scalar", "a list", "a map" };
	return names[kind];
}
