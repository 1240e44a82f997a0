/*
 * fake_time: the real system calls, but for the clocks, which stand still
 * until they are moved. A wait for an fd takes real time, as ever.
 */
#ifndef TAU_CORE_CHECK_FAKE_TIME_H
#define TAU_CORE_CHECK_FAKE_TIME_H

#include "core/base/os.h"

/* 2026-01-01T00:00:00Z, where the calendar stands at first. */
#define FAKE_TIME_BEGIN_NS (INT64_C(1767225600) * 1000000000)

struct fake_time {
	struct os os;   /* first: what the node gets */
	int64_t now_ns; /* of the monotonic clock, since the beginning */
};

void fake_time_init(struct fake_time *time);

#endif
