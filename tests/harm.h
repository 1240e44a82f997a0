/*
 * harm: a node of a world that stands still, and others that are made of its
 * handover when somebody has damaged that. For the fuzz target too.
 *
 *	harm_begin(&harm, &shape, turns, side);
 *	harm_try(&harm, bytes, count)      as often as one likes
 *	harm_run(&harm, bytes, count)      at most once
 *	harm_end(&harm);
 */
#ifndef TESTS_HARM_H
#define TESTS_HARM_H

#include "core/host/handover.h"
#include "tests/world.h"

struct harm {
	struct world world;
	uint32_t at; /* the side */
	struct carry carry;
	char sentence[ERROR_TEXT_BYTES]; /* of the last that was refused */
};

/* Runs so many turns, freezes a side and saves it. */
void harm_begin(struct harm *harm, const struct world_shape *shape,
	uint64_t turns, uint32_t side);

/* As if the bytes had been saved like that. */
void harm_seal(uint8_t *bytes, size_t count);

/* Whether a new node can be made of that; it is gone again. */
bool harm_try(struct harm *harm, const uint8_t *bytes, size_t count);

/* Where it can, it takes over and runs for a while. */
bool harm_run(struct harm *harm, const uint8_t *bytes, size_t count);

void harm_end(struct harm *harm);

#endif
