/*
 * counters: a page of memory in which a node notes what went through its
 * streams, and who runs. Its supervisor makes it, holds it and reads it, also
 * when the node is dead: so what a kill lost is known to the record.
 *
 *   offset bytes
 *        0     4  COUNTERS_MAGIC
 *        4     4  COUNTERS_VERSION
 *        8     4  operators
 *       12     4  streams
 *       16     4  running: the operator that has the thread, from 1; 0: none
 *       20     4  awake: the node does not sleep, or it does not say so
 *       24     4  unwatched: the supervisor does not look
 *       28    36  zero
 *       64     8  per operator: its turn
 *                 per stream: written[2], read[2], of 8 bytes each
 *
 * Operators and streams count as in the node's plan. When an operator has given
 * the thread back, all that it wrote is in its streams and all that it consumed
 * is out of them. Then its counts are put into the halves that its turn does
 * not name, and its turn moves on: one store, so that a kill leaves what was
 * before or what came after, and never a mixture. `written` belongs to the
 * stream's writer and its turn, `read` to its reader.
 *
 * Whose node sleeps need not look at it, and must be woken when that ends: else
 * an operator that does not come back would not be seen. Both sides write their
 * own word first and then read the other's, in the one order of all such
 * accesses:
 *
 *	node wakes     awake := 1       then reads unwatched
 *	supervisor     unwatched := 1   then reads awake
 *
 * Whichever write comes second, who did it reads the other's first one: so the
 * supervisor sees that the node is awake and goes on looking, or the node sees
 * that nobody looks and tells it before any operator runs, or both. A node that
 * dies in between is told of by its pidfd.
 *
 * Integers are those of the machine: both sides run on it. The supervisor seals
 * the size, and believes none of the rest: a node may have written anything.
 */
#ifndef TAU_CORE_WIRE_COUNTERS_H
#define TAU_CORE_WIRE_COUNTERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/error.h"
#include "core/base/os.h"

#define COUNTERS_MAGIC 0x75617463u
#define COUNTERS_VERSION 1u
#define COUNTERS_HEAD_BYTES 64

/* In `read`: the reader went before it had all. In `written`: the writer was
 * not done when its reader went. */
#define COUNTERS_LEFT (UINT64_C(1) << 63)

struct counters_head {
	uint32_t magic, version;
	uint32_t operators, streams;
	uint32_t running;
	uint32_t awake, unwatched;
	uint32_t zero[9];
};

struct counters_stream {
	uint64_t written[2], read[2];
};

/* A page as one process sees it. Zeroed is none. */
struct counters {
	struct counters_head *head;
	uint64_t *turns;                 /* by operator */
	struct counters_stream *streams; /* by stream */
	uint32_t operator_count, stream_count;
	size_t bytes;
};

/* Makes a page of that size in the memory file `*fd`, which is then the
 * caller's, and maps it. -errno with a sentence. */
int counters_make(struct counters *counters, struct os *os, uint32_t operators,
	uint32_t streams, int *fd, struct error *error);

/* Maps a node's own page, to be written; `fd` stays the caller's. -EINVAL: it
 * is of another size. */
int counters_map(struct counters *counters, struct os *os, uint32_t operators,
	uint32_t streams, int fd);

void counters_unmap(struct counters *counters, struct os *os);

/* Whether the node has begun to write its page, in this version's way. */
bool counters_valid(const struct counters *counters);

/* Who has the thread, counted from 0; UINT32_MAX: nobody. */
uint32_t counters_running(const struct counters *counters);

/* The node goes to sleep: waits for what may come, and runs nobody. */
void counters_sleep(struct counters *counters);

/* It does not any more. Whether nobody looks, so that this is to be told; it is
 * said once. */
bool counters_wake(struct counters *counters);

/* The supervisor does not look from now on, if the node sleeps; whether it
 * does. */
bool counters_unwatch(struct counters *counters);

/* The half that the last finished turn of that operator filled. */
static inline uint32_t counters_half(
	const struct counters *counters, uint32_t operator_index)
{
	return __atomic_load_n(
		       &counters->turns[operator_index], __ATOMIC_ACQUIRE) &
	       1;
}

/* Makes what was put into the other half count. */
static inline void counters_turn(
	struct counters *counters, uint32_t operator_index)
{
	__atomic_store_n(&counters->turns[operator_index],
		counters->turns[operator_index] + 1, __ATOMIC_RELEASE);
}

#endif
