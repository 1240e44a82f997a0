/*
 * stage: a host for one operator, in one function call. It feeds records in,
 * keeps what comes out, and can tell the operator to stop, or to close, at any
 * one of its waits; then it lets it go on, in the same instance or in a new one
 * that was given its saved state.
 *
 * It is strict where a real host is merely fast: windows hold one record,
 * reservations have exactly the size that was asked for and end before a page
 * that nobody may touch, and a body is a fault as soon as it was consumed.
 * Suspending calls never really suspend: inputs are all there from the start,
 * and time passes only when nothing else can happen.
 *
 * What breaks a rule is told to `found`, which does not return.
 */
#ifndef TAU_CORE_CHECK_STAGE_H
#define TAU_CORE_CHECK_STAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include <tau/operator.h>
#include <tau/os.h>
#include <tau/spawn.h>

#include "core/base/bounds.h"
#include "core/base/os.h"
#include "core/check/cell.h"
#include "core/fiber/stack.h"
#include "core/host/plugin_os.h"
#include "core/catalogue/description.h"

#define STAGE_NEVER SIZE_MAX
#define STAGE_MEMBERS 2u  /* of each variadic port */
#define STAGE_SLOTS 8u    /* as the ABI has */
#define STAGE_CHILDREN 4u /* at once */
#define STAGE_PATH_BYTES 512u
#define STAGE_WATCHES 16u /* fds at once */
#define STAGE_VISITS 2u   /* connections to who listens */
/* What errno is behind a call that may suspend: none of the system's. */
#define STAGE_ERRNO 9999
#define STAGE_ERRNO_MAX 4095
/* Where the clock begins: later than what somebody may wait for. */
#define STAGE_BEGIN_NS (INT64_C(3600) * 1000000000)

/* A record that goes in, and what came out. */
struct stage_record {
	const uint8_t *body;
	uint32_t bytes;
	uint16_t type;
	int fd; /* of a TAU_FD */
};

struct stage_in {
	struct tau_in head; /* first: the operator holds this */
	struct tau_record window;
	struct cell *cell; /* of the window's record */
	const struct stage_record *feed;
	size_t count, at;
	bool told_end, off;
};

struct stage_out {
	struct tau_out head; /* first */
	struct tau_record slots[2];
	struct cell *cell;                   /* of the reservation */
	const struct port_description *port; /* NULL: of a state */
	struct stage_record *records;        /* what came out; owned */
	size_t count, room;
	uint64_t wanted_bytes; /* that it asked to have room for */
	uint32_t given; /* in which turn, to who asked for the next one */
	bool ended, off;
};

struct stage_timer {
	int64_t next_ns, period_ns;
};

struct stage_watch {
	uint32_t slot, events;
	uint32_t stays; /* of the events: ready, and not drained since */
	int fd;         /* -1: none */
	uint64_t key;
	uint32_t ready; /* bits that a wait has found, until drained */
};

/* A stand-in for a child: the far end of its leash, and a copy of what its
 * output is read from; -1: it has ended. */
struct stage_child {
	int leash_fd, read_fd;
};

struct stage;
/* Never returns. */
typedef void stage_found(
	struct stage *stage, const char *code, const char *text);

struct stage {
	struct tau_op op;      /* first: the operator holds this */
	struct tau_host host;  /* the table that it sees */
	uintptr_t thread;      /* that may call */
	pid_t pid;             /* a copy of the process leaves */
	struct plugin_os sees; /* tau.os/1, over … */
	struct os faulty;      /* … this one, which can fail, over … */
	struct os *os;         /* … the real one */
	const struct tau_operator *type;
	const struct operator_description *description;
	stage_found *found;
	void *context; /* of who hears of it */
	struct cells *cells;
	struct stack_arena *stacks; /* where run stands; NULL: where we do */
	int returned;               /* by run, there */
	const struct tau_param *params;
	const char *folder; /* that it may write in, absolute */

	struct stage_in *ins;
	struct stage_out *outs;
	uint32_t in_total, out_total;
	struct tau_in **in_heads, **in_ports;
	struct tau_out **out_heads, **out_ports;
	struct tau_group *in_groups, *out_groups;
	uint32_t *next_member; /* per port, in ports first */
	struct stage_in state_in;
	struct stage_out state_out;

	struct stage_timer timers[STAGE_SLOTS];
	struct stage_watch watches[STAGE_WATCHES];
	uint32_t next_watch;
	struct stage_child children[STAGE_CHILDREN];
	uint32_t child_count;
	int64_t now_ns;
	struct sockaddr_storage listens; /* where; ss_family 0: nowhere */
	int visitors[STAGE_VISITS];
	uint32_t visits;
	struct tau_stdio stdio;
	uint64_t metrics[4];

	/* What is to happen. */
	size_t stop_at, close_at, fail_at, gone_after;
	size_t stop_each;  /* the wait of each run, from 1; 0: none */
	int64_t record_ns; /* that pass with each record it consumes */
	uint32_t atomic;
	uint32_t version; /* in which it saves and restores */
	bool bits_stay;   /* of fds, until drained, as in a real host */
	bool stalls;      /* out ports are full every other time */

