/* stage_members: members of variadic ports of an operator on a stage. */
#include "core/check/stage.h"

static struct stage *stage_of(struct tau_op *op)
{
	return (struct stage *)(void *)op;
}

bool stage_has_some(const struct stage_in *in)
{
	bool data =
		in->at + (in->cell && in->head.next != &in->window) < in->count;

	return data ? !in->off : !in->told_end;
}

static struct stage_in *in_of(const struct tau_group *group, uint32_t member)
{
	return (struct stage_in *)(void *)group->in[member];
}

int stage_next_in(struct tau_op *op, uint32_t port, struct tau_in **to)
{
	struct stage *stage = stage_of(op);
	const struct tau_group *group = &stage->in_groups[port];
	bool ended = true;

	stage_enter(stage);
	if (stage_told(stage, false))
		return TAU_STOPPED;
	for (uint32_t i = 0; i < group->count; i++)
		ended = ended && in_of(group, i)->told_end;
	if (ended || (stage_is_gone(stage)))
		return TAU_END;
	for (uint32_t i = 0; (stage->fresh & TAU_IN(port)) && i < group->count;
		i++) {
		uint32_t member = (stage->next_member[port] + i) % group->count;
		struct stage_in *in = in_of(group, member);

		/* What stands in its window and was consumed is gone. */
		if (in->cell && in->head.next != &in->window) {
			stage_harvest(stage);
			stage_retire(stage, in);
		}
		if (!stage_has_some(in))
			continue;
		stage->next_member[port] = member + 1;
		*to = &in->head;
		return TAU_OK;
	}
	stage->fresh &= ~(uint32_t)TAU_IN(port);
	return TAU_WAIT;
}

/* Those that have not ended have room; each is given once between waits. */
int stage_next_out(struct tau_op *op, uint32_t port, struct tau_out **to)
{
	struct stage *stage = stage_of(op);
	const struct tau_group *group = &stage->out_groups[port];
	uint32_t *next =
		&stage->next_member[stage->description->in_count + port];

	bool ended = true;

	stage_enter(stage);
	if (stage_told(stage, false))
		return TAU_STOPPED;
	if (stage->stalls && stage->stall++ % 2 == 0)
		return TAU_WAIT;
	for (uint32_t i = 0; i < group->count; i++) {
		struct tau_out *head = group->out[(*next)++ % group->count];

		struct stage_out *out = (struct stage_out *)(void *)head;

		if (out->ended)
			continue;
		ended = false;
		if (out->given == stage->turn)
			continue;
		out->given = stage->turn;
		*to = head;
		return TAU_OK;
	}
	return ended ? TAU_END : TAU_WAIT;
}
