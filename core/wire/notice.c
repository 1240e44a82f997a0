/* notice: what the two sides of a link tell each other. See the header. */
#include "core/wire/notice.h"

#include <errno.h>
#include <string.h>

#include <tau/value.h>
#include <tau/writer.h>

#include "core/base/check.h"

static const char *const reasons[] = {
	[NOTICE_DONE] = "done",
	[NOTICE_FAILED] = "failed",
	[NOTICE_CRASHED] = "crashed",
	[NOTICE_CLOSED] = "closed",
	[NOTICE_GONE] = "gone",
};
#define REASONS (sizeof reasons / sizeof *reasons)

static void put_text(struct tau_writer *writer, const char *text);
static int read_first(struct notice *notice, struct tau_items *items);
static int read_rest(struct notice *notice, struct tau_items *items);
static int take_uint(struct tau_items *items, uint64_t *number);
static int take_stream(struct tau_items *items, uint32_t *stream);
static int take_text(struct tau_items *items, char *text);
static int take_direction(struct tau_items *items, bool *writes);
static int take_reason(struct tau_items *items, enum notice_reason *reason);

size_t notice_encode(const struct notice *notice, uint8_t *to)
{
	struct tau_writer writer;
	struct tau_mark tuple;
	int64_t bytes;

	tau_writer_init(&writer, to, NOTICE_BYTES_MAX);
	tuple = tau_write_tuple_begin(&writer, 0);
	switch (notice->kind) {
	case NOTICE_HELLO:
		put_text(&writer, "tau");
		tau_write_uint(&writer, notice->version);
		tau_write_uint(&writer, notice->packet_bytes);
		tau_write_uint(&writer, notice->incarnation);
		put_text(&writer, notice->text);
		if (notice->heard)
			tau_write_uint(&writer, notice->heard);
		break;
	case NOTICE_ALPHA:
		tau_write_signal(&writer, TAU_CODE_ALPHA);
		tau_write_uint(&writer, notice->stream);
		put_text(&writer, notice->text);
		put_text(&writer, notice->writes ? "out" : "in");
		tau_write_uint(&writer, notice->atomic_bytes);
		tau_write_uint(&writer, notice->records);
		break;
	case NOTICE_IOTA:
		tau_write_signal(&writer, TAU_CODE_IOTA);
		tau_write_uint(&writer, notice->stream);
		tau_write_uint(&writer, notice->bytes);
		tau_write_uint(&writer, notice->records);
		break;
	case NOTICE_KAPPA:
		tau_write_signal(&writer, TAU_CODE_KAPPA);
		tau_write_uint(&writer, notice->stream);
		break;
	case NOTICE_OMEGA:
		tau_write_signal(&writer, TAU_CODE_OMEGA);
		tau_write_uint(&writer, notice->stream);
		tau_write_uint(&writer, notice->records);
		put_text(&writer, reasons[notice->reason]);
		put_text(&writer, notice->text);
		break;
	case NOTICE_WANT:
		put_text(&writer, "want");
		tau_write_uint(&writer, notice->stream);
		break;
	case NOTICE_BYE:
		put_text(&writer, "bye");
		put_text(&writer, notice->text);
		break;
	case NOTICE_AGAIN:
		put_text(&writer, "again");
		put_text(&writer, notice->text);
		break;
	default:
		CHECK(notice->kind != NOTICE_OTHER);
	}
	tau_write_end(&writer, tuple);
	bytes = tau_writer_finish(&writer);
	CHECK(bytes > 0);
	return (size_t)bytes;
}

int notice_decode(struct notice *notice, const uint8_t *value, size_t bytes,
	struct error *error)
{
	struct tau_value tuple;
	struct tau_items items;

	*notice = (struct notice){.kind = NOTICE_OTHER};
	if (tau_value_open(value, bytes, &tuple) != 0 ||
		tau_value_kind(&tuple) != TAU_KIND_TUPLE ||
		tau_value_items(&tuple, &items) != 0)
		return error_set(error, -EPROTO, "a notice is no utf9 tuple");
	if (read_first(notice, &items) != 0 || read_rest(notice, &items) != 0)
		return error_set(
			error, -EPROTO, "a notice lacks what belongs to it");
	return 0;
}

static void put_text(struct tau_writer *writer, const char *text)
{
	tau_write_text(writer, text, strlen(text));
}

