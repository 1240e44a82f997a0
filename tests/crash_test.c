/* crash_test: what a node told about its end, as a person reads it. */
#include "core/fleet/crash.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "core/fleet/resolver.h"
#include "tests/test.h"

static struct os os;

/* Somewhere to have crashed, with a line of its own. */
static __attribute__((noinline)) int somewhere(int number)
{
	return number + 1;
}
enum { SOMEWHERE_LINE = __LINE__ - 4 };

/* Where an address lies in the program's own file. */
static uint64_t offset_of(const void *address, char *path)
{
	FILE *maps = fopen("/proc/self/maps", "r");
	uint64_t from, to, offset;
	char line[512];

	ck_assert_ptr_nonnull(maps);
	while (fgets(line, sizeof line, maps))
		if (sscanf(line,
			    "%" SCNx64 "-%" SCNx64 " %*s %" SCNx64
			    " %*s %*s %255s",
			    &from, &to, &offset, path) == 4 &&
			(uint64_t)(uintptr_t)address >= from &&
			(uint64_t)(uintptr_t)address < to)
			break;
	fclose(maps);
	return (uint64_t)(uintptr_t)address - from + offset;
}

static void begin(struct crash_book *book)
{
	struct node_plan_operator deep = {.name = "deep",
		.plugin = "hole",
		.version = "1.2.3",
		.path = "/opt/hole.so",
		.sha256 = "0123456789abcdef0123456789abcdef"
			  "0123456789abcdef0123456789abcdef"};
	struct node_plan plan = {.operators = &deep, .operator_count = 1};

	os_linux_init(&os);
	crash_book_init(book, &os, 2);
	crash_book_learn(book, 1, &plan);
}

static struct command crashed(const char *text)
{
	return (struct command){.kind = COMMAND_CRASHED,
		.code = SIGSEGV,
		.records = 0x10,
		.bytes = COMMAND_CRASH_FAULT,
		.name = command_text("deep"),
		.plugin = command_text("hole"),
		.text = command_text(text)};
}

static void expect(struct crash_book *book, const char *text,
	const char *format, ...) __attribute__((format(printf, 3, 4)));
static void expect(
	struct crash_book *book, const char *text, const char *format, ...)
{
	struct command told = crashed(text);
	char wanted[2048];
	va_list list;

	va_start(list, format);
	vsnprintf(wanted, sizeof wanted, format, list);
	va_end(list);
	ck_assert_str_eq(crash_book_take(book, 1, &told), wanted);
	ck_assert_str_eq(crash_book_last(book, 1), wanted);
}

#define HEAD                                                                   \
	"operator deep of plugin hole crashed: SIGSEGV at address 0x10\n"      \
	"  hole 1.2.3 is /opt/hole.so,\n"                                      \
	"  sha256 0123456789abcdef0123456789abcdef"                            \
	"0123456789abcdef0123456789abcdef"

/* The line of this file that is named in a report of `text`, behind `how`;
 * how many folders are named before it depends on how it was compiled. */
static int line_in(struct crash_book *book, const char *text, const char *how)
{
	static const char file[] = "tests/crash_test.c:";
	struct command told = crashed(text);
	const char *report = crash_book_take(book, 1, &told);
	const char *at = strstr(report, how);

	ck_assert_msg(at != NULL, "%s", report);
	at = strstr(at, file);
	ck_assert_msg(at != NULL, "%s", report);
	return atoi(at + strlen(file));
}

/* Of a caller the line before the return address is meant. */
START_TEST(a_function_and_its_line_are_named)
{
	struct crash_book book;
	char path[256], text[512];
	uint64_t offset = offset_of((const void *)somewhere, path);
	int line;

	ck_assert_int_eq(somewhere(1), 2);
	begin(&book);
	snprintf(text, sizeof text, "0 55 %" PRIx64 " %s\n", offset, path);
	line = line_in(&book, text, "\n  at somewhere, ");
	ck_assert_int_ge(line, SOMEWHERE_LINE - 2);
	ck_assert_int_le(line, SOMEWHERE_LINE + 2);
	snprintf(text, sizeof text, "1 55 %" PRIx64 " %s\n0 1\n", offset + 1,
		path);
	ck_assert_int_eq(line, line_in(&book, text,
				       "\n  at 0x1, in no file\n"
				       "  by somewhere, "));
	crash_book_release(&book);
}
END_TEST

