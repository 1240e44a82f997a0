/* shred: blocks put together again. See the header. */
#include "core/stream/shred.h"

#include <endian.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/check.h"
#include "core/stream/shred_private.h"

#define SPARE_BYTES (64 * KIB) /* read at a time, besides a block */

static size_t find_block(struct shred_joiner *joiner, struct block_head *head);
static bool read_head(const struct shred_joiner *joiner, const uint8_t *at,
	struct block_head *head);
static void skip(struct shred_joiner *joiner);
static int take(struct shred_joiner *joiner, const struct block_head *head,
	const uint8_t *body, struct shred_piece *piece);
static struct shred_writer *find_writer(
	struct shred_joiner *joiner, uint32_t number);
static bool in_order(struct shred_joiner *joiner, struct shred_writer *writer,
	const struct block_head *head);
static int take_piece(struct shred_joiner *joiner, struct shred_writer *writer,
	const struct block_head *head, const uint8_t *body,
	struct shred_piece *piece);
static int take_end(struct shred_joiner *joiner, struct shred_writer *writer,
	const struct block_head *head, struct shred_piece *piece);
static int keep(struct shred_writer *writer, const struct block_head *head,
	const uint8_t *body);
static void tear(struct shred_joiner *joiner, struct shred_writer *writer);
static void break_off(struct shred_joiner *joiner, struct shred_writer *writer);

int shred_joiner_init(struct shred_joiner *joiner, uint32_t stream,
	uint32_t block_bytes, uint32_t record_bytes)
{
	CHECK(block_bytes > SHRED_HEAD_BYTES);
	*joiner = (struct shred_joiner){.stream = stream,
		.block_bytes = block_bytes,
		.record_bytes = record_bytes,
		.limit = (size_t)block_bytes + SPARE_BYTES};
	shred_sum_init(&joiner->sum);
	joiner->bytes = malloc(joiner->limit);
	joiner->writers = calloc(SHRED_WRITERS_MAX, sizeof *joiner->writers);
	return joiner->bytes && joiner->writers ? 0 : -ENOMEM;
}

void shred_joiner_release(struct shred_joiner *joiner)
{
	for (uint32_t i = 0; i < joiner->writer_count; i++)
		free(joiner->writers[i].body);
	free(joiner->writers);
	free(joiner->bytes);
	*joiner = (struct shred_joiner){0};
}

void shred_joiner_follow(struct shred_joiner *joiner)
{
	CHECK(joiner->end == 0 && joiner->writer_count == 0);
	joiner->midway = true;
}

/* What is left to look at is less than a block. */
uint8_t *shred_joiner_space(struct shred_joiner *joiner, size_t *bytes)
{
	if (joiner->start > 0)
		memmove(joiner->bytes, joiner->bytes + joiner->start,
			joiner->end - joiner->start);
	joiner->end -= joiner->start;
	joiner->start = 0;
	*bytes = joiner->limit - joiner->end;
	return joiner->bytes + joiner->end;
}

void shred_joiner_came(struct shred_joiner *joiner, size_t bytes)
{
	CHECK(bytes <= joiner->limit - joiner->end);
	joiner->end += bytes;
}

/* What looked like a block that is still on its way may hide some that came. */
void shred_joiner_finish(struct shred_joiner *joiner)
{
	joiner->finished = true;
}

int shred_join(struct shred_joiner *joiner, struct shred_piece *piece)
{
	struct block_head head;
	size_t bytes;

	while ((bytes = find_block(joiner, &head)) > 0) {
		const uint8_t *body =
			joiner->bytes + joiner->start + SHRED_HEAD_BYTES;
		int flow;

		joiner->start += bytes;
		flow = take(joiner, &head, body, piece);
		if (flow != SHRED_MORE)
			return flow;
	}
	for (uint32_t i = 0; joiner->finished && i < joiner->writer_count; i++)
		tear(joiner, &joiner->writers[i]);
	return SHRED_MORE;
}

enum stream_reason shred_joiner_reason(const struct shred_joiner *joiner)
{
	enum stream_reason worst = STREAM_OPEN;

	for (uint32_t i = 0; i < joiner->writer_count; i++) {
		enum stream_reason reason = joiner->writers[i].reason;

		if (reason == STREAM_OPEN || reason == STREAM_CRASHED)
			return STREAM_CRASHED;
		if (worst != STREAM_FAILED && reason > STREAM_DONE)
			worst = reason;
		else if (worst == STREAM_OPEN)
			worst = reason;
	}
	return worst;
}

