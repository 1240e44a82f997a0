/* words: text put together in a signal handler. See the header. */
#include "core/fiber/words.h"

void words_add(struct words *words, const char *text)
{
	while (*text && words->used < words->room)
		words->text[words->used++] = *text++;
}

void words_add_number(struct words *words, uint64_t number, unsigned base)
{
	char digits[24];
	size_t at = sizeof digits - 1;

	digits[at] = '\0';
	do {
		digits[--at] = "0123456789abcdef"[number % base];
		number /= base;
	} while (number > 0);
	words_add(words, digits + at);
}
