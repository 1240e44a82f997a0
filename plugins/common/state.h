/*
 * state: what save writes and restore reads, in a form that people can read
 * too: one map of named integers, then whatever records the operator adds.
 */
#ifndef TAU_PLUGINS_COMMON_STATE_H
#define TAU_PLUGINS_COMMON_STATE_H

#include <stddef.h>
#include <stdint.h>

#include <tau/operator.h>

#include "common/buffer.h"

/* A named number of the state, and where the operator keeps it. */
struct state_entry {
	const char *name;
	int64_t *number;
};

/* Writes one map record. 0 or -errno. [create] */
int state_save(struct tau_op *op, struct tau_out *state,
	const struct state_entry *entries, size_t count);

/* Reads one map record that has all these entries, none of them negative.
 * 0, or -EBADMSG with a sentence. [create] */
int state_restore(struct tau_op *op, struct tau_in *state,
	const struct state_entry *entries, size_t count);

/* A number that the map has beside those, which states of before may lack:
 * then it stays as it is. To be asked before state_restore, which goes on
 * behind the map. [create] */
void state_look_up(struct tau_op *op, struct tau_in *state, const char *name,
	int64_t *number);

/* One record of bytes, also of none. 0 or -errno. [create] */
int state_save_bytes(struct tau_op *op, struct tau_out *state,
	const void *bytes, size_t count);
int state_restore_bytes(
	struct tau_op *op, struct tau_in *state, struct buffer *to);

/* The same of what a buffer holds from an offset on. [create] */
int state_save_buffer(struct tau_op *op, struct tau_out *state,
	const struct buffer *buffer, size_t from);

/* A record of bytes that restoring expects to be the same: what the state is
 * about, as a path; `what` names it in the sentence. 0, -EINVAL when it is
 * another one, or -errno. [create] */
int state_restore_same(struct tau_op *op, struct tau_in *state,
	const char *what, const void *bytes, size_t count);

/* What all restoring functions say when records are missing or wrong. */
int state_refuse(struct tau_op *op);

#endif
