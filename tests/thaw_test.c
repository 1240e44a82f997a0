/* Nodes that are asked to freeze, and then not to, at every turn. */
#include "tests/world_shapes.h"
#include "tests/test.h"

#include <string.h>

static struct calm calm;

enum { STILL = 3 }; /* turns: until it is frozen */

/* Freezes a side at a turn, lets it go on for some turns, and thaws it. */
static void disturb(const struct world_shape *shape, uint32_t side, uint64_t at,
	uint64_t more, uint64_t seed)
{
	struct error error = ERROR_NONE;
	struct world world;

	world_begin(&world, shape, seed);
	for (uint64_t i = 0; i < at; i++)
		world_turn(&world);
	node_freeze(world.sides[side]->node);
	for (uint64_t i = 0; i < more; i++)
		node_turn(world.sides[side]->node, 0);
	ck_assert_msg(node_thaw(world.sides[side]->node, &error) == 0, "%s",
		error.text);
	world_run(&world);
	world_end(&world);
	calm_compare(&calm, "frozen at turn %lu for %lu", at, more);
}

START_TEST(a_thawed_node_goes_on_as_if_it_had_never_been_frozen)
{
	const struct world_shape *shape = &world_shapes[_i];
	bool every;
	uint64_t step, count = 0;

	calm_run(&calm, shape);
	step = calm.turns / (getenv("LONG") ? 20 : 5) + 1;
	every = calm.turns < 500 || getenv("LONG");
	for (uint32_t side = 0; side < calm.sides; side++)
		for (uint64_t at = 0; at < calm.turns; at += at < 6 ? 1 : step)
			for (uint64_t more = 0; more < 6;
				more += more < 3 ? 1 : 2)
				if (every || count++ % 6 == 0)
					disturb(shape, side, at, more, 0);
}
END_TEST

/* Whoever stands still at every turn still comes to an end, however short the
 * times between are. A clock that jumps does so while a node waits, which one
 * that has just been thawed does not. */
static void freeze_always(const struct world_shape *shape, uint64_t more)
{
	struct error error = ERROR_NONE;
	struct world world;

	world_begin(&world, shape, 0);
	while (world_turn(&world))
		for (uint32_t i = 0; i < world.side_count; i++) {
			struct node *node = world.sides[i]->node;

			node_freeze(node);
			for (uint64_t turn = 0; turn < more; turn++)
				node_turn(node, 0);
			if (more == STILL)
				world_freeze(&world, i);
			ck_assert_msg(
				node_thaw(node, &error) == 0, "%s", error.text);
		}
	world_end(&world);
	calm_compare(&calm, "frozen at turn %lu for %lu", UINT64_C(0), more);
}

START_TEST(one_that_is_frozen_at_every_turn_comes_to_its_end)
{
	const struct world_shape *shape = &world_shapes[_i];

	calm_run(&calm, shape);
	for (uint64_t more = 0; more <= STILL && !shape->clock; more++)
		freeze_always(shape, more);
}
END_TEST

START_TEST(also_when_it_is_frozen_again_and_again)
{
	const struct world_shape *shape = &world_shapes[_i];
	struct error error = ERROR_NONE;
	struct world world;
	uint64_t at = 0, more;

	calm_run(&calm, shape);
	world_begin(&world, shape, 4711);
	while (world_turn(&world)) {
		for (more = at % 4; more > 0; more--)
			world_turn(&world);
		for (uint32_t i = 0; i < world.side_count; i++) {
			struct node *node = world.sides[i]->node;

			node_freeze(node);
			for (more = at++ % 5; more > 0; more--)
				node_turn(node, 0);
			if (at % 3 == 0)
				world_freeze(&world, i);
			ck_assert_msg(
				node_thaw(node, &error) == 0, "%s", error.text);
		}
	}
	world_end(&world);
	calm_compare(
		&calm, "frozen at turn %lu for %lu", UINT64_C(0), UINT64_C(0));
}
END_TEST

static Suite *thaw_suite(void)
{
	Suite *suite = suite_create("thaw");
	TCase *tests = test_case(suite, "thawing");

	tcase_add_loop_test(tests,
		a_thawed_node_goes_on_as_if_it_had_never_been_frozen, 0,
		WORLD_SHAPES);
	tcase_add_loop_test(tests,
		one_that_is_frozen_at_every_turn_comes_to_its_end, 0,
		WORLD_SHAPES);
	tcase_add_loop_test(
		tests, also_when_it_is_frozen_again_and_again, 0, WORLD_SHAPES);
	return suite;
}

TEST_MAIN(thaw_suite)
