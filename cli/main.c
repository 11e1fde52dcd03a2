// SPDX-License-Identifier: Apache-2.0
// tocsin: finds the subcommand among the rows and runs it.
#include "cli/command.h"

#include <stdio.h>
#include <string.h>

// Of two that fit the first one is meant: those of two words stand before the word alone.
static const struct command *const commands[] = {
	&serve_command,
	&check_config_command,
	&check_rules_command,
	&check_expr_command,
	&check_matchers_command,
	&amtool_check_command,
	&routes_show_command,
	&routes_test_command,
	&intervals_test_command,
	&template_render_command,
	&alert_query_command,
	&alert_add_command,
	&alert_command,
	&silence_query_command,
	&silence_add_command,
	&silence_update_command,
	&silence_expire_command,
	&silence_import_command,
	&silence_command,
	&config_routes_show_command,
	&config_routes_test_command,
	&config_routes_command,
	&config_show_command,
	&config_command,
	&cluster_show_command,
	&cluster_command,
	&version_command,
};
enum { COMMAND_COUNT = sizeof commands / sizeof *commands };

// "check": the first of the two words of commands.
static bool starts(const struct command *command, const char *word) {
	size_t len = strlen(word);
	return strncmp(command->words, word, len) == 0 && command->words[len] == ' ';
}

static bool is_group(const char *word) {
	for (size_t i = 0; i < COMMAND_COUNT; i++)
		if (starts(commands[i], word))
			return true;
	return false;
}

// All of them, or those of a group.
static void print_commands(FILE *out, const char *group) {
	fprintf(out, "usage: tocsin %s%sCOMMAND [flags] [arguments]\n\n", group != NULL ? group : "", group != NULL ? " " : "");
	fprintf(out, "%sCommands:\n", group == NULL ? "An alerting and rules engine for Prometheus.\n\n" : "");
	for (size_t i = 0; i < COMMAND_COUNT; i++)
		if (group == NULL || starts(commands[i], group))
			fprintf(out, "  %-16s %s\n", commands[i]->words, commands[i]->help);
	fprintf(out, "\ntocsin COMMAND --help shows the flags of a command.\n");
}

static bool asks_for_help(const char *word) {
	return strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0 || strcmp(word, "help") == 0;
}

// No command was named: says which there are, on standard output when that was asked for.
static int show_commands(int argc, char **argv) {
	const char *group = argc > 0 && is_group(argv[0]) ? argv[0] : NULL;
	const char *word = group != NULL ? (argc > 1 ? argv[1] : NULL) : argc > 0 ? argv[0]
	                                                                          : NULL;
	bool asked = word != NULL && asks_for_help(word);
	if (word != NULL && !asked)
		fprintf(stderr, "tocsin: unknown command: %s%s%s\n", group != NULL ? group : "", group != NULL ? " " : "", word);
	print_commands(asked ? stdout : stderr, group);
	return asked ? 0 : EXIT_USAGE;
}

// How many arguments the words of the command take up; 0 when they do not match.
static int words_taken(const struct command *command, int argc, char **argv) {
	const char *words = command->words;
	for (int i = 0; i < argc; i++) {
		size_t len = strcspn(words, " ");
		if (strlen(argv[i]) != len || memcmp(argv[i], words, len) != 0)
			return 0;
		words += len;
		if (*words == '\0')
			return i + 1;
		words++;
	}
	return 0;
}

static int run(const struct command *command, int argc, char **argv) {
	_Alignas(max_align_t) char options[COMMAND_OPTIONS_MAX];
	int count = command_parse(command, argc, argv, options);
	if (count < 0)
		return count == -2 ? 0 : EXIT_USAGE;
	return command->run(options, count, argv);
}

// How many arguments a flag takes up that amtool has for all commands; 0: it is none of them.
static int flag_width(const char *argument) {
	static const char *const with_value[] = { "--alertmanager.url", "--output", "-o", "--timeout", "--http.config.file", "--date.format", "--enable-feature", "--config.file" };
	static const char *const alone[] = { "-v", "--verbose", "--version-check", "--no-version-check" };
	size_t len = strcspn(argument, "=");
	for (size_t i = 0; i < sizeof with_value / sizeof *with_value; i++)
		if (strlen(with_value[i]) == len && memcmp(argument, with_value[i], len) == 0)
			return argument[len] == '=' ? 1 : 2;
	for (size_t i = 0; i < sizeof alone / sizeof *alone; i++)
		if (strcmp(argument, alone[i]) == 0)
			return 1;
	return 0;
}

// amtool takes the flags of all commands before the command and between its words, too: they are moved behind. Others stand before it by mistake.
static void move_flags(int argc, char **argv, bool only_known) {
	int count = 0;
	while (count < argc && argv[count][0] == '-') {
		int width = flag_width(argv[count]);
		if (width == 0 && only_known)
			break;
		count += width == 0 ? 1 : width;
	}
	if (count == 0 || count >= argc)
		return; // no command follows
	int end = count;
	while (end < argc && strcmp(argv[end], "--") != 0)
		end++; // what follows is no flag
	for (int moved = 0; moved < count; moved++) {
		char *flag = argv[0];
		memmove(argv, argv + 1, (size_t)(end - 1) * sizeof *argv);
		argv[end - 1] = flag;
	}
}

int main(int argc, char **argv) {
	move_flags(argc - 1, argv + 1, false);
	for (int word = 2; word <= 3 && word < argc; word++)
		move_flags(argc - word, argv + word, true);
	for (size_t i = 0; i < COMMAND_COUNT; i++) {
		int taken = words_taken(commands[i], argc - 1, argv + 1);
		if (taken > 0)
			return run(commands[i], argc - 1 - taken, argv + 1 + taken);
	}
	if (argc > 1 && (strcmp(argv[1], "--version") == 0))
		return run(&version_command, 0, argv + argc);
	return show_commands(argc - 1, argv + 1);
}