START_TEST(what_nobody_knows_is_said_by_number)
{
	struct crash_book book;

	begin(&book);
	expect(&book, "0 7f01 1139 /no/such/file.so\n1 7f02 2 /dev/zero\n",
		HEAD "\n  at /no/such/file.so+0x1139\n  by /dev/zero+0x2");
	expect(&book, "0 7f01 1139 /var/cache/a/b/c/file.so",
		HEAD "\n  at b/c/file.so+0x1139");
	crash_book_release(&book);
}
END_TEST

START_TEST(a_copy_in_the_store_is_called_by_its_plugin)
{
	struct crash_book book;
	const char *stored = "/s/0123456789abcdef0123456789abcdef"
			     "0123456789abcdef0123456789abcdef.so";
	char text[256];

	begin(&book);
	snprintf(text, sizeof text, "0 7f01 1139 %s", stored);
	expect(&book, text,
		"operator deep of plugin hole crashed: SIGSEGV at address "
		"0x10\n  hole 1.2.3 is /opt/hole.so, kept as\n  %s\n"
		"  at /opt/hole.so+0x1139",
		stored);
	crash_book_release(&book);
}
END_TEST

START_TEST(a_recursion_is_one_line)
{
	struct crash_book book;

	begin(&book);
	expect(&book, "0 5\n1 5\n2 5\n3 7\n",
		HEAD "\n  at 0x5, in no file, 3 times\n"
		     "  by 0x7, in no file");
	crash_book_release(&book);
}
END_TEST

START_TEST(nonsense_does_no_harm)
{
	static const char *const texts[] = {"", "\n\n", "x", "99 1", "0",
		"4294967296 1 2 /x", "0 1 2 x\n", "0 1\n0 2\n",
		"0 ffffffffffffffff ffffffffffffffff /bin/sh\n",
		"1 0 0 /bin/sh"};
	struct crash_book book;

	begin(&book);
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		struct command told = crashed(texts[i]);

		told.name = command_text("nobody");
		ck_assert_ptr_nonnull(crash_book_take(&book, 0, &told));
	}
	crash_book_release(&book);
}
END_TEST

START_TEST(a_long_backtrace_is_cut_and_counted)
{
	struct crash_book book;
	char text[2048] = "";
	const char *report;

	begin(&book);
	for (unsigned i = 0; i < WALK_FRAMES_MAX; i++)
		snprintf(strchr(text, 0), 32, "%u %x\n", i, i + 1);
	struct command told = crashed(text);
	report = crash_book_take(&book, 1, &told);
	ck_assert_ptr_nonnull(strstr(report, "\n  by 0x18, in no file\n"));
	ck_assert_ptr_null(strstr(report, "0x19,"));
	ck_assert_ptr_nonnull(strstr(report, "\n  and 40 more"));
	crash_book_release(&book);
}
END_TEST

/* What the process that reads files does here is said by their names. */
static const char *report_of(struct crash_book *book, const char *name)
{
	static char text[512];
	char path[256];
	uint64_t offset = offset_of((const void *)&somewhere, path);

	snprintf(text, sizeof text, "0 1 %" PRIx64 " %s\n1 2 77 %s", offset,
		path, name);
	struct command told = crashed(text);
	return crash_book_take(book, 1, &told);
}

START_TEST(files_that_break_who_reads_them_leave_offsets_and_the_reason)
{
	struct crash_book book;
	const char *report;

	begin(&book);
	report = report_of(&book, "/break");
	ck_assert_ptr_nonnull(strstr(report, "\n  at somewhere, "));
	ck_assert_ptr_nonnull(strstr(report,
		"\n  by /break+0x77\n  functions and lines are missing here: "
		"the process that reads the files was killed by signal 11 ("));
	report = report_of(&book, "/end");
	ck_assert_ptr_nonnull(strstr(report, "\n  at somewhere, "));
	ck_assert_ptr_nonnull(strstr(report,
		"missing here: the process that reads the files ended before"));
	report = report_of(&book, "/none");
	ck_assert_ptr_nonnull(strstr(report, "\n  by /none+0x77"));
	ck_assert_ptr_null(strstr(report, "missing"));
	crash_book_release(&book);
}
END_TEST

