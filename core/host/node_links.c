/* node_links: a node's connections to others. See the header. */
#include "core/host/node_links.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "core/text/text.h"

static bool has_heirs(const struct node_plan_link *link);
static bool is_renewed(const struct node_plan_link *link);
static bool carries_fds(const struct node_plan *plan, uint32_t link);
static int add_fifo(struct node *node, uint32_t stream, struct error *error);
static void fifo_closed(void *context, const char *why);
static uint32_t own_writer(const struct node *node, uint32_t stream);
static void failed(struct link_listener *listener, struct link *link,
	uint32_t number, enum stream_reason reason, const char *text);
static void closed(
	struct link_listener *listener, struct link *link, const char *why);
static void lost(struct link_listener *listener, struct link *link,
	uint32_t number, uint64_t records);
static void tell_cut(
	const struct node_link *mine, uint32_t stream, uint64_t records);
static void begun(
	struct link_listener *listener, struct link *link, bool again);
static void missed(struct link_listener *listener, struct link *link,
	uint32_t number, uint64_t records);
static bool is_stream(
	const struct node_link *mine, uint32_t stream, uint32_t number);

int node_links_init(struct node *node, struct error *error)
{
	struct fabric *fabric = &node->fabric;
	struct os *os = fabric->os;
	const struct link_host host = {os, &fabric->scheduler, &fabric->timers,
		fabric->reactor, fabric->chunks};
	uint64_t incarnation = 0;
	int result = 0;

	node->links = calloc(node->plan->link_count + 1u, sizeof *node->links);
	if (!node->links)
		return error_set(error, -ENOMEM, "out of memory for links");
	(void)os->random(os, &incarnation, sizeof incarnation, 0);
	for (uint32_t i = 0; i < node->plan->link_count && result == 0; i++) {
		struct node_link *mine = &node->links[i];
		const struct link_settings settings = {
			.name = node->plan->node,
			.peer = node->plan->links[i].peer,
			.packets = node->plan->links[i].packets,
			.patient = true, /* who comes may come late */
			.renews = is_renewed(&node->plan->links[i]),
			.heirs = has_heirs(&node->plan->links[i]),
			.late = node->follows || !node->plan->links[i].foreign,
			.again = node->plan->links[i].reconnect,
			.fds = carries_fds(node->plan, i),
			.incarnation = incarnation,
		};

		/* Ours alone: a command's end is another description. */
		(void)os->fcntl(
			os, (int)node->plan->links[i].fd, F_SETFL, O_NONBLOCK);
		mine->listener.closed = closed;
		mine->listener.failed = failed;
		mine->listener.lost = lost;
		mine->listener.begun = begun;
		mine->listener.missed = missed;
		mine->node = node;
		mine->peer = settings.peer;
		mine->foreign = node->plan->links[i].foreign;
		if (node->plan->links[i].transport == TRANSPORT_FIFO)
			continue; /* made with its stream */
		result = link_create(&mine->link, &host, &settings,
			(int)node->plan->links[i].fd, &mine->listener, error);
		if (result == 0) {
			node->links_open++;
			fabric->watching++;
		}
	}
	return result;
}

int node_links_add(struct node *node, uint32_t stream, struct error *error)
{
	const struct node_plan_stream *plan = &node->plan->streams[stream];
	struct link *link = node->links[plan->link].link;
	int result;

	node->streams[stream].fds =
		plan->fds && node->plan->links[plan->link].packets;
	if (node->plan->links[plan->link].transport == TRANSPORT_FIFO)
		return add_fifo(node, stream, error);
	if (plan->to.owner == NODE_PLAN_NONE)
		result = link_send(
			link, plan->number, &node->streams[stream], plan->port);
	else
		result = link_receive(
			link, plan->number, &node->streams[stream], plan->port);
	if (result < 0)
		return error_set(error, result,
			"stream %s cannot be put on its link", plan->name);
	return 0;
}

int node_links_renew(
	struct node *node, uint32_t link, int fd, struct error *error)
{
	struct os *os = node->fabric.os;

