/*
 * command: what a supervisor and a node say to each other.
 *
 * They speak over a SOCK_SEQPACKET socketpair that the supervisor makes, so a
 * packet arrives whole or not at all. Both ends are the same binary on the
 * same machine, yet nothing of a packet is believed before it was checked.
 *
 *   supervisor                                    node
 *       | PLAN (its part of the topology, JSON) ->  |  loads, creates
 *       | <- READY            or  <- FAILED, exit 1 |
 *       | RUN ->                                    |  operators run
 *       | ASK ->                        <- PROGRESS |  any number of times
 *       | <- FAILED (an operator; the rest runs on) |  any number of times
 *       | <- QUIET                                  |  it waits for others,
 *       |                                           |  any number of times
 *       | EXPLAIN ->                    <- DEADLOCK |  once; it stands still
 *       | <- DEADLOCK                               |  unasked: it has no links
 *       | <- STANDS                                 |  when asked by a signal
 *       | <- CRASHED                                |  it dies of a signal
 *       | FREEZE (state versions) ->                |  stands still, saves
 *       |   <- FDS …, FROZEN (proof)  or  <- REFUSED |  and then runs on
 *       | FREEZE (only to stand still) ->           |  where several nodes
 *       |                              <- FROZEN     |  change what goes
 *       | FREEZE (that was all) ->                  |  between them: takes
 *       |   <- FDS …, FROZEN (proof)  or  <- REFUSED |  what has come, saves
 *       | THAW ->                                   |  goes on, whenever
 *       | FDS …, RESTORE ->                         |  one that has not run
 *       |   <- RESTORED (proof)       or  <- REFUSED |  RUN lets it go on
 *       | <- FAILED                                 |  one that was restored
 *       | PROCEED ->                                |  waits with the rest
 *       | TAP (a stream) ->             <- RECORDS  |  copies of what passes,
 *       | TAP (more) ->                 <- RECORDS  |  when asked for more;
 *       | TAP (off) ->     <- SHOWN (or by itself)  |  its end, or why not
 *       | STATE (an operator) ->        <- RECORDS  |  stands still, saves,
 *       |                        <- SHOWN           |  goes on; or why not
 *       | LOOK ->                       <- SEEN     |  what it does just now
 *       | <- AWAKE                                  |  nobody looks, and it
 *       |                                           |  begins to work
 *       | <- FDS, SPAWN                             |  a child of an operator
 *       |                                           |  (tau/spawn.h); any
 *       |                                           |  number of times
 *       | DRAIN ->                                  |  its sources end
 *       | CLOSE ->                                  |  it ends at once
 *       | <- COUNT, once per stream that has one    |
 *       | <- DONE                                   |  exits 0
 *
 * An end of the connection without DONE means that the other process is gone:
 * the supervisor then takes the node's exit status for the reason, the node
 * ends at once. An unasked DEADLOCK is followed by the COUNTs and DONE; one
 * that answers EXPLAIN only after CLOSE. What QUIET is for says
 * core/step/deadlock.h.
 *
 * SPAWN has three: what the child is to read, to write, and the far end of its
 * leash, a SOCK_SEQPACKET socket; it needs no other answer than that gives. On
 * it the node says at most one byte: the child's input was closed.
 *
 * FDS goes before a message that has fds, at most COMMAND_FDS_PER_PACKET beside
 * each, as SCM_RIGHTS; the message tells in `records` how many there are. With
 * FROZEN and RESTORE the first is the sealed file of core/host/handover.h, the
 * others are those of its records. THAW is right at any time and needs no
 * answer.
 *
 * One packet, integers little-endian:
 *
 *   offset bytes
 *        0     1  't'
 *        1     1  version, COMMAND_VERSION
 *        2     1  kind
 *        3     1  1: the text goes on in the next packet, else 0
 *        4     4  code, signed    FAILED, REFUSED: negative errno; COUNT: which
 *                                  count; CRASHED, STANDS: the signal; RESTORE:
 *                                  enum command_restore; RESTORED: operators
 *                                  that were left out; RESULT: exit code;
 *                                  FROZEN: FREEZE's number; FREEZE: enum
 *                                  command_freeze; LINK: which of
 *                                  the plan's links; SPAWN: how many words;
 *                                  TAP: enum command_tap; SHOWN: 0 or a negative
 *                                  errno; RECORDS: how many
 *        8     8  records         COUNT, PROGRESS; PLAN: 1 where it begins
 *                                  anew behind another process; QUIET: how
 *                                  often it obeyed DRAIN and CLOSE; CRASHED:
 *                                  the address; FDS: how many in this packet;
 *                                  FROZEN, RESTORE, LINK, SPAWN: in all;
 *                                  RESTORED:
 *                                  records that were left out;
 *                                  FREEZE: a number, which FROZEN and REFUSED
 *                                  repeat, since THAW may cross them; TAP,
 *                                  STATE, LOOK: a number, which RECORDS, SHOWN
 *                                  and SEEN repeat
 *       16     8  bytes           PROGRESS; CRASHED, STANDS: enum
 *                                  command_crash; FROZEN: of the handover;
 *                                  SPAWN: how many settings;
 *                                  RECORDS: how many were skipped behind them
 *       24     2  length of name
 *       26     2  length of plugin
 *       28     4  length of text
 *       32        name            FAILED, REFUSED, CRASHED, STANDS: operator;
 *                                  COUNT, TAP: stream; DEADLOCK: node; STATE,
 *                                  BEGUN, SPAWN: operator
 *                 plugin          FAILED, REFUSED, CRASHED, STANDS
 *                 text            PLAN, FAILED, REFUSED; FREEZE: a line per
 *                                  operator, its name and the version of its
 *                                  state (others: what they prefer); RESTORE:
 *                                  a line per handover, how many of the fds
 *                                  are its own (empty: there is one), and
 *                                  behind RESTORE_ALONE what was read, see
 *                                  handover_restore_alone; FROZEN,
 *                                  RESTORED: a line per stream, see
 *                                  handover_proof (behind RESTORE_PARTLY,
 *                                  handover_proof_partly); SEEN:
 *                                  core/host/node_look.h;
 *                                  DEADLOCK: core/plan/waits.h;
 *                                  SPAWN: the folder, each word and each
 *                                  setting, and a NUL behind each;
 *                                  BEGUN: the incarnations
 *                                  of both sides of a link, and a line per
 *                                  stream, its number and how many records
 *                                  had gone or come;
 *                                  QUIET: a line per link, in the plan's order:
 *                                  packets sent and received, the
 *                                  incarnations of this side and the other; or
 *                                  - when closed;
 *                                  CRASHED, STANDS: a line per frame, in any
 *                                  order: index from the innermost, address,
 *                                  and of a file also offset and path; numbers
 *                                  but the index in hexadecimal digits
 *
 * On a control socket (core/fleet/control) a tool asks, and is answered:
 *
 *   REQUEST ->  name: what is wanted, as "ps"; text: its arguments, each
 *               "NAME=VALUE" and a NUL
 *   <- LINE     text: one line of JSON; any number of times
 *   <- RESULT   code: what the tool ends with; text: a sentence, or none
 *
 * What a kind does not use is zero or empty. A text that does not fit goes on
 * in packets of the same kind that hold nothing but text; nothing else comes
 * between them, but for CRASHED, behind which nothing comes, and STANDS. A
 * packet is at most COMMAND_PACKET_BYTES, a whole text at most
 * COMMAND_TEXT_BYTES_MAX, a name at most COMMAND_NAME_BYTES_MAX.
 */
