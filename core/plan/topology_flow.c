/*
 * topology_flow: the settings of streams, with the defaults filled in.
 *
 * A setting is the stream's own, else that of the manifest's defaults, else
 * the one in bounds.h.
 */
#include "core/base/bounds.h"
#include "core/plan/topology_parts.h"

static const struct flow_options builtin = {
	.capacity_bytes = STREAM_CAPACITY_DEFAULT,
	.records = STREAM_RECORDS_DEFAULT,
	.atomic_bytes = STREAM_ATOMIC_DEFAULT,
	.full = FULL_BLOCK,
};

/* Which of the three a setting is taken from. */
static const struct flow_options *pick(const struct flow_options *own,
	const struct flow_options *defaults, uint32_t bit)
{
	if (own->set & bit)
		return own;
	return defaults->set & bit ? defaults : &builtin;
}

void topology_fill_flow(struct topology_stream *stream,
	const struct flow_options *own, const struct flow_options *defaults)
{
	stream->capacity_bytes =
		pick(own, defaults, STREAM_CAPACITY)->capacity_bytes;
	stream->atomic_bytes = pick(own, defaults, STREAM_ATOMIC)->atomic_bytes;
	stream->records = pick(own, defaults, STREAM_RECORDS)->records;
	stream->full = pick(own, defaults, STREAM_FULL)->full;
}

void topology_fill_options(struct resolving *resolving,
	struct topology_stream *stream, const struct stream_options *own)
{
	const struct stream_options *defaults =
		&resolving->manifest->stream_defaults;
	uint32_t set = own->set;
	stream->shred = set & STREAM_SHRED ? own->shred : defaults->shred;
	stream->transport =
		set & STREAM_TRANSPORT ? own->transport : defaults->transport;
	stream->reconnect =
		set & STREAM_RECONNECT ? own->reconnect : defaults->reconnect;
	stream->fds = own->fds;
	stream->feedback = own->feedback;
	stream->address = own->address.text;
	topology_fill_flow(stream, &own->flow, &defaults->flow);
}

/* A capacity below atomic, said once for the settings that make it so. */
static void check_capacity(struct resolving *resolving,
	const struct flow_options *own, const struct flow_options *defaults)
{
	const struct flow_options *capacity =
		pick(own, defaults, STREAM_CAPACITY);
	const struct flow_options *atomic = pick(own, defaults, STREAM_ATOMIC);
	if (capacity->capacity_bytes >= atomic->atomic_bytes ||
		(capacity != own && atomic != own))
		return;
	bool by_capacity = capacity == own;
	diagnostics_add(resolving->diagnostics,
		by_capacity ? own->capacity_at : own->atomic_at,
		"the capacity of %u bytes is below atomic, %u bytes, so the "
		"largest record would never fit; %s",
		capacity->capacity_bytes, atomic->atomic_bytes,
		by_capacity ? "raise it, or lower \"atomic\""
			    : "raise \"capacity\" as well");
}

void topology_check_flow(struct resolving *resolving,
	const struct stream_options *own, const struct stream_options *defaults)
{
	static const struct stream_options none = {0};
	if (defaults == NULL)
		defaults = &none;
	check_capacity(resolving, &own->flow, &defaults->flow);
	check_capacity(resolving, &own->back, &defaults->back);
	enum stream_transport transport = own->set & STREAM_TRANSPORT
						  ? own->transport
						  : defaults->transport;
	if ((own->set & STREAM_AT) && transport == TRANSPORT_LINK)
		diagnostics_add(resolving->diagnostics, own->address.at,
			"\"at\" is the address of a \"transport\", which is "
			"missing: fifo");
	if ((own->set & STREAM_AT) &&
		(transport == TRANSPORT_UNIX || transport == TRANSPORT_TCP))
		diagnostics_add(resolving->diagnostics, own->address.at,
			"\"at\" is where a fifo stands; a %s connection "
			"between "
			"two nodes has no address, and who joins from outside "
			"is a \"remote\" node",
			manifest_transport_words[transport]);
	if (own->fds &&
		(transport == TRANSPORT_FIFO || transport == TRANSPORT_TCP))
		diagnostics_add(resolving->diagnostics, own->fds_at,
			"fds travel over unix sockets alone, not over %s",
			transport == TRANSPORT_FIFO ? "a fifo" : "tcp");
}
