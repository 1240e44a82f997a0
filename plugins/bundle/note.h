/*
 * note: what mux and demux say to each other, as values. The signs are those
 * of links between nodes (docs/wire.md), the streams are members.
 *
 *	(alpha, streams)                          mux, first: how many
 *	(stream, type, body)                      mux: a record
 *	(omega, stream, records)                  mux: the stream's end
 *	(iota, stream, bytes, records, atomic)    demux: may be sent in all
 *	(omega, stream, records, "gone")          demux: nobody reads it
 */
#ifndef TAU_PLUGINS_BUNDLE_NOTE_H
#define TAU_PLUGINS_BUNDLE_NOTE_H

#include <tau/operator.h>

/* The largest note but a record, and what is added to a record. */
enum { NOTE_BYTES = 64, NOTE_OVERHEAD = 48 };

enum note_kind { NOTE_ALPHA, NOTE_RECORD, NOTE_OMEGA, NOTE_IOTA, NOTE_GONE };

struct note {
	enum note_kind kind;
	uint64_t stream, bytes, records, atomic;
	struct tau_record record; /* its body lies in the note's */
};

/* 0, or -EBADMSG: nothing that the other would have written. */
int note_read(struct note *note, const struct tau_record *from);

/* Flow as tau_write. */
int note_write(struct tau_op *op, uint32_t port, const struct note *note);
int note_write_record(struct tau_op *op, uint32_t port, uint32_t stream,
	const struct tau_record *record);

#endif
