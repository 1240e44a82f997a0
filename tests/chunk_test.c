/*
 * chunk: bodies live exactly as long as somebody holds them, memory goes back,
 * and every refusal of the kernel is survived.
 */
#include "core/record/chunk.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>

#include "core/record/poison.h"
#include "tests/fake_os.h"
#include "tests/test.h"

static struct fake_os fake;
static struct chunks *chunks;

static void begin(void)
{
	fake_os_init(&fake);
	ck_assert_int_eq(chunks_create(&chunks, &fake.os, NULL), 0);
}

static void end(void)
{
	chunks_destroy(&chunks);
	ck_assert_ptr_null(chunks);
}

/* Refuses the next `count` maps. */
static void refuse_maps(unsigned count)
{
	fake_os_init(&fake);
	for (unsigned nth = 1; nth <= count; nth++)
		fake_os_fail(&fake, OS_CALL(map), nth, ENOMEM);
}

/* An arena of the smallest size in the place of the present one. */
static void begin_small(void)
{
	unsigned halvings = 0;
	chunks_destroy(&chunks);
	while (CHUNK_ARENA_BYTES >> halvings > CHUNK_ARENA_BYTES_MIN)
		halvings++;
	refuse_maps(halvings);
	ck_assert_int_eq(chunks_create(&chunks, &fake.os, NULL), 0);
	ck_assert_uint_eq(chunks->reserved_bytes, CHUNK_ARENA_BYTES_MIN);
}

static void drop(const void *body)
{
	chunk_drop(chunks, chunk_slot(chunks, body), 1);
}

/* Every reference that is left. */
static void drop_all(void)
{
	for (uint32_t i = 0; i < chunks->used_count; i++)
		if (chunks->slots[i].references > 0)
			chunk_drop(chunks, i, chunks->slots[i].references);
}

START_TEST(a_chunk_comes_with_one_reference)
{
	uint8_t *body = chunk_get(chunks, 1);
	ck_assert_uint_eq(chunks_live(chunks), 1);
	ck_assert_uint_eq(chunk_bytes(chunks, body), CHUNK_BYTES);
	memset(body, 1, CHUNK_BYTES);
	drop(body);
	ck_assert_uint_eq(chunks_live(chunks), 0);
}
END_TEST

START_TEST(a_chunk_lives_until_its_last_reference_is_dropped)
{
	uint8_t *body = chunk_get(chunks, 1);
	uint32_t slot = chunk_slot(chunks, body + 100);
	chunk_hold(chunks, slot, 5);
	chunk_drop(chunks, slot, 3);
	ck_assert_uint_eq(chunks_live(chunks), 3);
	uint8_t *other = chunk_get(chunks, 1);
	ck_assert_ptr_ne(other, body);
	chunk_drop(chunks, slot, 3);
	ck_assert_ptr_eq(chunk_get(chunks, 1), body);
	drop(body);
	drop(other);
}
END_TEST

START_TEST(any_address_of_a_large_chunk_leads_to_its_count)
{
	size_t bytes = 5 * CHUNK_BYTES + 1;
	uint8_t *body = chunk_get(chunks, bytes);
	memset(body, 1, bytes);
	ck_assert_uint_eq(chunk_bytes(chunks, body), 6 * CHUNK_BYTES);
	ck_assert_uint_eq(
		chunk_bytes(chunks, body + bytes - 1), 6 * CHUNK_BYTES);
	uint32_t last = chunk_slot(chunks, body + bytes - 1);
	ck_assert_ptr_eq(chunk_start(chunks, last), body);
	chunk_hold(chunks, last, 2);
	ck_assert_uint_eq(chunks_live(chunks), 3);
	chunk_drop(chunks, chunk_slot(chunks, body), 1);
	chunk_drop(chunks, last, 2);
	ck_assert_uint_eq(chunks_live(chunks), 0);
}
END_TEST

START_TEST(an_address_that_is_not_the_arenas_has_no_slot)
{
	static const char constant[] = "static";
	uint32_t slot = chunk_slot(chunks, constant);
	ck_assert_uint_eq(slot, CHUNK_NONE);
	chunk_hold(chunks, slot, 1);
	chunk_drop(chunks, slot, 1);
	ck_assert_uint_eq(
		chunk_slot(chunks, chunks->base + chunks->reserved_bytes),
		CHUNK_NONE);
	ck_assert_uint_eq(chunk_slot(chunks, chunks->base - 1), CHUNK_NONE);
	ck_assert_uint_eq(chunks_live(chunks), 0);
}
END_TEST

