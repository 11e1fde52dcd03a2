// SPDX-License-Identifier: Apache-2.0
// Names of attributes and what their values are. See html_context.h. Source: Go's html/template/attr.go and js.go.
#include "template/html_context.h"

struct attr_row {
	const char *name;
	enum html_attr_type type;
};

// clang-format off: packed rows
static const struct attr_row attrs[] = {
	{ "accept-charset", ATTR_TYPE_UNSAFE },
	{ "action", ATTR_TYPE_URL },
	{ "archive", ATTR_TYPE_URL },
	{ "async", ATTR_TYPE_UNSAFE },
	{ "background", ATTR_TYPE_URL },
	{ "challenge", ATTR_TYPE_UNSAFE },
	{ "charset", ATTR_TYPE_UNSAFE },
	{ "cite", ATTR_TYPE_URL },
	{ "classid", ATTR_TYPE_URL },
	{ "codebase", ATTR_TYPE_URL },
	{ "content", ATTR_TYPE_UNSAFE },
	{ "crossorigin", ATTR_TYPE_UNSAFE },
	{ "data", ATTR_TYPE_URL },
	{ "defer", ATTR_TYPE_UNSAFE },
	{ "enctype", ATTR_TYPE_UNSAFE },
	{ "form", ATTR_TYPE_UNSAFE },
	{ "formaction", ATTR_TYPE_URL },
	{ "formenctype", ATTR_TYPE_UNSAFE },
	{ "formmethod", ATTR_TYPE_UNSAFE },
	{ "formnovalidate", ATTR_TYPE_UNSAFE },
	{ "href", ATTR_TYPE_URL },
	{ "http-equiv", ATTR_TYPE_UNSAFE },
	{ "icon", ATTR_TYPE_URL },
	{ "keytype", ATTR_TYPE_UNSAFE },
	{ "language", ATTR_TYPE_UNSAFE },
	{ "longdesc", ATTR_TYPE_URL },
	{ "manifest", ATTR_TYPE_URL },
	{ "method", ATTR_TYPE_UNSAFE },
	{ "novalidate", ATTR_TYPE_UNSAFE },
	{ "pattern", ATTR_TYPE_UNSAFE },
	{ "poster", ATTR_TYPE_URL },
	{ "profile", ATTR_TYPE_URL },
	{ "rel", ATTR_TYPE_UNSAFE },
	{ "sandbox", ATTR_TYPE_UNSAFE },
	{ "src", ATTR_TYPE_URL },
	{ "srcdoc", ATTR_TYPE_MARKUP },
	{ "srclang", ATTR_TYPE_PLAIN },
	{ "srcset", ATTR_TYPE_SRCSET },
	{ "style", ATTR_TYPE_STYLE },
	{ "type", ATTR_TYPE_UNSAFE },
	{ "usemap", ATTR_TYPE_URL },
	{ "value", ATTR_TYPE_UNSAFE },
	{ "xmlns", ATTR_TYPE_URL },
};

static const char *const script_types[] = {
	"",
	"application/ecmascript",
	"application/javascript",
	"application/json",
	"application/ld+json",
	"application/x-ecmascript",
	"application/x-javascript",
	"module",
	"text/ecmascript",
	"text/javascript",
	"text/javascript1.0",
	"text/javascript1.1",
	"text/javascript1.2",
	"text/javascript1.3",
	"text/javascript1.4",
	"text/javascript1.5",
	"text/jscript",
	"text/livescript",
	"text/x-ecmascript",
	"text/x-javascript",
};
// clang-format on

static bool contains(struct str text, const char *part) {
	return str_find(text, str_of(part)) >= 0;
}

// Names that are not in the table: those that look like addresses or handlers are treated as such.
enum html_attr_type html_attr_type_of(struct str name) {
	ptrdiff_t colon = str_find_char(name, ':');
	if (str_has_prefix(name, STR("data-"))) {
		name = str_skip(name, 5);
	} else if (colon >= 0) {
		if (str_equal(str_head(name, (size_t)colon), STR("xmlns")))
			return ATTR_TYPE_URL;
		name = str_skip(name, (size_t)colon + 1);
	}
	for (size_t i = 0; i < sizeof attrs / sizeof *attrs; i++)
		if (str_equal_cstr(name, attrs[i].name))
			return attrs[i].type;
	if (str_has_prefix(name, STR("on")))
		return ATTR_TYPE_SCRIPT;
	return contains(name, "src") || contains(name, "uri") || contains(name, "url") ? ATTR_TYPE_URL : ATTR_TYPE_PLAIN;
}

enum html_state html_attr_state(enum html_attr attr) {
	static const enum html_state states[] = {
		[ATTR_NONE] = HTML_ATTR,
		[ATTR_SCRIPT] = SCRIPT_CODE,
		[ATTR_SCRIPT_TYPE] = HTML_ATTR,
		[ATTR_STYLE] = STYLE_CODE,
		[ATTR_URL] = HTML_URL,
		[ATTR_SRCSET] = HTML_SRCSET,
		[ATTR_META_CONTENT] = HTML_META_CONTENT,
	};
	return states[attr];
}

bool html_is_script_type(struct str mime_type) {
	struct str type = str_trim(str_cut(&mime_type, ';'));
	for (size_t i = 0; i < sizeof script_types / sizeof *script_types; i++)
		if (str_equal_nocase(type, str_of(script_types[i])))
			return true;
	return false;
}
