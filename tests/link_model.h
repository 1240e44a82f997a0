/*
 * link_model: two links in one process and what they must do: streams both
 * ways, whose record i has a size, a type and bytes that follow from i and the
 * stream alone, so that a reader knows what must come next.
 */
#ifndef TESTS_LINK_MODEL_H
#define TESTS_LINK_MODEL_H

#include "core/stream/stream_private.h"
#include "core/wire/link.h"
#include "tests/fake_os.h"
#include "tests/pipeline.h"

#define STREAMS_MAX 6u

struct model_node {
	struct link_listener listener; /* first */
	struct fake_os fake;
	struct pipeline pipeline;
	struct link *link;
	struct stream streams[STREAMS_MAX];
	uint32_t closed;
	char why[256];
};

/* One stream of the model. */
struct model_flow {
	struct stream_settings settings;
	uint32_t writer; /* the node that writes it */
	bool fds;
	uint32_t narrow; /* the largest record that both ends take */
	struct tau_out out;
	struct tau_in in;
	uint64_t written, read; /* the number of the next */
	uint64_t had;           /* records that the reader had */
	bool ended, left, seen;
	enum stream_reason reason;
	bool staged;   /* when the link broke, its end had not been told, */
	uint64_t lost; /* and so many were told as lost */
};

extern struct model_node model_nodes[2];
extern struct model_flow model_flows[STREAMS_MAX];
extern uint32_t model_flow_count;
extern uint64_t model_seed; /* not 0; decides all */
extern bool model_packets;

uint64_t model_random(uint64_t limit);

/* Streams and links as the seed says. */
void model_begin(void);
void model_end(void);

/* Both ends of a stream. */
struct stream *model_writer(uint32_t at);
struct stream *model_reader(uint32_t at);

/* Lets a node look outside and run all that is ready, once. */
void model_turn(uint32_t which);

/* Writes or reads at most so many records, and judges what is read. */
void model_write(uint32_t at, uint64_t most);
void model_read(uint32_t at, uint64_t most);

#endif
