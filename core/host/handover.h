/*
 * handover: the whole state of a node that stands still, as bytes and fds, and
 * a new node that goes on from there.
 *
 * Everything goes by name: operators, streams, links by their peer and
 * transport. The new node is built from a plan of its own, perhaps with other plugins: what is
 * handed over and has its like there is restored, and what does not fit is
 * refused with a sentence. Nothing of the bytes is believed.
 *
 *	| "tauFroz1" |
 *	| section NODE      the node's name
 *	| section STREAM …  name, where its ends are u32, lost u64, cut u64,
 *	|                   as core/stream/carried.h says
 *	| section NOWHERE … name, likewise
 *	| section LINK …    peer, transport u32, as core/wire/link_carried.h says
 *	| section FIFO …    its stream, as core/host/fifo_private.h says
 *	| section OPERATOR … name, type | done or failed, flags: 2 u32
 *	|                   dispatches, cycles, longest: 3 u64
 *	|                   timers u32: slot, flags: 2 u32, due, period: 2 u64
 *	|                   metrics u32: name, kind u32, value u64
 *	|                   has state, its version: 2 u32 | its records, as a
 *	|                   stream's
 *	| section END       XXH3 u64 of all that comes before it
 *
 * Sections are those of core/base/carry.h, which also holds the fds.
 */
#ifndef TAU_CORE_HOST_HANDOVER_H
#define TAU_CORE_HOST_HANDOVER_H

#include "core/base/carry.h"
#include "core/host/node.h"

/* Which state version an operator is to write. */
struct handover_version {
	const char *name; /* the operator's */
	uint32_t version;
};

/* What the new plan has no place for. */
struct handover_loss {
	uint32_t operators, streams;
	uint64_t records;
};

/* Writes a node that is NODE_FROZEN into a fresh carry; changes nothing, and
 * the node can be thawed whatever comes of it. Operators that `versions` does
 * not name write the version that they prefer. -errno with a sentence. */
int handover_save(struct carry *to, struct node *node,
	const struct handover_version *versions, uint32_t count,
	struct node_failure *failure);

/* Fills a node that was built by the plan that handed over, and not started,
 * from such bytes, and lets its operators test themselves; it stands still
 * until node_thaw. Fds that it takes are -1 in `from` then. After a failure the
 * node can only be destroyed. */
int handover_restore(struct node *node, struct carry_reader *from,
	struct node_failure *failure);

/* The same of a node with a plan of its own: from its former process's
 * handover, if it had one, and from those of other nodes in which there is what
 * the plan has here. What it has no place for is left out and counted, unless
 * the plan says that it is elsewhere. */
int handover_restore_partly(struct node *node, struct carry_reader *parts,
	uint32_t count, struct handover_loss *loss,
	struct node_failure *failure);

/* As the first, where the other nodes have gone on since: streams to them and
 * their links stay as they were built, and begin anew. `read` has a line "NAME
 * COUNT" for streams within the node: so many records had been read of it in
 * all, by who went on from this handover and is gone. Those of them that lie
 * here are dropped, as if they were read: what came of them has gone on, or is
 * lost with a state that is; so none of them is worked off twice. */
int handover_restore_alone(struct node *node, struct carry_reader *from,
	const char *read, struct node_failure *failure);

/* One operator of a node that is NODE_FROZEN: saves it, makes it anew and
 * restores it, and the streams do not notice; one that has come to its end
 * stays. For tests of operators. After a failure the node can only be
 * destroyed. */
int handover_renew(
	struct node *node, uint32_t at, struct node_failure *failure);

/* What each stream of the plan has come to, which both sides of a handover
 * count for themselves, a line each: its name; how many records were sent since
 * the beginning, received by this node (of its own, or over the link) and
 * retired by the reader or the link; the limit in records that was told by or
 * to the far side, else 0; how many are under way, and the XXH3 of those in
 * hexadecimal. The caller frees it. */
char *handover_proof(const struct node *node);

/* The same of one that was restored partly: by the names that were handed over,
 * and of streams that were. Of those that moved ">NAME", where they are written
 * now. */
char *handover_proof_partly(const struct node *node);

/* A sealed file in memory that holds the bytes: its fd, the caller's. -errno
 * with a sentence. */
int handover_write(const struct carry *from, struct error *error);

/* The bytes of one, which must be sealed: a private view, read-only, until
 * handover_forget. */
int handover_read(struct os *os, int fd, const uint8_t **bytes, size_t *count,
	struct error *error);
void handover_forget(struct os *os, const uint8_t *bytes, size_t count);

#endif
