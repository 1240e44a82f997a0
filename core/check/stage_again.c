/*
 * stage_again: whether an operator reads the same record again and again and
 * writes of it each time. It sees its window itself, so a read of what still
 * stands there is no call; once so much was written over one record that this
 * is in doubt, the window is closed at each write, and a read asks for it:
 *
 *     next                 limit          next, limit
 *      | not consumed       |     ->       |
 *
 * To consume the record through a closed window is right, as ever. Who is paced
 * by a clock is not meant.
 */
#include "core/check/stage.h"

void stage_again_hide(struct stage *stage)
{
	for (uint32_t i = 0; i < stage->in_total; i++) {
		struct stage_in *in = &stage->ins[i];

		if (stage->over >= STAGE_OVER_MAX && in->cell &&
			in->head.next == &in->window)
			in->head.limit = in->head.next;
	}
}

bool stage_again_read(struct stage *stage, struct stage_in *in)
{
	if (!in->cell || in->head.next != &in->window ||
		in->head.limit != &in->window)
		return false;
	in->head.limit = &in->window + 1;
	stage->stuck = ++stage->again >= STAGE_AGAIN_MAX || stage->stuck;
	return true;
}

void stage_again_move(struct stage *stage, bool consumed)
{
	stage->moved = stage->moved || (consumed && stage->over > 0);
	stage->over = stage->again = 0;
}

void stage_again_found(struct stage *stage, const char *code, const char *text)
{
	bool cause = stage->stuck && !stage->moved;

	stage->found(
		stage, cause ? "read.again" : code, cause ? STAGE_AGAIN : text);
}
