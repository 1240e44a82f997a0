/*
 * manifest_stream: the streams of a manifest and their options.
 */
#include <string.h>

#include "core/base/bounds.h"
#include "core/plan/manifest_take.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* ---- flow: what streams and back streams share ----------------------------
 */

static void read_capacity(
	struct reading *reading, void *into, struct cursor value)
{
	struct flow_options *flow = into;
	uint64_t bytes;
	if (!take_size(reading, value, STREAM_ATOMIC_MIN, STREAM_CAPACITY_MAX,
		    &bytes))
		return;
	flow->set |= STREAM_CAPACITY;
	flow->capacity_bytes = (uint32_t)bytes;
	flow->capacity_at = take_at(reading, value);
}

static void read_records(
	struct reading *reading, void *into, struct cursor value)
{
	struct flow_options *flow = into;
	uint64_t records;
	if (!take_count(reading, value, 1, STREAM_RECORDS_MAX, &records))
		return;
	flow->set |= STREAM_RECORDS;
	flow->records = (uint32_t)records;
	flow->records_at = take_at(reading, value);
}

static void read_atomic(
	struct reading *reading, void *into, struct cursor value)
{
	struct flow_options *flow = into;
	uint64_t bytes;
	if (!take_size(reading, value, STREAM_ATOMIC_MIN, STREAM_ATOMIC_MAX,
		    &bytes))
		return;
	flow->set |= STREAM_ATOMIC;
	flow->atomic_bytes = (uint32_t)bytes;
	flow->atomic_at = take_at(reading, value);
}

static void read_full(struct reading *reading, void *into, struct cursor value)
{
	static const char *const words[] = {
		"block", "drop-oldest", "drop-newest", "fail"};
	struct flow_options *flow = into;
	uint32_t index;
	if (!take_choice(reading, value, words, COUNT(words), &index))
		return;
	flow->set |= STREAM_FULL;
	flow->full = (enum stream_full)index;
	flow->full_at = take_at(reading, value);
}

/* ---- streams --------------------------------------------------------------
 */

/* The options come first, so that a pointer to a stream's options can stand
 * for both a stream and the defaults. */
static void read_stream_capacity(
	struct reading *reading, void *into, struct cursor value)
{
	read_capacity(reading, &((struct stream_options *)into)->flow, value);
}

static void read_stream_records(
	struct reading *reading, void *into, struct cursor value)
{
	read_records(reading, &((struct stream_options *)into)->flow, value);
}

static void read_stream_atomic(
	struct reading *reading, void *into, struct cursor value)
{
	read_atomic(reading, &((struct stream_options *)into)->flow, value);
}

static void read_stream_full(
	struct reading *reading, void *into, struct cursor value)
{
	read_full(reading, &((struct stream_options *)into)->flow, value);
}

static void read_flag(struct reading *reading, struct stream_options *options,
	uint32_t bit, struct cursor value, bool *flag, uint32_t *at)
{
	if (!take_bool(reading, value, flag))
		return;
	options->set |= bit;
	*at = take_at(reading, value);
}

static void read_shred(struct reading *reading, void *into, struct cursor value)
{
	struct stream_options *options = into;
	read_flag(reading, options, STREAM_SHRED, value, &options->shred,
		&options->shred_at);
}

static void read_fds(struct reading *reading, void *into, struct cursor value)
{
	struct stream_options *options = into;
	read_flag(reading, options, STREAM_FDS, value, &options->fds,
		&options->fds_at);
}

static void read_feedback(
	struct reading *reading, void *into, struct cursor value)
{
	struct stream_options *options = into;
	read_flag(reading, options, STREAM_FEEDBACK, value, &options->feedback,
		&options->feedback_at);
}

static void read_reconnect(
	struct reading *reading, void *into, struct cursor value)
{
	struct stream_options *options = into;
	read_flag(reading, options, STREAM_RECONNECT, value,
		&options->reconnect, &options->reconnect_at);
}

static void read_transport(
	struct reading *reading, void *into, struct cursor value)
{
	static const char *const words[] = {"link", "fifo", "unix", "tcp"};
	struct stream_options *options = into;
	uint32_t index;
	if (!take_choice(reading, value, words, COUNT(words), &index))
		return;
	options->set |= STREAM_TRANSPORT;
	options->transport = (enum stream_transport)index;
	options->transport_at = take_at(reading, value);
}

static void read_address(
	struct reading *reading, void *into, struct cursor value)
{
	struct stream_options *options = into;
	if (take_manifest_text(reading, value, &options->address))
		options->set |= STREAM_AT;
}

static void read_back(struct reading *reading, void *into, struct cursor value)
{
	static const struct take_key keys[] = {
		{"capacity", read_capacity},
		{"records", read_records},
		{"atomic", read_atomic},
		{"full", read_full},
	};
	struct stream_options *options = into;
	options->back_at = take_at(reading, value);
	if (json_is_false(value.json)) {
		options->back_off = true;
	} else if (!json_is_object(value.json)) {
		take_wrong(reading, value, "false or an object of options");
		return;
	} else {
		take_object(reading, value, "a back stream", keys, COUNT(keys),
			&options->back);
	}
	options->set |= STREAM_BACK;
}