static int read_first(struct notice *notice, struct tau_items *items)
{
	struct tau_value first;
	const char *text;
	size_t bytes;

	if (tau_value_next(items, &first) != 1)
		return -EPROTO;
	switch (tau_value_kind(&first)) {
	case TAU_KIND_ALPHA:
		notice->kind = NOTICE_ALPHA;
		break;
	case TAU_KIND_IOTA:
		notice->kind = NOTICE_IOTA;
		break;
	case TAU_KIND_KAPPA:
		notice->kind = NOTICE_KAPPA;
		break;
	case TAU_KIND_OMEGA:
		notice->kind = NOTICE_OMEGA;
		break;
	default:
		if (tau_value_text(&first, &text, &bytes) != 0)
			break;
		if (bytes == 3 && memcmp(text, "tau", 3) == 0)
			notice->kind = NOTICE_HELLO;
		if (bytes == 4 && memcmp(text, "want", 4) == 0)
			notice->kind = NOTICE_WANT;
		if (bytes == 3 && memcmp(text, "bye", 3) == 0)
			notice->kind = NOTICE_BYE;
		if (bytes == 5 && memcmp(text, "again", 5) == 0)
			notice->kind = NOTICE_AGAIN;
	}
	return 0;
}

static int read_rest(struct notice *notice, struct tau_items *items)
{
	bool right;

	switch (notice->kind) {
	case NOTICE_HELLO:
		right = take_uint(items, &notice->version) == 0 &&
			take_uint(items, &notice->packet_bytes) == 0 &&
			take_uint(items, &notice->incarnation) == 0 &&
			take_text(items, notice->text) == 0;
		if (right && take_uint(items, &notice->heard) != 0)
			notice->heard = 0; /* what stands behind is free */
		break;
	case NOTICE_ALPHA:
		right = take_stream(items, &notice->stream) == 0 &&
			take_text(items, notice->text) == 0 &&
			take_direction(items, &notice->writes) == 0 &&
			take_uint(items, &notice->atomic_bytes) == 0 &&
			take_uint(items, &notice->records) == 0;
		break;
	case NOTICE_IOTA:
		right = take_stream(items, &notice->stream) == 0 &&
			take_uint(items, &notice->bytes) == 0 &&
			take_uint(items, &notice->records) == 0;
		break;
	case NOTICE_KAPPA:
	case NOTICE_WANT:
		right = take_stream(items, &notice->stream) == 0;
		break;
	case NOTICE_OMEGA:
		right = take_stream(items, &notice->stream) == 0 &&
			take_uint(items, &notice->records) == 0 &&
			take_reason(items, &notice->reason) == 0 &&
			take_text(items, notice->text) == 0;
		break;
	case NOTICE_BYE:
	case NOTICE_AGAIN:
		right = take_text(items, notice->text) == 0;
		break;
	default:
		right = true;
	}
	return right ? 0 : -EPROTO;
}

static int take_uint(struct tau_items *items, uint64_t *number)
{
	struct tau_value value;

	if (tau_value_next(items, &value) != 1 ||
		tau_value_kind(&value) != TAU_KIND_INT)
		return -EPROTO;
	return tau_value_uint(&value, number);
}

static int take_stream(struct tau_items *items, uint32_t *stream)
{
	uint64_t number;

	if (take_uint(items, &number) != 0 || number > UINT32_MAX)
		return -EPROTO;
	*stream = (uint32_t)number;
	return 0;
}

static int take_text(struct tau_items *items, char *text)
{
	struct tau_value value;
	const char *from;
	size_t bytes;

	if (tau_value_next(items, &value) != 1 ||
		tau_value_text(&value, &from, &bytes) != 0)
		return -EPROTO;
	if (bytes > NOTICE_TEXT_BYTES - 1)
		bytes = NOTICE_TEXT_BYTES - 1;
	memcpy(text, from, bytes);
	text[bytes] = '\0';
	return 0;
}

static int take_direction(struct tau_items *items, bool *writes)
{
	char text[NOTICE_TEXT_BYTES];

	if (take_text(items, text) != 0)
		return -EPROTO;
	*writes = strcmp(text, "out") == 0;
	return *writes || strcmp(text, "in") == 0 ? 0 : -EPROTO;
}

static int take_reason(struct tau_items *items, enum notice_reason *reason)
{
	char text[NOTICE_TEXT_BYTES];

	if (take_text(items, text) != 0)
		return -EPROTO;
	for (size_t i = 0; i < REASONS; i++)
		if (strcmp(text, reasons[i]) == 0) {
			*reason = (enum notice_reason)i;
			return 0;
		}
	return -EPROTO;
}
