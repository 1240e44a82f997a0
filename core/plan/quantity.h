/*
 * quantity: sizes and durations as people write them.
 *
 * A size is a whole number of bytes, alone or with B, KiB, MiB, GiB, KB, MB
 * or GB. A duration is a decimal number with ns, us, ms, s, min, h or d.
 * Nothing is rounded: what is not a whole number of bytes or nanoseconds, or
 * does not fit in 63 bits, is refused.
 */
#ifndef TAU_CORE_PLAN_QUANTITY_H
#define TAU_CORE_PLAN_QUANTITY_H

#include <stdint.h>

/* Both return 0, or -EINVAL for what is not such a quantity, or -ERANGE for
 * one that is too large; the result is then untouched. */
int quantity_size(const char *text, int64_t *size_bytes);
int quantity_duration(const char *text, int64_t *duration_ns);

#endif
