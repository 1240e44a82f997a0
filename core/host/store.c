/*
 * store: see store.h. A copy becomes visible by rename, after fsync; readers
 * see all of it or nothing. Two processes may copy the same plugin at once:
 * the later rename puts equal bytes in place of equal bytes.
 */
#include "core/host/store.h"

#include "core/base/bounds.h"
#include "core/base/os.h"
#include "core/host/sweep.h"

#include <errno.h>
#include <fcntl.h>
#include <sha2.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>

#define COPY_BYTES (64 * KIB)
#define NAME_BYTES (NOTE_SHA256_TEXT + 32)

struct copy {
	struct os *os;
	const char *folder;
	const struct note_identity *identity;
	enum store_trust trust;
	struct error *error;
	int folder_fd;
	char sha256[NOTE_SHA256_TEXT];
	char name[NAME_BYTES];      /* SHA256.so */
	char temporary[NAME_BYTES]; /* .SHA256.so.PID */
};

/* "PATH: it cannot be copied into the store FOLDER: …" */
static int refuse(struct copy *copy, int code, const char *why)
{
	return error_set(copy->error, code,
		"%s: it cannot be copied into the plugin store %s: %s",
		copy->identity->path, copy->folder, why);
}

static int refuse_code(struct copy *copy, int code)
{
	return refuse(copy, code, strerror(-code));
}

static int open_folder(struct copy *copy);
static int open_copy(struct copy *copy);
static int make_copy(struct copy *copy);
static int find_or_make(struct copy *copy);

int store_folder(char *folder, size_t folder_bytes, const char *state_home,
	const char *home, struct error *error)
{
	bool stated = state_home != NULL && state_home[0] == '/';
	int length;

	if (!stated && (home == NULL || home[0] != '/'))
		return error_set(error, -EINVAL,
			"there is no place for the plugin store: neither "
			"XDG_STATE_HOME nor HOME is an absolute path; set one");
	length = snprintf(folder, folder_bytes, "%s%s/tau/store",
		stated ? state_home : home, stated ? "" : "/.local/state");
	if (length < 0 || (size_t)length >= folder_bytes)
		return error_set(error, -ENAMETOOLONG,
			"the path of the plugin store is too long");
	return 0;
}

int store_open(struct os *os, const char *folder,
	const struct note_identity *identity, enum store_trust trust,
	char **stored, struct error *error)
{
	struct copy copy = {.os = os,
		.folder = folder,
		.identity = identity,
		.trust = trust,
		.error = error};
	int fd;

	note_sha256_text(identity->sha256, copy.sha256);
	snprintf(copy.name, sizeof copy.name, "%s.so", copy.sha256);
	snprintf(copy.temporary, sizeof copy.temporary, ".%s.so.%d",
		copy.sha256, (int)os->getpid(os));
	copy.folder_fd = open_folder(&copy);
	if (copy.folder_fd < 0)
		return copy.folder_fd;
	fd = find_or_make(&copy);
	os->close(os, copy.folder_fd);
	if (fd < 0)
		return fd;
	if (asprintf(stored, "%s/%s", folder, copy.name) >= 0)
		return fd;
	os->close(os, fd);
	return error_set(error, -ENOMEM, "%s: out of memory", identity->path);
}

/* Makes the folder and those above it that are missing. */
static int make_folders(struct copy *copy)
{
	char *path = strdup(copy->folder);
	int result = path == NULL ? -ENOMEM : 0;

	for (char *slash = path; result == 0 && slash != NULL;) {
		slash = strchr(slash + 1, '/');
		if (slash != NULL)
			*slash = '\0';
		result = copy->os->mkdirat(copy->os, AT_FDCWD, path, 0700);
		if (result == -EEXIST)
			result = 0;
		if (slash != NULL)
			*slash = '/';
	}
	free(path);
	return result;
}

/* Who else could write here could choose what code we run. */
static bool is_ours_alone(struct os *os, const struct stat *status)
{
	return status->st_uid == os->geteuid(os) &&
	       (status->st_mode & (S_IRWXG | S_IRWXO)) == 0;
}

static int open_folder(struct copy *copy)
{
	struct os *os = copy->os;
	struct stat status;
	int result, fd;

	if (copy->folder[0] != '/')
		return refuse(copy, -EINVAL, "its path is not absolute");
	result = make_folders(copy);
	if (result < 0)
		return refuse_code(copy, result);
	fd = os->openat(os, AT_FDCWD, copy->folder,
		O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC, 0);
	if (fd < 0)
		return refuse_code(copy, fd);
	result = os->fstat(os, fd, &status);
	if (result < 0)
		refuse_code(copy, result);
	else if (!is_ours_alone(os, &status))
		result = refuse(copy, -EPERM,
			"others may enter it, or own it; it must be yours, "
			"with mode 0700");
	if (result == 0)
		return fd;
	os->close(os, fd);
	return result;
}

static int read_some(struct os *os, int fd, void *buffer, int64_t offset)
{
	ssize_t count;

	do
		count = os->pread(os, fd, buffer, COPY_BYTES, offset);
	while (count == -EINTR);
	return (int)count;
}

static int write_all(struct os *os, int fd, const char *bytes, size_t left)
{
	while (left > 0) {
		ssize_t count = os->write(os, fd, bytes, left);

		if (count == -EINTR)
			continue;
		if (count < 0)
			return (int)count;
		bytes += count;
		left -= (size_t)count;
	}
	return 0;
}

