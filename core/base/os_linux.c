/*
 * os_linux: the real table of system calls; here clocks, files and folders.
 *
 * One call each, turned from "-1 and errno" to "-errno". It must not retry,
 * loop or remember: whatever the kernel says is for the caller to judge, so
 * that fakes and kernel look the same.
 */
#include "core/base/os_linux.h"

#include "core/base/units.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#define LIST_BUFFER_BYTES 4096

static int64_t read_clock(clockid_t clock);

static int64_t linux_clock_ns(struct os *os)
{
	(void)os;
	return read_clock(CLOCK_MONOTONIC);
}

static int64_t linux_realtime_ns(struct os *os)
{
	(void)os;
	return read_clock(CLOCK_REALTIME);
}

static int64_t linux_thread_cpu_ns(struct os *os)
{
	(void)os;
	return read_clock(CLOCK_THREAD_CPUTIME_ID);
}

static int linux_openat(
	struct os *os, int folder_fd, const char *path, int flags, mode_t mode)
{
	(void)os;
	return os_linux_result(
		openat(folder_fd, path, flags | O_CLOEXEC, mode));
}

static int linux_close(struct os *os, int fd)
{
	(void)os;
	return os_linux_result(close(fd));
}

static ssize_t linux_read(struct os *os, int fd, void *buffer, size_t bytes)
{
	(void)os;
	return os_linux_count(read(fd, buffer, bytes));
}

static ssize_t linux_write(
	struct os *os, int fd, const void *buffer, size_t bytes)
{
	(void)os;
	return os_linux_count(write(fd, buffer, bytes));
}

static ssize_t linux_readv(
	struct os *os, int fd, const struct iovec *parts, int count)
{
	(void)os;
	return os_linux_count(readv(fd, parts, count));
}

static ssize_t linux_writev(
	struct os *os, int fd, const struct iovec *parts, int count)
{
	(void)os;
	return os_linux_count(writev(fd, parts, count));
}

static ssize_t linux_pread(
	struct os *os, int fd, void *buffer, size_t bytes, int64_t offset_bytes)
{
	(void)os;
	return os_linux_count(pread(fd, buffer, bytes, offset_bytes));
}

static ssize_t linux_pwrite(struct os *os, int fd, const void *buffer,
	size_t bytes, int64_t offset_bytes)
{
	(void)os;
	return os_linux_count(pwrite(fd, buffer, bytes, offset_bytes));
}

static int64_t linux_lseek(
	struct os *os, int fd, int64_t offset_bytes, int whence)
{
	(void)os;
	return os_linux_count(lseek(fd, offset_bytes, whence));
}

static int linux_pipe(struct os *os, int fds[2], int flags)
{
	(void)os;
	return os_linux_result(pipe2(fds, flags | O_CLOEXEC));
}

static int linux_duplicate(struct os *os, int fd, int at_least)
{
	(void)os;
	return os_linux_result(fcntl(fd, F_DUPFD_CLOEXEC, at_least));
}

static int linux_duplicate_to(struct os *os, int fd, int number)
{
	(void)os;
	return os_linux_result(dup3(fd, number, O_CLOEXEC));
}

static int linux_fcntl(struct os *os, int fd, int command, long argument)
{
	(void)os;
	return os_linux_result(fcntl(fd, command, argument));
}

static int linux_flock(struct os *os, int fd, int operation)
{
	(void)os;
	return os_linux_result(flock(fd, operation));
}

static int linux_unread(struct os *os, int fd)
{
	int bytes = 0;

	(void)os;
	return ioctl(fd, FIONREAD, &bytes) < 0 ? -errno : bytes;
}

static int linux_fstat(struct os *os, int fd, struct stat *status)
{
	(void)os;
	return os_linux_result(fstat(fd, status));
}

static int linux_fstatat(struct os *os, int folder_fd, const char *path,
	struct stat *status, int flags)
{
	(void)os;
	return os_linux_result(fstatat(folder_fd, path, status, flags));
}

static int linux_fchmod(struct os *os, int fd, mode_t mode)
{
	(void)os;
	return os_linux_result(fchmod(fd, mode));
}

