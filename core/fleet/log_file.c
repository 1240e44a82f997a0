/* log_file: the log of a detached topology. See the header. */
#include "core/fleet/log_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/base/units.h"
#include "core/text/text.h"

#define READ_BYTES (64 * KIB)

static int find_folder(struct log_file *file, const char *state_home,
	const char *home, struct error *error);
static int read_one(
	struct os *os, const char *path, log_file_take *take, void *context);
static void give_lines(struct text *rest, const char *at, size_t bytes,
	log_file_take *take, void *context);
static int make_folders(struct os *os, char *path);
static int open_newest(struct log_file *file, int flags);
static void rotate(struct log_file *file);
static void add_time(struct text *text, int64_t time_ns);
static int write_all(struct log_file *file, const char *at, size_t bytes);

int log_file_open(struct log_file *file, struct os *os, const char *state_home,
	const char *home, const char *name, struct error *error)
{
	struct stat status;
	size_t folder_bytes;
	int code;

	*file = (struct log_file){.os = os, .folder_fd = -1, .fd = -1};
	snprintf(file->name, sizeof file->name, "%s", name);
	code = find_folder(file, state_home, home, error);
	if (code < 0)
		return code;
	code = make_folders(os, file->path);
	if (code == 0)
		code = file->folder_fd = os->openat(
			os, AT_FDCWD, file->path, O_RDONLY | O_DIRECTORY, 0);
	if (code >= 0)
		code = open_newest(file, 0);
	folder_bytes = strlen(file->path);
	snprintf(file->path + folder_bytes, sizeof file->path - folder_bytes,
		"/%s", name);
	if (code < 0) {
		log_file_close(file);
		return error_set(error, code, "cannot open the log %s: %s",
			file->path, strerror(-code));
	}
	file->bytes =
		os->fstat(os, file->fd, &status) == 0 ? status.st_size : 0;
	return 0;
}

void log_file_close(struct log_file *file)
{
	if (file->fd >= 0)
		file->os->close(file->os, file->fd);
	if (file->folder_fd >= 0)
		file->os->close(file->os, file->folder_fd);
	file->fd = file->folder_fd = -1;
}

void log_file_line(
	struct log_file *file, const char *node, const char *text, size_t bytes)
{
	struct text line = {0};

	if (file->bytes >= (int64_t)LOG_FILE_BYTES)
		rotate(file);
	add_time(&line, file->os->realtime_ns(file->os));
	if (file->lost)
		text_format(&line,
			"%llu lines before this could not be "
			"written; ",
			(unsigned long long)file->lost);
	if (node)
		text_format(&line, "%s: ", node);
	text_add_bytes(&line, text, bytes);
	text_add_byte(&line, '\n');
	if (write_all(file, text_string(&line), line.count) == 0)
		file->lost = 0;
	else
		file->lost++;
	text_release(&line);
}

int log_file_read(struct os *os, const char *state_home, const char *home,
	const char *name, log_file_take *take, void *context,
	struct error *error)
{
	struct log_file file = {.os = os, .folder_fd = -1, .fd = -1};
	int code = find_folder(&file, state_home, home, error);
	bool found = false;

	if (code < 0)
		return code;
	if (strchr(name, '/') || strlen(name) >= sizeof file.name)
		return error_set(error, -ENOENT, "%s names no log", name);
	for (unsigned i = LOG_FILES; i-- > 0;) {
		char path[LOG_FILE_PATH_BYTES + NAME_BYTES_MAX + 16];

		snprintf(path, sizeof path, i ? "%s/%s.%u" : "%s/%s", file.path,
			name, i);
		code = read_one(os, path, take, context);
		found |= code == 0;
		if (code < 0 && code != -ENOENT)
			return error_set(error, code, "cannot read %s: %s",
				path, strerror(-code));
	}
	return found ? 0
		     : error_set(error, -ENOENT, "there is no log %s/%s",
			       file.path, name);
}

