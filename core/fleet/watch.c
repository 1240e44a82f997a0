/* watch: files that change. See the header. */
#include "core/fleet/watch.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>

#include "core/base/bounds.h"
#include "core/base/check.h"

#define EVENTS                                                                 \
	(IN_CLOSE_WRITE | IN_MOVED_TO | IN_CREATE | IN_DELETE_SELF |           \
		IN_MOVE_SELF | IN_ONLYDIR)
#define FOLDER_GONE (IN_IGNORED | IN_DELETE_SELF | IN_MOVE_SELF | IN_UNMOUNT)

static void add(struct watch *watch, const char *path, int depth);
static char *target_of(struct watch *watch, const char *path);
static char *folder_of(const char *path);
static void arm(struct watch *watch, struct watch_file *file);
static bool arm_at(
	struct watch *watch, struct watch_file *file, const char *folder);
static bool climb(char *folder);
static bool there(struct watch *watch, const char *path);
static bool take(struct watch *watch, const struct inotify_event *event);
static bool take_file(struct watch *watch, struct watch_file *file,
	const struct inotify_event *event);
static bool arm_again(struct watch *watch, struct watch_file *file);
static bool linked(struct watch *watch, const char *path);
static void forget(struct watch_file *files, size_t count);

int watch_init(struct watch *watch, struct os *os, struct error *error)
{
	*watch = (struct watch){.os = os};
	watch->fd = os->notify_create(os);
	if (watch->fd >= 0)
		return 0;
	return error_set(error, watch->fd, "cannot watch files: %s%s",
		strerror(-watch->fd),
		watch->fd == -EMFILE
			? " (/proc/sys/fs/inotify/max_user_instances)"
			: "");
}

void watch_release(struct watch *watch)
{
	forget(watch->files, watch->count);
	if (watch->os && watch->fd >= 0)
		watch->os->close(watch->os, watch->fd);
	*watch = (struct watch){.fd = -1};
}

int watch_set(struct watch *watch, const char *const *paths, size_t count,
	struct error *error)
{
	struct watch_file *former = watch->files;
	size_t former_count = watch->count;
	int code = 0;

	watch->files = NULL;
	watch->count = watch->room = 0;
	for (size_t i = 0; i < count; i++)
		add(watch, paths[i], 0);
	forget(former, former_count);
	for (size_t i = 0; i < watch->count && code == 0; i++)
		if (watch->files[i].number < 0)
			code = error_set(error, watch->files[i].number,
				"cannot watch %s: %s%s", watch->files[i].path,
				strerror(-watch->files[i].number),
				watch->files[i].number == -ENOSPC
					? " (/proc/sys/fs/inotify/"
					  "max_user_watches)"
					: "");
	return code;
}

bool watch_changed(struct watch *watch)
{
	_Alignas(struct inotify_event) char buffer[WATCH_BUFFER_BYTES];
	bool changed = false;
	ssize_t bytes;

	while ((bytes = watch->os->read(
			watch->os, watch->fd, buffer, sizeof buffer)) > 0) {
		const char *at = buffer;

		while (at < buffer + bytes) {
			const struct inotify_event *event =
				(const struct inotify_event *)(const void *)at;

			changed |= take(watch, event);
			at += sizeof *event + event->len;
		}
	}
	return changed;
}

/* ---- what is watched ----------------------------------------------------- */

static void add(struct watch *watch, const char *path, int depth)
{
	struct watch_file *file;
	char *target;

	for (size_t i = 0; i < watch->count; i++)
		if (!strcmp(watch->files[i].path, path))
			return;
	if (watch->count == watch->room) {
		watch->room = watch->room * 2 + 8;
		watch->files = realloc(
			watch->files, watch->room * sizeof *watch->files);
		CHECK(watch->files != NULL);
	}
	file = &watch->files[watch->count++];
	*file = (struct watch_file){.path = strdup(path), .number = -1};
	CHECK(file->path != NULL);
	arm(watch, file);
	target = depth < WATCH_LINKS_MAX ? target_of(watch, path) : NULL;
	if (target)
		add(watch, target, depth + 1);
	free(target);
}

