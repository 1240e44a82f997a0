/* children: what operators ask for, as processes that end as they should. */
#include "core/fleet/children.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <tau/spawn.h>
#include <unistd.h>

#include "tests/fake_os.h"
#include "tests/test.h"

extern char **environ;

static struct fake_os fake;
static struct children children;
static char said[4096]; /* "NODE/NAME: line\n" */
static ino_t closed_inode;

static void line(void *context, const char *node, const char *name,
	const char *text, size_t bytes)
{
	size_t used = strlen(said);

	(void)context;
	snprintf(said + used, sizeof said - used, "%s/%s: %.*s\n", node, name,
		(int)bytes, text);
}

static void input_closed(void *context, dev_t device, ino_t inode)
{
	(void)context;
	(void)device;
	closed_inode = inode;
}

static void setup(void)
{
	const struct children_view view = {NULL, line, input_closed};

	fake_os_init(&fake);
	said[0] = '\0';
	children_init(&children, &fake.os, NULL, environ, &view);
}

/* Asks for a child with this text, of so many words and settings. */
static void ask(int ours[3], const char *text, size_t bytes, int words,
	uint64_t settings)
{
	struct command command = {.kind = COMMAND_SPAWN,
		.code = words,
		.records = 3,
		.bytes = settings,
		.name = command_text("worker"),
		.text = {text, bytes}};
	int in[2], out[2], leash[2];

	ck_assert_int_eq(pipe2(in, O_CLOEXEC), 0);
	ck_assert_int_eq(pipe2(out, O_CLOEXEC), 0);
	ck_assert_int_eq(
		socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, leash),
		0);
	ours[TAU_CHILD_IN] = in[1];
	ours[TAU_CHILD_OUT] = out[0];
	ours[TAU_CHILD_LEASH] = leash[0];
	children_start(&children, "main", &command,
		(int[]){in[0], out[1], leash[1]}, 3);
}

static void ask_shell(int ours[3], const char *script)
{
	char text[1024];
	int bytes = snprintf(
		text, sizeof text, "/%csh%c-c%c%s%c", 0, 0, 0, script, 0);

	ask(ours, text, (size_t)bytes, 3, 0);
}

static void let_go(int ours[3])
{
	for (int i = 0; i < 3; i++)
		if (ours[i] >= 0)
			close(ours[i]);
}

static void turn_once(void)
{
	reactor_poll(children.reactor, timers_left(children_due(&children),
					       fake.os.clock_ns(&fake.os)));
	children_serve(&children);
}

static void turn_until_gone(void)
{
	while (children.count)
		turn_once();
}

/* What the leash tells, as "CODE SIGNAL WHY". */
static const char *told(int leash_fd)
{
	static char text[TAU_CHILD_END_BYTES + 32];
	struct tau_child_end end;
	char packet[TAU_CHILD_END_BYTES + 1];
	ssize_t count = recv(leash_fd, packet, sizeof packet - 1, MSG_DONTWAIT);

	if (count < 0)
		return strerrorname_np(errno);
	ck_assert_int_ge(count, (int)sizeof end);
	memcpy(&end, packet, sizeof end);
	snprintf(text, sizeof text, "%d %d %.*s", end.code, end.signal,
		(int)(count - (ssize_t)sizeof end), packet + sizeof end);
	return text;
}

/* Reads until a newline, the child's word. */
static long await_word(int fd)
{
	char text[64];
	size_t used = 0;

	do
		ck_assert_int_eq(read(fd, text + used, 1), 1);
	while (text[used++] != '\n');
	return strtol(text, NULL, 10);
}

