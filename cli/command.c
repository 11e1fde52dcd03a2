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
		char name[80], letter[] = { '-', flag->letter, ',', ' ', '\0' };
		bool has_value = flag->type != FLAG_BOOL;
		snprintf(name, sizeof name, "%s--%s%s%s", flag->letter != 0 ? letter : "", flag->name, has_value ? "=" : "", has_value ? flag->value : "");
		printf("  %-34s %s%s%s%s\n", name, flag->help, flag->preset ? " [" : "", flag->preset ? flag->preset : "", flag->preset ? "]" : "");
	}
}

static const char *preset_of(const struct command *command, const struct flag *flag) {
	const char *given = command->is_client ? client_default(flag->name) : NULL;
	return given != NULL ? given : flag->preset;
}

static void add_item(struct flag_list *list, const char *value) {
	if (list->count < FLAG_LIST_MAX)
		list->items[list->count++] = value;
}

static void set_presets(const struct command *command, void *options) {
	memset(options, 0, command->options_size);
	for (size_t i = 0; i < command->flag_count; i++) {
		void *field = (char *)options + command->flags[i].offset;
		const char *preset = preset_of(command, &command->flags[i]);
		switch (command->flags[i].type) {
		case FLAG_TEXT:
			*(const char **)field = preset;
			break;
		case FLAG_BOOL:
			*(bool *)field = preset != NULL && strcmp(preset, "true") == 0;
			break;
		case FLAG_LIST:
			if (preset != NULL)
				add_item(field, preset);
			break;
		}
	}
}

static const struct flag *find_flag(const struct command *command, const char *name, size_t len) {
	for (size_t i = 0; i < command->flag_count; i++)
		if (strlen(command->flags[i].name) == len && memcmp(command->flags[i].name, name, len) == 0)
			return &command->flags[i];
	return NULL;
}

static const struct flag *find_letter(const struct command *command, char letter) {
	for (size_t i = 0; i < command->flag_count; i++)
		if (command->flags[i].letter == letter)
			return &command->flags[i];
	return NULL;
}

static int complain(const struct command *command, const char *what, const char *argument) {
	fprintf(stderr, "tocsin %s: %s: %s; see tocsin %s --help\n", command->words, argument, what, command->words);
	return -1;
}

struct parsing {
	const struct command *command;
	int argc;
	char **argv;
	int at; // of the flag that is read, or of its value when that stands apart
	void *options;
};

// `value`: what is written together with the flag; NULL: nothing. Returns 0, or -1 after a message.
static int set_flag(struct parsing *parsing, const struct flag *flag, const char *value) {
	void *field = (char *)parsing->options + flag->offset;
	const char *written = parsing->argv[parsing->at];
	if (value == NULL && parsing->at + 1 == parsing->argc)
		return complain(parsing->command, "needs a value", written);
	value = value != NULL ? value : parsing->argv[++parsing->at];
	if (flag->type == FLAG_TEXT) {
		*(const char **)field = value;
		return 0;
	}
	if (((struct flag_list *)field)->count == FLAG_LIST_MAX)
		return complain(parsing->command, "given too many times", written);
	add_item(field, value);
	return 0;
}

static int take_flag(struct parsing *parsing) {
	const char *name = parsing->argv[parsing->at] + 2, *equals = strchr(name, '=');
	const struct flag *flag = find_flag(parsing->command, name, equals != NULL ? (size_t)(equals - name) : strlen(name));
	bool is_no = flag == NULL && strncmp(name, "no-", 3) == 0;
	if (is_no)
		flag = find_flag(parsing->command, name + 3, strlen(name + 3));
	if (flag == NULL || (is_no && flag->type != FLAG_BOOL))
		return complain(parsing->command, "unknown flag", parsing->argv[parsing->at]);
	if (flag->type != FLAG_BOOL)
		return set_flag(parsing, flag, equals != NULL ? equals + 1 : NULL);
	if (equals != NULL)
		return complain(parsing->command, "takes no value", parsing->argv[parsing->at]);
	*(bool *)((char *)parsing->options + flag->offset) = !is_no;
	return 0;
}

// -ab: several without values; -dVALUE, -d VALUE.
static int take_letters(struct parsing *parsing) {
	for (const char *letters = parsing->argv[parsing->at] + 1; *letters != '\0'; letters++) {
		const struct flag *flag = find_letter(parsing->command, *letters);
		if (flag == NULL)
			return complain(parsing->command, "unknown flag", parsing->argv[parsing->at]);
		if (flag->type != FLAG_BOOL)
			return set_flag(parsing, flag, letters[1] != '\0' ? letters + 1 : NULL);
		*(bool *)((char *)parsing->options + flag->offset) = true;
	}
	return 0;
}

static bool has_letters(const struct command *command) {
	for (size_t i = 0; i < command->flag_count; i++)
		if (command->flags[i].letter != 0)
			return true;
	return false;
}

// Whether an argument is a flag; "-" is standard input.
static bool is_short(const struct command *command, const char *argument) {
	return argument[0] == '-' && argument[1] != '\0' && argument[1] != '-' && has_letters(command);
}

int command_parse(const struct command *command, int argc, char **argv, void *options) {
	struct parsing parsing = { command, argc, argv, 0, options };
	int kept = 0;
	bool only_arguments = false;
	set_presets(command, options);
	for (; parsing.at < argc; parsing.at++) {
		char *argument = argv[parsing.at];
		if (!only_arguments && strcmp(argument, "--") == 0) {
			only_arguments = true;
		} else if (!only_arguments && (strcmp(argument, "--help") == 0 || strcmp(argument, "-h") == 0)) {
			command_print_help(command);
			return -2;
		} else if (!only_arguments && strncmp(argument, "--", 2) == 0) {
			if (take_flag(&parsing) < 0)
				return -1;
		} else if (!only_arguments && is_short(command, argument)) {
			if (take_letters(&parsing) < 0)
				return -1;
		} else {
			argv[kept++] = argument;
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
