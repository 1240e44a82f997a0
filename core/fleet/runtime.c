/* runtime: a folder, and a lock in it. See the header. */
#include "core/fleet/runtime.h"

#include "core/base/check.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>

#define TRIES_MAX 100 /* of a name that another supervisor gives back */

/* The folder of all topologies, while it is swept. */
struct removing {
	struct os *os;
	int folder_fd;
};

struct sweep {
	struct os *os;
	const char *base;
};

static void choose_base(
	struct os *os, const char *xdg, char base[RUNTIME_PATH_BYTES]);
static bool is_ours(const struct stat *status, uid_t uid);
static void remove_special(struct runtime *runtime);
static int remove_one(void *context, const char *name, unsigned char kind);
static void sweep(struct runtime *runtime, const char *base);
static int sweep_one(void *context, const char *name, unsigned char kind);
static bool is_made_by_dead(struct os *os, const char *name);
static int make_folder(
	struct runtime *runtime, const char *path, struct error *error);
static int lock(struct runtime *runtime, const char *name, struct error *error);
static int lock_once(struct runtime *runtime, const char *path, int flags);
static bool same_file(struct os *os, int fd, const char *path);

int runtime_init(struct runtime *runtime, struct os *os, const char *xdg,
	const char *name, struct error *error)
{
	char base[RUNTIME_PATH_BYTES];
	int length;
	int code;

	*runtime = (struct runtime){.os = os, .lock_fd = -1};
	choose_base(os, xdg, base);
	code = make_folder(runtime, base, error);
	if (code < 0)
		return code;
	sweep(runtime, base);
	length = snprintf(
		runtime->folder, sizeof runtime->folder, "%s/%s", base, name);
	if (length < 0 || (size_t)length >= sizeof runtime->folder)
		return error_set(error, -ENAMETOOLONG,
			"%s/%s: the path is longer than %d bytes", base, name,
			RUNTIME_PATH_BYTES - 1);
	return lock(runtime, name, error);
}

void runtime_release(struct runtime *runtime)
{
	struct os *os = runtime->os;
	char path[RUNTIME_PATH_BYTES + 8];

	if (runtime->lock_fd < 0)
		return;
	snprintf(path, sizeof path, "%s/lock", runtime->folder);
	remove_special(runtime);
	os->unlinkat(os, AT_FDCWD, path, 0);
	os->unlinkat(os, AT_FDCWD, runtime->folder, AT_REMOVEDIR);
	os->close(os, runtime->lock_fd);
	runtime->lock_fd = -1;
}

void runtime_name(char name[NAME_BYTES_MAX], const char *file, pid_t pid)
{
	const char *slash = file ? strrchr(file, '/') : NULL;
	const char *stem = slash ? slash + 1 : file;
	const char *dot = stem ? strrchr(stem, '.') : NULL;
	size_t bytes = !stem               ? 0
		       : dot && dot > stem ? (size_t)(dot - stem)
					   : strlen(stem);
	char suffix[16];
	size_t room = NAME_BYTES_MAX - 1 -
		      (size_t)snprintf(suffix, sizeof suffix, "-%d", (int)pid);

	if (bytes == 0 || !strcmp(stem, "-")) {
		stem = "tau";
		bytes = strlen(stem);
	}
	bytes = bytes < room ? bytes : room;
	for (size_t i = 0; i < bytes; i++) {
		unsigned char byte = (unsigned char)stem[i];

		name[i] = byte < 0x80 && (isalnum(byte) || byte == '-')
				  ? stem[i]
				  : '_';
	}
	strcpy(name + bytes, suffix);
}

int runtime_open_base(struct os *os, const char *xdg)
{
	char base[RUNTIME_PATH_BYTES];
	struct stat status;
	int fd;
	int code;

	choose_base(os, xdg, base);
	fd = os->openat(
		os, AT_FDCWD, base, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0);
	if (fd < 0)
		return fd;
	code = os->fstat(os, fd, &status);
	if (code == 0 && !is_ours(&status, os->geteuid(os)))
		code = -EPERM;
	if (code == 0)
		return fd;
	os->close(os, fd);
	return code;
}

/* The folder of all topologies of this user. */
static void choose_base(
	struct os *os, const char *xdg, char base[RUNTIME_PATH_BYTES])
{
	struct stat status;

	if (xdg && *xdg == '/' && strlen(xdg) < RUNTIME_PATH_BYTES / 2 &&
		os->fstatat(os, AT_FDCWD, xdg, &status, 0) == 0 &&
		status.st_uid == os->geteuid(os))
		snprintf(base, RUNTIME_PATH_BYTES, "%s/tau", xdg);
	else if (os->geteuid(os) == 0)
		snprintf(base, RUNTIME_PATH_BYTES, "/run/tau");
	else
		snprintf(base, RUNTIME_PATH_BYTES, "/tmp/tau-%u",
			(unsigned)os->geteuid(os));
}

static bool is_ours(const struct stat *status, uid_t uid)
{
	return S_ISDIR(status->st_mode) && status->st_uid == uid &&
	       !(status->st_mode & 022);
}

