// SPDX-License-Identifier: Apache-2.0
#include "base/problems.h"
#include "base/buf.h"
#include "base/fs.h"
#include "tests/harness/test.h"

TEST(a_problem_shows_its_line_and_a_caret) {
	autobuf struct buf out = { 0 };
	struct problem problem = { .severity = SEVERITY_ERROR, .at = { "a.yml", 2, 6 }, .text = STR("bad thing") };
	problem_format(&out, &problem, STR("first\nü\tx: y\nthird"));
	CHECK_STR(buf_str(&out), "a.yml:2:6: error: bad thing\n  ü\tx: y\n   \t   ^\n");
}

TEST(a_finding_carries_its_id) {
	autobuf struct buf out = { 0 };
	struct problem problem = { .severity = SEVERITY_WARNING, .at = { "a.yml", 1, 1 }, .id = STR("some-id"), .text = STR("odd") };
	problem_format(&out, &problem, STR_NONE);
	CHECK_STR(buf_str(&out), "a.yml:1:1: warning: odd [some-id]\n");
}

TEST(a_problem_without_a_place_is_told_all_the_same) {
	autobuf struct buf out = { 0 };
	struct problem problem = { .severity = SEVERITY_ERROR, .text = STR("bad") };
	problem_format(&out, &problem, STR_NONE);
	problem.at.file = "f";
	problem_format(&out, &problem, STR_NONE);
	CHECK_STR(buf_str(&out), "error: bad\nf: error: bad\n");
}

TEST(errors_are_counted_warnings_are_not) {
	struct problems problems = { 0 };
	struct position at = { "b", 3, 1 };
	problem_error(&problems, at, "x %d", 1);
	problem_warning(&problems, (struct position){ "b", 1, 1 }, "y");
	struct error err;
	error_at(&err, (struct position){ "a", 9, 9 }, "z");
	problem_from_error(&problems, &err);
	CHECK_INT(problems.errors, 2);
	problems_sort(&problems);
	CHECK_STR(problems.items[0].text, "z");
	CHECK_STR(problems.items[1].text, "y");
	CHECK_STR(problems.items[2].text, "x 1");
	problems_finish(&problems);
}

TEST(no_more_than_the_limit_are_kept) {
	struct problems problems = { 0 };
	for (int i = 0; i < 10005; i++)
		problem_error(&problems, (struct position){ 0 }, "e");
	CHECK_INT(problems.count, 10000);
	CHECK_INT(problems.errors, 10005);
	autobuf struct buf out = { 0 };
	problems_format(&out, &problems);
	CHECK(str_has_suffix(buf_str(&out), STR("… and 5 more\n")));
	problems_finish(&problems);
}

TEST(sources_are_read_again_from_their_files) {
	char path[300];
	struct error err;
	struct problems problems = { 0 };
	autobuf struct buf out = { 0 };
	snprintf(path, sizeof path, "%s/s.yml", test_directory());
	CHECK(fs_write_file(path, STR("a: b\nc: d\n"), &err));
	problem_error(&problems, (struct position){ path, 2, 4 }, "no");
	problems_format(&out, &problems);
	CHECK(str_has_suffix(buf_str(&out), STR(":2:4: error: no\n  c: d\n     ^\n")));
	problems_finish(&problems);
}

TEST(carets_mark_the_whole_range_and_of_several_lines_the_first) {
	autobuf struct buf out = { 0 };
	struct problem problem = { .at = { NULL, 1, 3 }, .end_line = 1, .end_column = 5, .text = STR("no") };
	problem_format(&out, &problem, STR("a: übc\nd\n"));
	problem.end_line = 2;
	problem_format(&out, &problem, STR("a: übc\nd\n"));
	CHECK_STR(buf_str(&out), "1:3: error: no\n  a: übc\n    ^^\n1:3: error: no\n  a: übc\n    ^^^^\n");
}

