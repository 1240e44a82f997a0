/*
 * sha256: see the header. The instructions keep the eight words of the state in
 * two registers and do two rounds at a time:
 *
 *	lanes     3 2 1 0
 *	abef      A B E F      a round of two turns abef and cdgh into the next
 *	cdgh      C D G H      abef; the next cdgh is what abef was
 */
#include "core/base/sha256.h"

#include <cpuid.h>
#include <immintrin.h>
#include <string.h>

#define WITH_INSTRUCTIONS __attribute__((target("sha,sse4.1,ssse3")))

static bool has_instructions(void);
static void add_blocks(uint32_t state[8], const uint8_t *bytes, size_t blocks);

static const uint32_t first_state[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372,
	0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};

static const uint32_t constants[64] = {0x428a2f98, 0x71374491, 0xb5c0fbcf,
	0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5, 0xd807aa98,
	0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7,
	0xc19bf174, 0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f,
	0x4a7484aa, 0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8,
	0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85,
	0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e,
	0x92722c85, 0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819,
	0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116, 0x1e376c08, 0x2748774c,
	0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3, 0x748f82ee,
	0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7,
	0xc67178f2};

void sha256_init(struct sha256 *sha256)
{
	sha256_init_plain(sha256);
	sha256->by_instructions = has_instructions();
}

void sha256_init_plain(struct sha256 *sha256)
{
	memset(sha256, 0, sizeof *sha256);
	memcpy(sha256->state, first_state, sizeof first_state);
	SHA256Init(&sha256->other);
}

void sha256_add(struct sha256 *sha256, const void *bytes, size_t count)
{
	const uint8_t *at = bytes;
	size_t begun = sha256->bytes % SHA256_BLOCK;
	size_t missing = begun ? SHA256_BLOCK - begun : 0;

	if (!sha256->by_instructions) {
		SHA256Update(&sha256->other, at, count);
		return;
	}
	sha256->bytes += count;
	if (missing > count)
		missing = count;
	if (missing > 0)
		memcpy(sha256->block + begun, at, missing);
	if (begun > 0 && begun + missing == SHA256_BLOCK)
		add_blocks(sha256->state, sha256->block, 1);
	at += missing;
	count -= missing;
	add_blocks(sha256->state, at, count / SHA256_BLOCK);
	at += count - count % SHA256_BLOCK;
	if (count % SHA256_BLOCK > 0)
		memcpy(sha256->block, at, count % SHA256_BLOCK);
}

/* Behind the bytes stand a bit, zeros up to the last eight bytes of a block,
 * and the number of bits. */
void sha256_end(struct sha256 *sha256, uint8_t digest[SHA256_BYTES])
{
	uint8_t padding[SHA256_BLOCK + 8] = {0x80};
	uint64_t bits = sha256->bytes * 8;
	size_t begun = sha256->bytes % SHA256_BLOCK;
	size_t zeros = (begun < 56 ? 56 : 120) - begun;

	if (!sha256->by_instructions) {
		SHA256Final(digest, &sha256->other);
		return;
	}
	for (unsigned i = 0; i < 8; i++)
		padding[zeros + i] = (uint8_t)(bits >> (56 - 8 * i));
	sha256_add(sha256, padding, zeros + 8);
	for (unsigned i = 0; i < SHA256_BYTES; i++)
		digest[i] =
			(uint8_t)(sha256->state[i / 4] >> (24 - 8 * (i % 4)));
}

static bool has_instructions(void)
{
	unsigned a, b, c, d, extended;

	if (!__get_cpuid_count(7, 0, &a, &extended, &c, &d) ||
		!__get_cpuid(1, &a, &b, &c, &d))
		return false;
	return (extended & bit_SHA) && (c & bit_SSSE3) && (c & bit_SSE4_1);
}

/* Four words of the message, which is big-endian. */
WITH_INSTRUCTIONS static inline __m128i load_words(const uint8_t *bytes)
{
	const __m128i turn = _mm_set_epi8(
		12, 13, 14, 15, 8, 9, 10, 11, 4, 5, 6, 7, 0, 1, 2, 3);

	return _mm_shuffle_epi8(
		_mm_loadu_si128((const __m128i *)(const void *)bytes), turn);
}

/* Words 16 to 19 behind the four times four before. */
WITH_INSTRUCTIONS static inline __m128i next_words(
	__m128i a, __m128i b, __m128i c, __m128i d)
{
	__m128i sum = _mm_add_epi32(
		_mm_sha256msg1_epu32(a, b), _mm_alignr_epi8(d, c, 4));

	return _mm_sha256msg2_epu32(sum, d);
}

WITH_INSTRUCTIONS static void add_blocks(
	uint32_t state[8], const uint8_t *bytes, size_t blocks)
{
	__m128i abef = _mm_set_epi32(
		(int)state[0], (int)state[1], (int)state[4], (int)state[5]);
	__m128i cdgh = _mm_set_epi32(
		(int)state[2], (int)state[3], (int)state[6], (int)state[7]);

	for (; blocks > 0; blocks--, bytes += SHA256_BLOCK) {
		__m128i was_abef = abef, was_cdgh = cdgh, words[4];

#pragma GCC unroll 16
		for (unsigned i = 0; i < 16; i++) {
			__m128i sum;

			words[i % 4] = i < 4 ? load_words(bytes + i * 16)
					     : next_words(words[i % 4],
						       words[(i + 1) % 4],
						       words[(i + 2) % 4],
						       words[(i + 3) % 4]);
			sum = _mm_add_epi32(words[i % 4],
				_mm_loadu_si128((const __m128i *)(const void
						*)&constants[i * 4]));
			cdgh = _mm_sha256rnds2_epu32(cdgh, abef, sum);
			sum = _mm_shuffle_epi32(sum, 0x0e);
			abef = _mm_sha256rnds2_epu32(abef, cdgh, sum);
		}
		abef = _mm_add_epi32(abef, was_abef);
		cdgh = _mm_add_epi32(cdgh, was_cdgh);
	}
	state[0] = (uint32_t)_mm_extract_epi32(abef, 3);
	state[1] = (uint32_t)_mm_extract_epi32(abef, 2);
	state[2] = (uint32_t)_mm_extract_epi32(cdgh, 3);
	state[3] = (uint32_t)_mm_extract_epi32(cdgh, 2);
	state[4] = (uint32_t)_mm_extract_epi32(abef, 1);
	state[5] = (uint32_t)_mm_extract_epi32(abef, 0);
	state[6] = (uint32_t)_mm_extract_epi32(cdgh, 1);
	state[7] = (uint32_t)_mm_extract_epi32(cdgh, 0);
}
