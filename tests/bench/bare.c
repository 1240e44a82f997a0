/*
 * bare: what two processes reach without us, over the sockets and pipes of the
 * kernel. Prints nanoseconds per record.
 *
 *	bare bulk COUNT CPU CPU    records of 64 KiB, as many in a packet as a
 *	                           link sends, over a socketpair with our buffer
 *	bare pipe COUNT CPU CPU    64 bytes with one write each over a pipe
 *	bare pingpong COUNT CPU CPU    64 bytes there and back over a socketpair
 *
 * The first CPU is the writer's, the second the reader's: whoever compares
 * puts two nodes where these two are.
 *
 * Bare means that nothing is done that the bytes do not need: no frames, no
 * streams, no credit, one piece of memory that is sent from and one that is
 * received into, so that both stay in the cache. In everything else the two do
 * as nodes do. A packet is as large as one of a link, with place for its head.
 * The first byte of each record is written and looked at, like that of our
 * source and sink. And they wait as whoever has more than one fd to hear of
 * must: fds do not block, a call is tried first, and epoll is asked when it
 * says EAGAIN (that is as fast as blocking in read and write, where that was
 * tried); who plays ping-pong knows that nothing is there yet, and asks epoll
 * at once, as a node does that has nothing else to do.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "core/base/bounds.h"
#include "core/wire/frame.h"

#ifndef SO_SNDBUFFORCE
#define SO_SNDBUFFORCE 32
#endif

#define SMALL 64
#define BULK (64 * KIB)
#define BULK_PER_PACKET                                                        \
	((LINK_PACKET_BYTES_DEFAULT - FRAME_HEAD_BYTES) /                      \
		(FRAME_ENTRY_BYTES + BULK))

/* A side: its fd, and the epoll that it waits with. */
struct side {
	int fd, set;
};

/* What is sent at a time: records behind a head. */
struct shape {
	size_t head, records, bytes;
};

static _Alignas(4096) uint8_t buffer[LINK_PACKET_BYTES_MAX];

static double now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static void check(bool right)
{
	if (right)
		return;
	perror("bare");
	exit(1);
}

static void make_pair(int fds[2])
{
	int bytes = LINK_BUFFER_BYTES;

	check(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, fds) == 0);
	for (int i = 0; i < 2; i++)
		if (setsockopt(fds[i], SOL_SOCKET, SO_SNDBUFFORCE, &bytes,
			    sizeof bytes) < 0)
			check(setsockopt(fds[i], SOL_SOCKET, SO_SNDBUF, &bytes,
				      sizeof bytes) == 0);
}

static void move_to(const char *cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET((size_t)atol(cpu), &set);
	check(sched_setaffinity(0, sizeof set, &set) == 0);
}

static struct side begin(int fd, uint32_t events, const char *cpu)
{
	struct epoll_event event = {.events = events};
	struct side side = {fd, epoll_create1(0)};

	check(fcntl(fd, F_SETFL, O_NONBLOCK) == 0 && side.set >= 0);
	check(epoll_ctl(side.set, EPOLL_CTL_ADD, fd, &event) == 0);
	move_to(cpu);
	return side;
}

static void wait_for(const struct side *side)
{
	struct epoll_event event;

	check(epoll_wait(side->set, &event, 1, -1) == 1);
}

static void send_whole(const struct side *side, size_t bytes)
{
	ssize_t sent;

	while ((sent = write(side->fd, buffer, bytes)) < 0 && errno == EAGAIN)
		wait_for(side);
	check(sent == (ssize_t)bytes);
}

static size_t receive(const struct side *side)
{
	ssize_t got;

	while ((got = read(side->fd, buffer, sizeof buffer)) < 0 &&
		errno == EAGAIN)
		wait_for(side);
	check(got >= 0);
	return (size_t)got;
}

static void send_all(
	const struct side *side, const struct shape *shape, long count)
{
	for (long i = 0; i < count;) {
		uint8_t *record = buffer + shape->head;

		for (size_t n = 0; n < shape->records; n++, i++) {
			*record = (uint8_t)i;
			record += shape->bytes;
		}
		send_whole(side, (size_t)(record - buffer));
	}
}

/* Reads until the end; the time starts with the first that comes. */
static double receive_all(const struct side *side, const struct shape *shape)
{
	size_t got = receive(side);
	double began_ns = now_ns();
	uint8_t next = 0;

	for (; got > 0; got = receive(side))
		for (size_t at = shape->head; at < got; at += shape->bytes)
			check(buffer[at] == next++);
	return now_ns() - began_ns;
}

static double one_way(
	int fds[2], const struct shape *shape, long count, char **cpus)
{
	struct side side;
	double ns;

	if (fork() == 0) {
		close(fds[0]);
		side = begin(fds[1], EPOLLOUT, cpus[0]);
		send_all(&side, shape, count);
		_exit(0);
	}
	close(fds[1]);
	side = begin(fds[0], EPOLLIN, cpus[1]);
	ns = receive_all(&side, shape);
	wait(NULL);
	return ns;
}

static void take(const struct side *side)
{
	wait_for(side);
	check(receive(side) == SMALL);
}

static double ping_pong(int fds[2], long count, char **cpus)
{
	bool child = fork() == 0;
	struct side side = begin(fds[child], EPOLLIN, cpus[child]);
	double began_ns = now_ns();

	for (long i = 0; i < count; i++) {
		if (child)
			take(&side);
		buffer[0] = (uint8_t)i;
		send_whole(&side, SMALL);
		if (!child)
			take(&side);
	}
	if (child)
		_exit(0);
	wait(NULL);
	return now_ns() - began_ns;
}

int main(int arguments, char **argument)
{
	struct shape shape = {0, 1, SMALL};
	long count = arguments == 5 ? atol(argument[2]) : 0;
	bool bulk = count > 0 && strcmp(argument[1], "bulk") == 0;
	int fds[2];
	double ns;

	if (count < 1)
		return 1;
	if (strcmp(argument[1], "pipe") == 0)
		check(pipe(fds) == 0);
	else
		make_pair(fds);
	if (bulk) {
		shape = (struct shape){
			FRAME_HEAD_BYTES + BULK_PER_PACKET * FRAME_ENTRY_BYTES,
			BULK_PER_PACKET, BULK};
		count -= count % (long)shape.records;
	}
	if (strcmp(argument[1], "pingpong") == 0)
		ns = ping_pong(fds, count, argument + 3);
	else
		ns = one_way(fds, &shape, count, argument + 3);
	printf("%.2f\n", ns / (double)count);
	return 0;
}
