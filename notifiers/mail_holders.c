// SPDX-License-Identifier: Apache-2.0
// See mail_holders.h. {"mail":"<id>","has":["a@example.org"]}
#include "notifiers/mail_holders.h"

#include "base/array.h"
#include "base/json_read.h"
#include "base/json_write.h"

struct address_list {
	ARRAY_OF(struct str);
};

static void read_list(struct json_reader *json, struct address_list *out) {
	struct str address;
	json_read_array_begin(json);
	while (json_read_array_next(json) && json_read_string(json, &address))
		array_append(out, address);
}

void mail_holders_read(struct arena *arena, const char *data, struct str id, struct mail_holders *out) {
	struct json_reader json;
	struct address_list list = { 0 };
	struct str name, mail = { 0 };
	*out = (struct mail_holders){ 0 };
	if (data == NULL)
		return;
	json_read_init(&json, arena, str_of(data));
	json_read_object_begin(&json);
	while (json_read_object_next(&json, &name)) {
		if (str_equal(name, STR("mail")))
			json_read_string(&json, &mail);
		else if (str_equal(name, STR("has")))
			read_list(&json, &list);
		else
			json_read_skip(&json);
	}
	if (json_read_end(&json) && list.count > 0 && str_equal(mail, id))
		*out = (struct mail_holders){ arena_dup(arena, list.items, list.count * sizeof *list.items), list.count };
	array_finish(&list);
}

void mail_holders_write(struct buf *out, struct str id, const struct mail_holders *holders) {
	struct json_writer json = { .out = out };
	json_open_object(&json);
	json_key(&json, "mail");
	json_string(&json, id);
	json_key(&json, "has");
	json_open_array(&json);
	for (size_t i = 0; i < holders->count; i++)
		json_string(&json, holders->items[i]);
	json_close_array(&json);
	json_close_object(&json);
}

bool mail_holders_have(const struct mail_holders *holders, struct str address) {
	for (size_t i = 0; i < holders->count; i++)
		if (str_equal(holders->items[i], address))
			return true;
	return false;
}
