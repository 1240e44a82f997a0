/*
 * utf9: whole values, checked. How they are shown stands in utf9_print.c.
 */
#include "core/record/utf9.h"

#include <errno.h>

/* One walk over a value. */
struct walk {
	const uint8_t *body;
	unsigned flags;
	struct error *error;
};

static int walk_value(struct walk *walk, const struct tau_value *value,
	unsigned depth, size_t offset);

/* Says which byte is wrong and why. */
static int refuse(struct walk *walk, size_t offset, const char *why)
{
	return error_set(walk->error, -EBADMSG,
		"the value is malformed at byte %zu: %s", offset, why);
}

/* Why tau_value_decode refused what stands at `start`. */
static const char *why_not(
	uint32_t code, const uint8_t *start, const uint8_t *limit)
{
	struct tau_value value = {.start = start, .code = code};
	if (code == 0x0f || (code > TAU_CODE_MAP + 3 && code < 0x80))
		return "this code is none of utf9";
	if (code < TAU_CODE_TUPLE)
		return "it goes on past the end of what holds it";
	if (!tau_value_decode_container(&value, (size_t)(limit - start)) &&
		value.limit == NULL)
		return "it goes on past the end of what holds it";
	if (tau_value_kind(&value) == TAU_KIND_ARRAY)
		return "its length does not fit its count and element code";
	return "it cannot hold as many elements as it says";
}

int utf9_validate(
	const void *body, size_t bytes, unsigned flags, struct error *error)
{
	struct walk walk = {.body = body, .flags = flags, .error = error};
	const uint8_t *start = body, *limit = start + bytes;
	struct tau_value value;
	if (bytes == 0)
		return refuse(&walk, 0, "there are no bytes");
	if (tau_value_decode(*start, start + 1, limit, &value) != 0)
		return refuse(&walk, 0, why_not(*start, start + 1, limit));
	if (value.limit != limit)
		return refuse(&walk, (size_t)(value.limit - start),
			"the value ends here, but more bytes follow");
	return walk_value(&walk, &value, TAU_VALUE_DEPTH, 0);
}

/* Checks the elements of a container one by one. */
static int walk_items(struct walk *walk, const struct tau_value *container,
	unsigned depth, size_t offset)
{
	struct tau_items items;
	struct tau_value item;
	if (depth == 0)
		return refuse(walk, offset, "containers nest deeper than 32");
	tau_value_items(container, &items);
	while (items.left > 0) {
		const uint8_t *next = items.next;
		size_t here = (size_t)(next - walk->body);
		if (items.code < 0 && next == items.limit)
			return refuse(walk, here,
				"its container ends before its last element");
		uint32_t code = items.code < 0 ? *next++ : (uint32_t)items.code;
		if (tau_value_next(&items, &item) != 1)
			return refuse(
				walk, here, why_not(code, next, items.limit));
		int result = walk_value(walk, &item, depth - 1, here);
		if (result < 0)
			return result;
	}
	if (items.next != items.limit)
		return refuse(walk, (size_t)(items.next - walk->body),
			"its container has bytes behind its last element");
	return 0;
}

static int walk_text(struct walk *walk, const struct tau_value *value)
{
	const uint8_t *next = value->body;
	while (next < value->limit) {
		size_t bytes = utf9_sequence(next, value->limit);
		if (bytes == 0)
			return refuse(walk, (size_t)(next - walk->body),
				"this is not UTF-8");
		next += bytes;
	}
	return 0;
}

static int walk_value(struct walk *walk, const struct tau_value *value,
	unsigned depth, size_t offset)
{
	switch (tau_value_kind(value)) {
	case TAU_KIND_TUPLE:
	case TAU_KIND_ARRAY:
	case TAU_KIND_MAP:
		return walk_items(walk, value, depth, offset);
	case TAU_KIND_TEXT:
		if (walk->flags & UTF9_CHECK_TEXT)
			return walk_text(walk, value);
		return 0;
	case TAU_KIND_FD:
		if (walk->flags & UTF9_ALLOW_FD)
			return 0;
		return refuse(walk, offset,
			"a file descriptor cannot leave its process here");
	default:
		return 0;
	}
}

/* The least lead byte of each length, and what the second byte may be: the
 * ranges that keep out overlong forms, surrogates and what is past U+10FFFF. */
size_t utf9_sequence(const uint8_t *next, const uint8_t *limit)
{
	size_t room = (size_t)(limit - next);
	if (room == 0)
		return 0;
	uint8_t lead = next[0], low = 0x80, high = 0xbf;
	size_t bytes = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
	if (lead < 0x80)
		return 1;
	if (lead < 0xc2 || lead > 0xf4 || room < bytes)
		return 0;
	if (lead == 0xe0)
		low = 0xa0;
	else if (lead == 0xed)
		high = 0x9f;
	else if (lead == 0xf0)
		low = 0x90;
	else if (lead == 0xf4)
		high = 0x8f;
	if (next[1] < low || next[1] > high)
		return 0;
	for (size_t i = 2; i < bytes; i++)
		if ((next[i] & 0xc0) != 0x80)
			return 0;
	return bytes;
}
