/* handover: what proves one, and the file that carries it. See the header. */
#include "core/host/handover.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "core/host/handover_private.h"
#include "core/host/node_counters.h"
#include "core/text/text.h"
#include "core/stream/carried.h"

#define SEALS (F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE)

static int write_all(struct os *os, int fd, const struct carry *from);
static void add_proof(struct text *to, const struct node *node, uint32_t at,
	const char *name);
static void tell_gone(struct node *node);
static int test(struct node *node, struct node_failure *failure);

const uint8_t handover_magic[8] = {'t', 'a', 'u', 'F', 'r', 'o', 'z', '1'};

enum handover_way handover_way(const struct node *node, uint32_t stream)
{
	const struct node_plan_stream *plan = &node->plan->streams[stream];
	bool fifo;

	if (plan->link == NODE_PLAN_NONE)
		return WAY_INSIDE;
	fifo = node->plan->links[plan->link].transport == TRANSPORT_FIFO;
	if (plan->to.owner == NODE_PLAN_NONE)
		return fifo ? WAY_FIFO_SENDS : WAY_SENDS;
	return fifo ? WAY_FIFO_RECEIVES : WAY_RECEIVES;
}

uint64_t handover_digest(const uint8_t *bytes, size_t count)
{
	return XXH3_64bits(bytes, count);
}

uint64_t handover_digest_carried(const struct carry *carry)
{
	struct iovec parts[CARRY_PARTS_MAX];
	int count = carry_parts(carry, parts);
	XXH3_state_t state;

	XXH3_64bits_reset(&state);
	for (int i = 0; i < count; i++)
		XXH3_64bits_update(&state, parts[i].iov_base, parts[i].iov_len);
	return XXH3_64bits_digest(&state);
}

int handover_refuse(struct error *error, const char *what)
{
	return error_set(error, -EBADMSG,
		"what was handed over of %s is cut short or damaged", what);
}

char *handover_proof(const struct node *node)
{
	struct text to = {0};

	text_add(&to, "");
	for (uint32_t i = 0; i < node->plan->stream_count; i++)
		add_proof(&to, node, i, node->plan->streams[i].name);
	return text_take(&to);
}

char *handover_proof_partly(const struct node *node)
{
	struct text to = {0};

	text_add(&to, "");
	for (uint32_t i = 0; i < node->plan->stream_count; i++) {
		const struct node_plan_stream *plan = &node->plan->streams[i];

		if (!plan->former[0] ||
			(plan->moved && plan->from.owner == NODE_PLAN_NONE))
			continue;
		if (plan->moved)
			text_add(&to, ">");
		add_proof(&to, node, i, plan->former);
	}
	return text_take(&to);
}

int handover_write(const struct carry *from, struct error *error)
{
	struct os *os = from->os;
	int fd = os->memfd(os, "tau-handover", MFD_ALLOW_SEALING);
	int result = fd;

	if (result >= 0)
		result = write_all(os, fd, from);
	if (result == 0)
		result = os->fcntl(os, fd, F_ADD_SEALS, SEALS);
	if (result >= 0)
		return fd;
	if (fd >= 0)
		os->close(os, fd);
	return error_set(error, result,
		"cannot keep a handover of %zu bytes: %s", from->used,
		strerror(-result));
}

int handover_read(struct os *os, int fd, const uint8_t **bytes, size_t *count,
	struct error *error)
{
	int seals = os->fcntl(os, fd, F_GET_SEALS, 0);
	struct stat status;
	void *mapping = NULL;
	int result = seals < 0 ? seals : os->fstat(os, fd, &status);

	if (result == 0 && (seals & SEALS) != SEALS)
		return error_set(error, -EBADMSG,
			"the handover is no sealed file in memory");
	if (result == 0)
		result = os->map(os, &mapping, (size_t)status.st_size,
			PROT_READ, MAP_PRIVATE | MAP_POPULATE, fd, 0);
	if (result < 0)
		return error_set(error, result, "cannot read the handover: %s",
			strerror(-result));
	*bytes = mapping;
	*count = (size_t)status.st_size;
	return 0;
}

void handover_forget(struct os *os, const uint8_t *bytes, size_t count)
{
	os->unmap(os, (void *)bytes, count);
}

static int write_all(struct os *os, int fd, const struct carry *from)
{
	struct iovec parts[CARRY_PARTS_MAX], *part = parts;
	int count = carry_parts(from, parts);

	while (count > 0) {
		ssize_t sent = os->writev(os, fd, part, count);

		if (sent == -EINTR)
			continue;
		if (sent <= 0)
			return sent < 0 ? (int)sent : -EIO;
		for (; count > 0 && (size_t)sent >= part->iov_len; count--)
			sent -= (ssize_t)part++->iov_len;
		if (count == 0)
			break;
		part->iov_base = (uint8_t *)part->iov_base + sent;
		part->iov_len -= (size_t)sent;
	}
	return 0;
}

int handover_settle(struct node *node, struct node_failure *failure)
{
	tell_gone(node);
	for (uint32_t i = 0; i < node->relay_count; i++)
		relay_adopt(node->relays[i].relay);
	node_counters_finish(node);
	return test(node, failure);
}

/* Writers count the readers that have gone. */
static void tell_gone(struct node *node)
{
	for (uint32_t i = 0; i < node->plan->stream_count; i++) {
		const struct stream *stream = &node->streams[i];

		if (node->plan->streams[i].from.owner != NODE_PLAN_NONE &&
			stream->reader.gone && stream->writer.listener)
			stream->writer.listener->iota(stream->writer.listener);
	}
}

/* Without any effect outside. */
static int test(struct node *node, struct node_failure *failure)
{
	int result = 0;

	for (uint32_t i = 0; i < node->plan->operator_count && result == 0;
		i++) {
		struct instance *instance = node->operators[i];

		failure->name = node->plan->operators[i].name;
		failure->plugin = node->plan->operators[i].plugin;
		if (instance->state == INSTANCE_FROZEN ||
			instance->state == INSTANCE_CREATED)
			result = instance_selftest(instance, &failure->error);
	}
	if (result == 0)
		failure->name = failure->plugin = NULL;
	return result;
}

static void add_proof(
	struct text *to, const struct node *node, uint32_t at, const char *name)
{
	const struct node_plan_stream *plan = &node->plan->streams[at];
	const struct stream *stream = &node->streams[at];
	const struct link *link = NULL;
	uint64_t received = stream->sent, limit = stream->limit_records;
	uint64_t away = 0;

	if (plan->link != NODE_PLAN_NONE)
		link = node->links[plan->link].link;
	if (link && plan->from.owner == NODE_PLAN_NONE)
		link_received(link, plan->number, &received, &limit);
	if (link && plan->to.owner == NODE_PLAN_NONE &&
		node->links[plan->link].foreign)
		away = link_unread(link, plan->number);
	text_format(to,
		"%s %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64
		" %016" PRIx64,
		name, stream->sent, received, stream->received, limit,
		stream_count(stream), stream_digest(stream));
	if (away)
		text_format(to, " %" PRIu64, away);
	text_add(to, "\n");
}
