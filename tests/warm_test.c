/* Memory that was mapped since is there before it is touched, and no other. */
#include "core/base/warm.h"

#include "core/base/os_linux.h"
#include "tests/test.h"

#include <errno.h>
#include <sys/mman.h>

#define PAGE 4096u
#define PAGES 64u
#define BYTES (PAGES * PAGE)
#define PLENTY (1024 * 1024 * 1024)

static struct os os;

/* With a hole around it, so that nothing else is of the same mapping. */
static uint8_t *map(int rights, int flags)
{
	uint8_t *all = mmap(NULL, BYTES + 2 * PAGE, PROT_NONE,
		MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	uint8_t *made;

	ck_assert_ptr_ne(all, MAP_FAILED);
	made = mmap(all + PAGE, BYTES, rights,
		flags | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	ck_assert_ptr_eq(made, all + PAGE);
	return made;
}

static void unmap(uint8_t *made)
{
	ck_assert_int_eq(munmap(made - PAGE, BYTES + 2 * PAGE), 0);
}

static uint32_t count_there(uint8_t *made)
{
	unsigned char there[PAGES];
	uint32_t count = 0;

	ck_assert_int_eq(mincore(made, BYTES, there), 0);
	for (uint32_t i = 0; i < PAGES; i++)
		count += there[i] & 1;
	return count;
}

/* Kernels before 5.14 cannot be asked. */
static bool can_ask(void)
{
	uint8_t *made = map(PROT_READ | PROT_WRITE, MAP_PRIVATE);
	bool can = madvise(made, BYTES, MADV_POPULATE_WRITE) == 0;

	unmap(made);
	return can;
}

START_TEST(what_came_since_is_there)
{
	struct warm warm;
	uint8_t *former, *own, *none, *shared;
	uint32_t all;

	os_linux_init(&os);
	all = can_ask() ? PAGES : 0;
	former = map(PROT_READ | PROT_WRITE, MAP_PRIVATE);
	warm_note(&warm, &os);
	ck_assert_uint_gt(warm.count, 0);
	own = map(PROT_READ | PROT_WRITE, MAP_PRIVATE);
	none = map(PROT_READ, MAP_PRIVATE);
	shared = map(PROT_READ | PROT_WRITE, MAP_SHARED);
	warm_since(&warm, &os, PLENTY);
	warm_release(&warm);
	ck_assert_uint_eq(count_there(own), all);
	ck_assert_uint_eq(count_there(former), 0);
	ck_assert_uint_eq(count_there(none), 0);
	ck_assert_uint_eq(count_there(shared), 0);
	unmap(own);
	unmap(former);
	unmap(none);
	unmap(shared);
}
END_TEST

/* Behind, before and between what was there already. */
START_TEST(what_a_mapping_grew_by_is_there)
{
	struct warm warm;
	uint8_t *made;
	uint32_t all;

	os_linux_init(&os);
	all = can_ask() ? PAGES - 24 : 0;
	made = map(PROT_NONE, MAP_PRIVATE);
	ck_assert_int_eq(
		mprotect(made + 10 * PAGE, 16 * PAGE, PROT_READ | PROT_WRITE),
		0);
	ck_assert_int_eq(
		mprotect(made + 40 * PAGE, 8 * PAGE, PROT_READ | PROT_WRITE),
		0);
	warm_note(&warm, &os);
	ck_assert_int_eq(mprotect(made, BYTES, PROT_READ | PROT_WRITE), 0);
	warm_since(&warm, &os, PLENTY);
	warm_release(&warm);
	ck_assert_uint_eq(count_there(made), all);
	unmap(made);
}
END_TEST

START_TEST(no_more_than_so_much_is_asked_for)
{
	struct warm warm;
	uint8_t *own[2];
	uint32_t all, there;

	os_linux_init(&os);
	all = can_ask() ? PAGES + PAGES / 2 : 0;
	for (int i = 0; i < 4; i++) { /* then the heap need not grow */
		warm_note(&warm, &os);
		if (i < 3)
			warm_release(&warm);
	}
	own[0] = map(PROT_READ | PROT_WRITE, MAP_PRIVATE);
	own[1] = map(PROT_READ | PROT_WRITE, MAP_PRIVATE);
	warm_since(&warm, &os, BYTES + BYTES / 2);
	there = count_there(own[0]) + count_there(own[1]);
	ck_assert_uint_le(there, all); /* it may have, all the same */
	ck_assert_uint_ge(there, all / 2);
	warm_since(&warm, &os, 0);
	ck_assert_uint_eq(count_there(own[0]) + count_there(own[1]), there);
	warm_release(&warm);
	unmap(own[0]);
	unmap(own[1]);
}
END_TEST

START_TEST(who_noted_nothing_asks_for_nothing)
{
	const struct warm warm = {0};
	uint8_t *own;

	os_linux_init(&os);
	own = map(PROT_READ | PROT_WRITE, MAP_PRIVATE);
	warm_since(&warm, &os, PLENTY);
	ck_assert_uint_eq(count_there(own), 0);
	unmap(own);
}
END_TEST

static Suite *warm_suite(void)
{
	Suite *suite = suite_create("warm");
	TCase *tests = test_case(suite, "since");

	tcase_add_test(tests, what_came_since_is_there);
	tcase_add_test(tests, what_a_mapping_grew_by_is_there);
	tcase_add_test(tests, no_more_than_so_much_is_asked_for);
	tcase_add_test(tests, who_noted_nothing_asks_for_nothing);
	return suite;
}
TEST_MAIN(warm_suite)