const char *shred_joiner_verdict(const struct shred_joiner *joiner)
{
	switch (shred_joiner_reason(joiner)) {
	case STREAM_CRASHED:
		return "went without saying that it had ended";
	case STREAM_FAILED:
		return "said that it had failed";
	default:
		return joiner->counts.missing || joiner->counts.torn
			       ? "left records out"
			       : NULL;
	}
}

bool shred_explain(const struct shred_counts *counts, char *text, size_t bytes)
{
	static const struct shred_counts none;
	struct shred_counts refused = *counts;

	refused.broken = 0;
	if (memcmp(&refused, &none, sizeof none) == 0)
		return false;
	snprintf(text, bytes,
		"%" PRIu64 " bytes of no block, %" PRIu64
		" alien blocks, %" PRIu64 " repeated or late, %" PRIu64
		" missing, %" PRIu64 " torn records, %" PRIu64 " too large",
		counts->alien_bytes, counts->alien_blocks, counts->repeated,
		counts->missing, counts->torn, counts->oversized);
	return true;
}

/* The next whole block: its size, or 0 when there is none yet. Bytes before it
 * are counted and left behind. */
static size_t find_block(struct shred_joiner *joiner, struct block_head *head)
{
	for (;;) {
		const uint8_t *at = joiner->bytes + joiner->start;
		size_t there = joiner->end - joiner->start;
		size_t known =
			there < sizeof shred_magic ? there : sizeof shred_magic;
		size_t bytes;

		if (there == 0)
			return 0;
		if (memcmp(at, shred_magic, known) == 0) {
			if (there < SHRED_HEAD_BYTES && !joiner->finished)
				return 0;
			if (there >= SHRED_HEAD_BYTES &&
				read_head(joiner, at, head)) {
				bytes = SHRED_HEAD_BYTES + (size_t)head->bytes;
				if (there < bytes && !joiner->finished)
					return 0;
				if (there >= bytes &&
					shred_sum_of(&joiner->sum, at, bytes) ==
						head->sum)
					return bytes;
			}
		}
		skip(joiner);
	}
}

/* Whether a head can be one, whatever its sum says. */
static bool read_head(const struct shred_joiner *joiner, const uint8_t *at,
	struct block_head *head)
{
	memcpy(head, at, sizeof *head);
	head->sum = le32toh(head->sum);
	head->sequence = le64toh(head->sequence);
	head->writer = le32toh(head->writer);
	head->stream = le32toh(head->stream);
	head->total = le32toh(head->total);
	head->offset = le32toh(head->offset);
	head->bytes = le32toh(head->bytes);
	head->type = le16toh(head->type);
	head->kind = le16toh(head->kind);
	if (head->bytes > joiner->block_bytes - SHRED_HEAD_BYTES)
		return false;
	if (head->kind == KIND_ANEW)
		return head->total == 0 && head->offset == 0 &&
		       head->bytes == 0 && head->type == 0;
	if (head->kind == KIND_END)
		return head->total == 0 && head->offset == 0 &&
		       head->bytes == 0 && head->type >= STREAM_DONE &&
		       head->type <= STREAM_CLOSED;
	if (head->type > TAU_CYCLE || head->type == TAU_FD)
		return false;
	return head->kind == KIND_PIECE && head->offset <= head->total &&
	       head->bytes <= head->total - head->offset &&
	       (head->bytes > 0 || head->total == 0);
}

/* Goes to where the next block may begin. What a dead reader left of the block
 * that it was taking is not alien. */
static void skip(struct shred_joiner *joiner)
{
	const uint8_t *at = joiner->bytes + joiner->start;
	size_t there = joiner->end - joiner->start;
	const uint8_t *next = memchr(at + 1, shred_magic[0], there - 1);
	size_t bytes = next ? (size_t)(next - at) : there;

	if (!joiner->midway || joiner->writer_count > 0)
		joiner->counts.alien_bytes += bytes;
	joiner->start += bytes;
}

