// SPDX-License-Identifier: Apache-2.0
// Which names metrics and labels may have. See name_scheme.h.
#include "model/name_scheme.h"

static const char *const schemes[] = { [NAME_UTF8] = "utf8", [NAME_LEGACY] = "legacy" };

bool name_scheme_parse(struct str text, enum name_scheme *out) {
	if (text.len == 0)
		return true;
	for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++)
		if (str_equal_cstr(text, schemes[i])) {
			*out = (enum name_scheme)i;
			return true;
		}
	return false;
}

static bool is_utf8_name(struct str name) {
	return name.len > 0 && str_is_utf8(name);
}

static bool is_letter(char c) {
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool is_word(char c) {
	return is_letter(c) || (c >= '0' && c <= '9');
}

static bool is_legacy_name(struct str name, bool may_have_colons) {
	for (size_t i = 0; i < name.len; i++) {
		char c = name.data[i];
		if (!is_letter(c) && !(may_have_colons && c == ':') && !(i > 0 && is_word(c)))
			return false;
	}
	return name.len > 0;
}

bool name_is_metric(struct str name, enum name_scheme scheme) {
	return scheme == NAME_LEGACY ? is_legacy_name(name, true) : is_utf8_name(name);
}

bool name_is_label(struct str name, enum name_scheme scheme) {
	return scheme == NAME_LEGACY ? is_legacy_name(name, false) : is_utf8_name(name);
}

static size_t count_word(struct str text) {
	size_t count = 0;
	while (count < text.len && is_word(text.data[count]))
		count++;
	return count;
}

// The length of the "$1" or "${name}" that begins here; 0 when there is none.
static size_t count_variable(struct str text) {
	struct str name = str_skip(text, 1);
	bool has_braces = name.len > 0 && name.data[0] == '{';
	size_t len = count_word(str_skip(name, has_braces));
	if (len == 0)
		return 0;
	if (!has_braces)
		return 1 + len;
	return name.len > len + 1 && name.data[len + 1] == '}' ? len + 3 : 0;
}

bool name_is_label_target(struct str name, enum name_scheme scheme) {
	if (scheme == NAME_UTF8)
		return is_utf8_name(name);
	for (size_t at = 0, len; at < name.len; at += len) {
		char c = name.data[at];
		len = c == '$' ? count_variable(str_skip(name, at)) : is_letter(c) || (at > 0 && is_word(c));
		if (len == 0)
			return false;
	}
	return name.len > 0;
}
