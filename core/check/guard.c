/* guard: no signals to others. See the header. */
#include "core/check/guard.h"

#include <asm/unistd.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>

/* The low half of a register, as a process's number is passed. */
#define ARGUMENT(n) ((uint32_t)offsetof(struct seccomp_data, args[n]))
#define LOAD(offset) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offset)
#define SKIP_IF(value, yes, no)                                                \
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)(value), yes, no)
#define ANSWER(what) BPF_STMT(BPF_RET | BPF_K, (uint32_t)(what))

/* Where its end is in the program below. */
enum { KILL = 9, WHOM = 11, ALLOW = 13, TRAP = 14 };
#define AHEAD(from, to) (uint8_t)((to) - (from)-1)

int guard_signals(struct os *os)
{
	/* Which call it is; then whom it is for. A signal that a process sends
	 * to itself (abort, raise) goes, as does the question whether somebody
	 * is there, which is the signal 0. */
	struct sock_filter filter[] = {
		[0] = LOAD(offsetof(struct seccomp_data, arch)),
		[1] = SKIP_IF(AUDIT_ARCH_X86_64, 0, AHEAD(1, ALLOW)),
		[2] = LOAD(offsetof(struct seccomp_data, nr)),
		[3] = SKIP_IF(__NR_kill, AHEAD(3, KILL), 0),
		[4] = SKIP_IF(__NR_tgkill, AHEAD(4, WHOM), 0),
		[5] = SKIP_IF(__NR_rt_sigqueueinfo, AHEAD(5, WHOM), 0),
		[6] = SKIP_IF(__NR_rt_tgsigqueueinfo, AHEAD(6, WHOM), 0),
		[7] = SKIP_IF(__NR_tkill, AHEAD(7, TRAP), 0),
		[8] = SKIP_IF(__NR_pidfd_send_signal, AHEAD(8, TRAP),
			AHEAD(8, ALLOW)),
		[KILL] = LOAD(ARGUMENT(1)),
		[10] = SKIP_IF(0, AHEAD(10, ALLOW), 0),
		[WHOM] = LOAD(ARGUMENT(0)),
		[12] = SKIP_IF(os->getpid(os), 0, AHEAD(12, TRAP)),
		[ALLOW] = ANSWER(SECCOMP_RET_ALLOW),
		[TRAP] = ANSWER(SECCOMP_RET_TRAP),
	};
	const struct sock_fprog program = {
		.len = sizeof filter / sizeof *filter, .filter = filter};
	int result = os->prctl(os, PR_SET_NO_NEW_PRIVS, 1, 0);

	return result < 0 ? result
			  : os->prctl(os, PR_SET_SECCOMP, SECCOMP_MODE_FILTER,
				    (unsigned long)(uintptr_t)&program);
}
