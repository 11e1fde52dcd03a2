// SPDX-License-Identifier: Apache-2.0
// URLs. See http_url.h. Source: Go net/url.
#include "model/http_url.h"

#include "base/buf.h"
#include "base/go_text.h"
#include "base/query_escape.h"
#include "model/host_port.h"

#include <ctype.h>
#include <string.h>

// A URL taken apart, undecoded.
struct url_parts {
	struct str scheme, user, host, path;
};

// Why it is none.
struct complaint {
	struct buf text;
	enum url_shown shown;
};

static bool is_control(char c) {
	return (unsigned char)c < ' ' || c == 0x7f;
}

// Says it with a piece of the URL, if that may be shown; false.
static bool complain(struct complaint *why, const char *before, struct str piece, const char *after) {
	buf_append_cstr(&why->text, before);
	if (why->shown == URL_SHOWN) {
		buf_append_char(&why->text, ' ');
		go_quote(&why->text, piece);
	}
	buf_append_cstr(&why->text, after);
	return false;
}

static bool complain_plainly(struct complaint *why, const char *text) {
	buf_append_cstr(&why->text, text);
	return false;
}

static bool check_escapes(struct str text, struct complaint *why) {
	for (size_t i = 0; i < text.len; i++)
		if (text.data[i] == '%' && url_escaped_byte(str_skip(text, i)) < 0)
			return complain(why, "invalid URL escape", str_head(str_skip(text, i), 3), "");
	return true;
}

// In a host only bytes of other scripts are escaped, and the sign itself before a zone.
static bool check_host_text(struct str host, struct complaint *why) {
	for (size_t i = 0; i < host.len; i++) {
		unsigned char c = (unsigned char)host.data[i];
		if (c == '%') {
			struct str escape = str_head(str_skip(host, i), 3);
			if (url_escaped_byte(escape) < 0 || (host.data[i + 1] < '8' && !str_equal(escape, STR("%25"))))
				return complain(why, "invalid URL escape", escape, "");
			i += 2;
		} else if (c < 0x80 && !isalnum(c) && strchr("-_.~!$&'()*+,;=:[]<>\"", c) == NULL) {
			return complain(why, "invalid character", str_head(str_skip(host, i), 1), " in host name");
		}
	}
	return true;
}

static bool check_port(struct str port, struct complaint *why) {
	bool is_good = port.len == 0 || port.data[0] == ':';
	for (size_t i = 1; i < port.len && is_good; i++)
		is_good = port.data[i] >= '0' && port.data[i] <= '9';
	return is_good || complain(why, "invalid port", port, " after host");
}

static bool check_bracketed(struct str host, struct complaint *why) {
	ptrdiff_t end = str_find_last_char(host, ']');
	if (end < 0)
		return complain_plainly(why, "missing ']' in host");
	struct str address = str_make(host.data + 1, (size_t)end - 1);
	ptrdiff_t zone = str_find(address, STR("%25"));
	if (zone >= 0)
		address.len = (size_t)zone;
	if (!check_port(str_skip(host, (size_t)end + 1), why) || !check_host_text(address, why))
		return false;
	if (!host_is_address(address))
		return complain(why, "invalid host:", address, " is no address of IPv6");
	return str_find_char(address, ':') >= 0 || complain_plainly(why, "invalid IP-literal");
}

static bool check_host(struct str host, struct complaint *why) {
	if (host.len > 0 && host.data[0] == '[')
		return check_bracketed(host, why);
	if (str_find_char(host, '[') >= 0)
		return complain_plainly(why, "invalid IP-literal");
	ptrdiff_t colon = str_find_last_char(host, ':');
	return check_port(str_skip(host, colon < 0 ? host.len : (size_t)colon), why) && check_host_text(host, why);
}

static bool check_user(struct str user, struct complaint *why) {
	for (size_t i = 0; i < user.len; i++)
		if (!isalnum((unsigned char)user.data[i]) && strchr("-._:~!$&'()*+,;=%@", user.data[i]) == NULL)
			return complain_plainly(why, "net/url: invalid userinfo");
	return check_escapes(user, why);
}

// Its scheme, or none; *rest is what follows.
static bool take_scheme(struct str url, struct str *scheme, struct str *rest, struct complaint *why) {
	size_t end = 0;
	while (end < url.len && (isalpha((unsigned char)url.data[end]) || (end > 0 && (isdigit((unsigned char)url.data[end]) || strchr("+-.", url.data[end]) != NULL))))
		end++;
	if (end == 0 && url.len > 0 && url.data[0] == ':')
		return complain_plainly(why, "missing protocol scheme");
	bool has_one = end < url.len && url.data[end] == ':';
	*scheme = str_head(url, has_one ? end : 0);
	*rest = str_skip(url, has_one ? end + 1 : 0);
	return true;
}

