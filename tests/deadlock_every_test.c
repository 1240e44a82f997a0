/*
 * deadlock: every history of two and of three nodes that send each other
 * packets, each with every order in which what they say can arrive: nothing
 * is called stuck that can move, and all that is stuck is found.
 */
#include "core/step/deadlock.h"
#include "core/step/seat.h"

#include "tests/test.h"

#include <string.h>

#define NODES_MAX 3
#define LINKS_MAX 3
#define SAID_MAX 8 /* under way to the supervisor, per node */
#define VISITED_MAX (1u << 20)

/* What a node said, and the supervisor has not heard. */
struct said {
	uint8_t sent[LINKS_MAX][2], received[LINKS_MAX][2], closed[LINKS_MAX];
	uint8_t obeyed;
};

/* No padding: it is compared whole. A node that is awake may send, close and
 * fall asleep; one that is asleep is woken by what comes, and by nothing else.
 */
struct world {
	uint8_t awake[NODES_MAX];
	uint8_t sent[LINKS_MAX][2]; /* by each side */
	uint8_t received[LINKS_MAX][2];
	uint8_t closed[LINKS_MAX][2]; /* this side's */
	uint8_t ended[NODES_MAX];
	uint8_t ordered[NODES_MAX], obeyed[NODES_MAX];
	uint8_t packets, orders;
	uint8_t said_count[NODES_MAX];
	struct said said[NODES_MAX][SAID_MAX];
	/* as the supervisor has heard it */
	uint8_t heard[NODES_MAX];
	struct said last[NODES_MAX];
};

struct shape {
	uint32_t nodes, link_count;
	struct links_pair links[LINKS_MAX];
	uint8_t packets; /* that all together may send */
	bool ends;       /* one node may end */
	bool orders;     /* all may be told to drain */
};

static const struct shape pair = {2, 1,
	{{.nodes = {0, 1}, .places = {0, 0}, .packets = true}}, 2, true, true};
static const struct shape talking_pair = {2, 1,
	{{.nodes = {0, 1}, .places = {0, 0}, .packets = true}}, 4, false,
	false};
static const struct shape chain = {3, 2,
	{{.nodes = {0, 1}, .places = {0, 0}, .packets = true},
		{.nodes = {1, 2}, .places = {1, 0}, .packets = true}},
	2, true, false};
static const struct shape ordered_chain = {3, 2,
	{{.nodes = {0, 1}, .places = {0, 0}, .packets = true},
		{.nodes = {1, 2}, .places = {1, 0}, .packets = true}},
	1, false, true};
static const struct shape ring = {3, 3,
	{{.nodes = {0, 1}, .places = {0, 0}, .packets = true},
		{.nodes = {1, 2}, .places = {1, 0}, .packets = true},
		{.nodes = {0, 2}, .places = {1, 1}, .packets = true}},
	3, false, false};

static struct world *visited; /* open addressing; `used` tells which */
static bool *used;
static size_t visited_count, found_count;

static bool visit(const struct world *world)
{
	const uint8_t *bytes = (const uint8_t *)world;
	uint32_t hash = 2166136261u;
	uint32_t at;

	for (size_t i = 0; i < sizeof *world; i++)
		hash = (hash ^ bytes[i]) * 16777619u;
	for (at = hash % VISITED_MAX; used[at]; at = (at + 1) % VISITED_MAX)
		if (!memcmp(&visited[at], world, sizeof *world))
			return false;
	ck_assert_uint_lt(++visited_count, VISITED_MAX / 4 * 3);
	used[at] = true;
	visited[at] = *world;
	return true;
}

static int side_of(const struct shape *shape, uint32_t link, uint32_t node)
{
	for (int side = 0; side < 2; side++)
		if (shape->links[link].nodes[side] == node)
			return side;
	return -1;
}

/* The counts of a node, as it says them when it falls asleep. */
static void say(const struct shape *shape, struct world *world, uint32_t node)
{
	struct said *said = &world->said[node][world->said_count[node]];

	ck_assert_int_lt(world->said_count[node]++, SAID_MAX);
	memset(said, 0, sizeof *said);
	for (uint32_t i = 0; i < shape->link_count; i++) {
		int side = side_of(shape, i, node);

		if (side < 0)
			continue;
		said->sent[i][side] = world->sent[i][side];
		said->received[i][side] = world->received[i][side];
		said->closed[i] = world->closed[i][side];
	}
	said->obeyed = world->obeyed[node];
}

