/*
 * embed_test: records in and out of a node in an application, through libtau.so
 * as an application has it.
 */
#include "tests/embedded.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>

START_TEST(what_is_written_is_worked_on_and_read)
{
	struct tau_node *node = open_node(LINES, cut, cut);
	struct tau_record record;

	ck_assert(is_readable(node));
	ck_assert_int_eq(settle(node), TAU_WAIT);
	ck_assert(!is_readable(node));
	ck_assert_int_eq(tau_node_read(node, 0, &record), TAU_WAIT);
	ck_assert_int_eq(put(node, "one\ntwo\nthr"), TAU_OK);
	ck_assert_int_eq(put(node, "ee\n"), TAU_OK);
	ck_assert_int_eq(settle(node), TAU_WAIT);
	ck_assert_str_eq(get(node), "one");
	ck_assert_int_eq(tau_node_read(node, 0, &record), TAU_OK);
	/* It stays, and stays the next one, whatever happens meanwhile. */
	ck_assert_int_eq(put(node, "four\n"), TAU_OK);
	ck_assert_int_eq(settle(node), TAU_WAIT);
	ck_assert_int_eq(memcmp(record.body, "two", 3), 0);
	ck_assert_str_eq(get(node), "two");
	ck_assert_str_eq(get(node), "three");
	ck_assert_str_eq(get(node), "four");
	ck_assert_int_eq(tau_node_read(node, 0, &record), TAU_WAIT);
	ck_assert_int_eq(tau_node_end(node, 0), 0);
	ck_assert_int_eq(settle(node), TAU_END);
	ck_assert_int_eq(tau_node_read(node, 0, &record), TAU_END);
	ck_assert_int_eq(tau_node_close(&node, NULL), 0);
	ck_assert_ptr_null(node);
	ck_assert_str_eq(said, "");
}
END_TEST

START_TEST(what_was_written_before_the_end_can_be_read_behind_it)
{
	struct tau_node *node = open_node(LINES, cut, cut);
	struct tau_record record;

	ck_assert_int_eq(put(node, "one\ntwo"), TAU_OK);
	ck_assert_int_eq(tau_node_end(node, 0), 0);
	ck_assert_int_eq(tau_node_end(node, 0), 0);
	ck_assert_int_eq(put(node, "three"), -EPIPE);
	ck_assert_int_eq(settle(node), TAU_END);
	ck_assert_int_eq(tau_node_step(node), TAU_END);
	ck_assert_str_eq(get(node), "one");
	ck_assert_str_eq(get(node), "two");
	ck_assert_int_eq(tau_node_read(node, 0, &record), TAU_END);
	ck_assert_int_eq(tau_node_close(&node, NULL), 0);
}
END_TEST

/* Writes lines until there is no room; how many there were. */
static uint64_t fill(struct tau_node *node)
{
	uint64_t count = 0;
	int flow;

	while ((flow = put(node, "line\n")) == TAU_OK)
		count++;
	ck_assert_int_eq(flow, TAU_WAIT);
	return count;
}

/* Reads all that is there; how many records. */
static uint64_t drain(struct tau_node *node)
{
	struct tau_record record;
	uint64_t count = 0;

	for (; tau_node_read(node, 0, &record) == TAU_OK; count++)
		ck_assert_int_eq(tau_node_consume(node, 0), 0);
	return count;
}

START_TEST(who_does_not_read_blocks_who_writes_until_he_reads)
{
	struct tau_node *node = open_node(LINES, cut, cut);
	uint64_t written = 0, more, read;

	do {
		while (is_readable(node))
			ck_assert_int_ge(tau_node_step(node), 0);
		more = fill(node);
		written += more;
	} while (more > 0);
	/* Both streams are full, and only reading helps. */
	ck_assert_uint_gt(written, 0);
	ck_assert(!is_readable(node));
	ck_assert_int_eq(tau_node_step(node), TAU_WAIT);
	ck_assert(!is_readable(node));
	read = drain(node);
	ck_assert(is_readable(node));
	ck_assert_int_eq(settle(node), TAU_WAIT);
	ck_assert_int_eq(put(node, "line\n"), TAU_OK);
	ck_assert_int_eq(tau_node_end(node, 0), 0);
	while (settle(node) != TAU_END)
		read += drain(node);
	read += drain(node);
	ck_assert_uint_eq(read, written + 1);
	ck_assert_int_eq(tau_node_close(&node, NULL), 0);
	ck_assert_str_eq(said, "");
}
END_TEST