START_TEST(what_it_says_and_how_it_ends_is_told)
{
	int fds[3];

	setup();
	ask_shell(fds, "read line; echo \"$TAU_NODE $TAU_OPERATOR\" >&2; "
		       "printf 'a torn line' >&2; exit $line");
	ck_assert_str_eq(told(fds[TAU_CHILD_LEASH]), "EAGAIN");
	ck_assert_int_eq(write(fds[TAU_CHILD_IN], "7\n", 2), 2);
	turn_until_gone();
	ck_assert_str_eq(told(fds[TAU_CHILD_LEASH]), "7 0 ");
	ck_assert_str_eq(
		said, "main/worker: main worker\nmain/worker: a torn line\n");
	let_go(fds);
	children_finish(&children);
}
END_TEST

START_TEST(who_lets_go_of_its_leash_ends_it)
{
	int fds[3];

	setup();
	ask_shell(fds, "trap 'echo bye >&2; exit 4' TERM; echo 1; "
		       "while :; do read x; sleep 1; done");
	await_word(fds[TAU_CHILD_OUT]);
	shutdown(fds[TAU_CHILD_LEASH], SHUT_WR);
	turn_until_gone();
	ck_assert_str_eq(told(fds[TAU_CHILD_LEASH]), "4 0 ");
	ck_assert_str_eq(said, "main/worker: bye\n");
	let_go(fds);
	ask_shell(fds, "exec sleep 100");
	let_go(fds);
	turn_until_gone();
	children_finish(&children);
}
END_TEST

START_TEST(who_does_not_hear_is_killed)
{
	int fds[3];

	setup();
	ask_shell(fds, "trap '' TERM; echo 1; while :; do sleep 1; done");
	await_word(fds[TAU_CHILD_OUT]);
	fake_os_set_clock(&fake, 1000);
	shutdown(fds[TAU_CHILD_LEASH], SHUT_WR);
	turn_once();
	ck_assert_int_eq(children_due(&children), 1000 + CHILD_GRACE_NS);
	turn_until_gone();
	ck_assert_str_eq(told(fds[TAU_CHILD_LEASH]), "0 9 ");
	let_go(fds);
	children_finish(&children);
}
END_TEST

START_TEST(what_it_leaves_behind_is_ended_too)
{
	int fds[3];
	long left;

	setup();
	ask_shell(fds, "(trap '' TERM; sleep 100) & echo $!; exit 0");
	left = await_word(fds[TAU_CHILD_OUT]);
	fake_os_set_clock(&fake, 1000);
	turn_until_gone();
	ck_assert_str_eq(told(fds[TAU_CHILD_LEASH]), "0 0 ");
	/* Gone, or a zombie that its new parent has not looked at yet. */
	for (int i = 0; i < 1000 && kill((pid_t)left, 0) == 0; i++) {
		char path[64], text[512] = "";
		FILE *file;

		snprintf(path, sizeof path, "/proc/%ld/stat", left);
		file = fopen(path, "r");
		if (!file)
			break;
		ck_assert(fgets(text, sizeof text, file) != NULL);
		fclose(file);
		if (strstr(text, ") Z"))
			break;
		ck_assert_int_lt(i, 999);
		usleep(1000);
	}
	let_go(fds);
	children_finish(&children);
}
END_TEST

START_TEST(a_byte_on_the_leash_tells_that_its_input_is_closed)
{
	struct stat about;
	int fds[3];

	setup();
	ask_shell(fds, "cat");
	fstat(fds[TAU_CHILD_IN], &about);
	close(fds[TAU_CHILD_IN]);
	fds[TAU_CHILD_IN] = -1;
	ck_assert_int_eq(send(fds[TAU_CHILD_LEASH], "", 1, 0), 1);
	turn_until_gone();
	ck_assert_uint_eq(closed_inode, about.st_ino);
	ck_assert_str_eq(told(fds[TAU_CHILD_LEASH]), "0 0 ");
	let_go(fds);
	children_finish(&children);
}
END_TEST

