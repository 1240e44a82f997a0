/*
 * link_private: what the files of `link` share: link.c its life, link_ends.c
 * the streams that it carries, link_send.c packets that go, link_receive.c
 * packets that come, link_notice.c what is told, link_credit.c how much may
 * come, link_fds.c fds beside records, link_space.c where packets come,
 * link_carry.c standing still and handing over, link_adopt.c going on in
 * another process, link_again.c, link_heir.c and link_renew.c another far side.
 */
#ifndef TAU_CORE_WIRE_LINK_PRIVATE_H
#define TAU_CORE_WIRE_LINK_PRIVATE_H

#include <sys/queue.h>
#include <sys/uio.h>

#include "core/record/descriptor.h"
#include "core/wire/frame.h"
#include "core/wire/link.h"
#include "core/wire/notice.h"

#define LINK_MAGIC 0x6c696e6bu
#define LINK_PARTS_MAX 256 /* pieces of memory that one packet is made of */
#define LINK_PREFIX_BYTES 4

/* The bits that wake a link. */
#define LINK_READABLE TAU_SLOT(0)
#define LINK_WRITABLE TAU_SLOT(1)
#define LINK_WORK TAU_SLOT(2)
#define LINK_REST TAU_SLOT(3) /* nobody else is ready */

/* One stream's end at this side. */
struct link_end {
	struct stream_listener listener; /* first */
	struct link *link;
	struct stream *stream;
	char *port;
	uint32_t number;
	bool sends;
	bool known; /* the other side has said alpha */
	bool said_alpha;
	bool over; /* omega was said or heard: nothing goes any more */
	bool heard_omega;
	bool ended_before; /* on an earlier connection: to be said again */
	bool credited;     /* sends: the other side has given credit */
	bool said_omega;
	bool queued; /* on the list of those that want something sent */
	TAILQ_ENTRY(link_end) link_queue;
	bool resting; /* receives: has something to tell before the node waits
		       */
	TAILQ_ENTRY(link_end) rest_queue;
	bool settles;         /* tells it now */
	bool asked;           /* receives: the writer waits for all of it */
	uint64_t asked_bytes; /* sends: the limit at which it said so */
	bool paused;          /* has said kappa */
	struct tau_in in;     /* sends: the link reads the stream */
	struct tau_out out;   /* receives: it writes into it */
	bool leaving;         /* heard omega; leaves when its share has gone */
	uint32_t part_offset; /* of the head record, sent or received */
	uint8_t *part;        /* receives: the record that is being put */
	uint32_t part_total;  /* together, in a chunk of its own */
	uint16_t part_type;
	uint64_t expected;   /* receives: the next sequence number */
	uint64_t came_bytes; /* receives: bodies that came, in bytes */
	uint64_t missed;     /* receives: numbers that never came */
	uint64_t granted_bytes, granted_records;
	uint64_t first_credit; /* sends: records, as told at first */
	uint64_t late_records; /* its credit, told behind the end */
	/* What had gone or come when this connection began. */
	uint64_t base_bytes, base_records;
};

TAILQ_HEAD(link_queue, link_end);

/* What one end put into a packet: it is consumed when the packet has gone. */
struct link_share {
	struct link_end *end;
	uint32_t records;
	uint32_t part_offset; /* of the head record afterwards */
};

/* A packet as pieces of memory: heads, tables and small bodies in `scratch`,
 * other bodies in their chunks, where the stream keeps them until the packet
 * has gone. */
struct link_packet {
	struct iovec parts[LINK_PARTS_MAX];
	struct link_share shares[LINK_PARTS_MAX];
	uint8_t *scratch;
	uint32_t scratch_used;
	uint32_t part_count, first_part; /* the first that has not gone */
	uint32_t share_count;
	uint32_t bytes;        /* without a length prefix */
	bool waiting;          /* made, and not yet gone */
	bool full;             /* somebody had more than fitted */
	int fds[LINK_FDS_MAX]; /* the cells' that it carries */
	uint32_t fd_count;
};

