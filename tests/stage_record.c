/* stage_record: records that go in and what comes out of an operator on a
 * stage. */
#include "tests/stage_inside.h"

#include <stdlib.h>
#include <string.h>

#include "core/record/utf9.h"
#include "tests/test.h"

static void append(struct stage_out *out, const void *text, size_t bytes)
{
	out->text = realloc(out->text, out->text_bytes + bytes + 1);
	ck_assert_ptr_nonnull(out->text);
	if (bytes)
		memcpy(out->text + out->text_bytes, text, bytes);
	out->text_bytes += bytes;
	out->text[out->text_bytes] = 0;
}

static void show(struct stage_out *out, const struct tau_record *record)
{
	static char json[1 << 20];
	int64_t bytes;

	if (record->type == TAU_VALUE) {
		bytes = utf9_print(record->body, record->bytes, UTF9_JSON, json,
			sizeof json);
		ck_assert_msg(bytes >= 0, "a value came out that is not utf9");
		append(out, json, (size_t)bytes);
	} else if (record->type == TAU_CYCLE) {
		append(out, "(tau)", 5);
	} else {
		append(out, record->body, record->bytes);
	}
	if (record->type != TAU_BYTES)
		append(out, "\n", 1);
}

void stage_in_feed(struct stage_in *in, const struct tau_record *record)
{
	struct stage_record *to;

	if (in->count == in->room) {
		in->room = in->room ? 2 * in->room : 16;
		in->feed = realloc(in->feed, in->room * sizeof *in->feed);
		ck_assert_ptr_nonnull(in->feed);
	}
	to = &in->feed[in->count++];
	to->record = *record;
	to->body = malloc((size_t)record->bytes ? record->bytes : 1);
	ck_assert_ptr_nonnull(to->body);
	if (record->bytes)
		memcpy(to->body, record->body, record->bytes);
}

void stage_out_harvest(struct stage_out *out)
{
	for (struct tau_record *next = out->slots; next < out->head.next;
		next++) {
		ck_assert_msg(next->bytes <= out->head.atomic,
			"a record of %u bytes went over the atomic",
			next->bytes);
		out->records++;
		if (out->state)
			stage_in_feed(out->state, next);
		else
			show(out, next);
	}
	out->head.next = out->head.limit = out->slots;
	free(out->body);
	out->body = NULL;
	out->head.body = out->head.body_limit = (uint8_t *)out->slots;
	out->head.credit = 0;
}