START_TEST(what_never_ran_says_why)
{
	static const struct {
		const char *text;
		size_t bytes;
		const char *says;
	} cases[] = {
		{"/\0frobnicate", 13,
			"-2 0 cannot run frobnicate: there is no "
			"such program along PATH"},
		{"/\0./none", 9,
			"-2 0 cannot run ./none (//./none): No such file"},
		{"/\0/etc/passwd", 14,
			"-13 0 cannot run /etc/passwd (/etc/passwd): "
			"Permission denied; is it executable (chmod +x)?"},
		{"/\0/tmp", 7,
			"-13 0 cannot run /tmp (/tmp): Permission denied; it "
			"is a folder: name the program in it"},
		{"/none\0sh", 9, "-2 0 cannot run sh in the folder /none"},
		{"/etc/passwd\0sh", 15,
			"-20 0 cannot run sh in the folder /etc/passwd: Not a "
			"directory"},
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		int fds[3];
		const char *why;

		setup();
		ask(fds, cases[i].text, cases[i].bytes, 1, 0);
		why = told(fds[TAU_CHILD_LEASH]);
		ck_assert_msg(
			strncmp(why, cases[i].says, strlen(cases[i].says)) == 0,
			"%s", why);
		ck_assert_uint_eq(children.count, 0);
		let_go(fds);
		children_finish(&children);
	}
}
END_TEST

START_TEST(what_is_against_the_rules_is_refused)
{
	static const struct {
		const char *text;
		size_t bytes;
		int words;
		uint64_t settings;
	} cases[] = {{"/\0sh", 4, 1, 0}, {"/\0sh", 5, 0, 0}, {"", 0, 1, 0},
		{"/\0sh", 5, 2, 0}, {"/\0sh", 5, 1, 1}, {"/\0sh\0x", 7, 1, 0},
		{"/\0sh", 5, -1, 0}, {"/\0sh", 5, 1, UINT64_MAX}};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		int fds[3];

		setup();
		ask(fds, cases[i].text, cases[i].bytes, cases[i].words,
			cases[i].settings);
		ck_assert_int_eq(
			strncmp(told(fds[TAU_CHILD_LEASH]), "-71 ", 4), 0);
		let_go(fds);
		children_finish(&children);
	}
}
END_TEST

/* Whatever call fails: it is told, or runs and ends; nothing is left. */
START_TEST(nothing_is_left_when_a_call_fails)
{
	for (uint64_t nth = 1;; nth++) {
		int fds[3];

		setup();
		fake_os_set_clock(&fake, 1000);
		fake_os_fail_nth(&fake, nth, EMFILE);
		ask_shell(fds, "exit 5");
		if (children.count)
			turn_until_gone();
		let_go(fds);
		children_finish(&children);
		if (!fake.fired)
			break;
	}
}
END_TEST

START_TEST(those_that_are_left_are_ended_at_the_end)
{
	int first[3], second[3];

	setup();
	ask_shell(first, "exec sleep 100");
	ask_shell(second, "exec sleep 100");
	children_finish(&children);
	ck_assert_str_eq(told(first[TAU_CHILD_LEASH]), "0 15 ");
	ck_assert_str_eq(told(second[TAU_CHILD_LEASH]), "0 15 ");
	let_go(first);
	let_go(second);
}
END_TEST

static Suite *children_suite(void)
{
	Suite *suite = suite_create("children");
	TCase *tests = test_case(suite, "children");

	tcase_add_test(tests, what_it_says_and_how_it_ends_is_told);
	tcase_add_test(tests, who_lets_go_of_its_leash_ends_it);
	tcase_add_test(tests, who_does_not_hear_is_killed);
	tcase_add_test(tests, what_it_leaves_behind_is_ended_too);
	tcase_add_test(
		tests, a_byte_on_the_leash_tells_that_its_input_is_closed);
	tcase_add_test(tests, what_never_ran_says_why);
	tcase_add_test(tests, what_is_against_the_rules_is_refused);
	tcase_add_test(tests, nothing_is_left_when_a_call_fails);
	tcase_add_test(tests, those_that_are_left_are_ended_at_the_end);
	return suite;
}
TEST_MAIN(children_suite)
