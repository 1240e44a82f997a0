/*
 * stopper_spawn: children of operators without a supervisor. Each has a process
 * beside it that holds the far end of its leash and waits for both.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <tau/spawn.h>

#include "core/host/spawner.h"
#include "tests/stopper.h"

static _Noreturn void run_program(
	const struct tau_child *wish, const int theirs[3])
{
	char *words[16] = {0};

	for (uint32_t i = 0; i < wish->word_count && i < 15; i++)
		words[i] = (char *)(uintptr_t)wish->words[i];
	dup2(theirs[TAU_CHILD_IN], 0);
	dup2(theirs[TAU_CHILD_OUT], 1);
	close_range(3, ~0u, 0);
	signal(SIGPIPE, SIG_DFL);
	execvp(words[0], words);
	_exit(127);
}

/* Nothing of the stopper's stays open here: its leash would never be let go. */
static _Noreturn void attend(const struct tau_child *wish, const int theirs[3])
{
	struct tau_child_end end = {0};
	siginfo_t info = {0};
	struct pollfd fds[2];
	char unread[8];
	pid_t pid;

	signal(SIGCHLD, SIG_DFL);
	pid = fork();
	if (pid == 0)
		run_program(wish, theirs);
	dup2(theirs[TAU_CHILD_LEASH], 3);
	close_range(4, ~0u, 0);
	close(0);
	close(1);
	fds[0] = (struct pollfd){pidfd_open(pid, 0), POLLIN, 0};
	fds[1] = (struct pollfd){3, POLLRDHUP, 0};
	while (poll(fds, 2, -1) >= 0 && !fds[0].revents)
		if (fds[1].revents) {
			kill(pid, SIGTERM);
			fds[1].fd = -1;
		}
	waitid(P_PID, (id_t)pid, &info, WEXITED);
	if (info.si_code == CLD_EXITED)
		end.code = info.si_status;
	else
		end.signal = info.si_status;
	send(3, &end, sizeof end, MSG_NOSIGNAL);
	shutdown(3, SHUT_RD);
	while (recv(3, unread, sizeof unread, MSG_DONTWAIT) > 0)
		continue;
	_exit(0);
}

static int pass(struct spawner *spawner, const char *name,
	const struct tau_child *wish, const int theirs[3], struct error *error)
{
	pid_t pid;

	(void)spawner;
	(void)name;
	signal(SIGCHLD, SIG_IGN); /* nobody waits for who attends */
	signal(SIGPIPE, SIG_IGN); /* as a node does */
	pid = fork();
	if (pid == 0)
		attend(wish, theirs);
	for (int i = 0; i < 3; i++)
		close(theirs[i]);
	return pid < 0 ? error_set(error, -errno, "cannot fork") : 0;
}

struct spawner *stopper_spawner(void)
{
	static struct spawner spawner = {pass};

	return &spawner;
}
