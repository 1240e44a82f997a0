/*
 * follow_test: a placement that follows another. Manifests are made at random
 * and edited at random, and what must hold is found out from their streams'
 * ends alone.
 */
#include "core/plan/placement.h"

#include "core/text/text.h"
#include "tests/plans.h"

enum { OPERATORS = 12, NODES = 4, STEPS = 6, ABSENT = -1 };

/* Operator 0 asks many; of the others even ones are loose, odd ones answer. */
struct genome {
	int node[OPERATORS];
	int input[OPERATORS];
	unsigned turn; /* where lists begin */
};

static uint32_t next(uint32_t *seed)
{
	*seed = *seed * 1664525u + 1013904223u;
	return *seed >> 16;
}

static bool is_loose(int index)
{
	return index % 2 == 0;
}

/* Whether nobody else has the one output of that operator. */
static bool is_free(const struct genome *genome, int index)
{
	for (int i = 1; i < OPERATORS; i++)
		if (genome->input[i] == index && index != 0)
			return false;
	return true;
}

static void edit(struct genome *genome, uint32_t *seed)
{
	int at = 1 + (int)(next(seed) % (OPERATORS - 1));
	int from = (int)(next(seed) % (uint32_t)at);
	switch (next(seed) % 4) {
	case 0:
		genome->node[at] = (int)(next(seed) % NODES);
		break;
	case 1:
		genome->turn = next(seed);
		break;
	case 2: /* gone, and nothing is left of it */
		genome->node[at] = genome->node[at] == ABSENT
					   ? (int)(next(seed) % NODES)
					   : ABSENT;
		genome->input[at] = 0;
		for (int i = 1; i < OPERATORS; i++)
			if (genome->input[i] == at)
				genome->input[i] = 0;
		break;
	default:
		if (from == 0 || (is_loose(at) && is_loose(from) &&
					 genome->node[from] != ABSENT &&
					 is_free(genome, from)))
			genome->input[at] = from;
	}
	/* Somebody must hear who asks. */
	genome->node[1] = genome->node[1] == ABSENT ? 0 : genome->node[1];
	genome->input[1] = 0;
}

static void write_nodes(const struct genome *genome, struct text *text)
{
	const char *between = "";
	for (unsigned i = 0; i < NODES; i++) {
		int node = (int)((i + genome->turn) % NODES);
		const char *comma = "";
		struct text inside = {0};
		for (unsigned j = 0; j < OPERATORS; j++) {
			int at = (int)((j + genome->turn) % OPERATORS);
			if (genome->node[at] != node)
				continue;
			text_format(&inside, "%s\"o%d\": {\"type\": \"%s\"}",
				comma, at,
				at == 0        ? "demo.asks"
				: is_loose(at) ? "demo.loose"
					       : "demo.answer");
			comma = ", ";
		}
		if (inside.count > 0)
			text_format(text, "%s\"n%d\": {\"operators\": {%s}}",
				between, node, text_string(&inside));
		between = inside.count > 0 || *between ? ", " : "";
		text_release(&inside);
	}
}

static char *write_manifest(const struct genome *genome)
{
	struct text text = {0};
	const char *comma = "";
	text_add(&text, "{\"tau\": 1, \"nodes\": {");
	write_nodes(genome, &text);
	text_add(&text, "}, \"streams\": [");
	for (unsigned i = 0; i < OPERATORS; i++) {
		int at = (int)((i + genome->turn) % OPERATORS);
		if (at == 0 || genome->node[at] == ABSENT)
			continue;
		text_format(&text, "%s\"o%d -> o%d\"", comma, genome->input[at],
			at);
		comma = ", ";
	}
	text_add(&text, "]}");
	return text_take(&text);
}

static const char *node_name(const struct placement *placement, uint32_t owner)
{
	return placement->nodes[placement->node_of[owner]].name;
}