/* One consumed record of many must be enough to wake who waits for room. */
START_TEST(room_for_one_record_wakes_the_node)
{
	static const char *const out[] = {"all", NULL};
	struct tau_node *node =
		open_node("{\"tau\": 1, \"nodes\": {\"main\": {\"operators\": {"
			  "\"all\": {\"type\": \"generate\", \"params\": "
			  "{\"count\": 9}}}}},"
			  "\"defaults\": {\"stream\": {\"records\": 1}}, "
			  "\"streams\": []}",
			none, out);
	struct tau_record record;
	char number[2] = "1";

	for (; *number <= '9'; ++*number) {
		int state = settle(node);

		ck_assert_int_eq(state, *number == '9' ? TAU_END : TAU_WAIT);
		ck_assert(!is_readable(node) || state == TAU_END);
		ck_assert_str_eq(get(node), number);
	}
	ck_assert_int_eq(tau_node_read(node, 0, &record), TAU_END);
	ck_assert_int_eq(tau_node_close(&node, NULL), 0);
}
END_TEST

START_TEST(who_reads_no_more_is_told_to_who_writes)
{
	struct tau_node *node = open_node(LINES, cut, cut);
	struct tau_record record;

	ck_assert_int_eq(put(node, "one\ntwo\n"), TAU_OK);
	ck_assert_int_eq(settle(node), TAU_WAIT);
	ck_assert_int_eq(tau_node_leave(node, 0), 0);
	ck_assert_int_eq(tau_node_leave(node, 0), 0);
	ck_assert_int_eq(tau_node_read(node, 0, &record), TAU_END);
	ck_assert_int_eq(settle(node), TAU_END);
	ck_assert_int_eq(put(node, "three\n"), TAU_END);
	ck_assert_int_eq(tau_node_close(&node, NULL), 0);
}
END_TEST

/* An endless source with an endless sink: the loop gets its turn. */
START_TEST(a_step_ends_though_there_is_always_more)
{
	struct tau_node *node =
		open_node("{\"tau\": 1, \"nodes\": {\"main\": {\"operators\": {"
			  "\"all\": {\"type\": \"generate\"}, \"no\": "
			  "{\"type\": \"null\"}"
			  "}}}, \"streams\": [\"all -> no\"]}",
			none, none);

	for (int i = 0; i < 3; i++)
		ck_assert_int_eq(turn(node), TAU_OK);
	ck_assert_int_eq(tau_node_drain(node), 0);
	ck_assert_int_eq(settle(node), TAU_END);
	ck_assert_int_eq(tau_node_close(&node, NULL), 0);
	ck_assert_str_eq(said, "");
}
END_TEST

START_TEST(a_timer_of_an_operator_wakes_the_loop)
{
	static const char *const each[] = {"each", NULL};
	struct tau_node *node =
		open_node("{\"tau\": 1, \"nodes\": {\"main\": {\"operators\": {"
			  "\"each\": {\"type\": \"count\", \"params\": "
			  "{\"every\": \"5ms\"}}"
			  "}}}, \"streams\": []}",
			each, each);
	struct tau_record record;
	int cycles = 0;

	while (cycles < 3) {
		ck_assert_int_ge(turn(node), 0);
		while (tau_node_read(node, 0, &record) == TAU_OK) {
			cycles += record.type == TAU_CYCLE;
			ck_assert_int_eq(tau_node_consume(node, 0), 0);
		}
	}
	ck_assert_int_eq(tau_node_drain(node), 0);
	ck_assert_int_eq(settle(node), TAU_END);
	ck_assert_int_eq(tau_node_close(&node, NULL), 0);
}
END_TEST

