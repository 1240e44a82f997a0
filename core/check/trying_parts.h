/*
 * trying_parts: what the files of the room trying share: trying.c the steps,
 * trying_node.c the node and time, trying_ports.c its ports, trying_differ.c
 * records that are held against others, trying_left.c those of no step.
 */
#ifndef TAU_CORE_CHECK_TRYING_PARTS_H
#define TAU_CORE_CHECK_TRYING_PARTS_H

#include "core/base/log.h"
#include "core/check/fake_time.h"
#include "core/check/trying.h"
#include "core/host/node.h"

struct try_port {
	struct stream_tap tap; /* first */
	struct trying *trying;
	const struct trial_port *port;
	struct tau_in in;
	struct tau_out out;
	/* What came, or is to be sent; before `next` it was taken. */
	struct trial_record *records;
	uint32_t count, next;
	uint32_t at;  /* of the last step that named it */
	int refused;  /* -errno of a record that no room will ever do for */
	bool ends;    /* behind what is to be sent */
	bool ended;   /* its end has come, or was sent */
	bool stalled; /* nobody reads it now */
};

struct try_failure {
	const char *name, *text; /* in the arena */
	bool expected;
};

/* What the test took of a stream that is none of its ports. */
struct try_left {
	uint32_t count;
	const char *first; /* as it is shown; in the arena */
};

struct trying {
	struct node_listener listener; /* first */
	struct trial *trial;
	const struct trial_case *one;
	const struct trying_settings *settings;
	struct fake_time time;
	struct log log;
	struct arena arena;
	struct node *node;
	enum node_state state;
	struct try_port *ports; /* as the trial's */
	struct try_left *left;  /* by stream of the node's plan */
	struct try_failure *failures;
	uint32_t failure_count;
	uint32_t renewals;   /* in this step, while records moved */
	bool stillborn;      /* an operator has not begun, as expected */
	int64_t deadline_ns; /* of the real clock */
	struct text *why;
};

/* Says that the case has failed, at a place of the file. False. */
bool trying_fail(struct trying *trying, uint32_t at, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Whether the case is there to see this operator not begin: its first step says
 * that it fails. Then it has passed, or what differs was said. */
bool trying_expects(struct trying *trying, const char *name, const char *text);

/* A node at its beginning. */
bool trying_begin(struct trying *trying);

/* Turns it until nobody is ready; then, while `is_there` says no and an fd may
 * bring something, waits for that. False: the deadline has passed, and that was
 * said. */
bool trying_settle(struct trying *trying, uint32_t at,
	bool (*is_there)(struct trying *trying, const struct trial_step *step),
	const struct trial_step *step);

/* Lets time pass, timer by timer. */
bool trying_advance(struct trying *trying, uint32_t at, int64_t duration_ns);

/* Stops, saves, makes anew, restores, goes on; operator `owner` of the node's
 * plan, or TRIAL_NONE: all. */
bool trying_renew(struct trying *trying, uint32_t at, uint32_t owner);

/* Whether records are sent one by one, so that what is renewed is so between
 * them. */
bool trying_is_slow(const struct trying *trying);

/* Sends what there is room for and takes what has come; whether anything
 * moved. */
bool trying_move(struct trying *trying);

/* A new node, or the last of one: taps follow. */
void trying_watch(struct trying *trying);
void trying_unwatch(struct trying *trying);

/* Whether `count` records are those that were expected; else says how they
 * differ. */
bool trying_compare(struct trying *trying, const struct trial_step *step,
	const struct trial_record *seen, uint32_t count);

/* Tells of records that were refused, and that no step has read: they may be
 * those that the step, which has failed, expects. */
void trying_tell_left(struct trying *trying, const struct trial_step *step);

/* "+ value {…}" for each. */
void trying_list(struct text *why, char sign,
	const struct trial_record *records, uint32_t count);

#endif
