/*
 * Two links against a model, at random: streams of all sizes both ways, which
 * are written, read, ended and left in any order, over both kinds of packets,
 * while system calls fail and end short, and in some runs one side dies.
 * Whenever both nodes are at rest, a writer is to have as much room as the
 * reader's side has.
 */
#include <errno.h>

#include "tests/link_model.h"
#include "tests/test.h"

#define STEPS 400

static bool broken;

static void end_flow(uint32_t at)
{
	struct model_flow *flow = &model_flows[at];

	if (flow->ended)
		return;
	flow->ended = true;
	flow->reason = (enum stream_reason)(STREAM_DONE + model_random(4));
	stream_end(model_writer(at), &flow->out, flow->reason);
}

static void leave_flow(uint32_t at)
{
	if (!model_flows[at].left && !model_flows[at].seen)
		stream_leave(model_reader(at), &model_flows[at].in);
	model_flows[at].left = true;
}

static void add_fault(void)
{
	static const int codes[] = {EINTR, EAGAIN, ENOBUFS};
	struct fake_os *fake = &model_nodes[model_random(2)].fake;
	size_t call = model_random(2) ? OS_CALL(sendmsg) : OS_CALL(recvmsg);
	uint64_t nth = 1 + model_random(4);

	if (fake->fault_count == FAKE_FAULTS_MAX)
		fake->fault_count = 0;
	if (!model_packets && model_random(2))
		fake_os_cut(fake, call, nth,
			1 + model_random(model_random(2) ? 60 : 6000));
	else
		fake_os_fail(fake, call, nth,
			codes[model_random(call == OS_CALL(sendmsg) ? 3 : 2)]);
}

static void set_wants(uint32_t at)
{
	struct stream *writer = model_writer(at), *reader = model_reader(at);

	if (!model_flows[at].ended) {
		writer->writer.want =
			model_random(model_flows[at].settings.capacity_bytes);
		(void)stream_writable(writer);
	}
	if (!model_flows[at].left) {
		reader->reader.want =
			model_random(model_flows[at].settings.records + 2);
		(void)stream_readable(reader);
	}
}

static void check_bounds(uint32_t at)
{
	const struct stream *reader = model_reader(at);

	if (model_flows[at].settings.policy == STREAM_BLOCK) {
		ck_assert_uint_le(reader->used_bytes,
			model_flows[at].settings.capacity_bytes);
		ck_assert_uint_le(
			stream_count(reader), model_flows[at].settings.records);
	}
}

/* Whether room is the reader's to give. */
static bool is_open(const struct model_flow *flow)
{
	return !flow->left && !flow->ended && !flow->fds && !broken &&
	       flow->settings.policy == STREAM_BLOCK;
}

/* Until both nodes would wait. */
static void settle(void)
{
	model_nodes[0].fake.fault_count = model_nodes[1].fake.fault_count = 0;
	for (uint32_t i = 0; i < 200; i++)
		model_turn(i % 2);
	ck_assert(scheduler_idle(&model_nodes[0].pipeline.fabric.scheduler));
	ck_assert(scheduler_idle(&model_nodes[1].pipeline.fabric.scheduler));
}

/* Then whoever wants a record has room for it if there is any at the reader's
 * side, and whoever asks for all of it is told of all. */
static void rest(void)
{
	settle();
	for (uint32_t i = 0; i < model_flow_count; i++) {
		struct stream *writer = model_writer(i);

		if (!is_open(&model_flows[i]))
			continue;
		writer->writer.want = 0;
		ck_assert(stream_writable(writer) ==
			  !stream_full(model_reader(i), writer->atomic_bytes));
		writer->writer.want = model_flows[i].settings.capacity_bytes;
		(void)stream_writable(writer);
	}
	settle();
	for (uint32_t i = 0; i < model_flow_count; i++) {
		const struct model_flow *flow = &model_flows[i];
		const struct stream *reader = model_reader(i);
		const struct stream *writer = model_writer(i);

		if (!is_open(flow))
			continue;
		ck_assert_uint_eq(stream_count(writer), 0);
		ck_assert_uint_eq(
			flow->written, flow->had + stream_count(reader));
		if (writer->writer.want <= writer->atomic_bytes)
			continue; /* who does not ask is not told of all */
		ck_assert_uint_eq(stream_credit(writer), stream_credit(reader));
		ck_assert_uint_eq(stream_slots(writer), stream_slots(reader));
	}
}

