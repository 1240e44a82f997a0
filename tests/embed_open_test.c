/*
 * embed_open_test: which node an application gets and which of its ports, what is
 * wrong with what it asked for, and who may ask.
 */
#include "tests/embedded.h"

#include <fcntl.h>
#include <pthread.h>
#include <sys/resource.h>

START_TEST(members_of_a_port_are_given_in_order)
{
	static const char *const in[] = {"in[1]", "in", NULL};
	static const char *const ins[] = {"in.in[0]", "in.in", NULL};
	static const char *const outs[] = {"out.out", "out.out", NULL};
	static const char *const manifest =
		"{\"tau\": 1, \"nodes\": {\"main\": {\"operators\": {"
		"\"in\": {\"type\": \"merge\"}, \"out\": {\"type\": "
		"\"tee\"}}}},"
		"\"streams\": [\"in -> out\"]}";
	const struct tau_node_options wrong = options_for(in, none);
	struct tau_node *node;
	struct tau_record record;

	ck_assert_int_eq(tau_node_open(&node, manifest, NULL, &wrong), -EINVAL);
	ck_assert_int_eq(tau_node_close(&node, NULL), 0);
	node = open_node(manifest, ins, outs);
	ck_assert_int_eq(put(node, "a"), TAU_OK);
	ck_assert_int_eq(tau_node_write(node, 1, TAU_UTF8, "b", 1), TAU_OK);
	ck_assert_int_eq(settle(node), TAU_WAIT);
	ck_assert_str_eq(get(node), "a");
	ck_assert_str_eq(get(node), "b");
	for (int i = 0; i < 2; i++) {
		ck_assert_int_eq(tau_node_read(node, 1, &record), TAU_OK);
		ck_assert_int_eq(record.type, i ? TAU_UTF8 : TAU_BYTES);
		ck_assert_int_eq(tau_node_consume(node, 1), 0);
	}
	ck_assert_int_eq(tau_node_read(node, 1, &record), TAU_WAIT);
	ck_assert_int_eq(tau_node_close(&node, NULL), 0);
}
END_TEST

/* They go the other way, past an operator that lets them through. */
START_TEST(back_streams_are_ports_of_their_own)
{
	static const char *const in[] = {"few", "few.out.back", NULL};
	static const char *const out[] = {"few", "few.in.back", NULL};
	struct tau_node *node = open_node(
		"{\"tau\": 1, \"nodes\": {\"main\": {\"operators\": {"
		"\"few\": {\"type\": \"take\", \"params\": {\"n\": 2}}}}},"
		"\"streams\": []}",
		in, out);
	struct tau_record record;

	ck_assert_int_eq(tau_node_write(node, 1, TAU_UTF8, "more", 4), TAU_OK);
	ck_assert_int_eq(settle(node), TAU_WAIT);
	ck_assert_int_eq(tau_node_read(node, 1, &record), TAU_OK);
	ck_assert_int_eq(memcmp(record.body, "more", 4), 0);
	ck_assert_int_eq(tau_node_consume(node, 1), 0);
	ck_assert_int_eq(put(node, "one"), TAU_OK);
	ck_assert_int_eq(put(node, "two"), TAU_OK);
	while (tau_node_step(node) == TAU_OK)
		;
	ck_assert_str_eq(get(node), "one");
	ck_assert_str_eq(get(node), "two");
	ck_assert_int_eq(tau_node_read(node, 0, &record), TAU_END);
	ck_assert_int_eq(tau_node_end(node, 1), 0);
	ck_assert_int_eq(settle(node), TAU_END);
	ck_assert_int_eq(tau_node_close(&node, NULL), 0);
}
END_TEST

#define BACK                                                                   \
	"{\"tau\": 1, \"nodes\": {"                                            \
	"\"far\": {\"operators\": {\"of\": {\"type\": \"demux\"}, "            \
	"\"no\": {\"type\": \"null\"}}}, "                                     \
	"\"near\": {\"operators\": {\"in\": {\"type\": \"generate\"}, "        \
	"\"all\": {\"type\": \"mux\"}}}}, "                                    \
	"\"streams\": [\"in -> all -> of -> no\"]}"

