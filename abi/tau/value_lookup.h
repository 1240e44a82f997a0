/*
 * tau/value_lookup.h: the bodies of those functions of tau/value.h that find
 * something in a container: by key, by index, by JSON pointer. Included by it.
 */
#ifndef TAU_VALUE_WALK_H
#error "include <tau/value.h>"
#endif
#ifndef TAU_VALUE_LOOKUP_H
#define TAU_VALUE_LOOKUP_H

/* As memcmp() == 0; inline for the sizes that keys have. */
static inline int tau_same(
	const uint8_t *one, const uint8_t *other, size_t bytes)
{
	uint64_t a, b, c, d;
	uint32_t e, f, g, h;
	if (bytes >= 8 && bytes <= 16) {
		memcpy(&a, one, 8);
		memcpy(&b, other, 8);
		memcpy(&c, one + bytes - 8, 8);
		memcpy(&d, other + bytes - 8, 8);
		return a == b && c == d;
	}
	if (bytes >= 4 && bytes < 8) {
		memcpy(&e, one, 4);
		memcpy(&f, other, 4);
		memcpy(&g, one + bytes - 4, 4);
		memcpy(&h, other + bytes - 4, 4);
		return e == f && g == h;
	}
	if (bytes > 16)
		return memcmp(one, other, bytes) == 0;
	for (size_t i = 0; i < bytes; i++)
		if (one[i] != other[i])
			return 0;
	return 1;
}

/* Whether the key in the `bytes` bytes at `key` is this text. */
static inline int tau_key_is(
	const uint8_t *key, size_t bytes, const char *text, size_t text_bytes)
{
	size_t header = 1;
	if (key[0] >= TAU_CODE_TEXT && key[0] < TAU_CODE_BYTES)
		header += (size_t)1 << (key[0] & 3);
	else if ((key[0] & 0xf0) != TAU_CODE_TEXT_SHORT)
		return 0;
	if (bytes != header + text_bytes)
		return 0;
	return tau_same(key + header, (const uint8_t *)text, text_bytes);
}

/* Sizes of the values whose code tells all; 0: look closer. */
__attribute__((unused)) static const uint8_t tau_sizes_[256] = {
	/* clang-format off */
	2, 3, 5, 9, 2, 3, 5, 9, 5, 9, 9, 0, 1, 1, 1, 0,
	0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
	1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16,
	1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16,
	0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
	0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
	0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
	0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
	1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
	1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
	1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
	1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
	1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
	1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
	1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
	1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
	/* clang-format on */
};

/* Passes entries whose sizes are seen at a glance, up to the one with the key
 * or the first that wants a closer look, and never near the end, so that only
 * texts with a length byte need a bound. `*next` is left at that entry, and
 * `*left` counts it; 1: it has the key; -EBADMSG. */
static inline int tau_value_glance(const uint8_t **next, const uint8_t *limit,
	uint64_t *left, const char *key, size_t key_bytes)
{
	const uint8_t *at = *next, *text = (const uint8_t *)key;
	uint32_t code = TAU_CODE_TEXT_SHORT + (uint32_t)key_bytes;
	if (key_bytes > 15)
		return 0;
	for (; *left > 0 && limit - at > 40; --*left) {
		const uint8_t *behind = at + tau_sizes_[*at];
		size_t bytes = tau_sizes_[*behind];
		*next = at;
		if (behind == at)
			return 0;
		if (*at == code && tau_same(at + 1, text, key_bytes))
			return 1;
		if (bytes == 0) {
			if ((*behind & 0xfb) != TAU_CODE_TEXT)
				return 0;
			bytes = 2 + (size_t)behind[1];
			if ((size_t)(limit - behind) < bytes)
				return -EBADMSG;
		}
		at = behind + bytes;
	}
	*next = at;
	return 0;
}

static inline int tau_value_get(const struct tau_value *map, const char *key,
	size_t key_bytes, struct tau_value *out)
{
	const uint8_t *next = map->body, *limit = map->limit;
	uint64_t left = map->count;
	int found;
	if (map->code < TAU_CODE_MAP || map->code > TAU_CODE_MAP + 3)
		return -ENOENT;
	found = tau_value_glance(&next, limit, &left, key, key_bytes);
	if (found < 0)
		return found;
	for (; left > 0; left--) {
		size_t bytes = tau_value_size(next, limit);
		const uint8_t *behind = next + bytes;
		if (__builtin_expect(bytes == 0 || behind == limit, 0))
			return -EBADMSG;
		if (found || tau_key_is(next, bytes, key, key_bytes))
			return tau_value_decode(
				*behind, behind + 1, limit, out);
		bytes = tau_value_size(behind, limit);
		if (__builtin_expect(bytes == 0, 0))
			return -EBADMSG;
		next = behind + bytes;
	}
	return next == limit ? -ENOENT : -EBADMSG;
}