/* Hashes `from` and, where `to` is not -1, writes it there. */
static int hash_and_write(struct os *os, int from, int to,
	unsigned char sha256[NOTE_SHA256_BYTES])
{
	char *buffer = malloc(COPY_BYTES);
	int64_t offset = 0;
	SHA2_CTX context;
	int result = buffer == NULL ? -ENOMEM : 1;

	SHA256Init(&context);
	while (result > 0) {
		result = read_some(os, from, buffer, offset);
		if (result <= 0)
			break;
		SHA256Update(&context, (uint8_t *)buffer, (size_t)result);
		offset += result;
		if (to >= 0) {
			int written = write_all(os, to, buffer, (size_t)result);

			result = written < 0 ? written : result;
		}
		if (offset > PLUGIN_FILE_BYTES_MAX)
			result = -EFBIG;
	}
	SHA256Final(sha256, &context);
	free(buffer);
	return result;
}

static int check_hash(const struct copy *copy, int fd)
{
	unsigned char sha256[NOTE_SHA256_BYTES];
	int result = hash_and_write(copy->os, fd, -1, sha256);

	if (result == 0 &&
		memcmp(sha256, copy->identity->sha256, sizeof sha256) != 0)
		return -EBADMSG;
	return result;
}

/* The copy if it is there, ours and right; else a negative errno. */
static int open_copy(struct copy *copy)
{
	struct os *os = copy->os;
	struct stat status;
	int fd = os->openat(os, copy->folder_fd, copy->name,
		O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0);
	int result;

	if (fd < 0)
		return fd;
	result = os->fstat(os, fd, &status);
	if (result == 0 &&
		(!S_ISREG(status.st_mode) || !is_ours_alone(os, &status)))
		result = -EPERM;
	/* For as long as it is open nobody sweeps it away. */
	if (result == 0)
		(void)os->flock(os, fd, LOCK_SH | LOCK_NB);
	if (result == 0 && (copy->trust == STORE_HASHED ||
				   (status.st_mode & S_IRWXU) != S_IRUSR))
		result = check_hash(copy, fd);
	if (result == 0)
		return fd;
	os->close(os, fd);
	return result;
}

static int create_temporary(struct copy *copy)
{
	struct os *os = copy->os;
	int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
	int fd = os->openat(os, copy->folder_fd, copy->temporary, flags, 0600);

	if (fd != -EEXIST)
		return fd;
	/* A process of our number died while it copied. */
	os->unlinkat(os, copy->folder_fd, copy->temporary, 0);
	return os->openat(os, copy->folder_fd, copy->temporary, flags, 0600);
}

static int publish(struct copy *copy)
{
	struct os *os = copy->os;
	int result = os->renameat(os, copy->folder_fd, copy->temporary,
		copy->folder_fd, copy->name);

	if (result < 0)
		return refuse_code(copy, result);
	/* A copy that is lost with the power is only made again. */
	(void)os->fsync(os, copy->folder_fd);
	return 0;
}

static int refuse_hash(
	struct copy *copy, const unsigned char sha256[NOTE_SHA256_BYTES])
{
	char found[NOTE_SHA256_TEXT];

	note_sha256_text(sha256, found);
	return error_set(copy->error, -ESTALE,
		"%s: the file was replaced while it was being loaded: its "
		"SHA-256 is %s and was %s; start again",
		copy->identity->path, found, copy->sha256);
}

/* Copies from the fd into a temporary file, which is then published. */
static int write_copy(struct copy *copy, int fd)
{
	struct os *os = copy->os;
	unsigned char sha256[NOTE_SHA256_BYTES];
	int temporary = create_temporary(copy);
	int result, closed;

	if (temporary < 0)
		return refuse_code(copy, temporary);
	result = hash_and_write(os, fd, temporary, sha256);
	/* Where files have no modes it is hashed each time. */
	if (result == 0)
		(void)os->fchmod(os, temporary, S_IRUSR);
	if (result == 0)
		result = os->fsync(os, temporary);
	closed = os->close(os, temporary);
	if (result == 0)
		result = closed;
	if (result < 0)
		refuse_code(copy, result);
	else if (memcmp(sha256, copy->identity->sha256, sizeof sha256) != 0)
		result = refuse_hash(copy, sha256);
	else
		result = publish(copy);
	if (result < 0)
		os->unlinkat(os, copy->folder_fd, copy->temporary, 0);
	return result;
}

static int make_copy(struct copy *copy)
{
	struct note_identity found;
	int fd = note_open(&found, copy->os, copy->identity->path, copy->error);
	int result;

	if (fd < 0)
		return fd;
	result = write_copy(copy, fd);
	copy->os->close(copy->os, fd);
	note_identity_release(&found);
	return result;
}

/* Nobody sweeps while the folder's lock is shared by those who look or copy;
 * who cannot have it alone leaves sweeping to the next. Where the file system
 * has no locks nothing is ever swept, since that takes one. */
static int find_or_make(struct copy *copy)
{
	struct os *os = copy->os;
	int fd, result;

	while (os->flock(os, copy->folder_fd, LOCK_SH) == -EINTR)
		continue;
	fd = open_copy(copy);
	if (fd >= 0)
		return fd;
	result = make_copy(copy);
	if (result < 0)
		return result;
	fd = open_copy(copy);
	if (fd < 0)
		return refuse_code(copy, fd);
	if (os->flock(os, copy->folder_fd, LOCK_EX | LOCK_NB) == 0)
		sweep_store(os, copy->folder_fd);
	return fd;
}
