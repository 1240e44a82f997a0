/*
 * os: the table of every system call that the core makes.
 *
 * The core asks the kernel for nothing except through this table, so that
 * clocks, short counts, errors and crashes can be simulated. It must not
 * decide anything: an entry is one system call, or the smallest bundle that
 * cannot be taken apart (`spawn`, `list`).
 *
 * Every entry takes the table as its first argument; a fake puts a `struct
 * os` first in a struct of its own and casts back. Every entry returns its
 * result, or a negative errno; `errno` itself says nothing. None retries on
 * EINTR, and each returns short counts as the kernel gave them. Descriptors
 * are made close-on-exec, whatever the flags say.
 *
 *     struct os os;
 *     os_linux_init(&os);
 *     ssize_t count = os.read(&os, fd, buffer, sizeof buffer);
 *
 * The table is passed down from `main`; there is no global one.
 */
#ifndef TAU_CORE_BASE_OS_H
#define TAU_CORE_BASE_OS_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <termios.h>

/* One descriptor that a child gets: `parent`'s file under number `child`. */
struct os_spawn_fd {
	int parent;
	int child;
};

enum {
	OS_SPAWN_NEW_GROUP = 1, /* the child leads a process group of its own */
	OS_SPAWN_NEW_SESSION = 2, /* and a session of its own */
};

/* A child to be started. Nothing is inherited that is not named here, except
 * the other limits, the umask and the credentials. */
struct os_spawn {
	const char *path;              /* of the program; no search in PATH */
	char *const *argv;             /* ends in NULL */
	char *const *envp;             /* the whole environment; ends in NULL */
	const char *cwd;               /* NULL: the parent's */
	const uint32_t *cpus;          /* that it may run on */
	size_t cpu_count;              /* 0: the parent's */
	const struct os_spawn_fd *fds; /* all others are closed */
	size_t fd_count;
	unsigned flags; /* OS_SPAWN_… */
	uint64_t files; /* how many it may open (RLIMIT_NOFILE); 0: as we */
	uint64_t soft_files; /* … until it asks for more itself; 0: as we */
	int death_signal; /* sent when the spawning thread dies; 0: none */
	sigset_t ignored; /* start ignored; every other one at its default */
	sigset_t blocked; /* the mask that the child starts with */
};

/* One entry of a folder, as `list` shows it; `name` lives during the call.
 * `kind` is a DT_… of <dirent.h>. A result other than 0 ends the listing and
 * becomes the result of `list`. */
typedef int os_visit(void *context, const char *name, unsigned char kind);

struct os {
	/* Clocks, in nanoseconds: CLOCK_MONOTONIC, CLOCK_REALTIME, and the
	 * processor time of the calling thread. */
	int64_t (*clock_ns)(struct os *);
	int64_t (*realtime_ns)(struct os *);
	int64_t (*thread_cpu_ns)(struct os *);

	/* Descriptors and files. `folder_fd` may be AT_FDCWD. */
	int (*openat)(struct os *, int folder_fd, const char *path, int flags,
		mode_t mode);
	int (*close)(struct os *, int fd);
	ssize_t (*read)(struct os *, int fd, void *buffer, size_t bytes);
	ssize_t (*write)(struct os *, int fd, const void *buffer, size_t bytes);
	ssize_t (*readv)(
		struct os *, int fd, const struct iovec *parts, int count);
	ssize_t (*writev)(
		struct os *, int fd, const struct iovec *parts, int count);
	ssize_t (*pread)(struct os *, int fd, void *buffer, size_t bytes,
		int64_t offset_bytes);
	ssize_t (*pwrite)(struct os *, int fd, const void *buffer, size_t bytes,
		int64_t offset_bytes);
	int64_t (*lseek)(struct os *, int fd, int64_t offset_bytes, int whence);
	int (*pipe)(struct os *, int fds[2], int flags);
	/* The same file under the lowest free number that is at least
	 * `at_least`. */
	int (*duplicate)(struct os *, int fd, int at_least);
	/* Likewise under `number`, whose file is closed; `fd` must differ. */
	int (*duplicate_to)(struct os *, int fd, int number);
	int (*fcntl)(struct os *, int fd, int command, long argument);
	int (*flock)(struct os *, int fd, int operation);
	/* How many bytes are in a pipe, asked at either end. */
	int (*unread)(struct os *, int fd);
	int (*fstat)(struct os *, int fd, struct stat *status);
	int (*fstatat)(struct os *, int folder_fd, const char *path,
		struct stat *status, int flags);
	int (*fchmod)(struct os *, int fd, mode_t mode);
	int (*fsync)(struct os *, int fd);
	int (*fdatasync)(struct os *, int fd);
	int (*ftruncate)(struct os *, int fd, int64_t bytes);
	int (*memfd)(struct os *, const char *name, unsigned flags);

