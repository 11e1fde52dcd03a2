// SPDX-License-Identifier: Apache-2.0
#include "model/alert_rows.h"
#include "base/arena.h"
#include "base/mem.h"
#include "tests/harness/test.h"

static const struct labels *set(const char *const *texts, size_t count) {
	struct label items[8];
	for (size_t i = 0; i < count; i++)
		items[i] = (struct label){ str_of(texts[2 * i]), str_of(texts[2 * i + 1]) };
	return labels_from_sorted(items, count);
}

static void check_unpacked(const struct alert_rows *rows, const char *packed, const struct labels *wanted) {
	autoarena struct arena arena = { 0 };
	size_t count;
	const struct label *items = alert_rows_unpack(rows, packed, &arena, &count);
	CHECK(labels_equal_items(wanted, items, count));
}

// After the texts of `first`, those of `second` come back as they were, and take so many bytes at most.
static void check_row(const char *const *first, const char *const *second, size_t count, size_t most) {
	struct alert_rows *rows = MEM_NEW(struct alert_rows);
	const struct labels *a = set(first, count), *b = set(second, count);
	const char *packed_a = alert_rows_pack(rows, a);
	size_t before = rows->arena.used;
	const char *packed_b = alert_rows_pack(rows, b);
	CHECK(rows->arena.used - before <= most);
	check_unpacked(rows, packed_a, a);
	check_unpacked(rows, packed_b, b);
	labels_unref(a);
	labels_unref(b);
	alert_rows_destroy(rows);
}

TEST(of_a_row_only_what_the_first_one_does_not_say_is_kept) {
	static const char *const first[] = { "runbook", "https://example.net/disk", "summary", "Disk /dev/sda on host-1.example.net is 90% full" };
	static const char *const second[] = { "runbook", "https://example.net/disk", "summary", "Disk /dev/sdb on host-22.example.net is 95% full" };
	check_row(first, second, 2, 20);
}

TEST(texts_that_have_nothing_in_common_come_back_too) {
	static const char *const texts[] = { "", " ", "a", "a b", "b a", "  a  ", "aa", "aaa aaa", "\xc3\xa4 \xc3\xb6", "\xc3\xb6 \xc3\xa4", "a  b", "x y z", "x z" };
	enum { COUNT = sizeof texts / sizeof *texts };
	for (size_t i = 0; i < COUNT; i++)
		for (size_t k = 0; k < COUNT; k++)
			check_row((const char *const[]){ "name", texts[i] }, (const char *const[]){ "name", texts[k] }, 1, 100);
}

TEST(annotations_of_other_names_and_none_at_all_come_back) {
	struct alert_rows *rows = MEM_NEW(struct alert_rows);
	const struct labels *sets[] = {
		set((const char *const[]){ "a", "1", "b", "2" }, 2),
		set((const char *const[]){ "a", "1" }, 1),
		set((const char *const[]){ "a", "1", "c", "2" }, 2),
		labels_empty(),
		set((const char *const[]){ "a", "3", "b", "" }, 2),
	};
	enum { COUNT = sizeof sets / sizeof *sets };
	const char *packed[COUNT];
	for (size_t i = 0; i < COUNT; i++)
		packed[i] = alert_rows_pack(rows, sets[i]);
	for (size_t i = 0; i < COUNT; i++) {
		check_unpacked(rows, packed[i], sets[i]);
		labels_unref(sets[i]);
	}
	alert_rows_destroy(rows);
}

TEST(long_texts_need_numbers_of_several_bytes) {
	char first[1000], second[1000];
	memset(first, 'a', sizeof first);
	memset(second, 'a', sizeof second);
	memset(second + 300, 'b', 400);
	first[999] = second[999] = '\0';
	check_row((const char *const[]){ "name", first }, (const char *const[]){ "name", second }, 1, 420);
}
