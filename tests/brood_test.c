/* brood: waiting for processes that tests start. */
#include "core/check/brood.h"

#include <errno.h>
#include <unistd.h>

#include "tests/fake_os.h"
#include "tests/test.h"

/* As after SIGSTOP and SIGCONT, of which a handler need not know. */
START_TEST(a_wait_that_is_interrupted_goes_on)
{
	struct fake_os fake;
	const struct brood brood = {.os = &fake.os, .told_fd = -1};
	int fds[2];

	fake_os_init(&fake);
	ck_assert_int_eq(pipe(fds), 0);
	ck_assert_int_eq(write(fds[1], "x", 1), 1);
	fake_os_fail(&fake, OS_CALL(epoll_wait), 1, EINTR);
	ck_assert(brood_await(&brood, fds[0], INT64_C(1000000000)));
	ck_assert_uint_eq(fake.fired, 1);
	close(fds[1]);
	close(fds[0]);
}
END_TEST

START_TEST(a_wait_has_an_end)
{
	struct fake_os fake;
	const struct brood brood = {.os = &fake.os, .told_fd = -1};
	int fds[2];

	fake_os_init(&fake);
	fake_os_set_clock(&fake, 5);
	ck_assert_int_eq(pipe(fds), 0);
	fake_os_fail(&fake, OS_CALL(epoll_wait), 1, EINTR);
	ck_assert(!brood_await(&brood, fds[0], 100));
	ck_assert_int_eq(fake.now_ns, 105);
	close(fds[1]);
	close(fds[0]);
}
END_TEST

static Suite *brood_suite(void)
{
	Suite *suite = suite_create("brood");
	TCase *waits = test_case(suite, "waits");

	tcase_add_test(waits, a_wait_that_is_interrupted_goes_on);
	tcase_add_test(waits, a_wait_has_an_end);
	return suite;
}

TEST_MAIN(brood_suite)
