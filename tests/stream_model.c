/* stream_model: a stream beside a model of it. See the header. */
#include "tests/stream_model.h"

#include <check.h>
#include <errno.h>
#include <string.h>

uint32_t model_random(struct model *model, uint32_t limit)
{
	model->random ^= model->random << 13;
	model->random ^= model->random >> 7;
	model->random ^= model->random << 17;
	return (uint32_t)(model->random >> 33) % limit;
}

void model_init(struct model *model, const struct stream_settings *settings,
	uint64_t seed)
{
	memset(model, 0, sizeof *model);
	os_linux_init(&model->os);
	ck_assert_int_eq(chunks_create(&model->chunks, &model->os, NULL), 0);
	model->pool.chunks = model->chunks;
	model->random = seed * 0x9e3779b97f4a7c15u + 1;
	stream_init(&model->stream, &model->pool, settings, "edge");
}

static void compare(struct model *model)
{
	const struct stream *stream = &model->stream;

	ck_assert_uint_eq(stream_count(stream), model->count);
	ck_assert_uint_eq(stream->used_bytes, model_used(model));
	ck_assert_uint_eq(stream->sent, model->sent);
	ck_assert_uint_eq(stream->received, model->received);
	ck_assert_uint_eq(stream->dropped, model->dropped);
	if (model->count == 0 && !model->is_open) {
		ck_assert_ptr_null(stream->ring.slots);
		ck_assert_ptr_null(stream->spill.slots);
	}
}

static void forget_consumed(struct model *model)
{
	memmove(model->under_way, &model->under_way[model->consumed],
		(model->count - model->consumed) * sizeof *model->under_way);
	model->count -= model->consumed;
	model->viewed -= model->consumed;
	model->received += model->consumed;
	model->consumed = 0;
}

static void read_some(struct model *model)
{
	struct tau_in *in = &model->in;
	bool fresh;
	int flow;

	model_settle(model, true);
	flow = stream_read(&model->stream, in);
	forget_consumed(model);
	fresh = model->viewed == 0;
	if (model->count == 0) {
		ck_assert_int_eq(flow, TAU_WAIT);
		ck_assert_ptr_eq(in->next, in->limit);
		return;
	}
	ck_assert_int_eq(flow, TAU_OK);
	model->viewed = (uint32_t)(in->limit - in->next);
	ck_assert_uint_ge(model->viewed, 1);
	ck_assert_uint_le(model->viewed, model->count);
	if (fresh && model->stream.policy == STREAM_DROP_OLDEST)
		ck_assert_uint_le(model->viewed, (model->count + 1) / 2);
}

static void consume(struct model *model)
{
	struct tau_in *in = &model->in;

	for (uint32_t n = model_random(model, 20); n > 0; n--) {
		const struct model_record *expected =
			&model->under_way[model->consumed];

		if (in->next == in->limit)
			return;
		ck_assert_uint_eq(in->next->bytes, expected->bytes);
		ck_assert_uint_eq(in->next->type, expected->type);
		ck_assert(model_hash(in->next->body, in->next->bytes) ==
			  expected->hash);
		in->next++;
		model->consumed++;
	}
}

static void retire(struct model *model, bool closes)
{
	model_settle(model, closes || model_random(model, 2));
	if (closes)
		stream_unread(&model->stream, &model->in);
	else
		stream_retire(&model->stream, &model->in);
	forget_consumed(model);
	if (closes)
		model->viewed = 0;
}

static void judge_readiness(struct model *model)
{
	static const uint64_t wants[] = {0, 1, 2, 5, 100000, TAU_OFF};
	struct stream *stream = &model->stream;
	uint64_t want = wants[model_random(model, 6)];
	uint64_t room = wants[model_random(model, 6)];
	bool full, bounded = stream->policy != STREAM_GROW &&
			     stream->policy != STREAM_NOWHERE;

	model_settle(model, true);
	retire(model, false);
	stream->reader.want = want;
	stream->writer.want = room;
	stream->need_bytes = 0;
	if (room == 0 || room == TAU_OFF)
		room = stream->atomic_bytes;
	if (room > stream->capacity_bytes)
		room = stream->capacity_bytes;
	full = bounded && !model_has_room(model, (uint32_t)room);
	ck_assert_int_eq(stream_writable(stream),
		stream->writer.want != TAU_OFF &&
			(stream->policy != STREAM_BLOCK || !full));
	ck_assert_int_eq(stream_readable(stream),
		want != TAU_OFF && model->count > 0 &&
			(model->count >= (want ? want : 1) || full));
	stream->reader.want = stream->writer.want = 0;
}

void model_step(struct model *model)
{
	bool extra = model->stream.policy == STREAM_BLOCK;

	switch (model_random(model, 12)) {
	case 0:
		retire(model, false);
		break;
	case 1:
		retire(model, true);
		break;
	case 2:
		model_settle(model, model_random(model, 2));
		break;
	case 3:
		judge_readiness(model);
		break;
	case 4:
		model_settle(model, true);
		if (extra && model_random(model, 4) == 0)
			model->stream.extra_bytes =
				model->stream.extra_bytes ? 0 : 100000;
		break;
	case 5:
	case 6:
	case 7:
		read_some(model);
		consume(model);
		break;
	default:
		if (model->count + model->pending_count <
			MODEL_RECORDS_MAX - 64)
			model_write(model);
	}
	if (model->pending_count == 0)
		compare(model);
}

void model_finish(struct model *model, bool reads)
{
	struct stream *stream = &model->stream;

	stream_end(stream, &model->out, STREAM_DONE);
	model_take_pending(model);
	model->is_open = false;
	ck_assert_uint_eq(model->out.state, TAU_END);
	while (reads && stream_read(stream, &model->in) == TAU_OK) {
		forget_consumed(model);
		model->viewed = (uint32_t)(model->in.limit - model->in.next);
		consume(model);
	}
	if (reads) {
		forget_consumed(model);
		compare(model);
		ck_assert(stream_ended(stream));
		ck_assert_uint_eq(model->in.state, TAU_END);
	}
	stream_leave(stream, &model->in);
	ck_assert_uint_eq(stream->unread, model->count - model->consumed);
	ck_assert_uint_eq(stream->used_bytes, 0);
	stream_release(stream);
	if (model->feed)
		chunk_drop(model->chunks,
			chunk_slot(model->chunks, model->feed), 1);
	ck_assert_uint_eq(chunks_live(model->chunks), 0);
	ring_pool_release(&model->pool.rings);
	chunks_destroy(&model->chunks);
}