/* The room under test, in the state that the supervisor has heard. */
static void fill(const struct shape *shape, const struct world *world,
	struct deadlock *deadlock)
{
	deadlock_init(deadlock, shape->nodes, shape->links, shape->link_count);
	for (uint32_t node = 0; node < shape->nodes; node++) {
		struct command command = {.kind = COMMAND_QUIET,
			.records = world->last[node].obeyed};
		char text[128] = "";
		struct error error = ERROR_NONE;

		for (uint8_t i = 0; i < world->ordered[node]; i++)
			deadlock_order(deadlock, node);
		for (uint32_t place = 0; place < shape->link_count; place++)
			for (uint32_t i = 0; i < shape->link_count; i++) {
				const struct said *said = &world->last[node];
				int side = side_of(shape, i, node);
				size_t at = strlen(text);

				if (side < 0 ||
					shape->links[i].places[side] != place)
					continue;
				if (said->closed[i])
					snprintf(text + at, sizeof text - at,
						"-\n");
				else
					snprintf(text + at, sizeof text - at,
						"%d %d 0 0\n",
						said->sent[i][side],
						said->received[i][side]);
			}
		command.text = command_text(text);
		if (world->heard[node])
			ck_assert_int_eq(deadlock_quiet(deadlock, node,
						 &command, &error),
				0);
		if (world->ended[node] == 2)
			deadlock_ended(deadlock, node);
	}
}

/* Whether a node can still move, ever. */
static bool moves(
	const struct shape *shape, const struct world *world, uint32_t from)
{
	bool live[NODES_MAX] = {false};
	bool changed = true;

	for (uint32_t i = 0; i < shape->nodes; i++)
		live[i] = !world->ended[i] &&
			  (world->awake[i] ||
				  world->ordered[i] != world->obeyed[i]);
	while (changed) {
		changed = false;
		for (uint32_t i = 0; i < shape->link_count * 2; i++) {
			uint32_t link = i / 2, near = i % 2, far = !near;
			uint32_t node = shape->links[link].nodes[near];

			if (live[node] || world->ended[node] ||
				world->closed[link][near])
				continue;
			if (live[shape->links[link].nodes[far]] ||
				world->closed[link][far] ||
				world->sent[link][far] !=
					world->received[link][near])
				live[node] = changed = true;
		}
	}
	return live[from];
}

/* Looks what is found by now: never what can move. */
static void look(const struct shape *shape, const struct world *world)
{
	struct action_list actions = {0};
	struct deadlock deadlock;
	bool all_heard = true;

	fill(shape, world, &deadlock);
	deadlock_seek(&deadlock, &actions);
	for (size_t i = 0; i < actions.count; i++) {
		found_count++;
		ck_assert_int_eq(
			(int)actions.items[i].command, (int)COMMAND_EXPLAIN);
		ck_assert_msg(
			!world->ended[seat_node(actions.items[i].process)],
			"a node that has ended is asked");
		ck_assert_msg(!moves(shape, world,
				      seat_node(actions.items[i].process)),
			"called stuck, yet it can move");
	}
	for (uint32_t i = 0; i < shape->nodes; i++)
		all_heard &= world->said_count[i] == 0 && world->ended[i] != 1;
	for (uint32_t i = 0; i < shape->nodes && all_heard; i++)
		if (!world->ended[i] && !moves(shape, world, i))
			ck_assert_msg(deadlock.nodes[i].asked,
				"all was said, yet it is not found");
	action_list_release(&actions);
	deadlock_release(&deadlock);
}

static void explore(const struct shape *shape, const struct world *world);

