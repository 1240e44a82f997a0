/*
 * tau/embed.h: a node inside an application's own event loop, by the library
 * libtau: `cc app.c $(pkg-config --cflags --libs tau-fabric)`. Embedding ABI,
 * major 1; C11 and C++17.
 *
 * The application takes the place of the supervisor and of all other nodes. It
 * waits on one fd in its own loop, lets the node work when that is readable,
 * and writes and reads those ports that it has asked for:
 *
 *	enum { LINE };                  // places in `writes`
 *	enum { COUNT = 0 };             // places in `reads`
 *	const char *writes[] = {"line.in", NULL}, *reads[] = {"each.out", NULL};
 *	struct tau_node_options options = {.size = sizeof options,
 *		.writes = writes, .reads = reads};
 *	struct tau_node *node;
 *
 *	if (tau_node_open(&node, "words.json", NULL, &options) < 0)
 *		complain(tau_node_error(node));
 *	… each time when tau_node_fd(node) is readable:
 *		state = tau_node_step(node);
 *		while (tau_node_read(node, COUNT, &record) == TAU_OK) {
 *			use(record.body, record.bytes);
 *			tau_node_consume(node, COUNT);
 *		}
 *	tau_node_close(&node, NULL);
 *
 * Flow. Nothing here waits, and operators run in tau_node_step alone. What a
 * port answered (room or none, a record or none) changes only by a step or by
 * what the application itself does there; so after each step it looks at those
 * ports that it needs. TAU_WAIT is back pressure: a full stream takes no more
 * until its reader has read, and a reader that does not read blocks who writes
 * to it. The fd is readable whenever a step has something to do: an operator
 * may run (also by what the application wrote, read or ended), a timer is due,
 * an fd of an operator's is ready. It may also be so for nothing. It is an
 * epoll fd: poll, select and epoll take it; level-triggered is right.
 *
 * The manifest. Of several nodes the one that is named is run. A stream that
 * leads from it to another node, or comes from there, is the application's: it
 * must be named in `reads` or `writes`. So may be ports that the manifest
 * leaves free. The back stream of such a port is a port of its own,
 * OPERATOR.PORT.back, in the other list; unless it is required, it may be left
 * out, and then it is unconnected. What the manifest says of a node's process
 * (restart, watchdog, limits, cwd, env, cpus) is the application's business.
 * Operators that use standard input or output are refused: those are the
 * application's. Plugins are looked for where the manifest and `plugin_path`
 * say, in TAU_PLUGIN_PATH, and in the folder tau/plugins beside the library.
 *
 * The process. No signal handler is installed, the folder is not changed,
 * nothing is printed; plugins stay mapped for ever. The application ignores
 * SIGPIPE, or else an operator that writes to a pipe without a reader ends it.
 * An operator that crashes, uses up its stack, breaks a rule of the operator
 * ABI (said through `log`) or meets a bug of the fabric ends the whole
 * application, as would any library; what must survive that runs as `tau run`
 * and is spoken to over a link. An operator that computes for long holds the
 * loop up.
 *
 * Threads. A node belongs to the thread that opened it; called from another
 * one, everything answers -EPERM and does nothing. It stays the parent's in a
 * child made by fork(): tau_node_step and tau_node_close answer -EPERM there,
 * and what the others do reaches nobody. Several nodes may be open at
 * a time (address space is enough for about a hundred), in several threads too.
 * From within `log` no function may be called; it answers -EBUSY.
 *
 * Results are flow (enum tau_flow, >= 0) or a negative errno; the sentence to
 * that is tau_node_error. Nothing suspends, nothing sets errno on purpose.
 *
 * Growth. The structs begin with their `size` as the application was compiled
 * and grow at their end; zero is the default of all that is added. Functions
 * are added, none is changed. All else would be libtau.so.2.
 */
#ifndef TAU_EMBED_H
#define TAU_EMBED_H

#include <stddef.h>
#include <stdint.h>

#include <tau/operator.h>

