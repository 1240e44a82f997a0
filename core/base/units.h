/*
 * units: of memory and of time, and those that x86-64 and Linux count in.
 */
#ifndef TAU_CORE_BASE_UNITS_H
#define TAU_CORE_BASE_UNITS_H

#include <stddef.h>
#include <stdint.h>

#define KIB 1024u
#define MIB (1024u * KIB)
#define PAGE_BYTES ((size_t)4096)

#define MILLISECOND_NS INT64_C(1000000)
#define SECOND_NS INT64_C(1000000000)
#define TICK_NS (SECOND_NS / 100) /* of /proc: USER_HZ, on every machine */

#endif
