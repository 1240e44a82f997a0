/*
 * proof: what both sides of a handover say about its streams, compared.
 *
 * A text with a line per stream: its name, then numbers separated by spaces:
 * records sent, received, retired, the limit, records carried, a digest of
 * these in hexadecimal, and, where a program of somebody else's reads it, how
 * many may be under way to that. The side that hands over counts first, the one
 * that restored counts anew.
 */
#ifndef TAU_CORE_STEP_PROOF_H
#define TAU_CORE_STEP_PROOF_H

#include <stdbool.h>
#include <stdint.h>

#include "core/wire/command.h"

struct proof_stream {
	struct command_text name;
	uint64_t sent, received, retired, limit, carried, digest, away;
};

/* Takes the next line off a proof. False: there is none, or it is no such
 * line; `text` is then left as it was. */
bool proof_next(struct command_text *text, struct proof_stream *stream);

/* Why what was restored is not what was handed over, to be freed; NULL: it is.
 * A stream that only one side has is the plan's doing. */
char *proof_differs(struct command_text before, struct command_text after);

#endif
