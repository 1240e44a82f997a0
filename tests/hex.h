/*
 * hex: bytes as tests write them down: "50 05 01 | 21 'a' 01 01 f4". Blanks
 * and bars say nothing; 'text' between quotes stands for itself.
 */
#ifndef TESTS_HEX_H
#define TESTS_HEX_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Writes the bytes and returns how many; stops the test on anything else. */
static inline size_t hex_bytes(const char *hex, uint8_t *out, size_t room)
{
	size_t bytes = 0;
	while (*hex) {
		char pair[3] = {hex[0], hex[0] ? hex[1] : 0, 0};
		char *end;
		if (*hex == ' ' || *hex == '|' || *hex == '\n') {
			hex++;
		} else if (*hex == '\'') {
			for (hex++; *hex && *hex != '\'' && bytes < room;)
				out[bytes++] = (uint8_t)*hex++;
			hex += *hex == '\'';
		} else if (bytes < room) {
			out[bytes++] = (uint8_t)strtoul(pair, &end, 16);
			hex = *end ? "" : hex + 2;
			if (*end)
				abort();
		} else {
			abort();
		}
	}
	return bytes;
}

/* The bytes in a block of exactly their size, so that sanitizers and valgrind
 * see one byte too far. The caller frees it. */
static inline uint8_t *hex_block(const char *hex, size_t *bytes)
{
	uint8_t *block = malloc(strlen(hex) + 1);
	if (block == NULL)
		abort();
	*bytes = hex_bytes(hex, block, strlen(hex) + 1);
	uint8_t *exact = malloc(*bytes ? *bytes : 1);
	if (exact == NULL)
		abort();
	memcpy(exact, block, *bytes);
	free(block);
	return exact;
}

/* Lower-case pairs with a blank between them; `text` has room for 3 * bytes. */
static inline char *hex_text(const uint8_t *body, size_t bytes, char *text)
{
	text[0] = 0;
	for (size_t i = 0; i < bytes; i++)
		sprintf(text + (i ? 3 * i - 1 : 0), i ? " %02x" : "%02x",
			body[i]);
	return text;
}

#endif
