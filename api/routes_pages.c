// SPDX-License-Identifier: Apache-2.0
// What a browser gets: the pages, which ask the API themselves; a list of what is served; the way on to the datasource's graph page.
#include "api/embedded_file.h"
#include "api/routes.h"
#include "base/query_escape.h"

// ---- the pages

// What comes from strangers (labels, annotations) is text to the pages. Should one of them ever take it for more, the browser is told not to.
static const struct reply_header page_headers[] = {
	{ "Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
	                             "require-trusted-types-for 'script'; trusted-types 'none'" },
	{ "X-Content-Type-Options", "nosniff" },
	{ "Referrer-Policy", "no-referrer" }, // addresses hold labels
	{ "Cache-Control", "no-cache" },      // a browser asks whether it has changed: a new version is seen at once
	{ NULL, NULL },
};

// `known` is an If-None-Match header: entity tags in quotes, or a star.
static bool is_known(const char *known, const char *etag) {
	return known != NULL && (strcmp(known, "*") == 0 || strstr(known, etag) != NULL);
}

static void reply_file(struct request *request, const struct embedded_file *file) {
	bool is_same = is_known(request->known_etag, file->etag);
	reply_text(request, is_same ? 304 : 200, "");
	request->content_type = file->content_type;
	request->etag = file->etag;
	request->headers = page_headers;
	if (!is_same)
		buf_append_str(&request->text, file->bytes);
}

static const struct embedded_file *find_file(struct str name) {
	const struct embedded_file *file = page_files;
	while (file->name != NULL && !str_equal_cstr(name, file->name))
		file++;
	return file->name == NULL ? NULL : file;
}

void serve_page(struct request *request) {
	reply_file(request, find_file(STR("index.html")));
}

void serve_page_file(struct request *request) {
	const struct embedded_file *file = find_file(request->named);
	if (file == NULL)
		reply_text(request, 404, "404 page not found\n");
	else
		reply_file(request, file);
}

// ---- the list

static void append_html(struct buf *out, struct str text) {
	for (size_t i = 0; i < text.len; i++) {
		char c = text.data[i];
		if (c == '<' || c == '>' || c == '&' || c == '"')
			buf_format(out, "&#%d;", c);
		else
			buf_append_char(out, c);
	}
}

void serve_route_list(struct request *request) {
	size_t count = 0;
	const struct route *routes = route_list(&count);
	reply_text(request, 200, "<!DOCTYPE html>\n<html lang=\"en\"><title>tocsin</title>\n<h1>tocsin ");
	request->content_type = "text/html; charset=utf-8";
	append_html(&request->text, str_of(server_options(request->server)->version));
	buf_append_cstr(&request->text, "</h1>\n<dl>\n");
	for (size_t i = 0; i < count; i++) {
		bool is_link = strcmp(routes[i].method, "GET") == 0 && strchr(routes[i].path, '{') == NULL;
		buf_format(&request->text, "<dt>%s ", routes[i].method);
		buf_format(&request->text, is_link ? "<a href=\".%s\">%s</a>" : "%.0s%s", routes[i].path, routes[i].path);
		buf_append_cstr(&request->text, "</dt><dd>");
		append_html(&request->text, str_of(routes[i].help));
		buf_append_cstr(&request->text, "</dd>\n");
	}
	buf_append_cstr(&request->text, "</dl>\n</html>\n");
}

// ---- the graph

// An alert's generator URL has the form Prometheus gives it and points here; the graphs are the datasource's.
void serve_graph(struct request *request) {
	const char *datasource = server_setup(request->server)->datasource_url;
	if (datasource == NULL) {
		reply_text(request, 404, "there is no datasource\n");
		return;
	}
	autobuf struct buf url = { 0 };
	buf_format(&url, "%s/graph", datasource);
	for (size_t i = 0; i < request->parameters.count; i++) {
		buf_append_char(&url, i == 0 ? '?' : '&');
		url_query_escape(&url, request->parameters.items[i].name);
		buf_append_char(&url, '=');
		url_query_escape(&url, request->parameters.items[i].value);
	}
	reply_redirect(request, buf_str(&url));
}