bool manifest_read_stream_defaults(struct reading *reading, struct cursor value,
	struct stream_options *into)
{
	static const struct take_key keys[] = {
		{"capacity", read_stream_capacity},
		{"records", read_stream_records},
		{"atomic", read_stream_atomic},
		{"full", read_stream_full},
		{"shred", read_shred},
		{"transport", read_transport},
		{"reconnect", read_reconnect},
		{"back", read_back},
	};
	return take_object(reading, value, "the defaults of streams", keys,
		COUNT(keys), into);
}

/* A stream while it is read. */
struct written_stream {
	struct stream_options options; /* first: see above */
	struct manifest_stream stream;
	struct manifest_end from, to;
	uint32_t from_at, to_at, chain_at; /* of the keys; 0 when absent */
	bool broken;
};

static void read_from(struct reading *reading, void *into, struct cursor value)
{
	struct written_stream *written = into;
	written->from_at = take_key_at(reading, value);
	written->broken |= !manifest_take_end(reading, value, &written->from);
}

static void read_to(struct reading *reading, void *into, struct cursor value)
{
	struct written_stream *written = into;
	written->to_at = take_key_at(reading, value);
	written->broken |= !manifest_take_end(reading, value, &written->to);
}

static void read_chain(struct reading *reading, void *into, struct cursor value)
{
	struct written_stream *written = into;
	written->chain_at = take_key_at(reading, value);
	written->broken |=
		!manifest_take_chain(reading, value, &written->stream);
}

static void read_doc(struct reading *reading, void *into, struct cursor value)
{
	struct written_stream *written = into;
	take_text(reading, value, &written->stream.doc);
}

/* Whether it has from and to, or a chain, and not both. */
static bool check_ends(struct reading *reading, struct written_stream *written)
{
	bool chain = written->chain_at != 0;
	bool from = written->from_at != 0, to = written->to_at != 0;
	uint32_t at = written->stream.at;
	const char *sentence = NULL;
	if (chain && (from || to)) {
		at = written->chain_at;
		sentence = "a stream has \"from\" and \"to\", or a \"chain\", "
			   "but not both";
	} else if (!chain && !from && !to) {
		sentence = "a stream needs \"from\" and \"to\", or a \"chain\"";
	} else if (!chain && !from) {
		sentence = "this stream has no \"from\"; name its writer";
	} else if (!chain && !to) {
		sentence = "this stream has no \"to\"; name its reader";
	}
	if (sentence != NULL)
		diagnostics_add(reading->diagnostics, at, "%s", sentence);
	return sentence == NULL;
}

static void set_pair(struct reading *reading, struct written_stream *written)
{
	struct manifest_stream *stream = &written->stream;
	stream->ends = arena_allocate(
		&reading->manifest->arena, 2, sizeof *stream->ends);
	stream->ends[0] = written->from;
	stream->ends[1] = written->to;
	stream->end_count = 2;
	stream->at = written->from.at;
}

static bool read_object_stream(struct reading *reading, struct cursor value,
	struct written_stream *written)
{
	static const struct take_key keys[] = {
		{"from", read_from},
		{"to", read_to},
		{"chain", read_chain},
		{"capacity", read_stream_capacity},
		{"records", read_stream_records},
		{"atomic", read_stream_atomic},
		{"full", read_stream_full},
		{"shred", read_shred},
		{"fds", read_fds},
		{"feedback", read_feedback},
		{"transport", read_transport},
		{"at", read_address},
		{"reconnect", read_reconnect},
		{"back", read_back},
		{"doc", read_doc},
	};
	written->stream.at = take_at(reading, value);
	take_object(reading, value, "a stream", keys, COUNT(keys), written);
	if (!check_ends(reading, written) || written->broken)
		return false;
	if (written->chain_at == 0)
		set_pair(reading, written);
	written->stream.options = written->options;
	return true;
}

static void read_stream(struct reading *reading, struct cursor value)
{
	struct manifest *manifest = reading->manifest;
	struct written_stream written = {0};
	bool good;
	if (json_is_string(value.json))
		good = manifest_take_chain(reading, value, &written.stream);
	else if (json_is_object(value.json))
		good = read_object_stream(reading, value, &written);
	else
		good = take_wrong(
			reading, value, "a chain like \"a -> b\" or an object");
	/* A stream that was not understood would bring errors of its own. */
	if (!good) {
		manifest->streams_broken = true;
		return;
	}
	manifest->streams = arena_grow(&manifest->arena, manifest->streams,
		manifest->stream_count, sizeof *manifest->streams);
	manifest->streams[manifest->stream_count++] = written.stream;
}

void manifest_read_streams(
	struct reading *reading, void *into, struct cursor value)
{
	struct cursor child = {0};
	(void)into;
	if (!take_is_array(reading, value, "a list of streams")) {
		reading->manifest->streams_broken = true;
		return;
	}
	while (take_next(reading, value, &child))
		read_stream(reading, child);
}
