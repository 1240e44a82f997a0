/* reactor: what the kernel says about fds. See the header. */
#include "core/run/reactor.h"

#include <errno.h>
#include <stdlib.h>

#include "core/base/check.h"

#define REACTOR_MAGIC 0x72656163u
#define REACTOR_BATCH 256

TAILQ_HEAD(watch_list, reactor_watch);

struct reactor {
	uint32_t magic;
	struct os *os;
	int epoll_fd;
	uint64_t watched;         /* by epoll */
	struct watch_list always; /* refused by epoll */
	uint64_t always_count;
	struct epoll_event events[REACTOR_BATCH];
	int event_count; /* those of the poll under way */
};

static void tell_always(struct reactor *reactor);

int reactor_create(struct reactor **reactor, struct os *os, struct error *error)
{
	struct reactor *made = calloc(1, sizeof *made);

	if (!made)
		return error_set(error, -ENOMEM, "out of memory for a reactor");
	made->epoll_fd = os->epoll_create(os);
	if (made->epoll_fd < 0) {
		int code = made->epoll_fd;

		free(made);
		return error_set(error, code,
			"cannot make an epoll fd; raise the limit of open "
			"files (ulimit -n)");
	}
	made->magic = REACTOR_MAGIC;
	made->os = os;
	TAILQ_INIT(&made->always);
	*reactor = made;
	return 0;
}

void reactor_destroy(struct reactor **reactor)
{
	struct reactor *old = *reactor;

	if (!old)
		return;
	CHECK_MAGIC(old, REACTOR_MAGIC);
	CHECK(old->watched == 0 && TAILQ_EMPTY(&old->always));
	old->os->close(old->os, old->epoll_fd);
	old->magic = 0;
	free(old);
	*reactor = NULL;
}

int reactor_fd(const struct reactor *reactor)
{
	return reactor->epoll_fd;
}

int reactor_add(struct reactor *reactor, struct reactor_watch *watch, int fd,
	uint32_t events)
{
	struct epoll_event event = {.events = events, .data.ptr = watch};
	int result;

	CHECK_MAGIC(reactor, REACTOR_MAGIC);
	CHECK(!watch->added && watch->told != NULL);
	result = reactor->os->epoll_control(
		reactor->os, reactor->epoll_fd, EPOLL_CTL_ADD, fd, &event);
	if (result < 0 && result != -EPERM)
		return result;
	watch->fd = fd;
	watch->events = events;
	watch->added = true;
	watch->always = result == -EPERM;
	if (!watch->always) {
		reactor->watched++;
		return 0;
	}
	TAILQ_INSERT_TAIL(&reactor->always, watch, link);
	reactor->always_count++;
	return 0;
}

int reactor_change(
	struct reactor *reactor, struct reactor_watch *watch, uint32_t events)
{
	struct epoll_event event = {.events = events, .data.ptr = watch};
	int result = 0;

	CHECK(watch->added);
	if (!watch->always)
		result = reactor->os->epoll_control(reactor->os,
			reactor->epoll_fd, EPOLL_CTL_MOD, watch->fd, &event);
	if (result == 0)
		watch->events = events;
	return result;
}

void reactor_remove(struct reactor *reactor, struct reactor_watch *watch)
{
	struct epoll_event none = {0};

	if (!watch->added)
		return;
	watch->added = false;
	if (watch->always) {
		TAILQ_REMOVE(&reactor->always, watch, link);
		reactor->always_count--;
		return;
	}
	reactor->watched--;
	/* A closed fd has left the set by itself; nothing else can fail. */
	(void)reactor->os->epoll_control(reactor->os, reactor->epoll_fd,
		EPOLL_CTL_DEL, watch->fd, &none);
	for (int i = 0; i < reactor->event_count; i++)
		if (reactor->events[i].data.ptr == watch)
			reactor->events[i].data.ptr = NULL;
}

int reactor_poll(struct reactor *reactor, int64_t timeout_ns)
{
	int count;

	CHECK_MAGIC(reactor, REACTOR_MAGIC);
	if (!TAILQ_EMPTY(&reactor->always))
		timeout_ns = 0;
	count = reactor->os->epoll_wait(reactor->os, reactor->epoll_fd,
		reactor->events, REACTOR_BATCH, timeout_ns);
	if (count < 0 && count != -EINTR)
		return count;
	reactor->event_count = count > 0 ? count : 0;
	for (int i = 0; i < reactor->event_count; i++) {
		struct reactor_watch *watch = reactor->events[i].data.ptr;

		if (watch)
			watch->told(watch, reactor->events[i].events);
	}
	reactor->event_count = 0;
	tell_always(reactor);
	return 0;
}

/* Each moves to the tail before it is told, and only as many are told as there
 * were, so that one may be added or removed meanwhile. */
static void tell_always(struct reactor *reactor)
{
	uint64_t left = reactor->always_count;

	for (; left > 0 && !TAILQ_EMPTY(&reactor->always); left--) {
		struct reactor_watch *watch = TAILQ_FIRST(&reactor->always);

		TAILQ_REMOVE(&reactor->always, watch, link);
		TAILQ_INSERT_TAIL(&reactor->always, watch, link);
		watch->told(watch, watch->events & (EPOLLIN | EPOLLOUT));
	}
}