START_TEST(what_was_freed_last_is_used_first)
{
	uint8_t *one = chunk_get(chunks, 1), *two = chunk_get(chunks, 1);
	drop(one);
	drop(two);
	ck_assert_ptr_eq(chunk_get(chunks, 1), two);
	ck_assert_ptr_eq(chunk_get(chunks, 1), one);
	drop(one);
	drop(two);
}
END_TEST

START_TEST(only_so_many_free_chunks_keep_their_memory)
{
	enum { COUNT = CHUNK_WARM_SLOTS + 10 };
	uint8_t *bodies[COUNT];
	for (int i = 0; i < COUNT; i++) {
		bodies[i] = chunk_get(chunks, 1);
		bodies[i][0] = 1;
	}
	for (int i = 0; i < COUNT; i++)
		drop(bodies[i]);
	ck_assert_int_eq((int)fake.calls[OS_CALL(advise)], 10);
	uint32_t used = chunks->used_count;
	for (int i = 0; i < COUNT; i++) {
		bodies[i] = chunk_get(chunks, 1);
		bodies[i][CHUNK_BYTES - 1] = 1;
	}
	ck_assert_uint_eq(chunks->used_count, used);
	drop_all();
}
END_TEST

START_TEST(a_large_chunk_is_used_again_in_parts)
{
	uint8_t *large = chunk_get(chunks, 8 * CHUNK_BYTES);
	drop(large);
	ck_assert_int_eq((int)fake.calls[OS_CALL(advise)], 1);
	uint8_t *part = chunk_get(chunks, 3 * CHUNK_BYTES);
	ck_assert_ptr_eq(part, large);
	ck_assert_ptr_eq(chunk_get(chunks, 1), large + 3 * CHUNK_BYTES);
	ck_assert_ptr_eq(
		chunk_get(chunks, 4 * CHUNK_BYTES), large + 4 * CHUNK_BYTES);
	ck_assert_uint_eq(chunks->used_count, 8);
	drop_all();
	ck_assert_uint_eq(chunks_live(chunks), 0);
}
END_TEST

START_TEST(free_neighbours_are_joined_when_address_space_runs_out)
{
	begin_small();
	uint32_t count = chunks->slot_count;
	uint8_t *bodies[CHUNK_ARENA_BYTES_MIN / CHUNK_BYTES];
	for (uint32_t i = 0; i < count; i++) {
		bodies[i] = chunk_get(chunks, 1);
		ck_assert_ptr_nonnull(bodies[i]);
	}
	ck_assert_ptr_null(chunk_get(chunks, 1));
	for (uint32_t i = 0; i < count; i += 2)
		drop(bodies[i]);
	ck_assert_ptr_null(chunk_get(chunks, 2 * CHUNK_BYTES));
	drop(bodies[5]);
	uint8_t *large = chunk_get(chunks, 3 * CHUNK_BYTES);
	ck_assert_ptr_eq(large, bodies[4]);
	drop_all();
	large = chunk_get(chunks, CHUNK_ARENA_BYTES_MIN);
	ck_assert_ptr_eq(large, bodies[0]);
	memset(large, 1, CHUNK_ARENA_BYTES_MIN);
	drop(large);
}
END_TEST

START_TEST(more_than_the_arena_is_refused)
{
	begin_small();
	ck_assert_ptr_null(chunk_get(chunks, CHUNK_ARENA_BYTES_MIN + 1));
	ck_assert_ptr_null(chunk_get(chunks, SIZE_MAX));
	ck_assert_uint_eq(chunks_live(chunks), 0);
}
END_TEST

