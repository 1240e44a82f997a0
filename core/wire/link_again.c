/*
 * link_again: another connection to the same far side, behind a hub.
 *
 * The streams go on and the link begins anew: HELLO and alpha are said again,
 * and each stream's numbers and credit count from here, as for a peer that has
 * just begun. What was sent on the last connection and is not known to have
 * been read is told as lost, and is not sent again: who comes may be the one
 * who has had it. What is staged, or in a packet that had not gone, is kept.
 *
 *	hearing -- the far side breaks the rules --> deaf: BYE, then nothing
 *	   ^                                           |
 *	   +------ AGAIN: the hub has parted with it --+
 *
 * A far side that is followed by another cannot harm the streams: who is deaf
 * drops all that comes and sends nothing but BYE, upon which the hub breaks off
 * its connection. An AGAIN that was under way before does as well.
 */
#include <stdlib.h>
#include <string.h>

#include "core/base/check.h"
#include "core/wire/link_private.h"

static void begin(struct link *link);
static void begin_end(struct link_end *end);
static uint64_t count_read(const struct link_end *end);

void link_begin_again(struct link *link)
{
	struct link_packet *packet = &link->packet;

	free(link->dismissal);
	link->dismissal = NULL;
	link->deaf = false;
	if (link->ends_over == link->ends_total) /* it says no more */
		return;
	begin(link);
	/* Its bytes still go, to be dropped; its records stay. */
	for (uint32_t i = 0; packet->waiting && i < packet->share_count; i++) {
		packet->shares[i].records = 0;
		packet->shares[i].part_offset = 0;
	}
	link->send_bytes = link->receive_bytes = LINK_FIRST_PACKET_BYTES;
}

void link_dismiss(struct link *link, const char *why)
{
	link->deaf = true;
	free(link->dismissal);
	link->dismissal = strdup(why);
	CHECK(link->dismissal != NULL);
}

/* A packet goes whole or not at all: one that waits is made anew. */
void link_begin_with_heir(struct link *link)
{
	struct link_packet *packet = &link->packet;

	packet->waiting = false;
	packet->share_count = 0;
	for (uint32_t i = 0; i < link->end_count; i++)
		if (link->ends[i] && link->ends[i]->leaving)
			stream_leave(link->ends[i]->stream, &link->ends[i]->in);
	begin(link);
}

static void begin(struct link *link)
{
	for (uint32_t i = 0; i < link->end_count; i++)
		if (link->ends[i])
			begin_end(link->ends[i]);
	link->open = link->said_hello = false;
	task_tell(&link->task, LINK_WORK);
}

/* What never came was not there to come. */
uint64_t link_before(const struct link *link, uint32_t number)
{
	const struct link_end *end = link->ends[number];

	return end->base_records - (end->sends ? 0 : end->missed);
}

uint64_t link_unread(const struct link *link, uint32_t number)
{
	const struct link_end *end = link->ends[number];
	uint64_t read = end->heard_omega ? UINT64_MAX : count_read(end);

	return read < end->stream->received ? end->stream->received - read : 0;
}

void link_tell_lost(struct link_end *end, uint64_t staged)
{
	struct link *link = end->link;
	uint64_t written = end->stream->received + staged;
	uint64_t read = count_read(end);

	if (read < written && link->listener && link->listener->lost)
		link->listener->lost(
			link->listener, link, end->number, written - read);
}

void link_tell_missed(struct link_end *end, uint64_t records)
{
	struct link *link = end->link;
	struct link_listener *listener = link->listener;

	link->counts.lost += records;
	records += end->missed;
	if (records > 0 && listener && listener->missed)
		listener->missed(listener, link, end->number, records);
}

/* The far reader has told its credit: what it had read, and what it can hold,
 * which is what it told at first. That of fds depends on the files it has. */
static uint64_t count_read(const struct link_end *end)
{
	const struct stream *stream = end->stream;
	uint64_t told = stream->limit_records, read;
	uint64_t holds = stream->fds || end->first_credit == 0
				 ? stream->records
				 : end->first_credit;

	if (told < end->late_records)
		told = end->late_records;
	if (told <= end->base_records + holds)
		return end->base_records;
	read = told - holds;
	return read < stream->received ? read : stream->received;
}

static void begin_end(struct link_end *end)
{
	struct stream *stream = end->stream;
	struct chunks *chunks = end->link->host.chunks;

	if (end->sends && !end->heard_omega)
		link_tell_lost(end, 0);
	end->late_records = 0;
	if (end->part) {
		chunk_drop(chunks, chunk_slot(chunks, end->part), 1);
		end->part = NULL;
		end->link->counts.lost++;
	}
	end->part_offset = 0;
	end->base_records = end->sends ? stream->received : end->expected;
	end->base_bytes = end->sends ? stream->received_bytes : end->came_bytes;
	if (end->sends)
		stream_revoke(stream);
	end->asked_bytes = stream->limit_bytes;
	end->asked = end->paused = false;
	end->granted_bytes = end->granted_records = end->first_credit = 0;
	end->ended_before = end->over;
	end->known = end->credited = false;
	end->said_alpha = end->heard_omega = end->said_omega = false;
	link_want(end);
}

void link_put_over(struct link *link, struct link_end *end)
{
	const struct notice omega = {.kind = NOTICE_OMEGA,
		.stream = end->number,
		.reason = end->sends ? NOTICE_DONE : NOTICE_GONE};

	link_put_notice(link, &omega);
	end->said_omega = true;
	end->ended_before = false;
}