	if (link >= node->plan->link_count || !node->links[link].link ||
		!is_renewed(&node->plan->links[link])) {
		os->close(os, fd);
		return error_set(error, -EPROTO,
			"link %u is none that can be made anew", link);
	}
	(void)os->fcntl(os, fd, F_SETFL, O_NONBLOCK);
	return link_renew(node->links[link].link, fd, error);
}

void node_links_over(struct node *node, uint32_t link)
{
	node->links[link].closed = true;
	node->links_open--;
	node->fabric.watching--;
}

void node_links_release(struct node *node)
{
	for (uint32_t i = 0; node->links && i < node->plan->link_count; i++) {
		link_destroy(&node->links[i].link);
		fifo_destroy(&node->links[i].fifo);
	}
	free(node->links);
	node->links = NULL;
}

void node_links_freeze(struct node *node)
{
	for (uint32_t i = 0; i < node->plan->link_count; i++) {
		if (node->links[i].link)
			link_freeze(node->links[i].link);
		if (node->links[i].fifo)
			fifo_freeze(node->links[i].fifo);
	}
	for (uint32_t i = 0; i < node->relay_count; i++)
		relay_freeze(node->relays[i].relay);
}

int node_links_thaw(struct node *node, struct error *error)
{
	int result = 0;

	for (uint32_t i = 0; i < node->plan->link_count && result == 0; i++) {
		if (node->links[i].link)
			result = link_thaw(node->links[i].link, error);
		if (node->links[i].fifo)
			fifo_thaw(node->links[i].fifo);
	}
	for (uint32_t i = 0; i < node->relay_count && result == 0; i++)
		relay_thaw(node->relays[i].relay);
	return result;
}

/* Whether the process at either side may be followed by another. */
static bool has_heirs(const struct node_plan_link *link)
{
	return link->packets && !link->foreign;
}

static bool is_renewed(const struct node_plan_link *link)
{
	return !link->packets && link->transport != TRANSPORT_FIFO;
}

static bool carries_fds(const struct node_plan *plan, uint32_t link)
{
	bool any = false;

	for (uint32_t i = 0; i < plan->stream_count; i++)
		any |= plan->streams[i].link == link && plan->streams[i].fds;
	return any && plan->links[link].packets;
}

static int add_fifo(struct node *node, uint32_t stream, struct error *error)
{
	const struct node_plan_stream *plan = &node->plan->streams[stream];
	struct node_link *mine = &node->links[plan->link];
	struct fabric *fabric = &node->fabric;
	const struct fifo_settings settings = {.os = fabric->os,
		.log = fabric->log,
		.scheduler = &fabric->scheduler,
		.reactor = fabric->reactor,
		.stream = &node->streams[stream],
		.writes = plan->to.owner == NODE_PLAN_NONE,
		.block_bytes = plan->atomic_bytes < PIPE_BUF
				       ? plan->atomic_bytes
				       : PIPE_BUF,
		.writer = own_writer(node, stream),
		.strangers = node->counters.head
				     ? node->counters.streams[stream].written
				     : NULL,
		.closed = fifo_closed,
		.context = mine};
	int result;

	if (mine->fifo)
		return error_set(error, -EINVAL,
			"stream %s has the FIFO of another", plan->name);
	result = fifo_create(&mine->fifo, &settings,
		(int)node->plan->links[plan->link].fd, error);
	if (result < 0)
		return result;
	if (node->follows)
		fifo_begin_anew(mine->fifo);
	node->streams[stream].apart = settings.writes;
	node->links_open++;
	fabric->watching++;
	return 0;
}

/* What all processes that write or read this stream of this topology know, and
 * nobody else. */
static uint32_t own_writer(const struct node *node, uint32_t stream)
{
	const char *name = node->plan->streams[stream].name;
	uint64_t mixed = XXH3_64bits_withSeed(
		name, strlen(name), (XXH64_hash_t)node->topology);

	return node->topology ? (uint32_t)mixed | 1u : 0;
}

/* Anybody may write a FIFO: who went without a word is not known to others. */
static void fifo_closed(void *context, const char *why)
{
	struct node_link *mine = context;
	struct node *node = mine->node;

	uint32_t link = (uint32_t)(mine - node->links);

	node_links_over(node, link);
	if (node->listener && node->listener->shut)
		node->listener->shut(node->listener, link);
	if (why && node->listener && !node->closing)
		node->listener->broken(node->listener, mine->peer, why);
}