START_TEST(the_kernel_may_refuse_more_memory_at_any_time)
{
	uint8_t *first = chunk_get(chunks, 1);
	fake_os_fail(&fake, OS_CALL(protect), 1, ENOMEM);
	fake_os_fail(&fake, OS_CALL(protect), 2, ENOMEM); /* it tries again */
	ck_assert_ptr_null(chunk_get(chunks, CHUNK_COMMIT_BYTES));
	uint8_t *second = chunk_get(chunks, 1);
	ck_assert_ptr_nonnull(second);
	uint8_t *third = chunk_get(chunks, CHUNK_COMMIT_BYTES);
	memset(third, 1, CHUNK_COMMIT_BYTES);
	drop(first);
	drop(second);
	drop(third);
}
END_TEST

START_TEST(a_smaller_arena_is_taken_where_the_limit_is_low)
{
	chunks_destroy(&chunks);
	refuse_maps(3);
	ck_assert_int_eq(chunks_create(&chunks, &fake.os, NULL), 0);
	ck_assert_uint_le(chunks->reserved_bytes, CHUNK_ARENA_BYTES / 8);
}
END_TEST

START_TEST(without_address_space_there_is_a_sentence)
{
	struct error error = ERROR_NONE;
	chunks_destroy(&chunks);
	fake_os_init(&fake);
	fake_os_fail(&fake, OS_CALL(map), FAKE_ALWAYS, ENOMEM);
	ck_assert_int_eq(chunks_create(&chunks, &fake.os, &error), -ENOMEM);
	ck_assert_ptr_null(chunks);
	ck_assert_str_eq(error.text,
		"the kernel refuses to reserve 64 MiB of address space for "
		"records (error 12); raise the limit (ulimit -v)");
}
END_TEST

START_TEST(nothing_is_left_mapped_in_the_end)
{
	uint64_t maps = fake.calls[OS_CALL(map)]; /* the table's is the last */
	uint64_t trims = fake.calls[OS_CALL(unmap)]; /* to a chunk's multiple */
	chunks_destroy(&chunks);
	ck_assert_uint_eq(fake.calls[OS_CALL(unmap)], trims + 2);
	fake_os_init(&fake);
	fake_os_fail(&fake, OS_CALL(map), maps, ENOMEM);
	ck_assert_int_eq(chunks_create(&chunks, &fake.os, NULL), -ENOMEM);
	ck_assert_uint_ge(fake.calls[OS_CALL(unmap)], 1);
}
END_TEST

START_TEST(memory_that_cannot_be_given_back_is_used_again)
{
	fake_os_fail(&fake, OS_CALL(advise), FAKE_ALWAYS, EINVAL);
	uint8_t *large = chunk_get(chunks, 2 * CHUNK_BYTES);
	memset(large, 1, 2 * CHUNK_BYTES);
	drop(large);
	ck_assert_ptr_eq(chunk_get(chunks, 2 * CHUNK_BYTES), large);
	drop(large);
}
END_TEST

START_TEST(a_live_reference_at_the_end_is_a_bug)
{
	chunk_get(chunks, 1);
	chunks_destroy(&chunks);
}
END_TEST

START_TEST(holding_a_free_chunk_is_a_bug)
{
	uint8_t *body = chunk_get(chunks, 1);
	drop(body);
	chunk_hold(chunks, chunk_slot(chunks, body), 1);
}
END_TEST

START_TEST(dropping_more_than_is_held_is_a_bug)
{
	uint8_t *body = chunk_get(chunks, 1);
	chunk_drop(chunks, chunk_slot(chunks, body), 2);
}
END_TEST

START_TEST(dropping_a_free_chunk_is_a_bug)
{
	uint8_t *body = chunk_get(chunks, 1);
	drop(body);
	drop(body);
}
END_TEST

START_TEST(more_references_than_can_be_counted_are_a_bug)
{
	uint8_t *body = chunk_get(chunks, 1);
	chunk_hold(chunks, chunk_slot(chunks, body), UINT32_MAX);
}
END_TEST

/* AddressSanitizer reports whoever reads what is free; without it, nothing
 * can be asked. */
START_TEST(reading_a_free_body_is_reported)
{
#ifdef POISON_ASAN
	size_t bytes = 3 * CHUNK_BYTES;
	uint8_t *small = chunk_get(chunks, 1),
		*large = chunk_get(chunks, bytes);
	ck_assert_ptr_null(__asan_region_is_poisoned(small, CHUNK_BYTES));
	ck_assert_ptr_null(__asan_region_is_poisoned(large, bytes));
	drop(large);
	ck_assert(__asan_address_is_poisoned(large));
	ck_assert(__asan_address_is_poisoned(large + bytes - 1));
	ck_assert_ptr_null(__asan_region_is_poisoned(small, CHUNK_BYTES));
	drop(small);
#endif
}
END_TEST

