/*
 * frame: where a switch keeps the registers of both its sides. Shared by
 * assembler and C, which assert the same numbers.
 *
 * The frame stands at the top of a coroutine's stack, so that an unwinder
 * that comes to the coroutine's first function finds the way on, to whoever
 * resumed it, at a fixed distance from the stack pointer:
 *
 *	top of the stack  (higher addresses)
 *	  ...              what else the owner keeps
 *	  resumer  8 words who resumed last: valid while the coroutine runs
 *	  own      8 words where it goes on: valid while it does not run
 *	  owner    7 words the switch neither reads nor writes them
 *	  canary   1 word  spoilt by whoever writes past the first function
 *	frame, rsp of switch_start, a multiple of 64: each side is a cache line
 *	  return address into switch_start
 *	  the coroutine's functions
 *	low end  (lower addresses)
 *
 * Only what a call preserves is kept. The floating point control words
 * (mxcsr, x87) are not: they belong to the process, and are set to the ABI's
 * defaults once, when a coroutine starts.
 */
#ifndef TAU_X86_64_FRAME_H
#define TAU_X86_64_FRAME_H

#define SIDE_RSP 0
#define SIDE_RIP 8
#define SIDE_RBP 16
#define SIDE_RBX 24
#define SIDE_R12 32
#define SIDE_R13 40
#define SIDE_R14 48
#define SIDE_R15 56

#define FRAME_CANARY 0
#define FRAME_OWN 64
#define FRAME_RESUMER 128
#define FRAME_BYTES 192

#define MXCSR_DEFAULT 0x1f80 /* all exceptions masked, round to nearest */
#define X87_DEFAULT 0x37f    /* likewise, extended precision */

#ifndef __ASSEMBLER__

#include <stddef.h>
#include <stdint.h>

struct switch_side {
	void *rsp;
	void *rip;
	uint64_t rbp, rbx, r12, r13, r14, r15;
};

struct switch_frame {
	uint64_t canary;      /* the owner's, too */
	uint64_t stack_bytes; /* below the frame */
	uint64_t spare[6];
	struct switch_side own;
	struct switch_side resumer;
};

#define SIDE_AT(field, offset)                                                 \
	_Static_assert(offsetof(struct switch_side, field) == (offset), #field)
SIDE_AT(rsp, SIDE_RSP);
SIDE_AT(rip, SIDE_RIP);
SIDE_AT(rbp, SIDE_RBP);
SIDE_AT(rbx, SIDE_RBX);
SIDE_AT(r12, SIDE_R12);
SIDE_AT(r13, SIDE_R13);
SIDE_AT(r14, SIDE_R14);
SIDE_AT(r15, SIDE_R15);
#undef SIDE_AT
_Static_assert(offsetof(struct switch_frame, canary) == FRAME_CANARY, "canary");
_Static_assert(offsetof(struct switch_frame, own) == FRAME_OWN, "own");
_Static_assert(
	offsetof(struct switch_frame, resumer) == FRAME_RESUMER, "resumer");
_Static_assert(sizeof(struct switch_frame) == FRAME_BYTES, "frame");

/* Goes to the coroutine of `frame`; there, `value` is what switch_suspend
 * returns. Returns when the coroutine suspends, with the value it gave. */
int switch_resume(struct switch_frame *frame, int value);

/* Goes back to whoever resumed `frame`; called on its own stack. A caller
 * that returns its result at once pays nothing for the way back. */
int switch_suspend(struct switch_frame *frame, int value);

/* Where a new coroutine starts: calls own.rbx with the frame as its argument,
 * on the stack that begins at the frame. That function must not return. */
void switch_start(void);

#endif
#endif
