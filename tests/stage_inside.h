/* stage_inside: what the two halves of a stage share; see stage.h. */
#ifndef TESTS_STAGE_INSIDE_H
#define TESTS_STAGE_INSIDE_H

#include <poll.h>

#include <tau/os.h>

#include "tests/stage.h"

enum { OUTS = 2, SLOTS = 64, FDS = 8 };

struct stage_record {
	struct tau_record record;
	void *body; /* owned */
};

struct stage_in {
	struct tau_in head; /* first: the operator holds this */
	struct stage_record *feed;
	size_t count, at, room;
	struct tau_record *window;
	bool told_end;
	bool off;
};

struct stage_out {
	struct tau_out head;
	struct tau_record slots[SLOTS];
	uint8_t *body;
	char *text; /* what came out, as lines */
	size_t text_bytes, records;
	bool counts;            /* may be gone */
	struct stage_in *state; /* where records go instead, while saving */
};

struct stage {
	struct tau_op op;
	const struct tau_operator *type;
	struct stage_in in[STAGE_MEMBERS], state_in;
	struct stage_out out[OUTS], members[STAGE_MEMBERS], state_out;
	struct tau_in *in_heads[STAGE_MEMBERS];
	struct tau_out *out_heads[OUTS], *member_heads[STAGE_MEMBERS];
	struct tau_group in_group, out_groups[OUTS];
	struct tau_param params[STAGE_PARAMS];
	uint8_t *values[STAGE_PARAMS];
	struct pollfd fds[FDS];
	int64_t timer_ns[FDS];
	size_t waits, stop, gone_after;
	uint32_t next_member, atomic;
	bool stopping, running, fresh;
	bool due; /* timers: since a record was consumed */
	struct tau_stdio stdio;
	char failure[512];
	uint64_t metric;
	uint64_t wanted_bytes;
};

/* The table that the operator sees. */
extern const struct tau_host stage_host;

/* A copy of a record, to be read from `in`. */
void stage_in_feed(struct stage_in *in, const struct tau_record *record);
/* Takes what was written since the last call. */
void stage_out_harvest(struct stage_out *out);

#endif
