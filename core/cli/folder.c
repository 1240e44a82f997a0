/* folder: see folder.h. */
#include "core/cli/folder.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

static int begin(struct os *os, const char *name, struct error *error);
static int write_file(
	struct os *os, int folder_fd, const struct folder_file *file);
static int write_all(struct os *os, int fd, const char *text, size_t bytes);
static bool take_back(struct os *os, const char *name, int folder_fd,
	const struct folder_file *files, size_t count);

int folder_make(struct os *os, const char *name,
	const struct folder_file *files, size_t count, struct error *error)
{
	size_t made = 0;
	int fd = -1;
	int code = begin(os, name, error);

	if (code < 0)
		return code;
	code = fd = os->openat(
		os, AT_FDCWD, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0);
	while (code >= 0 && made < count)
		code = write_file(os, fd, &files[made++]);
	if (code < 0) {
		bool clean = take_back(os, name, fd, files, made);

		error_set(error, code, "cannot write %s%s%s: %s; %s", name,
			made ? "/" : "", made ? files[made - 1].name : "",
			strerror(-code),
			clean ? "nothing of it was left"
			      : "what was made of it is still there: remove "
				"it");
	}
	if (fd >= 0)
		os->close(os, fd);
	return code < 0 ? code : 0;
}

static int begin(struct os *os, const char *name, struct error *error)
{
	int code = os->mkdirat(os, AT_FDCWD, name, 0777);

	if (code == -EEXIST)
		return error_set(error, code,
			"%s is there already, and stays as it is; take another "
			"name, or move it away first",
			name);
	if (code < 0)
		return error_set(error, code,
			"cannot make the folder %s here: %s%s", name,
			strerror(-code),
			code == -EACCES || code == -EROFS
				? "; go where you may write"
				: "");
	return 0;
}

static int write_file(
	struct os *os, int folder_fd, const struct folder_file *file)
{
	int fd = os->openat(
		os, folder_fd, file->name, O_WRONLY | O_CREAT | O_EXCL, 0666);
	int code, closed;

	if (fd < 0)
		return fd;
	code = write_all(os, fd, file->text, strlen(file->text));
	closed = os->close(os, fd);
	return code < 0 ? code : closed;
}

static int write_all(struct os *os, int fd, const char *text, size_t bytes)
{
	while (bytes > 0) {
		ssize_t count = os->write(os, fd, text, bytes);

		if (count == 0)
			return -EIO;
		if (count < 0 && count != -EINTR)
			return (int)count;
		if (count > 0) {
			text += count;
			bytes -= (size_t)count;
		}
	}
	return 0;
}

/* Whether all of it is gone. */
static bool take_back(struct os *os, const char *name, int folder_fd,
	const struct folder_file *files, size_t count)
{
	for (size_t i = 0; i < count; i++)
		os->unlinkat(os, folder_fd, files[i].name, 0);
	return os->unlinkat(os, AT_FDCWD, name, AT_REMOVEDIR) == 0;
}
