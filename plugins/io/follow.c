/* follow: see follow.h. */
#include "follow.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/inotify.h>

#define LOOK_PERIOD_NS INT64_C(250000000)

enum {
	FILE_EVENTS = IN_MODIFY | IN_ATTRIB | IN_MOVE_SELF | IN_DELETE_SELF,
	FOLDER_EVENTS = IN_CREATE | IN_MOVED_TO | IN_ONLYDIR,
};

/* The folder of an absolute path. */
static void folder_of(char *folder, size_t room, const char *path)
{
	const char *slash = strrchr(path, '/');
	int bytes = slash && slash > path ? (int)(slash - path) : 1;

	(void)snprintf(folder, room, "%.*s", bytes, path);
}

static int add_watches(const struct tau_os *os, int fd, const char *path)
{
	char folder[PATH_MAX];
	int code = os->notify_add(os, fd, path, FILE_EVENTS);

	if (code < 0)
		return code;
	folder_of(folder, sizeof folder, path);
	return os->notify_add(os, fd, folder, FOLDER_EVENTS);
}

void follow_open(struct tau_op *op, struct follow *follow,
	const struct tau_os *os, const char *path)
{
	int code;

	follow_close(op, follow);
	follow->os = os;
	follow->open = true;
	follow->fd = os->notify_open(os);
	if (follow->fd < 0)
		return;
	code = add_watches(os, follow->fd, path);
	if (code >= 0)
		code = op->host->watch(op, FOLLOW_SLOT, follow->fd, EPOLLIN, 0);
	if (code >= 0)
		return;
	(void)os->close(os, follow->fd);
	follow->fd = code;
}

void follow_close(struct tau_op *op, struct follow *follow)
{
	if (follow->open && follow->fd >= 0) {
		(void)op->host->watch(op, FOLLOW_SLOT, follow->fd, 0, 0);
		(void)follow->os->close(follow->os, follow->fd);
	}
	follow->open = false;
}

int follow_pause(struct tau_op *op)
{
	struct tau_want want = {
		.deadline_ns = op->host->now(op) + LOOK_PERIOD_NS};

	return tau_wait(op, &want, NULL);
}

int follow_wait(struct tau_op *op, struct follow *follow)
{
	struct tau_want want = {0};
	char events[4096];
	int flow;

	if (follow->fd < 0)
		return follow_pause(op);
	want.any = TAU_SLOT(FOLLOW_SLOT);
	flow = tau_wait(op, &want, NULL);
	if (flow != TAU_OK)
		return flow;
	while (follow->os->read(follow->os, follow->fd, events, sizeof events) >
		0)
		;
	(void)op->host->drained(op, FOLLOW_SLOT, follow->fd, EPOLLIN);
	return TAU_OK;
}

enum follow_news follow_look(
	const struct tau_os *os, const char *path, int fd, int64_t offset)
{
	struct stat open, named;
	/* The name first: a file that has lost its name and has no byte beyond
	 * `offset` after that was read to its end. */
	bool found = os->stat_path(os, path, &named) == 0;

	if (os->stat(os, fd, &open))
		return FOLLOW_NONE;
	if (open.st_size > offset)
		return FOLLOW_GREW;
	if (open.st_size < offset)
		return FOLLOW_CUT;
	if (found &&
		(named.st_ino != open.st_ino || named.st_dev != open.st_dev))
		return FOLLOW_REPLACED;
	return FOLLOW_NONE;
}
