/*
 * bare: what two processes reach without us, over the sockets and pipes of the
 * kernel. Prints nanoseconds per record, as often as asked.
 *
 *	bare bulk COUNT    packets of two records over a socketpair with our buffer
 *	bare pipe COUNT    64 bytes with one write each over a pipe
 *	bare pingpong COUNT    64 bytes there and back over a socketpair
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "core/base/bounds.h"

#ifndef SO_SNDBUFFORCE
#define SO_SNDBUFFORCE 32
#endif

#define SMALL 64

static uint8_t buffer[LINK_PACKET_BYTES_MAX];

static double now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static void check(int right)
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

static void send_all(int fd, long count, size_t bytes)
{
	for (long i = 0; i < count; i++)
		check(write(fd, buffer, bytes) == (ssize_t)bytes);
}

/* Reads until the end; the time starts with the first that comes. */
static double receive_all(int fd, size_t most)
{
	double began_ns = 0;

	while (read(fd, buffer, most) > 0)
		if (began_ns == 0)
			began_ns = now_ns();
	return now_ns() - began_ns;
}

static double one_way(int fds[2], long count, size_t bytes, size_t most)
{
	double ns;

	if (fork() == 0) {
		close(fds[0]);
		send_all(fds[1], count, bytes);
		_exit(0);
	}
	close(fds[1]);
	ns = receive_all(fds[0], most);
	wait(NULL);
	return ns;
}

/* Waits as an event loop does, then reads. */
static void take(int set, int fd)
{
	struct epoll_event event;

	check(epoll_wait(set, &event, 1, -1) == 1);
	check(read(fd, buffer, sizeof buffer) == SMALL);
}

static int watch(int fd)
{
	struct epoll_event event = {.events = EPOLLIN};
	int set = epoll_create1(0);

	check(set >= 0 && epoll_ctl(set, EPOLL_CTL_ADD, fd, &event) == 0);
	return set;
}

static double ping_pong(int fds[2], long count)
{
	int child = fork() == 0;
	int fd = fds[child], set = watch(fd);
	double began_ns = now_ns();

	for (long i = 0; i < count; i++) {
		if (child)
			take(set, fd);
		check(write(fd, buffer, SMALL) == SMALL);
		if (!child)
			take(set, fd);
	}
	if (child)
		_exit(0);
	wait(NULL);
	return now_ns() - began_ns;
}

int main(int arguments, char **argument)
{
	long count = arguments == 3 ? atol(argument[2]) : 0;
	double ns = 0;
	int fds[2];

	if (count < 1)
		return 1;
	if (strcmp(argument[1], "pipe") == 0)
		check(pipe(fds) == 0);
	else
		make_pair(fds);
	if (strcmp(argument[1], "bulk") == 0) {
		count = (count + 1) / 2; /* two records of 64 KiB a packet */
		ns = one_way(fds, count, 2 * 64 * KIB,
			     sizeof buffer) /
		     2;
	} else if (strcmp(argument[1], "pipe") == 0) {
		ns = one_way(fds, count, SMALL, sizeof buffer);
	} else {
		ns = ping_pong(fds, count);
	}
	printf("%.2f\n", ns / (double)count);
	return 0;
}
