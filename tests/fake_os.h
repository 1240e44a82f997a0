/*
 * fake_os: the real system calls, with faults on demand and a clock that only
 * moves when told. For any test that hands a `struct os *` to the core.
 *
 *	struct fake_os fake;
 *	fake_os_init(&fake);
 *	fake_os_fail(&fake, OS_CALL(write), 2, ENOSPC);  the second write fails
 *	fake_os_cut(&fake, OS_CALL(read), 1, 3);         the first read gives 3
 *	room_do(&fake.os, …);
 *
 * A sweep makes each call of a run fail in turn, until the run makes no more
 * calls than that:
 *
 *	for (unsigned nth = 1; ; nth++) {
 *		fake_os_init(&fake);
 *		fake_os_fail_nth(&fake, nth, EIO);
 *		result = room_do(&fake.os, …);
 *		if (!fake.fired)
 *			break;
 *		… judge the result …
 *	}
 *
 * It needs no release. The calls that cannot fail (clocks, identities, exit,
 * is_terminal) are not counted; `close` and `unmap` are done, then fail.
 */
#ifndef TESTS_FAKE_OS_H
#define TESTS_FAKE_OS_H

#include "core/base/os.h"

/* An entry's index in the table. */
#define OS_CALL(name) (offsetof(struct os, name) / sizeof(void (*)(void)))
#define OS_CALLS (sizeof(struct os) / sizeof(void (*)(void)))

#define FAKE_FAULTS_MAX 32
#define FAKE_ALWAYS 0u /* as `nth`: from now on every one */

struct fake_fault {
	size_t call;  /* OS_CALLS: whichever it is */
	uint64_t at;  /* its count at which this strikes, FAKE_ALWAYS: each */
	int code;     /* errno; 0: a short count */
	size_t bytes; /* the longest count then */
};

struct fake_os {
	struct os os; /* first: what the core gets */
	struct os real;
	struct fake_fault faults[FAKE_FAULTS_MAX];
	size_t fault_count;
	uint64_t calls[OS_CALLS]; /* how often each was called */
	uint64_t total;
	uint64_t fired; /* how many faults struck */
	int64_t now_ns; /* both clocks, once set; else below zero */
};

void fake_os_init(struct fake_os *fake);

/* The nth call of `call` from now on fails with the errno `code`. */
void fake_os_fail(struct fake_os *fake, size_t call, uint64_t nth, int code);

/* The nth call of any kind from now on. */
void fake_os_fail_nth(struct fake_os *fake, uint64_t nth, int code);

/* The nth call of `call`, which moves bytes, moves at most `bytes`. */
void fake_os_cut(struct fake_os *fake, size_t call, uint64_t nth, size_t bytes);

/* Stops both clocks at `now_ns`. From then on epoll_wait never waits: where
 * nothing is ready, the clocks jump to the end of the timeout. */
void fake_os_set_clock(struct fake_os *fake, int64_t now_ns);

#endif
