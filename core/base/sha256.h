/*
 * sha256: SHA-256 of bytes that come in pieces.
 *
 * Where the processor has instructions for it they are used: every start of a
 * topology hashes the files of its plugins, in the supervisor and again in
 * each node, and that is most of what a start computes. Elsewhere libmd's is
 * used; the digests are the same.
 *
 *	sha256_init -> sha256_add ... -> sha256_end
 */
#ifndef TAU_CORE_BASE_SHA256_H
#define TAU_CORE_BASE_SHA256_H

#include <sha2.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SHA256_BYTES 32
#define SHA256_BLOCK 64

/* Embedded by its owner; nothing is to be released. */
struct sha256 {
	bool by_instructions;
	uint64_t bytes;              /* that were added, */
	uint8_t block[SHA256_BLOCK]; /* the last of which wait here */
	uint32_t state[8];
	SHA2_CTX other;
};

void sha256_init(struct sha256 *sha256);

/* The same without the processor's instructions. */
void sha256_init_plain(struct sha256 *sha256);

void sha256_add(struct sha256 *sha256, const void *bytes, size_t count);
void sha256_end(struct sha256 *sha256, uint8_t digest[SHA256_BYTES]);

#endif
