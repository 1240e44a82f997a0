/* peek: what the kernel tells of another process. See the header. */
#include "core/fleet/peek.h"

#include "core/base/units.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>

#define FILE_BYTES 4096
#define FLAG_EXITING 4u /* PF_EXITING of the kernel */

/* The calls that people block in; `fd`: the first argument is one. */
static const struct call {
	long number;
	const char *name;
	bool fd;
} calls[] = {
	{SYS_read, "read", true},
	{SYS_write, "write", true},
	{SYS_readv, "readv", true},
	{SYS_writev, "writev", true},
	{SYS_pread64, "pread", true},
	{SYS_pwrite64, "pwrite", true},
	{SYS_recvfrom, "recv", true},
	{SYS_recvmsg, "recvmsg", true},
	{SYS_sendto, "send", true},
	{SYS_sendmsg, "sendmsg", true},
	{SYS_connect, "connect", true},
	{SYS_accept, "accept", true},
	{SYS_accept4, "accept", true},
	{SYS_flock, "flock", true},
	{SYS_fcntl, "fcntl", true},
	{SYS_ioctl, "ioctl", true},
	{SYS_fsync, "fsync", true},
	{SYS_fdatasync, "fdatasync", true},
	{SYS_epoll_wait, "epoll_wait", true},
	{SYS_epoll_pwait, "epoll_wait", true},
	{SYS_open, "open", false},
	{SYS_openat, "open", false},
	{SYS_poll, "poll", false},
	{SYS_ppoll, "poll", false},
	{SYS_select, "select", false},
	{SYS_pselect6, "select", false},
	{SYS_nanosleep, "nanosleep", false},
	{SYS_clock_nanosleep, "nanosleep", false},
	{SYS_pause, "pause", false},
	{SYS_wait4, "wait", false},
	{SYS_waitid, "wait", false},
	{SYS_futex, "futex", false},
	{SYS_rt_sigtimedwait, "sigwait", false},
	{SYS_rt_sigsuspend, "sigsuspend", false},
};

static ssize_t read_file(
	struct os *os, pid_t pid, const char *name, char text[FILE_BYTES]);

/* "PID (NAME) STATE …": the name may hold anything, so its end is sought. */
int peek_process(struct os *os, pid_t pid, struct peek *peek)
{
	char text[FILE_BYTES];
	uint64_t user, inside;
	int64_t pages;
	uint32_t flags;
	const char *at;
	ssize_t count = read_file(os, pid, "stat", text);

	if (count < 0)
		return (int)count;
	at = strrchr(text, ')');
	if (!at || sscanf(at + 1,
			   " %c %*s %*s %*s %*s %*s %" SCNu32
			   " %*s %*s %*s %*s %" SCNu64 " %" SCNu64
			   " %*s %*s %*s %*s %*s %*s %*s %*s %" SCNd64,
			   &peek->state, &flags, &user, &inside, &pages) != 5)
		return -EINVAL;
	peek->ending = flags & FLAG_EXITING;
	peek->cpu_ns = (int64_t)(user + inside) * TICK_NS;
	peek->memory_bytes = pages > 0 ? (uint64_t)pages * PAGE_BYTES : 0;
	return 0;
}

bool peek_traced(struct os *os, pid_t pid)
{
	char text[FILE_BYTES];
	const char *at;

	if (read_file(os, pid, "status", text) < 0)
		return false;
	at = strstr(text, "\nTracerPid:");
	return at && atoi(at + strlen("\nTracerPid:")) != 0;
}

/* "NUMBER 0xARGUMENT …", or "running" */
void peek_call(struct os *os, pid_t pid, char *text, size_t bytes)
{
	char file[FILE_BYTES];
	long number;
	uint64_t first;

	snprintf(text, bytes, "a call");
	if (read_file(os, pid, "syscall", file) < 0 ||
		sscanf(file, "%ld %" SCNx64, &number, &first) != 2)
		return;
	snprintf(text, bytes, "system call %ld", number);
	for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
		if (calls[i].number != number)
			continue;
		if (calls[i].fd)
			snprintf(text, bytes, "%s(2) of fd %d", calls[i].name,
				(int)first);
		else
			snprintf(text, bytes, "%s(2)", calls[i].name);
		return;
	}
}

/* A file of the thread's own, as text. */
static ssize_t read_file(
	struct os *os, pid_t pid, const char *name, char text[FILE_BYTES])
{
	char path[64];
	ssize_t count;
	int fd;

	snprintf(path, sizeof path, "/proc/%d/task/%d/%s", (int)pid, (int)pid,
		name);
	fd = os->openat(os, AT_FDCWD, path, O_RDONLY, 0);
	if (fd < 0)
		return fd;
	do
		count = os->read(os, fd, text, FILE_BYTES - 1);
	while (count == -EINTR);
	os->close(os, fd);
	if (count >= 0)
		text[count] = '\0';
	return count;
}
