/*
 * quantity: sizes and durations as people write them.
 *
 * A size is a whole number of bytes, alone or with B, KiB, MiB, GiB, kB, KB,
 * MB or GB ("256KiB", "1 MiB"). A duration is one or more numbers with their
 * units, ns, us, ms, s, min or m, h, d, the larger before the smaller
 * ("250ms", "1.5s", "1m30s"). Nothing is rounded: what is not a whole number
 * of bytes or nanoseconds is refused, and so is what needs more than 63 bits.
 */
#ifndef TAU_CORE_TEXT_QUANTITY_H
#define TAU_CORE_TEXT_QUANTITY_H

#include <stddef.h>
#include <stdint.h>

/* Both return 0, or -EINVAL for what is not such a quantity, or -ERANGE for
 * one that is too large; the result is then untouched. */
int quantity_size(const char *text, int64_t *size_bytes);
int quantity_duration(const char *text, int64_t *duration_ns);

#define QUANTITY_TEXT_BYTES 64

/* The shortest text that reads back as the same size or duration, which is
 * not negative. */
void quantity_size_text(char text[QUANTITY_TEXT_BYTES], int64_t size_bytes);
void quantity_duration_text(
	char text[QUANTITY_TEXT_BYTES], int64_t duration_ns);

#endif
