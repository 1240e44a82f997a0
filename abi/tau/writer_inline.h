/*
 * tau/writer_inline.h: the bodies of tau/writer.h, which includes it and says
 * what each function promises. Not for including on its own.
 */
#ifndef TAU_WRITER_H
#error "include <tau/writer.h>"
#endif
#ifndef TAU_WRITER_INLINE_H
#define TAU_WRITER_INLINE_H

/* The most that closing a container adds to its header. */
enum { TAU_HEADER_GROWTH = 14 };

static inline void tau_writer_init(
	struct tau_writer *w, void *start, size_t bytes)
{
	w->start = w->next = (uint8_t *)start;
	/* C does not define NULL + 0, which a dry run asks for. */
	w->limit = bytes ? w->start + bytes : w->start;
	w->count = 0;
	w->missing = 0;
	w->depth = 0;
	w->error = 0;
}

static inline int64_t tau_writer_finish(const struct tau_writer *w)
{
	if (w->error != 0)
		return w->error;
	if (w->depth != 0 || w->count != 1)
		return -EINVAL;
	if (w->missing != 0)
		return -ENOBUFS;
	return (int64_t)(w->next - w->start);
}

static inline uint64_t tau_writer_needed(const struct tau_writer *w)
{
	return (uint64_t)(w->next - w->start) + w->missing;
}

/* Closes the writer: nothing fits any more, however small. */
__attribute__((noinline, cold, unused)) static void tau_writer_miss(
	struct tau_writer *w, uint64_t bytes)
{
	w->limit = w->next;
	w->missing += bytes;
}

/* Room for `bytes` more bytes, as part of the present value; else NULL. */
static inline uint8_t *tau_writer_room(struct tau_writer *w, uint64_t bytes)
{
	uint8_t *room = w->next;
	if (__builtin_expect((uint64_t)(w->limit - room) < bytes, 0)) {
		tau_writer_miss(w, bytes);
		return NULL;
	}
	w->next = room + bytes;
	return room;
}

/* A big-endian number of 1, 2, 4 or 8 bytes. */
static inline void tau_store(uint8_t *to, uint64_t number, size_t width)
{
	for (size_t i = 0; i < width; i++)
		to[i] = (uint8_t)(number >> (8 * (width - 1 - i)));
}

/* As memcpy; inline for the sizes that fields have. */
static inline void tau_copy(uint8_t *to, const uint8_t *from, size_t bytes)
{
	if (bytes >= 8 && bytes <= 16) {
		memcpy(to, from, 8);
		memcpy(to + bytes - 8, from + bytes - 8, 8);
	} else if (bytes >= 4 && bytes < 8) {
		memcpy(to, from, 4);
		memcpy(to + bytes - 4, from + bytes - 4, 4);
	} else if (bytes > 16) {
		memcpy(to, from, bytes);
	} else {
		for (size_t i = 0; i < bytes; i++)
			to[i] = from[i];
	}
}

static inline void tau_write_code(struct tau_writer *w, uint32_t code)
{
	uint8_t *room = tau_writer_room(w, 1);
	w->count++;
	if (room != NULL)
		room[0] = (uint8_t)code;
}

/* A code and a number of `width` bytes. */
static inline void tau_write_number(
	struct tau_writer *w, uint32_t code, uint64_t number, size_t width)
{
	uint8_t *room = tau_writer_room(w, 1 + width);
	w->count++;
	if (room != NULL) {
		room[0] = (uint8_t)code;
		tau_store(room + 1, number, width);
	}
}

static inline void tau_write_null(struct tau_writer *w)
{
	tau_write_code(w, TAU_CODE_NULL);
}

static inline void tau_write_bool(struct tau_writer *w, int truth)
{
	tau_write_code(w, truth ? TAU_CODE_TRUE : TAU_CODE_FALSE);
}

static inline void tau_write_uint(struct tau_writer *w, uint64_t number)
{
	if (number < 128)
		tau_write_code(w, TAU_CODE_INT_SHORT | (uint32_t)number);
	else if (number <= UINT8_MAX)
		tau_write_number(w, TAU_CODE_U8, number, 1);
	else if (number <= UINT16_MAX)
		tau_write_number(w, TAU_CODE_U16, number, 2);
	else if (number <= UINT32_MAX)
		tau_write_number(w, TAU_CODE_U32, number, 4);
	else
		tau_write_number(w, TAU_CODE_U64, number, 8);
}

