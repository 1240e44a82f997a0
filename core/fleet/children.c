/* children: processes that operators have asked for. See the header. */
#include "core/fleet/children.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "core/base/bounds.h"
#include "core/fleet/children_private.h"

static void serve_child(struct child *child);
static ssize_t receive(struct os *os, int leash_fd);
static void read_log(struct child *child);
static void take_line(void *context, const char *text, size_t bytes);
static void hear_leash(struct child *child);
static void hear_end(struct child *child);
static void tell_end(struct child *child, const siginfo_t *info);
static void grant_time(struct child *child);
static void signal_group(const struct child *child, int number);
static void drop_child(struct child *child);
static void around_told(struct reactor_watch *watch, uint32_t events);
static void child_told(struct reactor_watch *watch, uint32_t events);
static void grace_over(struct timer *timer);

void children_init(struct children *children, struct os *os,
	struct reactor *around, char *const *environment,
	const struct children_view *view)
{
	*children = (struct children){.os = os,
		.view = *view,
		.environment = environment,
		.around = around,
		.watch.told = around_told};
	LIST_INIT(&children->list);
}

int children_open(struct children *children, struct error *error)
{
	int code;

	if (children->reactor)
		return 0;
	code = reactor_create(&children->reactor, children->os, error);
	if (code == 0 && children->around)
		code = reactor_add(children->around, &children->watch,
			reactor_fd(children->reactor), EPOLLIN);
	if (code < 0)
		reactor_destroy(&children->reactor);
	return code;
}

int children_watch(struct child *child)
{
	struct reactor *reactor = child->children->reactor;
	int code;

	child->exit.watch.told = child->leash.watch.told =
		child->log.watch.told = child_told;
	child->grace.fired = grace_over;
	code = reactor_add(reactor, &child->exit.watch, child->pidfd, EPOLLIN);
	if (code == 0)
		code = reactor_add(reactor, &child->leash.watch,
			child->leash_fd, EPOLLIN | EPOLLRDHUP);
	if (code == 0)
		code = reactor_add(
			reactor, &child->log.watch, child->log_fd, EPOLLIN);
	LIST_INSERT_HEAD(&child->children->list, child, link);
	child->children->count++;
	return code;
}

int64_t children_due(const struct children *children)
{
	return timers_next(&children->timers);
}

void children_serve(struct children *children)
{
	struct child *child, *next;

	if (!children->count)
		return;
	(void)reactor_poll(children->reactor, 0);
	timers_fire(&children->timers, children->os->clock_ns(children->os));
	for (child = LIST_FIRST(&children->list); child; child = next) {
		next = LIST_NEXT(child, link);
		serve_child(child);
	}
}

void children_finish(struct children *children)
{
	struct os *os = children->os;
	struct child *child;

	if (!children->reactor)
		return;
	LIST_FOREACH(child, &children->list, link)
	children_end(child);
	while (children->count) {
		(void)reactor_poll(children->reactor,
			timers_left(children_due(children), os->clock_ns(os)));
		children_serve(children);
	}
	if (children->around)
		reactor_remove(children->around, &children->watch);
	reactor_destroy(&children->reactor);
}

void children_end(struct child *child)
{
	if (child->state != CHILD_RUNS)
		return;
	child->state = CHILD_TOLD;
	signal_group(child, SIGTERM);
	grant_time(child);
}

/* What it wrote comes before its end. */
static void serve_child(struct child *child)
{
	if (child->leash.told)
		hear_leash(child);
	if (child->log.told)
		read_log(child);
	if (child->late && child->state == CHILD_TOLD) {
		child->state = CHILD_KILLED;
		signal_group(child, SIGKILL);
	}
	if (child->exit.told && child->state != CHILD_LEFT)
		hear_end(child);
	/* Nobody tells of the end of one that could not be watched. */
	if (child->state == CHILD_KILLED && !child->exit.watch.added)
		child->state = CHILD_LEFT;
	if (child->state == CHILD_LEFT &&
		(child->late || !child->log.watch.added))
		drop_child(child);
}

static void read_log(struct child *child)
{
	ssize_t count;

	child->log.told = false;
	count = lines_read(&child->lines, child->children->os, child->log_fd,
		LINES_READS_MAX, take_line, child);
	if (count <= 0 && count != -EAGAIN)
		reactor_remove(child->children->reactor, &child->log.watch);
}

static void take_line(void *context, const char *text, size_t bytes)
{
	const struct child *child = context;
	const struct children_view *view = &child->children->view;

	view->line(view->context, child->node, child->name, text, bytes);
}

