// SPDX-License-Identifier: Apache-2.0
#include "notifiers/mime.h"
#include "tests/harness/test.h"
#include "tests/notifiers/mime_reader.h"

static struct buf header;

static const char *text_header(const char *value) {
	buf_reset(&header);
	mime_header_text(&header, "Subject", str_of(value));
	return buf_cstr(&header);
}

// What a mail reader makes of the header and body we wrote.
static void check_read(const char *value, const char *wanted) {
	autobuf struct buf message = { 0 }, read = { 0 }, line = { 0 };
	buf_append_cstr(&message, text_header(value));
	buf_append_cstr(&message, "\r\nx\r\n");
	mime_read(buf_str(&message), &read);
	buf_format(&line, "Subject: %s\n", wanted);
	CHECK_STR(str_head(buf_str(&read), line.len), buf_cstr(&line));
}

TEST(plain_text_stays_as_it_is) {
	CHECK_CSTR(text_header("[FIRING:1] disk full"), "Subject: [FIRING:1] disk full\r\n");
	CHECK_CSTR(text_header(""), "Subject:\r\n");
}

TEST(long_text_is_folded) {
	autobuf struct buf text = { 0 };
	for (int i = 0; i < 60; i++)
		buf_format(&text, i == 0 ? "word%d" : " word%d", i);
	CHECK(strstr(text_header(buf_cstr(&text)), "\r\n ") != NULL);
	check_read(buf_cstr(&text), buf_cstr(&text));
}

TEST(a_value_cannot_end_its_field) {
	CHECK_CSTR(text_header("a\r\nBcc: x@y"), "Subject: =?utf-8?q?a__Bcc=3A_x=40y?=\r\n");
	CHECK_CSTR(text_header("a\nb"), "Subject: a b\r\n");
	buf_reset(&header);
	mime_header_text(&header, "Subject", STR("a\0b"));
	CHECK_STR(buf_str(&header), "Subject: a b\r\n");
}

TEST(other_text_is_encoded_and_read_again) {
	check_read("Gr\xc3\xbc\xc3\x9f"
	           "e \xf0\x9f\x94\xa5 CPU > 90%",
	    "Gr\xc3\xbc\xc3\x9f"
	    "e \xf0\x9f\x94\xa5 CPU > 90%");
	check_read("=?utf-8?q?trick?=", "=?utf-8?q?trick?=");
	check_read("two  blanks", "two  blanks");
	autobuf struct buf fire = { 0 };
	for (int i = 0; i < 200; i++)
		buf_append_cstr(&fire, "\xf0\x9f\x94\xa5");
	check_read(buf_cstr(&fire), buf_cstr(&fire));
	autobuf struct buf token = { 0 };
	for (int i = 0; i < 1500; i++)
		buf_append_char(&token, 'x');
	check_read(buf_cstr(&token), buf_cstr(&token));
	check_read("broken \xff utf-8", "broken \xef\xbf\xbd utf-8");
}

TEST(a_huge_value_is_cut) {
	autobuf struct buf huge = { 0 };
	for (int i = 0; i < 100000; i++)
		buf_append_cstr(&huge, "y ");
	CHECK(strlen(text_header(buf_cstr(&huge))) < MIME_HEADER_MAX + MIME_HEADER_MAX / 8);
}

TEST(header_names_are_checked) {
	CHECK(mime_header_name_is_valid(STR("X-Team")));
	CHECK(!mime_header_name_is_valid(STR("")));
	CHECK(!mime_header_name_is_valid(STR("X Team")));
	CHECK(!mime_header_name_is_valid(STR("X:Team")));
	CHECK(!mime_header_name_is_valid(STR("X\r\nTeam")));
	CHECK(!mime_header_name_is_valid(STR("X\xc3\xbc")));
}

static const char *addresses_header(const char *list) {
	static struct arena arena;
	struct mail_address *addresses;
	size_t count;
	struct error err;
	arena_reset(&arena);
	CHECK(mail_addresses_parse(str_of(list), &arena, &addresses, &count, &err));
	buf_reset(&header);
	mime_header_addresses(&header, "To", addresses, count);
	return buf_cstr(&header);
}

TEST(addresses_are_written_with_the_names_they_need) {
	CHECK_CSTR(addresses_header("a@b"), "To: a@b\r\n");
	CHECK_CSTR(addresses_header("Bob B <a@b>, c@d"), "To: Bob B <a@b>, c@d\r\n");
	CHECK_CSTR(addresses_header("\"B, Bob \\\"x\\\"\" <a@b>"), "To: \"B, Bob \\\"x\\\"\" <a@b>\r\n");
	CHECK_CSTR(addresses_header("=?utf-8?q?x?= <a@b>"), "To: =?utf-8?q?x?= <a@b>\r\n");
	CHECK_CSTR(addresses_header("J\xc3\xbcrgen <a@b>"), "To: =?utf-8?q?J=C3=BCrgen?= <a@b>\r\n");
	autobuf struct buf list = { 0 }, message = { 0 }, read = { 0 };
	for (int i = 0; i < 40; i++)
		buf_format(&list, "%sT\xc3\xa4st Person %d <person%d@somewhere.example.org>", i == 0 ? "" : ", ", i, i);
	buf_append_cstr(&message, addresses_header(buf_cstr(&list)));
	buf_append_cstr(&message, "\r\nx\r\n");
	mime_read(buf_str(&message), &read);
	CHECK(str_has_prefix(str_skip(buf_str(&read), 4), buf_str(&list)));
}

TEST(quoted_printable_survives_the_way) {
	autobuf struct buf text = { 0 }, message = { 0 }, read = { 0 };
	buf_append_cstr(&text, "Gr\xc3\xbc\xc3\x9f"
	                       "e = 1\n.dot\n..\n.\nFrom here\nblank at end \ntab\t\n\n");
	for (int i = 0; i < 400; i++)
		buf_append_cstr(&text, i % 7 == 0 ? "\xf0\x9f\x94\xa5" : "abc ");
	buf_append_cstr(&text, "\nend\n");
	buf_append_cstr(&message, "Content-Type: text/plain; charset=UTF-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n");
	mime_quoted_printable(&message, buf_str(&text));
	mime_read(buf_str(&message), &read);
	ptrdiff_t body = str_find(buf_str(&read), STR("--- text/plain\n"));
	CHECK(body > 0);
	CHECK_STR(str_skip(buf_str(&read), (size_t)body + 15), buf_cstr(&text));
}

TEST(line_ends_of_all_kinds_become_crlf) {
	buf_reset(&header);
	mime_quoted_printable(&header, STR("a\r\nb\nc\rd"));
	CHECK_STR(buf_str(&header), "a\r\nb\r\nc\r\nd\r\n");
}

TEST(dates_are_utc) {
	buf_reset(&header);
	mime_date(&header, SECONDS(1136214245));
	CHECK_STR(buf_str(&header), "Mon, 02 Jan 2006 15:04:05 +0000");
}