static int take(struct shred_joiner *joiner, const struct block_head *head,
	const uint8_t *body, struct shred_piece *piece)
{
	struct shred_writer *writer = NULL;

	if (head->stream == joiner->stream)
		writer = find_writer(joiner, head->writer);
	if (!writer) {
		joiner->counts.alien_blocks++;
		return SHRED_MORE;
	}
	if (!in_order(joiner, writer, head) || head->kind == KIND_ANEW)
		return SHRED_MORE;
	piece->writer = writer->number;
	piece->reason = STREAM_OPEN;
	if (head->kind == KIND_END)
		return take_end(joiner, writer, head, piece);
	return take_piece(joiner, writer, head, body, piece);
}

/* NULL when there are too many. One that has ended is remembered, so that what
 * comes again is known. */
static struct shred_writer *find_writer(
	struct shred_joiner *joiner, uint32_t number)
{
	struct shred_writer *made;

	for (uint32_t i = 0; i < joiner->writer_count; i++)
		if (joiner->writers[i].number == number)
			return &joiner->writers[i];
	if (joiner->writer_count == SHRED_WRITERS_MAX)
		return NULL;
	made = &joiner->writers[joiner->writer_count++];
	*made = (struct shred_writer){
		.number = number, .unheard = joiner->midway};
	return made;
}

static bool in_order(struct shred_joiner *joiner, struct shred_writer *writer,
	const struct block_head *head)
{
	if (head->kind == KIND_ANEW && writer->reason == STREAM_OPEN)
		break_off(joiner, writer);
	if (head->sequence < writer->expected || head->sequence == UINT64_MAX ||
		writer->reason != STREAM_OPEN) {
		joiner->counts.repeated++;
		return false;
	}
	if (head->sequence > writer->expected && !writer->unheard) {
		joiner->counts.missing += head->sequence - writer->expected;
		tear(joiner, writer);
	}
	joiner->counts.broken += writer->unheard && head->offset > 0;
	writer->unheard = false;
	writer->expected = head->sequence + 1;
	return true;
}

/* Another process goes on with the number of one that died. */
static void break_off(struct shred_joiner *joiner, struct shred_writer *writer)
{
	joiner->counts.broken += writer->begun;
	writer->begun = false;
	writer->expected = 0;
}

/* A block that continues nothing is the rest of a record that was given up, or
 * whose beginning is among the blocks that are missing. */
static int take_piece(struct shred_joiner *joiner, struct shred_writer *writer,
	const struct block_head *head, const uint8_t *body,
	struct shred_piece *piece)
{
	if (writer->begun &&
		(head->offset != writer->came || head->total != writer->total ||
			head->type != writer->type))
		tear(joiner, writer);
	if (!writer->begun && head->offset > 0)
		return SHRED_MORE;
	if (head->total > joiner->record_bytes) {
		joiner->counts.oversized++;
		return SHRED_MORE;
	}
	piece->record = (struct tau_record){
		(uint8_t *)(uintptr_t)body, head->total, head->type, 0};
	if (head->bytes == head->total)
		return SHRED_RECORD;
	if (keep(writer, head, body) < 0)
		return -ENOMEM;
	if (writer->came < writer->total)
		return SHRED_MORE;
	writer->begun = false;
	piece->record.body = writer->body;
	return SHRED_RECORD;
}

static int take_end(struct shred_joiner *joiner, struct shred_writer *writer,
	const struct block_head *head, struct shred_piece *piece)
{
	tear(joiner, writer);
	writer->reason = (enum stream_reason)head->type;
	free(writer->body);
	writer->body = NULL;
	writer->room = 0;
	piece->reason = writer->reason;
	return SHRED_END;
}

/* Memory grows with what has come, not with what a head promises. */
static int keep(struct shred_writer *writer, const struct block_head *head,
	const uint8_t *body)
{
	uint32_t needed = head->offset + head->bytes;

	if (needed > writer->room) {
		uint32_t room =
			needed > head->total / 2 ? head->total : needed * 2;
		uint8_t *grown = realloc(writer->body, room);

		if (!grown)
			return -ENOMEM;
		writer->body = grown;
		writer->room = room;
	}
	memcpy(writer->body + head->offset, body, head->bytes);
	writer->begun = true;
	writer->came = needed;
	writer->total = head->total;
	writer->type = head->type;
	return 0;
}

/* Gives up a record that was begun. */
static void tear(struct shred_joiner *joiner, struct shred_writer *writer)
{
	joiner->counts.torn += writer->begun;
	writer->begun = false;
}
