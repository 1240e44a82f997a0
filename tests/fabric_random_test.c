/* Random pipelines of operators in all styles, over random streams, in random
 * order, stopped and run again at random: every record arrives once and in its
 * place, and nobody sleeps for ever. */
#include "tests/services.h"

#define RECORDS 3000
#define STAGES_MAX 6

static uint64_t expected;
static uint64_t random_state;

static uint32_t below(uint32_t limit)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return (uint32_t)(random_state >> 33) % limit;
}

/* --- operators: what they must keep over a stop is the test's --- */

static uint64_t written;

static int source_run(struct tau_op *op)
{
	char body[300] = "";

	while (written < RECORDS) {
		uint32_t bytes = 8 + (uint32_t)(written * 37 % 290);

		memcpy(body, &written, sizeof written);
		if (tau_write(op, OUT, body, bytes, TAU_BYTES) != TAU_OK)
			return 0;
		written++;
	}
	return 0;
}
OPERATOR(source);

static int pass_run(struct tau_op *op)
{
	while (tau_read(op, IN))
		if (tau_pass(op, IN, OUT) != TAU_OK)
			break;
	return 0;
}
OPERATOR(pass);

static int copy_run(struct tau_op *op)
{
	const struct tau_record *record;

	while ((record = tau_read(op, IN))) {
		if (tau_write(op, OUT, record->body, record->bytes,
			    record->type) != TAU_OK)
			break;
		tau_consume(op, IN);
	}
	return 0;
}
OPERATOR(copy);

static int mapper_run(struct tau_op *op)
{
	const struct tau_want both = {.all = TAU_IN(IN) | TAU_OUT(OUT)};

	while (op->host->wait(op, &both, NULL) == TAU_OK) {
		if (!tau_peek(op, IN) || tau_pass(op, IN, OUT) != TAU_OK)
			break;
		if (below(5) == 0 && op->host->yield(op) != TAU_OK)
			break;
	}
	return 0;
}
OPERATOR(mapper);

static int wanting_run(struct tau_op *op)
{
	const struct tau_want any = {.any = TAU_IN(IN)};

	for (;;) {
		op->host->want_in(op, op->in[IN], 1 + below(3000));
		if (op->host->wait(op, &any, NULL) != TAU_OK)
			return 0;
		while (tau_peek(op, IN))
			if (tau_pass(op, IN, OUT) != TAU_OK)
				return 0;
		if (tau_ended(op, IN))
			return 0;
	}
}
OPERATOR(wanting);

static int step_ready(struct tau_op *op, uint64_t ready, struct tau_want *want)
{
	if (ready & TAU_QUIESCE)
		return TAU_WAIT;
	while (tau_peek(op, IN)) {
		if (tau_pass(op, IN, OUT) == TAU_OK)
			continue;
		if (op->out[OUT]->state == TAU_END)
			return TAU_OK;
		want->all = TAU_IN(IN) | TAU_OUT(OUT);
		return TAU_WAIT;
	}
	if (tau_ended(op, IN))
		return TAU_OK;
	want->any = TAU_IN(IN);
	return TAU_WAIT;
}
CONTINUATION(step);

/* Deals to its members in turn, and gathers in the same order. */
static uint64_t dealt, gathered;

static int deal_run(struct tau_op *op)
{
	while (tau_read(op, IN)) {
		struct tau_out *to = op->out_group[OUT].out[dealt % 3];

		if (tau_pass_at(op, op->in[IN], to) != TAU_OK)
			break;
		dealt++;
	}
	return 0;
}
OPERATOR(deal);

static int gather_run(struct tau_op *op)
{
	for (;;) {
		struct tau_in *from = op->in_group[IN].in[gathered % 3];

		if (!tau_read_at(op, from) ||
			tau_pass_at(op, from, op->out[OUT]) != TAU_OK)
			return 0;
		gathered++;
	}
}
OPERATOR(gather);

