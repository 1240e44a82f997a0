/*
 * note_fuzz: any bytes as a plugin's file. A note that is found lies in the
 * file, ends in its only NUL, and then may be described or not.
 */
#include <stdlib.h>
#include <string.h>

#include "core/base/check.h"
#include "core/catalogue/description.h"
#include "core/catalogue/note.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

static int read_memory(
	void *context, void *buffer, size_t bytes, uint64_t offset)
{
	memcpy(buffer, (const uint8_t *)context + offset, bytes);
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	struct note_source source = {
		.read = read_memory,
		.context = (void *)(uintptr_t)data,
		.size = bytes,
	};
	struct description *description;
	struct error error = ERROR_NONE;
	char *text = NULL;
	size_t length = 0;

	if (note_find(&source, "fuzz.so", &text, &length, &error) != 0) {
		CHECK(error.code < 0);
		CHECK(strncmp(error.text, "fuzz.so: ", 9) == 0);
		CHECK(text == NULL);
		return 0;
	}
	CHECK(strlen(text) == length);
	CHECK(length < bytes);
	CHECK(memmem(data, bytes, text, length + 1) != NULL);
	if (description_create(&description, "fuzz.so", text, length, &error) !=
		0)
		CHECK(error.code < 0);
	description_destroy(&description);
	free(text);
	return 0;
}
