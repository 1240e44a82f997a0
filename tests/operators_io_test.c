/*
 * operators_io: what reads and writes fds, with calls that are interrupted and
 * end short, stopped at every wait and moved with its fds.
 */
#include "tests/staged.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char folder[64], path[96];

static void make_folder(void)
{
	(void)snprintf(folder, sizeof folder, "/tmp/tau-io-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(folder));
	(void)snprintf(path, sizeof path, "%s/file", folder);
}

static void remove_folder(void)
{
	(void)unlink(path);
	ck_assert_int_eq(rmdir(folder), 0);
}

static void write_file(const char *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	ck_assert_int_eq(close(fd), 0);
}

/* What stands in the file; good until the next call. */
static const char *file_text(void)
{
	static char text[262144];
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t bytes;

	ck_assert_int_ge(fd, 0);
	bytes = read(fd, text, sizeof text - 1);
	ck_assert_int_ge(bytes, 0);
	text[bytes] = 0;
	ck_assert_int_eq(close(fd), 0);
	return text;
}

static void read_params(struct scene *scene)
{
	scene_trouble(scene);
	scene_text(scene, 0, TAU_PARAM_PATH, path);
	scene_integer(scene, 1, TAU_PARAM_BOOL, 0);
}

START_TEST(a_file_is_read_whole_however_short_the_reads)
{
	make_folder();
	write_file("one\ntwo\nthree and the rest of it\n");
	CHECK_OPERATOR("tau-io", "file.read", read_params,
		"one\ntwo\nthree and the rest of it\n", NULL);
	remove_folder();
}
END_TEST

static void feed_sink(struct scene *scene)
{
	TEXT(scene, "text");
	BYTES(scene, "by");
	BYTES(scene, "tes\n");
	CYCLE(scene);
	feed_map(scene, "key", "value", "n", 1);
	TEXT(scene, "");
}

static const char sunk[] = "text\nbytes\n{\"key\":\"value\",\"n\":1}\n\n";

START_TEST(a_file_is_written_once_whatever_stops_it)
{
	bool stopped = true;

	make_folder();
	for (size_t stop = 0; stopped; stop++) {
		struct scene *scene = scene_create("tau-io", "file.write");

		write_file("what was there before");
		scene_trouble(scene);
		scene_text(scene, 0, TAU_PARAM_PATH, path);
		feed_sink(scene);
		ck_assert_int_eq(
			scene_run(scene, stop, SCENE_MOVE, &stopped), 0);
		ck_assert_str_eq(file_text(), sunk);
		scene_destroy(scene);
	}
	remove_folder();
}
END_TEST

/* A child that gives what it reads to the file, and ends with the pipe. */
static pid_t drain_into_file(int from)
{
	pid_t child = fork();
	char bytes[512];
	ssize_t count;

	ck_assert_int_ge(child, 0);
	if (child)
		return child;
	int to = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	while ((count = read(from, bytes, sizeof bytes)) > 0)
		if (write(to, bytes, (size_t)count) != count)
			_exit(1);
	_exit(count < 0);
}

/* 20,000 bytes for a pipe of 4096: some as one large record. */
START_TEST(a_full_pipe_is_waited_for)
{
	static char large[18000];
	bool stopped = true;

	make_folder();
	memset(large, 'x', sizeof large);
	for (size_t stop = 0; stopped; stop++) {
		struct scene *scene = scene_create("tau-io", "stdout");
		int ends[2], status;
		pid_t child;

		ck_assert_int_eq(pipe2(ends, O_CLOEXEC), 0);
		ck_assert_int_ge(fcntl(ends[1], F_SETPIPE_SZ, 4096), 4096);
		child = fork();
		if (child == 0) {
			close(ends[1]);
			pid_t inner = drain_into_file(ends[0]);
			waitpid(inner, &status, 0);
			_exit(WEXITSTATUS(status));
		}
		close(ends[0]);
		scene_stdio(scene, ends[1]);
		TEXT(scene, "first");
		scene_feed(scene, 0, TAU_UTF8, large, sizeof large);
		TEXT(scene, "last");
		ck_assert_int_eq(
			scene_run(scene, stop, SCENE_MOVE, &stopped), 0);
		close(ends[1]);
		ck_assert_int_eq(waitpid(child, &status, 0), child);
		ck_assert_int_eq(status, 0);
		const char *text = file_text();
		ck_assert_uint_eq(strlen(text), 6 + sizeof large + 1 + 5);
		ck_assert_int_eq(strncmp(text, "first\nxx", 8), 0);
		ck_assert_str_eq(text + 6 + sizeof large, "\nlast\n");
		scene_destroy(scene);
	}
	remove_folder();
}
END_TEST

START_TEST(a_reader_that_is_gone_is_no_failure)
{
	struct scene *scene = scene_create("tau-io", "stdout");
	int ends[2];
	bool stopped;

	ck_assert_int_eq(pipe2(ends, O_CLOEXEC), 0);
	close(ends[0]);
	signal(SIGPIPE, SIG_IGN);
	scene_stdio(scene, ends[1]);
	TEXT(scene, "nobody reads this");
	ck_assert_int_eq(
		scene_run(scene, STAGE_NEVER, SCENE_THAW, &stopped), 0);
	ck_assert_str_eq(scene_failure(scene), "");
	close(ends[1]);
	scene_destroy(scene);
}
END_TEST

START_TEST(standard_input_ends_with_its_writer)
{
	struct scene *scene = scene_create("tau-io", "stdin");
	int ends[2];
	bool stopped;

	ck_assert_int_eq(pipe2(ends, O_CLOEXEC), 0);
	ck_assert_int_eq(write(ends[1], "some bytes", 10), 10);
	close(ends[1]);
	scene_stdio(scene, ends[0]);
	ck_assert_int_eq(
		scene_run(scene, STAGE_NEVER, SCENE_THAW, &stopped), 0);
	ck_assert_str_eq(scene_output(scene, 0), "some bytes");
	close(ends[0]);
	scene_destroy(scene);
}
END_TEST

static Suite *operators_io_suite(void)
{
	Suite *suite = suite_create("operators of io");
	TCase *tests = test_case(suite, "fds");

	tcase_add_test(tests, a_file_is_read_whole_however_short_the_reads);
	tcase_add_test(tests, a_file_is_written_once_whatever_stops_it);
	tcase_add_test(tests, a_full_pipe_is_waited_for);
	tcase_add_test(tests, a_reader_that_is_gone_is_no_failure);
	tcase_add_test(tests, standard_input_ends_with_its_writer);
	return suite;
}

TEST_MAIN(operators_io_suite)