/* A clock on which each look takes a minute. */
static int64_t hurried_clock(struct os *table)
{
	static int64_t now_ns;

	(void)table;
	return now_ns += 60000000000ll;
}

START_TEST(files_that_hang_who_reads_them_are_given_up_and_not_tried_again)
{
	struct crash_book book;
	const char *report;

	begin(&book);
	os.clock_ns = hurried_clock;
	report = report_of(&book, "/hang");
	ck_assert_ptr_nonnull(strstr(report, "\n  by /hang+0x77\n"));
	ck_assert_ptr_nonnull(strstr(report,
		"missing here: reading the files took longer than 10 "
		"s"));
	os_linux_init(&os);
	report = report_of(&book, "/none");
	ck_assert_ptr_nonnull(strstr(report,
		"missing here: reading the files of an earlier report took "
		"too long"));
	crash_book_release(&book);
}
END_TEST

/* The process that reads files: a file's name makes it break. */
static int serve(void)
{
	char asked[4096] = "";
	bool crashes;

	os_linux_init(&os);
	if (pread(0, asked, sizeof asked - 1, 0) < 0)
		return 1;
	if (strstr(asked, "/hang"))
		for (;;)
			pause();
	if (!strstr(asked, "/break") && !strstr(asked, "/end"))
		return resolver_serve(&os);
	crashes = strstr(asked, "/break") != NULL;
	*(strchr(asked, '\n') + 1) = '\0';
	(void)!ftruncate(0, (off_t)strlen(asked));
	(void)resolver_serve(&os);
	if (crashes) {
		signal(SIGSEGV, SIG_DFL);
		raise(SIGSEGV);
	}
	return 0;
}

static void add_line(void *context, const char *text, size_t bytes)
{
	strncat(strcat(context, "|"), text, bytes);
}

START_TEST(the_book_takes_crashes_and_no_other_command)
{
	struct crash_book book;
	struct command told = crashed("0 5");
	char lines[1024] = "";

	begin(&book);
	ck_assert(crash_book_hear(&book, 1, &told, add_line, lines));
	ck_assert_ptr_nonnull(strstr(lines, "|  at 0x5, in no file"));
	ck_assert_ptr_null(strstr(lines, "crashed"));
	lines[0] = 0;
	told.kind = COMMAND_DONE;
	ck_assert(!crash_book_hear(&book, 1, &told, add_line, lines));
	ck_assert_str_eq(lines, "");
	told.kind = COMMAND_CRASHED;
	ck_assert(crash_book_hear(NULL, 1, &told, add_line, lines));
	crash_book_release(&book);
}
END_TEST

static Suite *crash_suite(void)
{
	Suite *suite = suite_create("crash");
	TCase *tests = test_case(suite, "reports");

	tcase_add_test(tests, a_function_and_its_line_are_named);
	tcase_add_test(tests, what_nobody_knows_is_said_by_number);
	tcase_add_test(tests, a_copy_in_the_store_is_called_by_its_plugin);
	tcase_add_test(tests, a_recursion_is_one_line);
	tcase_add_test(tests, nonsense_does_no_harm);
	tcase_add_test(tests, a_long_backtrace_is_cut_and_counted);
	tcase_add_test(tests,
		files_that_break_who_reads_them_leave_offsets_and_the_reason);
	tcase_add_test(tests,
		files_that_hang_who_reads_them_are_given_up_and_not_tried_again);
	tcase_add_test(tests, the_book_takes_crashes_and_no_other_command);
	return suite;
}

int main(int argc, char **argv)
{
	if (argc == 2 && !strcmp(argv[1], RESOLVER_WORD))
		return serve();
	return test_run(crash_suite);
}