TEST(a_text_at_hand_is_not_read_again_whatever_the_order_of_lines) {
	struct problems problems = { 0 };
	autobuf struct buf out = { 0 };
	problem_error(&problems, (struct position){ "no such file", 1, 1 }, "x");
	problem_error(&problems, (struct position){ "stdin", 3, 1 }, "three");
	problem_error(&problems, (struct position){ "stdin", 1, 1 }, "one");
	problem_error(&problems, (struct position){ "stdin", 9, 1 }, "beyond");
	problem_error(&problems, (struct position){ NULL, 1, 1 }, "nowhere");
	problems_format_from(&out, &problems, "stdin", STR("first\nsecond\nthird"));
	CHECK_STR(buf_str(&out), "no such file:1:1: error: x\nstdin:3:1: error: three\n  third\n  ^\nstdin:1:1: error: one\n  first\n  ^\nstdin:9:1: error: beyond\n1:1: error: nowhere\n");
	problems_finish(&problems);
}

TEST(no_line_of_a_hidden_file_is_shown) {
	struct problems problems = { 0 };
	autobuf struct buf out = { 0 };
	problems_hide_source(&problems, "secrets");
	problem_error(&problems, (struct position){ "secrets", 1, 1 }, "x");
	problem_error(&problems, (struct position){ "open", 1, 1 }, "y");
	CHECK(problems_hides(&problems, "secrets") && !problems_hides(&problems, "open") && !problems_hides(&problems, NULL));
	problems_format_from(&out, &problems, "secrets", STR("password: p"));
	CHECK_STR(buf_str(&out), "secrets:1:1: error: x\nopen:1:1: error: y\n");
	problems_finish(&problems);
	CHECK(!problems_hides(&problems, "secrets"));
}

TEST(a_line_of_a_hidden_file_is_shown_when_it_is_known_to_hold_no_secret) {
	struct problems problems = { 0 };
	autobuf struct buf out = { 0 };
	problems_show_line(&problems, "open", 1, STR("nobody asked")); // a file that is not hidden is read
	problems_hide_source(&problems, "secrets");
	problems_show_line(&problems, "secrets", 3, STR("receiver: x"));
	for (int line = 0; line <= 4; line++)
		problem_error(&problems, (struct position){ "secrets", line, 11 }, "x");
	problem_error(&problems, (struct position){ "open", 1, 1 }, "y");
	problems_format_from(&out, &problems, "secrets", STR("1\n2\nchanged meanwhile\n4\n"));
	CHECK_STR(buf_str(&out),
	    "secrets: error: x\nsecrets:1:11: error: x\nsecrets:2:11: error: x\nsecrets:3:11: error: x\n  receiver: x\n            ^\nsecrets:4:11: error: x\nopen:1:1: error: y\n");
	problems_finish(&problems);
}

TEST(problems_at_one_place_keep_their_order) {
	struct problems problems = { 0 };
	for (int i = 0; i < 100; i++)
		problem_error(&problems, (struct position){ "f", i % 2, 1 }, "%d", i / 2);
	problems_sort(&problems);
	for (int i = 0; i < 100; i++) {
		char wanted[8];
		snprintf(wanted, sizeof wanted, "%d", i % 50);
		CHECK_STR(problems.items[i].text, wanted);
	}
	problems_finish(&problems);
}

TEST(severities_are_read_by_the_names_they_are_shown_with) {
	for (enum severity severity = SEVERITY_ERROR, read = SEVERITY_INFO; severity <= SEVERITY_INFO; severity++)
		CHECK(severity_parse(str_of(severity_name(severity)), &read) && read == severity);
	enum severity untouched = SEVERITY_INFO;
	CHECK(!severity_parse(STR("fatal"), &untouched) && untouched == SEVERITY_INFO);
}

TEST(errors_of_any_file_come_before_warnings_when_ranked) {
	struct problems problems = { 0 };
	problem_warning(&problems, (struct position){ "a", 1, 1 }, "warning of a");
	problem_error(&problems, (struct position){ "b", 2, 1 }, "second of b");
	problem_error(&problems, (struct position){ "b", 1, 1 }, "first of b");
	problems_rank(&problems);
	CHECK_STR(problems.items[0].text, "first of b");
	CHECK_STR(problems.items[1].text, "second of b");
	CHECK_STR(problems.items[2].text, "warning of a");
	problems_finish(&problems);
}
