/* link: standing still, and handing over how it stands. */
#include <errno.h>
#include <string.h>

#include "core/base/check.h"
#include "core/wire/link_carried.h"
#include "core/wire/link_private.h"

static void carry_end_of(const struct link_end *end, struct carry *to);
static void carry_packet(const struct link *link, struct carry *to);
static uint32_t place_of(const struct link *link, const struct link_end *end);

/* A task that is out of the game is still told, and acts on it later; of the
 * fd nothing is told meanwhile but that the other side has gone, once. */
void link_freeze(struct link *link)
{
	CHECK_MAGIC(link, LINK_MAGIC);
	if (link->closed || link->frozen)
		return;
	link->frozen = true;
	task_stop(&link->task);
	(void)reactor_change(link->host.reactor, &link->watch, EPOLLET);
}

/* One that stood still before its first word has its time from now on. */
int link_thaw(struct link *link, struct error *error)
{
	struct link_host *host = &link->host;
	int result;

	CHECK_MAGIC(link, LINK_MAGIC);
	if (!link->frozen)
		return 0;
	result = reactor_change(host->reactor, &link->watch, EPOLLIN);
	if (result < 0)
		return error_set(error, result,
			"cannot watch the connection to %s: %s", link->peer,
			strerror(-result));
	link->frozen = link->blocked = false;
	if (link->hello_timer.armed && !link->said_hello)
		timers_arm(host->timers, &link->hello_timer,
			host->os->clock_ns(host->os) + LINK_HELLO_NS);
	if (!TAILQ_EMPTY(&link->resting))
		task_rest(&link->task, LINK_REST);
	task_tell(&link->task, LINK_READABLE | LINK_WRITABLE | LINK_WORK);
	task_start(&link->task);
	return link_renew_late(link, error);
}

int link_drain(struct link *link, struct error *error)
{
	bool more = true;
	int result = 0;

	CHECK(link->frozen || link->closed);
	if (link->closed)
		return 0;
	link->gone = true; /* read to the end of what is there */
	while (more && result == 0)
		result = link_pull(link, &more, error);
	link->gone = false;
	if (result != -EPIPE)
		return result;
	error_clear(error);
	return 0;
}

void link_received(const struct link *link, uint32_t number, uint64_t *records,
	uint64_t *limit)
{
	*records = link->ends[number]->expected;
	*limit = link->ends[number]->granted_records;
}

bool link_has_begun(const struct link *link)
{
	return link->said_hello || link->open || link->adopted || link->closed;
}

bool link_is_over(const struct link *link)
{
	return link->closed;
}

bool link_has_refused(const struct link *link)
{
	return link->refused;
}

void link_carry(const struct link *link, struct carry *to)
{
	const struct link_counts *counts = &link->counts;

	carry_u32(to,
		(link->open ? CARRIED_OPEN : 0u) |
			(link->said_hello ? CARRIED_SAID_HELLO : 0u) |
			(link->said_all ? CARRIED_SAID_ALL : 0u) |
			(link->closed ? CARRIED_CLOSED : 0u) |
			(link->deaf ? CARRIED_DEAF : 0u) |
			(link->dismissal ? CARRIED_DISMISSES : 0u) |
			(link->settings.packets ? CARRIED_PACKETS : 0u) |
			(link->hello_timer.armed ? CARRIED_LATE_HELLO : 0u));
	carry_u32(to, link->send_bytes);
	carry_u32(to, link->receive_bytes);
	carry_u32(to, link->settings.packet_bytes);
	carry_u64(to, counts->packets_sent);
	carry_u64(to, counts->packets_received);
	carry_u64(to, counts->bytes_sent);
	carry_u64(to, counts->bytes_received);
	carry_u64(to, counts->repeated);
	carry_u64(to, counts->lost);
	carry_u64(to, (uint64_t)link->hello_timer.due_ns);
	carry_u64(to, link->settings.incarnation);
	carry_u64(to, link->peer_incarnation);
	carry_u64(to, link_connection(link, link->fd));
	carry_u32(to, link->ends_total);
	for (uint32_t i = 0; i < link->end_count; i++)
		if (link->ends[i])
			carry_end_of(link->ends[i], to);
	carry_blob(to, link->in_start ? link->in_start : (const uint8_t *)"",
		link->closed ? 0 : (uint32_t)(link->in_end - link->in_start));
	carry_packet(link, to);
}

static void carry_end_of(const struct link_end *end, struct carry *to)
{
	const bool half = !end->sends && end->part;

	carry_text(to, end->stream->name);
	carry_u32(to, end->number);
	carry_u32(to, (end->sends ? CARRIED_SENDS : 0u) |
			      (end->known ? CARRIED_KNOWN : 0u) |
			      (end->said_alpha ? CARRIED_SAID_ALPHA : 0u) |
			      (end->over ? CARRIED_OVER : 0u) |
			      (end->heard_omega ? CARRIED_HEARD_OMEGA : 0u) |
			      (end->credited ? CARRIED_CREDITED : 0u) |
			      (end->said_omega ? CARRIED_SAID_OMEGA : 0u) |
			      (end->paused ? CARRIED_PAUSED : 0u) |
			      (end->leaving ? CARRIED_LEAVING : 0u) |
			      (end->ended_before ? CARRIED_ENDED_BEFORE : 0u) |
			      (end->asked ? CARRIED_ASKED : 0u));
	carry_u32(to, end->stream->atomic_bytes);
	carry_u32(to, end->sends ? end->stream->view_slots : 0);
	carry_u32(to, end->part_offset);
	carry_u32(to, half ? end->part_total : 0);
	carry_u32(to, half ? end->part_type : 0);
	carry_blob(to, half ? end->part : (const uint8_t *)"",
		half ? end->part_offset : 0);
	carry_u64(to, end->expected);
	carry_u64(to, end->came_bytes);
	carry_u64(to, end->missed);
	carry_u64(to, end->granted_bytes);
	carry_u64(to, end->granted_records);
	carry_u64(to, end->asked_bytes);
	carry_u64(to, end->first_credit);
	carry_u64(to, end->base_bytes);
	carry_u64(to, end->base_records);
	carry_u64(to, end->late_records);
}

static void carry_packet(const struct link *link, struct carry *to)
{
	const struct link_packet *packet = &link->packet;
	const bool waits = packet->waiting && !link->closed;
	uint32_t bytes = 0;

	for (uint32_t i = packet->first_part; waits && i < packet->part_count;
		i++)
		bytes += (uint32_t)packet->parts[i].iov_len;
	carry_u32(to, bytes);
	for (uint32_t i = packet->first_part; waits && i < packet->part_count;
		i++)
		carry_raw(to, packet->parts[i].iov_base,
			packet->parts[i].iov_len);
	carry_u32(to, waits ? packet->share_count : 0);
	for (uint32_t i = 0; waits && i < packet->share_count; i++) {
		carry_u32(to, place_of(link, packet->shares[i].end));
		carry_u32(to, packet->shares[i].records);
		carry_u32(to, packet->shares[i].part_offset);
	}
}

/* How many ends are before it. */
static uint32_t place_of(const struct link *link, const struct link_end *end)
{
	uint32_t place = 0;

	for (uint32_t i = 0; link->ends[i] != end; i++)
		place += link->ends[i] != NULL;
	return place;
}
