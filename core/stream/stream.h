/*
 * stream: an ordered, flow-negotiated conveyor of records between two ends.
 *
 *	writer's tau_out             stream                reader's tau_in
 *	[next, limit)  --publish-->  ring  --retire-->     [next, limit)
 *	[body, body_limit) in the writer's chunk
 *
 * A window is a span of the ring itself: writing needs no copy, publishing
 * moves the tail, retiring the head. Windows are handed out by stream_room and
 * stream_read only, so what a plugin does inline is checked there, in runs.
 *
 * Flow. `capacity_bytes` and `records` bound what the writer may be ahead.
 * Readiness: a reader's end is ready when its want of records is there or the
 * stream has ended; a writer's when its want of bytes fits or the reader is
 * gone. An end that was found not ready is told once when it becomes ready
 * (iota), through its listener.
 *
 * Idle streams hold no memory: the ring and the writer's chunk are there only
 * while there are records; only of those that lead to another process do a few
 * keep both for longer. A ring under an open in window never moves: when
 * more must be taken than it holds (quiesce, saved state), records go on in a
 * second ring, `spill`, which becomes the ring when the first is empty.
 *
 * Nothing here suspends: who has to wait, waits in the host.
 */
#ifndef TAU_CORE_STREAM_STREAM_H
#define TAU_CORE_STREAM_STREAM_H

#include <stdbool.h>
#include <stdint.h>

#include <tau/operator.h>

#include "core/base/bounds.h"
#include "core/record/chunk.h"
#include "core/stream/ring.h"
#include "core/stream/tally.h"

#define STREAM_MAGIC 0x7374726du
#define STREAM_SCRATCH_SLOTS 64 /* a window whose records are dropped */

/* What a full stream does with its writer. */
enum stream_policy {
	STREAM_BLOCK = 0,
	STREAM_DROP_OLDEST, /* never the reader's open window, never a cycle */
	STREAM_DROP_NEWEST, /* never a cycle */
	STREAM_FAIL,
	STREAM_NOWHERE, /* no reader: everything is dropped and counted */
	STREAM_GROW,    /* takes everything: saved state */
};

/* Why a stream ended. */
enum stream_reason {
	STREAM_OPEN = 0,
	STREAM_DONE,    /* the writer had no more */
	STREAM_FAILED,  /* the writer failed */
	STREAM_CRASHED, /* the writer's process died */
	STREAM_CLOSED,  /* taken down */
};

struct stream_settings {
	uint32_t capacity_bytes, records, atomic_bytes;
	enum stream_policy policy;
};

/* Told of an edge, from inside a stream call: may set bits, nothing else. */
struct stream_listener {
	void (*iota)(struct stream_listener *listener);
};

/* What the streams of one node share. Zero it, and set `chunks`. */
struct stream_pool {
	struct chunks *chunks;
	struct ring_pool rings;
	struct tau_record scratch[STREAM_SCRATCH_SLOTS];
	struct stream *warm[STREAM_WARM_MAX]; /* empty, with their memory */
	uint32_t warm_next;                   /* where the next one goes */
};

/* The free bytes of a chunk that a reference is held on; NULL: none. */
struct stream_space {
	uint8_t *next, *limit;
};

/* Shown what is published, from within: may copy it, nothing else. */
struct stream_tap {
	void (*show)(struct stream_tap *tap, const struct tau_record *first,
		const struct tau_record *limit);
	struct stream_tap *next; /* of the same stream */
};

/* One end. */
struct stream_end {
	struct stream_listener *listener; /* NULL: nobody to tell */
	uint64_t want;                    /* records or bytes; 0: default */
	bool armed;                       /* found not ready, tell */
	bool gone;                        /* nobody there any more */
};

/* Owned by the node; what a stream has counted may be read at any time. */
struct stream {
	uint32_t magic;
	enum stream_policy policy;
	enum stream_reason reason;
	uint32_t capacity_bytes, records, atomic_bytes;
	const char *name; /* the owner's */
	struct stream_pool *pool;
	struct stream_end reader, writer;

	struct ring ring, spill;
	struct tally tally; /* unused where old records are dropped */
	uint64_t used_bytes;
	uint32_t need_bytes;    /* what the writer last had to wait for */
	uint32_t hole_at, hole; /* dropped positions behind the in window */
	bool limited;           /* by credit from afar, instead of capacity */
	bool fds;               /* of a link: fds may travel on it */
	bool linked;            /* written by a link, which wants any room */
	bool apart;             /* leads to another process without a link */
	bool left;              /* the reader went before the end */
	bool warm;              /* keeps its memory while it is empty */
	uint32_t warm_at;
	uint64_t limit_bytes, limit_records; /* since the beginning */
	uint64_t extra_bytes; /* taken beyond capacity: quiesce */

	struct tau_record *window; /* first slot of the out window, or NULL */
	struct ring *window_ring;  /* where it lies */
	uint32_t window_slots;
	bool window_drops;           /* its records are not kept */
	bool window_aside;           /* that, or they are shown to taps */
	struct stream_space own;     /* the writer's chunk, and */
	struct stream_space compact; /* that for sparse runs */

	struct tau_record *view; /* first slot of the in window, or NULL */
	uint32_t view_slots;

