/* link_model: two links and what they must do. See the header. */
#include "tests/link_model.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/record/descriptor.h"
#include "core/wire/frame.h"

struct model_node model_nodes[2];
struct model_flow model_flows[STREAMS_MAX];
uint32_t model_flow_count;
uint64_t model_seed;
bool model_packets;
static uint32_t piece_bytes; /* the largest that a part may be */

uint64_t model_random(uint64_t limit)
{
	model_seed ^= model_seed << 13;
	model_seed ^= model_seed >> 7;
	model_seed ^= model_seed << 17;
	return (model_seed * 0x2545f4914f6cdd1du >> 16) % limit;
}

/* --- the records --- */

static uint64_t mix(uint64_t flow, uint64_t i)
{
	uint64_t x = (flow * 1000003 + i + 1) * 0x9e3779b97f4a7c15u;

	x ^= x >> 31;
	return x * 0xbf58476d1ce4e5b9u >> 8;
}

static uint16_t type_of(uint32_t at, uint64_t i)
{
	static const uint16_t types[] = {TAU_BYTES, TAU_UTF8, TAU_CYCLE};

	if (model_flows[at].fds && mix(at, i) % 5 == 0)
		return TAU_FD;
	return types[mix(at, i) % 3];
}

static uint32_t bytes_of(uint32_t at, uint64_t i)
{
	uint64_t random = mix(at + 77, i);
	uint32_t most = model_flows[at].narrow;

	if (type_of(at, i) == TAU_FD)
		return 0;
	if (model_flows[at].settings.policy != STREAM_BLOCK)
		return 8 + (uint32_t)(random >> 8) % 300; /* i itself */
	if (random % 8 == 0)
		return most;
	if (random % 8 == 1 && most >= piece_bytes)
		return piece_bytes *
		       (1 + (uint32_t)(random >> 8) % (most / piece_bytes));
	return (uint32_t)(random >> 8) % (random % 3 ? 100 : most + 1);
}

/* No byte where another may stand. */
static uint8_t byte_of(uint32_t at, uint64_t i, uint32_t b)
{
	return (uint8_t)(mix(at, i) + b * 31 + b / 251);
}

static void fill(uint32_t at, uint64_t i, uint8_t *body)
{
	uint32_t bytes = bytes_of(at, i);

	for (uint32_t b = 0; b < bytes; b++)
		body[b] = byte_of(at, i, b);
	if (model_flows[at].settings.policy != STREAM_BLOCK)
		memcpy(body, &i, sizeof i);
}

static void check_fd(const struct tau_record *record, uint64_t i)
{
	const struct descriptor *cell = descriptor_of(record);
	struct stat status;

	ck_assert_ptr_nonnull(cell);
	ck_assert_int_eq(fstat(cell->fd, &status), 0);
	ck_assert_uint_eq((uint64_t)status.st_size, i);
}

static void check_record(uint32_t at, const struct tau_record *record)
{
	struct model_flow *flow = &model_flows[at];
	const uint8_t *body = record->body;
	uint64_t i = flow->read;

	if (flow->settings.policy != STREAM_BLOCK && record->bytes >= 8)
		memcpy(&i, body, sizeof i);
	ck_assert_uint_ge(i, flow->read);
	ck_assert_uint_lt(i, flow->written);
	ck_assert_uint_eq(record->bytes, bytes_of(at, i));
	ck_assert_uint_eq(record->type, type_of(at, i));
	if (record->type == TAU_FD)
		check_fd(record, i);
	else if (flow->settings.policy == STREAM_BLOCK)
		for (uint32_t b = 0; b < record->bytes; b++)
			if (body[b] != byte_of(at, i, b))
				ck_abort_msg("byte %u differs", b);
	flow->read = i + 1;
	flow->had++;
}

/* --- the two nodes --- */

static void closed(
	struct link_listener *listener, struct link *link, const char *why)
{
	struct model_node *node = (struct model_node *)listener;

	(void)link;
	node->closed++;
	if (why)
		snprintf(node->why, sizeof node->why, "%s", why);
}

static void lost(struct link_listener *listener, struct link *link,
	uint32_t number, uint64_t records)
{
	(void)listener;
	(void)link;
	model_flows[number].lost = records;
}

static void choose_flow(struct model_flow *flow)
{
	static const uint32_t atomics[] = {512, 1000, 4096, 20000, 70000};
	uint32_t atomic = atomics[model_random(5)];

	*flow = (struct model_flow){.writer = (uint32_t)model_random(2),
		.fds = model_packets && model_random(5) == 0,
		.narrow = atomic};
	flow->settings = (struct stream_settings){
		atomic * (uint32_t)(1 + model_random(4)) +
			(uint32_t)model_random(9),
		1 + (uint32_t)model_random(64), atomic, STREAM_BLOCK};
	if (!flow->fds && model_random(6) == 0)
		flow->settings.policy = model_random(2) ? STREAM_DROP_OLDEST
							: STREAM_DROP_NEWEST;
	else if (model_random(4) == 0 && atomic > 512)
		flow->narrow = 512 + (uint32_t)model_random(atomic - 512);
}

