/* Variadic ports, and streams that run back. */
#include "tests/services.h"

static uint64_t got[8], order[64], order_count;
static int answers[16];
static uint32_t ends[8];

static int merge_run(struct tau_op *op)
{
	const struct tau_want any = {.any = TAU_IN(IN)};
	struct tau_in *member = NULL;
	int flow;

	for (;;) {
		flow = op->host->next_in(op, IN, &member);
		if (flow == TAU_WAIT) {
			op->host->wait(op, &any, NULL);
			continue;
		}
		if (flow != TAU_OK)
			break;
		ck_assert_uint_eq(member->index, IN);
		ck_assert_ptr_eq(member, op->in_group[IN].in[member->member]);
		order[order_count++ % 64] = member->member;
		if (member->state == TAU_END) {
			ends[member->member]++;
			continue;
		}
		if (!tau_peek_at(op, member))
			continue;
		ck_assert_uint_eq(
			number_of(member->next), got[member->member]++);
		tau_consume_at(op, member);
	}
	answers[0] = flow;
	answers[1] = op->host->next_in(op, IN, &member);
	answers[2] = op->host->wait(op, &any, NULL);
	return 0;
}
OPERATOR(merge);

static int ten_run(struct tau_op *op)
{
	for (uint64_t i = 0; i < 10; i++)
		if (put(op, OUT, i) != TAU_OK)
			break;
	return 0;
}
OPERATOR(ten);

START_TEST(each_member_is_read_and_each_end_given_once)
{
	uint32_t at, members = (uint32_t)_i;

	pipeline_init(&p);
	at = add(&merge_operator, MANY_IN);
	for (uint32_t i = 0; i < members; i++)
		connect_ports(add(&ten_operator, PORT_OUT), OUT, at, IN);
	pipeline_start(&p);
	ck_assert_uint_eq(p.operators[at]->op.in_group[IN].count, members);
	ck_assert(pipeline_run(&p));
	for (uint32_t i = 0; i < members; i++) {
		ck_assert_uint_eq(got[i], 10);
		ck_assert_uint_eq(ends[i], 1);
	}
	for (int i = 0; i < 3; i++)
		ck_assert_int_eq(answers[i], TAU_END);
	pipeline_release(&p);
}
END_TEST

START_TEST(ready_members_take_turns)
{
	uint32_t at;

	pipeline_init(&p);
	for (uint32_t i = 0; i < 3; i++)
		add(&ten_operator, PORT_OUT);
	at = add(&merge_operator, MANY_IN);
	for (uint32_t i = 0; i < 3; i++)
		connect_ports(i, OUT, at, IN);
	pipeline_start(&p);
	ck_assert(pipeline_run(&p));
	for (uint32_t i = 3; i < 30; i++)
		ck_assert_uint_eq(order[i], order[i - 3]);
	ck_assert_uint_ne(order[0], order[1]);
	pipeline_release(&p);
}
END_TEST

static int none_run(struct tau_op *op)
{
	struct tau_in *member;
	struct tau_out *out;

	answers[0] = tau_read(op, IN) == NULL && tau_ended(op, IN);
	answers[1] = op->host->next_in(op, IN, &member);
	answers[2] = op->host->next_out(op, OUT, &out);
	answers[3] = op->host->next_in(op, 7, &member);
	answers[4] = op->host->next_in(op, 1, &member); /* a plain port */
	answers[5] = op->host->next_out(op, 9, &out);
	return 0;
}
OPERATOR(none);

START_TEST(a_port_without_members_has_ended)
{
	pipeline_init(&p);
	add(&none_operator, "\"in\":[{\"name\":\"in\",\"variadic\":true},"
			    "{\"name\":\"plain\"}]," MANY_OUT);
	pipeline_start(&p);
	ck_assert(pipeline_run(&p));
	ck_assert_int_eq(answers[0], 1);
	ck_assert_int_eq(answers[1], TAU_END);
	ck_assert_int_eq(answers[2], TAU_END);
	for (int i = 3; i < 6; i++)
		ck_assert_int_eq(answers[i], -EINVAL);
	pipeline_release(&p);
}
END_TEST