/* Where a symbolic link leads to, absolute; NULL: it is none. */
static char *target_of(struct watch *watch, const char *path)
{
	char target[PATH_MAX], *folder, *whole = NULL;
	ssize_t bytes = watch->os->readlinkat(
		watch->os, AT_FDCWD, path, target, sizeof target);

	if (bytes <= 0 || bytes == (ssize_t)sizeof target)
		return NULL;
	if (target[0] == '/')
		return strndup(target, (size_t)bytes);
	folder = folder_of(path);
	if (asprintf(&whole, "%s/%.*s", folder, (int)bytes, target) < 0)
		whole = NULL;
	free(folder);
	return whole;
}

static char *folder_of(const char *path)
{
	const char *slash = strrchr(path, '/');
	char *folder;

	CHECK(slash != NULL);
	folder = slash == path ? strdup("/")
			       : strndup(path, (size_t)(slash - path));
	CHECK(folder != NULL);
	return folder;
}

/* Watches the file's folder, or the nearest above it that is there. What came
 * to be below that just before is not waited for in vain. */
static void arm(struct watch *watch, struct watch_file *file)
{
	for (int tries = 0; tries < WATCH_TRIES; tries++) {
		char *folder = folder_of(file->path);
		bool settled = arm_at(watch, file, folder);

		while (!settled && file->number < 0 && climb(folder))
			settled = arm_at(watch, file, folder);
		free(folder);
		if (settled || file->number < 0)
			return;
	}
}

/* Whether that is the one to be watched. */
static bool arm_at(
	struct watch *watch, struct watch_file *file, const char *folder)
{
	size_t bytes = strcmp(folder, "/") ? strlen(folder) : 0;
	const char *rest = file->path + bytes + 1;
	char *below;
	bool settled;

	file->number =
		watch->os->notify_add(watch->os, watch->fd, folder, EVENTS);
	if (file->number < 0)
		return false;
	free(file->folder);
	free(file->awaited);
	file->folder = strdup(folder);
	file->awaited = strndup(rest, strcspn(rest, "/"));
	CHECK(file->folder != NULL && file->awaited != NULL);
	file->direct = strchr(rest, '/') == NULL;
	if (file->direct)
		return true;
	below = strndup(file->path, bytes + 1 + strcspn(rest, "/"));
	settled = !there(watch, below);
	free(below);
	return settled;
}

/* To the folder above; false at the root. */
static bool climb(char *folder)
{
	char *slash = strrchr(folder, '/');

	if (!strcmp(folder, "/"))
		return false;
	slash[slash == folder] = '\0';
	return true;
}

static bool there(struct watch *watch, const char *path)
{
	struct stat status;

	return watch->os->fstatat(watch->os, AT_FDCWD, path, &status, 0) == 0;
}

/* ---- what happens -------------------------------------------------------- */

static bool take(struct watch *watch, const struct inotify_event *event)
{
	bool lost = (event->mask & IN_Q_OVERFLOW) != 0;
	bool changed = lost;

	for (size_t i = 0; i < watch->count; i++)
		if (lost)
			arm(watch, &watch->files[i]);
		else if (watch->files[i].number == event->wd)
			changed |= take_file(watch, &watch->files[i], event);
	return changed;
}

static bool take_file(struct watch *watch, struct watch_file *file,
	const struct inotify_event *event)
{
	if (event->mask & FOLDER_GONE)
		return arm_again(watch, file);
	if (event->len == 0 || strcmp(event->name, file->awaited) != 0)
		return false;
	if (!file->direct)
		return arm_again(watch, file);
	if (event->mask & IN_CREATE)
		return linked(watch, file->path);
	return true;
}

static bool arm_again(struct watch *watch, struct watch_file *file)
{
	arm(watch, file);
	return file->direct && there(watch, file->path);
}

/* A file that was made and not linked is yet to be written and closed. */
static bool linked(struct watch *watch, const char *path)
{
	struct stat status;

	return watch->os->fstatat(watch->os, AT_FDCWD, path, &status,
		       AT_SYMLINK_NOFOLLOW) == 0 &&
	       (!S_ISREG(status.st_mode) || status.st_nlink > 1);
}

static void forget(struct watch_file *files, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		free(files[i].path);
		free(files[i].folder);
		free(files[i].awaited);
	}
	free(files);
}
