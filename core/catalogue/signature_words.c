/* signature_words: names, numbers and literals of a signature. */
#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "core/catalogue/signature_parts.h"

int signature_refuse(
	struct signature_reader *reader, size_t at, const char *format, ...)
{
	va_list list;
	if (reader->error->code != 0)
		return -EINVAL;
	va_start(list, format);
	char *sentence = arena_format_list(reader->arena, format, list);
	va_end(list);
	reader->wrong = at;
	return error_set(reader->error, -EINVAL, "%s", sentence);
}

static bool is_blank(char byte)
{
	return byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r';
}

static bool starts_name(char byte)
{
	return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
	       byte == '_';
}

static bool is_digit(char byte)
{
	return byte >= '0' && byte <= '9';
}

static bool in_name(char byte)
{
	return starts_name(byte) || is_digit(byte);
}

/* A text has a NUL behind it, so that looking one byte ahead is safe. */
size_t signature_here(struct signature_reader *reader)
{
	while (reader->at < reader->bytes && is_blank(reader->text[reader->at]))
		reader->at++;
	return reader->at;
}

/* Where a word or number that begins at `at` ends. */
static size_t word_end(const struct signature_reader *reader, size_t at)
{
	while (at < reader->bytes && in_name(reader->text[at]))
		at++;
	return at;
}

const char *signature_found(struct signature_reader *reader)
{
	size_t at = signature_here(reader), end = word_end(reader, at);
	if (at >= reader->bytes)
		return "the end";
	if (end == at)
		end++;
	while (end < reader->bytes &&
		((unsigned char)reader->text[end] & 0xc0) == 0x80)
		end++; /* not through the middle of a code point */
	if (end - at > NAME_BYTES_MAX && (unsigned char)reader->text[at] < 0x80)
		end = at + NAME_BYTES_MAX;
	return arena_format(
		reader->arena, "\"%.*s\"", (int)(end - at), reader->text + at);
}

bool signature_take(struct signature_reader *reader, const char *mark)
{
	size_t at = signature_here(reader), bytes = strlen(mark);
	if (reader->bytes - at < bytes ||
		memcmp(reader->text + at, mark, bytes) != 0)
		return false;
	reader->at = at + bytes;
	return true;
}

bool signature_take_word(struct signature_reader *reader, const char *word)
{
	size_t at = signature_here(reader), bytes = strlen(word);
	if (word_end(reader, at) != at + bytes ||
		memcmp(reader->text + at, word, bytes) != 0)
		return false;
	reader->at = at + bytes;
	return true;
}

int signature_expect(
	struct signature_reader *reader, const char *mark, const char *where)
{
	if (signature_take(reader, mark))
		return 0;
	return signature_refuse(reader, signature_here(reader),
		"\"%s\" comes after %s, not %s", mark, where,
		signature_found(reader));
}

const char *signature_name(struct signature_reader *reader)
{
	size_t at = signature_here(reader);
	size_t end = word_end(reader, at);
	if (at == end || !starts_name(reader->text[at]))
		return NULL;
	reader->at = end;
	return arena_text(reader->arena, reader->text + at, end - at);
}

/* ---- numbers ------------------------------------------------------------- */

static const struct {
	int64_t least;
	uint64_t most;
} ranges[] = {
	[BASE_I8] = {INT8_MIN, INT8_MAX},
	[BASE_U8] = {0, UINT8_MAX},
	[BASE_I16] = {INT16_MIN, INT16_MAX},
	[BASE_U16] = {0, UINT16_MAX},
	[BASE_I32] = {INT32_MIN, INT32_MAX},
	[BASE_U32] = {0, UINT32_MAX},
	[BASE_I64] = {INT64_MIN, INT64_MAX},
	[BASE_U64] = {0, UINT64_MAX},
};

static int does_not_fit(struct signature_reader *reader, size_t at,
	enum signature_base base, size_t end)
{
	int bytes = end - at > 40 ? 40 : (int)(end - at);
	return signature_refuse(reader, at, "%.*s does not fit %s", bytes,
		reader->text + at, signature_base_name(base));
}

