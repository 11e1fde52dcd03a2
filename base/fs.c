// SPDX-License-Identifier: Apache-2.0
// Files by name. See fs.h.
#include "base/fs.h"

#include "base/buf.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

static bool io_error(struct error *err, const char *path) {
	return error_set(err, errno == ENOENT ? ERR_NOT_FOUND : ERR_IO, "%s: %s", path, strerror(errno));
}

static bool read_all(int fd, const char *path, size_t max_bytes, struct buf *out, struct error *err) {
	size_t start = out->len;
	for (;;) {
		char chunk[32768];
		ssize_t got = read(fd, chunk, sizeof chunk);
		if (got == 0)
			return true;
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return io_error(err, path);
		if (out->len - start + (size_t)got > max_bytes)
			return error_set(err, ERR_LIMIT, "%s: larger than %zu bytes", path, max_bytes);
		buf_append(out, chunk, (size_t)got);
	}
}

bool fs_read_file(const char *path, size_t max_bytes, struct buf *out, struct error *err) {
	autoclose_fd int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return io_error(err, path);
	size_t start = out->len;
	if (read_all(fd, path, max_bytes, out, err))
		return true;
	buf_truncate(out, start);
	return false;
}

static bool write_all(int fd, struct str content) {
	while (content.len > 0) {
		ssize_t put = write(fd, content.data, content.len);
		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			return false;
		content = str_skip(content, (size_t)put);
	}
	return fsync(fd) == 0;
}

bool fs_write_file(const char *path, struct str content, struct error *err) {
	autobuf struct buf temporary = { 0 };
	buf_format(&temporary, "%s.tmp", path);
	autoclose_fd int fd = open(buf_cstr(&temporary), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);
	if (fd < 0)
		return io_error(err, buf_cstr(&temporary));
	if (!write_all(fd, content) || rename(buf_cstr(&temporary), path) != 0) {
		io_error(err, path);
		unlink(buf_cstr(&temporary));
		return false;
	}
	return true;
}

bool fs_glob(const char *pattern, struct fs_paths *out, struct error *err) {
	glob_t found = { 0 };
	int rc = glob(pattern, 0, NULL, &found);
	if (rc != 0 && rc != GLOB_NOMATCH) {
		globfree(&found);
		return error_set(err, ERR_IO, "%s: cannot expand the pattern", pattern);
	}
	for (size_t i = 0; i < found.gl_pathc; i++)
		array_append(out, mem_dup_cstr(found.gl_pathv[i]));
	globfree(&found);
	return true;
}

void fs_paths_finish(struct fs_paths *paths) {
	for (size_t i = 0; i < paths->count; i++)
		free(paths->items[i]);
	array_finish(paths);
}

char *fs_join_beside(const char *from, const char *path) {
	const char *slash = from == NULL ? NULL : strrchr(from, '/');
	if (path[0] == '/' || slash == NULL)
		return mem_dup_cstr(path);
	struct buf joined = { 0 };
	buf_append(&joined, from, (size_t)(slash - from) + 1);
	buf_append_cstr(&joined, path);
	return buf_take(&joined);
}

bool fs_make_directory(const char *path, struct error *err) {
	autofree char *partial = mem_dup_cstr(path);
	for (char *at = partial + 1;; at++) {
		char kept = *at;
		if (kept != '/' && kept != '\0')
			continue;
		*at = '\0';
		if (mkdir(partial, 0750) != 0 && errno != EEXIST)
			return io_error(err, partial);
		*at = kept;
		if (kept == '\0')
			break;
	}
	struct stat info;
	if (stat(path, &info) != 0)
		return io_error(err, path);
	return S_ISDIR(info.st_mode) || error_set(err, ERR_IO, "%s: not a directory", path);
}

bool fs_has_room(const char *path, uint64_t bytes) {
	struct statvfs disk;
	return statvfs(path, &disk) == 0 && disk.f_frsize > 0 && disk.f_bavail >= bytes / disk.f_frsize;
}
