// SPDX-License-Identifier: Apache-2.0
// The templates every receiver starts from. See default_templates.h.
#include "notifiers/default_templates.h"

#include "template/template.h"

// What users' own templates build on.
static const char shared[] =
    "{{ define \"__alertmanager\" }}tocsin{{ end }}"
    "{{ define \"__alertmanagerURL\" }}{{ .ExternalURL }}/#/alerts?receiver={{ .Receiver | urlquery }}{{ end }}"
    "{{ define \"__subject\" }}[{{ toUpper .Status }}{{ if eq .Status \"firing\" }}:{{ len .Alerts.Firing }}{{ end }}] "
    "{{ join \" \" .GroupLabels.SortedPairs.Values }}"
    "{{ $more := .CommonLabels.Remove .GroupLabels.Names }}{{ if $more }} ({{ join \" \" $more.Values }}){{ end }}{{ end }}"
    "{{ define \"__description\" }}{{ end }}"
    "{{ define \"__text_alert_list\" }}{{ range . }}"
    "Labels:\n{{ range .Labels.SortedPairs }} - {{ .Name }} = {{ .Value }}\n{{ end }}"
    "Annotations:\n{{ range .Annotations.SortedPairs }} - {{ .Name }} = {{ .Value }}\n{{ end }}"
    "Source: {{ .GeneratorURL }}\n{{ end }}{{ end }}"
    "{{ define \"__text_alert_list_markdown\" }}{{ range . }}\n"
    "Labels:\n{{ range .Labels.SortedPairs }}  - {{ .Name }} = {{ .Value }}\n{{ end }}\n"
    "Annotations:\n{{ range .Annotations.SortedPairs }}  - {{ .Name }} = {{ .Value }}\n{{ end }}\n"
    "Source: {{ .GeneratorURL }}\n{{ end }}{{ end }}";

static const char email_text[] =
    "{{ define \"email.default.subject\" }}{{ template \"__subject\" . }}{{ end }}"
    "{{ define \"email.default.text\" }}{{ template \"__subject\" . }}\n\n"
    "{{ if .Alerts.Firing }}Firing:\n\n{{ range .Alerts.Firing }}"
    "{{ range .Labels.SortedPairs }}  {{ .Name }} = {{ .Value }}\n{{ end }}"
    "{{ range .Annotations.SortedPairs }}  {{ .Name }}: {{ .Value }}\n{{ end }}"
    "  since {{ .StartsAt }}\n  {{ .GeneratorURL }}\n\n{{ end }}{{ end }}"
    "{{ if .Alerts.Resolved }}Resolved:\n\n{{ range .Alerts.Resolved }}"
    "{{ range .Labels.SortedPairs }}  {{ .Name }} = {{ .Value }}\n{{ end }}"
    "{{ range .Annotations.SortedPairs }}  {{ .Name }}: {{ .Value }}\n{{ end }}"
    "  from {{ .StartsAt }} to {{ .EndsAt }}\n  {{ .GeneratorURL }}\n\n{{ end }}{{ end }}"
    "-- \nSent by {{ template \"__alertmanager\" . }}: {{ template \"__alertmanagerURL\" . }}\n{{ end }}";

static const char email_html[] =
    "{{ define \"__email_alert\" }}<table style=\"border-collapse:collapse;margin:0 0 16px\">"
    "{{ range .Labels.SortedPairs }}<tr><th style=\"text-align:left;padding:1px 12px 1px 0;color:#555\">{{ .Name }}</th><td>{{ .Value }}</td></tr>\n{{ end }}"
    "{{ range .Annotations.SortedPairs }}<tr><th style=\"text-align:left;padding:1px 12px 1px 0;color:#888\">{{ .Name }}</th><td>{{ .Value }}</td></tr>\n{{ end }}"
    "<tr><td colspan=\"2\"><a href=\"{{ .GeneratorURL }}\">Source</a></td></tr></table>\n{{ end }}"
    "{{ define \"email.default.html\" }}<!DOCTYPE html>\n<html><head><meta charset=\"utf-8\"><title>{{ template \"__subject\" . }}</title></head>\n"
    "<body style=\"font-family:sans-serif;font-size:14px;color:#222\">\n"
    "<p>{{ len .Alerts }} alert{{ if gt (len .Alerts) 1 }}s{{ end }} for "
    "{{ range .GroupLabels.SortedPairs }}{{ .Name }}=<b>{{ .Value }}</b> {{ end }}&ndash; "
    "<a href=\"{{ template \"__alertmanagerURL\" . }}\">open in {{ template \"__alertmanager\" . }}</a></p>\n"
    "{{ if .Alerts.Firing }}<h3 style=\"background:#c0392b;color:#fff;padding:6px 10px\">{{ len .Alerts.Firing }} firing</h3>\n"
    "{{ range .Alerts.Firing }}{{ template \"__email_alert\" . }}{{ end }}{{ end }}"
    "{{ if .Alerts.Resolved }}<h3 style=\"background:#27805a;color:#fff;padding:6px 10px\">{{ len .Alerts.Resolved }} resolved</h3>\n"
    "{{ range .Alerts.Resolved }}{{ template \"__email_alert\" . }}{{ end }}{{ end }}"
    "</body></html>\n{{ end }}";

bool default_templates_add(struct template_set *set, struct error *err) {
	return template_set_add(set, STR("default.tmpl"), str_of(shared), err) && template_set_add(set, STR("email.tmpl"), str_of(email_text), err) &&
	    template_set_add(set, STR("email_html.tmpl"), str_of(email_html), err);
}
