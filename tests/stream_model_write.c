/* stream_model: the writer's side of the model, as the helpers of operator.h
 * write. See the header. */
#include "tests/stream_model.h"

#include <check.h>
#include <errno.h>
#include <string.h>

static const uint8_t constants[2048] = {1, 2, 3};

uint64_t model_hash(const void *body, uint32_t bytes)
{
	const uint8_t *at = body;
	uint64_t hash = 0xcbf29ce484222325u;

	for (uint32_t i = 0; i < bytes; i++)
		hash = (hash ^ at[i]) * 0x100000001b3u;
	return hash;
}

uint64_t model_used(const struct model *model)
{
	uint64_t bytes = 0;

	for (uint32_t i = 0; i < model->count; i++)
		bytes += model->under_way[i].bytes;
	return bytes;
}

static uint64_t credit(const struct model *model)
{
	uint64_t most =
		model->stream.capacity_bytes + model->stream.extra_bytes;

	if (model->stream.policy == STREAM_GROW)
		return UINT64_MAX;
	return most > model_used(model) ? most - model_used(model) : 0;
}

bool model_has_room(const struct model *model, uint32_t bytes)
{
	const struct stream *stream = &model->stream;
	bool slot = stream->policy == STREAM_GROW || stream->extra_bytes > 0 ||
		    model->count < stream->records;

	return slot && credit(model) >= bytes;
}

static bool drop_oldest(struct model *model)
{
	uint32_t at = model->viewed;

	while (at < model->count && model->under_way[at].type == TAU_CYCLE)
		at++;
	if (at == model->count)
		return false;
	memmove(&model->under_way[at], &model->under_way[at + 1],
		(--model->count - at) * sizeof *model->under_way);
	model->dropped++;
	return true;
}

/* What stands in the window becomes visible, or is dropped. */
void model_take_pending(struct model *model)
{
	bool nowhere = model->stream.policy == STREAM_NOWHERE;

	for (uint32_t i = 0; i < model->pending_count; i++) {
		struct model_record *record = &model->pending[i];

		if (model->drops && (nowhere || record->type != TAU_CYCLE)) {
			model->dropped++;
			continue;
		}
		ck_assert_uint_lt(model->count, MODEL_RECORDS_MAX);
		model->under_way[model->count++] = *record;
		model->sent++;
	}
	model->pending_count = 0;
}

static uint32_t size(struct model *model)
{
	uint32_t atomic = model->stream.atomic_bytes;

	switch (model_random(model, 8)) {
	case 0:
		return 0;
	case 1:
		return atomic;
	case 2:
		return model_random(model, atomic + 1);
	default:
		return 1 + model_random(model, 40);
	}
}

static void expect_room(struct model *model, uint32_t bytes, int flow)
{
	enum stream_policy policy = model->stream.policy;

	model->drops = policy == STREAM_NOWHERE;
	while (!model->drops && !model_has_room(model, bytes)) {
		if (policy == STREAM_BLOCK || policy == STREAM_FAIL) {
			ck_assert_int_eq(flow,
				policy == STREAM_FAIL ? -ENOBUFS : TAU_WAIT);
			return;
		}
		model->drops =
			policy == STREAM_DROP_NEWEST || !drop_oldest(model);
	}
	ck_assert_int_eq(flow, TAU_OK);
}

static bool open_window(struct model *model, uint32_t bytes, bool by_reference)
{
	struct tau_out *out = &model->out;
	int flow = stream_room(&model->stream, out, bytes, by_reference);

	model_take_pending(model);
	expect_room(model, bytes, flow);
	ck_assert_int_eq((int)out->state, flow);
	model->is_open = flow == TAU_OK;
	if (flow != TAU_OK) {
		ck_assert_ptr_eq(out->next, out->limit);
		ck_assert_ptr_eq(out->body, out->body_limit);
		return false;
	}
	ck_assert(out->next < out->limit && out->body);
	if (!by_reference)
		ck_assert(out->body_limit - out->body >= (ptrdiff_t)bytes);
	ck_assert(out->body_limit - out->body <=
		  (ptrdiff_t)model->stream.atomic_bytes);
	if (!model->drops && model->stream.policy != STREAM_GROW) {
		ck_assert_uint_eq(out->credit, credit(model));
		ck_assert_uint_le(
			(uint64_t)(out->body_limit - out->body), out->credit);
	}
	return true;
}

