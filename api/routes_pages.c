// SPDX-License-Identifier: Apache-2.0
// What a browser gets: a list of what is served, and the way on to the datasource's graph page.
#include "api/routes.h"
#include "base/query_escape.h"

static void append_html(struct buf *out, struct str text) {
	for (size_t i = 0; i < text.len; i++) {
		char c = text.data[i];
		if (c == '<' || c == '>' || c == '&' || c == '"')
			buf_format(out, "&#%d;", c);
		else
			buf_append_char(out, c);
	}
}

void serve_front_page(struct request *request) {
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
