/* clean: what strangers' code has said. See the header. */
#include "core/check/clean.h"

#include "core/record/utf9.h"

#include <string.h>

/* How many bytes the character there has, or 0: it is none, or not one that is
 * to be shown. */
static size_t character(const char *text, size_t bytes)
{
	unsigned char first = (unsigned char)*text;
	size_t count = utf9_sequence(
		(const uint8_t *)text, (const uint8_t *)text + bytes);

	if ((first < ' ' && first != '\n') || first == 0x7f)
		return 0;
	/* C1 controls. */
	return count == 2 && first == 0xc2 && (unsigned char)text[1] < 0xa0
		       ? 0
		       : count;
}

void clean_text(char *text)
{
	size_t bytes = strlen(text);

	for (size_t at = 0; at < bytes;) {
		size_t count = character(text + at, bytes - at);

		if (count == 0)
			text[at] = '?';
		at += count ? count : 1;
	}
}
