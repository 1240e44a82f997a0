/* fake_time: clocks that stand still. See the header. */
#include "core/check/fake_time.h"

/* A clock at 0 is one that nobody has read (core/host/fabric). */
#define FIRST_NS INT64_C(1000000000)

static int64_t clock_ns(struct os *os)
{
	return ((const struct fake_time *)os)->now_ns;
}

static int64_t realtime_ns(struct os *os)
{
	return FAKE_TIME_BEGIN_NS - FIRST_NS + clock_ns(os);
}

void fake_time_init(struct fake_time *time)
{
	os_linux_init(&time->os);
	time->os.clock_ns = clock_ns;
	time->os.realtime_ns = realtime_ns;
	time->now_ns = FIRST_NS;
}