/* What an operator reads from an fd of its own wakes the loop, too. */
START_TEST(an_fd_of_an_operator_wakes_the_loop)
{
	static const char *const out[] = {"file", NULL};
	char manifest[512], path[64];
	struct tau_node *node;
	int fd;

	(void)snprintf(path, sizeof path, "%s/fifo", store);
	ck_assert_int_eq(mkfifo(path, 0600), 0);
	fd = open(path, O_RDWR | O_CLOEXEC);
	ck_assert_int_ge(fd, 0);
	(void)snprintf(manifest, sizeof manifest,
		"{\"tau\": 1, \"nodes\": {\"main\": {\"operators\": {\"file\": "
		"{\"type\": \"file.read\", \"params\": {\"path\": \"%s\"}}}}},"
		"\"streams\": []}",
		path);
	node = open_node(manifest, none, out);
	ck_assert_int_eq(settle(node), TAU_WAIT);
	for (int i = 0; i < 3; i++) {
		ck_assert(!is_readable(node));
		ck_assert_int_eq(write(fd, "news", 4), 4);
		ck_assert_int_eq(settle(node), TAU_WAIT);
		ck_assert_str_eq(get(node), "news");
	}
	close(fd);
	ck_assert_int_eq(settle(node), TAU_END);
	ck_assert_int_eq(tau_node_close(&node, NULL), 0);
	ck_assert_int_eq(unlink(path), 0);
}
END_TEST

START_TEST(fds_pass_as_records)
{
	static const char *const in[] = {"in.in", NULL}, *const out[] = {
								 "in", NULL};
	struct tau_node *node =
		open_node("{\"tau\": 1, \"nodes\": {\"main\": {\"operators\": {"
			  "\"in\": {\"type\": \"merge\"}}}}, \"streams\": []}",
			in, out);
	struct tau_record record;
	int fds[2], fd;
	char byte;

	ck_assert_int_eq(pipe(fds), 0);
	ck_assert_int_eq(tau_node_take_fd(node, 0), -EINVAL);
	ck_assert_int_eq(tau_node_write_fd(node, 0, -1), -EBADF);
	ck_assert_int_eq(tau_node_write_fd(node, 0, 1 << 20), -EBADF);
	ck_assert_int_eq(tau_node_write_fd(node, 0, fds[1]), TAU_OK);
	ck_assert_int_eq(put(node, "text"), TAU_OK);
	/* This one is nobody's in the end, and closed by the node. */
	ck_assert_int_eq(tau_node_write_fd(node, 0, dup(fds[0])), TAU_OK);
	ck_assert_int_eq(settle(node), TAU_WAIT);
	ck_assert_int_eq(tau_node_read(node, 0, &record), TAU_OK);
	ck_assert_int_eq(record.type, TAU_FD);
	fd = tau_node_take_fd(node, 0);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(tau_node_take_fd(node, 0), -EBADF);
	ck_assert_int_eq(write(fd, "x", 1), 1);
	ck_assert_int_eq(read(fds[0], &byte, 1), 1);
	ck_assert_int_eq(tau_node_consume(node, 0), 0);
	ck_assert_str_eq(get(node), "text");
	ck_assert_int_eq(tau_node_close(&node, NULL), 0);
	close(fd);
	close(fds[0]);
}
END_TEST

START_TEST(a_wrong_write_is_refused_with_a_sentence)
{
	struct tau_node *node = open_node(LINES, cut, cut);
	static char large[65537];

	ck_assert_str_eq(tau_node_error(node), "");
	ck_assert_int_eq(tau_node_write(node, 1, TAU_UTF8, "", 0), -EINVAL);
	ck_assert_str_eq(tau_node_error(node),
		"`writes` names 1 port, counted from 0; there is no 1");
	ck_assert_int_eq(
		tau_node_write(node, 0, TAU_VALUE, "\x0c", 1), -EINVAL);
	ck_assert_str_eq(tau_node_error(node), "cut takes bytes, not a value");
	ck_assert_int_eq(tau_node_write(node, 0, TAU_FD, "", 0), -EINVAL);
	ck_assert_int_eq(tau_node_write_fd(node, 0, 0), -EINVAL);
	ck_assert_str_eq(tau_node_error(node), "cut takes bytes, not fds");
	ck_assert_int_eq(
		tau_node_write(node, 0, TAU_BYTES, large, sizeof large),
		-EMSGSIZE);
	ck_assert_str_eq(tau_node_error(node),
		"cut takes records of at most 65536 bytes; its stream can have "
		"a larger \"atomic\"");
	ck_assert_int_eq(tau_node_consume(node, 0), -EINVAL);
	ck_assert_int_eq(tau_node_write(node, 0, TAU_BYTES, "", 0), TAU_OK);
	ck_assert_int_eq(tau_node_close(&node, NULL), 0);
}
END_TEST

