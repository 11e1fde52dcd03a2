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

bool secret_read_lines(const char *text, const char *path, struct buf *out, struct error *err) {
	struct buf content = { 0 };
	if (path == NULL) {
		buf_append_cstr(out, text == NULL ? "" : text);
		return true;
	}
	if (!fs_read_file(path, SECRET_FILE_MAX, &content, err))
		return false;
	buf_append_str(out, str_trim(buf_str(&content)));
	secret_forget(&content);
	return true;
}

bool secret_read(const char *text, const char *path, struct buf *out, struct error *err) {
	size_t start = out->len;
	if (!secret_read_lines(text, path, out, err))
		return false;
	struct str secret = str_skip(buf_str(out), start);
	if (path == NULL || (str_find_char(secret, '\n') < 0 && str_find_char(secret, '\r') < 0 && str_find_char(secret, '\0') < 0))
		return true;
	explicit_bzero(out->data + start, secret.len);
	buf_truncate(out, start);
	return error_set(err, ERR_INVALID, "%s: a line break inside the secret", path);
}
