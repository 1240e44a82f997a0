/* An fd as the body of a record: who closes it, and who gets it. */
#include "core/record/descriptor.h"

#include "tests/fake_os.h"
#include "tests/test.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

static struct fake_os fake;

static int open_null(void)
{
	fake_os_init(&fake);
	return open("/dev/null", O_RDWR | O_CLOEXEC);
}

static bool is_open(int fd)
{
	return fcntl(fd, F_GETFD) >= 0;
}

static struct tau_record record_of(const struct descriptor *cell)
{
	return (struct tau_record){cell, DESCRIPTOR_RECORD_BYTES, TAU_FD, 0};
}

START_TEST(the_last_drop_closes_the_fd)
{
	int fd = open_null();
	struct descriptor *cell = descriptor_create(&fake.os, fd);

	descriptor_hold(cell);
	descriptor_drop(cell);
	ck_assert(is_open(fd));
	descriptor_drop(cell);
	ck_assert(!is_open(fd));
}
END_TEST

START_TEST(a_taken_fd_is_the_takers_and_taken_once)
{
	int fd = open_null();
	struct descriptor *cell = descriptor_create(&fake.os, fd);

	ck_assert_int_eq(descriptor_take(cell), fd);
	ck_assert_int_eq(descriptor_take(cell), -EBADF);
	descriptor_drop(cell);
	ck_assert(is_open(fd));
	close(fd);
}
END_TEST

START_TEST(a_shared_fd_is_duplicated_until_one_is_left)
{
	int fd = open_null(), copy;
	struct descriptor *cell = descriptor_create(&fake.os, fd);

	descriptor_hold(cell);
	copy = descriptor_take(cell);
	ck_assert_int_ge(copy, 0);
	ck_assert_int_ne(copy, fd);
	ck_assert_int_ne(fcntl(copy, F_GETFD) & FD_CLOEXEC, 0);
	descriptor_drop(cell);
	ck_assert_int_eq(descriptor_take(cell), fd);
	descriptor_drop(cell);
	close(copy);
	close(fd);
}
END_TEST

START_TEST(a_shared_fd_that_cannot_be_duplicated_stays)
{
	int fd = open_null();
	struct descriptor *cell = descriptor_create(&fake.os, fd);

	descriptor_hold(cell);
	fake_os_fail(&fake, OS_CALL(duplicate), 1, EMFILE);
	ck_assert_int_eq(descriptor_take(cell), -EMFILE);
	descriptor_drop(cell);
	ck_assert_int_eq(descriptor_take(cell), fd);
	descriptor_drop(cell);
	close(fd);
}
END_TEST

START_TEST(only_records_of_ours_are_descriptors)
{
	struct descriptor *cell = descriptor_create(&fake.os, open_null());
	struct tau_record record = record_of(cell);
	uint64_t other[4] = {0};

	ck_assert_ptr_eq(descriptor_of(&record), cell);
	record.type = TAU_BYTES;
	ck_assert_ptr_null(descriptor_of(&record));
	record = (struct tau_record){other, 4, TAU_FD, 0};
	ck_assert_ptr_null(descriptor_of(&record));
	record.body = NULL;
	ck_assert_ptr_null(descriptor_of(&record));
	descriptor_drop(cell);
}
END_TEST

static Suite *descriptor_suite(void)
{
	Suite *suite = suite_create("descriptor");
	TCase *tests = test_case(suite, "cells");

	tcase_add_test(tests, the_last_drop_closes_the_fd);
	tcase_add_test(tests, a_taken_fd_is_the_takers_and_taken_once);
	tcase_add_test(tests, a_shared_fd_is_duplicated_until_one_is_left);
	tcase_add_test(tests, a_shared_fd_that_cannot_be_duplicated_stays);
	tcase_add_test(tests, only_records_of_ours_are_descriptors);
	return suite;
}

TEST_MAIN(descriptor_suite)