static inline int tau_value_item(const struct tau_value *container,
	uint64_t index, struct tau_value *out)
{
	struct tau_items items;
	struct tau_value item;
	if (container->code >= TAU_CODE_MAP ||
		tau_value_items(container, &items) != 0 || index >= items.left)
		return -ENOENT;
	int64_t fixed = -1;
	if (items.code >= 0)
		fixed = tau_code_fixed((uint32_t)items.code);
	if (fixed > 0) {
		items.next += index * (uint64_t)fixed;
		index = 0;
	}
	do {
		if (tau_value_next(&items, &item) != 1)
			return -EBADMSG;
	} while (index-- > 0);
	*out = item;
	return 0;
}

/* Undoes ~0 and ~1 of a pointer's token into `out`, which has room for as
 * many bytes as the token. Returns the length, or SIZE_MAX when the token is
 * malformed. `out` may be NULL: then it is only measured. */
static inline size_t tau_pointer_unescape(
	const char *token, size_t bytes, char *out)
{
	size_t length = 0;
	for (size_t i = 0; i < bytes; i++) {
		char byte = token[i];
		if (byte == '~') {
			if (++i == bytes ||
				(token[i] != '0' && token[i] != '1'))
				return SIZE_MAX;
			byte = token[i] == '0' ? '~' : '/';
		}
		if (out != NULL)
			out[length] = byte;
		length++;
	}
	return length;
}

/* As tau_value_get, for a token with escapes in it. */
static inline int tau_value_get_escaped(const struct tau_value *map,
	const char *token, size_t bytes, struct tau_value *out)
{
	struct tau_items items;
	struct tau_value key, value;
	const char *text;
	size_t text_bytes;
	int flow;
	if (tau_pointer_unescape(token, bytes, NULL) == SIZE_MAX)
		return -EINVAL;
	if (map->code < TAU_CODE_MAP || tau_value_items(map, &items) != 0)
		return -ENOENT;
	while ((flow = tau_value_next_entry(&items, &key, &value)) == 1) {
		if (tau_value_text(&key, &text, &text_bytes) != 0)
			continue;
		size_t i = 0, at = 0;
		while (i < bytes && at < text_bytes) {
			char byte = token[i++];
			if (byte == '~')
				byte = token[i++] == '0' ? '~' : '/';
			if (byte != text[at])
				break;
			at++;
		}
		if (i == bytes && at == text_bytes) {
			*out = value;
			return 0;
		}
	}
	return flow == 0 ? -ENOENT : flow;
}

/* A token as an index: digits without a leading zero. */
static inline int tau_pointer_index(
	const char *token, size_t bytes, uint64_t *index)
{
	uint64_t number = 0;
	if (bytes == 0 || bytes > 19 || (bytes > 1 && token[0] == '0'))
		return -ENOENT;
	for (size_t i = 0; i < bytes; i++) {
		if (token[i] < '0' || token[i] > '9')
			return -ENOENT;
		number = number * 10 + (uint64_t)(token[i] - '0');
	}
	*index = number;
	return 0;
}

static inline int tau_value_at(const struct tau_value *root,
	const char *pointer, size_t pointer_bytes, struct tau_value *out)
{
	const char *next = pointer;
	const char *limit = pointer_bytes ? pointer + pointer_bytes : pointer;
	const struct tau_value *here = root;
	if (next == limit)
		*out = *root;
	while (next != limit) {
		uint64_t index;
		int escaped = 0, code = -ENOENT;
		if (*next++ != '/')
			return -EINVAL;
		const char *token = next;
		for (; next != limit && *next != '/'; next++)
			escaped |= *next == '~';
		size_t bytes = (size_t)(next - token);
		if (escaped)
			code = tau_value_get_escaped(here, token, bytes, out);
		else if (here->code >= TAU_CODE_MAP)
			code = tau_value_get(here, token, bytes, out);
		else if (tau_pointer_index(token, bytes, &index) == 0)
			code = tau_value_item(here, index, out);
		if (code != 0)
			return code;
		here = out;
	}
	return 0;
}

#endif
