/* shown: records as they are read. See the header. */
#include "core/cli/shown.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/check.h"
#include "core/record/utf9.h"

#include <tau/writer.h>

#define VALUE_HEAD_BYTES 16u

static void show_text(FILE *file, const struct tau_record *record);
static void show_json(FILE *file, const struct tau_record *record);
static bool show_value(FILE *file, const void *body, size_t bytes);
static void show_wrapped(FILE *file, const struct tau_record *record);
static size_t visible(const uint8_t *at, const uint8_t *limit);
static void escape(FILE *file, uint8_t byte);

void shown_record(
	FILE *file, enum shown_style style, const struct tau_record *record)
{
	if (style == SHOWN_RAW)
		fwrite(record->body, 1, record->bytes, file);
	else if (style == SHOWN_JSON)
		show_json(file, record);
	else
		show_text(file, record);
}

void shown_count(uint64_t count, char text[SHOWN_COUNT_BYTES])
{
	char digits[SHOWN_COUNT_BYTES];
	int length = snprintf(
		digits, sizeof digits, "%llu", (unsigned long long)count);
	char *to = text;

	for (int i = 0; i < length; i++) {
		if (i > 0 && (length - i) % 3 == 0)
			*to++ = ',';
		*to++ = digits[i];
	}
	*to = '\0';
}

static void show_text(FILE *file, const struct tau_record *record)
{
	const uint8_t *at = record->body;
	const uint8_t *limit = at + record->bytes;

	if (record->type == TAU_FD)
		fputs("fd", file);
	else if (record->type == TAU_CYCLE)
		fputs("tau", file);
	else if (record->type != TAU_VALUE ||
		 !show_value(file, at, record->bytes))
		while (at < limit) {
			size_t bytes = visible(at, limit);

			if (bytes > 0)
				fwrite(at, 1, bytes, file);
			else
				escape(file, *at);
			at += bytes ? bytes : 1;
		}
	fputc('\n', file);
}

static void show_json(FILE *file, const struct tau_record *record)
{
	if (record->type == TAU_FD)
		fputs("{\"type\": \"fd\"}", file);
	else if (record->type == TAU_CYCLE)
		fputs("{\"type\": \"cycle\"}", file);
	else if (record->type == TAU_VALUE &&
		 utf9_validate(record->body, record->bytes, 0, NULL) == 0) {
		fputs("{\"type\": \"value\", \"value\": ", file);
		(void)show_value(file, record->body, record->bytes);
		fputc('}', file);
	} else {
		fputs(record->type == TAU_UTF8
				? "{\"type\": \"utf8\", \"text\": "
				: "{\"type\": \"bytes\", \"base64\": ",
			file);
		show_wrapped(file, record);
		fputc('}', file);
	}
	fputc('\n', file);
}

/* False, and nothing was written: it is malformed. */
static bool show_value(FILE *file, const void *body, size_t bytes)
{
	int64_t need = utf9_print(body, bytes, UTF9_JSON, NULL, 0);
	char *text;

	if (need < 0)
		return false;
	text = malloc((size_t)need + 1);
	CHECK(text != NULL);
	(void)utf9_print(body, bytes, UTF9_JSON, text, (size_t)need);
	fwrite(text, 1, (size_t)need, file);
	free(text);
	return true;
}

/* What is no value is made one, and shown as such. */
static void show_wrapped(FILE *file, const struct tau_record *record)
{
	size_t room = record->bytes + VALUE_HEAD_BYTES;
	uint8_t *value = malloc(room);
	struct tau_writer writer;
	int64_t bytes;

	CHECK(value != NULL);
	tau_writer_init(&writer, value, room);
	if (record->type == TAU_UTF8)
		tau_write_text(
			&writer, (const char *)record->body, record->bytes);
	else
		tau_write_bytes(&writer, record->body, record->bytes);
	bytes = tau_writer_finish(&writer);
	CHECK(bytes > 0);
	(void)show_value(file, value, (size_t)bytes);
	free(value);
}

/* The bytes of a character that can be seen, and does nothing; else 0. */
static size_t visible(const uint8_t *at, const uint8_t *limit)
{
	size_t bytes = utf9_sequence(at, limit);

	if (bytes == 1 && (*at < ' ' || *at == 0x7f || *at == '\\'))
		return 0;
	if (bytes == 2 && at[0] == 0xc2 && at[1] < 0xa0) /* C1 controls */
		return 0;
	return bytes;
}

static void escape(FILE *file, uint8_t byte)
{
	static const char letters[] = "\n\t\r\\", names[] = "ntr\\";
	const char *found = byte ? strchr(letters, byte) : NULL;

	if (found)
		fprintf(file, "\\%c", names[found - letters]);
	else
		fprintf(file, "\\x%02x", byte);
}
