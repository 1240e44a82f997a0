/*
 * demux: gives each stream to its own reader, by reference. The credit that it
 * gives is the room that a reader's stream has, so it never waits for one of
 * them and keeps nothing.
 *
 *	ready (an atomic fits) -> credit, then off -> a record went there -> on
 *
 * While off, the credit that is out is at least one atomic, so a record comes
 * and turns it on again. Credit waits for room on the back stream, records do
 * not.
 */
#include "operators.h"

#include "members.h"
#include "note.h"

enum { IN = 0, OUT = 0, BACK = 1 };

/* A stream that never fills up has no limit; counts stay far from the top. */
#define CREDIT_MAX (UINT64_C(1) << 40)

/* A record to its reader, or a stream's end. */
static int take_note(struct tau_op *op, struct members *self,
	const struct tau_record *record)
{
	const struct tau_group *group = &op->out_group[OUT];
	struct note note;
	struct member *member;
	int flow;

	if (note_read(&note, record) ||
		(note.kind != NOTE_ALPHA && note.kind != NOTE_RECORD &&
			note.kind != NOTE_OMEGA))
		return tau_fail(op, -EPROTO,
			"a record came that was not written by a mux");
	if (note.kind == NOTE_ALPHA ? note.stream > group->count
				    : note.stream >= group->count)
		return tau_failf(op, -EPROTO,
			"the mux has more streams than there are readers here, "
			"which are %u; connect as many",
			group->count);
	if (note.kind == NOTE_ALPHA)
		return TAU_OK;
	member = members_at(self, note.stream);
	if (note.kind == NOTE_OMEGA) {
		member->ended = 1;
		return op->host->end(op, group->out[note.stream]);
	}
	flow = tau_send_at(op, group->out[note.stream], &note.record);
	if (flow != TAU_OK)
		return flow == TAU_END ? TAU_OK : flow;
	member->bytes += note.record.bytes;
	member->records++;
	return op->host->want_out(op, group->out[note.stream], 0);
}

/* All that has come. TAU_OK: so far. */
static int take_notes(struct tau_op *op, struct members *self)
{
	const struct tau_record *record;

	while ((record = tau_peek(op, IN))) {
		int flow = take_note(op, self, record);

		if (flow != TAU_OK)
			return flow;
		tau_consume(op, IN);
	}
	return op->in[IN]->state == TAU_WAIT ? TAU_OK : (int)op->in[IN]->state;
}

static int tell_gone(struct tau_op *op, struct member *member, uint32_t stream)
{
	const struct note note = {.kind = NOTE_GONE,
		.stream = stream,
		.records = member->records};

	if (member->ended || member->gone)
		return TAU_OK;
	member->gone = 1;
	return note_write(op, BACK, &note);
}

/* Credit for all the room there is, where that is more than was given. */
static int tell_room(
	struct tau_op *op, struct member *member, struct tau_out *out)
{
	struct note note = {.kind = NOTE_IOTA, .stream = out->member};
	int flow = op->host->out_room(op, out, 0, TAU_BY_REFERENCE);
	uint64_t room = out->credit < CREDIT_MAX ? out->credit : CREDIT_MAX;

	if (flow != TAU_OK)
		return flow < 0 || flow == TAU_STOPPED ? flow : TAU_OK;
	note.bytes = member->bytes + room;
	note.records = member->records + (uint64_t)(out->limit - out->next);
	note.atomic = out->atomic;
	flow = op->host->want_out(op, out, TAU_OFF);
	if (flow != TAU_OK || (note.bytes <= member->limit_bytes &&
				      note.records <= member->limit_records))
		return flow;
	if (note.bytes > member->limit_bytes)
		member->limit_bytes = note.bytes;
	if (note.records > member->limit_records)
		member->limit_records = note.records;
	return note_write(op, BACK, &note);
}

/* Tells what is new of the readers, while there is room for that. TAU_WAIT:
 * no more of it; TAU_END: nor ever. */
static int tell(struct tau_op *op, struct members *self)
{
	for (;;) {
		int flow = op->host->out_room(op, op->out[BACK], NOTE_BYTES, 0);
		struct tau_out *out;
		struct member *member;

		if (flow == TAU_OK)
			flow = op->host->next_out(op, OUT, &out);
		if (flow != TAU_OK)
			return flow;
		member = members_at(self, out->member);
		flow = out->state == TAU_END
			       ? tell_gone(op, member, out->member)
			       : tell_room(op, member, out);
		if (flow != TAU_OK)
			return flow;
	}
}

static int run(struct tau_op *op)
{
	struct members *self = op->self;
	const struct tau_group *group = &op->out_group[OUT];
	int flow = members_make(op, self, group->count);

	for (uint32_t i = 0; i < group->count && flow == TAU_OK; i++)
		flow = op->host->want_out(op, group->out[i], 0);
	while (flow == TAU_OK) {
		struct tau_want want = {.any = TAU_IN(IN)};

		flow = take_notes(op, self);
		if (flow == TAU_OK)
			flow = tell(op, self);
		if (flow == TAU_WAIT)
			want.all = TAU_OUT(OUT) | TAU_OUT(BACK);
		else if (flow != TAU_END || op->in[IN]->state == TAU_END)
			break;
		flow = tau_wait(op, &want, NULL);
	}
	return flow < 0 ? flow : 0;
}

const struct tau_operator bundle_demux = {.size = sizeof bundle_demux,
	.name = "demux",
	.create = members_create,
	.destroy = members_destroy,
	.run = run,
	.save = members_save,
	.restore = members_restore};