static const char *owner_name(const struct placement *placement, uint32_t owner)
{
	return placement->topology->operators[owner].name;
}

/* Ends and their nodes are the same: each two operators share one stream. */
static bool is_same(const struct placement *one, uint32_t left,
	const struct placement *other, uint32_t right)
{
	const struct topology_stream *first = &one->topology->streams[left];
	const struct topology_stream *second = &other->topology->streams[right];
	const uint32_t ends[][2] = {{first->from.owner, second->from.owner},
		{first->to.owner, second->to.owner}};
	for (int i = 0; i < 2; i++)
		if (strcmp(owner_name(one, ends[i][0]),
			    owner_name(other, ends[i][1])) != 0 ||
			strcmp(node_name(one, ends[i][0]),
				node_name(other, ends[i][1])) != 0)
			return false;
	return true;
}

static void check_numbers(
	const struct placement *new, const struct placement *old)
{
	for (uint32_t i = 0; i < new->crossing_count; i++) {
		uint32_t number = new->crossing_numbers[i];
		bool found = false;
		for (uint32_t j = 0; j < old->crossing_count; j++) {
			if (!is_same(new, new->crossing[i], old,
				    old->crossing[j]))
				continue;
			found = true;
			ck_assert_uint_eq(number, old->crossing_numbers[j]);
		}
		if (!found)
			ck_assert_uint_ge(number, old->next_number);
		ck_assert_uint_lt(number, new->next_number);
		if (i > 0)
			ck_assert_uint_gt(number, new->crossing_numbers[i - 1]);
	}
	for (uint32_t i = 0; i < new->node_count; i++) {
		uint32_t places = 0;
		for (uint32_t j = 0; j < new->link_count; j++)
			for (int side = 0; side < 2; side++)
				if (new->links[j].nodes[side] == i)
					places += 1u
						  << new->links[j].places[side];
		ck_assert_uint_eq(places, (1u << new->nodes[i].link_count) - 1);
	}
}

/* All that concerns a node, in an order of its own. */
static char *describe(const struct placement *placement, const char *node)
{
	const struct topology *topology = placement->topology;
	char lines[3 * OPERATORS][128];
	size_t count = 0;
	struct text text = {0};
	for (uint32_t i = 0; i < topology->operator_count; i++)
		if (strcmp(node_name(placement, i), node) == 0)
			snprintf(lines[count++], sizeof *lines, "operator %s",
				owner_name(placement, i));
	for (uint32_t i = 0; i < topology->stream_count; i++) {
		const struct topology_stream *stream = &topology->streams[i];
		const char *from = node_name(placement, stream->from.owner);
		const char *to = node_name(placement, stream->to.owner);
		if (strcmp(from, node) != 0 && strcmp(to, node) != 0)
			continue;
		snprintf(lines[count++], sizeof *lines,
			"stream %s %s %s %u %s %s %u", stream->name, from,
			owner_name(placement, stream->from.owner),
			stream->from.member, to,
			owner_name(placement, stream->to.owner),
			stream->to.member);
	}
	qsort(lines, count, sizeof *lines,
		(int (*)(const void *, const void *))strcmp);
	for (size_t i = 0; i < count; i++)
		text_format(&text, "%s\n", lines[i]);
	return text_take(&text);
}

static char *plan_text(const struct placement *placement, uint32_t node)
{
	struct node_plan plan = {0};
	placement_node_plan(placement, node, "t-1", "/current", &plan);
	char *text = node_plan_encode(&plan);
	node_plan_release(&plan);
	return text;
}

static uint32_t check_untouched(
	const struct placement *new, const struct placement *old)
{
	uint32_t untouched = 0;
	for (uint32_t i = 0; i < new->node_count; i++)
		for (uint32_t j = 0; j < old->node_count; j++) {
			if (strcmp(new->nodes[i].name, old->nodes[j].name) != 0)
				continue;
			char *after = describe(new, new->nodes[i].name);
			char *before = describe(old, old->nodes[j].name);
			if (strcmp(after, before) == 0) {
				char *one = plan_text(new, i);
				char *other = plan_text(old, j);
				ck_assert_int_eq(strcmp(one, other), 0);
				untouched++;
				free(one);
				free(other);
			}
			free(after);
			free(before);
		}
	return untouched;
}

