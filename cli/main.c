// SPDX-License-Identifier: Apache-2.0
// tocsin: finds the subcommand among the rows and runs it.
#include "cli/command.h"

#include <stdio.h>
#include <string.h>

static const struct command *const commands[] = {
	&serve_command,
	&check_config_command,
	&check_rules_command,
	&check_expr_command,
	&version_command,
};
enum { COMMAND_COUNT = sizeof commands / sizeof *commands };

static void print_commands(FILE *out) {
	fprintf(out, "usage: tocsin COMMAND [flags] [arguments]\n\nAn alerting and rules engine for Prometheus.\n\nCommands:\n");
	for (size_t i = 0; i < COMMAND_COUNT; i++)
		fprintf(out, "  %-14s %s\n", commands[i]->words, commands[i]->help);
	fprintf(out, "\ntocsin COMMAND --help shows the flags of a command.\n");
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

int main(int argc, char **argv) {
	for (size_t i = 0; i < COMMAND_COUNT; i++) {
		int taken = words_taken(commands[i], argc - 1, argv + 1);
		if (taken > 0)
			return run(commands[i], argc - 1 - taken, argv + 1 + taken);
	}
	if (argc > 1 && (strcmp(argv[1], "--version") == 0))
		return run(&version_command, 0, argv + argc);
	bool asked = argc > 1 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "help") == 0);
	if (argc > 1 && !asked)
		fprintf(stderr, "tocsin: unknown command: %s\n", argv[1]);
	print_commands(asked ? stdout : stderr);
	return asked ? 0 : EXIT_USAGE;
}
