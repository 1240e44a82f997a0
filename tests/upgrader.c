/*
 * upgrader: plays the supervisor of one node that is handed over again and
 * again.
 *
 *	upgrader TAU PLUGINS TIMES ONE-LINER
 *
 * Each process is frozen as soon as it runs, thawed at every third time, and
 * else restored into the next one, which runs when the old one is dead. Both
 * must prove the same. Result on fd 1, how often on fd 2.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/os.h"
#include "core/plan/plan.h"
#include "core/wire/command_connection.h"
#include "core/wire/counters.h"

struct process {
	pid_t pid;
	struct command_connection *connection;
};

static struct os os;
static struct node_plan node_plan;

static void die(const char *what, const char *why)
{
	fprintf(stderr, "upgrader: %s: %s\n", what, why);
	exit(1);
}

static char *make_plan(const char *plugins, const char *expression)
{
	static char folder[4096];
	struct error error = ERROR_NONE;
	struct plan_request request = {
		.expression = expression,
		.variables = {.folder = getcwd(folder, sizeof folder)},
		.search = {.beside = plugins},
	};
	static struct plan plan;

	if (plan_make(&plan, &os, &request, &error) < 0)
		die("plan", error.text);
	placement_node_plan(&plan.placement, 0, "upgrader",
		request.variables.folder, &node_plan);
	return node_plan_encode(&node_plan);
}

static void say(struct process *process, const struct command *message)
{
	struct error error = ERROR_NONE;
	int flow = command_send(process->connection, message, &error);

	while (flow == COMMAND_WAIT) {
		struct pollfd wait = {
			command_connection_fd(process->connection), POLLOUT, 0};

		(void)poll(&wait, 1, -1);
		flow = command_flush(process->connection, &error);
	}
	if (flow < 0) /* who has gone may have said something before */
		die("cannot speak", error.text);
}

static struct command hear(struct process *process)
{
	struct error error = ERROR_NONE;
	struct command message = {0};
	int flow;

	while ((flow = command_receive(process->connection, &message,
			&error)) == COMMAND_WAIT) {
		struct pollfd wait = {
			command_connection_fd(process->connection), POLLIN, 0};

		(void)poll(&wait, 1, -1);
	}
	if (flow != COMMAND_OK)
		die("the node has gone", error.text);
	if (message.kind == COMMAND_FAILED || message.kind == COMMAND_REFUSED)
		fprintf(stderr, "upgrader: %.*s: %.*s\n",
			(int)message.name.bytes, message.name.text,
			(int)message.text.bytes, message.text.text);
	return message;
}

/* One that is READY. Its stdin and stdout are ours. */
static struct process start(const char *tau, const char *plan)
{
	struct process process;
	int ends[2], in = fcntl(0, F_DUPFD_CLOEXEC, 100);
	int out = fcntl(1, F_DUPFD_CLOEXEC, 100), end, page = -1;
	struct counters counters;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0)
		die("socketpair", strerror(errno));
	end = fcntl(ends[1], F_DUPFD_CLOEXEC, 100);
	if (counters_make(&counters, &os, node_plan.operator_count,
		    node_plan.stream_count, &page, NULL) < 0)
		die("counters", "no page");
	counters_unmap(&counters, &os);
	process.pid = fork();
	if (process.pid == 0) {
		page = fcntl(page, F_DUPFD_CLOEXEC, 100);
		dup2(end, COMMAND_FD);
		dup2(in, COMMAND_FD_STDIN);
		dup2(out, COMMAND_FD_STDOUT);
		dup2(page, COMMAND_FD_COUNTERS);
		dup2(2, 1);
		dup2(open("/dev/null", O_RDWR | O_CLOEXEC), 0);
		execl(tau, tau, "node", (char *)NULL);
		_exit(126);
	}
	close(in);
	close(out);
	close(page);
	close(end);
	close(ends[1]);
	process.connection = command_connection_create(&os, ends[0]);
	say(&process, &(struct command){.kind = COMMAND_PLAN,
			      .text = command_text(plan)});
	if (hear(&process).kind != COMMAND_READY)
		die("start", "it is not READY");
	return process;
}

/* Until it is told to go on: it finds RUN and the first FREEZE together, and so
 * is never through with its input before. */
static void stop(const struct process *process)
{
	int status;

	kill(process->pid, SIGSTOP);
	waitpid(process->pid, &status, WUNTRACED);
}

static void finish(struct process *process, int number)
{
	int status;

	if (number)
		kill(process->pid, number);
	command_connection_destroy(&process->connection);
	waitpid(process->pid, &status, 0);
	if (!number && (!WIFEXITED(status) || WEXITSTATUS(status) != 0))
		die("the end", "the node has failed");
}

/* What the old one handed over goes to the next one. */
static void carry_over(
	struct process *old, struct process *next, const struct command *frozen)
{
	char *proof = strndup(frozen->text.text, frozen->text.bytes);
	struct command message = {.kind = COMMAND_RESTORE};
	uint32_t count;
	int *fds = command_take_fds(old->connection, &count);

	message.records = count;
	if (command_send_fds(next->connection, fds, count, NULL) < 0)
		die("cannot speak", "fds");
	free(fds);
	say(next, &message);
	message = hear(next);
	if (message.kind != COMMAND_RESTORED)
		die("restoring", "refused");
	if (message.text.bytes != strlen(proof) ||
		memcmp(message.text.text, proof, message.text.bytes) != 0)
		die("they prove different things", proof);
	free(proof);
}

int main(int count, char **arguments)
{
	const struct command run = {.kind = COMMAND_RUN};
	struct process process, next;
	struct command message;
	char *plan;
	int times = 0, most;

	if (count != 5)
		die("usage", "upgrader TAU PLUGINS TIMES ONE-LINER");
	os_linux_init(&os);
	most = atoi(arguments[3]);
	plan = make_plan(arguments[2], arguments[4]);
	process = start(arguments[1], plan);
	stop(&process);
	say(&process, &run);
	for (;;) {
		if (times < most)
			say(&process,
				&(struct command){.kind = COMMAND_FREEZE});
		kill(process.pid, SIGCONT);
		do
			message = hear(&process);
		while (message.kind == COMMAND_QUIET ||
			message.kind == COMMAND_COUNT);
		if (message.kind == COMMAND_DONE)
			break;
		if (message.kind != COMMAND_FROZEN)
			die("freezing", "it did something else");
		if (++times % 3 == 0) {
			say(&process, &(struct command){.kind = COMMAND_THAW});
			continue;
		}
		next = start(arguments[1], plan);
		carry_over(&process, &next, &message);
		finish(&process, SIGKILL);
		process = next;
		say(&process, &run);
	}
	finish(&process, 0);
	free(plan);
	fprintf(stderr, "handed over or thawed %d times\n", times);
	return 0;
}