#ifndef TAU_CORE_WIRE_COMMAND_H
#define TAU_CORE_WIRE_COMMAND_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/bounds.h"
#include "core/base/error.h"

#define COMMAND_VERSION 1
#define COMMAND_HEAD_BYTES 32

/* The fds that a node is started with. 0 is /dev/null; 1 and 2 are the log
 * pipe. STDIN and STDOUT are the supervisor's own 0 and 1 and exist only in
 * a node that has an operator whose description says `stdio`. */
enum command_fd {
	COMMAND_FD = 3,
	COMMAND_FD_STDIN = 4,
	COMMAND_FD_STDOUT = 5,
	COMMAND_FD_COUNTERS = 6, /* its page, core/wire/counters */
	COMMAND_FD_LINKS = 7,    /* and those behind it, as the plan says */
};

enum command_kind {
	/* from the supervisor */
	COMMAND_PLAN = 1, /* code: 1 for who stands by for one that runs */
	COMMAND_RUN = 2,
	COMMAND_DRAIN = 3,
	COMMAND_CLOSE = 4,
	COMMAND_ASK = 5,
	COMMAND_EXPLAIN = 6,
	COMMAND_FREEZE = 7,
	COMMAND_THAW = 8,
	COMMAND_RESTORE = 9,
	COMMAND_TAP = 10,
	COMMAND_STATE = 11,
	COMMAND_LINK = 12, /* with one fd, the place of a link's */
	COMMAND_PROCEED = 13,
	COMMAND_LOOK = 14,
	/* from the node */
	COMMAND_READY = 17,
	COMMAND_FAILED = 18,
	COMMAND_COUNT = 19,
	COMMAND_DEADLOCK = 20,
	COMMAND_PROGRESS = 21,
	COMMAND_DONE = 22,
	COMMAND_QUIET = 23,
	COMMAND_FROZEN = 24,
	COMMAND_RESTORED = 25,
	COMMAND_REFUSED = 26,
	COMMAND_SHOWN = 28,
	COMMAND_SEEN = 29,
	COMMAND_BEGUN = 30,
	COMMAND_AWAKE = 31,
	COMMAND_SHUT = 32, /* a FIFO's end is closed for good: a link's place */
	COMMAND_SPAWN = 37,
	/* either way */
	COMMAND_FDS = 27,
	/* on a control socket */
	COMMAND_REQUEST = 33,
	COMMAND_LINE = 34,
	COMMAND_RESULT = 35,
	COMMAND_RECORDS = 36, /* from a node, and on to a tool */
	/* … from a signal handler */
	COMMAND_CRASHED = 40,
	COMMAND_STANDS = 41,
};

