/*
 * words: text put together in a signal handler: no allocation, no stdio, no
 * locale. What does not fit is left out.
 */
#ifndef TAU_CORE_FIBER_WORDS_H
#define TAU_CORE_FIBER_WORDS_H

#include <stddef.h>
#include <stdint.h>

/* The caller's memory, and how much of it is used. */
struct words {
	char *text;
	size_t room, used;
};

void words_add(struct words *words, const char *text);
void words_add_number(struct words *words, uint64_t number, unsigned base);

#endif
