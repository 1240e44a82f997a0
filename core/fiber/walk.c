/* walk: who called whom. See the header. */
#include "core/fiber/walk.h"

#include <execinfo.h>
#include <string.h>
#include <ucontext.h>

static void unwind(struct walk *walk, uintptr_t at);
static void look_behind(struct walk *walk, const uintptr_t *top);

void walk_prepare(void)
{
	void *frames[4];

	(void)backtrace(frames, 4);
}

void walk_stack(struct walk *walk, const void *context)
{
	const ucontext_t *machine = context;
	uintptr_t at = (uintptr_t)machine->uc_mcontext.gregs[REG_RIP];
	uintptr_t top = (uintptr_t)machine->uc_mcontext.gregs[REG_RSP];

	walk->frames[0] = at;
	walk->count = 1;
	walk->fell = false;
	memset(walk->found, 0, sizeof walk->found);
	if (sigsetjmp(walk->back, 0) == 0) {
		walk->walking = 1;
		(void)backtrace(walk->found, WALK_FRAMES_MAX + WALK_FRAMES_OWN);
	} else {
		walk->fell = true;
	}
	walk->walking = 0;
	unwind(walk, at);
	if (walk->count > 1 || walk->fell || sigsetjmp(walk->back, 0) != 0)
		goto out;
	walk->walking = 1;
	look_behind(walk, (const uintptr_t *)top);
out:
	walk->walking = 0;
}

void walk_escape(struct walk *walk)
{
	if (!walk->walking)
		return;
	walk->walking = 0;
	siglongjmp(walk->back, 1);
}

/* The first frames are the handler's own; what crashed comes behind them. */
static void unwind(struct walk *walk, uintptr_t at)
{
	size_t from = 0;

	while (from < WALK_FRAMES_OWN && (uintptr_t)walk->found[from] != at)
		from++;
	if (from == WALK_FRAMES_OWN)
		return;
	for (from++; from < sizeof walk->found / sizeof *walk->found &&
		     walk->found[from] && walk->count < WALK_FRAMES_MAX;
		from++)
		walk->frames[walk->count++] = (uintptr_t)walk->found[from];
}

/* Whoever jumped to where no code is has left the way back on the stack. */
static void look_behind(struct walk *walk, const uintptr_t *top)
{
	uintptr_t caller = *(const volatile uintptr_t *)top;

	if (caller)
		walk->frames[walk->count++] = caller;
}
