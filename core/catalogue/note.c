/*
 * note: the file of a plugin, opened, judged and hashed; see note.h. The walk
 * through its ELF structures is in note_find.c.
 */
#include "core/catalogue/note.h"

#include "core/base/bounds.h"
#include "core/base/os.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sha2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define READ_BYTES (64 * KIB)
#define PATH_BYTES_MAX 4096

struct file {
	struct os *os;
	int fd;
};

static int open_and_take(struct note *note, struct file *file, const char *path,
	struct error *error);
static bool is_same_file(
	const struct note_identity *one, const struct note_identity *other);
static int judge_file(
	const struct stat *status, const char *path, struct error *error);
static int judge_folders(struct os *os, int fd, const struct stat *status,
	const char *path, struct error *error);
static int hash_file(
	struct file *file, struct note_identity *identity, struct error *error);
static int read_fully(void *file, void *buffer, size_t bytes, uint64_t offset);

int note_read(
	struct note *note, struct os *os, const char *path, struct error *error)
{
	struct file file = {.os = os};
	int result = open_and_take(note, &file, path, error);

	if (result != 0)
		return result;
	result = hash_file(&file, &note->identity, error);
	os->close(os, file.fd);
	if (result != 0)
		note_release(note);
	return result;
}

int note_peek(
	struct note *note, struct os *os, const char *path, struct error *error)
{
	struct file file = {.os = os};
	int result = open_and_take(note, &file, path, error);

	if (result == 0)
		os->close(os, file.fd);
	return result;
}

int note_hash(
	struct note_identity *identity, struct os *os, struct error *error)
{
	struct file file = {.os = os};
	struct note_identity now;
	int result;

	file.fd = note_open(&now, os, identity->path, error);
	if (file.fd < 0)
		return file.fd;
	if (is_same_file(identity, &now))
		result = hash_file(&file, identity, error);
	else
		result = error_set(error, -ESTALE,
			"%s: the file was replaced while it was being read; "
			"start again",
			identity->path);
	note_identity_release(&now);
	os->close(os, file.fd);
	return result;
}

int note_take(struct os *os, int fd, uint64_t size, const char *path,
	char **text, size_t *bytes, struct error *error)
{
	struct file file = {.os = os, .fd = fd};
	struct note_source source = {
		.read = read_fully, .context = &file, .size = size};

	return note_find(&source, path, text, bytes, error);
}

int note_open(struct note_identity *identity, struct os *os, const char *path,
	struct error *error)
{
	struct stat status;
	int result, fd;

	*identity = (struct note_identity){0};
	/* Without O_NONBLOCK a FIFO would wait for its writer. */
	fd = os->openat(os, AT_FDCWD, path,
		O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0);
	if (fd < 0)
		return error_set(error, fd, "%s: cannot be opened: %s%s", path,
			strerror(-fd), fd == -ENOENT ? "; was it built?" : "");
	result = os->fstat(os, fd, &status);
	if (result < 0)
		error_set(error, result, "%s: cannot be examined: %s", path,
			strerror(-result));
	else
		result = judge_file(&status, path, error);
	if (result == 0)
		result = judge_folders(os, fd, &status, path, error);
	if (result != 0) {
		os->close(os, fd);
		return result;
	}
	identity->path = strdup(path);
	if (identity->path == NULL) {
		os->close(os, fd);
		return error_set(error, -ENOMEM, "%s: out of memory", path);
	}
	identity->device = status.st_dev;
	identity->inode = status.st_ino;
	identity->size = (uint64_t)status.st_size;
	identity->modified_ns =
		status.st_mtim.tv_sec * SECOND_NS + status.st_mtim.tv_nsec;
	return fd;
}

void note_release(struct note *note)
{
	note_identity_release(&note->identity);
	free(note->text);
	*note = (struct note){0};
}

void note_identity_release(struct note_identity *identity)
{
	free(identity->path);
	identity->path = NULL;
}

void note_sha256_text(const unsigned char sha256[NOTE_SHA256_BYTES],
	char text[NOTE_SHA256_TEXT])
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < NOTE_SHA256_BYTES; i++) {
		text[2 * i] = digits[sha256[i] >> 4];
		text[2 * i + 1] = digits[sha256[i] & 15];
	}
	text[NOTE_SHA256_TEXT - 1] = '\0';
}

int note_sha256_read(unsigned char sha256[NOTE_SHA256_BYTES], const char *text)
{
	static const char digits[] = "0123456789abcdefABCDEF";

	if (strlen(text) != NOTE_SHA256_TEXT - 1 ||
		strspn(text, digits) != NOTE_SHA256_TEXT - 1)
		return -EINVAL;
	for (size_t i = 0; i < NOTE_SHA256_BYTES; i++) {
		unsigned byte = 0;

		sscanf(text + 2 * i, "%2x", &byte);
		sha256[i] = (unsigned char)byte;
	}
	return 0;
}