int signature_integer(struct signature_reader *reader, enum signature_base base,
	int64_t *number)
{
	size_t at = signature_here(reader);
	bool negative = signature_take(reader, "-");
	size_t start = reader->at, end = word_end(reader, start);
	if (!is_digit(reader->text[start]))
		return signature_refuse(reader, at,
			"a whole number stands here, not %s",
			negative ? "a sign alone" : signature_found(reader));
	bool hexadecimal = reader->text[start] == '0' &&
			   (reader->text[start + 1] | 0x20) == 'x';
	char *behind;
	errno = 0;
	uint64_t size =
		strtoull(reader->text + start, &behind, hexadecimal ? 16 : 10);
	bool over = errno == ERANGE;
	if (behind != reader->text + end)
		return signature_refuse(reader, at,
			"%.*s is not a whole number",
			end - at > 40 ? 40 : (int)(end - at),
			reader->text + at);
	over |= negative ? size > 0 - (uint64_t)ranges[base].least
			 : size > ranges[base].most;
	if (over)
		return does_not_fit(reader, at, base, end);
	*number = (int64_t)(negative ? 0 - size : size);
	reader->at = end;
	return 0;
}

static int read_real(struct signature_reader *reader, struct json_t **literal)
{
	size_t at = signature_here(reader);
	size_t end = at;
	while (end < reader->bytes &&
		(in_name(reader->text[end]) || reader->text[end] == '.' ||
			reader->text[end] == '-' || reader->text[end] == '+'))
		end++;
	char *copy = arena_text(reader->arena, reader->text + at, end - at);
	char *behind;
	double real = strtod(copy, &behind);
	bool starts =
		is_digit(copy[0]) || (copy[0] == '-' && is_digit(copy[1]));
	*literal = starts && *behind == '\0' ? json_real(real) : NULL;
	if (*literal == NULL)
		return signature_refuse(reader, at,
			"a number stands here, not %s",
			signature_found(reader));
	reader->at = end;
	return 0;
}

/* ---- literals ------------------------------------------------------------ */

static int read_text(struct signature_reader *reader, struct json_t **literal)
{
	size_t at = signature_here(reader);
	char quote = at < reader->bytes ? reader->text[at] : '\0';
	if (quote != '\'' && quote != '"')
		return signature_refuse(reader, at,
			"text in quotes stands here, not %s",
			signature_found(reader));
	const char *end =
		memchr(reader->text + at + 1, quote, reader->bytes - at - 1);
	if (end == NULL)
		return signature_refuse(reader, at, "the text does not end");
	size_t bytes = (size_t)(end - reader->text) - at - 1;
	*literal = json_stringn(reader->text + at + 1, bytes);
	reader->at = at + bytes + 2;
	return *literal != NULL
		       ? 0
		       : signature_refuse(reader, at, "the text is not UTF-8");
}

static int read_enum(struct signature_reader *reader,
	const struct signature_type *type, struct json_t **literal)
{
	size_t at = signature_here(reader);
	const char *name = signature_name(reader);
	int64_t number;
	if (name == NULL) {
		int result = signature_integer(reader, BASE_I32, &number);
		*literal = result == 0 ? json_integer(number) : NULL;
		return result;
	}
	for (size_t i = 0; i < type->count; i++)
		if (strcmp(type->members[i].name, name) == 0) {
			*literal = json_integer(type->members[i].number);
			return 0;
		}
	return signature_refuse(reader, at, "the enum has no \"%s\"", name);
}

int signature_literal(struct signature_reader *reader,
	const struct signature_type *type, struct json_t **literal)
{
	size_t at = signature_here(reader);
	int64_t number;
	int result;
	if (type->base == BASE_STRING && !type->pointer)
		return read_text(reader, literal);
	if (type->base == BASE_ENUM && !type->pointer)
		return read_enum(reader, type, literal);
	if (!signature_is_scalar(type->base) || type->pointer)
		return signature_refuse(reader, at,
			"only numbers, bools, enums and strings have "
			"constants");
	if (type->base == BASE_BOOL) {
		bool truth = signature_take_word(reader, "true");
		if (!truth && !signature_take_word(reader, "false"))
			return signature_refuse(reader, at,
				"true or false stands here, not %s",
				signature_found(reader));
		*literal = json_boolean(truth);
		return 0;
	}
	if (!signature_is_integer(type->base))
		return read_real(reader, literal);
	result = signature_integer(reader, type->base, &number);
	*literal = result == 0 ? json_integer(number) : NULL;
	return result;
}
