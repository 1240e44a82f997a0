/* world: nodes in this process. See the header. */
#include "tests/world.h"

#include <check.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "core/host/fifo_private.h"

int __wrap_library_load(struct library **library, struct os *os,
	const char *store, const char *path, const char *sha256,
	struct error *error);
void __wrap_library_destroy(struct library **library);

static void connect_sides(struct world *world);
static void fill_operators(struct world *world, struct side *side, uint32_t at);
static void fill_streams(struct world *world, struct side *side, uint32_t at);
static uint32_t add_link(struct world *world, struct side *side, uint32_t at);
static int fifo_end(struct world *world, uint32_t at, uint32_t link,
	uint32_t number, bool writes);
static int no_shutdown(struct os *os, int fd, int how);

int __wrap_library_load(struct library **library, struct os *os,
	const char *store, const char *path, const char *sha256,
	struct error *error)
{
	(void)os;
	(void)store;
	(void)sha256;
	(void)error;
	*library = world_library(path);
	return 0;
}

void __wrap_library_destroy(struct library **library)
{
	*library = NULL;
}

void world_begin(
	struct world *world, const struct world_shape *shape, uint64_t seed)
{
	struct error error = ERROR_NONE;

	memset(ledgers, 0, sizeof ledgers);
	*world = (struct world){
		.shape = shape, .seed = seed, .library = "first"};
	world->side_count = 1;
	for (uint32_t i = 0; shape->operators[i].name; i++)
		if (shape->operators[i].side == 1)
			world->side_count = 2;
	ck_assert_msg(world->side_count == 1 || !shape->clock,
		"%s: a side that waits keeps the other from its turn",
		shape->name);
	connect_sides(world);
	for (uint32_t i = 0; i < world->side_count; i++) {
		world->sides[i] = world_side(world, i);
		ck_assert_msg(node_start(world->sides[i]->node, &error) == 0,
			"%s", error.text);
	}
}

/* Now one side is the faster, now the other, so that connections fill up. */
static bool is_slow(const struct world *world, uint32_t at)
{
	return world->side_count > 1 && world->turns % 4 > 0 &&
	       world->turns / 64 % 2 != at;
}

bool world_turn(struct world *world)
{
	bool any = false;

	ck_assert_msg(world->turns++ < 2000000, "%s does not come to its end",
		world->shape->name);
	for (uint32_t i = 0; i < world->side_count; i++) {
		struct side *side = world->sides[i];

		if (!is_slow(world, i))
			side->state = node_turn(
				side->node, world->shape->clock ? -1 : 0);
		ck_assert_msg(side->state != NODE_DEADLOCKED,
			"%s: side %u is stuck", world->shape->name, i);
		any |= side->state == NODE_RUNNING;
	}
	return any;
}

void world_run(struct world *world)
{
	while (world_turn(world))
		;
}

void calm_run(struct calm *calm, const struct world_shape *shape)
{
	struct world world;

	world_begin(&world, shape, 0);
	world_run(&world);
	calm->shape = shape;
	calm->turns = world.turns;
	calm->sides = world.side_count;
	world_end(&world);
	memcpy(calm->ledgers, ledgers, sizeof ledgers);
	ck_assert_uint_gt(ledgers[0].records + ledgers[1].records, 0);
}

void calm_compare(const struct calm *calm, const char *how, ...)
{
	char text[256];
	va_list list;

	va_start(list, how);
	vsnprintf(text, sizeof text, how, list);
	va_end(list);
	for (int i = 0; i < WORLD_LEDGERS && !calm->shape->loses; i++) {
		ck_assert_msg(ledgers[i].records == calm->ledgers[i].records,
			"%s, %s: %lu records instead of %lu", calm->shape->name,
			text, ledgers[i].records, calm->ledgers[i].records);
		ck_assert_msg(ledgers[i].hash == calm->ledgers[i].hash,
			"%s, %s: other records", calm->shape->name, text);
	}
}

void world_freeze(struct world *world, uint32_t at)
{
	struct node *node = world->sides[at]->node;
	enum node_state state;

	node_freeze(node);
	while ((state = node_turn(node, 0)) != NODE_FROZEN &&
		state != NODE_ENDED)
		ck_assert_msg(world->turns++ < 2000000,
			"%s: side %u does not freeze", world->shape->name, at);
}

struct side *world_side(struct world *world, uint32_t at)
{
	struct side *side = calloc(1, sizeof *side);
	struct node_failure failure = {0};

	ck_assert_ptr_nonnull(side);
	fake_os_init(&side->fake);
	if (world->shape->clock)
		fake_os_set_clock(&side->fake,
			world->sides[at] ? world->sides[at]->fake.now_ns
					 : 1000000000);
	log_init(&side->log, &side->fake.os, 2, "world", LOG_ERROR);
	side->plan = (struct node_plan){.topology = "world",
		.node = at ? "right" : "left",
		.operators = side->operators,
		.streams = side->streams,
		.links = side->links,
		.stdin_operator = NODE_PLAN_NONE,
		.stdout_operator = NODE_PLAN_NONE,
		.remote = "",
		.folder = ""};
	fill_operators(world, side, at);
	fill_streams(world, side, at);
	ck_assert_int_eq(node_create(&side->node, &side->fake.os, &side->log,
				 world->seed, &failure.error),
		0);
	ck_assert_msg(
		node_build(side->node, &side->plan, "/", -1, -1, &failure) == 0,
		"%s", failure.error.text);
	return side;
}

