/*
 * tau/operator.h: what a plugin and a host promise each other.
 * Operator ABI, major 1; C11 and C++17; header only.
 *
 * A plugin describes its operators in JSON (TAU_PLUGIN, an ELF note that the
 * host reads without running anything) and exports one symbol, the table that
 * TAU_OPERATORS defines. It imports nothing from the host: all that the host
 * offers is in `struct tau_host`, reached through `op->host`.
 *
 *	#include <tau/operator.h>
 *	enum { IN, OUT = 0 };
 *	static int run(struct tau_op *op)
 *	{
 *		const struct tau_record *r;
 *		while ((r = tau_read(op, IN)))
 *			if (tau_pass(op, IN, OUT) != TAU_OK)
 *				break;
 *		return 0;
 *	}
 *	static const struct tau_operator relay = {
 *		.size = sizeof relay, .name = "relay", .run = run};
 *	TAU_OPERATORS(&relay);
 *
 * Contexts. Each function says where it may be called:
 *	[create]   in create, destroy, save, restore and selftest
 *	[run]      in run, on the operator's own coroutine
 *	[control]  in on_ready (continuation style)
 *	[any]      in all of these
 * and "suspends" where it may let others run. Outside `run` nothing suspends:
 * the host ignores TAU_MAY_SUSPEND, calls answer TAU_WAIT and helpers NULL. A
 * call from another thread, or a suspension from a wrong context, ends the
 * node with a sentence: it is a bug that must not go on.
 *
 * Lifetimes. A record read stays valid until it is consumed, also across
 * suspensions. A reservation is void after any call that may suspend. Bodies
 * never change once committed: they may be shared already.
 *
 * Publishing. Records committed or sent become visible to the reader when the
 * writer suspends, waits or yields, or when its window has run out.
 *
 * Life. create, [restore], run, (told to stop, save*, run)*, destroy. `run`
 * may be called again on the same instance. What it returns: negative, the
 * operator has failed; 0 after a call answered TAU_STOPPED, it is frozen and
 * can be saved, moved and run again; 0 otherwise, it is done: its out streams
 * end. `create` has no effect outside the instance (a standby is created
 * while the old one runs): resources are opened in `run` or arrive by
 * `restore`. Before `destroy` a suspended coroutine is resumed with TAU_CLOSE
 * told until `run` returns, so that destructors and cleanups run.
 *
 * Quiesce (TAU_QUIESCE) is told by reads and waits, never by a write, so an
 * operator in the middle of many outputs for one input finishes them. On the
 * request each in window is cut to its head record; until told, out streams
 * take up to 64 MiB beyond their capacity. Operators without in ports are
 * told by writes. Once told, out windows are closed and every call says stop.
 * A continuation is called once with TAU_QUIESCE; TAU_WAIT then means frozen.
 * Close (TAU_CLOSE), at teardown, is told by every call.
 *
 * Gone (TAU_GONE). When all readers of an operator's out streams are gone,
 * reads report the end and waits answer TAU_END, unless its description says
 * "effects": nobody is left to work for. Readers of an out port "bad" or
 * "control" that is not required do not count where another out port is
 * connected: they hear what goes wrong with the work, and are no reason to do
 * it. What the operator has yet to say there still arrives: it can be written,
 * and a wait that asks for room there waits.
 *
 * The process belongs to the node: suspending calls clobber errno;
 * thread-locals, cwd, umask, signal handlers and mxcsr are shared; SIGPIPE is
 * ignored. Results are flow (enum tau_flow, >= 0) or a negative errno.
 *
 * Growth. tau_host only grows at its end, with a higher minor; tau_operator
 * grows behind its `size`; reserved fields are zero and unknown bits ignored.
 * What a later minor adds is hidden unless TAU_TARGET_MINOR asks for it, so
 * that a plugin's minor_min is true by construction and nothing here needs a
 * null check. Everything else would be major 2, and another symbol.
 */
