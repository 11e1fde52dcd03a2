// SPDX-License-Identifier: Apache-2.0
// The steps of a scenario file: what each key does to the world, or checks. README.md describes the form.
#pragma once
#include "base/yaml_doc.h"
#include "tests/scenario/roles.h"

struct scenario {
	struct yaml_doc doc;
	struct roles roles;
	struct position at; // of the step under way
};

// A failed check: file, line and what was wrong end the test.
PRINTF_LIKE(2, 3)
__attribute__((noreturn)) void step_fail(const struct scenario *scenario, const char *format, ...);
dur_ms step_duration(const struct scenario *scenario, const struct yaml_node *node);                     // "5m", "-30s"
struct str step_text(const struct scenario *scenario, const struct yaml_node *mapping, const char *key); // empty when absent

typedef void step_action(struct scenario *scenario, struct yaml_node *value);
struct step {
	const char *key;
	bool is_check; // what is due at the instant runs before it; before an action only what was due earlier
	step_action *run;
};
const struct step *step_find(struct str key); // NULL: there is none

void scenario_write_files(struct scenario *scenario, struct yaml_node *from); // its `config` and `rules`, if it has them

// ---- step_checks.c
void check_expect(struct scenario *scenario, struct yaml_node *value);
void check_alerts(struct scenario *scenario, struct yaml_node *value);
void check_rules(struct scenario *scenario, struct yaml_node *value);
void check_groups(struct scenario *scenario, struct yaml_node *value);
void check_written(struct scenario *scenario, struct yaml_node *value);
void check_writes(struct scenario *scenario, struct yaml_node *value);
void check_rows(struct scenario *scenario, struct yaml_node *value);