static void note(struct model *model, const struct tau_record *record)
{
	model->pending[model->pending_count++] =
		(struct model_record){record->bytes, record->type,
			model_hash(record->body, record->bytes)};
}

static uint32_t cycles(const struct model *model)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < model->count; i++)
		count += model->under_way[i].type == TAU_CYCLE;
	for (uint32_t i = 0; i < model->pending_count; i++)
		count += model->pending[i].type == TAU_CYCLE;
	return count;
}

/* As the helpers of operator.h do it. */
static void write_here(struct model *model, uint32_t bytes)
{
	struct tau_out *out = &model->out;
	struct tau_record *record = out->next;
	bool cycle = model_random(model, 9) == 0 &&
		     cycles(model) < model->stream.records / 2 + 1;

	for (uint32_t i = 0; i < bytes; i++)
		out->body[i] = (uint8_t)model_random(model, 256);
	tau_commit_at(NULL, out, bytes, cycle ? TAU_CYCLE : TAU_BYTES);
	note(model, record);
}

/* A body elsewhere: now and then in a chunk of which little else is used. */
static struct tau_record elsewhere(struct model *model, uint32_t bytes)
{
	struct tau_record record = {constants, bytes, TAU_UTF8, TAU_STATIC};

	if (model_random(model, 3) == 0 && bytes <= sizeof constants)
		return record;
	if (!model->feed || model->feed_used + bytes + 1 > CHUNK_BYTES) {
		ck_assert_int_eq(
			stream_publish(&model->stream, &model->out), 0);
		model_take_pending(model);
		if (model->feed)
			chunk_drop(model->chunks,
				chunk_slot(model->chunks, model->feed), 1);
		model->feed = chunk_get(model->chunks, CHUNK_BYTES);
		model->feed_used = 0;
	}
	record.body = model->feed + model->feed_used;
	record.flags = 0;
	for (uint32_t i = 0; i < bytes; i++)
		model->feed[model->feed_used++] =
			(uint8_t)model_random(model, 256);
	model->feed_used += model_random(model, 8000);
	return record;
}

static void refer(struct model *model, uint32_t bytes)
{
	struct tau_out *out = &model->out;
	struct tau_record record = elsewhere(model, bytes);

	if (!(out->next < out->limit && bytes <= out->credit &&
		    bytes <= out->atomic) &&
		!open_window(model, bytes, true))
		return;
	note(model, &record);
	*out->next++ = record;
	out->credit -= bytes;
	if ((uint64_t)(out->body_limit - out->body) > out->credit)
		out->body_limit = out->body + out->credit;
}

void model_write(struct model *model)
{
	uint32_t count = 1 + model_random(model, 12);

	while (count-- > 0) {
		struct tau_out *out = &model->out;
		uint32_t bytes = size(model);

		if (model_random(model, 3) == 0) {
			refer(model, bytes);
			continue;
		}
		if (out->next < out->limit &&
			(size_t)(out->body_limit - out->body) >= bytes)
			write_here(model, bytes);
		else if (open_window(model, bytes, false))
			write_here(model, bytes);
		else
			break;
	}
}

void model_settle(struct model *model, bool closes)
{
	ck_assert_int_eq(closes ? stream_close(&model->stream, &model->out)
				: stream_publish(&model->stream, &model->out),
		0);
	model_take_pending(model);
	if (closes)
		model->is_open = false;
}
