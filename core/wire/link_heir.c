/*
 * link_heir: processes that follow others on the same connection.
 *
 * Packets that a process has not read when it ends are there for the one that
 * follows, and what it sent is there for the other side. So what comes before
 * the other side speaks to this very process was meant for another: records
 * that this side reads are taken, in whatever numbers they have, and all else
 * is passed over. HELLO therefore names the incarnation that it answers; a side
 * begins with the one that answers its own, and says HELLO again to each
 * incarnation that is new to it:
 *
 *	survivor a            | process b, and c that follows
 *	                      | HELLO b, heard 0    (b dies)
 *	HELLO a, heard b      |
 *	records for b         |
 *	                      | HELLO c, heard 0
 *	                      | takes the records
 *	HELLO a, heard c      |
 *	                      | begins; HELLO c, heard a
 *	begins                |
 *
 * From where it begins, each side counts records and credit anew, as behind a
 * hub (link_again). What the dead process had and did not pass on is lost; who
 * holds both ends' counters knows how much that was.
 */
#include <string.h>

#include "core/wire/link_private.h"

static void expect_anew(struct link *link);

void link_put_hello(struct link *link)
{
	struct notice notice = {.kind = NOTICE_HELLO,
		.version = FRAME_VERSION,
		.packet_bytes = link->settings.packet_bytes,
		.incarnation = link->settings.incarnation};

	if (link->settings.heirs) {
		notice.heard = link->peer_incarnation;
		link->counts.packets_sent = 0;
	}

	strncpy(notice.text, link->name, NOTICE_TEXT_BYTES - 1);
	link_put_notice(link, &notice);
	link->said_hello = true;
}

bool link_take_heir(struct link *link, const struct notice *notice)
{
	if (link->said_all)
		return false; /* all has ended; that shows */
	if (notice->incarnation != link->peer_incarnation) {
		link->peer_incarnation = notice->incarnation;
		link->said_hello = false;
		if (link->open)
			link_begin_with_heir(link);
		else
			expect_anew(link);
		task_tell(&link->task, LINK_WORK);
	}
	if (link->open || notice->heard != link->settings.incarnation)
		return false;
	expect_anew(link);
	link_heir_settles(link);
	link->counts.packets_received = 1;
	return true;
}

/* Who ends badly says BYE, or has it said by the supervisor. */
bool link_heir_is_late(const struct link *link)
{
	return link->settings.late && !link->opened && !link->bye;
}

void link_heir_expects(struct link_end *end)
{
	end->granted_bytes = end->granted_records = UINT64_MAX;
}

void link_heir_settles(struct link *link)
{
	for (uint32_t i = 0; i < link->end_count; i++) {
		struct link_end *end = link->ends[i];

		if (end && end->granted_records == UINT64_MAX)
			end->granted_bytes = end->granted_records = 0;
	}
}

/* The numbers that come begin at nothing; a record that was not whole will
 * come again, or was lost. */
static void expect_anew(struct link *link)
{
	struct chunks *chunks = link->host.chunks;

	for (uint32_t i = 0; i < link->end_count; i++) {
		struct link_end *end = link->ends[i];

		if (!end || end->sends)
			continue;
		if (end->part)
			chunk_drop(chunks, chunk_slot(chunks, end->part), 1);
		end->part = NULL;
		end->part_offset = 0;
		end->base_records = end->expected;
		end->base_bytes = end->came_bytes;
	}
}
