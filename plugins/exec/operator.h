/*
 * operator: what an exec operator is between two waits; operator.c how it goes
 * on, operator_save.c what it keeps.
 *
 *	        asked for           leash          all that it wrote is sent
 *	AWAITED ----------> RUNS --------> ENDED ------------> COUNTED
 *	   ^                                                 control |
 *	   +--------------- restart, behind a pause -----------------+--- done
 */
#ifndef TAU_PLUGINS_EXEC_OPERATOR_H
#define TAU_PLUGINS_EXEC_OPERATOR_H

#include "child.h"
#include "feed.h"
#include "take.h"

enum { IN = 0 };
enum { OUT = 0, CONTROL = 1, BAD = 2 };
enum {
	COMMAND,
	INPUT,
	OUTPUT,
	MAX,
	RESTART,
	TRIES,
	PAUSE,
	CODES,
	SETTINGS,
	FOLDER
};

enum { SHOWN_BYTES = 80 }; /* of a program's name */

#define SECOND_NS INT64_C(1000000000)
#define LIVED_NS (30 * SECOND_NS)  /* then tries are counted anew */
#define LONGEST_NS (5 * SECOND_NS) /* pause, unless a longer one is asked for */
#define HINT_NS SECOND_NS          /* until it is said that it lives on */

enum exec_restart { RESTART_NEVER, RESTART_ON_FAILURE, RESTART_ALWAYS };

enum exec_phase {
	PHASE_AWAITED, /* to be started at `again_ns` */
	PHASE_RUNS,
	PHASE_ENDED,
	PHASE_COUNTED, /* what is lost is known; control is to be told */
	PHASES,
};

struct exec {
	const struct tau_os *os;
	const struct tau_spawn *spawn;
	struct words words;
	struct child child;
	struct feed feed;
	struct take take;
	enum exec_phase phase;
	int64_t run;        /* which child this is, from 1 */
	int64_t tries;      /* started again in a row */
	int64_t pause_ns;   /* before the last of those */
	int64_t again_ns;   /* when the next is started */
	int64_t started_ns; /* this child */
	struct tau_child_end end;
	char why[512];   /* it never ran, or broke the rules */
	int64_t lost;    /* records that it did not read */
	uint64_t unread; /* bytes, when `run` was stopped */
	int64_t hint_ns; /* when to say that it closed something and lives */
	bool again;      /* as control is told */
	bool fed;        /* a record ever came */
	bool unwanted;   /* nobody reads what it writes: it was told to end */
	bool full;       /* out has no room */
	bool out_closed; /* it writes no more */
	bool works;      /* `run` was begun, and nothing was saved since */
};

/* Turns of what runs: TAU_OK, TAU_STOPPED, or -errno with a sentence. Suspend
 * for room in `bad` alone. [run] */
int exec_feed(struct tau_op *op, struct exec *self);
int exec_take(struct tau_op *op, struct exec *self);
int exec_hear(struct tau_op *op, struct exec *self);

/* What sending a record came to: when nobody reads (TAU_END), or a frame of so
 * many bytes is against the rules (-EPROTO), the program is ended. TAU_OK,
 * TAU_WAIT, TAU_STOPPED or -errno. */
int exec_settle(struct tau_op *op, struct exec *self, int flow, uint64_t frame);

/* Behind its end: sends what is left and counts what is lost; tells control,
 * and goes on with another one, or TAU_END. */
int exec_finish(struct tau_op *op, struct exec *self);
int exec_conclude(struct tau_op *op, struct exec *self);

/* For struct tau_operator. */
int exec_save(struct tau_op *op, struct tau_out *state, uint32_t version);
int exec_restore(struct tau_op *op, struct tau_in *state, uint32_t version);

#endif