#ifdef __cplusplus
extern "C" {
#endif

#pragma GCC visibility push(default)

struct tau_node;

/* What tau_node_open is told. Zero is the default of everything but `size`.
 * All of it, and what it points to, may go when that has returned, but for what
 * `context` points to. */
struct tau_node_options {
	uint32_t size; /* sizeof(struct tau_node_options) */
	uint32_t reserved;
	/* In ports that the application writes, and out ports that it reads:
	 * "OPERATOR", "OPERATOR.PORT" or "OPERATOR.PORT[N]", NULL at the end;
	 * and the other way round with ".back" behind it, for their back
	 * streams. A port is then known by its place in its list. Without a
	 * port, the operator's first one; of a variadic port without [N], the
	 * next free member. */
	const char *const *writes;
	const char *const *reads;
	/* The manifest's variables, "NAME=VALUE", NULL at the end. */
	const char *const *settings;
	/* Where plugins are looked for first, "FOLDER:FOLDER…". */
	const char *plugin_path;
	/* Where copies of them are kept, an absolute folder; else
	 * $XDG_STATE_HOME/tau/store or $HOME/.local/state/tau/store. */
	const char *store;
	/* Of a manifest that is given as text: what sentences call it, and the
	 * folder, absolute, that its relative paths are relative to; else
	 * "manifest" and the current folder. */
	const char *source;
	const char *folder;
	/* What the manifest's variables and the paths above may be taken from,
	 * like `environ`; NULL: the process's own. */
	char *const *environment;
	/* Given each line that the node has to say, without a newline: what
	 * operators log, who failed and why, what was lost. `level` is an enum
	 * tau_level. NULL: it is not said. */
	void (*log)(
		void *context, uint32_t level, const char *line, size_t bytes);
	void *context;
};

/* What a node has done since it was opened. */
struct tau_node_counts {
	uint32_t size; /* sizeof(struct tau_node_counts), set by the caller */
	uint32_t running; /* operators that have not ended */
	uint32_t failed;  /* operators */
	uint32_t reserved;
	uint64_t written, read; /* records of the application */
	uint64_t dropped;       /* because a stream was full and says so */
	uint64_t nowhere;       /* left a port that nobody reads */
	uint64_t lost;          /* nobody had read them before the end */
};

/* Opens a node and makes its operators; none has run yet. `manifest` is a path,
 * or text when its first character that is no blank is a brace. `name` is the
 * node's; NULL: the manifest has one. 0, or -errno: -EINVAL when the manifest,
 * a name or an option is wrong. Also then *node is there, to ask
 * tau_node_error of and to close; only -ENOMEM may leave NULL. */
int tau_node_open(struct tau_node **node, const char *manifest,
	const char *name, const struct tau_node_options *options);

/* Ends everything at once, which may let operators clean up, counts what was
 * under way and is lost (`counts` may be NULL), says it through `log`, and
 * frees the node; records that were read are gone. *node becomes NULL, and may
 * be. -EPERM from another thread, -EBUSY from within `log`: then nothing. */
int tau_node_close(struct tau_node **node, struct tau_node_counts *counts);

/* The fd to wait for; it stays the node's and the same. */
int tau_node_fd(const struct tau_node *node);

/* Lets operators run, each at most 16 times and each time at most for what its
 * windows hold, so that the application's loop gets its turn.
 * TAU_OK: there is more to do; the fd is readable.
 * TAU_WAIT: nothing to do until the fd is readable.
 * TAU_END: all operators have ended well; what they wrote can still be read.
 * -EDEADLK: operators are left, and nothing can wake one: no timer, no fd, and
 * the application can neither write nor read anything; the sentence says who
 * waits for whom. Ending or leaving a port may help.
 * Else negative: all operators have ended, and one had failed; this is the
 * first one's number and sentence. When one fails, the others run out
 * (tau_node_drain), unless the manifest says "on_failure": "continue". */
int tau_node_step(struct tau_node *node);

/* Writes a record to the port at that place of `writes`. The body is copied.
 * `type` is TAU_BYTES, TAU_UTF8, TAU_VALUE (the body is one utf9 value: see
 * tau/writer.h; it is not checked) or TAU_CYCLE, as the port's type allows.
 * TAU_OK: taken. TAU_WAIT: there is no room, it was not taken; again after a
 * step. TAU_END: nobody reads there any more. -EMSGSIZE: larger than the stream
 * takes (its `atomic`); -ENOBUFS: it is full, and its `full` is "fail". */
int tau_node_write(struct tau_node *node, uint32_t port, uint16_t type,
	const void *body, size_t bytes);

/* Likewise a TAU_FD record. With TAU_OK the fd has become the node's; else it
 * is still the caller's. */
int tau_node_write_fd(struct tau_node *node, uint32_t port, int fd);

/* Nothing more will be written there: its reader sees the end behind what was.
 * A second time does nothing. */
int tau_node_end(struct tau_node *node, uint32_t port);

/* The next record of the port at that place of `reads`, which stays the next
 * one until it is consumed; its body is the node's, and valid as long.
 * TAU_OK: there is one. TAU_WAIT: none yet; again after a step. TAU_END: none
 * will come. */
int tau_node_read(
	struct tau_node *node, uint32_t port, struct tau_record *record);

/* Done with the record that tau_node_read gave. -EINVAL when it gave none. */
int tau_node_consume(struct tau_node *node, uint32_t port);

/* Of such a record of the type TAU_FD: the fd, which the caller closes; once.
 * -EINVAL when it is of another type, -EBADF when it was taken. */
int tau_node_take_fd(struct tau_node *node, uint32_t port);

/* Nothing more will be read there: what is left is dropped, and its writer
 * learns that nobody reads. */
int tau_node_leave(struct tau_node *node, uint32_t port);

/* Brings it to its end in good order: the application's ports for writing are
 * ended, operators without input are told to stop, and all behind them runs
 * out in the steps that follow. */
int tau_node_drain(struct tau_node *node);

/* Fills in as much of `counts` as its size says. */
int tau_node_count(struct tau_node *node, struct tau_node_counts *counts);

/* The sentence, or sentences, of the last result that was negative, without a
 * newline at the end: of a manifest each with file, line and column. "" before
 * there was one; -EPERM, -EBUSY and what is called on a node that could not be
 * opened have none of their own. It lives until the next call. */
const char *tau_node_error(const struct tau_node *node);

#pragma GCC visibility pop

#ifdef __cplusplus
}
#endif
#endif