/* What a node does of its own accord while it is awake. */
static void explore_awake(
	const struct shape *shape, const struct world *world, uint32_t node)
{
	struct world next;

	for (uint32_t i = 0; i < shape->link_count; i++) {
		int side = side_of(shape, i, node);

		if (side < 0 || world->closed[i][side] ||
			world->packets == shape->packets)
			continue;
		next = *world;
		next.sent[i][side]++;
		next.packets++;
		explore(shape, &next);
	}
	next = *world;
	next.awake[node] = 0;
	say(shape, &next, node);
	explore(shape, &next);
	for (uint32_t i = 0; i < shape->nodes; i++)
		if (world->ended[i] || !shape->ends)
			return;
	next = *world;
	next.awake[node] = 0;
	next.ended[node] = 1;
	for (uint32_t i = 0; i < shape->link_count; i++)
		if (side_of(shape, i, node) >= 0)
			next.closed[i][side_of(shape, i, node)] = 1;
	explore(shape, &next);
}

/* What comes to it: a packet, the end of a link, an order. */
static void explore_told(
	const struct shape *shape, const struct world *world, uint32_t node)
{
	struct world next;

	for (uint32_t i = 0; i < shape->link_count; i++) {
		int side = side_of(shape, i, node);

		if (side < 0 || world->closed[i][side])
			continue;
		next = *world;
		next.awake[node] = 1;
		if (world->sent[i][!side] > world->received[i][side])
			next.received[i][side]++;
		else if (world->closed[i][!side])
			next.closed[i][side] = 1;
		else
			continue;
		explore(shape, &next);
	}
	if (world->ordered[node] > world->obeyed[node]) {
		next = *world;
		next.awake[node] = 1;
		next.obeyed[node]++;
		explore(shape, &next);
	}
}

/* What the supervisor hears and sends. */
static void explore_supervisor(
	const struct shape *shape, const struct world *world, uint32_t node)
{
	struct world next = *world;

	if (world->said_count[node] > 0) {
		next.heard[node] = 1;
		next.last[node] = world->said[node][0];
		next.said_count[node]--;
		memmove(&next.said[node][0], &next.said[node][1],
			sizeof next.said[node] - sizeof next.said[node][0]);
		memset(&next.said[node][SAID_MAX - 1], 0,
			sizeof next.said[node][0]);
		explore(shape, &next);
	} else if (world->ended[node] == 1) {
		next.ended[node] = 2;
		explore(shape, &next);
	}
	if (world->orders == 0 && shape->orders) {
		next = *world;
		next.orders = 1;
		for (uint32_t i = 0; i < shape->nodes; i++)
			next.ordered[i] = !world->ended[i];
		explore(shape, &next);
	}
}

static void explore(const struct shape *shape, const struct world *world)
{
	if (!visit(world))
		return;
	look(shape, world);
	for (uint32_t i = 0; i < shape->nodes; i++) {
		if (world->awake[i])
			explore_awake(shape, world, i);
		if (!world->ended[i])
			explore_told(shape, world, i);
		explore_supervisor(shape, world, i);
	}
}

static void explore_all(const struct shape *shape)
{
	struct world world = {0};

	visited = calloc(VISITED_MAX, sizeof *visited);
	used = calloc(VISITED_MAX, sizeof *used);
	ck_assert(visited != NULL && used != NULL);
	visited_count = found_count = 0;
	for (uint32_t i = 0; i < shape->nodes; i++)
		world.awake[i] = 1;
	explore(shape, &world);
	ck_assert_uint_gt(visited_count, 1000);
	ck_assert_uint_gt(found_count, 0);
	free(visited);
	free(used);
}

START_TEST(two_nodes_are_judged_rightly_in_every_history)
{
	explore_all(&pair);
	explore_all(&talking_pair);
}
END_TEST

START_TEST(three_nodes_in_a_chain_are_judged_rightly)
{
	explore_all(&chain);
	explore_all(&ordered_chain);
}
END_TEST

START_TEST(three_nodes_in_a_ring_are_judged_rightly)
{
	explore_all(&ring);
}
END_TEST

static Suite *deadlock_every_suite(void)
{
	Suite *suite = suite_create("deadlock_every");
	TCase *every = test_case(suite, "every history");

	tcase_set_timeout(every, 300);
	tcase_add_test(every, two_nodes_are_judged_rightly_in_every_history);
	tcase_add_test(every, three_nodes_in_a_chain_are_judged_rightly);
	tcase_add_test(every, three_nodes_in_a_ring_are_judged_rightly);
	return suite;
}

TEST_MAIN(deadlock_every_suite)