/* A long random life against a model: no two live chunks overlap, and every
 * one keeps what was written into it. */
START_TEST(live_chunks_never_overlap)
{
	enum { COUNT = 64, STEPS = 20000 };
	struct {
		uint8_t *body;
		size_t bytes;
	} live[COUNT] = {{0}};
	uint64_t seed = 7;
	begin_small();
	for (int step = 0; step < STEPS / test_slowness(); step++) {
		seed = seed * 6364136223846793005u + 1442695040888963407u;
		uint32_t at = (uint32_t)(seed >> 33) % COUNT;
		uint32_t span = (uint32_t)(seed >> 40) % 40 + 1;
		if (live[at].body == NULL) {
			live[at].bytes = span > 20 ? 1 : span * CHUNK_BYTES;
			live[at].body = chunk_get(chunks, live[at].bytes);
			ck_assert_ptr_nonnull(live[at].body);
			live[at].body[0] = (uint8_t)at;
			live[at].body[live[at].bytes - 1] = (uint8_t)at;
			continue;
		}
		ck_assert_uint_eq(live[at].body[0], at);
		ck_assert_uint_eq(live[at].body[live[at].bytes - 1], at);
		drop(live[at].body + live[at].bytes - 1);
		live[at].body = NULL;
	}
	drop_all();
	ck_assert_uint_eq(chunks_live(chunks), 0);
}
END_TEST

static Suite *chunk_suite(void)
{
	Suite *suite = suite_create("chunk");
	TCase *tests = test_case(suite, "references");
	tcase_add_checked_fixture(tests, begin, end);
	tcase_add_test(tests, a_chunk_comes_with_one_reference);
	tcase_add_test(
		tests, a_chunk_lives_until_its_last_reference_is_dropped);
	tcase_add_test(tests, any_address_of_a_large_chunk_leads_to_its_count);
	tcase_add_test(tests, an_address_that_is_not_the_arenas_has_no_slot);
	tests = test_case(suite, "memory");
	tcase_add_checked_fixture(tests, begin, end);
	tcase_add_test(tests, what_was_freed_last_is_used_first);
	tcase_add_test(tests, only_so_many_free_chunks_keep_their_memory);
	tcase_add_test(tests, a_large_chunk_is_used_again_in_parts);
	tcase_add_test(
		tests, free_neighbours_are_joined_when_address_space_runs_out);
	tcase_add_test(tests, more_than_the_arena_is_refused);
	tcase_add_test(tests, reading_a_free_body_is_reported);
	tcase_add_test(tests, live_chunks_never_overlap);
	tests = test_case(suite, "refusals");
	tcase_add_checked_fixture(tests, begin, end);
	tcase_add_test(tests, the_kernel_may_refuse_more_memory_at_any_time);
	tcase_add_test(tests, a_smaller_arena_is_taken_where_the_limit_is_low);
	tcase_add_test(tests, without_address_space_there_is_a_sentence);
	tcase_add_test(tests, nothing_is_left_mapped_in_the_end);
	tcase_add_test(tests, memory_that_cannot_be_given_back_is_used_again);
	tests = test_case(suite, "bugs");
	tcase_add_checked_fixture(tests, begin, NULL);
	tcase_add_test_raise_signal(
		tests, a_live_reference_at_the_end_is_a_bug, SIGABRT);
	tcase_add_test_raise_signal(
		tests, holding_a_free_chunk_is_a_bug, SIGABRT);
	tcase_add_test_raise_signal(
		tests, dropping_more_than_is_held_is_a_bug, SIGABRT);
	tcase_add_test_raise_signal(
		tests, dropping_a_free_chunk_is_a_bug, SIGABRT);
	tcase_add_test_raise_signal(
		tests, more_references_than_can_be_counted_are_a_bug, SIGABRT);
	return suite;
}

TEST_MAIN(chunk_suite)