/* What TAP asks for. Its number is the asker's; nothing is answered to OFF, and
 * MORE allows one more RECORDS, as ON did the first. */
enum command_tap {
	COMMAND_TAP_OFF = 0,
	COMMAND_TAP_ON = 1,
	COMMAND_TAP_MORE = 2,
};

/* What COUNT counts, on the stream or port `name`, as "OP.PORT". */
enum command_count {
	COMMAND_COUNT_NOWHERE = 1, /* left a port that nobody reads */
	COMMAND_COUNT_DROPPED = 2, /* dropped as the stream's `full` says */
	COMMAND_COUNT_LOST = 3,    /* written, and never read: it was closed */
	COMMAND_COUNT_CUT = 4,     /* so many at most: its reader is gone */
};

/* Has a node that runs answer with STANDS; before, it would kill. */
#define COMMAND_SIGNAL_ASK (SIGRTMAX - 2)

/* How a node exits when an operator used up its stack. */
#define COMMAND_EXIT_STACK 71

/* How far a node is to stand still. */
enum command_freeze {
	COMMAND_FREEZE_ALL = 0,
	COMMAND_FREEZE_STILL = 1, /* it is not asked for a handover yet */
	/* it stands still, and so do those that it has streams to */
	COMMAND_FREEZE_DRAINED = 2,
};

/* How a node is to go on from a handover. */
enum command_restore {
	COMMAND_RESTORE_ALL = 0,
	/* by another plan: from any number of handovers, also of others; what
	 * the plan has no place for is left out */
	COMMAND_RESTORE_PARTLY = 1,
	/* the other nodes have gone on since: links begin anew */
	COMMAND_RESTORE_ALONE = 2,
};

/* What a node that says CRASHED or STANDS has met. */
enum command_crash {
	COMMAND_CRASH_FAULT = 1,  /* a fault at that address */
	COMMAND_CRASH_RAISED = 2, /* it sent itself the signal */
	COMMAND_CRASH_TOLD = 3,   /* it was told to abort */
	COMMAND_CRASH_STACK = 4,  /* an operator used up its stack */
	COMMAND_CRASH_NONE = 5,   /* STANDS: it goes on */
};

/* Not NUL-terminated, not owned; empty is {NULL, 0}. */
struct command_text {
	const char *text;
	size_t bytes;
};

/* A message. What its kind does not use is zero. */
struct command {
	enum command_kind kind;
	int code;
	uint64_t records; /* PROGRESS: read by operators without out streams */
	uint64_t bytes;
	struct command_text name;
	struct command_text plugin;
	struct command_text text;
};

/* The text of a NUL-terminated string, as a view; NULL is empty. */
struct command_text command_text(const char *text);

/* Writes the packet that carries `message` from its text's byte `from` on
 * (0 first), and tells in `*next` where the following packet starts, or 0
 * when this was the last. Names longer than allowed are cut. Returns the
 * packet's bytes, at most COMMAND_PACKET_BYTES, which `packet` must hold. */
size_t command_encode(const struct command *message, size_t from,
	uint8_t *packet, size_t *next);

/* Checks one packet and fills `message` with views into it. `*more` tells
 * that the text goes on. Returns 0, or -EPROTO with a sentence. */
int command_decode(const uint8_t *packet, size_t bytes, struct command *message,
	bool *more, struct error *error);

#endif
