// SPDX-License-Identifier: Apache-2.0
// Runs the registered tests of one test program.
#include "tests/harness/test.h"

#include "base/buf.h"
#include "base/mem.h"

#include <ftw.h>

enum { TESTS_MAX = 1000 };
static struct CMUnitTest tests[TESTS_MAX];
static size_t test_count;
static char directory[] = "/tmp/tocsin-test-XXXXXX";
static bool has_directory;

void test_register(const char *name, test_function *function) {
	if (test_count == TESTS_MAX)
		abort();
	tests[test_count++] = (struct CMUnitTest){ .name = name, .test_func = function };
}

void test_check_str(struct str got, struct str wanted, const char *file, int line) {
	if (str_equal(got, wanted))
		return;
	print_error("got:    \"%.*s\"\nwanted: \"%.*s\"\n", STR_ARG(got), STR_ARG(wanted));
	_fail(file, line);
}

const char *test_directory(void) {
	if (!has_directory && mkdtemp(directory) == NULL)
		abort();
	has_directory = true;
	return directory;
}

const char *test_source_path(const char *relative) {
	static struct buf path;
	buf_reset(&path);
	buf_format(&path, "%s/tests/%s", TOCSIN_SOURCE_ROOT, relative);
	return buf_cstr(&path);
}

static int remove_entry(const char *path, const struct stat *info, int kind, struct FTW *walk) {
	(void)info, (void)kind, (void)walk;
	return remove(path);
}

// With TOCSIN_TEST_REPORTS set, cmocka also writes NAME@pid.xml there: tools/count_tests.py counts the cases.
static void report_into(const char *directory_of_reports, const char *program) {
	static struct buf path;
	buf_format(&path, "%s/%s@%d.xml", directory_of_reports, program, (int)getpid());
	setenv("CMOCKA_XML_FILE", buf_cstr(&path), 1);
	cmocka_set_message_output(CM_OUTPUT_XML);
}

int main(int argc, char **argv) {
	(void)argc;
	const char *slash = strrchr(argv[0], '/');
	const char *reports = getenv("TOCSIN_TEST_REPORTS");
	if (reports != NULL)
		report_into(reports, slash == NULL ? argv[0] : slash + 1);
	int failed = _cmocka_run_group_tests(slash == NULL ? argv[0] : slash + 1, tests, test_count, NULL, NULL);
	if (has_directory)
		nftw(directory, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
	if (failed > 0 && reports != NULL)
		fprintf(stderr, "%d failed; see %s\n", failed, getenv("CMOCKA_XML_FILE"));
	return failed == 0 ? 0 : 1;
}
