// SPDX-License-Identifier: Apache-2.0
// Flags from tables. See command.h.
#include "cli/command.h"

#include "base/buf.h"

#include <stdio.h>
#include <string.h>

void command_print_help(const struct command *command) {
	printf("usage: tocsin %s%s%s%s\n\n%s\n", command->words, command->flag_count > 0 ? " [flags]" : "", *command->arguments ? " " : "", command->arguments, command->help);
	if (command->flag_count > 0)
		printf("\nFlags:\n");
	for (size_t i = 0; i < command->flag_count; i++) {
		const struct flag *flag = &command->flags[i];
		char name[80];
		bool has_value = flag->type != FLAG_BOOL;
		snprintf(name, sizeof name, "--%s%s%s", flag->name, has_value ? "=" : "", has_value ? flag->value : "");
		printf("  %-34s %s%s%s%s\n", name, flag->help, flag->preset ? " [" : "", flag->preset ? flag->preset : "", flag->preset ? "]" : "");
	}
}

static void set_presets(const struct command *command, void *options) {
	memset(options, 0, command->options_size);
	for (size_t i = 0; i < command->flag_count; i++)
		if (command->flags[i].type == FLAG_TEXT)
			*(const char **)((char *)options + command->flags[i].offset) = command->flags[i].preset;
}

static const struct flag *find_flag(const struct command *command, const char *name, size_t len) {
	for (size_t i = 0; i < command->flag_count; i++)
		if (strlen(command->flags[i].name) == len && memcmp(command->flags[i].name, name, len) == 0)
			return &command->flags[i];
	return NULL;
}

static int complain(const struct command *command, const char *what, const char *argument) {
	fprintf(stderr, "tocsin %s: %s: %s; see tocsin %s --help\n", command->words, argument, what, command->words);
	return -1;
}

// Takes the flag at argv[*at], and its value where that stands apart. Returns 0, or -1 after a message.
static int take_flag(const struct command *command, int argc, char **argv, int *at, void *options) {
	const char *name = argv[*at] + 2, *equals = strchr(name, '=');
	const struct flag *flag = find_flag(command, name, equals != NULL ? (size_t)(equals - name) : strlen(name));
	if (flag == NULL)
		return complain(command, "unknown flag", argv[*at]);
	void *field = (char *)options + flag->offset;
	if (flag->type == FLAG_BOOL) {
		if (equals != NULL)
			return complain(command, "takes no value", argv[*at]);
		*(bool *)field = true;
		return 0;
	}
	if (equals == NULL && *at + 1 == argc)
		return complain(command, "needs a value", argv[*at]);
	const char *value = equals != NULL ? equals + 1 : argv[++*at];
	if (flag->type == FLAG_TEXT) {
		*(const char **)field = value;
		return 0;
	}
	struct flag_list *list = field;
	if (list->count == FLAG_LIST_MAX)
		return complain(command, "given too many times", argv[*at]);
	list->items[list->count++] = value;
	return 0;
}

int command_parse(const struct command *command, int argc, char **argv, void *options) {
	int kept = 0;
	bool only_arguments = false;
	set_presets(command, options);
	for (int i = 0; i < argc; i++) {
		if (!only_arguments && strcmp(argv[i], "--") == 0) {
			only_arguments = true;
		} else if (!only_arguments && (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)) {
			command_print_help(command);
			return -2;
		} else if (!only_arguments && strncmp(argv[i], "--", 2) == 0) {
			if (take_flag(command, argc, argv, &i, options) < 0)
				return -1;
		} else {
			argv[kept++] = argv[i];
		}
	}
	if (kept > 0 && *command->arguments == '\0')
		return complain(command, "unexpected argument", argv[0]);
	return kept;
}

int command_print(void (*format)(struct buf *out)) {
	autobuf struct buf text = { 0 };
	format(&text);
	fputs(buf_cstr(&text), stdout);
	return 0;
}
