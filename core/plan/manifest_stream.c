/*
 * manifest_stream: the streams of a manifest and their options.
 */
#include <string.h>

#include "core/base/bounds.h"
#include "core/base/count.h"
#include "core/plan/manifest_take.h"

const char *const manifest_full_words[] = {
	[FULL_BLOCK] = "block",
	[FULL_DROP_OLDEST] = "drop-oldest",
	[FULL_DROP_NEWEST] = "drop-newest",
	[FULL_FAIL] = "fail",
};

const char *const manifest_transport_words[] = {
	[TRANSPORT_LINK] = "link",
	[TRANSPORT_FIFO] = "fifo",
	[TRANSPORT_UNIX] = "unix",
	[TRANSPORT_TCP] = "tcp",
};

/* ---- options ---------------------------------------------------------------
 */

/* clang-format off */

/* Of streams, of back streams, and of the defaults of both: `flow` is the
 * way from the structure to its flow_options, with a point behind it. */
#define FLOW_KEYS(structure, flow)                                             \
	{.name = "capacity", .kind = TAKE_SIZE, .bit = STREAM_CAPACITY,        \
		.least = STREAM_ATOMIC_MIN, .most = STREAM_CAPACITY_MAX,       \
		TAKE_FIELD(structure, flow capacity_bytes),                    \
		.at = offsetof(structure, flow capacity_at),                   \
		.set = offsetof(structure, flow set)},                         \
	{.name = "records", .kind = TAKE_COUNT, .bit = STREAM_RECORDS,         \
		.least = 1, .most = STREAM_RECORDS_MAX,                        \
		TAKE_FIELD(structure, flow records),                           \
		.at = offsetof(structure, flow records_at),                    \
		.set = offsetof(structure, flow set)},                         \
	{.name = "atomic", .kind = TAKE_SIZE, .bit = STREAM_ATOMIC,            \
		.least = STREAM_ATOMIC_MIN, .most = STREAM_ATOMIC_MAX,         \
		TAKE_FIELD(structure, flow atomic_bytes),                      \
		.at = offsetof(structure, flow atomic_at),                     \
		.set = offsetof(structure, flow set)},                         \
	{.name = "full", .kind = TAKE_WORD, .bit = STREAM_FULL,                \
		.words = manifest_full_words,                                  \
		.word_count = COUNT(manifest_full_words),                      \
		TAKE_FIELD(structure, flow full),                              \
		.at = offsetof(structure, flow full_at),                       \
		.set = offsetof(structure, flow set)}

#define FLAG_KEY(key, bits)                                                    \
	{.name = #key, .kind = TAKE_BOOL, .bit = (bits),                       \
		TAKE_FIELD(struct stream_options, key),                        \
		.at = offsetof(struct stream_options, key##_at)}

#define TRANSPORT_KEY                                                          \
	{.name = "transport", .kind = TAKE_WORD, .bit = STREAM_TRANSPORT,      \
		.words = manifest_transport_words,                             \
		.word_count = COUNT(manifest_transport_words),                 \
		TAKE_FIELD(struct stream_options, transport),                  \
		.at = offsetof(struct stream_options, transport_at)}

/* clang-format on */

static void read_back(struct reading *reading, void *into, struct cursor value);
static void read_from(struct reading *reading, void *into, struct cursor value);
static void read_to(struct reading *reading, void *into, struct cursor value);
static void read_chain(
	struct reading *reading, void *into, struct cursor value);

static const struct take_key flow_keys[] = {
	FLOW_KEYS(struct flow_options, ),
};

static const struct take_key default_keys[] = {
	FLOW_KEYS(struct stream_options, flow.),
	FLAG_KEY(shred, STREAM_SHRED),
	TRANSPORT_KEY,
	FLAG_KEY(reconnect, STREAM_RECONNECT),
	TAKE_BY_HAND("back", read_back),
};

/* A stream while it is read. Its options come first, so that a pointer to
 * them can stand for both a stream and the defaults. */
struct written_stream {
	struct stream_options options;
	struct manifest_stream stream;
	struct manifest_end from, to;
	uint32_t from_at, to_at, chain_at; /* of the keys; 0 when absent */
	bool broken;
};

static const struct take_key stream_keys[] = {
	TAKE_BY_HAND("from", read_from),
	TAKE_BY_HAND("to", read_to),
	TAKE_BY_HAND("chain", read_chain),
	FLOW_KEYS(struct stream_options, flow.),
	FLAG_KEY(shred, STREAM_SHRED),
	FLAG_KEY(fds, STREAM_FDS),
	FLAG_KEY(feedback, STREAM_FEEDBACK),
	TRANSPORT_KEY,
	{.name = "at",
		.kind = TAKE_FILLED,
		.bit = STREAM_AT,
		TAKE_FIELD(struct stream_options, address)},
	FLAG_KEY(reconnect, STREAM_RECONNECT),
	TAKE_BY_HAND("back", read_back),
	{.name = "doc",
		.kind = TAKE_TEXT,
		TAKE_FIELD(struct written_stream, stream.doc)},
};

static void read_back(struct reading *reading, void *into, struct cursor value)
{
	struct stream_options *options = into;
	options->back_at = take_at(reading, value);
	if (json_is_false(value.json)) {
		options->back_off = true;
	} else if (!json_is_object(value.json)) {
		take_wrong(reading, value, "false or an object of options");
		return;
	} else {
		take_object(reading, value, "a back stream", flow_keys,
			COUNT(flow_keys), &options->back);
	}
	options->set |= STREAM_BACK;
}

bool manifest_read_stream_defaults(struct reading *reading, struct cursor value,
	struct stream_options *into)
{
	return take_object(reading, value, "the defaults of streams",
		default_keys, COUNT(default_keys), into);
}

void manifest_print_stream_options(
	json_t *object, const struct stream_options *options)
{
	take_print(object, stream_keys, COUNT(stream_keys), options);
	if ((options->set & STREAM_BACK) && options->back_off) {
		manifest_print_set(object, "back", json_false());
	} else if (options->set & STREAM_BACK) {
		json_t *back = json_object();
		take_print(back, flow_keys, COUNT(flow_keys), &options->back);
		manifest_print_set(object, "back", back);
	}
}

/* ---- streams --------------------------------------------------------------
 */

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
	written->stream.at = take_at(reading, value);
	take_object(reading, value, "a stream", stream_keys, COUNT(stream_keys),
		written);
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
