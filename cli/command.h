// SPDX-License-Identifier: Apache-2.0
// Subcommands and their flags as rows. A command is a file that exports one row; main.c lists them.
#pragma once
#include <stdbool.h>
#include <stddef.h>

enum flag_type {
	FLAG_TEXT, // const char *: --name=value or --name value
	FLAG_BOOL, // bool: --name; --no-name
	FLAG_LIST, // struct flag_list: --name=value or --name value, any number of times
};

enum { FLAG_LIST_MAX = 32 };

struct flag_list {
	const char *items[FLAG_LIST_MAX];
	size_t count;
};

struct flag {
	const char *name; // without the dashes
	enum flag_type type;
	size_t offset;      // of the field in the command's options
	const char *preset; // default of a text, "true" of a bool; NULL = none
	const char *value;  // what the value is called in --help
	const char *help;   // one sentence
	char letter;        // -x for short; 0 = none
};

struct command {
	const char *words;     // "check rules"
	const char *arguments; // what follows the flags, for --help; "" = nothing may
	const char *help;      // one sentence
	const struct flag *flags;
	size_t flag_count;
	bool is_client;                                         // its flags have defaults in amtool's files, too
	size_t options_size;                                    // of the struct the flags fill; at most COMMAND_OPTIONS_MAX
	int (*run)(const void *options, int argc, char **argv); // what is left of the arguments; returns the exit status
};
enum { COMMAND_OPTIONS_MAX = 2048,
	EXIT_USAGE = 2 };

struct buf;
extern const struct command serve_command, check_config_command, check_rules_command, check_expr_command, template_render_command, version_command;
extern const struct command alert_query_command, alert_add_command, alert_command, silence_query_command, silence_add_command, silence_update_command;
extern const struct command silence_expire_command, silence_import_command, silence_command, config_show_command, config_command, cluster_show_command, cluster_command;
extern const struct command check_matchers_command, routes_show_command, routes_test_command, intervals_test_command;
extern const struct command amtool_check_command, config_routes_show_command, config_routes_test_command, config_routes_command; // by amtool's names

// Reads the flags of `command` into options (presets first) and moves the other arguments to the front of argv.
// Returns their number; or -1 after a message on stderr; or -2 after --help was printed.
int command_parse(const struct command *command, int argc, char **argv, void *options);
// The default of a client's flag in $HOME/.config/amtool/config.yml or /etc/amtool/config.yml; NULL: none. Lives as long as the program.
const char *client_default(const char *flag);
// Prints what `format` appends; returns the exit status.
int command_print(void (*format)(struct buf *out));
void command_print_help(const struct command *command);