static inline void tau_write_int(struct tau_writer *w, int64_t number)
{
	uint64_t bits = (uint64_t)number;
	if (number >= 0)
		tau_write_uint(w, bits);
	else if (number >= INT8_MIN)
		tau_write_number(w, TAU_CODE_I8, bits, 1);
	else if (number >= INT16_MIN)
		tau_write_number(w, TAU_CODE_I16, bits, 2);
	else if (number >= INT32_MIN)
		tau_write_number(w, TAU_CODE_I32, bits, 4);
	else
		tau_write_number(w, TAU_CODE_I64, bits, 8);
}

static inline void tau_write_float(struct tau_writer *w, double number)
{
	uint64_t bits;
	memcpy(&bits, &number, sizeof bits);
	tau_write_number(w, TAU_CODE_F64, bits, 8);
}

/* The form of a length: 0 to 3 for 1, 2, 4, 8 bytes. */
static inline uint32_t tau_length_form(uint64_t length)
{
	if (length <= UINT8_MAX)
		return 0;
	if (length <= UINT16_MAX)
		return 1;
	return length <= UINT32_MAX ? 2 : 3;
}

/* Text or bytes of 16 bytes and more; `code` is that of an 8-bit length. */
static inline void tau_write_long(
	struct tau_writer *w, uint32_t code, const void *body, size_t bytes)
{
	uint32_t form = tau_length_form(bytes);
	size_t width = (size_t)1 << form;
	uint8_t *room = tau_writer_room(w, 1 + width + bytes);
	w->count++;
	if (room == NULL)
		return;
	room[0] = (uint8_t)(code + form);
	tau_store(room + 1, bytes, width);
	memcpy(room + 1 + width, body, bytes);
}

static inline void tau_write_text(
	struct tau_writer *w, const char *text, size_t bytes)
{
	if (bytes > 15) {
		tau_write_long(w, TAU_CODE_TEXT, text, bytes);
		return;
	}
	uint8_t *room = tau_writer_room(w, 1 + bytes);
	w->count++;
	if (room != NULL) {
		room[0] = (uint8_t)(TAU_CODE_TEXT_SHORT | bytes);
		tau_copy(room + 1, (const uint8_t *)text, bytes);
	}
}

static inline void tau_write_bytes(
	struct tau_writer *w, const void *body, size_t bytes)
{
	if (bytes > 15) {
		tau_write_long(w, TAU_CODE_BYTES, body, bytes);
		return;
	}
	uint8_t *room = tau_writer_room(w, 1 + bytes);
	w->count++;
	if (room != NULL) {
		room[0] = (uint8_t)(TAU_CODE_BYTES_SHORT | bytes);
		tau_copy(room + 1, (const uint8_t *)body, bytes);
	}
}

static inline void tau_write_symbol(struct tau_writer *w, const char name[8])
{
	uint8_t *room = tau_writer_room(w, 9);
	w->count++;
	if (room != NULL) {
		room[0] = TAU_CODE_SYMBOL;
		memcpy(room + 1, name, 8);
	}
}

static inline void tau_write_signal(struct tau_writer *w, uint32_t code)
{
	if (code < TAU_CODE_ALPHA || code > TAU_CODE_CYCLE)
		w->error = -EINVAL;
	else
		tau_write_code(w, code);
}

static inline void tau_write_cycle(struct tau_writer *w, uint64_t number)
{
	if (number <= UINT16_MAX)
		tau_write_number(w, TAU_CODE_CYCLE + 1, number, 2);
	else if (number <= UINT32_MAX)
		tau_write_number(w, TAU_CODE_CYCLE + 2, number, 4);
	else
		tau_write_number(w, TAU_CODE_CYCLE + 3, number, 8);
}

static inline void tau_write_value(
	struct tau_writer *w, const struct tau_value *value)
{
	size_t bytes = (size_t)(value->limit - value->start);
	uint8_t *room = tau_writer_room(w, 1 + (uint64_t)bytes);
	w->count++;
	if (room != NULL) {
		room[0] = (uint8_t)value->code;
		tau_copy(room + 1, value->start, bytes);
	}
}

