/* What the kernel says about fds becomes calls of `told`; and masks. */
#include "core/run/reactor.h"

#include "core/run/readiness.h"
#include "tests/fake_os.h"
#include "tests/test.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/eventfd.h>
#include <unistd.h>

struct ear {
	struct reactor_watch watch; /* first */
	uint32_t events, count;
	struct ear *removes; /* when told */
};

static struct fake_os fake;
static struct reactor *reactor;

static void told(struct reactor_watch *watch, uint32_t events)
{
	struct ear *ear = (struct ear *)watch;

	ear->events |= events;
	ear->count++;
	if (ear->removes)
		reactor_remove(reactor, &ear->removes->watch);
}

static void begin(void)
{
	fake_os_init(&fake);
	ck_assert_int_eq(reactor_create(&reactor, &fake.os, NULL), 0);
}

START_TEST(a_file_that_epoll_refuses_is_told_at_each_poll)
{
	struct ear file = {.watch.told = told};
	int fd = open("/dev/null", O_RDWR | O_CLOEXEC);

	begin();
	ck_assert_int_eq(reactor_add(reactor, &file.watch, fd, EPOLLIN), 0);
	ck_assert(file.watch.always);
	for (uint32_t i = 1; i < 4; i++) {
		ck_assert_int_eq(reactor_poll(reactor, -1), 0);
		ck_assert_uint_eq(file.count, i);
	}
	ck_assert_uint_eq(file.events, EPOLLIN);
	reactor_remove(reactor, &file.watch);
	close(fd);
	reactor_destroy(&reactor);
}
END_TEST

/* Two are ready at once; who is told first removes both, or the other. */
START_TEST(a_watch_may_be_removed_while_another_is_told)
{
	struct ear ears[2] = {{.watch.told = told}, {.watch.told = told}};
	bool always = _i & 1, itself = _i & 2;
	int fds[2];

	begin();
	for (int i = 0; i < 2; i++) {
		fds[i] = always ? open("/dev/null", O_RDWR | O_CLOEXEC)
				: eventfd(1, EFD_CLOEXEC);
		ears[i].removes = &ears[itself ? i : 1 - i];
		ck_assert_int_eq(
			reactor_add(reactor, &ears[i].watch, fds[i], EPOLLIN),
			0);
	}
	reactor_poll(reactor, 0);
	if (itself)
		ck_assert(ears[0].count == 1 && ears[1].count == 1);
	else
		ck_assert(!ears[0].count != !ears[1].count);
	for (int i = 0; i < 2; i++) {
		reactor_remove(reactor, &ears[i].watch);
		close(fds[i]);
	}
	reactor_destroy(&reactor);
}
END_TEST

START_TEST(an_fd_is_watched_once)
{
	struct ear first = {.watch.told = told}, second = {.watch.told = told};
	int fd = eventfd(0, EFD_CLOEXEC);

	begin();
	ck_assert_int_eq(reactor_add(reactor, &first.watch, fd, EPOLLIN), 0);
	ck_assert_int_eq(
		reactor_add(reactor, &second.watch, fd, EPOLLIN), -EEXIST);
	ck_assert(!second.watch.added);
	reactor_remove(reactor, &second.watch);
	reactor_remove(reactor, &first.watch);
	ck_assert_int_eq(reactor_add(reactor, &second.watch, fd, EPOLLIN), 0);
	reactor_remove(reactor, &second.watch);
	close(fd);
	reactor_destroy(&reactor);
}
END_TEST

START_TEST(other_events_are_told_after_a_change)
{
	struct ear ear = {.watch.told = told};
	int fd = eventfd(0, EFD_CLOEXEC);

	begin();
	reactor_add(reactor, &ear.watch, fd, EPOLLIN);
	reactor_poll(reactor, 0);
	ck_assert_uint_eq(ear.count, 0);
	ck_assert_int_eq(reactor_change(reactor, &ear.watch, EPOLLOUT), 0);
	reactor_poll(reactor, 0);
	ck_assert_uint_eq(ear.events, EPOLLOUT);
	reactor_remove(reactor, &ear.watch);
	close(fd);
	reactor_destroy(&reactor);
}
END_TEST

