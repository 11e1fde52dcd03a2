// SPDX-License-Identifier: Apache-2.0
// A helper server of a test. See fixture.h.
#include "tests/harness/fixture.h"

#include "base/cleanup.h"
#include "tests/harness/test.h"

#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>

static void become_script(const char *script, const char *argument, int out) {
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	dup2(out, STDOUT_FILENO);
	execl(TEST_PYTHON, "python3", "-u", "-B", script, argument, (char *)NULL);
	_exit(127);
}

static bool read_ports(struct fixture *fixture, FILE *in) {
	char line[128];
	while (fgets(line, sizeof line, in) != NULL) {
		if (strcmp(line, "ready\n") == 0)
			return true;
		struct fixture_port *port = &fixture->ports[fixture->port_count];
		if (fixture->port_count < FIXTURE_PORTS_MAX && sscanf(line, "%23s %d", port->name, &port->port) == 2)
			fixture->port_count++;
	}
	return false;
}

bool fixture_start(struct fixture *fixture, const char *script, const char *argument) {
	*fixture = (struct fixture){ 0 };
	const char *path = test_source_path(script);
	int ends[2];
	CHECK(pipe(ends) == 0);
	fixture->pid = fork();
	CHECK(fixture->pid >= 0);
	if (fixture->pid == 0)
		become_script(path, argument, ends[1]);
	close(ends[1]);
	autoclose FILE *in = fdopen(ends[0], "r");
	CHECK(in != NULL);
	if (read_ports(fixture, in))
		return true;
	int status = 0;
	waitpid(fixture->pid, &status, 0);
	fixture->pid = 0;
	CHECK(WIFEXITED(status));
	CHECK_INT(WEXITSTATUS(status), 77);
	return false;
}

int fixture_port(const struct fixture *fixture, const char *name) {
	for (int i = 0; i < fixture->port_count; i++)
		if (strcmp(fixture->ports[i].name, name) == 0)
			return fixture->ports[i].port;
	FAIL_TEST("the fixture has no port \"%s\"", name);
	return 0;
}

void fixture_stop(struct fixture *fixture) {
	if (fixture->pid <= 0)
		return;
	kill(fixture->pid, SIGKILL);
	waitpid(fixture->pid, NULL, 0);
	fixture->pid = 0;
}
