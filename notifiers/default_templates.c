// SPDX-License-Identifier: Apache-2.0
// The templates every receiver starts from. See default_templates.h.
#include "notifiers/default_templates.h"

#include "base/buf.h"
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

// What receivers of one text get: every alert, firing ones first. Own names, for the texts below. A line of its own for what has ended:
// a list that users define anew may not end its last.
static const char lists[] =
    "{{ define \"__tocsin_text\" }}{{ if .Alerts.Firing }}Firing:\n{{ template \"__text_alert_list\" .Alerts.Firing }}{{ end }}"
    "{{ if .Alerts.Resolved }}{{ if .Alerts.Firing }}\n{{ end }}Resolved:\n{{ template \"__text_alert_list\" .Alerts.Resolved }}{{ end }}{{ end }}"
    "{{ define \"__tocsin_summary\" }}{{ with .CommonAnnotations.SortedPairs.Values }}{{ join \" \" . }}\n{{ end }}{{ template \"__tocsin_text\" . }}{{ end }}"
    "{{ define \"__tocsin_markdown\" }}{{ if .Alerts.Firing }}**Firing**\n{{ template \"__text_alert_list_markdown\" .Alerts.Firing }}{{ end }}"
    "{{ if .Alerts.Resolved }}{{ if .Alerts.Firing }}\n{{ end }}**Resolved**\n{{ template \"__text_alert_list_markdown\" .Alerts.Resolved }}{{ end }}{{ end }}";

#define SUBJECT "{{ template \"__subject\" . }}"
#define PROGRAM "{{ template \"__alertmanager\" . }}"
#define LINK "{{ template \"__alertmanagerURL\" . }}"
#define COLOR "{{ if eq .Status \"firing\" }}danger{{ else }}good{{ end }}"
#define TEXT "{{ template \"__tocsin_text\" . }}"
#define SUMMARY "{{ template \"__tocsin_summary\" . }}"
#define MARKDOWN "{{ template \"__tocsin_markdown\" . }}"
// The most urgent severity of the alerts `of`, in Jira's words.
#define PRIORITY_OF(of)                                                                                                               \
	"{{ range " of " }}{{ $severity := index .Labels \"severity\" }}{{ if eq $severity \"critical\" }}{{ $priority = \"High\" }}" \
	"{{ else if and (eq $severity \"warning\") (ne $priority \"High\") }}{{ $priority = \"Medium\" }}"                            \
	"{{ else if and (eq $severity \"info\") (eq $priority \"\") }}{{ $priority = \"Low\" }}{{ end }}{{ end }}"

// Every name that Alertmanager's own templates define for these receivers.
static const struct {
	const char *name, *text;
} receiver_templates[] = {
	{ "slack.default.title", SUBJECT },
	{ "slack.default.username", PROGRAM },
	{ "slack.default.fallback", "{{ template \"slack.default.title\" . }} | {{ template \"slack.default.titlelink\" . }}" },
	{ "slack.default.callbackid", "" },
	{ "slack.default.pretext", "" },
	{ "slack.default.titlelink", LINK },
	{ "slack.default.iconemoji", "" },
	{ "slack.default.iconurl", "" },
	{ "slack.default.text", "" },
	{ "slack.default.footer", "" },
	{ "slack.default.color", COLOR },
	{ "pagerduty.default.description", SUBJECT },
	{ "pagerduty.default.client", PROGRAM },
	{ "pagerduty.default.clientURL", LINK },
	{ "pagerduty.default.instances", "{{ template \"__text_alert_list\" . }}" },
	{ "opsgenie.default.message", SUBJECT },
	{ "opsgenie.default.description", SUMMARY },
	{ "opsgenie.default.source", LINK },
	{ "wechat.default.message", SUBJECT "\n" SUMMARY LINK },
	{ "wechat.default.to_user", "" },
	{ "wechat.default.to_party", "" },
	{ "wechat.default.to_tag", "" },
	{ "wechat.default.agent_id", "" },
	{ "victorops.default.state_message", SUMMARY },
	{ "victorops.default.entity_display_name", SUBJECT },
	{ "victorops.default.monitoring_tool", PROGRAM },
	{ "pushover.default.title", SUBJECT },
	{ "pushover.default.message", SUMMARY },
	{ "pushover.default.url", LINK },
	{ "sns.default.subject", SUBJECT },
	{ "sns.default.message", SUMMARY },
	{ "telegram.default.message", TEXT },
	{ "discord.default.content", "" },
	{ "discord.default.title", SUBJECT },
	{ "discord.default.message", TEXT },
	{ "webex.default.message", SUMMARY },
	{ "msteams.default.summary", SUBJECT },
	{ "msteams.default.title", SUBJECT },
	{ "msteams.default.text", MARKDOWN },
	{ "msteamsv2.default.title", SUBJECT },
	{ "msteamsv2.default.text", MARKDOWN },
	{ "jira.default.summary", SUBJECT },
	{ "jira.default.description", MARKDOWN },
	{ "jira.default.priority", "{{ $priority := \"\" }}" PRIORITY_OF(".Alerts.Firing") "{{ if eq $priority \"\" }}" PRIORITY_OF(".Alerts.Resolved") "{{ end }}{{ $priority }}" },
	{ "rocketchat.default.title", SUBJECT },
	{ "rocketchat.default.alias", PROGRAM },
	{ "rocketchat.default.titlelink", LINK },
	{ "rocketchat.default.emoji", "" },
	{ "rocketchat.default.iconurl", "" },
	{ "rocketchat.default.text", "" },
	{ "mattermost.default.color", COLOR },
	{ "mattermost.default.username", PROGRAM },
	{ "mattermost.default.title", SUBJECT },
	{ "mattermost.default.titlelink", LINK },
	{ "mattermost.default.fallback", "{{ template \"mattermost.default.title\" . }} | {{ template \"mattermost.default.titlelink\" . }}" },
	{ "mattermost.default.text", MARKDOWN },
};

static void append_receiver_templates(struct buf *out) {
	buf_append_cstr(out, lists);
	for (size_t i = 0; i < sizeof receiver_templates / sizeof *receiver_templates; i++)
		buf_format(out, "{{ define \"%s\" }}%s{{ end }}", receiver_templates[i].name, receiver_templates[i].text);
}

bool default_templates_add(struct template_set *set, struct error *err) {
	autobuf struct buf receivers = { 0 };
	append_receiver_templates(&receivers);
	return template_set_add(set, STR("default.tmpl"), str_of(shared), err) && template_set_add(set, STR("receivers.tmpl"), buf_str(&receivers), err) &&
	    template_set_add(set, STR("email.tmpl"), str_of(email_text), err) && template_set_add(set, STR("email_html.tmpl"), str_of(email_html), err);
}