/* What a child would take off the list of the epoll fd is the parent's. */
START_TEST(a_child_by_fork_has_no_node)
{
	struct tau_node *node = open_node(LINES, cut, cut);
	int status;
	pid_t child = fork();

	ck_assert_int_ge(child, 0);
	if (child == 0)
		_exit(tau_node_step(node) == -EPERM &&
					tau_node_close(&node, NULL) == -EPERM
				? 0
				: 1);
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert_int_eq(status, 0);
	ck_assert_int_eq(put(node, "a\n"), TAU_OK);
	ck_assert_int_eq(settle(node), TAU_WAIT);
	ck_assert_str_eq(get(node), "a");
	ck_assert_int_eq(tau_node_close(&node, NULL), 0);
	ck_assert_int_eq(tau_node_open(&node, "", NULL, NULL), -EINVAL);
	ck_assert_str_eq(tau_node_error(node),
		"there is no manifest: give a path, or text that begins with a "
		"brace");
	ck_assert_int_eq(tau_node_close(&node, NULL), 0);
}
END_TEST

/* A misspelt port leaves the one that was meant open: that is not its cause. */
START_TEST(a_misspelt_port_is_said_before_what_it_leaves_open)
{
	static const char *const inn[] = {"cut.inn", NULL};
	static const char *const cat[] = {"cat", NULL};
	static const struct {
		const char *const *writes, *sentence;
	} wrongs[] = {
		{inn, "writes: \"cut.inn\": \"cut\" has no in port \"inn\"; "
		      "did you mean \"in\"?\nmanifest:1:45: nobody writes"},
		{cat, "writes: \"cat\": no operator is called \"cat\"; did you "
		      "mean \"cut\"?\nmanifest:1:45: nobody writes"},
	};

	for (size_t i = 0; i < sizeof wrongs / sizeof *wrongs; i++) {
		const struct tau_node_options options =
			options_for(wrongs[i].writes, cut + 1);
		struct tau_node *node;

		ck_assert_int_lt(
			tau_node_open(&node, LINES, NULL, &options), 0);
		ck_assert_msg(strstr(tau_node_error(node), wrongs[i].sentence),
			"%s", tau_node_error(node));
		ck_assert_int_eq(tau_node_close(&node, NULL), 0);
	}
}
END_TEST

static Suite *embed_suite(void)
{
	Suite *suite = suite_create("embed");
	TCase *tests = test_case(suite, "embed");

	tcase_add_unchecked_fixture(tests, make_store, remove_store);
	tcase_add_test(tests, what_is_written_is_worked_on_and_read);
	tcase_add_test(tests, a_child_by_fork_has_no_node);
	tcase_add_test(
		tests, what_was_written_before_the_end_can_be_read_behind_it);
	tcase_add_test(
		tests, who_does_not_read_blocks_who_writes_until_he_reads);
	tcase_add_test(tests, room_for_one_record_wakes_the_node);
	tcase_add_test(tests, who_reads_no_more_is_told_to_who_writes);
	tcase_add_test(tests, a_step_ends_though_there_is_always_more);
	tcase_add_test(tests, a_timer_of_an_operator_wakes_the_loop);
	tcase_add_test(tests, an_fd_of_an_operator_wakes_the_loop);
	tcase_add_test(tests, fds_pass_as_records);
	tcase_add_test(tests, a_wrong_write_is_refused_with_a_sentence);
	tcase_add_test(
		tests, a_misspelt_port_is_said_before_what_it_leaves_open);
	return suite;
}
TEST_MAIN(embed_suite)
