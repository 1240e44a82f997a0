/* Rings of records, and the tally of what they hold. */
#include "core/stream/ring.h"

#include "core/base/os_linux.h"
#include "core/stream/tally.h"
#include "tests/test.h"

#include <errno.h>
#include <string.h>

START_TEST(a_ring_is_at_least_as_large_as_asked_and_a_power_of_two)
{
	struct ring_pool pool = {0};

	for (uint32_t slots = 0; slots < 300; slots++) {
		struct ring ring = {0};

		ck_assert_int_eq(ring_attach(&ring, &pool, slots), 0);
		ck_assert_uint_ge(ring.size, slots);
		ck_assert_uint_eq(ring.size & (ring.size - 1), 0);
		ck_assert_uint_eq((uintptr_t)ring.slots % 64, 0);
		ck_assert_uint_eq(pool.attached, 1);
		ring_detach(&ring, &pool);
		ck_assert_ptr_null(ring.slots);
	}
	ring_pool_release(&pool);
}
END_TEST

START_TEST(the_array_used_last_is_used_first)
{
	struct ring_pool pool = {0};
	struct ring a = {0}, b = {0};
	struct tau_record *slots;

	ring_attach(&a, &pool, 8);
	ring_attach(&b, &pool, 8);
	slots = b.slots;
	ring_detach(&a, &pool);
	ring_detach(&b, &pool);
	ring_attach(&a, &pool, 5);
	ck_assert_ptr_eq(a.slots, slots);
	ring_detach(&a, &pool);
	ring_pool_release(&pool);
}
END_TEST

START_TEST(only_so_many_spare_arrays_are_kept)
{
	struct ring rings[RING_SPARES_MAX * 2] = {0};
	struct ring_pool pool = {0};

	for (int i = 0; i < RING_SPARES_MAX * 2; i++)
		ck_assert_int_eq(ring_attach(&rings[i], &pool, 8), 0);
	for (int i = 0; i < RING_SPARES_MAX * 2; i++)
		ring_detach(&rings[i], &pool);
	ck_assert_uint_eq(pool.attached, 0);
	ck_assert_uint_eq(pool.spare_count[3], RING_SPARES_MAX);
	ring_pool_release(&pool);
}
END_TEST

/* Positions run over the end of 32 bits, and growing keeps them. */
START_TEST(positions_wrap_and_survive_growth)
{
	struct ring_pool pool = {0};
	struct ring ring = {0};
	uint32_t first = UINT32_MAX - 2;

	ring_attach(&ring, &pool, 4);
	ring.head = ring.tail = first;
	for (uint32_t i = 0; i < 4; i++)
		ring_at(&ring, ring.tail++)->bytes = i;
	ck_assert_uint_eq(ring_free(&ring), 0);
	ck_assert_int_eq(ring_grow(&ring, &pool), 0);
	ck_assert_uint_eq(ring.size, 8);
	ck_assert_uint_eq(ring_count(&ring), 4);
	for (uint32_t i = 0; i < 4; i++)
		ck_assert_uint_eq(ring_at(&ring, first + i)->bytes, i);
	ck_assert_uint_eq(ring_span(&ring, first, 8), 3);
	ck_assert_uint_eq(ring_span(&ring, 0, 2), 2);
	ring.head = ring.tail;
	ring_detach(&ring, &pool);
	ring_pool_release(&pool);
}
END_TEST

/* A run of records over many chunks, held, and dropped in random pieces. */
START_TEST(what_a_tally_drops_is_what_was_held)
{
	enum { RECORDS = 400, CHUNKS = 9 };
	struct os os;
	struct chunks *chunks = NULL;
	struct tally tally = {0};
	struct tau_record records[RECORDS];
	uint8_t *bodies[CHUNKS];
	uint64_t bytes = 0;
	uint32_t at = 0;

	srand((unsigned)_i);
	os_linux_init(&os);
	ck_assert_int_eq(chunks_create(&chunks, &os, NULL), 0);
	for (int c = 0; c < CHUNKS; c++)
		bodies[c] = chunk_get(chunks, CHUNK_BYTES);
	for (uint32_t i = 0; i < RECORDS; i++) {
		uint8_t *chunk =
			bodies[rand() % 20 ? i * CHUNKS / RECORDS
					   : (uint32_t)rand() % CHUNKS];

		records[i] = (struct tau_record){chunk + rand() % 1000,
			(uint32_t)(rand() % 4 ? rand() % 900 : 0), TAU_BYTES,
			0};
		if (rand() % 15 == 0)
			records[i] = (struct tau_record){
				"constant", 8, TAU_BYTES, TAU_STATIC};
		bytes += records[i].bytes;
	}
	while (at < RECORDS) {
		struct body_run run =
			body_run(chunks, &records[at], &records[RECORDS]);
		uint32_t count = (uint32_t)(run.end - &records[at]);

		ck_assert_uint_gt(count, 0);
		ck_assert_int_eq(body_hold(chunks, &run), 0);
		tally_add(&tally, &run, count);
		at += count;
	}
	for (at = 0; at < RECORDS;) {
		uint32_t end = at + 1 + (uint32_t)rand() % 60;

		end = end > RECORDS ? RECORDS : end;
		bytes -=
			tally_drop(&tally, chunks, &records[at], &records[end]);
		at = end;
	}
	ck_assert_uint_eq(bytes, 0);
	ck_assert_uint_eq(tally.count, 0);
	ck_assert_uint_eq(chunks_live(chunks), CHUNKS);
	for (int c = 0; c < CHUNKS; c++)
		chunk_drop(chunks, chunk_slot(chunks, bodies[c]), 1);
	chunks_destroy(&chunks);
}
END_TEST

START_TEST(a_body_that_nobody_holds_is_refused)
{
	struct os os;
	struct chunks *chunks = NULL;
	uint8_t *gone;
	struct tau_record record = {NULL, 4, TAU_BYTES, 0};
	struct body_run run;

	os_linux_init(&os);
	ck_assert_int_eq(chunks_create(&chunks, &os, NULL), 0);
	gone = chunk_get(chunks, 1);
	chunk_drop(chunks, chunk_slot(chunks, gone), 1);
	record.body = gone;
	run = body_run(chunks, &record, &record + 1);
	ck_assert_int_eq(body_hold(chunks, &run), -EFAULT);
	record.body = &record;
	run = body_run(chunks, &record, &record + 1);
	ck_assert_int_eq(body_hold(chunks, &run), -EFAULT);
	record.type = TAU_FD;
	run = body_run(chunks, &record, &record + 1);
	ck_assert_int_eq(body_hold(chunks, &run), -EFAULT);
	chunks_destroy(&chunks);
}
END_TEST

static Suite *ring_suite(void)
{
	Suite *suite = suite_create("ring");
	TCase *tests = test_case(suite, "arrays");

	tcase_add_test(
		tests, a_ring_is_at_least_as_large_as_asked_and_a_power_of_two);
	tcase_add_test(tests, the_array_used_last_is_used_first);
	tcase_add_test(tests, only_so_many_spare_arrays_are_kept);
	tcase_add_test(tests, positions_wrap_and_survive_growth);
	tests = test_case(suite, "bodies");
	tcase_add_loop_test(tests, what_a_tally_drops_is_what_was_held, 0, 20);
	tcase_add_test(tests, a_body_that_nobody_holds_is_refused);
	return suite;
}

TEST_MAIN(ring_suite)