static void begin_node(
	struct model_node *node, uint32_t which, int fd, uint32_t packet_bytes)
{
	struct fabric *fabric = &node->pipeline.fabric;
	struct link_settings settings = {.name = "one",
		.peer = "the other",
		.packets = model_packets,
		.packet_bytes = packet_bytes};

	for (uint32_t i = 0; i < model_flow_count; i++)
		settings.fds |= model_flows[i].fds;
	fake_os_init(&node->fake);
	node->listener.closed = closed;
	node->listener.lost = lost;
	node->pipeline.os = &node->fake.os;
	pipeline_init(&node->pipeline);
	node->link =
		pipeline_link(&node->pipeline, &settings, fd, &node->listener);
	for (uint32_t i = 0; i < model_flow_count; i++) {
		struct stream_settings mine = model_flows[i].settings;
		bool writes = model_flows[i].writer == which;

		if (!writes)
			mine.atomic_bytes = model_flows[i].narrow;
		stream_init(&node->streams[i], &fabric->streams, &mine, "s");
		node->streams[i].fds = model_flows[i].fds;
		ck_assert_int_eq((writes ? link_send : link_receive)(node->link,
					 i, &node->streams[i], "port"),
			0);
	}
}

void model_begin(void)
{
	static const uint32_t sizes[] = {
		4096, 5000, 65536, LINK_PACKET_BYTES_DEFAULT};
	const uint32_t bytes[2] = {
		sizes[model_random(4)], sizes[model_random(4)]};
	int fds[2];

	piece_bytes = bytes[0] < bytes[1] ? bytes[0] : bytes[1];
	piece_bytes = (piece_bytes - FRAME_HEAD_BYTES - FRAME_PART_BYTES) & ~7u;
	model_packets = model_random(2);
	model_flow_count = 1 + (uint32_t)model_random(STREAMS_MAX);
	memset(model_nodes, 0, sizeof model_nodes);
	for (uint32_t i = 0; i < model_flow_count; i++)
		choose_flow(&model_flows[i]);
	ck_assert_int_eq(
		socketpair(AF_UNIX,
			(model_packets ? SOCK_SEQPACKET : SOCK_STREAM) |
				SOCK_NONBLOCK | SOCK_CLOEXEC,
			0, fds),
		0);
	for (uint32_t i = 0; i < 2; i++)
		begin_node(&model_nodes[i], i, fds[i], bytes[i]);
}

struct stream *model_writer(uint32_t at)
{
	return &model_nodes[model_flows[at].writer].streams[at];
}

struct stream *model_reader(uint32_t at)
{
	return &model_nodes[!model_flows[at].writer].streams[at];
}

void model_end(void)
{
	for (uint32_t i = 0; i < 2; i++)
		link_destroy(&model_nodes[i].link);
	for (uint32_t i = 0; i < model_flow_count; i++) {
		stream_end(model_writer(i), &model_flows[i].out, STREAM_CLOSED);
		stream_unread(model_reader(i), &model_flows[i].in);
		stream_release(model_writer(i));
		stream_release(model_reader(i));
	}
	for (uint32_t i = 0; i < 2; i++)
		pipeline_release(&model_nodes[i].pipeline);
}

void model_turn(uint32_t which)
{
	struct fabric *fabric = &model_nodes[which].pipeline.fabric;

	(void)reactor_poll(fabric->reactor, 0);
	(void)scheduler_round(&fabric->scheduler);
}

static struct tau_record make_record(uint32_t at, uint64_t i, uint8_t *body)
{
	struct tau_record record = {body, bytes_of(at, i), type_of(at, i), 0};
	int fd;

	if (record.type != TAU_FD) {
		fill(at, i, body);
		return record;
	}
	fd = memfd_create("record", MFD_CLOEXEC);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(ftruncate(fd, (off_t)i), 0);
	record.body = descriptor_create(
		model_nodes[model_flows[at].writer].pipeline.fabric.os, fd);
	return record;
}

void model_write(uint32_t at, uint64_t most)
{
	struct model_flow *flow = &model_flows[at];
	struct stream *stream = model_writer(at);

	for (; most > 0 && !flow->ended; most--) {
		uint64_t i = flow->written;
		struct tau_record record;

		if (stream_room(stream, &flow->out, bytes_of(at, i), false) !=
			TAU_OK)
			break;
		record = make_record(at, i, flow->out.body);
		*flow->out.next++ = record;
		flow->out.body += record.bytes;
		flow->out.credit -= record.bytes;
		ck_assert_int_eq(stream_close(stream, &flow->out), 0);
		if (record.type == TAU_FD)
			descriptor_drop(
				(struct descriptor *)(uintptr_t)record.body);
		flow->written++;
	}
}

void model_read(uint32_t at, uint64_t most)
{
	struct model_flow *flow = &model_flows[at];
	struct stream *stream = model_reader(at);
	int state = TAU_OK;

	if (flow->left)
		return;
	while (most > 0 && (state = stream_read(stream, &flow->in)) == TAU_OK)
		for (; flow->in.next < flow->in.limit && most > 0; most--) {
			check_record(at, flow->in.next);
			flow->in.next++;
		}
	stream_unread(stream, &flow->in);
	flow->seen |= state == TAU_END;
}