START_TEST(back_streams_of_other_nodes_are_the_applications)
{
	static const char *const in[] = {"all.out.back", NULL};
	static const char *const out[] = {"all", NULL};
	const struct tau_node_options options = options_for(in, out);
	struct tau_record record;
	struct tau_node *node;

	ck_assert_int_eq(tau_node_open(&node, BACK, "near", &options), 0);
	ck_assert_int_eq(settle(node), TAU_WAIT);
	/* It tells that a stream begins, and waits to hear of room. */
	ck_assert_int_eq(tau_node_read(node, 0, &record), TAU_OK);
	ck_assert_int_eq(record.type, TAU_VALUE);
	ck_assert_int_eq(tau_node_close(&node, NULL), 0);
}
END_TEST

START_TEST(streams_of_other_nodes_are_the_applications)
{
	const struct tau_node_options options = options_for(cut, cut);
	struct tau_node *node;

	ck_assert_int_eq(tau_node_open(&node, TWO, "first", &options), 0);
	ck_assert_int_eq(put(node, "one\n"), TAU_OK);
	ck_assert_int_eq(settle(node), TAU_WAIT);
	ck_assert_str_eq(get(node), "one");
	ck_assert_int_eq(tau_node_close(&node, NULL), 0);
}
END_TEST

/* What opening says, given these. */
struct wrong {
	const char *manifest, *name;
	const char *writes, *reads, *setting;
	const char *sentence;
};

static const struct wrong wrongs[] = {
	{"{\"tau\": 1, \"nodes\": {\"main\": {\"operators\": {"
	 "\"cut\": {\"type\": \"lines\"}}}},\n  \"streems\": []}",
		NULL, "cut", NULL, NULL,
		"my.json:2:3: unknown key \"streems\" in the manifest; did you "
		"mean \"streams\"?"},
	{"{\"tau\": 1", NULL, NULL, NULL, NULL, "my.json:1:"},
	{"/nonexistent/manifest.json", NULL, NULL, NULL, NULL,
		"the manifest /nonexistent/manifest.json cannot be opened: No "
		"such file or directory"},
	{LINES, "mian", "cut", "cut", NULL,
		"my.json has no node with operators that is called \"mian\"; "
		"did you mean \"main\"?"},
	{TWO, NULL, "cut", "cut", NULL,
		"my.json has 2 nodes with operators; say which of them: first "
		"and second"},
	{LINES, NULL, NULL, "cut", NULL,
		"my.json:1:45: nobody writes to cut.in, which is required; "
		"connect it, or name it in `writes`"},
	{LINES, NULL, "cut", "cut.owt", NULL,
		"reads: \"cut.owt\": \"cut\" has no out port \"owt\"; did you "
		"mean \"out\"?"},
	{LINES, NULL, "cut", "cat", NULL,
		"reads: \"cat\": no operator is called \"cat\"; did you mean "
		"\"cut\"?"},
	{LINES, NULL, "cut", "cut.out[1]", NULL,
		"reads: \"cut.out[1]\": it is one port and takes no number"},
	{LINES, NULL, "cut", "cut..", NULL, "reads:1:5: "},
	{TWO, "first", "cut", NULL, NULL,
		"the stream \"cut\" leads to another node, which is not run "
		"here: name \"cut.out\" in `reads`, or leave it out of the "
		"manifest"},
	{TWO, "first", NULL, "cut", NULL,
		"the stream \"in\" comes from another node, which is not run "
		"here: name \"cut.in\" in `writes`, or leave it out of the "
		"manifest"},
	{TWO, "second", "no", "cut", NULL,
		"reads: \"cut\": it runs in the node \"first\", and the node "
		"that is opened here is \"second\""},
	{"{\"tau\": 1, \"nodes\": {\"main\": {\"operators\": {"
	 "\"cut\": {\"type\": \"lines\"}, \"in\": {\"type\": \"generate\"}}}},"
	 "\"streams\": [\"in -> cut\"]}",
		NULL, "cut", "cut", NULL,
		"writes: \"cut\": \"in\" writes to it in the same node; put a "
		"merge between them"},
	{"{\"tau\": 1, \"nodes\": {\"main\": {\"operators\": {"
	 "\"cut\": {\"type\": \"lines\"}, \"out\": {\"type\": \"stdout\"}}}},"
	 "\"streams\": [\"cut -> out\"]}",
		NULL, "cut", NULL, NULL,
		"\"out\" writes standard output, which is the application's: "
		"leave it out, and name the port that it reads from in "
		"`reads`"},
	{BACK, "near", NULL, "all", NULL,
		"reads: \"all\": it requires its back stream: name "
		"all.out.back in `writes`, too"},
	{BACK, "far", NULL, "of.in.back", NULL,
		"reads: \"of.in.back\": its stream is not the "
		"application's: name of.in in `writes`, too"},
	{LINES, NULL, "cut", "cut.bad.back", NULL,
		"reads: \"cut.bad.back\": \"cut\" has no in port \"bad\""},
	{TWO, "second", "in.out.back", NULL, NULL,
		"writes: \"in.out.back\": the port has no back stream"},
	{LINES, NULL, "cut", "cut", "x",
		"settings: \"x\" has not the form NAME=VALUE"},
	{LINES, NULL, "cut", "cut", "x=1",
		"my.json: --set x: there is no variable of that name"},
};