void world_kill(struct side **side)
{
	(*side)->fake.os.shutdown = no_shutdown;
	node_destroy(&(*side)->node);
	free(*side);
	*side = NULL;
}

void world_end(struct world *world)
{
	for (uint32_t i = 0; i < world->side_count; i++)
		world_kill(&world->sides[i]);
	for (uint32_t i = 0; i < world->link_count; i++)
		for (int end = 0; end < 2; end++)
			if (world->held[i][end] >= 0)
				close(world->held[i][end]);
}

static void connect_sides(struct world *world)
{
	const struct world_shape *shape = world->shape;
	int type = shape->way == WORLD_PACKETS ? SOCK_SEQPACKET : SOCK_STREAM;
	uint32_t crossing = 0;

	for (uint32_t i = 0; shape->streams[i].capacity_bytes; i++)
		crossing += shape->operators[shape->streams[i].from].side !=
			    shape->operators[shape->streams[i].to].side;
	if (crossing == 0)
		return;
	world->link_count = shape->way == WORLD_FIFOS ? crossing : 1;
	ck_assert_uint_le(world->link_count, WORLD_LINKS);
	for (uint32_t i = 0; i < world->link_count; i++) {
		int *ends = world->held[i], little = 4096;

		if (shape->way == WORLD_FIFOS) {
			ck_assert_int_eq(
				pipe2(ends, O_CLOEXEC | O_NONBLOCK), 0);
			(void)fcntl(ends[1], F_SETPIPE_SZ, little);
			continue;
		}
		ck_assert_int_eq(
			socketpair(AF_UNIX, type | SOCK_CLOEXEC | SOCK_NONBLOCK,
				0, ends),
			0);
		for (int end = 0; end < 2; end++)
			ck_assert_int_eq(
				setsockopt(ends[end], SOL_SOCKET, SO_SNDBUF,
					&little, sizeof little),
				0);
	}
}

static void fill_operators(struct world *world, struct side *side, uint32_t at)
{
	const struct world_operator *from = world->shape->operators;

	for (uint32_t i = 0; from[i].name; i++) {
		if (from[i].side != at)
			continue;
		side->at[i] = side->plan.operator_count++;
		side->operators[side->at[i]] =
			(struct node_plan_operator){.name = from[i].name,
				.type = from[i].type,
				.plugin = "world",
				.name_in_plugin = from[i].type,
				.path = world->library};
	}
}

static void fill_streams(struct world *world, struct side *side, uint32_t at)
{
	static const char *const names[] = {"s0", "s1", "s2", "s3", "s4", "s5",
		"s6", "s7", "s8", "s9", "s10", "s11"};
	const struct world_shape *shape = world->shape;
	uint32_t crossing = 0;

	for (uint32_t i = 0; shape->streams[i].capacity_bytes; i++) {
		const struct world_stream *from = &shape->streams[i];
		uint32_t writer = shape->operators[from->from].side;
		uint32_t reader = shape->operators[from->to].side;
		struct node_plan_stream *to =
			&side->streams[side->plan.stream_count];
		uint32_t number = writer != reader ? crossing++ : 0;

		ck_assert_msg(from->capacity_bytes >= from->atomic_bytes,
			"%s: stream %u can never hold a whole record",
			shape->name, i);
		if (writer != at && reader != at)
			continue;
		side->plan.stream_count++;
		*to = (struct node_plan_stream){.name = names[i],
			.from = {side->at[from->from], from->from_port,
				from->from_member},
			.to = {side->at[from->to], from->to_port,
				from->to_member},
			.capacity_bytes = from->capacity_bytes,
			.records = from->records,
			.atomic_bytes = from->atomic_bytes,
			.full = from->full,
			.shred = from->shred,
			.fds = from->fds,
			.link = NODE_PLAN_NONE,
			.port = "port"};
		if (writer == reader)
			continue;
		to->number = number;
		(writer == at ? &to->to : &to->from)->owner = NODE_PLAN_NONE;
		to->link = add_link(world, side, at);
		if (shape->way == WORLD_FIFOS)
			side->links[to->link].fd = (uint32_t)fifo_end(
				world, at, to->link, number, writer == at);
	}
}

static uint32_t add_link(struct world *world, struct side *side, uint32_t at)
{
	const bool fifos = world->shape->way == WORLD_FIFOS;
	uint32_t index = side->plan.link_count;

	if (index > 0 && !fifos)
		return 0;
	side->links[index] =
		(struct node_plan_link){.peer = at ? "left" : "right",
			.fd = fifos ? 0
				    : (uint32_t)fcntl(world->held[0][at],
					      F_DUPFD_CLOEXEC, 0),
			.packets = world->shape->way == WORLD_PACKETS,
			.transport = fifos ? TRANSPORT_FIFO : TRANSPORT_LINK};
	return side->plan.link_count++;
}

/* Nobody but the nodes may hold a FIFO, else it would never end: the first
 * node takes what was made, another the same as the one before. */
static int fifo_end(struct world *world, uint32_t at, uint32_t link,
	uint32_t number, bool writes)
{
	const struct side *former = world->sides[at];
	int fd = world->held[number][writes];

	if (!former) {
		world->held[number][writes] = -1;
		return fd;
	}
	if (former->node->links[link].fifo->over)
		return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	return fcntl((int)former->links[link].fd, F_DUPFD_CLOEXEC, 0);
}

static int no_shutdown(struct os *os, int fd, int how)
{
	(void)os;
	(void)fd;
	(void)how;
	return 0;
}
