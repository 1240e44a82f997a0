/*
 * mux: many streams over one. It sends what a stream has credit for; one that
 * has none left is not asked again before more has come. So `out` may be
 * waited for: the demux never keeps a record, and what is in it moves.
 *
 * A stream whose reader is gone is read and dropped, since an operator cannot
 * leave one in port.
 */
#include "operators.h"

#include <stdbool.h>

#include "common/bad.h"
#include "common/state.h"
#include "members.h"
#include "note.h"

enum { IN = 0, BACK = 1, OUT = 0, BAD = 1 };

/* What the demux said of one stream. 0 or -errno. */
static int take_note(struct tau_op *op, struct members *self,
	const struct tau_record *record)
{
	const struct tau_group *group = &op->in_group[IN];
	struct note note;
	struct member *member;

	if (note_read(&note, record) ||
		(note.kind != NOTE_IOTA && note.kind != NOTE_GONE))
		return tau_fail(op, -EPROTO,
			"what came back was not written by a demux");
	if (note.stream >= group->count)
		return 0; /* it has more readers than there are streams */
	member = members_at(self, note.stream);
	if (note.kind == NOTE_GONE)
		member->gone = 1;
	else if (note.bytes > member->limit_bytes)
		member->limit_bytes = note.bytes;
	if (note.kind == NOTE_IOTA) {
		member->atomic = note.atomic;
		if (note.records > member->limit_records)
			member->limit_records = note.records;
	}
	return op->host->want_in(op, group->in[note.stream], 0);
}

/* TAU_END: nobody is left who would give credit. */
static int take_notes(struct tau_op *op, struct members *self)
{
	const struct tau_record *record;

	while ((record = tau_peek(op, BACK))) {
		int code = take_note(op, self, record);

		if (code)
			return code;
		tau_consume(op, BACK);
	}
	return op->in[BACK]->state == TAU_WAIT ? TAU_OK
					       : (int)op->in[BACK]->state;
}

/* The largest record for the member's reader, and between mux and demux. */
static uint64_t largest(struct tau_op *op, const struct member *member)
{
	uint64_t most = op->out[OUT]->atomic - NOTE_OVERHEAD;

	return member->atomic && member->atomic < most ? member->atomic : most;
}

/* What is refused is not counted: the demux does not hear of it, and the
 * stream's credit stays what it was. */
static int refuse(struct tau_op *op, const struct member *member,
	uint32_t stream, const struct tau_record *record)
{
	if (record->type == TAU_FD)
		return bad_sendf(op, BAD, "mux", record,
			"stream %u brought a file descriptor, which no value "
			"can hold; fds need a stream of their own",
			stream);
	return bad_sendf(op, BAD, "mux", record,
		"it has %u bytes, and stream %u takes at most %llu at once "
		"through the mux; raise \"atomic\" (and \"capacity\") behind "
		"the demux or before it",
		record->bytes, stream, (unsigned long long)largest(op, member));
}

/* The head record, or what is left of it and fits: blocks may be cut anywhere,
 * other records are whole or can never pass, which is false. */
static bool take_part(struct tau_op *op, const struct member *member,
	const struct tau_record *record, struct tau_record *part)
{
	uint64_t most = largest(op, member);

	*part = *record;
	if (record->type != TAU_BYTES)
		return record->type != TAU_FD && record->bytes <= most;
	part->body = (const uint8_t *)record->body + member->part;
	part->bytes -= (uint32_t)member->part;
	if (part->bytes > most)
		part->bytes = (uint32_t)most;
	return true;
}

/* TAU_WAIT: there is no credit for it. */
static int send_part(struct tau_op *op, struct member *member, uint32_t stream,
	const struct tau_record *part)
{
	int flow;

	if (member->records >= member->limit_records ||
		member->limit_bytes - member->bytes < part->bytes)
		return TAU_WAIT;
	flow = note_write_record(op, OUT, stream, part);
	if (flow == TAU_OK) {
		member->records++;
		member->bytes += part->bytes;
	}
	return flow;
}

/* Sends what stands in the window, as far as there is credit. */
static int pass_window(
	struct tau_op *op, struct members *self, struct tau_in *in)
{
	struct member *member = members_at(self, in->member);
	struct tau_record part;
	int flow = TAU_OK;

	while (flow == TAU_OK && in->next < in->limit) {
		if (member->part > in->next->bytes)
			return state_refuse(op);
		part.bytes = in->next->bytes;
		if (member->gone)
			member->part = 0;
		else if (!take_part(op, member, in->next, &part))
			flow = refuse(op, member, in->member, in->next);
		else
			flow = send_part(op, member, in->member, &part);
		if (flow != TAU_OK)
			break;
		member->part += part.bytes;
		if (member->part < in->next->bytes)
			continue;
		member->part = 0;
		in->next++;
	}
	return flow == TAU_WAIT ? op->host->want_in(op, in, TAU_OFF) : flow;
}

static int send_end(struct tau_op *op, struct members *self, uint32_t stream)
{
	struct member *member = members_at(self, stream);
	const struct note note = {.kind = NOTE_OMEGA,
		.stream = stream,
		.records = member->records};
	int flow = member->ended ? TAU_OK : note_write(op, OUT, &note);

	if (flow == TAU_OK)
		member->ended = 1;
	return flow;
}

/* One stream's turn, or a wait for one. */
static int turn(struct tau_op *op, struct members *self)
{
	struct tau_in *in;
	int flow = op->host->next_in(op, IN, &in);

	if (flow == TAU_WAIT) {
		struct tau_want want = {.any = TAU_IN(IN) | TAU_IN(BACK)};

		return tau_wait(op, &want, NULL);
	}
	if (flow != TAU_OK)
		return flow;
	if (in->state == TAU_END)
		return send_end(op, self, in->member);
	return tau_peek_at(op, in) ? pass_window(op, self, in) : TAU_OK;
}

static int run(struct tau_op *op)
{
	struct members *self = op->self;
	const struct tau_group *group = &op->in_group[IN];
	const struct note note = {.kind = NOTE_ALPHA, .stream = group->count};
	/* The first time only: later it is known of all of them. */
	int flow = self->each.bytes ? TAU_OK : note_write(op, OUT, &note);

	if (flow == TAU_OK)
		flow = members_make(op, self, group->count);
	for (uint32_t i = 0; i < group->count && flow == TAU_OK; i++)
		flow = op->host->want_in(op, group->in[i], 0);
	while (flow == TAU_OK) {
		flow = take_notes(op, self);
		if (flow == TAU_OK)
			flow = turn(op, self);
	}
	return flow < 0 ? flow : 0;
}

const struct tau_operator bundle_mux = {.size = sizeof bundle_mux,
	.name = "mux",
	.create = members_create,
	.destroy = members_destroy,
	.run = run,
	.save = members_save,
	.restore = members_restore};
