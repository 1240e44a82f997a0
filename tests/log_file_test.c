/*
 * log_file, notify: the log of a detached topology, and what systemd is told.
 */
#include "core/fleet/log_file.h"
#include "core/fleet/notify.h"

#include "tests/fake_os.h"
#include "tests/test.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static char base[64];
static struct fake_os fake;

static void set_up(void)
{
	strcpy(base, "/tmp/tau-log-test-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(base));
	fake_os_init(&fake);
}

static void tear_down(void)
{
	char command[128];

	snprintf(command, sizeof command, "rm -r %s", base);
	ck_assert_int_eq(system(command), 0);
}

static size_t read_log(const char *name, char *text, size_t room)
{
	char path[256];
	ssize_t count;
	int fd;

	snprintf(path, sizeof path, "%s/tau/log/%s", base, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return 0;
	count = read(fd, text, room - 1);
	close(fd);
	ck_assert_int_ge(count, 0);
	text[count] = '\0';
	return (size_t)count;
}

START_TEST(lines_have_their_time_and_node)
{
	struct log_file file;
	char text[1000];

	ck_assert_int_eq(
		log_file_open(&file, &fake.os, base, NULL, "weblog", NULL), 0);
	fake.now_ns = 1795208897942000000;
	log_file_line(&file, "here", "one", 3);
	log_file_close(&file);
	ck_assert_int_eq(
		log_file_open(&file, &fake.os, base, NULL, "weblog", NULL), 0);
	log_file_line(&file, NULL, "two", 3);
	log_file_close(&file);
	read_log("weblog", text, sizeof text);
	ck_assert_str_eq(text, "2026-11-20T21:08:17.942Z here: one\n"
			       "2026-11-20T21:08:17.942Z two\n");
}
END_TEST

START_TEST(a_full_log_makes_way_and_the_oldest_goes)
{
	static char line[LOG_FILE_BYTES];
	char text[64];
	char name[32];
	struct log_file file;

	memset(line, 'x', sizeof line);
	ck_assert_int_eq(
		log_file_open(&file, &fake.os, base, NULL, "w", NULL), 0);
	for (char i = 'a'; i < 'h'; i++) {
		line[0] = i;
		log_file_line(&file, NULL, line, sizeof line);
	}
	log_file_close(&file);
	for (int i = 0; i <= (int)LOG_FILES; i++) {
		snprintf(name, sizeof name, i ? "w.%d" : "w", i);
		if (i == (int)LOG_FILES) {
			ck_assert_uint_eq(read_log(name, text, sizeof text), 0);
			continue;
		}
		ck_assert_uint_gt(read_log(name, text, sizeof text), 25);
		ck_assert_int_eq(text[25], 'g' - i);
	}
}
END_TEST

START_TEST(what_cannot_be_written_is_counted)
{
	struct log_file file;
	char text[1000];

	ck_assert_int_eq(
		log_file_open(&file, &fake.os, base, NULL, "w", NULL), 0);
	fake_os_fail(&fake, OS_CALL(write), 1, ENOSPC);
	fake_os_fail(&fake, OS_CALL(write), 2, ENOSPC);
	log_file_line(&file, NULL, "one", 3);
	log_file_line(&file, NULL, "two", 3);
	log_file_line(&file, NULL, "three", 5);
	log_file_line(&file, NULL, "four", 4);
	log_file_close(&file);
	read_log("w", text, sizeof text);
	text[strlen(text) - 1] = '\0';
	ck_assert_str_eq(strrchr(text, '\n') + 26, "four");
	*strrchr(text, '\n') = '\0';
	ck_assert_str_eq(strchr(text, ' '),
		" 2 lines before this could not be written; three");
}
END_TEST

START_TEST(a_log_without_a_place_says_so)
{
	struct log_file file;
	struct error error = ERROR_NONE;

	ck_assert_int_eq(
		log_file_open(&file, &fake.os, NULL, "home", "w", &error),
		-EINVAL);
	ck_assert_str_eq(error.text,
		"there is no place for the log: neither XDG_STATE_HOME nor "
		"HOME is an absolute path; set one");
	error = ERROR_NONE;
	ck_assert_int_lt(
		log_file_open(&file, &fake.os, "/proc/none", NULL, "w", &error),
		0);
	ck_assert_msg(strstr(error.text,
			      "cannot open the log /proc/none/tau/log/w: "),
		"%s", error.text);
}
END_TEST

static int open_door(const char *socket_name)
{
	struct sockaddr_un where = {.sun_family = AF_UNIX};
	size_t bytes = strlen(socket_name);
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	memcpy(where.sun_path, socket_name, bytes);
	if (where.sun_path[0] == '@')
		where.sun_path[0] = '\0';
	ck_assert_int_eq(
		bind(fd, (struct sockaddr *)&where,
			(socklen_t)(offsetof(struct sockaddr_un, sun_path) +
				    bytes)),
		0);
	return fd;
}

static void expect_notified(const char *socket_name)
{
	int fd = open_door(socket_name);
	char text[64] = "";

	ck_assert_int_eq(notify_send(&fake.os, socket_name, "READY=1"), 0);
	ck_assert_int_eq(recv(fd, text, sizeof text, 0), 7);
	ck_assert_str_eq(text, "READY=1");
	close(fd);
}

START_TEST(systemd_is_told)
{
	char name[100];

	snprintf(name, sizeof name, "%s/notify", base);
	expect_notified(name);
	snprintf(name, sizeof name, "@%s/notify", base);
	expect_notified(name);
	ck_assert_int_eq(notify_send(&fake.os, NULL, "READY=1"), 0);
	ck_assert_int_eq(notify_send(&fake.os, "here", "READY=1"), -EINVAL);
	ck_assert_int_eq(notify_send(&fake.os, name, "X=1"), -ECONNREFUSED);
}
END_TEST

START_TEST(a_systemd_that_does_not_read_holds_up_nobody)
{
	char name[100], text[64] = "";
	int fd, code;

	snprintf(name, sizeof name, "%s/notify", base);
	fd = open_door(name);
	do
		code = notify_alive(&fake.os, name);
	while (code == 0);
	ck_assert_int_eq(code, -EAGAIN);
	ck_assert_int_eq(recv(fd, text, sizeof text, 0), 10);
	ck_assert_str_eq(text, "WATCHDOG=1");
	ck_assert_int_eq(notify_alive(&fake.os, name), 0);
	close(fd);
}
END_TEST

START_TEST(the_watchdog_is_told_twice_as_often_as_need_be)
{
	char pid[32];

	snprintf(pid, sizeof pid, "%d", (int)getpid());
	ck_assert_int_eq(
		notify_watchdog_ns(&fake.os, "3000000", pid), 1500000000);
	ck_assert_int_eq(
		notify_watchdog_ns(&fake.os, "3000000", NULL), 1500000000);
	ck_assert_int_eq(notify_watchdog_ns(&fake.os, "3000000", "1"), 0);
	ck_assert_int_eq(notify_watchdog_ns(&fake.os, NULL, pid), 0);
	ck_assert_int_eq(notify_watchdog_ns(&fake.os, "soon", pid), 0);
	ck_assert_int_eq(
		notify_watchdog_ns(&fake.os, "99999999999999999", pid), 0);
}
END_TEST

static Suite *log_file_suite(void)
{
	Suite *suite = suite_create("log_file");
	TCase *tests = test_case(suite, "logs and systemd");

	tcase_add_checked_fixture(tests, set_up, tear_down);
	tcase_add_test(tests, lines_have_their_time_and_node);
	tcase_add_test(tests, a_full_log_makes_way_and_the_oldest_goes);
	tcase_add_test(tests, what_cannot_be_written_is_counted);
	tcase_add_test(tests, a_log_without_a_place_says_so);
	tcase_add_test(tests, systemd_is_told);
	tcase_add_test(tests, a_systemd_that_does_not_read_holds_up_nobody);
	tcase_add_test(tests, the_watchdog_is_told_twice_as_often_as_need_be);
	return suite;
}

TEST_MAIN(log_file_suite)