static int open_and_take(struct note *note, struct file *file, const char *path,
	struct error *error)
{
	int result;

	*note = (struct note){0};
	file->fd = note_open(&note->identity, file->os, path, error);
	if (file->fd < 0)
		return file->fd;
	result = note_take(file->os, file->fd, note->identity.size, path,
		&note->text, &note->bytes, error);
	if (result != 0) {
		file->os->close(file->os, file->fd);
		note_release(note);
	}
	return result;
}

static bool is_same_file(
	const struct note_identity *one, const struct note_identity *other)
{
	return one->device == other->device && one->inode == other->inode &&
	       one->size == other->size &&
	       one->modified_ns == other->modified_ns;
}

static int judge_file(
	const struct stat *status, const char *path, struct error *error)
{
	if (S_ISDIR(status->st_mode))
		return error_set(error, -EISDIR,
			"%s: it is a folder; name the plugin's file in it",
			path);
	if (!S_ISREG(status->st_mode))
		return error_set(error, -ESPIPE,
			"%s: it is no regular file, so it is no plugin", path);
	if (status->st_mode & S_IWOTH)
		return error_set(error, -EPERM,
			"%s: anybody may write this file, so anybody could "
			"change what runs; chmod o-w %s",
			path, path);
	if ((uint64_t)status->st_size > PLUGIN_FILE_BYTES_MAX)
		return error_set(error, -EFBIG,
			"%s: it has %" PRIu64 " bytes; a plugin has at most %u",
			path, (uint64_t)status->st_size, PLUGIN_FILE_BYTES_MAX);
	return 0;
}

/* A sticky folder lets nobody replace the files of others. */
static int judge_folder(struct os *os, const char *folder,
	const struct stat *file, const char *path, struct error *error)
{
	struct stat status;
	int result = os->fstatat(os, AT_FDCWD, folder, &status, 0);

	if (result < 0)
		return error_set(error, result,
			"%s: its folder %s cannot be examined: %s", path,
			folder, strerror(-result));
	if ((status.st_mode & S_IWOTH) == 0)
		return 0;
	if ((status.st_mode & S_ISVTX) &&
		(file->st_uid == 0 || file->st_uid == os->geteuid(os)))
		return 0;
	return error_set(error, -EPERM,
		"%s: anybody may write its folder %s, so anybody could replace "
		"the plugin; chmod o-w %s",
		path, folder, folder);
}

/* Cuts the last component off; "" becomes what it means. */
static void cut_to_folder(char *path)
{
	char *slash = strrchr(path, '/');

	if (slash == NULL)
		strcpy(path, ".");
	else
		slash[slash == path] = '\0';
}

/* Both folders count: that of the name, and, where a symbolic link leads
 * elsewhere, that of the file itself. */
static int judge_folders(struct os *os, int fd, const struct stat *status,
	const char *path, struct error *error)
{
	char folder[PATH_BYTES_MAX], link[64];
	ssize_t bytes;
	int result;

	if (strlen(path) >= sizeof folder)
		return error_set(
			error, -ENAMETOOLONG, "%s: the path is too long", path);
	strcpy(folder, path);
	cut_to_folder(folder);
	result = judge_folder(os, folder, status, path, error);
	if (result != 0)
		return result;
	snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
	bytes = os->readlinkat(os, AT_FDCWD, link, folder, sizeof folder - 1);
	if (bytes < 0 || bytes == (ssize_t)sizeof folder - 1)
		return 0; /* no /proc: the name's folder must do */
	folder[bytes] = '\0';
	cut_to_folder(folder);
	return judge_folder(os, folder, status, path, error);
}

static int read_fully(
	void *context, void *buffer, size_t bytes, uint64_t offset)
{
	struct file *file = context;
	char *at = buffer;

	while (bytes > 0) {
		ssize_t count = file->os->pread(
			file->os, file->fd, at, bytes, (int64_t)offset);

		if (count == -EINTR)
			continue;
		if (count < 0)
			return (int)count;
		if (count == 0)
			return -ENODATA; /* it was cut while we read */
		at += count;
		bytes -= (size_t)count;
		offset += (uint64_t)count;
	}
	return 0;
}

static int hash_file(
	struct file *file, struct note_identity *identity, struct error *error)
{
	unsigned char *buffer = malloc(READ_BYTES);
	uint64_t offset = 0;
	SHA2_CTX context;
	int result = buffer == NULL ? -ENOMEM : 0;

	SHA256Init(&context);
	while (result == 0 && offset < identity->size) {
		uint64_t left = identity->size - offset;
		size_t bytes = left < READ_BYTES ? (size_t)left : READ_BYTES;

		result = read_fully(file, buffer, bytes, offset);
		if (result == 0)
			SHA256Update(&context, buffer, bytes);
		offset += bytes;
	}
	SHA256Final(identity->sha256, &context);
	free(buffer);
	if (result != 0)
		error_set(error, result, "%s: cannot be read: %s",
			identity->path, strerror(-result));
	return result;
}
