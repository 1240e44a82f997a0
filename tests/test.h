/*
 * test: what every unit test shares. A test file writes its START_TESTs, one
 * function that builds the suite out of test_case()s, and TEST_MAIN(that).
 *
 *	static Suite *ring_suite(void)
 *	{
 *		Suite *suite = suite_create("ring");
 *		TCase *tests = test_case(suite, "ends");
 *
 *		tcase_add_test(tests, an_empty_ring_says_so);
 *		return suite;
 *	}
 *	TEST_MAIN(ring_suite)
 *
 * Every test runs in a process of its own, and fails when it leaves an fd open
 * that was not open before (or closes one that was). It must not be compiled
 * with NDEBUG: a suite without its assertions would pass.
 */
#ifndef TESTS_TEST_H
#define TESTS_TEST_H

#include <check.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#ifdef HAVE_VALGRIND
#include <valgrind/valgrind.h>
#endif

#ifdef NDEBUG
#error "tests with NDEBUG prove nothing; configure without it"
#endif

static int test_fds_before;

/* The number of open fds, the one that counts them included. */
static inline int test_count_fds(void)
{
	DIR *folder = opendir("/proc/self/fd");
	int count = 0;

	ck_assert_msg(folder != NULL, "tests need /proc/self/fd");
	while (readdir(folder))
		count++;
	closedir(folder);
	return count;
}

static inline void test_fds_begin(void)
{
	test_fds_before = test_count_fds();
}

static inline void test_fds_end(void)
{
	int after = test_count_fds();

	ck_assert_msg(after == test_fds_before,
		"the test began with %d open fds and left %d", test_fds_before,
		after);
}

/* A group of tests in `suite`, which owns it, with fds counted around each. */
static inline TCase *test_case(Suite *suite, const char *name)
{
	TCase *tests = tcase_create(name);

	tcase_add_checked_fixture(tests, test_fds_begin, test_fds_end);
	suite_add_tcase(suite, tests);
	return tests;
}

/* How many times slower than usual a test may run here. */
static inline int test_slowness(void)
{
#ifdef HAVE_VALGRIND
	if (RUNNING_ON_VALGRIND)
		return 40;
#endif
#ifdef TAU_SANITIZERS
	return 5;
#else
	return 1;
#endif
}

/* Seconds until a hung test is killed: generous, since machines are shared. */
static inline int test_run(Suite *(*build)(void))
{
	char seconds[16];
	SRunner *runner;
	int failed;

	snprintf(seconds, sizeof seconds, "%d", 60 * test_slowness());
	setenv("CK_DEFAULT_TIMEOUT", seconds, 0);
	runner = srunner_create(build());
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

#define TEST_MAIN(build)                                                       \
	int main(void)                                                         \
	{                                                                      \
		return test_run(build);                                        \
	}

#endif
