/*
 * link: many streams over one connection, each with its own credit.
 *
 *	writer -> stream | ring = what is staged | -> link == packets ==> link
 *-> stream | ring = what has come | -> reader
 *
 * On the writer's side the stream's policy is STREAM_LIMITED: it takes what
 * the far reader has given credit for, so the writer's readiness is that of
 * the reader, and the link can always send what it finds, but for the
 * connection itself. On the reader's side the link writes into an ordinary
 * stream; since no more comes than there was credit for, it never waits for
 * room and never stops reading. So no stream holds up another.
 *
 * A link is a task of its node's scheduler: woken by its fd, by streams that
 * have become ready and by readers that have made room. Bodies go from their
 * chunks into the kernel, and come into chunks that records then point at.
 *
 * It knows the protocol of docs/wire.md and neither nodes nor operators.
 */
#ifndef TAU_CORE_WIRE_LINK_H
#define TAU_CORE_WIRE_LINK_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/carry.h"
#include "core/base/error.h"
#include "core/base/os.h"
#include "core/run/reactor.h"
#include "core/run/scheduler.h"
#include "core/stream/stream.h"

struct link;

/* What a link works with; all of it outlives the link. */
struct link_host {
	struct os *os;
	struct scheduler *scheduler;
	struct timers *timers;
	struct reactor *reactor;
	struct chunks *chunks;
};

struct link_listener {
	/* A peer that knows no streams has been told of one: "out" of theirs
	 * when `writes`. NULL: streams are only those that were added. */
	void (*announced)(struct link_listener *listener, struct link *link,
		uint32_t number, const char *port, bool writes);
	/* The connection is over: `why` is NULL when all streams had ended,
	 * else a sentence. Streams that had not ended have been. Called once,
	 * from the link's task; destroy it later. */
	void (*closed)(struct link_listener *listener, struct link *link,
		const char *why);
	/* The other side ended a stream that it wrote, as STREAM_FAILED or
	 * STREAM_CRASHED; `text` is what it said about it, or empty. NULL:
	 * nobody asks. */
	void (*failed)(struct link_listener *listener, struct link *link,
		uint32_t number, enum stream_reason reason, const char *text);
	/* Before that, where it broke: of a stream that this side writes, up to
	 * so many records were not read. NULL: nobody counts. */
	void (*lost)(struct link_listener *listener, struct link *link,
		uint32_t number, uint64_t records);
	/* It has begun, `again`: not for the first time. NULL: nobody asks. */
	void (*begun)(
		struct link_listener *listener, struct link *link, bool again);
	/* The other side has ended a stream that it wrote, and so many of the
	 * records that it had sent by its own account did not come. NULL:
	 * nobody counts. */
	void (*missed)(struct link_listener *listener, struct link *link,
		uint32_t number, uint64_t records);
};

struct link_settings {
	const char *name; /* of this side, for HELLO */
	const char *peer; /* of the other, for sentences */
	bool packets;     /* SOCK_SEQPACKET; else length prefixes */
	bool patient;     /* the other side may come later: no time limit */
	bool fds;         /* a stream of it may carry fds: of packets alone */
	bool again;       /* a hub may tell of another connection */
	bool renews;      /* of bytes: another connection may replace it */
	bool heirs;       /* of packets: a process may follow on either side */
	bool late; /* an end before HELLO came: the other side was done */
	uint32_t packet_bytes; /* the largest to receive; 0: the default */
	uint64_t incarnation;
};

/* How a link has fared; may be read at any time. Where processes may follow,
 * packets count from the HELLO on that this pair of them began with. */
struct link_counts {
	uint64_t packets_sent, packets_received;
	uint64_t bytes_sent, bytes_received;
	uint64_t repeated, lost; /* records, by sequence numbers */
};

/* Takes `fd`, which must be non-blocking, also on failure. HELLO goes out
 * when the scheduler runs. -errno with a sentence. */
int link_create(struct link **link, const struct link_host *host,
	const struct link_settings *settings, int fd,
	struct link_listener *listener, struct error *error);

/* Closes the connection, and ends what had not ended as crashed. Streams stay
 * their owner's. Not from within a callback. NULL is fine. */
void link_destroy(struct link **link);

/* Adds a stream under a number that both sides know, before the other side
 * speaks of it. link_send: this side writes: `stream` is STREAM_LIMITED and
 * the link its reader. link_receive: this side reads, the link is its writer.
 * `port` is the name that α tells; `stream->fds`, set before, whether fds may
 * travel on it. -EEXIST, -ENOMEM. */
int link_send(struct link *link, uint32_t number, struct stream *stream,
	const char *port);
int link_receive(struct link *link, uint32_t number, struct stream *stream,
	const char *port);

/* Stands still: nothing is read or sent until the thaw, after which the link
 * goes on as if nothing had been; what a packet has made of itself so far it
 * stays. Between rounds only. A thaw that fails (-errno) may be tried again. */
void link_freeze(struct link *link);
int link_thaw(struct link *link, struct error *error);

/* Takes what has come on a link that stands still, to the last packet, where
 * the other side stands still as well: then none of it is under way. -errno
 * with a sentence; that the other side has gone shows at the thaw. */
int link_drain(struct link *link, struct error *error);

/* Goes on with `fd`, which must be non-blocking and is taken also on failure,
 * in the place of a connection of bytes whose other side has been followed by
 * another process: at once, or at the thaw. What came whole on the old one is
 * taken. Between rounds only. -errno with a sentence. */
int link_renew(struct link *link, int fd, struct error *error);

/* Writes how a frozen link stands, its streams not included; changes nothing.
 * And takes that over into one that stands still and has never run, whose
 * streams were filled before, by the same numbers and names: it goes on with
 * the same connection where the other was. What was over stays so: see
 * link_is_over. Of a stream that this one does not have nothing is kept where
 * `partly` says so: then the other side does not speak of it either. -EAGAIN: a
 * packet that could not go yet speaks of one. -EBADMSG, -ENOENT, -EMSGSIZE,
 * -ENOMEM, with a sentence; it can only be destroyed then. */
void link_carry(const struct link *link, struct carry *to);
int link_adopt(struct link *link, struct carry_reader *from, bool partly,
	struct error *error);

/* How many records have come on a stream that this side reads, and how many it
 * has allowed. */
void link_received(const struct link *link, uint32_t number, uint64_t *records,
	uint64_t *limit);

/* How many records of a stream that this side writes have gone, and are not
 * known to have been read. */
uint64_t link_unread(const struct link *link, uint32_t number);

/* How many records had gone on a stream, or come, when the link last began. */
uint64_t link_before(const struct link *link, uint32_t number);

/* Whether it has said or adopted anything. */
bool link_has_begun(const struct link *link);

/* Whether the connection is closed, and its listener was told. */
bool link_is_over(const struct link *link);

/* Whether it is over because of what this side has found to be wrong, rather
 * than that the other side has gone. */
bool link_has_refused(const struct link *link);

/* Whether HELLO has come. */
bool link_is_open(const struct link *link);

/* Whether it is open and has nothing to do until the other side speaks or a
 * stream is told: nothing waits to go, and its end is not under way. */
bool link_is_still(const struct link *link);

const struct link_counts *link_counts(const struct link *link);

/* Who speaks: the incarnations of this side, and of the other as last heard. */
void link_incarnations(const struct link *link, uint64_t *own, uint64_t *peer);

#endif
