// SPDX-License-Identifier: Apache-2.0
// A file that only takes room. See ballast.h.
#include "store/ballast.h"

#include "base/buf.h"
#include "base/fs.h"

#include <fcntl.h>
#include <sys/stat.h>

static bool has_room_twice(const struct ballast *ballast) {
	autobuf struct buf directory = { 0 };
	const char *slash = strrchr(ballast->path, '/');
	buf_append(&directory, ballast->path, (size_t)(slash - ballast->path) + 1);
	return fs_has_room(buf_cstr(&directory), (uint64_t)ballast->bytes * 2);
}

static bool is_whole(const struct ballast *ballast) {
	struct stat info;
	return stat(ballast->path, &info) == 0 && (size_t)info.st_size >= ballast->bytes && (size_t)info.st_blocks * 512 >= ballast->bytes;
}

void ballast_restore(struct ballast *ballast) {
	if (ballast->bytes == 0 || ballast->is_there || !has_room_twice(ballast))
		return;
	autoclose_fd int fd = open(ballast->path, O_WRONLY | O_CREAT | O_CLOEXEC, 0640);
	ballast->is_there = fd >= 0 && posix_fallocate(fd, 0, (off_t)ballast->bytes) == 0;
	if (fd >= 0 && !ballast->is_there)
		unlink(ballast->path);
}

bool ballast_drop(struct ballast *ballast) {
	bool was_there = ballast->is_there && unlink(ballast->path) == 0;
	ballast->is_there = false;
	return was_there;
}

void ballast_init(struct ballast *ballast, const char *directory, size_t bytes) {
	struct buf path = { 0 };
	buf_format(&path, "%s%sballast", directory, str_has_suffix(str_of(directory), STR("/")) ? "" : "/");
	*ballast = (struct ballast){ .path = buf_take(&path), .bytes = bytes };
	ballast->is_there = bytes != 0 && is_whole(ballast);
	ballast_restore(ballast);
}

void ballast_finish(struct ballast *ballast) {
	free(ballast->path);
	*ballast = (struct ballast){ 0 };
}
