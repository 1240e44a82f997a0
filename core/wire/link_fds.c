/*
 * link: fds beside the records that they belong to.
 *
 *	packet  | … fd record … fd record … |    a body of no bytes each
 *	control |     fd 7         fd 9     |    SCM_RIGHTS, in that order
 *
 * What comes is put into cells before anybody looks at the packet, so that
 * every way out of it, the refusing ones too, closes what was not delivered.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "core/base/check.h"
#include "core/base/owner.h"
#include "core/wire/link_private.h"

static int take_rights(struct link *link, const struct cmsghdr *head);
static uint64_t count_free(struct link *link);
static int count_entry(void *context, const char *name, unsigned char kind);
static uint64_t promised(const struct link_end *except);

void link_fds_put(
	struct link *link, const struct tau_record *record, uint32_t count)
{
	struct link_packet *packet = &link->packet;

	for (; count > 0; record++, count--) {
		const struct descriptor *cell = descriptor_of(record);

		if (!cell)
			continue;
		CHECK(packet->fd_count < LINK_FDS_MAX);
		packet->fds[packet->fd_count++] = cell->fd;
	}
}

void link_fds_attach(
	struct link *link, struct msghdr *message, struct link_control *control)
{
	const struct link_packet *packet = &link->packet;
	size_t bytes = packet->fd_count * sizeof(int);
	struct cmsghdr *head;

	if (bytes == 0)
		return;
	memset(control, 0, sizeof *control);
	message->msg_control = control->bytes;
	message->msg_controllen = CMSG_SPACE(bytes);
	head = CMSG_FIRSTHDR(message);
	head->cmsg_level = SOL_SOCKET;
	head->cmsg_type = SCM_RIGHTS;
	head->cmsg_len = CMSG_LEN(bytes);
	memcpy(CMSG_DATA(head), packet->fds, bytes);
}

int link_fds_collect(
	struct link *link, struct msghdr *message, struct error *error)
{
	int result = 0;

	for (struct cmsghdr *head = CMSG_FIRSTHDR(message); head;
		head = CMSG_NXTHDR(message, head))
		if (head->cmsg_level == SOL_SOCKET &&
			head->cmsg_type == SCM_RIGHTS)
			result = take_rights(link, head);
	if (result < 0)
		return error_set(error, result, "out of memory for fds");
	if (!(message->msg_flags & MSG_CTRUNC))
		return 0;
	if (!link->settings.fds)
		return error_set(error, -EPROTO,
			"it sent fds, and no stream of this link carries any");
	return error_set(error, -EMFILE,
		"fds were lost: this process cannot open as many files; raise "
		"its limit (ulimit -n)");
}

struct descriptor *link_fds_next(struct link *link)
{
	struct link_fds *fds = &link->fds;
	uint32_t at = fds->next++;

	return at < fds->count ? fds->came[at] : NULL;
}

int link_fds_settle(struct link *link, int result, struct error *error)
{
	struct link_fds *fds = &link->fds;
	bool equal = fds->next == fds->count;

	if (result == 0 && !equal)
		result = error_set(error, -EPROTO,
			"%u fds came with %u records of fds", fds->count,
			fds->next);
	link_fds_drop(link);
	return result;
}

void link_fds_drop(struct link *link)
{
	struct link_fds *fds = &link->fds;

	while (fds->count > 0)
		descriptor_drop(fds->came[--fds->count]);
	fds->next = 0;
}

uint64_t link_fds_credit(struct link_end *end, uint64_t records)
{
	uint64_t granted = end->granted_records;
	uint64_t free, others, most;

	if (!end->stream->fds)
		return records;
	free = count_free(end->link);
	others = promised(end);
	most = end->expected + (free > others ? (free - others + 3) / 4 : 0);
	if (most > records)
		return records;
	if (most < granted)
		most = granted;
	if (most == end->expected)
		link_fds_wait(end->link);
	return most;
}

void link_fds_wait(struct link *link)
{
	struct os *os = link->host.os;

	if (!link->fds.retry.armed)
		timers_arm(link->host.timers, &link->fds.retry,
			os->clock_ns(os) + LINK_FDS_RETRY_NS);
}

void link_fds_retry(struct timer *timer)
{
	struct link *link = OWNER_OF(timer, struct link, fds.retry);

	link->blocked = link->fds.late ? false : link->blocked;
	link->fds.late = false;
	for (uint32_t i = 0; i < link->end_count; i++)
		if (link->ends[i] && link->ends[i]->stream->fds)
			link_want(link->ends[i]);
	task_tell(&link->task, LINK_WRITABLE);
}

/* Also what finds no cell is closed: nothing else knows of it. */
static int take_rights(struct link *link, const struct cmsghdr *head)
{
	struct link_fds *fds = &link->fds;
	struct os *os = link->host.os;
	size_t count = (head->cmsg_len - CMSG_LEN(0)) / sizeof(int);
	int result = 0;

	for (size_t i = 0; i < count; i++) {
		struct descriptor *cell = NULL;
		int fd;

		memcpy(&fd, CMSG_DATA(head) + i * sizeof fd, sizeof fd);
		if (fds->count < LINK_FDS_MAX)
			cell = descriptor_create(os, fd);
		if (cell) {
			fds->came[fds->count++] = cell;
			continue;
		}
		os->close(os, fd);
		result = -ENOMEM;
	}
	return result;
}

/* How many files this process may still open, with some left for others. Where
 * that cannot be told, a few. */
static uint64_t count_free(struct link *link)
{
	struct os *os = link->host.os;
	uint64_t open = LINK_FDS_RESERVE;
	struct rlimit limit;
	int folder, result;

	folder = os->openat(
		os, AT_FDCWD, "/proc/self/fd", O_RDONLY | O_DIRECTORY, 0);
	if (folder < 0)
		return folder == -EMFILE ? 0 : LINK_FDS_RESERVE;
	result = os->list(os, folder, count_entry, &open);
	os->close(os, folder);
	if (result < 0 || os->rlimit(os, RLIMIT_NOFILE, NULL, &limit) < 0)
		return LINK_FDS_RESERVE;
	return limit.rlim_cur > open ? limit.rlim_cur - open : 0;
}

static int count_entry(void *context, const char *name, unsigned char kind)
{
	(void)name;
	(void)kind;
	++*(uint64_t *)context;
	return 0;
}

/* What may still come on the other streams of the link. */
static uint64_t promised(const struct link_end *except)
{
	const struct link *link = except->link;
	uint64_t records = 0;

	for (uint32_t i = 0; i < link->end_count; i++) {
		const struct link_end *end = link->ends[i];

		if (end && end != except && !end->sends && !end->over &&
			end->stream->fds &&
			end->granted_records > end->expected)
			records += end->granted_records - end->expected;
	}
	return records;
}