/* Fds that came with the packet that is being taken, in cells that the link
 * holds until it is done with it. */
struct link_fds {
	struct descriptor *came[LINK_FDS_MAX];
	uint32_t count, next; /* that no record has had */
	struct timer retry;
	bool late; /* the kernel takes no more of them now */
};

/* What the kernel tells fds in. */
struct link_control {
	_Alignas(struct cmsghdr) char bytes[CMSG_SPACE(
		LINK_FDS_MAX * sizeof(int))];
};

struct link {
	uint32_t magic;
	struct link_host host;
	struct link_listener *listener;
	struct link_settings settings;
	char *name, *peer;
	struct task task;
	struct reactor_watch watch;
	int fd;
	int next_fd;               /* takes its place at the thaw; -1: none */
	bool open;                 /* HELLO has come */
	bool opened;               /* it was open before, or is */
	bool bye;                  /* that has come */
	bool refused;              /* this side found what is wrong */
	uint64_t peer_incarnation; /* of the last that came */
	bool said_hello;
	bool said_all; /* its sending half is closed */
	bool blocked;  /* the kernel takes no more now */
	bool gone;     /* the other side has: what it left is read to its end */
	bool closed;
	bool deaf;              /* until AGAIN: the far side is not heard */
	char *dismissal;        /* why, in a BYE that has to go; NULL: none */
	bool frozen;            /* neither reads nor writes */
	bool adopted;           /* goes on where another process was */
	uint32_t send_bytes;    /* the largest packet that goes, */
	uint32_t receive_bytes; /* and that may come */
	struct link_end **ends; /* by number */
	uint32_t end_count, ends_over, ends_total;
	struct link_queue queue, resting;
	struct timer hello_timer;
	struct link_counts counts;

	struct link_packet packet; /* what goes next, or waits to go on */
	struct link_fds fds;

	/* what comes in: a chunk, filled from `in_end` on */
	uint8_t *in_chunk, *in_start, *in_end, *in_limit;
	/* chunks that were filled, with a reference of ours each: one that
	 * nobody else needs any more is filled again, while it is warm */
	uint8_t *filled[LINK_CHUNKS_MAX];
};

/* Puts an end among those that want something sent, and wakes the link. */
void link_want(struct link_end *end);

/* Lets an end tell how it stands before the node waits. */
void link_rest(struct link_end *end);
void link_settle(struct link *link);

/* The credit of a stream that this side reads, if it is worth telling. */
void link_put_credit(struct link *link, struct link_end *end);

/* Sends until there is nothing or the kernel takes no more. -errno. */
int link_push(struct link *link, struct error *error);

/* Receives what has come, a bounded number of packets; `*more` when there may
 * be more at once. -errno; -EPIPE: the other side has gone. */
int link_pull(struct link *link, bool *more, struct error *error);

/* When all that came was consumed, its place is used again. */
void link_begin_anew(struct link *link);

/* Makes the largest packet fit behind what has come. A new chunk takes the
 * beginning of an unfinished packet along. -ENOMEM. */
int link_need_space(struct link *link, struct error *error);

/* Bounds the packets that go by the socket's buffer: the kernel takes none that
 * is larger, and where that could not be made large they are smaller. No buffer
 * is as small as the smallest packet. */
void link_fit_buffer(struct link *link);

/* Drops the chunks that were received into. */
void link_drop_chunks(struct link *link);

/* Space for so many bytes in the packet that is being made. */
uint8_t *link_put(struct link *link, uint32_t bytes);

/* Notices into the packet that is being made: what an end has to say, its
 * omega, this side's HELLO, any other. */
void link_put_notices(struct link *link, struct link_end *end);
void link_put_omega(struct link *link, struct link_end *end);
void link_put_hello(struct link *link);
void link_put_notice(struct link *link, const struct notice *notice);

/* Does what a notice that came says. -EPROTO with a sentence; -EPIPE: BYE. */
int link_take_notice(
	struct link *link, const struct frame *frame, struct error *error);