static struct str up_to(struct str text, char c) {
	ptrdiff_t end = str_find_char(text, c);
	return end < 0 ? text : str_head(text, (size_t)end);
}

static bool take_authority(struct url_parts *parts, struct complaint *why) {
	struct str authority = up_to(str_skip(parts->path, 2), '/');
	parts->path = str_skip(parts->path, 2 + authority.len);
	ptrdiff_t at = str_find_last_char(authority, '@');
	parts->user = str_head(authority, at < 0 ? 0 : (size_t)at);
	parts->host = str_skip(authority, (size_t)(at + 1));
	return check_host(parts->host, why) && check_user(parts->user, why);
}

static bool parse(struct str url, struct url_parts *parts, struct complaint *why) {
	struct str text = up_to(url, '#'), fragment = str_skip(url, text.len);
	for (size_t i = 0; i < text.len; i++)
		if (is_control(text.data[i]))
			return complain_plainly(why, "net/url: invalid control character in URL");
	if (!take_scheme(text, &parts->scheme, &parts->path, why))
		return false;
	parts->path = up_to(parts->path, '?');
	bool is_rooted = parts->path.len > 0 && parts->path.data[0] == '/';
	if (!is_rooted && parts->scheme.len > 0)
		return true; // opaque
	if (!is_rooted && str_find_char(up_to(parts->path, '/'), ':') >= 0)
		return complain_plainly(why, "first path segment in URL cannot contain colon");
	if (str_has_prefix(parts->path, STR("//")) && !take_authority(parts, why))
		return false;
	return check_escapes(parts->path, why) && check_escapes(fragment, why);
}

static bool check_parts(struct str url, enum url_shown shown, struct url_parts *parts, struct error *err) {
	enum { SHOWN_MAX = 160 };
	autobuf struct buf quoted = { 0 };
	struct complaint why = { .shown = shown };
	bool ok = parse(url, parts, &why);
	go_quote_head(&quoted, url, SHOWN_MAX);
	if (!ok)
		error_set(err, ERR_INVALID, "parse %s: %s", shown == URL_SHOWN ? buf_cstr(&quoted) : "a secret URL", buf_cstr(&why.text));
	buf_finish(&why.text);
	return ok;
}

bool url_check(struct str url, enum url_shown shown, struct error *err) {
	struct url_parts parts = { 0 };
	return check_parts(url, shown, &parts, err);
}

bool http_url_check(struct str url, enum url_shown shown, struct error *err) {
	struct url_parts parts = { 0 };
	if (!check_parts(url, shown, &parts, err))
		return false;
	if (!str_equal_nocase(parts.scheme, STR("http")) && !str_equal_nocase(parts.scheme, STR("https"))) {
		bool is_quoted = shown == URL_SHOWN || parts.scheme.len == 0;
		return error_set(err, ERR_INVALID, is_quoted ? "unsupported scheme \"%.*s\" for URL, expected http or https" : "unsupported scheme for URL, expected http or https", STR_ARG(parts.scheme));
	}
	if (parts.host.len == 0 || parts.host.data[0] == ':') // Go takes a port alone, and connects to nobody
		return error_set(err, ERR_INVALID, "missing host for URL");
	for (size_t i = 0; i < url.len; i++)
		if (is_control(url.data[i]) || url.data[i] == ' ')
			return error_set(err, ERR_INVALID, "a space or control character in the URL, expected %%20 and the like");
	return true;
}

// ---- as it is sent

static struct str path_of(struct str url) {
	ptrdiff_t scheme = str_find(url, STR("://"));
	struct str rest = up_to(up_to(str_skip(url, scheme < 0 ? 0 : (size_t)scheme + 3), '#'), '?');
	return str_skip(rest, up_to(rest, '/').len);
}

static bool path_is_escaped(struct str path) {
	for (size_t i = 0; i < path.len; i++)
		if (!isalnum((unsigned char)path.data[i]) && str_find_char(STR("-_.~!$&'()*+,;=:@[]%/"), path.data[i]) < 0)
			return false;
	return true;
}

static void append_decoded(struct buf *out, struct str path) {
	for (size_t i = 0; i < path.len; i++) {
		int byte = url_escaped_byte(str_skip(path, i));
		buf_append_char(out, byte >= 0 ? (char)byte : path.data[i]);
		i += byte >= 0 ? 2 : 0;
	}
}

void http_url_append(struct buf *out, struct str url) {
	struct str path = path_of(url);
	if (path_is_escaped(path)) {
		buf_append_str(out, url);
		return;
	}
	autobuf struct buf decoded = { 0 };
	append_decoded(&decoded, path);
	buf_append_str(out, str_head(url, (size_t)(path.data - url.data)));
	url_paths_escape(out, buf_str(&decoded));
	buf_append_str(out, str_skip(url, (size_t)(path.data - url.data) + path.len));
}
