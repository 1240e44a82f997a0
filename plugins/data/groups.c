/* groups: see groups.h. */
#include "groups.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { PART_HEAD = 1 + sizeof(uint32_t), SLOTS_LEAST = 256 };

int key_add(struct buffer *key, const struct tau_value *value)
{
	bool text = tau_value_kind(value) == TAU_KIND_TEXT;
	const uint8_t *from = text ? value->body : value->start;
	uint32_t bytes = (uint32_t)(value->limit - from);
	uint8_t *to = buffer_reserve(key, PART_HEAD + (size_t)bytes);

	if (!to)
		return -ENOMEM;
	*to = text ? TAU_CODE_TEXT : (uint8_t)value->code;
	memcpy(to + 1, &bytes, sizeof bytes);
	tau_copy(to + PART_HEAD, from, bytes);
	key->bytes += PART_HEAD + (size_t)bytes;
	return 0;
}

void key_write(struct tau_writer *writer, const uint8_t *key, size_t *at)
{
	const uint8_t *part = key + *at;
	struct tau_value value = {.start = part + PART_HEAD, .code = *part};
	uint32_t bytes;

	memcpy(&bytes, part + 1, sizeof bytes);
	value.limit = value.start + bytes;
	*at += PART_HEAD + (size_t)bytes;
	if (value.code == TAU_CODE_TEXT)
		tau_write_text(writer, (const char *)value.start, bytes);
	else
		tau_write_value(writer, &value);
}

static bool part_is_good(const uint8_t *from, size_t bytes, uint8_t code)
{
	struct tau_items items = {
		.next = from, .limit = from + bytes, .left = 1, .code = code};
	struct tau_value value;

	return code == TAU_CODE_TEXT || (tau_value_next(&items, &value) == 1 &&
						value.limit == from + bytes);
}

bool key_is_good(const uint8_t *key, size_t bytes, size_t parts)
{
	for (; parts > 0; parts--) {
		uint32_t part;

		if (bytes < PART_HEAD)
			return false;
		memcpy(&part, key + 1, sizeof part);
		bytes -= PART_HEAD;
		if (part > bytes || !part_is_good(key + PART_HEAD, part, *key))
			return false;
		key += PART_HEAD + (size_t)part;
		bytes -= part;
	}
	return bytes == 0;
}

/* Folds the product of two numbers into one. */
static inline uint64_t fold(uint64_t one, uint64_t other)
{
	unsigned __int128 product = (unsigned __int128)one * other;

	return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static inline uint64_t word_at(const uint8_t *from, size_t bytes)
{
	uint64_t word = 0;

	memcpy(&word, from, bytes);
	return word;
}

static inline uint64_t hash_of(const uint8_t *key, size_t bytes)
{
	const uint64_t odd = UINT64_C(0x9e3779b97f4a7c15);
	uint64_t hash = odd ^ bytes;

	if (bytes >= 8) {
		for (size_t at = 0; at + 8 <= bytes; at += 8)
			hash = fold(hash ^ word_at(key + at, 8), odd);
		return fold(hash ^ word_at(key + bytes - 8, 8), odd);
	}
	/* Keys have no bytes, or at least the five of a part's head. */
	if (bytes >= 4)
		hash ^= word_at(key, 4) << 32 | word_at(key + bytes - 4, 4);
	return fold(hash, odd);
}

/* Doubles the slots and finds each group's place again. */
static int grow_slots(struct groups *groups)
{
	size_t count =
		groups->slot_count ? 2 * groups->slot_count : SLOTS_LEAST;
	uint32_t *slots = calloc(count, sizeof *slots);

	if (!slots)
		return -ENOMEM;
	for (size_t i = 0; i < groups->count; i++) {
		size_t slot = groups->group[i].hash & (count - 1);

		while (slots[slot])
			slot = (slot + 1) & (count - 1);
		slots[slot] = (uint32_t)i + 1;
	}
	free(groups->slots);
	groups->slots = slots;
	groups->slot_count = count;
	return 0;
}

static struct group *add_group(
	struct groups *groups, const uint8_t *key, size_t bytes, uint64_t hash)
{
	struct group *group;

	if (groups->count == UINT32_MAX - 1)
		return NULL;
	if (groups->count == groups->room) {
		size_t room = groups->room ? 2 * groups->room : 64;

		group = reallocarray(groups->group, room, sizeof *group);
		if (!group)
			return NULL;
		groups->group = group;
		groups->room = room;
	}
	group = &groups->group[groups->count];
	*group = (struct group){.hash = hash,
		.key = groups->keys.bytes,
		.key_bytes = bytes,
		.total = {.kind = NUMBER_INT, .integer = 0}};
	if (buffer_append(&groups->keys, key, bytes))
		return NULL;
	groups->count++;
	return group;
}

/* Keys are short: as memcmp, without a call, in two overlapping parts. */
static inline bool is_key(const struct groups *groups,
	const struct group *group, const uint8_t *key, size_t bytes)
{
	const uint8_t *other = groups->keys.start + group->key;

	if (group->key_bytes != bytes)
		return false;
	if (bytes >= 8 && bytes <= 16)
		return word_at(key, 8) == word_at(other, 8) &&
		       word_at(key + bytes - 8, 8) ==
			       word_at(other + bytes - 8, 8);
	if (bytes >= 4 && bytes < 8)
		return word_at(key, 4) == word_at(other, 4) &&
		       word_at(key + bytes - 4, 4) ==
			       word_at(other + bytes - 4, 4);
	return bytes == 0 || memcmp(key, other, bytes) == 0;
}

struct group *groups_at(struct groups *groups, const uint8_t *key, size_t bytes)
{
	struct group *group;
	uint64_t hash;
	size_t slot;

	/* The same as the last time, often. */
	if (groups->last < groups->count) {
		group = &groups->group[groups->last];
		if (is_key(groups, group, key, bytes))
			return group;
	}
	hash = hash_of(key, bytes);
	if (groups->count * 2 >= groups->slot_count && grow_slots(groups))
		return NULL;
	slot = hash & (groups->slot_count - 1);
	for (; groups->slots[slot];
		slot = (slot + 1) & (groups->slot_count - 1)) {
		group = &groups->group[groups->slots[slot] - 1];
		if (group->hash == hash && is_key(groups, group, key, bytes)) {
			groups->last = (size_t)(group - groups->group);
			return group;
		}
	}
	group = add_group(groups, key, bytes, hash);
	if (group)
		groups->slots[slot] = (uint32_t)groups->count;
	return group;
}

void groups_clear(struct groups *groups)
{
	groups->count = 0;
	groups->keys.bytes = 0;
	if (groups->slots)
		memset(groups->slots, 0,
			groups->slot_count * sizeof *groups->slots);
}

void groups_release(struct groups *groups)
{
	free(groups->group);
	free(groups->slots);
	buffer_release(&groups->keys);
	*groups = (struct groups){0};
}
