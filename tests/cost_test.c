/* What running costs, in counts and never in time: switches, system calls and
 * memory do not grow with what stands idle or with what flows. */
#include "tests/fake_os.h"
#include "tests/services.h"

#include <malloc.h>

#define RECORDS 100000

static struct fake_os fake;
static uint64_t got;

static int source_run(struct tau_op *op)
{
	for (uint64_t i = 0; i < RECORDS; i++)
		if (put(op, OUT, i) != TAU_OK)
			break;
	return 0;
}
OPERATOR(source);

static int relay_run(struct tau_op *op)
{
	while (tau_read(op, IN))
		if (tau_pass(op, IN, OUT) != TAU_OK)
			break;
	return 0;
}
OPERATOR(relay);

static int sink_run(struct tau_op *op)
{
	while (tau_read(op, IN)) {
		tau_consume(op, IN);
		got++;
	}
	return 0;
}
OPERATOR(sink);

/* Never ends by itself, and never has anything to do. */
static int idle_run(struct tau_op *op)
{
	const struct tau_want never = {.any = TAU_IN(IN)};

	while (op->host->wait(op, &never, NULL) == TAU_OK)
		;
	return 0;
}
OPERATOR(idle);

static void add_chain(void)
{
	uint32_t from = add(&source_operator, PORT_OUT), to;

	for (int i = 0; i < 3; i++) {
		to = add(&relay_operator, PORT_IN "," PORT_OUT);
		connect_ports(from, OUT, to, IN);
		from = to;
	}
	connect_ports(from, OUT, add(&sink_operator, PORT_IN), IN);
}

static void begin(void)
{
	fake_os_init(&fake);
	p.os = &fake.os;
	pipeline_init(&p);
}

/* Switches until the chain has ended, beside so many idle operators. */
static uint64_t switches_beside(uint32_t idle)
{
	uint64_t switches;

	p = (struct pipeline){0};
	got = 0;
	begin();
	add_chain();
	for (uint32_t i = 0; i < idle; i++) {
		uint32_t a = add(&idle_operator, PORT_IN "," PORT_OUT);

		connect_ports(a, OUT, a, IN);
	}
	pipeline_start(&p);
	while (p.running > idle)
		ck_assert(fabric_turn(&p.fabric, 0));
	ck_assert_uint_eq(got, RECORDS);
	switches = p.fabric.scheduler.switches - idle;
	pipeline_release(&p);
	return switches;
}

START_TEST(idle_operators_cost_no_switches)
{
	uint64_t alone = switches_beside(0);

	ck_assert_uint_eq(switches_beside(50), alone);
	ck_assert_uint_lt(alone, RECORDS / 20);
}
END_TEST

START_TEST(no_system_call_is_made_per_record)
{
	uint64_t before;

	begin();
	add_chain();
	pipeline_start(&p);
	before = fake.total;
	ck_assert(pipeline_run(&p));
	ck_assert_uint_eq(got, RECORDS);
	ck_assert_uint_lt(fake.total - before, RECORDS / 100);
	pipeline_release(&p);
}
END_TEST

/* Bodies come back: the chain lives on a few chunks, whatever flows. */
START_TEST(memory_does_not_grow_with_what_flows)
{
	begin();
	add_chain();
	pipeline_start(&p);
	ck_assert(pipeline_run(&p));
	ck_assert_uint_le(p.fabric.chunks->used_count, 64);
	ck_assert_uint_eq(p.fabric.streams.rings.attached, 0);
	pipeline_release(&p);
}
END_TEST

/* The heap's part of an operator; its stack is what the stack arena gives. */
START_TEST(an_idle_operator_takes_a_few_pages_at_most)
{
	struct description *description = NULL;
	static struct instance *made[1000];
	static const char text[] =
		"{\"abi\":\"1.0\",\"name\":\"test\",\"version\":\"1.0.0\","
		"\"operators\":[{\"name\":\"idle\"," PORT_IN "," PORT_OUT "}]}";
	struct instance_make make = {.name = "idle",
		.plugin = "test",
		.functions = &idle_operator,
		.stdio_fd = -1};
	size_t before;

	begin();
	ck_assert_int_eq(description_create(&description, "test", text,
				 sizeof text - 1, NULL),
		0);
	make.description = description->operators;
	before = mallinfo2().uordblks;
	for (int i = 0; i < 1000; i++)
		ck_assert_int_eq(
			instance_create(&made[i], &p.fabric, &make, NULL), 0);
	/* Under the sanitizers, mallinfo2 counts nothing. */
	ck_assert_uint_lt(mallinfo2().uordblks - before, 1000 * 4096);
	ck_assert_uint_eq(chunks_live(p.fabric.chunks), 0);
	ck_assert_uint_eq(p.fabric.streams.rings.attached, 0);
	for (int i = 0; i < 1000; i++)
		instance_destroy(&made[i]);
	description_destroy(&description);
	pipeline_release(&p);
}
END_TEST

static Suite *cost_suite(void)
{
	Suite *suite = suite_create("cost");
	TCase *tests = test_case(suite, "counts");

	tcase_add_test(tests, idle_operators_cost_no_switches);
	tcase_add_test(tests, no_system_call_is_made_per_record);
	tcase_add_test(tests, memory_does_not_grow_with_what_flows);
	tcase_add_test(tests, an_idle_operator_takes_a_few_pages_at_most);
	return suite;
}

TEST_MAIN(cost_suite)
