/* os_test: the real table says what the kernel says, and the fake strikes when
 * told. */
#include "core/base/os.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "tests/fake_os.h"
#include "tests/test.h"

START_TEST(results_are_negative_errnos)
{
	struct os os;
	char byte;

	os_linux_init(&os);
	errno = 0;
	ck_assert_int_eq(os.read(&os, -1, &byte, 1), -EBADF);
	ck_assert_int_eq(
		os.openat(&os, AT_FDCWD, "/no/such", O_RDONLY, 0), -ENOENT);
	ck_assert_int_eq(
		os.wait(&os, P_ALL, 0, &(siginfo_t){0}, WEXITED), -ECHILD);
	ck_assert_int_eq(
		os.terminal_size(&os, -1, &(uint16_t){0}, &(uint16_t){0}),
		-EBADF);
}
END_TEST

START_TEST(descriptors_are_closed_on_exec)
{
	struct os os;
	int fds[8], count = 0;

	os_linux_init(&os);
	ck_assert_int_eq(os.pipe(&os, fds, 0), 0);
	ck_assert_int_eq(
		os.socketpair(&os, AF_UNIX, SOCK_SEQPACKET, 0, fds + 2), 0);
	fds[4] = os.openat(&os, AT_FDCWD, "/", O_RDONLY, 0);
	fds[5] = os.epoll_create(&os);
	fds[6] = os.eventfd(&os, 0, 0);
	fds[7] = os.duplicate(&os, fds[0], 100);
	ck_assert_int_ge(fds[7], 100);
	for (; count < 8; count++) {
		ck_assert_int_ge(fds[count], 0);
		ck_assert_int_eq(
			os.fcntl(&os, fds[count], F_GETFD, 0), FD_CLOEXEC);
		ck_assert_int_eq(os.close(&os, fds[count]), 0);
	}
}
END_TEST

static int count_name(void *context, const char *name, unsigned char kind)
{
	int *found = context;

	ck_assert_str_ne(name, ".");
	ck_assert_str_ne(name, "..");
	if (strcmp(name, "status") == 0 && kind == DT_REG)
		++*found;
	return 0;
}

static int stop_at_once(void *context, const char *name, unsigned char kind)
{
	(void)name;
	(void)kind;
	++*(int *)context;
	return 7;
}

START_TEST(a_folder_is_listed_to_its_end_or_until_told)
{
	struct os os;
	int found = 0, visits = 0, folder;

	os_linux_init(&os);
	folder = os.openat(
		&os, AT_FDCWD, "/proc/self", O_RDONLY | O_DIRECTORY, 0);
	ck_assert_int_eq(os.list(&os, folder, count_name, &found), 0);
	ck_assert_int_eq(found, 1);
	ck_assert_int_eq(os.lseek(&os, folder, 0, SEEK_SET), 0);
	ck_assert_int_eq(os.list(&os, folder, stop_at_once, &visits), 7);
	ck_assert_int_eq(visits, 1);
	os.close(&os, folder);
	ck_assert_int_eq(os.list(&os, folder, count_name, &found), -EBADF);
}
END_TEST

START_TEST(an_epoll_waits_no_shorter_than_told)
{
	struct os os;
	struct epoll_event event;
	int fd;

	os_linux_init(&os);
	fd = os.epoll_create(&os);
	int64_t before = os.clock_ns(&os);
	ck_assert_int_eq(os.epoll_wait(&os, fd, &event, 1, 1500000), 0);
	ck_assert_int_ge(os.clock_ns(&os) - before, 1500000);
	ck_assert_int_eq(os.epoll_wait(&os, fd, &event, 1, 0), 0);
	os.close(&os, fd);
}
END_TEST