static void step(void)
{
	uint32_t at = (uint32_t)model_random(model_flow_count);

	switch (model_random(24)) {
	case 0:
		add_fault();
		break;
	case 1:
		set_wants(at);
		break;
	case 2:
		if (model_random(12) == 0)
			end_flow(at);
		break;
	case 3:
		if (model_random(25) == 0)
			leave_flow(at);
		break;
	case 4:
		if (model_random(4) == 0)
			rest();
		break;
	case 5:
	case 6:
	case 7:
	case 8:
	case 9:
	case 10:
		model_write(at, model_random(30));
		break;
	case 11:
	case 12:
	case 13:
	case 14:
	case 15:
		model_read(at, model_random(30));
		break;
	default:
		model_turn((uint32_t)model_random(2));
	}
	check_bounds(at);
}

/* --- how it ends --- */

static void check_whole(uint32_t at)
{
	const struct model_flow *flow = &model_flows[at];
	const struct stream *writer = model_writer(at),
			    *reader = model_reader(at);

	if (flow->left) {
		ck_assert(writer->reader.gone || flow->ended);
		return;
	}
	ck_assert(flow->seen);
	ck_assert_int_eq(reader->reason, flow->reason);
	ck_assert_uint_eq(
		flow->written, flow->had + writer->dropped + reader->dropped);
}

/* Whatever was read is in its place; what was not is told as lost. */
static void check_broken(uint32_t at)
{
	const struct model_flow *flow = &model_flows[at];

	if (flow->left)
		return;
	ck_assert(flow->seen);
	if (flow->settings.policy != STREAM_BLOCK)
		return;
	if (flow->staged && flow->writer == 0)
		ck_assert_uint_ge(flow->lost, flow->written - flow->had);
}

static void finish(void)
{
	uint32_t turns = 0, open = model_flow_count;

	for (uint32_t i = 0; i < model_flow_count; i++) {
		end_flow(i);
		model_flows[i].staged = stream_count(model_writer(i)) > 0;
	}
	if (broken)
		link_destroy(&model_nodes[1].link);
	while (open > 0 || model_nodes[0].closed == 0 ||
		(!broken && model_nodes[1].closed == 0)) {
		open = 0;
		model_turn(0);
		model_turn(1);
		for (uint32_t i = 0; i < model_flow_count; i++) {
			model_read(i, 1 + model_random(20));
			open += !model_flows[i].seen && !model_flows[i].left;
		}
		ck_assert_msg(turns++ < 20000, "it goes on for ever");
	}
	for (uint32_t i = 0; i < model_flow_count; i++)
		(broken ? check_broken : check_whole)(i);
	for (uint32_t i = 0; i < 2 && !broken; i++) {
		ck_assert_str_eq(model_nodes[i].why, "");
		ck_assert_uint_eq(link_counts(model_nodes[i].link)->lost, 0);
		ck_assert_uint_eq(
			link_counts(model_nodes[i].link)->repeated, 0);
	}
}

START_TEST(streams_over_a_link_are_as_the_model_says)
{
	uint32_t rounds = getenv("LONG") ? 300 : test_slowness() > 1 ? 1 : 10;
	int fds = test_count_fds();

	for (uint32_t round = 0; round < rounds; round++) {
		model_seed = ((uint64_t)_i << 32 | round) + 1;
		model_seed *= 0x9e3779b97f4a7c15u;
		model_begin();
		for (uint32_t i = 0; i < STEPS; i++)
			step();
		broken = model_random(4) == 0;
		finish();
		model_end();
		ck_assert_int_eq(test_count_fds(), fds);
	}
}
END_TEST

static Suite *link_random_suite(void)
{
	Suite *suite = suite_create("link_random");
	TCase *tests = test_case(suite, "links");

	tcase_add_loop_test(
		tests, streams_over_a_link_are_as_the_model_says, 0, 20);
	return suite;
}

TEST_MAIN(link_random_suite)
