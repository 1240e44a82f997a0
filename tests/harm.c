/* harm: damaged handovers. See the header. */
#include "tests/harm.h"

#include <check.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/host/handover_private.h"

#define RUN_TURNS 1000

static struct side *make(struct harm *harm, const uint8_t *bytes, size_t count);

void harm_begin(struct harm *harm, const struct world_shape *shape,
	uint64_t turns, uint32_t side)
{
	struct node_failure failure = {0};

	harm->sentence[0] = 0;
	world_begin(&harm->world, shape, 0);
	side %= harm->world.side_count;
	harm->at = side;
	while (turns-- > 0)
		world_turn(&harm->world);
	world_freeze(&harm->world, side);
	carry_init(&harm->carry, &harm->world.sides[side]->fake.os);
	ck_assert_msg(handover_save(&harm->carry, harm->world.sides[side]->node,
			      NULL, 0, &failure) == 0,
		"%s", failure.error.text);
}

void harm_seal(uint8_t *bytes, size_t count)
{
	uint64_t digest;

	if (count < HANDOVER_END_BYTES)
		return;
	digest = handover_digest(bytes, count - HANDOVER_END_BYTES);
	memcpy(bytes + count - sizeof digest, &digest, sizeof digest);
}

bool harm_try(struct harm *harm, const uint8_t *bytes, size_t count)
{
	struct side *made = make(harm, bytes, count);

	if (!made)
		return false;
	world_kill(&made);
	return true;
}

bool harm_run(struct harm *harm, const uint8_t *bytes, size_t count)
{
	struct world *world = &harm->world;
	struct side *made = make(harm, bytes, count);
	struct error error = ERROR_NONE;
	bool any = true;

	if (!made)
		return false;
	world_kill(&world->sides[harm->at]);
	harm->carry.os = &made->fake.os;
	world->sides[harm->at] = made;
	ck_assert_msg(node_thaw(made->node, &error) == 0, "%s", error.text);
	for (int turns = 0; any && turns < RUN_TURNS; turns++) {
		any = false;
		for (uint32_t i = 0; i < world->side_count; i++)
			any |= node_turn(world->sides[i]->node, 0) ==
			       NODE_RUNNING;
	}
	return true;
}

void harm_end(struct harm *harm)
{
	carry_release(&harm->carry);
	world_end(&harm->world);
}

/* NULL when it was refused, with the sentence. The bytes have nothing behind
 * them that could be read by mistake, and the fds are others. */
static struct side *make(struct harm *harm, const uint8_t *bytes, size_t count)
{
	struct carry *carry = &harm->carry;
	struct side *made = world_side(&harm->world, harm->at);
	struct node_failure failure = {0};
	uint8_t *copy = malloc(count ? count : 1);
	int *fds = calloc(carry->fd_count + 1u, sizeof *fds);
	struct carry_reader reader = {
		copy, copy + count, fds, carry->fd_count, false};
	int result;

	memcpy(copy, bytes, count);
	for (uint32_t i = 0; i < carry->fd_count; i++)
		fds[i] = fcntl(carry->fds[i], F_DUPFD_CLOEXEC, 0);
	result = handover_restore(made->node, &reader, &failure);
	for (uint32_t i = 0; i < carry->fd_count; i++)
		if (fds[i] >= 0)
			close(fds[i]);
	free(fds);
	free(copy);
	if (result == 0)
		return made;
	ck_assert_int_lt(result, 0);
	ck_assert_msg(failure.error.text[0], "refused without a word");
	memcpy(harm->sentence, failure.error.text, sizeof harm->sentence);
	world_kill(&made);
	return NULL;
}