START_TEST(one_fd_tells_a_loop_around_this_one)
{
	struct ear ear = {.watch.told = told};
	int fd = eventfd(0, EFD_CLOEXEC);

	begin();
	reactor_add(reactor, &ear.watch, fd, EPOLLIN);
	ck_assert_int_eq(fake.real.poll(&fake.real, reactor_fd(reactor), 0), 0);
	eventfd_write(fd, 1);
	ck_assert_int_ne(fake.real.poll(&fake.real, reactor_fd(reactor), 1), 0);
	reactor_remove(reactor, &ear.watch);
	close(fd);
	reactor_destroy(&reactor);
}
END_TEST

START_TEST(what_the_kernel_refuses_is_said)
{
	struct ear ear = {.watch.told = told};
	struct error error = ERROR_NONE;
	int fd = eventfd(0, EFD_CLOEXEC);

	fake_os_init(&fake);
	fake_os_fail(&fake, OS_CALL(epoll_create), 1, EMFILE);
	ck_assert_int_eq(reactor_create(&reactor, &fake.os, &error), -EMFILE);
	ck_assert_str_eq(error.text,
		"cannot make an epoll fd; raise the limit of open files "
		"(ulimit -n)");
	begin();
	fake_os_fail(&fake, OS_CALL(epoll_control), 1, ENOSPC);
	ck_assert_int_eq(
		reactor_add(reactor, &ear.watch, fd, EPOLLIN), -ENOSPC);
	fake_os_fail(&fake, OS_CALL(epoll_wait), 1, EINTR);
	fake_os_fail(&fake, OS_CALL(epoll_wait), 2, EBADF);
	ck_assert_int_eq(reactor_poll(reactor, -1), 0);
	ck_assert_int_eq(reactor_poll(reactor, -1), -EBADF);
	close(fd);
	reactor_destroy(&reactor);
}
END_TEST

START_TEST(a_wait_holds_by_any_by_all_or_by_control)
{
	struct tau_want any = {.any = TAU_IN(0) | TAU_SLOT(1)};
	struct tau_want all = {.all = TAU_IN(0) | TAU_OUT(2)};
	struct tau_want none = {0};

	ck_assert(readiness_holds(TAU_SLOT(1), &any));
	ck_assert(!readiness_holds(TAU_IN(1) | TAU_OUT(0), &any));
	ck_assert(!readiness_holds(TAU_IN(0), &all));
	ck_assert(readiness_holds(TAU_IN(0) | TAU_OUT(2) | TAU_IN(5), &all));
	ck_assert(!readiness_holds(~READINESS_CONTROL, &none));
	for (unsigned bit = 56; bit < 64; bit++)
		ck_assert(readiness_holds(UINT64_C(1) << bit, &none));
	ck_assert_uint_eq(readiness_asked(&all),
		TAU_IN(0) | TAU_OUT(2) | READINESS_CONTROL);
}
END_TEST

START_TEST(the_parts_of_a_mask_make_up_the_whole)
{
	uint64_t mask = TAU_IN(0) | TAU_SLOT(7) | TAU_GONE;

	ck_assert_uint_eq(READINESS_IN ^ READINESS_OUT ^ READINESS_SLOTS ^
				  READINESS_CONTROL,
		UINT64_MAX);
	ck_assert_uint_eq(readiness_take(&mask), 0);
	ck_assert_uint_eq(readiness_take(&mask), 55);
	ck_assert_uint_eq(readiness_take(&mask), 58);
	ck_assert_uint_eq(mask, 0);
}
END_TEST

static Suite *reactor_suite(void)
{
	Suite *suite = suite_create("reactor");
	TCase *tests = test_case(suite, "fds");

	tcase_add_test(tests, a_file_that_epoll_refuses_is_told_at_each_poll);
	tcase_add_loop_test(
		tests, a_watch_may_be_removed_while_another_is_told, 0, 4);
	tcase_add_test(tests, an_fd_is_watched_once);
	tcase_add_test(tests, other_events_are_told_after_a_change);
	tcase_add_test(tests, one_fd_tells_a_loop_around_this_one);
	tcase_add_test(tests, what_the_kernel_refuses_is_said);
	tests = test_case(suite, "masks");
	tcase_add_test(tests, a_wait_holds_by_any_by_all_or_by_control);
	tcase_add_test(tests, the_parts_of_a_mask_make_up_the_whole);
	return suite;
}

TEST_MAIN(reactor_suite)
