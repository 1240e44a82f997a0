/* Operators in a fabric: order, back pressure, ends, waits and stops. */
#include <errno.h>
#include <string.h>

#include "tests/pipeline.h"
#include "tests/test.h"

#define OUT_ONE "\"out\":[{\"name\":\"out\"}]"
#define IN_ONE "\"in\":[{\"name\":\"in\"}]"

enum { IN, OUT = 0 };

static int count_run(struct tau_op *op)
{
	for (uint64_t i = 0; i < 100000; i++)
		if (tau_write(op, OUT, &i, sizeof i, TAU_BYTES) != TAU_OK)
			break;
	return 0;
}

static int relay_run(struct tau_op *op)
{
	while (tau_read(op, IN))
		if (tau_pass(op, IN, OUT) != TAU_OK)
			break;
	return 0;
}

static int expect_run(struct tau_op *op)
{
	const struct tau_record *record;
	uint64_t next = 0, got;

	while ((record = tau_read(op, IN))) {
		memcpy(&got, record->body, sizeof got);
		if (got != next++)
			return tau_failf(op, -EBADMSG, "%llu came for %llu",
				(unsigned long long)got,
				(unsigned long long)next - 1);
		tau_consume(op, IN);
	}
	return tau_ended(op, IN) && next == 100000
		       ? 0
		       : tau_fail(op, -ENODATA, "not all came");
}

static int first_run(struct tau_op *op)
{
	if (!tau_read(op, IN))
		return tau_fail(op, -ENODATA, "nothing came");
	tau_consume(op, IN);
	return 0;
}

static const struct tau_operator count = {
	.size = sizeof count, .name = "count", .run = count_run};
static const struct tau_operator relay = {
	.size = sizeof relay, .name = "relay", .run = relay_run};
static const struct tau_operator expect = {
	.size = sizeof expect, .name = "expect", .run = expect_run};
static const struct tau_operator first = {
	.size = sizeof first, .name = "first", .run = first_run};

static void add_chain(struct pipeline *p, const struct tau_operator *last,
	const struct stream_settings *settings)
{
	uint32_t from =
		pipeline_add(p, &count, "{\"name\":\"count\"," OUT_ONE "}");
	uint32_t to;

	for (int i = 0; i < 3; i++) {
		to = pipeline_add(p, &relay,
			"{\"name\":\"relay\"," IN_ONE "," OUT_ONE "}");
		pipeline_connect(p, from, OUT, to, IN, settings);
		from = to;
	}
	to = pipeline_add(p, last, "{\"name\":\"last\"," IN_ONE "}");
	pipeline_connect(p, from, OUT, to, IN, settings);
}

START_TEST(a_chain_keeps_every_record_in_order)
{
	static const struct stream_settings sizes[] = {
		{512, 1, 512, STREAM_BLOCK},
		{512, 3, 512, STREAM_BLOCK},
		{4096, 1000, 512, STREAM_BLOCK},
		{STREAM_CAPACITY_DEFAULT, STREAM_RECORDS_DEFAULT,
			STREAM_ATOMIC_DEFAULT, STREAM_BLOCK},
	};
	struct pipeline p = {.seed = _i % 2 ? 12345 : 0};

	pipeline_init(&p);
	add_chain(&p, &expect, &sizes[_i / 2]);
	pipeline_start(&p);
	ck_assert(pipeline_run(&p));
	ck_assert_uint_eq(p.failed, 0);
	pipeline_release(&p);
}
END_TEST

START_TEST(a_reader_that_leaves_stops_the_whole_chain)
{
	struct pipeline p = {0};

	pipeline_init(&p);
	add_chain(&p, &first, NULL);
	pipeline_start(&p);
	ck_assert(pipeline_run(&p));
	ck_assert_uint_eq(p.failed, 0);
	ck_assert_uint_lt(p.streams[0].sent, 100000);
	pipeline_release(&p);
}
END_TEST

START_TEST(operators_that_wait_for_each_other_are_noticed)
{
	struct pipeline p = {0};
	uint32_t a, b;

	pipeline_init(&p);
	a = pipeline_add(&p, &relay, "{\"name\":\"a\"," IN_ONE "," OUT_ONE "}");
	b = pipeline_add(&p, &relay, "{\"name\":\"b\"," IN_ONE "," OUT_ONE "}");
	pipeline_connect(&p, a, OUT, b, IN, NULL);
	pipeline_connect(&p, b, OUT, a, IN, NULL);
	pipeline_start(&p);
	ck_assert(!pipeline_run(&p));
	ck_assert_uint_eq(p.running, 2);
	pipeline_release(&p);
}
END_TEST

static Suite *fabric_suite(void)
{
	Suite *suite = suite_create("fabric");
	TCase *tests = test_case(suite, "chains");

	tcase_add_loop_test(tests, a_chain_keeps_every_record_in_order, 0, 8);
	tcase_add_test(tests, a_reader_that_leaves_stops_the_whole_chain);
	tcase_add_test(tests, operators_that_wait_for_each_other_are_noticed);
	return suite;
}

TEST_MAIN(fabric_suite)