START_TEST(memory_is_mapped_and_given_back)
{
	struct os os;
	void *address = NULL;

	os_linux_init(&os);
	ck_assert_int_eq(os.map(&os, &address, 4096, PROT_READ | PROT_WRITE,
				 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
		0);
	memset(address, 1, 4096);
	ck_assert_int_eq(os.protect(&os, address, 4096, PROT_READ), 0);
	ck_assert_int_eq(os.unmap(&os, address, 4096), 0);
	ck_assert_int_eq(os.map(&os, &address, 0, PROT_READ,
				 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
		-EINVAL);
}
END_TEST

START_TEST(a_fake_fails_the_call_it_was_told_to)
{
	struct fake_os fake;
	char buffer[8];
	int fds[2];

	fake_os_init(&fake);
	ck_assert_int_eq(fake.os.pipe(&fake.os, fds, 0), 0);
	fake_os_fail(&fake, OS_CALL(read), 2, EIO);
	fake_os_cut(&fake, OS_CALL(write), 1, 3);
	ck_assert_int_eq(fake.os.write(&fake.os, fds[1], "abcdef", 6), 3);
	ck_assert_int_eq(fake.os.write(&fake.os, fds[1], "def", 3), 3);
	ck_assert_int_eq(fake.os.read(&fake.os, fds[0], buffer, 2), 2);
	ck_assert_int_eq(fake.os.read(&fake.os, fds[0], buffer, 8), -EIO);
	ck_assert_int_eq(fake.os.read(&fake.os, fds[0], buffer, 8), 4);
	ck_assert_int_eq(memcmp(buffer, "cdef", 4), 0);
	fake_os_fail_nth(&fake, 2, EMFILE);
	fake.os.close(&fake.os, fds[0]);
	ck_assert_int_eq(fake.os.close(&fake.os, fds[1]), -EMFILE);
	ck_assert_uint_eq(fake.fired, 3);
}
END_TEST

START_TEST(a_fake_clock_moves_by_waiting)
{
	struct fake_os fake;
	struct epoll_event event;
	int fd;

	fake_os_init(&fake);
	fake_os_set_clock(&fake, 1000);
	fd = fake.os.epoll_create(&fake.os);
	ck_assert_int_eq(fake.os.clock_ns(&fake.os), 1000);
	ck_assert_int_eq(
		fake.os.epoll_wait(&fake.os, fd, &event, 1, 3600000000000), 0);
	ck_assert_int_eq(fake.os.clock_ns(&fake.os), 3600000001000);
	ck_assert_int_eq(fake.os.realtime_ns(&fake.os), 3600000001000);
	fake.os.close(&fake.os, fd);
}
END_TEST

START_TEST(no_entry_of_either_table_is_missing)
{
	struct fake_os fake;
	void *entries[OS_CALLS];

	fake_os_init(&fake);
	memcpy(entries, &fake.os, sizeof entries);
	for (size_t at = 0; at < OS_CALLS; at++)
		ck_assert_msg(entries[at] != NULL, "fake entry %zu", at);
	memcpy(entries, &fake.real, sizeof entries);
	for (size_t at = 0; at < OS_CALLS; at++)
		ck_assert_msg(entries[at] != NULL, "real entry %zu", at);
}
END_TEST

static Suite *os_suite(void)
{
	Suite *suite = suite_create("os");
	TCase *calls = test_case(suite, "calls");
	TCase *fakes = test_case(suite, "fakes");

	tcase_add_test(calls, results_are_negative_errnos);
	tcase_add_test(calls, descriptors_are_closed_on_exec);
	tcase_add_test(calls, a_folder_is_listed_to_its_end_or_until_told);
	tcase_add_test(calls, an_epoll_waits_no_shorter_than_told);
	tcase_add_test(calls, memory_is_mapped_and_given_back);
	tcase_add_test(fakes, a_fake_fails_the_call_it_was_told_to);
	tcase_add_test(fakes, a_fake_clock_moves_by_waiting);
	tcase_add_test(fakes, no_entry_of_either_table_is_missing);
	return suite;
}

TEST_MAIN(os_suite)
