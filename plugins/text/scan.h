/*
 * scan: finds bytes in text, 64 at a time, with SSE2, which every x86-64 has.
 * Nothing here reads outside of the bytes it is given.
 */
#ifndef TAU_PLUGINS_TEXT_SCAN_H
#define TAU_PLUGINS_TEXT_SCAN_H

#include <emmintrin.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum { SCAN_BYTES = 64 };

static inline uint64_t scan_mask_16(const uint8_t *text, __m128i wanted)
{
	__m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)text);

	return (uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(bytes, wanted));
}

static inline uint64_t scan_mask_whole(const uint8_t *text, __m128i wanted)
{
	return scan_mask_16(text, wanted) |
	       scan_mask_16(text + 16, wanted) << 16 |
	       scan_mask_16(text + 32, wanted) << 32 |
	       scan_mask_16(text + 48, wanted) << 48;
}

/* Bit i says that byte i, of the first 64 or of all, is the wanted one. */
static inline uint64_t scan_mask(
	const uint8_t *text, size_t bytes, uint8_t wanted)
{
	__m128i wide = _mm_set1_epi8((char)wanted);
	uint8_t copy[SCAN_BYTES];

	if (__builtin_expect(bytes >= SCAN_BYTES, 1))
		return scan_mask_whole(text, wide);
	memcpy(copy, text, bytes);
	memset(copy + bytes, ~wanted, SCAN_BYTES - bytes);
	return scan_mask_whole(copy, wide);
}

#endif