/* Deals records out to whoever has room; one reader leaves after three. */
static int deal_run(struct tau_op *op)
{
	const struct tau_want any = {.any = TAU_OUT(OUT)};
	struct tau_out *member;
	uint64_t left = 100;
	int flow;

	while (left > 0) {
		flow = op->host->next_out(op, OUT, &member);
		if (flow == TAU_WAIT) {
			op->host->wait(op, &any, NULL);
			continue;
		}
		if (flow != TAU_OK)
			break;
		if (member->state == TAU_END) {
			ends[member->member]++;
			continue;
		}
		if (tau_write_at(op, member, &left, sizeof left, TAU_BYTES) ==
			TAU_OK)
			left--;
	}
	answers[0] = (int)left;
	return 0;
}
OPERATOR(deal);

static int sink_run(struct tau_op *op)
{
	while (tau_read(op, IN)) {
		tau_consume(op, IN);
		got[0]++;
	}
	return 0;
}
OPERATOR(sink);

static int three_run(struct tau_op *op)
{
	for (int i = 0; i < 3; i++)
		if (tau_read(op, IN))
			tau_consume(op, IN);
	return 0;
}
OPERATOR(three);

START_TEST(writers_deal_to_ready_members_and_learn_once_who_left)
{
	static const struct stream_settings two = {512, 2, 512, STREAM_BLOCK};
	uint32_t at;

	pipeline_init(&p);
	at = add(&deal_operator, MANY_OUT);
	pipeline_connect(&p, at, OUT, add(&three_operator, PORT_IN), IN, &two);
	pipeline_connect(&p, at, OUT, add(&sink_operator, PORT_IN), IN, &two);
	pipeline_connect(&p, at, OUT, add(&sink_operator, PORT_IN), IN, &two);
	pipeline_start(&p);
	ck_assert(pipeline_run(&p));
	ck_assert_int_eq(answers[0], 0);
	ck_assert_uint_eq(ends[0], 1);
	ck_assert_uint_eq(ends[1] + ends[2], 0);
	ck_assert_uint_ge(got[0], 90);
	pipeline_release(&p);
}
END_TEST

/* --- back streams: ports NAME.back behind the declared ones --- */

enum { ASK_OUT = 0, ASK_BACK = 0, REPLY_IN = 0, REPLY_BACK = 0 };

static int ask_run(struct tau_op *op)
{
	for (uint64_t i = 0; i < 20; i++) {
		const struct tau_record *record;

		if (put(op, ASK_OUT, i) != TAU_OK)
			return tau_fail(op, -EPIPE, "nobody asks");
		record = tau_read(op, ASK_BACK);
		if (!record || number_of(record) != i * i)
			return tau_fail(op, -EBADMSG, "a wrong answer");
		tau_consume(op, ASK_BACK);
	}
	return 0;
}
OPERATOR(ask);

static int reply_run(struct tau_op *op)
{
	const struct tau_record *record;

	while ((record = tau_read(op, REPLY_IN))) {
		uint64_t number = number_of(record);

		tau_consume(op, REPLY_IN);
		if (put(op, REPLY_BACK, number * number) != TAU_OK)
			break;
	}
	answers[0] = tau_ended(op, REPLY_IN);
	return 0;
}
OPERATOR(reply);

START_TEST(an_edge_carries_answers_back)
{
	uint32_t a, b;

	pipeline_init(&p);
	a = add(&ask_operator,
		"\"out\":[{\"name\":\"out\",\"back\":\"required\"}]");
	b = add(&reply_operator,
		"\"in\":[{\"name\":\"in\",\"back\":\"required\"}]");
	connect_ports(a, ASK_OUT, b, REPLY_IN);
	connect_ports(b, REPLY_BACK, a, ASK_BACK);
	pipeline_start(&p);
	ck_assert_uint_eq(p.operators[a]->op.in_count, 1);
	ck_assert_uint_eq(p.operators[b]->op.out_count, 1);
	ck_assert(instance_is_source(p.operators[a]));
	ck_assert(pipeline_run(&p));
	ck_assert_uint_eq(p.failed, 0);
	ck_assert_int_eq(answers[0], 1);
	pipeline_release(&p);
}
END_TEST

static Suite *services_group_suite(void)
{
	Suite *suite = suite_create("services_group");
	TCase *tests = test_case(suite, "members");

	tcase_add_loop_test(
		tests, each_member_is_read_and_each_end_given_once, 0, 9);
	tcase_add_test(tests, ready_members_take_turns);
	tcase_add_test(tests, a_port_without_members_has_ended);
	tcase_add_test(
		tests, writers_deal_to_ready_members_and_learn_once_who_left);
	tests = test_case(suite, "back");
	tcase_add_test(tests, an_edge_carries_answers_back);
	return suite;
}

TEST_MAIN(services_group_suite)
