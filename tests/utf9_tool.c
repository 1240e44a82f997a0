/*
 * utf9_tool: utf9 for scripts.
 *   utf9_tool generate SEED COUNT   random values by the writer, as hex lines
 *   utf9_tool show                  hex lines in, their JSON or "malformed" out
 *   utf9_tool text                  hex lines in, their text or why not out
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <tau/writer.h>

#include "core/record/utf9.h"

enum { LINE_BYTES = 1 << 20 };

static uint64_t seed;

/* A number below `limit`, from a linear congruential generator. */
static uint64_t below(uint64_t limit)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (seed >> 33) % limit;
}

static uint64_t any_bits(void)
{
	uint64_t bits = below(UINT32_MAX) << 32 | below(UINT32_MAX);
	return bits >> below(64);
}

static void write_scalar(struct tau_writer *w)
{
	char letters[600];
	int64_t numbers[20];
	double real;
	uint64_t bits = any_bits();
	size_t bytes = (size_t)below(below(20) ? 20 : sizeof letters);
	for (size_t i = 0; i < bytes; i++)
		letters[i] = (char)(below(8) ? 'a' + below(26) : below(128));
	for (size_t i = 0; i < 20; i++)
		numbers[i] = (int64_t)(below(2) ? any_bits() : ~any_bits());
	switch (below(12)) {
	case 0:
		tau_write_null(w);
		break;
	case 1:
		tau_write_bool(w, (int)below(2));
		break;
	case 2:
		tau_write_int(w, numbers[0]);
		break;
	case 3:
		tau_write_uint(w, bits);
		break;
	case 4:
		bits = below(4) ? bits << below(12)
				: bits | UINT64_C(2047) << 52;
		memcpy(&real, &bits, sizeof real);
		tau_write_float(w, real);
		break;
	case 5:
	case 6:
		tau_write_text(w, letters, bytes);
		break;
	case 7:
		tau_write_bytes(w, letters, bytes);
		break;
	case 8:
		memset(letters, 'z', 8);
		tau_write_symbol(w, letters);
		break;
	case 9:
		tau_write_signal(w, TAU_CODE_ALPHA + (uint32_t)below(5));
		break;
	case 10:
		tau_write_cycle(w, bits);
		break;
	default:
		tau_write_int_array(w, numbers, (size_t)below(20));
		break;
	}
}

static void write_any(struct tau_writer *w, unsigned depth)
{
	struct tau_mark mark;
	uint64_t count = below(8);
	if (depth == 0 || below(3)) {
		write_scalar(w);
		return;
	}
	if (below(2)) {
		mark = tau_write_tuple_begin(w, below(2) ? 0 : any_bits());
		while (count-- > 0)
			write_any(w, depth - 1);
	} else {
		mark = tau_write_map_begin(w, below(2) ? 0 : any_bits());
		while (count-- > 0) {
			if (below(4))
				tau_write_text(w, "key", (size_t)below(4));
			else
				write_any(w, depth - 1);
			write_any(w, depth - 1);
		}
	}
	tau_write_end(w, mark);
}

static int generate(unsigned long count)
{
	uint8_t *body = malloc(LINE_BYTES);
	struct tau_writer writer;
	if (body == NULL)
		return EXIT_FAILURE;
	while (count-- > 0) {
		tau_writer_init(&writer, body, LINE_BYTES);
		write_any(&writer, 5);
		int64_t bytes = tau_writer_finish(&writer);
		if (bytes < 0 && bytes != -ENOBUFS)
			return EXIT_FAILURE;
		for (int64_t i = 0; i < bytes; i++)
			printf("%02x", body[i]);
		printf("\n");
	}
	free(body);
	return EXIT_SUCCESS;
}

/* Prints the JSON of a value. */
static int show_value(const uint8_t *body, size_t bytes)
{
	int64_t length = utf9_print(body, bytes, UTF9_JSON, NULL, 0);
	if (utf9_validate(body, bytes, UTF9_ALLOW_FD, NULL) != 0) {
		printf("malformed\n");
		return length < 0 ? 0 : -1;
	}
	if (length < 0)
		return -1;
	char *out = malloc((size_t)length + 1);
	if (out == NULL || utf9_print(body, bytes, UTF9_JSON, out,
				   (size_t)length) != length)
		return -1;
	fwrite(out, 1, (size_t)length, stdout);
	printf("\n");
	free(out);
	return 0;
}

/* Prints the text of a value, or why it has none. */
static int show_text(const uint8_t *body, size_t bytes)
{
	static const char prefix[] = "the value is ";
	struct error error = ERROR_NONE;
	char out[1024];
	if (utf9_validate(body, bytes, UTF9_CHECK_TEXT, &error) != 0) {
		printf("%s\n", error.text + sizeof prefix - 1);
		return 0;
	}
	int64_t length = utf9_print(body, bytes, UTF9_TEXT, out, sizeof out);
	if (length < 0 || (size_t)length > sizeof out)
		return -1;
	printf("%.*s\n", (int)length, out);
	return 0;
}

/* Calls `line_do` with the bytes of each hex line of the input, in a block of
 * exactly their size, so that sanitizers see every overrun. */
static int each_line(int (*line_do)(const uint8_t *body, size_t bytes))
{
	static char line[2 * LINE_BYTES + 2];
	while (fgets(line, sizeof line, stdin) != NULL) {
		size_t bytes = strcspn(line, "\n") / 2;
		uint8_t *body = malloc(bytes ? bytes : 1);
		if (body == NULL)
			return EXIT_FAILURE;
		for (size_t i = 0; i < bytes; i++) {
			char pair[3] = {line[2 * i], line[2 * i + 1], 0};
			body[i] = (uint8_t)strtoul(pair, NULL, 16);
		}
		if (line_do(body, bytes) != 0)
			return EXIT_FAILURE;
		free(body);
	}
	return EXIT_SUCCESS;
}

int main(int count, char **arguments)
{
	if (count == 4 && strcmp(arguments[1], "generate") == 0) {
		seed = strtoul(arguments[2], NULL, 10);
		return generate(strtoul(arguments[3], NULL, 10));
	}
	if (count == 2 && strcmp(arguments[1], "show") == 0)
		return each_line(show_value);
	if (count == 2 && strcmp(arguments[1], "text") == 0)
		return each_line(show_text);
	fprintf(stderr, "utf9_tool: generate SEED COUNT, show, or text\n");
	return 2;
}
