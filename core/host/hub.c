/* hub: who is heard, who is told, and who has ended. See the header. */
#include "core/host/hub.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "core/base/check.h"
#include "core/host/hub_private.h"

#define ROUNDS_PER_STEP 64

static bool move(struct hub *hub);
static bool is_heard(const struct hub_side *side);
static bool pull(struct hub_side *side);
static int take_packets(struct hub_side *side, struct error *error);
static void end_side(struct hub_side *side);
static void end_node(struct hub_side *node);
static void end_outside(struct hub *hub);
static void misbehave(struct hub_side *side, int result, const char *why);
static int tell_unread(const struct hub_side *side, struct hub_side *to);
static void break_off(struct hub *hub);
static void finish_nodes(struct hub *hub);
static bool is_over(const struct hub *hub);

int hub_create(struct hub **hub, struct os *os, struct reactor *reactor,
	const struct node_plan *plan, struct error *error)
{
	struct hub *made = calloc(1, sizeof *made);
	int result = 0;

	if (made)
		made->nodes =
			calloc(plan->link_count + 1u, sizeof *made->nodes);
	if (!made || !made->nodes) {
		free(made);
		return error_set(error, -ENOMEM, "out of memory for a hub");
	}
	made->os = os;
	made->reactor = reactor;
	made->plan = plan;
	made->outside.fd = -1;
	made->outside.hub = made;
	for (uint32_t i = 0; i < plan->link_count; i++)
		made->nodes[made->node_count++].fd = -1;
	for (uint32_t i = 0; i < plan->link_count; i++) {
		int fd = (int)plan->links[i].fd;
		int set = os->fcntl(os, fd, F_SETFL, O_NONBLOCK);
		int opened = hub_open(made, &made->nodes[i], fd);

		made->reconnects |= plan->links[i].reconnect;
		if (result == 0)
			result = set < 0 ? set : opened;
	}
	if (result == 0) {
		*hub = made;
		return 0;
	}
	hub_destroy(&made);
	return error_set(
		error, result, "cannot watch the links: %s", strerror(-result));
}

void hub_destroy(struct hub **hub)
{
	struct hub *old = *hub;

	if (!old)
		return;
	for (uint32_t i = 0; i < old->node_count; i++)
		hub_close(&old->nodes[i]);
	hub_close(&old->outside);
	for (uint32_t i = 0; i < old->stream_count; i++)
		free(old->streams[i].port);
	free(old->streams);
	free(old->nodes);
	free(old);
	*hub = NULL;
}

void hub_keep(struct hub *hub)
{
	hub->keeps = true;
}

int hub_connect(struct hub *hub, int fd)
{
	CHECK(hub->outside.fd < 0);
	hub->again = hub->moved = false;
	hub->why[0] = '\0';
	return hub_open(hub, &hub->outside, fd);
}

enum hub_flow hub_step(struct hub *hub)
{
	int rounds = 0;
	bool again;

	while (rounds < ROUNDS_PER_STEP && move(hub))
		rounds++;
	if (is_over(hub))
		return HUB_OVER;
	if (rounds == ROUNDS_PER_STEP)
		return HUB_MORE;
	again = hub->again;
	hub->again = false;
	return again ? HUB_AGAIN : HUB_WAIT;
}

void hub_hang_up(struct hub *hub, const char *why)
{
	if (hub->outside.fd < 0)
		return;
	strncpy(hub->why, why, NOTICE_TEXT_BYTES - 1);
	end_side(&hub->outside);
}

bool hub_is_connected(const struct hub *hub)
{
	return hub->outside.fd >= 0;
}

bool hub_has_heard(const struct hub *hub)
{
	return hub->outside.greets;
}

bool hub_has_moved(const struct hub *hub)
{
	return hub->moved;
}

bool hub_said_all(const struct hub *hub)
{
	return hub->outside.shut;
}

const char *hub_reason(const struct hub *hub)
{
	return hub->why;
}

/* One turn for each; whether anything has changed. */
static bool move(struct hub *hub)
{
	struct hub_side *outside = &hub->outside;
	bool moved = false;

	for (uint32_t i = 0; i < hub->node_count; i++)
		moved |= pull(&hub->nodes[i]);
	if (hub->refused && outside->fd >= 0) {
		(void)hub_push(outside);
		end_side(outside);
	}
	hub->refused = false;
	if (outside->fd >= 0 && !hub->greeted && hub_greet(hub) < 0)
		end_side(outside);
	moved |= pull(outside);
	for (uint32_t i = 0; i < hub->node_count; i++)
		moved |= hub_push(&hub->nodes[i]);
	moved |= hub_push(outside);
	if (outside->fd >= 0 && outside->ended && outside->shut && !hub->left)
		finish_nodes(hub);
	return moved;
}

/* The program, when all nodes have room for what it may say: not before it was
 * greeted, unless nobody is left to greet it. */
static bool is_heard(const struct hub_side *side)
{
	const struct hub *hub = side->hub;
	bool heard = side->fd >= 0 && !side->ended;

	if (side != &hub->outside)
		return heard && hub_has_room(&hub->outside);
	heard &= hub->greeted || side->shut;
	for (uint32_t i = 0; i < hub->node_count; i++)
		heard &= hub_has_room(&hub->nodes[i]);
	return heard;
}