START_TEST(what_is_wrong_is_said_when_it_is_opened)
{
	const struct wrong *wrong = &wrongs[_i];
	const char *writes[] = {wrong->writes, NULL};
	const char *reads[] = {wrong->reads, NULL};
	const char *settings[] = {wrong->setting, NULL};
	struct tau_node_options options = options_for(writes, reads);
	struct tau_node *node;
	int result;

	options.settings = settings;
	options.source = "my.json";
	result = tau_node_open(&node, wrong->manifest, wrong->name, &options);
	ck_assert_int_lt(result, 0);
	ck_assert_msg(strstr(tau_node_error(node), wrong->sentence) ==
			      tau_node_error(node),
		"expected: %s\nsaid: %s", wrong->sentence,
		tau_node_error(node));
	ck_assert_int_eq(tau_node_step(node), -EINVAL);
	ck_assert_int_eq(tau_node_fd(node), -EINVAL);
	ck_assert_int_eq(put(node, "x"), -EINVAL);
	ck_assert_int_eq(tau_node_close(&node, NULL), 0);
	ck_assert_int_eq(tau_node_close(&node, NULL), 0);
}
END_TEST

static void refuses(const struct tau_node_options *options, const char *why)
{
	struct tau_node *node;

	ck_assert_int_eq(tau_node_open(&node, LINES, NULL, options), -EINVAL);
	ck_assert_ptr_nonnull(strstr(tau_node_error(node), why));
	ck_assert_int_eq(tau_node_close(&node, NULL), 0);
}

/* An application of an older header, and one of a newer one. */
START_TEST(options_of_another_size_are_taken_as_they_are_meant)
{
	struct {
		struct tau_node_options options;
		uint64_t later;
	} newer = {.options = options_for(cut, cut)};
	struct tau_node_options older = options_for(cut, cut);
	struct tau_node_counts counts = {.size = 16, .lost = 77};
	struct tau_node *node;

	older.size = offsetof(struct tau_node_options, log);
	older.log = (void (*)(void *, uint32_t, const char *, size_t))8;
	ck_assert_int_eq(tau_node_open(&node, LINES, NULL, &older), 0);
	ck_assert_int_eq(tau_node_close(&node, &counts), 0);
	ck_assert_uint_eq(counts.lost, 77);
	newer.options.size = sizeof newer;
	ck_assert_int_eq(tau_node_open(&node, LINES, NULL, &newer.options), 0);
	ck_assert_int_eq(tau_node_close(&node, NULL), 0);
	newer.later = 1;
	refuses(&newer.options, "newer than this libtau");
	newer.later = 0;
	newer.options.reserved = 1;
	refuses(&newer.options, "newer than this libtau");
	older.size = 0;
	refuses(&older, "`size` is 0");
}
END_TEST

START_TEST(opening_and_closing_leaves_nothing_open)
{
	const int times = test_slowness() > 1 ? 4 : 100;
	int before = test_count_fds();

	for (int i = 0; i < times; i++) {
		struct tau_node *node = open_node(LINES, cut, cut);

		ck_assert_int_eq(put(node, "one\n"), TAU_OK);
		ck_assert_int_eq(turn(node), TAU_WAIT);
		ck_assert_int_eq(tau_node_close(&node, NULL), 0);
	}
	ck_assert_int_eq(test_count_fds(), before);
}
END_TEST

START_TEST(a_port_that_the_application_reads_is_connected)
{
	static const char *const out[] = {"cut", "cut.bad", NULL};
	struct tau_node *node = open_node(LINES, cut, out);

	ck_assert_str_eq(warned, "");
	ck_assert_int_eq(tau_node_close(&node, NULL), 0);
}
END_TEST

