/*
 * utf9_fuzz: any bytes as a value. Validating, showing and reading agree on
 * what is malformed; what is valid equals what is written from what was read.
 */
#include <stdlib.h>
#include <string.h>

#include <tau/record.h>

#include "core/base/check.h"
#include "core/record/utf9.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

static int64_t rebuild(struct tau_writer *w, const struct tau_value *value);

static int64_t rebuild_items(
	struct tau_writer *w, const struct tau_value *value)
{
	int map = tau_value_kind(value) == TAU_KIND_MAP;
	struct tau_mark mark =
		map ? tau_write_map_begin(w, value->count)
		    : tau_write_tuple_begin(w, value->count & 1 ? 0 : 500);
	struct tau_items items;
	struct tau_value item;
	int flow;
	if (w->error != 0)
		return -E2BIG;
	CHECK(tau_value_items(value, &items) == 0);
	while ((flow = tau_value_next(&items, &item)) == 1) {
		flow = (int)rebuild(w, &item);
		if (flow < 0)
			return flow;
	}
	tau_write_end(w, mark);
	return flow;
}

/* Reads a value with the getters and writes it anew. */
static int64_t rebuild(struct tau_writer *w, const struct tau_value *value)
{
	const uint8_t *body;
	uint64_t size;
	int64_t number;
	size_t bytes;
	double real;
	switch (tau_value_kind(value)) {
	case TAU_KIND_TUPLE:
	case TAU_KIND_ARRAY:
	case TAU_KIND_MAP:
		return rebuild_items(w, value);
	case TAU_KIND_INT:
		if (tau_value_int(value, &number) == 0)
			tau_write_int(w, number);
		else if (tau_value_uint(value, &size) == 0)
			tau_write_uint(w, size);
		return 0;
	case TAU_KIND_FLOAT:
		CHECK(tau_value_float(value, &real) == 0);
		tau_write_float(w, real);
		return 0;
	case TAU_KIND_TEXT:
		CHECK(tau_value_bytes(value, &body, &bytes) == 0);
		tau_write_text(w, (const char *)body, bytes);
		return 0;
	case TAU_KIND_BYTES:
		CHECK(tau_value_bytes(value, &body, &bytes) == 0);
		tau_write_bytes(w, body, bytes);
		return 0;
	default:
		tau_write_value(w, value);
		return 0;
	}
}

static void look_around(const struct tau_value *value)
{
	static const char *const pointers[] = {
		"", "/", "/a", "/0", "/1/0", "/a/0", "/~0", "/~1/a", "/~", "x"};
	struct tau_value found;
	for (size_t i = 0; i < sizeof pointers / sizeof *pointers; i++)
		(void)tau_value_at(
			value, pointers[i], strlen(pointers[i]), &found);
}

/* Room for whatever shrinks or grows: a code for each array element at most,
 * 8 bytes instead of 4 for floats, 17 for the header of an empty tuple. */
static size_t rebuilt_bytes(size_t bytes)
{
	return 20 * bytes + 100;
}

static void check_rebuilt(const struct tau_value *value, size_t bytes)
{
	size_t room = rebuilt_bytes(bytes);
	uint8_t *copy = malloc(room);
	struct tau_writer writer;
	struct tau_value again;
	CHECK(copy != NULL);
	tau_writer_init(&writer, copy, room);
	CHECK(rebuild(&writer, value) == 0);
	int64_t written = tau_writer_finish(&writer);
	CHECK(written > 0);
	CHECK(utf9_validate(copy, (size_t)written, UTF9_ALLOW_FD, NULL) == 0);
	CHECK(tau_value_open(copy, (size_t)written, &again) == 0);
	CHECK(tau_value_equal(value, &again));
	CHECK(tau_value_equal(&again, value));
	free(copy);
}

static void check_shown(
	const uint8_t *data, size_t bytes, enum utf9_style style, int valid)
{
	int64_t length = utf9_print(data, bytes, style, NULL, 0);
	CHECK((length >= 0) == valid);
	if (!valid)
		return;
	char *out = malloc((size_t)length + 1);
	CHECK(out != NULL);
	CHECK(utf9_print(data, bytes, style, out, (size_t)length) == length);
	free(out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	struct tau_value value;
	struct error error = ERROR_NONE;
	int valid = utf9_validate(data, bytes, UTF9_ALLOW_FD, &error) == 0;
	int strict = utf9_validate(data, bytes, UTF9_CHECK_TEXT, NULL) == 0;
	CHECK(valid || !strict);
	CHECK(valid == (error.code == 0));
	check_shown(data, bytes, UTF9_TEXT, valid);
	check_shown(data, bytes, UTF9_JSON, valid);
	if (tau_value_open(data, bytes, &value) != 0)
		return 0;
	look_around(&value);
	CHECK(tau_value_equal(&value, &value) == valid);
	if (valid)
		check_rebuilt(&value, bytes);
	return 0;
}
