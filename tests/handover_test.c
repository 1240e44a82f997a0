/* Nodes that are carried into new ones, at every turn. */
#include "core/host/handover.h"

#include "tests/world_shapes.h"
#include "tests/test.h"

#include <string.h>

static struct calm calm;

static void save(struct carry *to, struct side *side)
{
	struct node_failure failure = {0};

	carry_init(to, &side->fake.os);
	ck_assert_msg(handover_save(to, side->node, NULL, 0, &failure) == 0,
		"%s", failure.error.text);
}

static void expect_same(const struct carry *one, const struct carry *other)
{
	ck_assert_uint_eq(one->used, other->used);
	ck_assert_uint_eq(one->fd_count, other->fd_count);
	ck_assert_mem_eq(one->bytes, other->bytes, one->used);
}

/* The next process takes over; both say the same of every stream. */
static void hand_over(struct world *world, uint32_t at)
{
	struct side *old = world->sides[at], *made;
	struct node_failure failure = {0};
	struct error error = ERROR_NONE;
	struct carry carry, again;
	struct carry_reader reader;
	char *before, *after;

	world_freeze(world, at);
	for (uint32_t i = 0; i < old->plan.stream_count; i++) {
		old->node->lost[i] += 3; /* no shape loses by itself */
		old->node->cut[i] += 5;
	}
	save(&carry, old);
	save(&again, old);
	expect_same(&carry, &again);
	carry_release(&again);
	before = handover_proof(old->node);
	made = world_side(world, at);
	reader = carry_read(&carry);
	ck_assert_msg(
		handover_restore(made->node, &reader, &failure) == 0,
		"%s, at turn %lu: %s", world->shape->name, world->turns,
		failure.error.text);
	after = handover_proof(made->node);
	ck_assert_str_eq(before, after);
	save(&again, made);
	expect_same(&carry, &again);
	free(before);
	free(after);
	carry_release(&again);
	carry_release(&carry);
	world_kill(&world->sides[at]);
	world->sides[at] = made;
	ck_assert_msg(node_thaw(made->node, &error) == 0, "%s", error.text);
}

START_TEST(a_new_node_goes_on_where_the_old_one_stood_still)
{
	const struct world_shape *shape = &world_shapes[_i];
	uint64_t step;

	calm_run(&calm, shape);
	step = calm.turns / (getenv("LONG") ? 100 : 15) + 1;
	for (uint32_t side = 0; side < calm.sides; side++)
		for (uint64_t at = 0; at < calm.turns;
			at += at < 8 ? 1 : step) {
			struct world world;

			world_begin(&world, shape, 0);
			for (uint64_t i = 0; i < at; i++)
				world_turn(&world);
			hand_over(&world, side);
			world_run(&world);
			world_end(&world);
			calm_compare(&calm, "carried at turn %lu", at);
		}
}
END_TEST

START_TEST(fifty_times_in_one_run)
{
	const struct world_shape *shape = &world_shapes[_i];
	uint64_t every;
	struct world world;

	calm_run(&calm, shape);
	every = calm.turns / 50 + 1;
	for (uint64_t seed = 1; seed < (getenv("LONG") ? 9 : 2); seed++) {
		uint64_t at = 0;

		world_begin(&world, shape, seed * 0x9e3779b97f4a7c15);
		while (world_turn(&world))
			if (++at % every == 0)
				hand_over(&world, (uint32_t)(at / every) %
							  world.side_count);
		world_end(&world);
		calm_compare(&calm, "carried with seed %lu", seed);
	}
}
END_TEST

static Suite *handover_suite(void)
{
	Suite *suite = suite_create("handover");
	TCase *tests = test_case(suite, "carrying");

	tcase_add_loop_test(tests,
		a_new_node_goes_on_where_the_old_one_stood_still, 0,
		WORLD_SHAPES);
	tcase_add_loop_test(tests, fifty_times_in_one_run, 0, WORLD_SHAPES);
	return suite;
}

TEST_MAIN(handover_suite)