	/* What has happened. */
	size_t waits, run_waits, calls, failable, records_out;
	uint32_t stale; /* waits in a row that only such a bit has ended */
	uint32_t past;  /* … that only a deadline of the past has ended */
	uint32_t told_calls, stall, idle, turn, spins;
	uint32_t
		fresh; /* in ports at which a peek may find a record, as bits */
	uint32_t served; /* in port of the last wait that gave one */
	uint32_t over,
		again;     /* records out, and reads, of what is not consumed */
	bool stuck, moved; /* again and again; it consumed what it wrote of */
	bool running, stopping, closing, lonely, failed_one;
	bool os_given, os_denied;
	bool wanted_extension; /* that this host has not */
	bool complained; /* it called tau_fail, and not because all ends */
	char extension[48];
	char opened_path[STAGE_PATH_BYTES]; /* the last, to read, O_NONBLOCK */
	int broken;        /* failed whatever run returns; -errno */
	char failure[512]; /* the sentence it failed with, or "" */
};

/* Ports by the description; everything else zeroed. Gives -ENOMEM. */
int stage_init(struct stage *stage, struct os *os, struct cells *cells,
	const struct tau_operator *type,
	const struct operator_description *description);
void stage_release(struct stage *stage);

/* The life of an instance, step by step. Each returns what the operator did. */
int stage_create(struct stage *stage);
int stage_run(struct stage *stage); /* `stopping`: it was told, and 0: frozen */
void stage_destroy(struct stage *stage);
int stage_save(struct stage *stage);
/* Of the first `count` records of `from`. */
int stage_restore(struct stage *stage, const struct stage_record *from,
	size_t count, bool *left);

/* The table's calls, and those of tau.os/1. */
void stage_host_init(struct stage *stage);
void stage_os_init(struct stage *stage);

/* Those of tau.spawn/1, and what they lead to: between waits, and at the end.
 */
extern const struct tau_spawn stage_spawn_table;
void stage_init_children(struct stage *stage);
void stage_attend_children(struct stage *stage);
void stage_release_children(struct stage *stage);

/* Takes what was written since the last call. */
void stage_harvest(struct stage *stage);
void stage_harvest_one(struct stage *stage, struct stage_out *out);
/* Forgets what came out. */
void stage_out_clear(struct stage *stage, struct stage_out *out);
void stage_in_clear(struct stage *stage, struct stage_in *in);

/* Whether the next call that may fail is the one that is to. */
bool stage_strikes(struct stage *stage);
/* Ends the process when it is a copy, which the operator has made. */
void stage_leave_if_copy(struct stage *stage);
/* Counts a call of the host's, and ends what would go on for ever. */
void stage_enter(struct stage *stage);
/* Whether the operator is told to stop; it may be so from this call on when
 * `suspends`. */
bool stage_told(struct stage *stage, bool suspends);
/* Connects to who listens and waits, says something, and stays; false when
 * nobody listens, or there were enough. */
bool stage_visit(struct stage *stage);
/* The visitors go. */
void stage_leave(struct stage *stage);

/* Whether nobody is left to work for. */
bool stage_is_gone(const struct stage *stage);
/* Whether a read would answer at once. */
bool stage_has_some(const struct stage_in *in);

/* Takes back what was consumed of a window. */
void stage_retire(struct stage *stage, struct stage_in *in);

/* What is to be known of who reads a record again and again: a write closes the
 * windows; whether a read opens one again; something is consumed, or new; a
 * finding about one that comes to no end, of which this may be the cause. */
void stage_again_hide(struct stage *stage);
bool stage_again_read(struct stage *stage, struct stage_in *in);
void stage_again_move(struct stage *stage, bool consumed);
void stage_again_found(struct stage *stage, const char *code, const char *text);
#define STAGE_AGAIN                                                            \
	"it read the same record again and again and wrote each time, but "    \
	"never consumed it"

/* … of all windows, but what was sent on by reference and not harvested yet: what
 * was consumed is a fault from now on. */
void stage_take_back(struct stage *stage);

/* Of the table: members of variadic ports; waits, timers and fds. */
int stage_next_in(struct tau_op *op, uint32_t port, struct tau_in **to);
int stage_next_out(struct tau_op *op, uint32_t port, struct tau_out **to);
int stage_set_timer(
	struct tau_op *op, uint32_t slot, int64_t first_ns, int64_t period_ns);
int stage_set_watch(struct tau_op *op, uint32_t slot, int fd, uint32_t events,
	uint64_t key);
int stage_next_event(struct tau_op *op, uint32_t slot, struct tau_event *event);
int stage_drained(struct tau_op *op, uint32_t slot, int fd, uint32_t events);
/* As a call of the host's; TAU_STOPPED with bits, TAU_END or TAU_OK. */
int stage_wait(
	struct stage *stage, const struct tau_want *want, uint64_t *ready);

#endif
