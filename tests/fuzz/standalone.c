// SPDX-License-Identifier: Apache-2.0
// Runs a fuzz target without a fuzzer: once over every file of the directories (or single files) given, in name order.
#include "base/buf.h"

#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool run_file(const char *path) {
	autoclose FILE *in = fopen(path, "re");
	if (in == NULL) {
		perror(path);
		return false;
	}
	autobuf struct buf content = { 0 };
	char chunk[1 << 16];
	for (size_t got; (got = fread(chunk, 1, sizeof chunk, in)) > 0;)
		buf_append(&content, chunk, got);
	fprintf(stderr, "%s (%zu bytes)\n", path, content.len); // the last line names the file that broke it
	LLVMFuzzerTestOneInput((const uint8_t *)buf_cstr(&content), content.len);
	return true;
}

static int run_directory(const char *path) {
	struct dirent **entries = NULL;
	int count = scandir(path, &entries, NULL, alphasort), done = 0;
	for (int i = 0; i < count; i++) {
		autobuf struct buf name = { 0 };
		buf_format(&name, "%s/%s", path, entries[i]->d_name);
		if (entries[i]->d_name[0] != '.')
			done += run_file(buf_cstr(&name));
		free(entries[i]);
	}
	free(entries);
	return done;
}

int main(int argc, char **argv) {
	int done = 0;
	for (int i = 1; i < argc; i++) {
		struct stat info;
		bool is_directory = stat(argv[i], &info) == 0 && S_ISDIR(info.st_mode);
		done += is_directory ? run_directory(argv[i]) : run_file(argv[i]);
	}
	printf("%d inputs\n", done);
	return done > 0 ? 0 : 1;
}