static int linux_fsync(struct os *os, int fd)
{
	(void)os;
	return os_linux_result(fsync(fd));
}

static int linux_fdatasync(struct os *os, int fd)
{
	(void)os;
	return os_linux_result(fdatasync(fd));
}

static int linux_ftruncate(struct os *os, int fd, int64_t bytes)
{
	(void)os;
	return os_linux_result(ftruncate(fd, bytes));
}

static int linux_memfd(struct os *os, const char *name, unsigned flags)
{
	(void)os;
	return os_linux_result(memfd_create(name, flags | MFD_CLOEXEC));
}

static int linux_mkdirat(
	struct os *os, int folder_fd, const char *path, mode_t mode)
{
	(void)os;
	return os_linux_result(mkdirat(folder_fd, path, mode));
}

static int linux_mkfifoat(
	struct os *os, int folder_fd, const char *path, mode_t mode)
{
	(void)os;
	return os_linux_result(mkfifoat(folder_fd, path, mode));
}

static int linux_unlinkat(
	struct os *os, int folder_fd, const char *path, int flags)
{
	(void)os;
	return os_linux_result(unlinkat(folder_fd, path, flags));
}

static int linux_renameat(
	struct os *os, int from_fd, const char *from, int to_fd, const char *to)
{
	(void)os;
	return os_linux_result(renameat(from_fd, from, to_fd, to));
}

static int linux_symlinkat(
	struct os *os, const char *target, int folder_fd, const char *path)
{
	(void)os;
	return os_linux_result(symlinkat(target, folder_fd, path));
}

static ssize_t linux_readlinkat(struct os *os, int folder_fd, const char *path,
	char *target, size_t bytes)
{
	(void)os;
	return os_linux_count(readlinkat(folder_fd, path, target, bytes));
}

static int linux_list(
	struct os *os, int folder_fd, os_visit *visit, void *context)
{
	_Alignas(struct dirent64) char buffer[LIST_BUFFER_BYTES];
	ssize_t filled;
	int result = 0;

	(void)os;
	while ((filled = getdents64(folder_fd, buffer, sizeof buffer)) > 0) {
		for (ssize_t at = 0; at < filled && !result;) {
			struct dirent64 *entry = (void *)(buffer + at);

			at += entry->d_reclen;
			if (strcmp(entry->d_name, ".") == 0 ||
				strcmp(entry->d_name, "..") == 0)
				continue;
			result = visit(context, entry->d_name, entry->d_type);
		}
		if (result)
			return result;
	}
	return filled < 0 ? -errno : 0;
}

void os_linux_init(struct os *os)
{
	*os = (struct os){
		.clock_ns = linux_clock_ns,
		.realtime_ns = linux_realtime_ns,
		.thread_cpu_ns = linux_thread_cpu_ns,
		.openat = linux_openat,
		.close = linux_close,
		.read = linux_read,
		.write = linux_write,
		.readv = linux_readv,
		.writev = linux_writev,
		.pread = linux_pread,
		.pwrite = linux_pwrite,
		.lseek = linux_lseek,
		.pipe = linux_pipe,
		.duplicate = linux_duplicate,
		.duplicate_to = linux_duplicate_to,
		.fcntl = linux_fcntl,
		.flock = linux_flock,
		.unread = linux_unread,
		.fstat = linux_fstat,
		.fstatat = linux_fstatat,
		.fchmod = linux_fchmod,
		.fsync = linux_fsync,
		.fdatasync = linux_fdatasync,
		.ftruncate = linux_ftruncate,
		.memfd = linux_memfd,
		.mkdirat = linux_mkdirat,
		.mkfifoat = linux_mkfifoat,
		.unlinkat = linux_unlinkat,
		.renameat = linux_renameat,
		.symlinkat = linux_symlinkat,
		.readlinkat = linux_readlinkat,
		.list = linux_list,
	};
	os_linux_events_init(os);
	os_linux_process_init(os);
}

static int64_t read_clock(clockid_t clock)
{
	struct timespec time;

	if (clock_gettime(clock, &time) != 0)
		return -errno;
	return time.tv_sec * SECOND_NS + time.tv_nsec;
}