static ssize_t receive(struct os *os, int leash_fd)
{
	char byte[16];
	struct iovec part = {byte, sizeof byte};
	struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
	ssize_t count;

	do
		count = os->recvmsg(os, leash_fd, &message, MSG_DONTWAIT);
	while (count == -EINTR);
	return count;
}

/* A byte: its input was closed. The end: nobody wants it any more. */
static void hear_leash(struct child *child)
{
	struct children *children = child->children;
	ssize_t count;

	child->leash.told = false;
	while ((count = receive(children->os, child->leash_fd)) > 0)
		if (!child->closed) {
			child->closed = true;
			children->view.closed(children->view.context,
				child->device, child->inode);
		}
	if (count == -EAGAIN)
		return;
	reactor_remove(children->reactor, &child->leash.watch);
	children_end(child);
}

static void hear_end(struct child *child)
{
	struct os *os = child->children->os;
	siginfo_t info = {0};

	child->exit.told = false;
	if (os->wait(os, P_PIDFD, (id_t)child->pidfd, &info,
		    WEXITED | WNOHANG | WNOWAIT) < 0 ||
		info.si_pid == 0)
		return;
	reactor_remove(child->children->reactor, &child->exit.watch);
	read_log(child);
	tell_end(child, &info);
	if (child->state == CHILD_RUNS)
		signal_group(child, SIGTERM);
	child->state = CHILD_LEFT;
	grant_time(child);
}

static void tell_end(struct child *child, const siginfo_t *info)
{
	struct tau_child_end end = {.code = info->si_status};

	if (info->si_code != CLD_EXITED)
		end = (struct tau_child_end){.signal = info->si_status};
	children_tell(child->children, child->leash_fd, &end, "");
}

void children_tell(struct children *children, int leash_fd,
	const struct tau_child_end *end, const char *why)
{
	struct os *os = children->os;
	size_t bytes = strlen(why), most = TAU_CHILD_END_BYTES - sizeof *end;
	struct iovec parts[] = {{(void *)(uintptr_t)end, sizeof *end},
		{(void *)(uintptr_t)why, bytes < most ? bytes : most}};
	const struct msghdr message = {.msg_iov = parts, .msg_iovlen = 2};

	while (os->sendmsg(os, leash_fd, &message,
		       MSG_DONTWAIT | MSG_NOSIGNAL) == -EINTR)
		continue;
}

/* What was said and not heard would make the kernel forget what we said. */
void children_hang_up(struct children *children, int leash_fd)
{
	struct os *os = children->os;

	(void)os->shutdown(os, leash_fd, SHUT_RD);
	while (receive(os, leash_fd) > 0)
		continue;
	(void)os->close(os, leash_fd);
}

/* Until what is told to end is killed. */
static void grant_time(struct child *child)
{
	struct children *children = child->children;

	if (!child->grace.armed && !child->late)
		timers_arm(&children->timers, &child->grace,
			children->os->clock_ns(children->os) + CHILD_GRACE_NS);
}

/* It is not reaped yet, so the number is its own. */
static void signal_group(const struct child *child, int number)
{
	struct os *os = child->children->os;

	(void)os->kill(os, -child->pid, number);
}

/* Kills what is left of its group, and reaps it. */
static void drop_child(struct child *child)
{
	struct children *children = child->children;
	struct os *os = children->os;
	siginfo_t info;

	signal_group(child, SIGKILL);
	while (os->wait(os, P_PIDFD, (id_t)child->pidfd, &info, WEXITED) ==
		-EINTR)
		continue;
	lines_end(&child->lines, take_line, child);
	LIST_REMOVE(child, link);
	children->count--;
	children_release(child);
}

void children_release(struct child *child)
{
	struct children *children = child->children;
	struct os *os = children->os;

	timers_disarm(&children->timers, &child->grace);
	reactor_remove(children->reactor, &child->exit.watch);
	reactor_remove(children->reactor, &child->leash.watch);
	reactor_remove(children->reactor, &child->log.watch);
	(void)os->close(os, child->pidfd);
	children_hang_up(children, child->leash_fd);
	(void)os->close(os, child->log_fd);
	free(child);
}

/* children_serve asks in each turn of the loop. */
static void around_told(struct reactor_watch *watch, uint32_t events)
{
	(void)watch;
	(void)events;
}

static void child_told(struct reactor_watch *watch, uint32_t events)
{
	(void)events;
	((struct child_watch *)watch)->told = true;
}

static void grace_over(struct timer *timer)
{
	OWNER_OF(timer, struct child, grace)->late = true;
}