static int sink_run(struct tau_op *op)
{
	const struct tau_record *record;
	uint64_t number;

	while ((record = tau_read(op, IN))) {
		memcpy(&number, record->body, sizeof number);
		if (number != expected ||
			record->bytes != 8 + number * 37 % 290)
			return tau_failf(op, -EBADMSG, "%llu came for %llu",
				(unsigned long long)number,
				(unsigned long long)expected);
		expected++;
		tau_consume(op, IN);
	}
	return 0;
}
OPERATOR(sink);

/* --- pipelines --- */

static void connect_randomly(uint32_t from, uint32_t to)
{
	static const uint32_t records[] = {1, 2, 3, 7, 64, 1024};
	static const uint32_t bytes[] = {512, 600, 1024, 5000, 262144};
	const struct stream_settings settings = {
		bytes[below(5)], records[below(6)], 512, STREAM_BLOCK};

	pipeline_connect(&p, from, OUT, to, IN, &settings);
}

static uint32_t add_stage(uint32_t from, bool *has_deal)
{
	static const struct tau_operator *const styles[] = {&pass_operator,
		&copy_operator, &mapper_operator, &wanting_operator,
		&step_operator};
	uint32_t kind = below(*has_deal ? 5 : 6), at, to;

	if (kind < 5) {
		at = add(styles[kind], PORT_IN "," PORT_OUT);
		connect_randomly(from, at);
		return at;
	}
	*has_deal = true; /* its count is static: one of it */
	at = add(&deal_operator, PORT_IN "," MANY_OUT);
	connect_randomly(from, at);
	to = add(&gather_operator, MANY_IN "," PORT_OUT);
	for (int i = 0; i < 3; i++)
		connect_randomly(at, to);
	return to;
}

static void stop_one(void)
{
	struct instance *instance = p.operators[below(p.count)];

	if (instance->state == INSTANCE_RUNNING)
		instance_quiesce(instance);
	if (instance->state != INSTANCE_FROZEN)
		return;
	ck_assert_int_eq(instance_start(instance, NULL), 0);
	p.running++;
	p.frozen--;
}

static void run_randomly(bool stops)
{
	uint64_t turns = 0;

	while (p.running + p.frozen > 0) {
		bool turned = fabric_turn(&p.fabric, 0);

		ck_assert_uint_lt(turns++, 3000000);
		if (stops && below(3) == 0)
			stop_one();
		else
			ck_assert_msg(turned || p.frozen || p.running == 0,
				"all sleep");
		if (below(50) == 0)
			for (uint32_t i = 0; i < p.edge_count; i++)
				p.streams[i].extra_bytes = 0;
	}
}

START_TEST(every_record_arrives_once_and_in_its_place)
{
	uint32_t rounds = getenv("LONG") ? 100 : test_slowness() > 1 ? 1 : 6;

	for (uint32_t round = 0; round < rounds; round++) {
		bool has_deal = false;
		uint32_t at;

		random_state = (uint64_t)(_i + 1) * 7919 + round * 104729 + 1;
		expected = written = dealt = gathered = 0;
		p = (struct pipeline){.seed = below(2) ? below(1000) + 1 : 0};
		pipeline_init(&p);
		at = add(&source_operator, PORT_OUT);
		for (uint32_t n = below(STAGES_MAX); n > 0; n--)
			at = add_stage(at, &has_deal);
		connect_randomly(at, add(&sink_operator, PORT_IN));
		pipeline_start(&p);
		run_randomly(_i % 2);
		ck_assert_msg(p.failed == 0, "%s", failure_of(p.count - 1));
		ck_assert_uint_eq(expected, RECORDS);
		pipeline_release(&p);
	}
}
END_TEST

static Suite *fabric_random_suite(void)
{
	Suite *suite = suite_create("fabric_random");
	TCase *tests = test_case(suite, "pipelines");

	tcase_add_loop_test(
		tests, every_record_arrives_once_and_in_its_place, 0, 20);
	return suite;
}

TEST_MAIN(fabric_random_suite)
