/*
 * handover_fuzz: edits of genuine handovers, sealed again. The first byte says
 * of which shape of world, the second at which turn, the third of which side;
 * then come edits of six bytes: where (3, of the whole), what (1), a value (2).
 * Whatever comes, the new node refuses it with a sentence, or runs.
 * with: tests/harm.c tests/world.c tests/world_flow.c
 * with: tests/world_operators.c tests/fake_os.c
 */
#include "tests/harm.h"
#include "tests/world_shapes.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EDIT_BYTES 6

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

struct edited {
	uint8_t *bytes;
	size_t count;
};

/* Assertions of the world, outside of any test. */
void _mark_point(const char *file, int line)
{
	(void)file;
	(void)line;
}

void _ck_assert_failed(const char *file, int line, const char *expression,
	const char *message, ...)
{
	fprintf(stderr, "%s:%d: %s: %s\n", file, line, expression,
		message ? message : "");
	abort();
}

static void edit(struct edited *edited, const uint8_t *how)
{
	size_t at = (how[0] | (size_t)how[1] << 8 | (size_t)how[2] << 16) %
		    edited->count;
	uint8_t *place = edited->bytes + at;
	size_t rest = edited->count - at, some = how[4];

	switch (how[3] % 5) {
	case 0:
		*place ^= how[4];
		break;
	case 1: /* a number */
		memset(place, how[5], some % 8 < rest ? some % 8 : rest);
		break;
	case 2: /* left out */
		if (some >= rest)
			break;
		memmove(place, place + some, rest - some);
		edited->count -= some;
		break;
	case 3: /* twice */
		if (some > rest)
			some = rest;
		memmove(place + some, place, rest);
		edited->count += some;
		break;
	default: /* from elsewhere */
		if (some > rest)
			some = rest;
		memmove(place,
			edited->bytes + how[5] * (edited->count - some) / 255,
			some);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	const struct world_shape *shape;
	struct edited edited;
	struct harm harm;
	size_t most;

	if (bytes < 3)
		return 0;
	shape = &world_shapes[data[0] % WORLD_SHAPES];
	harm_begin(&harm, shape, data[1] % 64, data[2] % 2);
	most = harm.carry.used + bytes / EDIT_BYTES * 256;
	edited.count = harm.carry.used;
	edited.bytes = malloc(most);
	memcpy(edited.bytes, harm.carry.bytes, edited.count);
	for (size_t at = 3; at + EDIT_BYTES <= bytes; at += EDIT_BYTES)
		edit(&edited, data + at);
	harm_seal(edited.bytes, edited.count);
	(void)harm_run(&harm, edited.bytes, edited.count);
	free(edited.bytes);
	harm_end(&harm);
	return 0;
}