/* The header of an array of `count` elements of 8 bytes, and room for them. */
static inline uint8_t *tau_write_array_header(
	struct tau_writer *w, uint32_t code, size_t count)
{
	uint64_t bytes = 1 + 8 * (uint64_t)count;
	uint32_t form = tau_length_form(bytes);
	size_t width = (size_t)1 << form;
	uint8_t *room = tau_writer_room(w, 1 + 2 * width + bytes);
	w->count++;
	if (room == NULL)
		return NULL;
	room[0] = (uint8_t)(TAU_CODE_ARRAY + form);
	tau_store(room + 1, bytes, width);
	tau_store(room + 1 + width, count, width);
	room[1 + 2 * width] = (uint8_t)code;
	return room + 2 + 2 * width;
}

static inline void tau_write_int_array(
	struct tau_writer *w, const int64_t *numbers, size_t count)
{
	uint8_t *room = tau_write_array_header(w, TAU_CODE_I64, count);
	if (room == NULL)
		return;
	for (size_t i = 0; i < count; i++)
		tau_store(room + 8 * i, (uint64_t)numbers[i], 8);
}

static inline void tau_write_float_array(
	struct tau_writer *w, const double *numbers, size_t count)
{
	uint8_t *room = tau_write_array_header(w, TAU_CODE_F64, count);
	if (room == NULL)
		return;
	for (size_t i = 0; i < count; i++) {
		uint64_t bits;
		memcpy(&bits, &numbers[i], sizeof bits);
		tau_store(room + 8 * i, bits, 8);
	}
}

static inline struct tau_mark tau_write_begin(
	struct tau_writer *w, uint32_t code, uint64_t expected_bytes)
{
	uint32_t form = tau_length_form(expected_bytes);
	struct tau_mark mark;
	mark.code = code + form;
	mark.count = w->count;
	mark.reserved = 0;
	mark.header = tau_writer_room(w, 1 + ((uint64_t)2 << form));
	w->count = 0;
	if (++w->depth > TAU_VALUE_DEPTH)
		w->error = -E2BIG;
	return mark;
}

static inline struct tau_mark tau_write_tuple_begin(
	struct tau_writer *w, uint64_t expected_bytes)
{
	return tau_write_begin(w, TAU_CODE_TUPLE, expected_bytes);
}

static inline struct tau_mark tau_write_map_begin(
	struct tau_writer *w, uint64_t expected_bytes)
{
	return tau_write_begin(w, TAU_CODE_MAP, expected_bytes);
}

/* Makes room for a header of `form` where a shorter one stands. */
__attribute__((noinline, cold, unused)) static int tau_writer_widen(
	struct tau_writer *w, uint8_t *header, uint32_t form, uint32_t wider)
{
	size_t old_bytes = 1 + ((size_t)2 << form);
	size_t growth = ((size_t)2 << wider) - ((size_t)2 << form);
	size_t bytes = (size_t)(w->next - header) - old_bytes;
	if (tau_writer_room(w, growth) == NULL)
		return 0;
	memmove(header + old_bytes + growth, header + old_bytes, bytes);
	return 1;
}

static inline void tau_write_end(struct tau_writer *w, struct tau_mark mark)
{
	uint32_t form = mark.code & 3;
	uint32_t code = mark.code - form;
	uint64_t count = w->count;
	w->count = mark.count + 1;
	w->depth--;
	if (w->missing != 0) {
		w->missing += TAU_HEADER_GROWTH;
		return;
	}
	if (code == TAU_CODE_MAP) {
		if (count & 1)
			w->error = -EINVAL;
		count /= 2;
	}
	uint64_t bytes =
		(uint64_t)(w->next - mark.header) - 1 - ((uint64_t)2 << form);
	uint32_t least = tau_length_form(bytes); /* never fewer than count */
	if (least > form) {
		if (!tau_writer_widen(w, mark.header, form, least))
			return;
		form = least;
	}
	size_t width = (size_t)1 << form;
	mark.header[0] = (uint8_t)(code + form);
	tau_store(mark.header + 1, bytes, width);
	tau_store(mark.header + 1 + width, count, width);
}

#endif