	uint64_t sent, sent_bytes;         /* published */
	uint64_t received, received_bytes; /* retired */
	uint64_t dropped;                  /* by policy, or nowhere to go */
	/* Of the first that had nowhere to go, a copy; NULL: none, or it was
	 * larger than STREAM_SAMPLE_BYTES. */
	void *sample;
	uint32_t sample_bytes;
	uint64_t unread;         /* left when the reader went */
	struct stream_tap *taps; /* the owners'; NULL: none */
};

/* Fills a stream in place. `name` must outlive it. */
void stream_init(struct stream *stream, struct stream_pool *pool,
	const struct stream_settings *settings, const char *name);

/* Drops what it still holds. Both windows must be closed. */
void stream_release(struct stream *stream);

/* Records under way, holes not counted. */
static inline uint64_t stream_count(const struct stream *stream)
{
	return (uint64_t)ring_count(&stream->ring) - stream->hole +
	       ring_count(&stream->spill);
}

/* Makes room in a blocking stream depend on credit: what its reader, a link,
 * has been told that the far reader can hold. Limits are counted since the
 * stream's beginning and only grow; before the first there is no room. Under
 * the other policies the stream fills as ever, and the link sends what there
 * is credit for. */
void stream_limit(struct stream *stream);
void stream_grant(struct stream *stream, uint64_t bytes, uint64_t records);

/* Whether its writer waits for more credit than one record may need, some of
 * which the far side may hold back. The link hears of it as of records. */
bool stream_asks(const struct stream *stream);

/* Takes back the credit that is not used yet: the far reader is another. */
void stream_revoke(struct stream *stream);

/* Lowers the largest record that the stream takes. -EMSGSIZE: it holds a larger
 * one already. */
int stream_narrow(struct stream *stream, uint32_t atomic_bytes);

/* From now on, and no longer, a tap is shown what passes: what is kept, and
 * what leaves for nowhere; not what a full stream drops. Without a tap this
 * costs a record nothing. */
void stream_tap(struct stream *stream, struct stream_tap *tap);
void stream_untap(struct stream *stream, struct stream_tap *tap);

/* --- the writer's side --- */

/* Publishes, then opens a window with room for one record of `bytes` (and,
 * unless by_reference, body space): TAU_OK, TAU_WAIT, TAU_END when the reader
 * is gone; -EMSGSIZE beyond atomic, -ENOBUFS when full under STREAM_FAIL,
 * -ENOMEM, -EFAULT as stream_publish. On TAU_WAIT the end is armed, and told
 * when its want (at least `bytes`) fits. */
int stream_room(struct stream *stream, struct tau_out *out, uint32_t bytes,
	bool by_reference);

/* Makes what stands in the window visible; the window stays open on the rest,
 * and so does a reservation. -EFAULT: a record's body is nowhere (a bug of the
 * plugin); -EOPNOTSUPP: it is an fd, the stream leads to another node and was
 * not declared for fds; -EBADF: likewise, and the fd was taken. What was
 * before it is published, the rest is not. */
int stream_publish(struct stream *stream, struct tau_out *out);

/* The same, and closes the window: before anybody else runs. */
int stream_close(struct stream *stream, struct tau_out *out);

/* Whether a record of `bytes` would not find room now, whatever the policy
 * would make of that. */
bool stream_full(const struct stream *stream, uint32_t bytes);

/* Whether the writer's want fits now (or the reader is gone); arms if not. */
bool stream_writable(struct stream *stream);

/* Publishes, and ends the stream: the reader sees the end behind the records
 * already written. A second call does nothing. */
void stream_end(
	struct stream *stream, struct tau_out *out, enum stream_reason reason);

/* --- the reader's side --- */

/* Retires what was consumed and opens a window on what is there: TAU_OK,
 * TAU_WAIT (armed), or TAU_END. */
int stream_read(struct stream *stream, struct tau_in *in);

/* Opens a window on the first `slots` records of the ring: that which another
 * process had open. */
void stream_look(struct stream *stream, struct tau_in *in, uint32_t slots);

/* Whether what was consumed had been given: else a reader went astray. */
static inline bool stream_in_view(
	const struct stream *stream, const struct tau_in *in)
{
	return !stream->view ||
	       (in->next >= stream->view &&
		       in->next <= stream->view + stream->view_slots);
}

/* Retires what was consumed; the window keeps what was not. */
void stream_retire(struct stream *stream, struct tau_in *in);

/* Retires what was consumed and closes the window; the rest stays. */
void stream_unread(struct stream *stream, struct tau_in *in);

/* As if that many of the first records had been read, while nobody has a window
 * open. Who drops its oldest records does not know which were read: all go that
 * may, and count as dropped. */
void stream_skip(struct stream *stream, uint64_t count);

/* Whether the reader's want is there now, or the end; arms if not. */
bool stream_readable(struct stream *stream);

/* Whether nothing is left to read and nothing will come. */
static inline bool stream_ended(const struct stream *stream)
{
	return stream->reason != STREAM_OPEN &&
	       ring_count(&stream->ring) == 0 &&
	       ring_count(&stream->spill) == 0;
}

/* The reader goes: what it did not read is dropped and counted, the writer is
 * told. */
void stream_leave(struct stream *stream, struct tau_in *in);

/* An out window that takes nothing: next == limit, no body, no credit. */
void stream_shut(struct tau_out *out, int state);

#endif
