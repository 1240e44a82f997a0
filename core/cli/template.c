/* template: see template.h. */
#include "core/cli/template.h"

#include "core/base/check.h"

#include <string.h>

const char *template_text(const char *path)
{
	const struct template *found = templates;

	while (found->path && strcmp(found->path, path) != 0)
		found++;
	CHECK(found->path != NULL);
	return found->text;
}

void template_fill(struct text *filled, const char *text,
	const struct template_word *words)
{
	while (*text) {
		const struct template_word *word = words;

		while (word->word &&
			strncmp(text, word->word, strlen(word->word)) != 0)
			word++;
		if (word->word) {
			text_add(filled, word->meant);
			text += strlen(word->word);
		} else {
			text_add_byte(filled, *text++);
		}
	}
}
