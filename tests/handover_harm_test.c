/* Handovers that were cut short or damaged on their way: a sentence, or a node
 * that can run; and the old one loses nothing by it. */
#include "tests/harm.h"
#include "tests/world_shapes.h"
#include "tests/test.h"

#include <string.h>

static struct calm calm;

/* One place of how many is damaged. */
static size_t step_of(size_t bytes, size_t most)
{
	if (getenv("LONG"))
		most *= 60;
	return bytes <= most ? 1 : bytes / most;
}

static void thaw_and_compare(struct harm *harm)
{
	struct error error = ERROR_NONE;

	ck_assert_msg(node_thaw(harm->world.sides[harm->at]->node, &error) == 0,
		"%s", error.text);
	world_run(&harm->world);
	harm_end(harm);
	calm_compare(&calm, "the old node goes on");
}

START_TEST(one_that_is_cut_short_is_refused)
{
	const struct world_shape *shape = &world_shapes[_i];
	uint8_t *cut;

	calm_run(&calm, shape);
	for (uint32_t side = 0; side < calm.sides; side++) {
		struct harm harm;
		size_t step, bytes;

		harm_begin(&harm, shape, calm.turns / 2, side);
		bytes = harm.carry.used;
		ck_assert(harm_try(&harm, harm.carry.bytes, bytes));
		step = step_of(bytes, 24 / calm.sides);
		cut = malloc(bytes);
		for (size_t count = 0; count < bytes; count += step) {
			memcpy(cut, harm.carry.bytes, count);
			ck_assert_msg(!harm_try(&harm, cut, count),
				"%s: %zu bytes of %zu were enough", shape->name,
				count, bytes);
			if (count < 24)
				continue;
			memcpy(cut + count - 24, harm.carry.bytes + bytes - 24,
				24);
			harm_seal(cut, count);
			(void)harm_try(&harm, cut, count);
		}
		free(cut);
		if (!shape->loses)
			thaw_and_compare(&harm);
		else
			harm_end(&harm);
	}
}
END_TEST

/* Accidents are seen at once. What was damaged and then sealed is not believed
 * either: whatever can be made of it, runs. */
START_TEST(one_that_is_damaged_is_refused_or_runs)
{
	const struct world_shape *shape = &world_shapes[_i];
	uint64_t random = 88172645463325252u;

	calm_run(&calm, shape);
	for (uint32_t side = 0; side < calm.sides; side++) {
		struct harm harm;
		size_t bytes, step;
		uint8_t *damaged;

		harm_begin(&harm, shape, calm.turns / 3, side);
		bytes = harm.carry.used;
		step = step_of(bytes, 40 / calm.sides);
		damaged = malloc(bytes);
		for (size_t at = 0; at < bytes; at += step) {
			random ^= random << 13;
			random ^= random >> 7;
			random ^= random << 17;
			memcpy(damaged, harm.carry.bytes, bytes);
			damaged[(at + random % step) % bytes] ^=
				(uint8_t)(1u << (random >> 32) % 8);
			ck_assert(!harm_try(&harm, damaged, bytes));
			harm_seal(damaged, bytes);
			if (!harm_try(&harm, damaged, bytes))
				continue;
			harm_end(&harm);
			harm_begin(&harm, shape, calm.turns / 3, side);
			ck_assert_uint_eq(harm.carry.used, bytes);
			(void)harm_run(&harm, damaged, bytes);
			harm_end(&harm);
			harm_begin(&harm, shape, calm.turns / 3, side);
		}
		free(damaged);
		if (!shape->loses)
			thaw_and_compare(&harm);
		else
			harm_end(&harm);
	}
}
END_TEST

static Suite *handover_harm_suite(void)
{
	Suite *suite = suite_create("handover_harm");
	TCase *tests = test_case(suite, "damage");

	tcase_add_loop_test(
		tests, one_that_is_cut_short_is_refused, 0, WORLD_SHAPES);
	tcase_add_loop_test(
		tests, one_that_is_damaged_is_refused_or_runs, 0, WORLD_SHAPES);
	return suite;
}

TEST_MAIN(handover_harm_suite)