/* Whatever cannot be opened for want of an fd is said, and nothing stays
 * open. */
START_TEST(a_node_for_which_no_fds_are_left_is_refused)
{
	const struct tau_node_options options = options_for(cut, cut);
	const int used = open("/dev/null", O_RDONLY | O_CLOEXEC);
	struct rlimit limit, few;
	struct tau_node *node;
	int before, result, tries = 0;

	ck_assert_int_eq(close(used), 0);
	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
	few = limit;
	before = test_count_fds();
	do {
		few.rlim_cur = (rlim_t)(used + tries);
		ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &few), 0);
		result = tau_node_open(&node, LINES, NULL, &options);
		if (result < 0)
			ck_assert_str_ne(tau_node_error(node), "");
		ck_assert_int_eq(tau_node_close(&node, NULL), 0);
		ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
		ck_assert_int_eq(test_count_fds(), before);
		tries++;
	} while (result < 0);
	ck_assert_int_ge(tries, 4);
}
END_TEST

static void *call_all(void *context)
{
	struct tau_node *node = context;
	struct tau_record record;

	ck_assert_int_eq(tau_node_step(node), -EPERM);
	ck_assert_int_eq(put(node, "x"), -EPERM);
	ck_assert_int_eq(tau_node_read(node, 0, &record), -EPERM);
	ck_assert_int_eq(tau_node_drain(node), -EPERM);
	ck_assert_int_eq(tau_node_close(&node, NULL), -EPERM);
	ck_assert_ptr_nonnull(node);
	return NULL;
}

START_TEST(another_thread_may_do_nothing)
{
	struct tau_node *node = open_node(LINES, cut, cut);
	pthread_t thread;

	ck_assert_int_eq(pthread_create(&thread, NULL, call_all, node), 0);
	ck_assert_int_eq(pthread_join(thread, NULL), 0);
	ck_assert_int_eq(settle(node), TAU_WAIT);
	ck_assert_int_eq(tau_node_close(&node, NULL), 0);
}
END_TEST

struct listening {
	struct tau_node *node;
	int calls;
};

static void call_back(
	void *context, uint32_t level, const char *line, size_t bytes)
{
	struct listening *listening = context;

	(void)level;
	(void)line;
	(void)bytes;
	listening->calls++;
	if (!listening->node)
		return;
	ck_assert_int_eq(tau_node_step(listening->node), -EBUSY);
	ck_assert_int_eq(tau_node_close(&listening->node, NULL), -EBUSY);
}

START_TEST(nothing_may_be_called_from_within_the_log)
{
	struct listening listening = {0};
	struct tau_node_options options = options_for(cut, cut);

	options.log = call_back;
	options.context = &listening;
	ck_assert_int_eq(
		tau_node_open(&listening.node, FAILING(""), NULL, &options), 0);
	listening.calls = 0;
	ck_assert_int_eq(settle(listening.node), -ENOENT);
	ck_assert_int_eq(listening.calls, 1);
	ck_assert_int_eq(tau_node_close(&listening.node, NULL), 0);
}
END_TEST

static Suite *embed_open_suite(void)
{
	Suite *suite = suite_create("embed_open");
	TCase *tests = test_case(suite, "embed_open");

	tcase_add_unchecked_fixture(tests, make_store, remove_store);
	tcase_add_test(tests, members_of_a_port_are_given_in_order);
	tcase_add_test(tests, back_streams_are_ports_of_their_own);
	tcase_add_test(tests, back_streams_of_other_nodes_are_the_applications);
	tcase_add_test(tests, streams_of_other_nodes_are_the_applications);
	tcase_add_test(
		tests, options_of_another_size_are_taken_as_they_are_meant);
	tcase_add_test(tests, opening_and_closing_leaves_nothing_open);
	tcase_add_test(tests, a_port_that_the_application_reads_is_connected);
	tcase_add_test(tests, a_node_for_which_no_fds_are_left_is_refused);
	tcase_add_test(tests, another_thread_may_do_nothing);
	tcase_add_test(tests, nothing_may_be_called_from_within_the_log);
	tcase_add_loop_test(tests, what_is_wrong_is_said_when_it_is_opened, 0,
		(int)(sizeof wrongs / sizeof *wrongs));
	return suite;
}
TEST_MAIN(embed_open_suite)