	/* Folders. */
	int (*mkdirat)(struct os *, int folder_fd, const char *path, mode_t);
	int (*mkfifoat)(struct os *, int folder_fd, const char *path, mode_t);
	int (*unlinkat)(
		struct os *, int folder_fd, const char *path, int flags);
	int (*renameat)(struct os *, int from_fd, const char *from, int to_fd,
		const char *to);
	int (*symlinkat)(
		struct os *, const char *target, int folder_fd, const char *);
	/* No NUL at the end; a count equal to `bytes` may have been cut. */
	ssize_t (*readlinkat)(struct os *, int folder_fd, const char *path,
		char *target, size_t bytes);
	/* Shows every entry but "." and ".." in no particular order; moves
	 * the offset of `folder_fd`. */
	int (*list)(struct os *, int folder_fd, os_visit *visit, void *context);

	/* Sockets. */
	int (*socket)(struct os *, int domain, int type, int protocol);
	int (*socketpair)(
		struct os *, int domain, int type, int protocol, int fds[2]);
	int (*bind)(struct os *, int fd, const struct sockaddr *, socklen_t);
	int (*listen)(struct os *, int fd, int backlog);
	int (*accept)(struct os *, int fd, int flags);
	int (*connect)(struct os *, int fd, const struct sockaddr *, socklen_t);
	/* Where this end stands, and the other one. */
	int (*getsockname)(
		struct os *, int fd, struct sockaddr *, socklen_t *bytes);
	int (*getpeername)(
		struct os *, int fd, struct sockaddr *, socklen_t *bytes);
	ssize_t (*sendmsg)(
		struct os *, int fd, const struct msghdr *message, int flags);
	ssize_t (*recvmsg)(
		struct os *, int fd, struct msghdr *message, int flags);
	int (*setsockopt)(struct os *, int fd, int level, int option,
		const void *value, socklen_t bytes);
	int (*getsockopt)(struct os *, int fd, int level, int option,
		void *value, socklen_t *bytes);
	int (*shutdown)(struct os *, int fd, int how);

	/* Events. `timeout_ns` is relative; negative waits for ever. */
	int (*epoll_create)(struct os *);
	int (*epoll_control)(struct os *, int epoll_fd, int operation, int fd,
		struct epoll_event *event);
	int (*epoll_wait)(struct os *, int epoll_fd, struct epoll_event *events,
		int count, int64_t timeout_ns);
	/* The poll bits that one fd has now, without waiting. */
	int (*poll)(struct os *, int fd, int events);
	/* Changes of files: a non-blocking inotify fd, then paths for it. */
	int (*notify_create)(struct os *);
	int (*notify_add)(
		struct os *, int notify_fd, const char *path, uint32_t events);
	int (*eventfd)(struct os *, unsigned initial, int flags);
	/* `fd` -1 makes a new one. */
	int (*signalfd)(struct os *, int fd, const sigset_t *mask, int flags);
	/* A non-blocking timer, readable once when it has run down; setting it
	 * begins anew. */
	int (*timerfd)(struct os *);
	int (*timerfd_set)(struct os *, int fd, int64_t after_ns);

	/* Memory. `*address` is the hint and the result. */
	int (*map)(struct os *, void **address, size_t bytes, int protection,
		int flags, int fd, int64_t offset_bytes);
	int (*unmap)(struct os *, void *address, size_t bytes);
	int (*protect)(
		struct os *, void *address, size_t bytes, int protection);
	int (*advise)(struct os *, void *address, size_t bytes, int advice);
	ssize_t (*random)(
		struct os *, void *buffer, size_t bytes, unsigned flags);

	/* Processes. `spawn` returns the pid and leaves a pidfd; on failure no
	 * child is left, and `*pidfd` is untouched. A program that cannot be
	 * executed is such a failure. */
	pid_t (*spawn)(struct os *, const struct os_spawn *child, int *pidfd);
	int (*kill)(struct os *, pid_t pid, int number);
	int (*pidfd_signal)(struct os *, int pidfd, int number);
	/* 0 with `info->si_pid` 0 when WNOHANG found nothing. */
	int (*wait)(struct os *, idtype_t kind, id_t id, siginfo_t *info,
		int options);
	int (*sigaction)(struct os *, int number,
		const struct sigaction *action, struct sigaction *former);
	int (*sigprocmask)(
		struct os *, int how, const sigset_t *mask, sigset_t *former);
	int (*sigaltstack)(struct os *, const stack_t *stack, stack_t *former);
	int (*prctl)(struct os *, int option, unsigned long argument,
		unsigned long second);
	int (*rlimit)(struct os *, int resource, const struct rlimit *set,
		struct rlimit *former);
	pid_t (*getpid)(struct os *);
	pid_t (*getppid)(struct os *);
	uid_t (*getuid)(struct os *);
	uid_t (*geteuid)(struct os *);
	/* At once: no atexit functions, nothing flushed. */
	void (*exit)(struct os *, int status) __attribute__((noreturn));

	/* Terminals. */
	bool (*is_terminal)(struct os *, int fd);
	/* `set` may be NULL, as may `former`. */
	int (*terminal_mode)(struct os *, int fd, const struct termios *set,
		struct termios *former);
	int (*terminal_size)(
		struct os *, int fd, uint16_t *columns, uint16_t *rows);
};

/* Fills the table with the real calls. It owns nothing; there is no release. */
void os_linux_init(struct os *os);

#endif
