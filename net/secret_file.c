// SPDX-License-Identifier: Apache-2.0
// A secret as configured. See secret_file.h.
#include "net/secret_file.h"

#include "base/fs.h"

enum { SECRET_FILE_MAX = 64 << 10 };

void secret_forget(struct buf *secret) {
	if (secret->data != NULL)
		explicit_bzero(secret->data, secret->len);
	buf_finish(secret);
}

bool secret_read(const char *text, const char *path, struct buf *out, struct error *err) {
	if (path == NULL) {
		buf_append_cstr(out, text == NULL ? "" : text);
		return true;
	}
	struct buf content = { 0 };
	if (!fs_read_file(path, SECRET_FILE_MAX, &content, err))
		return false;
	struct str secret = str_trim(buf_str(&content));
	bool is_line = str_find_char(secret, '\n') < 0 && str_find_char(secret, '\r') < 0 && str_find_char(secret, '\0') < 0;
	if (is_line)
		buf_append_str(out, secret);
	secret_forget(&content);
	return is_line || error_set(err, ERR_INVALID, "%s: a line break inside the secret", path);
}
