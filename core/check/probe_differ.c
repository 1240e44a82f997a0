/* probe_differ: whether two lives of an operator wrote the same. Bytes may be
 * cut anywhere; where several streams meet or part, who comes first is no
 * promise. */
#include "core/check/probe.h"

#include "core/record/utf9.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SHOWN_BYTES 160

struct piece {
	const uint8_t *body;
	size_t bytes;
	uint16_t type;
};

struct pieces {
	struct piece *piece;
	size_t count;
	uint8_t *joined; /* bodies of bytes, one behind the other */
};

static bool is_promise(const struct stage *stage)
{
	const struct operator_description *described = stage->description;
	uint32_t streams = 0;

	for (uint32_t i = 0; i < described->in_declared; i++)
		streams += 1 + described->in[i].variadic;
	for (uint32_t i = 0; i < described->out_declared; i++)
		if (described->out[i].variadic)
			return false;
	return streams < 2;
}

/* What came out of the out streams [from, to); neighbours of bytes are one. */
static void gather(struct pieces *pieces, const struct stage *stage,
	uint32_t from, uint32_t to)
{
	size_t count = 0, bytes = 0, at = 0;

	for (uint32_t i = from; i < to; i++)
		for (size_t r = 0; r < stage->outs[i].count; r++, count++)
			bytes += stage->outs[i].records[r].bytes;
	*pieces = (struct pieces){
		.piece = calloc(count + 1, sizeof *pieces->piece),
		.joined = malloc(bytes + 1)};
	for (uint32_t i = from; pieces->piece && pieces->joined && i < to; i++)
		for (size_t r = 0; r < stage->outs[i].count; r++) {
			const struct stage_record *record =
				&stage->outs[i].records[r];
			struct piece *last =
				&pieces->piece[pieces->count -
					       (pieces->count > 0)];
			bool joins = r > 0 && record->type == TAU_BYTES &&
				     last->type == TAU_BYTES;

			if (record->type == TAU_BYTES && !record->bytes)
				continue;
			if (!joins) {
				last = &pieces->piece[pieces->count++];
				*last = (struct piece){
					pieces->joined + at, 0, record->type};
			}
			if (record->type == TAU_FD)
				continue;
			memcpy(pieces->joined + at, record->body,
				record->bytes);
			at += record->bytes;
			last->bytes += record->bytes;
		}
}

static int compare(const void *left, const void *right)
{
	const struct piece *one = left, *other = right;
	size_t bytes = one->bytes < other->bytes ? one->bytes : other->bytes;
	int order = memcmp(one->body, other->body, bytes);

	if (one->type != other->type)
		return one->type < other->type ? -1 : 1;
	if (order)
		return order;
	return (one->bytes > other->bytes) - (one->bytes < other->bytes);
}

/* Text as it is; of what is none each byte as \xNN. */
static size_t show_text(const struct piece *piece, char *text)
{
	size_t used = 1;

	text[0] = '"';
	for (size_t i = 0; i < piece->bytes && used + 5 < SHOWN_BYTES; i++) {
		uint8_t byte = piece->body[i];

		if (byte >= ' ' && byte < 127)
			text[used++] = (char)byte;
		else if (byte == '\n')
			used += (size_t)sprintf(text + used, "\\n");
		else
			used += (size_t)sprintf(text + used, "\\x%02x", byte);
	}
	text[used++] = '"';
	return used;
}

/* Values as JSON, as `tau test` shows them. */
static void show(const struct pieces *pieces, size_t at, char *text)
{
	const struct piece *piece;
	int64_t shown = 0;
	size_t used;

	if (at >= pieces->count) {
		strcpy(text, "nothing");
		return;
	}
	piece = &pieces->piece[at];
	if (piece->type == TAU_VALUE)
		shown = utf9_print(piece->body, piece->bytes, UTF9_JSON, text,
			SHOWN_BYTES);
	used = shown <= 0             ? show_text(piece, text)
	       : shown >= SHOWN_BYTES ? SHOWN_BYTES
				      : (size_t)shown;
	text[used] = '\0';
}

/* Where two begin to differ that look the same. */
static size_t first_difference(const struct pieces *one,
	const struct pieces *other, size_t at, bool *looks_same)
{
	const struct piece *left = &one->piece[at], *right = &other->piece[at];
	size_t byte = 0;

	*looks_same = *looks_same && at < one->count && at < other->count;
	while (*looks_same && byte < left->bytes && byte < right->bytes &&
		left->body[byte] == right->body[byte])
		byte++;
	return byte;
}

static bool parts_differ(const struct stage *wanted, const struct stage *found,
	uint32_t from, uint32_t to, char *text, size_t bytes)
{
	struct pieces one, other;
	char was[SHOWN_BYTES + 1], is[SHOWN_BYTES + 1];
	bool promise = is_promise(wanted);
	size_t at = 0, byte;
	bool differ, looks_same;
	char difference[64] = "";

	gather(&one, wanted, from, to);
	gather(&other, found, from, to);
	if (!promise) {
		qsort(one.piece, one.count, sizeof *one.piece, compare);
		qsort(other.piece, other.count, sizeof *other.piece, compare);
	}
	while (at < one.count && at < other.count &&
		compare(&one.piece[at], &other.piece[at]) == 0)
		at++;
	differ = at < one.count || at < other.count;
	show(&one, at, was);
	show(&other, at, is);
	looks_same = strcmp(was, is) == 0;
	byte = first_difference(&one, &other, at, &looks_same);
	if (looks_same)
		(void)snprintf(difference, sizeof difference,
			"; they differ from byte %zu on, or in their type",
			byte + 1);
	if (differ)
		(void)snprintf(text, bytes,
			"record %zu of the port %s is %s, and %s when "
			"it is not stopped (%zu records instead of %zu)%s",
			at + 1, wanted->outs[from].port->name, is, was,
			other.count, one.count, difference);
	free(one.piece);
	free(one.joined);
	free(other.piece);
	free(other.joined);
	return differ;
}

bool probe_differs(const struct stage *wanted, const struct stage *found,
	char *text, size_t bytes)
{
	if (!is_promise(wanted))
		return wanted->out_total > 0 &&
		       parts_differ(wanted, found, 0, wanted->out_total, text,
			       bytes);
	for (uint32_t i = 0; i < wanted->out_total; i++)
		if (parts_differ(wanted, found, i, i + 1, text, bytes))
			return true;
	return false;
}
