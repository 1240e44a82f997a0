/*
 * tau/value_walk.h: the bodies of those functions of tau/value.h that go into
 * containers. Not for including on its own.
 */
#ifndef TAU_VALUE_H
#error "include <tau/value.h>"
#endif
#ifndef TAU_VALUE_WALK_H
#define TAU_VALUE_WALK_H

static inline int tau_value_items(
	const struct tau_value *container, struct tau_items *items)
{
	int kind = tau_value_kind(container);
	items->next = container->body;
	items->limit = container->limit;
	items->left = container->count;
	items->code = -1;
	items->reserved = 0;
	if (kind == TAU_KIND_ARRAY)
		items->code = *items->next++;
	else if (kind == TAU_KIND_MAP)
		items->left *= 2;
	else if (kind != TAU_KIND_TUPLE)
		return -EINVAL;
	return 0;
}

static inline int tau_value_next(
	struct tau_items *items, struct tau_value *item)
{
	uint32_t code;
	if (items->left == 0)
		return items->next == items->limit ? 0 : -EBADMSG;
	if (items->code >= 0)
		code = (uint32_t)items->code;
	else if (items->next == items->limit)
		return -EBADMSG;
	else
		code = *items->next++;
	if (tau_value_decode(code, items->next, items->limit, item) != 0)
		return -EBADMSG;
	items->next = item->limit;
	items->left--;
	return 1;
}

static inline int tau_value_next_entry(
	struct tau_items *items, struct tau_value *key, struct tau_value *value)
{
	int flow = tau_value_next(items, key);
	if (flow <= 0)
		return flow;
	return tau_value_next(items, value) == 1 ? 1 : -EBADMSG;
}

/* The bytes of the value at `next`, at most as many as there are before
 * `limit`; 0 where there is none. What small maps are made of comes first:
 * this is where looking up fields spends its time, so each kind of value has
 * a branch of its own, which the processor predicts. */
static inline size_t tau_value_size(const uint8_t *next, const uint8_t *limit)
{
	struct tau_value value;
	size_t room = (size_t)(limit - next), bytes;
	if (__builtin_expect(room == 0, 0))
		return 0;
	uint32_t code = *next;
	if (code >= TAU_CODE_TEXT_SHORT && code < TAU_CODE_TUPLE)
		bytes = 1 + (code & 15);
	else if (code >= TAU_CODE_INT_SHORT)
		bytes = 1;
	else if (code <= TAU_CODE_I64)
		bytes = 1 + ((size_t)1 << (code & 3));
	else if ((code == TAU_CODE_TEXT || code == TAU_CODE_BYTES) && room > 1)
		bytes = 2 + (size_t)next[1];
	else if (code >= TAU_CODE_NULL && code <= TAU_CODE_TRUE)
		bytes = 1;
	else if (tau_value_decode(code, next + 1, limit, &value) == 0)
		bytes = (size_t)(value.limit - next);
	else
		return 0;
	return __builtin_expect(bytes <= room, 1) ? bytes : 0;
}

#include <tau/value_lookup.h>

static inline int tau_value_equal_within(
	const struct tau_value *one, const struct tau_value *other, int depth);

/* Both are containers and hold the same number of things. */
static inline int tau_value_equal_items(
	const struct tau_value *one, const struct tau_value *other, int depth)
{
	struct tau_items one_items, other_items;
	struct tau_value one_item, other_item;
	int flow;
	if (depth == 0 || tau_value_items(one, &one_items) != 0 ||
		tau_value_items(other, &other_items) != 0)
		return 0;
	while ((flow = tau_value_next(&one_items, &one_item)) == 1)
		if (tau_value_next(&other_items, &other_item) != 1 ||
			!tau_value_equal_within(
				&one_item, &other_item, depth - 1))
			return 0;
	return flow == 0 && tau_value_next(&other_items, &other_item) == 0;
}

static inline int tau_value_equal_numbers(
	const struct tau_value *one, const struct tau_value *other)
{
	uint64_t one_bits, other_bits;
	int one_negative, other_negative;
	if (tau_value_integer(one, &one_bits, &one_negative) == 0 &&
		tau_value_integer(other, &other_bits, &other_negative) == 0)
		return one_bits == other_bits && one_negative == other_negative;
	double number = tau_value_double(one);
	double second = tau_value_double(other);
	int one_nan = __builtin_isnan(number) != 0;
	int other_nan = __builtin_isnan(second) != 0;
	if (one_nan || other_nan)
		return one_nan && other_nan;
	return !(number < second) && !(number > second);
}

static inline int tau_value_equal_within(
	const struct tau_value *one, const struct tau_value *other, int depth)
{
	int kind = tau_value_kind(one), other_kind = tau_value_kind(other);
	if ((kind == TAU_KIND_TUPLE || kind == TAU_KIND_ARRAY) &&
		(other_kind == TAU_KIND_TUPLE || other_kind == TAU_KIND_ARRAY))
		return one->count == other->count &&
		       tau_value_equal_items(one, other, depth);
	if (kind != other_kind)
		return 0;
	if (kind == TAU_KIND_MAP)
		return one->count == other->count &&
		       tau_value_equal_items(one, other, depth);
	if (kind == TAU_KIND_INT || kind == TAU_KIND_FLOAT)
		return tau_value_equal_numbers(one, other);
	if (kind == TAU_KIND_BOOL)
		return one->code == other->code;
	if (kind == TAU_KIND_CYCLE) {
		uint64_t number = 0, second = 0;
		int bare = tau_value_cycle(one, &number);
		return bare == tau_value_cycle(other, &second) &&
		       number == second;
	}
	size_t bytes = (size_t)(one->limit - one->body);
	return bytes == (size_t)(other->limit - other->body) &&
	       (bytes == 0 || memcmp(one->body, other->body, bytes) == 0);
}

static inline int tau_value_equal(
	const struct tau_value *one, const struct tau_value *other)
{
	return tau_value_equal_within(one, other, TAU_VALUE_DEPTH);
}

#endif