#ifndef TAU_OPERATOR_H
#define TAU_OPERATOR_H

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <tau/record.h>

#ifdef __cplusplus
extern "C" {
#endif

#define TAU_MAJOR 1
#define TAU_MINOR 0
#ifndef TAU_TARGET_MINOR
#define TAU_TARGET_MINOR 0
#endif
#define TAU_MAGIC 0x31756174u /* "tau1" */

#define TAU_LIKELY_(x) __builtin_expect(!!(x), 1)

struct tau_op;

/* Flow: how a stream or a wait stands. Negative results are -errno. */
enum tau_flow {
	TAU_OK = 0,   /* there is a record, there is room, a bit is ready */
	TAU_WAIT = 1, /* nothing now, and the call may not suspend */
	TAU_END = 2,  /* nothing will come; or, writing, the reader is gone */
	TAU_STOPPED = 3, /* told to stop (quiesce or close): return from run */
};

/* How in_more and out_room may get what is asked for. */
enum tau_how {
	TAU_MAY_SUSPEND = 1,
	TAU_BY_REFERENCE = 2, /* out_room: room for a record, no body space */
};

/*
 * Readiness: one bit per port, per timer or fd slot, and per control signal.
 *
 *	63      56 55     48 47                24 23                 0
 *	+---------+---------+--------------------+-------------------+
 *	| control |  slots  |     out ports      |     in ports      |
 *	+---------+---------+--------------------+-------------------+
 *
 * An in port is ready when its `want` of records is there (default 1), or its
 * end: an end counts for `any` until it was reported, always for `all`. An
 * out port is ready when its `want` of bytes fits (default: one record of
 * `atomic`). Timer bits clear when returned; fd bits stay until `drained`;
 * files that epoll refuses are always ready. Control bits are always armed.
 */
#define TAU_IN(port) (UINT64_C(1) << (port))
#define TAU_OUT(port) (UINT64_C(1) << (24 + (port)))
#define TAU_SLOT(slot) (UINT64_C(1) << (48 + (slot)))
#define TAU_QUIESCE (UINT64_C(1) << 56)
#define TAU_CLOSE (UINT64_C(1) << 57)
#define TAU_GONE (UINT64_C(1) << 58)

#define TAU_OFF UINT64_MAX /* a want that is never met: disarms the port */

/* The readable window of an in port: records [next, limit). The operator
 * moves `next`; `limit` may shrink in a suspending call. `state` is the last
 * flow answer: TAU_END only after the last record was consumed. `index` is
 * the port, `member` its place in a variadic port. 64 bytes, frozen. */
struct tau_in {
	const struct tau_record *next, *limit;
	uint32_t state, index, member, reserved;
	uint64_t rest[4];
};

/* The writable window of an out port: record slots [next, limit) and body
 * bytes [body, body_limit), which never exceed `credit` or `atomic`. Commit
 * and send move `next`, `body` and `credit`. `credit` is the bytes that may
 * still be written, `atomic` the largest record the stream takes. 64 bytes,
 * frozen. `body` is never NULL while next < limit. */
struct tau_out {
	struct tau_record *next, *limit;
	uint8_t *body, *body_limit;
	uint32_t state, index, member, atomic;
	uint64_t credit, reserved;
};

/* The members of a variadic port. Of a plain port: none. */
struct tau_group {
	struct tau_in *const *in;
	struct tau_out *const *out;
	uint32_t count, reserved;
};

/* A wait holds when any bit of `any` is ready, or a non-empty `all` is wholly
 * ready, or the deadline has passed (absolute, CLOCK_MONOTONIC; 0: none). */
struct tau_want {
	uint64_t any, all;
	int64_t deadline_ns;
};

/* A ready fd of a slot: the key it was watched with and its epoll events. */
struct tau_event {
	uint64_t key;
	uint32_t events;
	int32_t fd;
};

/* Text of the host's: `bytes` long, and a NUL behind it. */
struct tau_text {
	const char *text;
	size_t bytes;
};

/* Types of a parameter, and where its value is. */
enum tau_param_type {
	TAU_PARAM_NONE = 0,       /* not given, and no default */
	TAU_PARAM_BOOL = 1,       /* i: 0 or 1 */
	TAU_PARAM_INT = 2,        /* i */
	TAU_PARAM_FLOAT = 3,      /* f */
	TAU_PARAM_STRING = 4,     /* s */
	TAU_PARAM_PATH = 5,       /* s: absolute */
	TAU_PARAM_SIZE = 6,       /* i: bytes */
	TAU_PARAM_DURATION = 7,   /* i: nanoseconds */
	TAU_PARAM_ENUM = 8,       /* i: index in the described "values" */
	TAU_PARAM_REGEX = 9,      /* s: of PCRE2, checked */
	TAU_PARAM_FIELD = 10,     /* s: a JSON pointer, checked */
	TAU_PARAM_LIST = 11,      /* s: one utf9 tuple */
	TAU_PARAM_MAP = 12,       /* s: one utf9 map */
	TAU_PARAM_JSON = 13,      /* s: one utf9 value */
	TAU_PARAM_SECRET = 14,    /* s: never print it */
	TAU_PARAM_SIGNATURE = 15, /* s: one utf9 map, see below */
};

/*
 * A signature is a C function, read from "u64 XXH3_64bits(bytes in, size in)"
 * into
 *
 *	{"function": "XXH3_64bits", "result": RESULT, "arguments": [ARGUMENT…],
 *	 "fails": {"if": TEST, "value": NUMBER, "errno": BOOL}}
 *
 * TYPE      "void" "i8" … "u64" "f32" "f64" "bool" "string" "bytes" "pointer",
 *           {"struct": [[NAME, TYPE]…]}, {"enum": [[NAME, NUMBER]…]}; an enum
 *           is an i32; C's names have become these
 * ARGUMENT  {"name": TEXT, "type": TYPE, "use": USE}, and by its use:
 *           "value"     an input of that name
 *           "constant"  "value": the constant, of an enum its number, of u64
 *                       above INT64_MAX the i64 of the same bits
 *           "in" "out"  a pointer to a TYPE that goes in, or comes out
 *           "bytes"     a pointer to an input's bytes
 *           "items"     a pointer to an array out of a list; "changes": true
 *                       when it is an output as well
 *           "length"    how many bytes or items the input of that name has
 *           "buffer"    a pointer to "bytes" bytes for an output
 *           "capacity"  how many, by value
 *           "filled"    a pointer to how many, and then to how many are used
 *           "null"      NULL
 *           "compare"   a function that compares two items of TYPE;
 *                       "descending": BOOL
 *           "event"     a function that returns TYPE, always "value", and is
 *                       given "arguments", which may be "ignored" too
 * RESULT    an argument whose use is "value", or "length": of the buffer of
 *           that name; "free": true when the string is to be freed
 * TEST      "never" "errno" (not 0) "null" "=" "!=" "<" ">" (than "value"):
 *           when the call has failed; "errno": true when errno says why
 */

struct tau_param {
	uint32_t type, reserved;
	union {
		int64_t i;
		double f;
		struct tau_text s;
	} value;
};

/* op->flags */
enum {
	TAU_RESTORED = 1, /* restore has been called on this instance */
};

/* One instance of an operator. The host allocates and owns it; `self` is the
 * plugin's. Ports stand in declared order, back ports after them; pointers
 * are never NULL: an unconnected in port has ended, an unconnected out port
 * takes records and counts their loss. A variadic port's `in[port]` is its
 * member 0, or an ended window while it has no member. */
struct tau_op {
	const struct tau_host *host;
	void *self;
	struct tau_in *const *in;
	struct tau_out *const *out;
	const struct tau_group *in_group, *out_group;
	const struct tau_param *params;
	uint32_t in_count, out_count, param_count, flags;
};

/* Levels of log. */
enum tau_level {
	TAU_ERROR = 0,
	TAU_WARNING = 1,
	TAU_NOTICE = 2,
	TAU_DEBUG = 3,
};

/* Kinds of metric. */
enum tau_metric_kind {
	TAU_COUNTER = 0, /* only grows */
	TAU_GAUGE = 1,   /* the latest value */
};

/* What the host offers. The host allocates it; it only grows at its end. */
struct tau_host {
	uint32_t size, major, minor, reserved;

	/* Retires what was consumed, publishes this operator's out windows,
	 * and opens the next window: TAU_OK with next < limit, TAU_WAIT,
	 * TAU_END or TAU_STOPPED. Suspends (with TAU_MAY_SUSPEND), also when
	 * data is there. [any] */
	int (*in_more)(struct tau_op *op, struct tau_in *in, uint32_t how);

	/* Room for one record of `bytes`: TAU_OK with next < limit and credit
	 * for it, and, unless TAU_BY_REFERENCE, body space for it; TAU_WAIT;
	 * TAU_END when the reader is gone; TAU_STOPPED. More than `atomic`
	 * fails the operator, whatever run returns then: -EMSGSIZE.
	 * Suspends (with TAU_MAY_SUSPEND). [any] */
	int (*out_room)(struct tau_op *op, struct tau_out *out, uint32_t bytes,
		uint32_t how);

	/* Waits until `want` holds and gives the ready bits in *ready (may be
	 * NULL): TAU_OK, *ready being 0 when only the deadline passed;
	 * TAU_STOPPED with TAU_QUIESCE or TAU_CLOSE; TAU_END when nothing asked
	 * for can come any more, or with TAU_GONE. Suspends. [run] */
	int (*wait)(struct tau_op *op, const struct tau_want *want,
		uint64_t *ready);

	/* When a port counts as ready: `records` to read (default 1; more than
	 * the stream can hold means full), `bytes` to write (default: atomic;
	 * more than the capacity means empty). 0 sets the default, TAU_OFF
	 * disarms. Ends are always told. [any] */
	int (*want_in)(struct tau_op *op, struct tau_in *in, uint64_t records);
	int (*want_out)(struct tau_op *op, struct tau_out *out, uint64_t bytes);

	/* The next ready member of a variadic port, in turn: TAU_OK with
	 * *member; TAU_WAIT; TAU_STOPPED; TAU_END when all have ended. A
	 * member that ended is given once, its state TAU_END. Never suspends;
	 * idle members cost nothing. [any] */
	int (*next_in)(
		struct tau_op *op, uint32_t port, struct tau_in **member);
	int (*next_out)(
		struct tau_op *op, uint32_t port, struct tau_out **member);

	/* Publishes, and goes to the tail of those ready to run: TAU_OK or
	 * TAU_STOPPED. Suspends. [run] */
	int (*yield)(struct tau_op *op);

	/* Ends one out stream now: its reader sees the end behind the records
	 * already written. [run] [control] */
	int (*end)(struct tau_op *op, struct tau_out *out);

	/* CLOCK_MONOTONIC in nanoseconds, read once per dispatch. [any] */
	int64_t (*now)(struct tau_op *op);

	/* Arms slot 0-7 as a timer: its bit is ready from `first_ns` on
	 * (absolute, as `now`), then every `period_ns` (0: once), ticks that
	 * were missed counting as one. first_ns 0 disarms. It goes on as it
	 * was armed through stops and upgrades, restored by its slot. -EBUSY
	 * when the slot watches fds. [run] [control] */
	int (*timer)(struct tau_op *op, uint32_t slot, int64_t first_ns,
		int64_t period_ns);

	/* Watches an fd of the operator's in slot 0-7 for EPOLLIN or EPOLLOUT,
	 * edge-triggered beneath; events 0 unwatches (do so before close). A
	 * slot holds many fds, told apart by `key`. What is watched already is
	 * changed; nothing of it is carried over: `run` watches again what was
	 * restored. [run] [control] */
	int (*watch)(struct tau_op *op, uint32_t slot, int fd, uint32_t events,
		uint64_t key);

	/* The next ready fd of a slot, in turn: TAU_OK or TAU_WAIT. It stays
	 * ready, and is given again, until `drained`. [run] [control] */
	int (*next_event)(
		struct tau_op *op, uint32_t slot, struct tau_event *event);

	/* After EAGAIN: these events of the fd are not ready any more, until
	 * the kernel says so again. [run] [control] */
	int (*drained)(
		struct tau_op *op, uint32_t slot, int fd, uint32_t events);

	/* Sends an fd as a TAU_FD record; the host owns it then (in save it
	 * is duplicated), also on failure. Flow as out_room. Suspends. [any] */
	int (*fd_send)(
		struct tau_op *op, struct tau_out *out, int fd, uint32_t how);

	/* Takes the fd out of a TAU_FD record that was not consumed yet; a
	 * shared one is duplicated. The caller owns it. >= 0: the fd;
	 * -EINVAL: not an fd record; -EBADF: taken already. [any] */
	int (*fd_take)(struct tau_op *op, const struct tau_record *record);

	/* One line to the log, named after node and operator. [any] */
	void (*log)(struct tau_op *op, uint32_t level, const char *text,
		size_t bytes);

	/* Says why the operator is about to fail; the first sentence wins.
	 * Returns `code` (negative), so `return tau_fail(…)`. [any] */
	int (*fail)(
		struct tau_op *op, int code, const char *text, size_t bytes);

	/* A cell named `name` ([a-z0-9_]) that the operator bumps inline and
	 * `tau top` shows; same name, same cell. NULL: out of memory,
	 * or an operator's 257th. [any] */
	uint64_t *(*metric)(struct tau_op *op, const char *name, uint32_t kind);

	/* An extension ("tau.os/1", see tau/os.h), or NULL. [any] */
	const void *(*ext)(struct tau_op *op, const char *id);
};

/* What a plugin offers per operator. The plugin allocates it; the host copies
 * min(size, its own) bytes into zeroed memory. `run` or `on_ready`, not both;
 * the rest may be NULL. All return 0 or -errno unless said otherwise. */
struct tau_operator {
	uint32_t size, reserved;
	const char *name;

	/* Allocates op->self and checks params; no effect outside. */
	int (*create)(struct tau_op *op);
	/* Frees what create, restore and run left. After any create, also a
	 * failed one; op->self may be NULL. */
	void (*destroy)(struct tau_op *op);
	/* Coroutine style: the whole life in one function. */
	int (*run)(struct tau_op *op);
	/* Continuation style: called first with ready 0, then whenever *want,
	 * which it sets each time, holds. TAU_WAIT: call again; TAU_OK: done.
	 */
	int (*on_ready)(
		struct tau_op *op, uint64_t ready, struct tau_want *want);
	/* Writes the state as records of `version`; changes nothing. Only
	 * while frozen. The window grows as needed. */
	int (*save)(struct tau_op *op, struct tau_out *state, uint32_t version);
	/* Reads all of it into a created instance. */
	int (*restore)(
		struct tau_op *op, struct tau_in *state, uint32_t version);
	/* Says whether the instance could work; no effect outside. */
	int (*selftest)(struct tau_op *op);
	/* An extension of the plugin's, or NULL. */
	const void *(*ext)(struct tau_op *op, const char *id);
};

struct tau_plugin {
	uint32_t magic, major, minor_min, size, count, reserved;
	const struct tau_operator *const *operators;
};

/* The one symbol. (Default visibility stands here only: repeated on the
 * definition, g++ warns.) */
extern __attribute__((visibility("default")))
const struct tau_plugin tau_plugin_v1;

/* Defines and exports the plugin's table: TAU_OPERATORS(&first, &second); */
#define TAU_OPERATORS(...)                                                     \
	static const struct tau_operator *const tau_operators_[] = {           \
		__VA_ARGS__};                                                  \
	const struct tau_plugin tau_plugin_v1 = {TAU_MAGIC, TAU_MAJOR,         \
		TAU_TARGET_MINOR, (uint32_t)sizeof(struct tau_plugin),         \
		(uint32_t)(sizeof tau_operators_ / sizeof *tau_operators_), 0, \
		tau_operators_}

/* Describes the plugin: TAU_PLUGIN({ "abi": "1.0", … }); once per plugin, JSON
 * as it stands. (The # must be here: through a helper macro `true` would be
 * expanded first. The size counts the NUL, else readelf calls it corrupt.) */
#define TAU_PLUGIN(...)                                                        \
	__extension__ static const struct {                                    \
		uint32_t owner_bytes, text_bytes, type;                        \
		char owner[4];                                                 \
		char text[sizeof(#__VA_ARGS__)];                               \
	} tau_note_ __attribute__((                                            \
		section(".note.tau"), used, aligned(4))) = {                   \
		4, (uint32_t)sizeof(#__VA_ARGS__), 1, "tau", #__VA_ARGS__}

/*
 * Helpers: the hot path, compiled into the plugin and therefore frozen too.
 * Each stands by head (_at) and by port number.
 */

/* The next record without suspending, or NULL: nothing now, or the end. */
static inline const struct tau_record *tau_peek_at(
	struct tau_op *op, struct tau_in *in)
{
	if (TAU_LIKELY_(in->next < in->limit))
		return in->next;
	return op->host->in_more(op, in, 0) == TAU_OK ? in->next : NULL;
}

static inline const struct tau_record *tau_peek(
	struct tau_op *op, uint32_t port)
{
	return tau_peek_at(op, op->in[port]);
}

/* The next record. NULL: the end (tau_ended), or told to stop. Suspends. */
static inline const struct tau_record *tau_read_at(
	struct tau_op *op, struct tau_in *in)
{
	if (TAU_LIKELY_(in->next < in->limit))
		return in->next;
	return op->host->in_more(op, in, TAU_MAY_SUSPEND) == TAU_OK ? in->next
								    : NULL;
}

static inline const struct tau_record *tau_read(
	struct tau_op *op, uint32_t port)
{
	return tau_read_at(op, op->in[port]);
}

/* Done with the record that read or peek gave. */
static inline void tau_consume_at(struct tau_op *op, struct tau_in *in)
{
	(void)op;
	in->next++;
}

static inline void tau_consume(struct tau_op *op, uint32_t port)
{
	tau_consume_at(op, op->in[port]);
}

/* Whether the stream has ended and its last record was consumed; after a NULL
 * read, false means a stop. */
static inline int tau_ended_at(struct tau_op *op, const struct tau_in *in)
{
	(void)op;
	return in->state == TAU_END;
}

static inline int tau_ended(struct tau_op *op, uint32_t port)
{
	return tau_ended_at(op, op->in[port]);
}

/* Space for a record of up to `bytes`, to be filled and committed before the
 * next call that may suspend. NULL: the reader is gone, told to stop, too
 * large, or (outside run) no room now. Suspends. */
static inline void *tau_reserve_at(
	struct tau_op *op, struct tau_out *out, uint32_t bytes)
{
	if (TAU_LIKELY_((size_t)(out->body_limit - out->body) >= bytes &&
			out->next < out->limit))
		return out->body;
	return op->host->out_room(op, out, bytes, TAU_MAY_SUSPEND) == TAU_OK
		       ? out->body
		       : NULL;
}

static inline void *tau_reserve(
	struct tau_op *op, uint32_t port, uint32_t bytes)
{
	return tau_reserve_at(op, op->out[port], bytes);
}

/* Writes the reservation's first `bytes` as one record. */
static inline void tau_commit_at(
	struct tau_op *op, struct tau_out *out, uint32_t bytes, uint16_t type)
{
	struct tau_record *record = out->next++;

	(void)op;
	record->body = out->body;
	record->bytes = bytes;
	record->type = type;
	record->flags = 0;
	out->body += bytes;
	out->credit -= bytes;
}

static inline void tau_commit(
	struct tau_op *op, uint32_t port, uint32_t bytes, uint16_t type)
{
	tau_commit_at(op, op->out[port], bytes, type);
}

/* Writes a record by reference. Its body lies in an input record not yet
 * consumed (any part of it), or is static. What stands in a reservation is
 * committed instead. TAU_OK, TAU_END (reader gone), TAU_STOPPED, outside run
 * TAU_WAIT, or -EMSGSIZE. Suspends. */
static inline int tau_send_at(
	struct tau_op *op, struct tau_out *out, const struct tau_record *record)
{
	if (!TAU_LIKELY_(out->next < out->limit &&
			 record->bytes <= out->credit &&
			 record->bytes <= out->atomic)) {
		int flow = op->host->out_room(op, out, record->bytes,
			TAU_MAY_SUSPEND | TAU_BY_REFERENCE);
		if (flow != TAU_OK)
			return flow;
	}
	*out->next++ = *record;
	out->credit -= record->bytes;
	if ((uint64_t)(out->body_limit - out->body) > out->credit)
		out->body_limit = out->body + out->credit;
	return TAU_OK;
}

static inline int tau_send(
	struct tau_op *op, uint32_t port, const struct tau_record *record)
{
	return tau_send_at(op, op->out[port], record);
}

/* Sends the head record of `in`, which must be there (after a read or peek),
 * and consumes it if that went well. Flow as tau_send. Suspends. */
static inline int tau_pass_at(
	struct tau_op *op, struct tau_in *in, struct tau_out *out)
{
	int flow = tau_send_at(op, out, in->next);

	if (TAU_LIKELY_(flow == TAU_OK))
		in->next++;
	return flow;
}

static inline int tau_pass(struct tau_op *op, uint32_t in, uint32_t out)
{
	return tau_pass_at(op, op->in[in], op->out[out]);
}

/* Copies `bytes` into one record. Flow as tau_send. Suspends; `body` must not
 * lie in another reservation. "", 0 and TAU_CYCLE end a cycle with no name. */
static inline int tau_write_at(struct tau_op *op, struct tau_out *out,
	const void *body, uint32_t bytes, uint16_t type)
{
	void *space = tau_reserve_at(op, out, bytes);

	if (!space)
		return (int)out->state;
	memcpy(space, body, bytes);
	tau_commit_at(op, out, bytes, type);
	return TAU_OK;
}

static inline int tau_write(struct tau_op *op, uint32_t port, const void *body,
	uint32_t bytes, uint16_t type)
{
	return tau_write_at(op, op->out[port], body, bytes, type);
}

/* As host->wait. Suspends. [run] */
static inline int tau_wait(
	struct tau_op *op, const struct tau_want *want, uint64_t *ready)
{
	return op->host->wait(op, want, ready);
}

/* Says why, and gives back `code`: return tau_fail(op, -EINVAL, "…"); */
static inline int tau_fail(struct tau_op *op, int code, const char *text)
{
	return op->host->fail(op, code, text, strlen(text));
}

static inline void tau_log(struct tau_op *op, uint32_t level, const char *text)
{
	op->host->log(op, level, text, strlen(text));
}

/* The same with printf's formats, made in the plugin; 511 bytes at most. */
#define tau_failf(op, code, ...)                                               \
	__extension__({                                                        \
		char tau_text_[512];                                           \
		(void)snprintf(tau_text_, sizeof tau_text_, __VA_ARGS__);      \
		tau_fail((op), (code), tau_text_);                             \
	})

#define tau_logf(op, level, ...)                                               \
	__extension__({                                                        \
		char tau_text_[512];                                           \
		(void)snprintf(tau_text_, sizeof tau_text_, __VA_ARGS__);      \
		tau_log((op), (level), tau_text_);                             \
	})

#ifdef __cplusplus
}
#endif
#endif
