/*
 * stream_private: what the files of `stream` share among themselves.
 */
#ifndef TAU_CORE_STREAM_STREAM_PRIVATE_H
#define TAU_CORE_STREAM_STREAM_PRIVATE_H

#include "core/stream/stream.h"

/* Bytes and records that may still be written. */
uint64_t stream_credit(const struct stream *stream);
uint64_t stream_slots(const struct stream *stream);

/* Tells an armed end that has become ready. */
void stream_tell_reader(struct stream *stream);
void stream_tell_writer(struct stream *stream);

/* Sees to it that a space has so many bytes left, in a new chunk if need be.
 * -ENOMEM leaves it as it was. */
int stream_need_space(
	struct chunks *chunks, struct stream_space *space, size_t bytes);

/* Gives up the chunk of a space, or those of both. */
void stream_drop_space(struct chunks *chunks, struct stream_space *space);
void stream_drop_spaces(struct stream *stream);

/* Makes room by dropping the oldest record that the reader does not look at
 * and that ends no cycle. False when there is none. */
bool stream_drop_oldest(struct stream *stream);

/* Gives the memory of an empty ring back, and the writer's chunk, or takes the
 * spill for it; what leads to another process may keep both for a while. */
void stream_rest(struct stream *stream);

/* Takes a stream out of those that keep theirs; it has it still. */
void stream_cool(struct stream *stream);

/* Shows records to the taps, but no body that is nowhere. */
void stream_show(struct stream *stream, const struct tau_record *first,
	const struct tau_record *limit);

/* Closes the hole that dropped records left behind the in window. */
void stream_close_hole(struct stream *stream);

#endif