static int read_one(
	struct os *os, const char *path, log_file_take *take, void *context)
{
	int fd = os->openat(os, AT_FDCWD, path, O_RDONLY | O_NOFOLLOW, 0);
	struct text rest = {0};
	char bytes[READ_BYTES];
	ssize_t count;

	if (fd < 0)
		return fd;
	while ((count = os->read(os, fd, bytes, sizeof bytes)) > 0 ||
		count == -EINTR)
		if (count > 0)
			give_lines(&rest, bytes, (size_t)count, take, context);
	if (rest.count)
		take(context, text_string(&rest), rest.count);
	text_release(&rest);
	os->close(os, fd);
	return count < 0 ? (int)count : 0;
}

/* `rest` is the line that has begun. */
static void give_lines(struct text *rest, const char *at, size_t bytes,
	log_file_take *take, void *context)
{
	const char *end;

	while ((end = memchr(at, '\n', bytes))) {
		text_add_bytes(rest, at, (size_t)(end - at));
		take(context, text_string(rest), rest->count);
		text_release(rest);
		bytes -= (size_t)(end - at) + 1;
		at = end + 1;
	}
	text_add_bytes(rest, at, bytes);
}

static int find_folder(struct log_file *file, const char *state_home,
	const char *home, struct error *error)
{
	bool stated = state_home && state_home[0] == '/';
	int length;

	if (!stated && (!home || home[0] != '/'))
		return error_set(error, -EINVAL,
			"there is no place for the log: neither XDG_STATE_HOME "
			"nor HOME is an absolute path; set one");
	length = snprintf(file->path, sizeof file->path, "%s%s/tau/log",
		stated ? state_home : home, stated ? "" : "/.local/state");
	if (length < 0 ||
		(size_t)length + NAME_BYTES_MAX + 2 > sizeof file->path)
		return error_set(error, -ENAMETOOLONG,
			"the path of the log is too long");
	return 0;
}

/* Each folder of a path, but the root, for its owner alone. */
static int make_folders(struct os *os, char *path)
{
	for (char *at = strchr(path + 1, '/');; at = strchr(at + 1, '/')) {
		int code;

		if (at)
			*at = '\0';
		code = os->mkdirat(os, AT_FDCWD, path, 0700);
		if (at)
			*at = '/';
		if (code < 0 && code != -EEXIST)
			return code;
		if (!at)
			return 0;
	}
}

static int open_newest(struct log_file *file, int flags)
{
	int fd = file->os->openat(file->os, file->folder_fd, file->name,
		O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | flags, 0600);

	if (fd < 0)
		return fd;
	if (file->fd >= 0)
		file->os->close(file->os, file->fd);
	file->fd = fd;
	file->bytes = 0;
	return 0;
}

/* Where that fails the file grows on. */
static void rotate(struct log_file *file)
{
	struct os *os = file->os;
	char from[NAME_BYTES_MAX + 16];
	char to[NAME_BYTES_MAX + 16];

	for (unsigned i = LOG_FILES - 1; i > 0; i--) {
		snprintf(to, sizeof to, "%s.%u", file->name, i);
		snprintf(from, sizeof from, i > 1 ? "%s.%u" : "%s", file->name,
			i - 1);
		os->renameat(os, file->folder_fd, from, file->folder_fd, to);
	}
	(void)open_newest(file, 0);
}

static void add_time(struct text *text, int64_t time_ns)
{
	time_t seconds = (time_t)(time_ns / SECOND_NS);
	struct tm utc;
	char when[32] = "";

	if (gmtime_r(&seconds, &utc))
		strftime(when, sizeof when, "%Y-%m-%dT%H:%M:%S", &utc);
	text_format(text, "%s.%03dZ ", when,
		(int)(time_ns % SECOND_NS / MILLISECOND_NS));
}

static int write_all(struct log_file *file, const char *at, size_t bytes)
{
	while (bytes) {
		ssize_t count = file->os->write(file->os, file->fd, at, bytes);

		if (count == -EINTR)
			continue;
		if (count <= 0)
			return -EIO;
		at += count;
		bytes -= (size_t)count;
		file->bytes += count;
	}
	return 0;
}
