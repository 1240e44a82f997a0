/*
 * readiness: the algebra of masks, and nothing else.
 *
 * A mask has one bit per port, slot and control signal, as laid out in
 * <tau/operator.h>. These are pure functions; who sets and clears bits is
 * decided elsewhere.
 */
#ifndef TAU_CORE_RUN_READINESS_H
#define TAU_CORE_RUN_READINESS_H

#include <stdbool.h>
#include <stdint.h>

#include <tau/operator.h>

#define READINESS_IN UINT64_C(0x0000000000ffffff)
#define READINESS_OUT UINT64_C(0x0000ffffff000000)
#define READINESS_SLOTS UINT64_C(0x00ff000000000000)
#define READINESS_CONTROL UINT64_C(0xff00000000000000)

/* Whether a wait holds: any control bit, any bit of `any`, or all of a
 * non-empty `all`. The deadline is the timers' affair. */
static inline bool readiness_holds(uint64_t ready, const struct tau_want *want)
{
	if (ready & (want->any | READINESS_CONTROL))
		return true;
	return want->all && (ready & want->all) == want->all;
}

/* The bits that a wait asks about. */
static inline uint64_t readiness_asked(const struct tau_want *want)
{
	return want->any | want->all | READINESS_CONTROL;
}

/* Takes the lowest bit out of a mask and gives its index; the mask must not
 * be empty. */
static inline unsigned readiness_take(uint64_t *mask)
{
	unsigned index = (unsigned)__builtin_ctzll(*mask);

	*mask &= *mask - 1;
	return index;
}

#endif