START_TEST(what_stays_keeps_its_numbers_and_untouched_nodes_their_plans)
{
	uint32_t seed = (uint32_t)_i * 7919u + 1, untouched = 0, kept = 0;
	struct genome genome = {.turn = 0};
	struct planned planned[2];
	char *texts[2] = {0};
	for (int i = 1; i < OPERATORS; i++)
		genome.node[i] = (int)(next(&seed) % NODES);
	for (int step = 0; step < STEPS; step++) {
		struct planned *new = &planned[step % 2];
		struct planned *old = &planned[(step + 1) % 2];
		for (uint32_t i = 0; i < next(&seed) % 3 + 1u; i++)
			edit(&genome, &seed);
		texts[step % 2] = write_manifest(&genome);
		planned_place(new, texts[step % 2]);
		if (step == 0)
			continue;
		placement_follow(&new->placement, &old->placement);
		check_numbers(&new->placement, &old->placement);
		untouched += check_untouched(&new->placement, &old->placement);
		kept += new->placement.crossing_count;
		planned_release(old);
		free(texts[(step + 1) % 2]);
	}
	planned_release(&planned[(STEPS - 1) % 2]);
	free(texts[(STEPS - 1) % 2]);
	ck_assert_uint_gt(untouched + kept, 0);
}
END_TEST

START_TEST(a_stream_that_moves_up_a_port_is_known_by_what_it_was)
{
	const char *before =
		"{\"tau\": 1, \"nodes\": {\"n\": {\"operators\": {\"a\": "
		"{\"type\": \"demo.asks\"}, \"x\": {\"type\": \"demo.sink\"}, "
		"\"y\": {\"type\": \"demo.sink\"}}}}, "
		"\"streams\": [\"a -> x\", \"a -> y\"]}";
	const char *after =
		"{\"tau\": 1, \"nodes\": {\"n\": {\"operators\": {\"a\": "
		"{\"type\": \"demo.asks\"}, \"y\": {\"type\": \"demo.sink\"}"
		"}}}, \"streams\": [\"a -> y\"]}";
	struct planned old, new;
	struct node_plan plan = {0};
	planned_place(&old, before);
	planned_place(&new, after);
	placement_follow(&new.placement, &old.placement);
	placement_node_plan(&new.placement, 0, "t", "/", &plan);
	placement_name_former(&new.placement, &old.placement, 0, &plan);
	ck_assert_uint_eq(plan.stream_count, 1);
	ck_assert_str_eq(plan.streams[0].former, "a.out[1]");
	ck_assert_str_eq(plan.streams[0].name, "a.out[0]");

	char *text = node_plan_encode(&plan);
	struct node_plan read = {0};
	struct error error = ERROR_NONE;
	ck_assert_int_eq(
		node_plan_decode(&read, text, strlen(text), &error), 0);
	ck_assert_str_eq(read.streams[0].former, "a.out[1]");
	free(text);
	node_plan_release(&read);
	node_plan_release(&plan);
	planned_release(&new);
	planned_release(&old);
}
END_TEST

static Suite *follow_suite(void)
{
	Suite *suite = suite_create("follow");
	TCase *tcase = test_case(suite, "follow");
	tcase_add_loop_test(tcase,
		what_stays_keeps_its_numbers_and_untouched_nodes_their_plans, 0,
		40);
	tcase_add_test(
		tcase, a_stream_that_moves_up_a_port_is_known_by_what_it_was);
	suite_add_tcase(suite, tcase);
	return suite;
}

TEST_MAIN(follow_suite)