static bool pull(struct hub_side *side)
{
	struct error error = ERROR_NONE;
	struct os *os = side->hub->os;
	ssize_t got;
	int result;

	if (!is_heard(side))
		return false;
	do
		got = os->read(os, side->fd, side->in + side->in_bytes,
			HUB_IN_BYTES - side->in_bytes);
	while (got == -EINTR);
	if (got == -EAGAIN)
		return false;
	if (got <= 0) {
		end_side(side);
		return true;
	}
	side->in_bytes += (size_t)got;
	result = take_packets(side, &error);
	if (result < 0)
		misbehave(side, result, error.text);
	return true;
}

/* All that are whole. What is too large shows in its prefix. */
static int take_packets(struct hub_side *side, struct error *error)
{
	size_t at = 0;
	uint32_t bytes;
	int result = 0;

	while (result == 0 && side->in_bytes - at >= HUB_PREFIX_BYTES) {
		memcpy(&bytes, side->in + at, sizeof bytes);
		side->readable = 0;
		if (bytes > hub_packet_bytes(side))
			result = error_set(error, -EPROTO,
				"a packet of %u bytes is larger than this side "
				"takes",
				bytes);
		else if (side->in_bytes - at < HUB_PREFIX_BYTES + bytes)
			break;
		else
			result = hub_take(side,
				side->in + at + HUB_PREFIX_BYTES, bytes, error);
		if (result == 0)
			at += HUB_PREFIX_BYTES + bytes;
	}
	side->in_bytes -= at;
	memmove(side->in, side->in + at, side->in_bytes);
	return result;
}

static void end_side(struct hub_side *side)
{
	side->ended = true;
	if (side == &side->hub->outside)
		end_outside(side->hub);
	else
		end_node(side);
}

/* The program learns of it when it was the last, or when streams are left: a
 * node has gone then, and the connection is as broken as one to it alone. */
static void end_node(struct hub_side *node)
{
	struct hub *hub = node->hub;
	bool all = true;

	node->finish = true;
	for (uint32_t i = 0; i < hub->node_count; i++)
		all &= hub->nodes[i].ended;
	if (!all && node->streams > 0 && node->streams == node->over)
		return;
	hub->outside.finish = true;
	if (hub->outside.fd < 0)
		finish_nodes(hub);
}

static void end_outside(struct hub *hub)
{
	bool early = false;

	for (uint32_t i = 0; i < hub->node_count; i++) {
		const struct hub_side *node = &hub->nodes[i];

		early |= !node->ended &&
			 (node->streams == 0 || node->streams != node->over);
	}
	if (early && hub->reconnects && !hub->outside.finish)
		break_off(hub);
	else if (early && hub->keeps)
		hub->left = true;
	else
		finish_nodes(hub);
}

/* A node that hears what could not be read, too, says best what is wrong, and
 * it is its streams that end. */
static void misbehave(struct hub_side *side, int result, const char *why)
{
	struct hub *hub = side->hub;
	struct notice bye = {.kind = NOTICE_BYE};

	if (side != &hub->outside || result != -EPROTO) {
		end_side(side);
		return;
	}
	snprintf(bye.text, sizeof bye.text, "%.511s", why);
	memcpy(hub->why, bye.text, sizeof hub->why);
	if (hub->reconnects) {
		if (hub_put_notice(side, &bye) == 0)
			(void)hub_push(side);
		end_side(side);
		return;
	}
	side->ended = true;
	if (!hub_listener(hub) || tell_unread(side, hub_listener(hub)) < 0) {
		if (hub_put_notice(side, &bye) == 0)
			side->finish = true;
		finish_nodes(hub);
	}
}

/* Of the packet that stands first, what could be read has gone its way. */
static int tell_unread(const struct hub_side *side, struct hub_side *to)
{
	size_t skipped = HUB_PREFIX_BYTES + side->readable;
	uint32_t bytes;
	int result;

	if (side->readable == 0)
		return hub_put_raw(to, side->in, side->in_bytes);
	memcpy(&bytes, side->in, sizeof bytes);
	bytes -= (uint32_t)side->readable;
	result = hub_put_raw(to, &bytes, sizeof bytes);
	return result < 0 ? result : hub_put_raw(to, side->in + skipped, bytes);
}

/* The connection is given up; what the nodes said on it is no more. */
static void break_off(struct hub *hub)
{
	struct notice again = {.kind = NOTICE_AGAIN};
	bool begun = hub->outside.greets;

	if (!hub->why[0])
		strcpy(hub->why, "it has gone");
	memcpy(again.text, hub->why, sizeof again.text);
	hub_close(&hub->outside);
	hub->greeted = false;
	hub->again = true;
	for (uint32_t i = 0; begun && i < hub->node_count; i++) {
		struct hub_side *node = &hub->nodes[i];

		node->stale = !node->ended;
		node->greets = false;
		if (hub_put_notice(node, &again) < 0)
			hub_stop_telling(node);
	}
}

static void finish_nodes(struct hub *hub)
{
	for (uint32_t i = 0; i < hub->node_count; i++)
		hub->nodes[i].finish = true;
}

static bool is_over(const struct hub *hub)
{
	const struct hub_side *outside = &hub->outside;
	bool over = outside->fd < 0 || (outside->ended && outside->shut);

	if (hub->left) {
		over = true;
		for (uint32_t i = 0; i < hub->node_count; i++)
			over &= hub->nodes[i].shut ||
				hub->nodes[i].out_start ==
					hub->nodes[i].out_end;
		return over;
	}
	for (uint32_t i = 0; i < hub->node_count; i++)
		over &= hub->nodes[i].ended && hub->nodes[i].shut;
	return over;
}