static void closed(
	struct link_listener *listener, struct link *link, const char *why)
{
	struct node_link *mine = (struct node_link *)listener;
	struct node *node = mine->node;

	node_links_over(node, (uint32_t)(mine - node->links));
	if (!why || node->closing)
		return;
	/* That a node of ours has gone is its supervisor's to tell. */
	if ((mine->foreign || link_has_refused(link)) && node->listener)
		node->listener->broken(node->listener, mine->peer, why);
	else
		log_say(node->fabric.log, LOG_WARNING, "the link to %s: %s",
			mine->peer, why);
}

/* An operator's failure is its own node's to tell. */
static void failed(struct link_listener *listener, struct link *link,
	uint32_t number, enum stream_reason reason, const char *text)
{
	struct node_link *mine = (struct node_link *)listener;
	struct node *node = mine->node;
	char why[512];

	(void)link;
	(void)number;
	if (!mine->foreign || !node->listener || node->closing)
		return;
	snprintf(why, sizeof why, "it said that it had %s%s%s",
		reason == STREAM_FAILED ? "failed" : "crashed",
		text[0] ? ": " : "", text);
	node->listener->broken(node->listener, mine->peer, why);
}

static void lost(struct link_listener *listener, struct link *link,
	uint32_t number, uint64_t records)
{
	struct node_link *mine = (struct node_link *)listener;
	struct node *node = mine->node;

	(void)link;
	if (node->closing || (node->counters.head && !mine->foreign))
		return; /* whoever had them counts them, or the supervisor */
	for (uint32_t i = 0; i < node->plan->stream_count; i++)
		if (is_stream(mine, i, number)) {
			node->cut[i] += records;
			tell_cut(mine, i, records);
		}
}

/* In all it is said at the end. */
static void tell_cut(
	const struct node_link *mine, uint32_t stream, uint64_t records)
{
	const struct node *node = mine->node;

	if (mine->foreign)
		log_say(node->fabric.log, LOG_WARNING,
			"the link to %s: up to %" PRIu64
			" record%s of %s had gone to the one before and may be "
			"lost",
			mine->peer, records, records == 1 ? "" : "s",
			node->plan->streams[stream].name);
}

/* From both sides of it the supervisor knows what was lost in between. */
static void begun(struct link_listener *listener, struct link *link, bool again)
{
	struct node_link *mine = (struct node_link *)listener;
	struct node *node = mine->node;
	struct text text = {0};
	uint64_t own, peer;

	if (mine->foreign || (!again && !node->follows) || !node->listener)
		return;
	link_incarnations(link, &own, &peer);
	text_format(&text, "%" PRIu64 " %" PRIu64 "\n", own, peer);
	for (uint32_t i = 0; i < node->plan->stream_count; i++) {
		const struct node_plan_stream *plan = &node->plan->streams[i];

		if (is_stream(mine, i, plan->number))
			text_format(&text, "%" PRIu32 " %" PRIu64 "\n",
				plan->number, link_before(link, plan->number));
	}
	node->listener->begun(node->listener, text_string(&text));
	text_release(&text);
}

/* Nobody but the program knows where they are. */
static void missed(struct link_listener *listener, struct link *link,
	uint32_t number, uint64_t records)
{
	struct node_link *mine = (struct node_link *)listener;
	struct node *node = mine->node;

	(void)link;
	for (uint32_t i = 0; mine->foreign && i < node->plan->stream_count; i++)
		if (is_stream(mine, i, number))
			log_say(node->fabric.log, LOG_WARNING,
				"the link to %s: %" PRIu64
				" of the records that it counts as sent on %s "
				"did not come",
				mine->peer, records,
				node->plan->streams[i].name);
}

/* Whether the node's stream has that number on the link. */
static bool is_stream(
	const struct node_link *mine, uint32_t stream, uint32_t number)
{
	const struct node *node = mine->node;
	const struct node_plan_stream *plan = &node->plan->streams[stream];

	return plan->link != NODE_PLAN_NONE &&
	       &node->links[plan->link] == mine && plan->number == number;
}
