/* dying: a node that will not live. See the header. */
#include "tests/dying.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/test.h"

bool who_runs(void *context, struct overflow_runner *runner)
{
	struct world *world = context;

	runner->operator_name = "deep";
	runner->plugin = "hole";
	runner->stack = world->coroutine->stack;
	return world->running;
}

/* Kind 2: a supervisor that takes the report. */
static bool tell(void *context, const struct overflow_report *report)
{
	struct world *world = context;
	char text[256];
	int bytes = snprintf(text, sizeof text, "told %d %d, %s, %s frames\n",
		(int)report->kind, report->number,
		report->runner ? report->runner->operator_name : "nobody",
		report->frame_count > 3 ? "many" : "few");

	return write(world->fd, text, (size_t)bytes) == bytes;
}

/* In a process of its own, since it will not live. */
static void run_child(void (*entry)(void *), void (*afterwards)(struct world *),
	int kind, int fd)
{
	static const int numbers[] = {SIGSEGV, SIGBUS, SIGFPE, SIGABRT};
	struct world world = {.fd = fd};
	struct error error = ERROR_NONE;

	for (size_t at = 0; at < 4; at++) /* sanitizers have their own */
		signal(numbers[at], SIG_DFL);
	fake_os_init(&world.fake);
	if (kind == 1) /* no cheap guards */
		fake_os_fail(&world.fake, OS_CALL(advise), FAKE_ALWAYS, EINVAL);
	struct os *os = &world.fake.os;
	if (stack_arena_create(&world.arena, os, &error) < 0 ||
		stack_take(world.arena, 64 * KIB, &world.neighbour, &error) <
			0 ||
		coroutine_create(&world.coroutine, world.arena, 64 * KIB, entry,
			&world, &error) < 0 ||
		overflow_install(&world.overflow, os, world.arena, fd, "main",
			who_runs, kind == 2 ? tell : NULL, &world,
			&error) < 0) {
		fprintf(stderr, "%s\n", error.text);
		_exit(99);
	}
	world.running = true;
	coroutine_resume(world.coroutine, 0);
	world.running = false;
	if (afterwards)
		afterwards(&world);
	_exit(0);
}

void let_die(struct rest *rest, void (*entry)(void *),
	void (*afterwards)(struct world *), int kind)
{
	int fds[2];
	size_t used = 0;
	ssize_t count;

	ck_assert_int_eq(pipe(fds), 0);
	pid_t child = fork();
	if (child == 0)
		run_child(entry, afterwards, kind, fds[1]);
	close(fds[1]);
	while ((count = read(fds[0], rest->text + used,
			sizeof rest->text - 1 - used)) > 0)
		used += (size_t)count;
	rest->text[used] = '\0';
	close(fds[0]);
	ck_assert_int_eq(waitpid(child, &rest->status, 0), child);
}

void expect_crash(const struct rest *rest, const char *sentence, int number)
{
	ck_assert_msg(strncmp(rest->text, sentence, strlen(sentence)) == 0,
		"%s", rest->text);
	ck_assert_ptr_nonnull(strstr(rest->text, "\ntau: main:   by "));
	ck_assert_msg(
		WIFSIGNALED(rest->status) && WTERMSIG(rest->status) == number,
		"status %x: %s", rest->status, rest->text);
}

/* In assembler: compilers warn of such addresses. */
void poke(void *argument)
{
	(void)argument;
	__asm__ volatile("movb $0, 0x10");
}