/* The end of that number, of which the other side has said alpha, and which
 * must be on the side said. -EPROTO. */
int link_find(struct link *link, uint32_t number, bool sends,
	struct link_end **end, struct error *error);

/* Says BYE, as far as that goes at once. */
void link_say_bye(struct link *link, const char *why);

/* Whether less room is told of than one record may need. */
static inline bool link_end_full(const struct link_end *end)
{
	return end->granted_records <= end->expected ||
	       end->granted_bytes - end->came_bytes < end->stream->atomic_bytes;
}

/* Whether a stream that has been read has no news for its far writer: then it
 * tells again when more was read. Else it wants its turn. */
bool link_keep_credit(struct link_end *end);

/* Whether credit that was held back must be told now. */
bool link_end_starves(const struct link_end *end);

/* Fds of so many records into the packet that is being made. */
void link_fds_put(
	struct link *link, const struct tau_record *record, uint32_t count);

/* The packet's fds into a message that is sent; `control` holds them. */
void link_fds_attach(struct link *link, struct msghdr *message,
	struct link_control *control);

/* Takes over the fds of a message that came. -EPROTO: unasked for; -EMFILE,
 * -ENOMEM: some are lost. What came is there to be dropped either way. */
int link_fds_collect(
	struct link *link, struct msghdr *message, struct error *error);

/* The cell of the next record of an fd, still the link's; NULL: no more. */
struct descriptor *link_fds_next(struct link *link);

/* The packet was taken, with that result: there must have been as many fds as
 * records of them. Drops them. -EPROTO. */
int link_fds_settle(struct link *link, int result, struct error *error);
void link_fds_drop(struct link *link);

/* The limit to tell of, for `records` that the stream could hold: where they
 * are fds, no more than a quarter of the files that may still be opened. */
uint64_t link_fds_credit(struct link_end *end, uint64_t records);

/* Looks again soon whether the kernel takes fds, or this process may open
 * more: nothing tells of either. */
void link_fds_wait(struct link *link);
void link_fds_retry(struct timer *timer);

/* Ends the connection and all streams that it carries; `why` NULL: well. */
void link_shut(struct link *link, const char *why);

/* Which connection an end of it belongs to, in any process; 0 where it is never
 * made anew. */
uint64_t link_connection(const struct link *link, int fd);

/* What was handed over is about that one: goes on there if it has it, and else
 * begins anew, when it goes on, on the newest that it has. -errno with a
 * sentence. */
int link_connect_adopted(
	struct link *link, uint64_t connection, struct error *error);

/* Begins anew on another connection; what was lost with the last is told. */
void link_begin_again(struct link *link);

/* The same where a process has followed the one at the other side. */
void link_begin_with_heir(struct link *link);

/* HELLO came where processes may follow. Whether the link begins with it. */
bool link_take_heir(struct link *link, const struct notice *notice);

/* A stream that comes may begin with what another process was sent. */
void link_heir_expects(struct link_end *end);

/* Whether the other side, which has gone, had ended well before this process
 * followed another. */
bool link_heir_is_late(const struct link *link);

/* No more of that is to come. */
void link_heir_settles(struct link *link);

/* Tells of what went, and of what was staged to go, if it was not read. */
void link_tell_lost(struct link_end *end, uint64_t staged);

/* The stream ends: so many records behind the last that came did not. */
void link_tell_missed(struct link_end *end, uint64_t records);

/* Says omega of a stream that had ended on an earlier connection. */
void link_put_over(struct link *link, struct link_end *end);

/* Goes on with the connection that came while it stood still. -errno. */
int link_renew_late(struct link *link, struct error *error);

/* An end will carry nothing any more. */
void link_end_over(struct link_end *end);

/* The connection is over: so is what all ends carry. */
void link_end_streams(struct link *link, bool broken);

/* Lets go of the streams, and frees what is known of them. */
void link_release_ends(struct link *link);

/* The far side has broken the rules, and another may follow: it is told so, and
 * not heard until link_begin_again. */
void link_dismiss(struct link *link, const char *why);

#endif