/* The control socket, and FIFOs of a supervisor that was killed. */
static void remove_special(struct runtime *runtime)
{
	struct os *os = runtime->os;
	struct removing removing = {
		os, os->openat(os, AT_FDCWD, runtime->folder,
			    O_RDONLY | O_DIRECTORY, 0)};

	if (removing.folder_fd < 0)
		return;
	os->list(os, removing.folder_fd, remove_one, &removing);
	os->close(os, removing.folder_fd);
}

static int remove_one(void *context, const char *name, unsigned char kind)
{
	const struct removing *removing = context;

	if (kind == DT_FIFO || kind == DT_SOCK)
		removing->os->unlinkat(
			removing->os, removing->folder_fd, name, 0);
	return 0;
}

/* Removes what supervisors of unnamed topologies have left that were killed.
 * Names that were chosen are used again, and the moment that this holds their
 * lock would keep somebody from starting. What cannot be removed stays. */
static void sweep(struct runtime *runtime, const char *base)
{
	struct sweep context = {runtime->os, base};
	struct os *os = runtime->os;
	int fd = os->openat(os, AT_FDCWD, base, O_RDONLY | O_DIRECTORY, 0);

	if (fd < 0)
		return;
	os->list(os, fd, sweep_one, &context);
	os->close(os, fd);
}

static int sweep_one(void *context, const char *name, unsigned char kind)
{
	const struct sweep *sweep = context;
	struct runtime dead = {.os = sweep->os, .lock_fd = -1};
	char path[RUNTIME_PATH_BYTES + 8];
	int length = snprintf(
		dead.folder, sizeof dead.folder, "%s/%s", sweep->base, name);

	(void)kind;
	if (length < 0 || (size_t)length >= sizeof dead.folder ||
		!is_made_by_dead(sweep->os, name))
		return 0;
	snprintf(path, sizeof path, "%s/lock", dead.folder);
	if (lock_once(&dead, path, 0) == 0)
		runtime_release(&dead);
	return 0;
}

/* Whether a name has the form STEM-PID, and no process that number. */
static bool is_made_by_dead(struct os *os, const char *name)
{
	const char *dash = strrchr(name, '-');
	size_t digits = dash ? strspn(dash + 1, "0123456789") : 0;

	return digits > 0 && digits < 10 && dash[1 + digits] == 0 &&
	       os->kill(os, (pid_t)atoi(dash + 1), 0) == -ESRCH;
}

/* Makes a folder, or finds that it is ours and nobody else's to write. */
static int make_folder(
	struct runtime *runtime, const char *path, struct error *error)
{
	struct os *os = runtime->os;
	struct stat status;
	int code = os->mkdirat(os, AT_FDCWD, path, 0700);

	if (code < 0 && code != -EEXIST)
		return error_set(error, code, "cannot make the folder %s: %s",
			path, strerror(-code));
	code = os->fstatat(os, AT_FDCWD, path, &status, AT_SYMLINK_NOFOLLOW);
	if (code < 0)
		return error_set(error, code, "cannot look at %s: %s", path,
			strerror(-code));
	if (!is_ours(&status, os->geteuid(os)))
		return error_set(error, -EPERM,
			"%s is not a folder that only you may write; remove it "
			"and start again",
			path);
	return 0;
}

static int lock(struct runtime *runtime, const char *name, struct error *error)
{
	char path[RUNTIME_PATH_BYTES + 8];
	int code = -EAGAIN;

	snprintf(path, sizeof path, "%s/lock", runtime->folder);
	for (int i = 0; i < TRIES_MAX && code == -EAGAIN; i++) {
		code = make_folder(runtime, runtime->folder, error);
		if (code < 0)
			return code;
		code = lock_once(runtime, path, O_CREAT);
	}
	if (code == -EBUSY)
		return error_set(error, -EEXIST,
			"%s already runs; give the other one another name, or "
			"end it first",
			name);
	if (code < 0)
		return error_set(error, code, "cannot lock %s: %s", path,
			strerror(-code));
	return 0;
}

/* -EBUSY when somebody holds it, -EAGAIN when the file went meanwhile. */
static int lock_once(struct runtime *runtime, const char *path, int flags)
{
	struct os *os = runtime->os;
	int fd = os->openat(
		os, AT_FDCWD, path, O_RDWR | O_NOFOLLOW | flags, 0600);
	int code;

	if (fd == -ENOENT)
		return -EAGAIN;
	if (fd < 0)
		return fd;
	code = os->flock(os, fd, LOCK_EX | LOCK_NB);
	if (code == 0 && same_file(os, fd, path)) {
		runtime->lock_fd = fd;
		return 0;
	}
	os->close(os, fd);
	return code == -EWOULDBLOCK ? -EBUSY : code == 0 ? -EAGAIN : code;
}

/* Its last holder removes the file: a lock on what is no longer there is a
 * lock on nothing. */
static bool same_file(struct os *os, int fd, const char *path)
{
	struct stat held;
	struct stat there;

	return os->fstat(os, fd, &held) == 0 &&
	       os->fstatat(os, AT_FDCWD, path, &there, AT_SYMLINK_NOFOLLOW) ==
		       0 &&
	       held.st_ino == there.st_ino && held.st_dev == there.st_dev;
}
