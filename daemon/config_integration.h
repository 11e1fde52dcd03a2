// SPDX-License-Identifier: Apache-2.0
// How one integration of a receiver is read: what the files with their tables share. Private to daemon/.
#pragma once
#include "daemon/config_read.h"
#include "model/duration.h"

typedef bool read_integration(struct config_reader *reader, const struct yaml_node *node, struct integration_config *out);

// One `<kind>_configs`. Exported by the files that read them, listed in config_receivers.c.
struct integration_list {
	const char *key, *name;
	enum integration_kind kind;
	const struct yaml_table *table;
	read_integration *read;
	bool takes_null;          // a null entry is read as an empty one: its own complaint follows
	const char *const *plain; // keys whose texts are no templates, beside those of every kind; NULL-terminated; NULL: none
};
extern const struct integration_list slack_list, discord_list, msteams_list, msteamsv2_list, mattermost_list, rocketchat_list, webex_list, telegram_list;
extern const struct integration_list pagerduty_list, victorops_list, incidentio_list, opsgenie_list, pushover_list;

extern const struct yaml_table slack_table, discord_table, msteams_table, msteamsv2_table, mattermost_table, rocketchat_table, webex_table, telegram_table;
extern const struct yaml_table pagerduty_table, victorops_table, incidentio_table, opsgenie_table, pushover_table;
// Of maps in them.
extern const struct yaml_table chat_field_table, action_table, confirmation_table, attachment_table, rocketchat_action_table, image_table, link_table, responder_table;

// Rows that all kinds with a post_config have.
// clang-format off
#define POST_KEYS_OF(type, resolved) \
	{ "send_resolved", YAML_BOOL, .offset = offsetof(type, post.send_resolved), .preset = resolved, .help = "Tell when alerts resolve." }, \
	{ "http_config", YAML_CUSTOM, .offset = offsetof(type, post.http), .help = "How to speak to it.", HTTP_CONFIG }
#define TIMEOUT_KEY(type, member) \
	{ "timeout", YAML_CUSTOM, .offset = offsetof(type, member), .help = "Of one attempt, as Go writes durations; 0 = 1m.", GO_DURATION }
#define GO_DURATION .read = read_go_duration, .shape = "duration", .as = YAML_DURATION, .pattern = DURATION_GO_PATTERN, .example = "10s"
#define TEXT_KEY(type, key, member, standard, sentence) \
	{ key, YAML_CSTRING, .offset = offsetof(type, member), .preset = standard, .help = sentence }
#define URL_KEY(type, key, sentence) \
	{ key, YAML_CSTRING, .offset = offsetof(type, post.url.text), .help = sentence, .pattern = URL_PATTERN }
#define SECRET_URL_KEY(type, key, sentence) \
	{ key, YAML_CSTRING, .is_secret = true, .offset = offsetof(type, post.url.text), .help = sentence, .pattern = URL_PATTERN }
#define SECRET_KEY(type, key, member, sentence) \
	{ key, YAML_CSTRING, .is_secret = true, .offset = offsetof(type, member), .help = sentence }
#define FILE_KEY(type, key, member) \
	{ key, YAML_CSTRING, .offset = offsetof(type, member), .help = "File that holds it, read at each send." }
// A row of a list of maps, each read by `rows_table`.
#define MAPS(reader_function, rows_table, text) .read = reader_function, .shape = text, .table = &rows_table, .is_list = true
// clang-format on

#define DEFAULT_OF(name) "{{ template \"" name "\" . }}"

yaml_read read_go_duration; // into a dur_ms, as time.ParseDuration
yaml_read read_chat_fields; // into a struct chat_fields; the kind is told by key->shape
yaml_read keep_tree;        // into a const struct yaml_node *, which outlives the document

// Reads `node` by the table into *post, what kind it may be: defaults from global. `post` is the struct's first member.
bool post_read(struct config_reader *reader, const struct yaml_table *table, const struct yaml_node *node, struct post_config *post);
typedef bool check_map(struct yaml_reader *reader, const struct yaml_node *node, void *item);
// What the maps of a list become: structs of `size`, read by `table`.
struct map_kind {
	const struct yaml_table *table;
	size_t size;
	check_map *check; // complains of one; NULL: nothing
};
// Each map of the list `value`; *items is in the arena.
bool read_maps(struct yaml_reader *reader, const struct map_kind *kind, const struct yaml_node *value, const void **items, size_t *count);
// A map of texts as pairs, in file order.
const struct named_text *take_named_texts(struct arena *arena, const struct yaml_string_map *map);

// ---- complaints: false, at the node or at its key (where it is there)
bool config_refuse(struct config_reader *reader, const struct yaml_node *node, const char *key, const char *text);
bool has_text(const char *text); // neither NULL nor empty
bool has_secret(const struct secret_text *secret);
// Empty texts are none; of text and file at most one. `key` names the text, FILE is `key`_file.
bool check_secret(struct config_reader *reader, const struct yaml_node *node, const char *key, struct secret_text *secret);
// A URL of the receiver's own; "<secret>" passes for one that is a secret, as amtool's does.
bool check_own_url(struct config_reader *reader, const struct yaml_node *node, const char *key, const char *url, bool is_secret);
bool has_authorization(const struct http_config *http); // bearer_token is short for one
// Neither is there: global's.
void inherit_secret(struct secret_text *secret, const struct secret_text *from);
// What is made of all that stands in `node`: a hash, and the texts that are templates.
void take_content(struct config_reader *reader, const struct integration_list *list, const struct yaml_node *node, struct integration_config *out);
