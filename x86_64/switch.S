/*
 * switch: the only assembly. Two functions that change sides, and the place
 * where a coroutine starts. frame.h draws the frame and names its offsets.
 *
 * A side is left by storing what a call preserves into the frame and entered
 * by loading it. The way back is a jump, never `ret`: the processor predicts
 * returns by its own stack of calls, which knows nothing of ours, and each
 * miss costs more than the whole switch.
 *
 * The unwinding information is exact at every instruction. It must not be
 * left out: debuggers, profilers, crash reports and C++ exceptions go by it.
 */
#include "x86_64/frame.h"

/* DWARF's numbers of the registers. */
#define DW_RBX 3
#define DW_RDI 5
#define DW_RBP 6
#define DW_RSP 7
#define DW_RIP 16

#define DW_CFA_EXPRESSION 0x10     /* saved at the address … */
#define DW_CFA_CFA_EXPRESSION 0x0f /* the CFA is … */
#define DW_OP_BREG 0x70            /* register + number */
#define DW_OP_DEREF 0x06
#define LOW7(number) (((number) & 0x7f) | 0x80)
#define HIGH7(number) ((number) >> 7)

/* `register` is saved at `base` + `offset`, 0 <= offset < 8192. */
#define SAVED_AT(register, base, offset) \
	.cfi_escape DW_CFA_EXPRESSION, register, 3, DW_OP_BREG + base, \
		LOW7(offset), HIGH7(offset)

/* All of a side is saved in the frame that `base` points to. */
#define SIDE_SAVED_AT(base, side) \
	SAVED_AT(DW_RIP, base, side + SIDE_RIP); \
	SAVED_AT(DW_RBP, base, side + SIDE_RBP); \
	SAVED_AT(DW_RBX, base, side + SIDE_RBX); \
	SAVED_AT(12, base, side + SIDE_R12); \
	SAVED_AT(13, base, side + SIDE_R13); \
	SAVED_AT(14, base, side + SIDE_R14); \
	SAVED_AT(15, base, side + SIDE_R15)

/*
 * Leaves the side `from` and enters the side `to` of the frame in rdi, with
 * the value in esi. The CFA, which is the stack pointer after our return, is
 * rsp itself once the return address is popped.
 */
.macro change_sides from, to
	.cfi_startproc
	popq	%rcx
	.cfi_def_cfa_offset 0
	.cfi_register DW_RIP, 2
	movq	%rcx, \from + SIDE_RIP(%rdi)
	movq	%rsp, \from + SIDE_RSP(%rdi)
	movq	%rbp, \from + SIDE_RBP(%rdi)
	movq	%rbx, \from + SIDE_RBX(%rdi)
	movq	%r12, \from + SIDE_R12(%rdi)
	movq	%r13, \from + SIDE_R13(%rdi)
	movq	%r14, \from + SIDE_R14(%rdi)
	movq	%r15, \from + SIDE_R15(%rdi)
	SIDE_SAVED_AT(DW_RDI, \from)
	movl	%esi, %eax
	movq	\to + SIDE_RBP(%rdi), %rbp
	movq	\to + SIDE_RBX(%rdi), %rbx
	movq	\to + SIDE_R12(%rdi), %r12
	movq	\to + SIDE_R13(%rdi), %r13
	movq	\to + SIDE_R14(%rdi), %r14
	movq	\to + SIDE_R15(%rdi), %r15
	movq	\to + SIDE_RSP(%rdi), %rsp
	SIDE_SAVED_AT(DW_RDI, \to)
	jmpq	*\to + SIDE_RIP(%rdi)
	.cfi_endproc
.endm

	.text
	.globl	switch_resume
	.type	switch_resume, @function
	.p2align 5
switch_resume:
	change_sides FRAME_RESUMER, FRAME_OWN
	.size	switch_resume, . - switch_resume

	.globl	switch_suspend
	.type	switch_suspend, @function
	.p2align 5
switch_suspend:
	change_sides FRAME_OWN, FRAME_RESUMER
	.size	switch_suspend, . - switch_suspend

/*
 * Here rsp is the frame. Whoever unwinds to this point goes on at the side
 * that resumed us last: its stack pointer is the CFA.
 */
	.globl	switch_start
	.type	switch_start, @function
	.p2align 5
switch_start:
	.cfi_startproc
	.cfi_personality 0x1b, switch_personality
	.cfi_escape DW_CFA_CFA_EXPRESSION, 4, DW_OP_BREG + DW_RSP, \
		LOW7(FRAME_RESUMER + SIDE_RSP), \
		HIGH7(FRAME_RESUMER + SIDE_RSP), DW_OP_DEREF
	SIDE_SAVED_AT(DW_RSP, FRAME_RESUMER)
	ldmxcsr	.Lmxcsr(%rip)
	fldcw	.Lx87(%rip)
	movq	%rsp, %rdi
	call	*%rbx
	ud2
	.cfi_endproc
	.size	switch_start, . - switch_start

	.section .rodata
	.p2align 2
.Lmxcsr:
	.long	MXCSR_DEFAULT
.Lx87:
	.short	X87_DEFAULT

	.section .note.GNU-stack, "", @progbits
