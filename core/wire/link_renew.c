/*
 * link_renew: another connection of bytes in the place of one.
 *
 * A process that follows another cannot read on where that one stood, perhaps
 * in the middle of a packet. So the two sides get a new connection: who lived
 * on takes what had come whole on the old one, drops the rest, and begins anew
 * (link_heir). What it had sent and the dead process had not read is lost with
 * that; who holds both ends' counters knows how much that was.
 *
 *	survivor == old == dead process     what is whole in here is taken
 *	survivor == new == its follower     HELLO, alpha, numbers from 0
 *
 * The survivor may be replaced at the same time. Its standby is given the new
 * connection as well, and what it is handed may be about either: from before
 * the new one came, or from behind its first HELLO there.
 */
#include <fcntl.h>
#include <string.h>

#include "core/base/check.h"
#include "core/wire/link_private.h"

static void take_rest(struct link *link);
static void drop_input(struct link *link);

int link_renew(struct link *link, int fd, struct error *error)
{
	struct link_host *host = &link->host;
	int result;

	CHECK_MAGIC(link, LINK_MAGIC);
	CHECK(!link->settings.packets);
	if (link->frozen) {
		if (link->next_fd >= 0)
			host->os->close(host->os, link->next_fd);
		link->next_fd = fd;
		return 0;
	}
	if (!link->closed)
		take_rest(link);
	if (link->closed || link->ends_over == link->ends_total) {
		host->os->close(host->os, fd); /* it says no more, and */
		link_shut(link, NULL); /* nobody answers on the old one */
		task_stop(&link->task);
		return 0;
	}
	drop_input(link);
	reactor_remove(host->reactor, &link->watch);
	host->os->close(host->os, link->fd);
	link->fd = fd;
	link->gone = link->blocked = false;
	link->send_bytes = link->receive_bytes = LINK_FIRST_PACKET_BYTES;
	link->counts.packets_sent = link->counts.packets_received = 0;
	link->peer_incarnation = 0;
	timers_disarm(host->timers, &link->hello_timer);
	link_begin_with_heir(link);
	result = reactor_add(host->reactor, &link->watch, fd, EPOLLIN);
	if (result < 0)
		error_set(error, result,
			"cannot watch the new connection to %s: %s", link->peer,
			strerror(-result));
	return result;
}

int link_renew_late(struct link *link, struct error *error)
{
	int fd = link->next_fd;

	link->next_fd = -1;
	return fd < 0 ? 0 : link_renew(link, fd, error);
}

uint64_t link_connection(const struct link *link, int fd)
{
	struct os *os = link->host.os;
	struct stat status;

	if (link->settings.packets || fd < 0 || os->fstat(os, fd, &status) < 0)
		return 0;
	return status.st_ino;
}

int link_connect_adopted(
	struct link *link, uint64_t connection, struct error *error)
{
	struct link_host *host = &link->host;
	int result = 0;

	if (link->closed || link_connection(link, link->fd) == connection)
		return 0;
	if (link->next_fd < 0) {
		result =
			host->os->fcntl(host->os, link->fd, F_DUPFD_CLOEXEC, 0);
		link->next_fd = result;
	} else if (link_connection(link, link->next_fd) == connection) {
		reactor_remove(host->reactor, &link->watch);
		host->os->close(host->os, link->fd);
		link->fd = link->next_fd;
		link->next_fd = -1;
		result = reactor_add(
			host->reactor, &link->watch, link->fd, EPOLLET);
	}
	if (result >= 0)
		return 0;
	return error_set(error, result,
		"cannot go on with the connection to %s: %s%s", link->peer,
		strerror(-result), error_hint(result));
}

/* All that was said, as of a side that has gone; a packet that makes no sense
 * is its last. */
static void take_rest(struct link *link)
{
	struct error ignored = ERROR_NONE;
	bool more = true;

	link->gone = true;
	while (more && link_pull(link, &more, &ignored) == 0)
		;
	link->gone = false;
}

static void drop_input(struct link *link)
{
	link_drop_chunks(link);
	link->in_start = link->in_end = link->in_limit = NULL;
}
