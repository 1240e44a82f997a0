/* probe_fifo: a FIFO where a source that can wait for one expects a file: its
 * writer is there, has said something, and says no more. A file is always ready,
 * so only here comes out who forgets that a bit stays until `drained`. Who
 * opens its file without O_NONBLOCK is not asked: it may hang in a read, and be
 * right to where it never meets a FIFO. See probe.h. */
#include "core/check/probe.h"

#include <fcntl.h>
#include <string.h>

static const char said[] = "one\ntwo words\nno end";

/* The path of a param that it has opened so, or NULL. */
static const char *opened_param(
	const struct stage *stage, const struct probe_life *life)
{
	for (size_t i = 0; i < stage->description->param_count; i++)
		if (life->params[i].type == TAU_PARAM_PATH &&
			strcmp(life->params[i].value.s.text,
				stage->opened_path) == 0)
			return life->params[i].value.s.text;
	return NULL;
}

static int make_fifo(struct os *os, const char *path)
{
	int fd;

	(void)os->unlinkat(os, AT_FDCWD, path, 0);
	if (os->mkfifoat(os, AT_FDCWD, path, 0600) < 0)
		return -1;
	fd = os->openat(os, AT_FDCWD, path, O_RDWR | O_NONBLOCK | O_CLOEXEC, 0);
	if (fd >= 0)
		(void)os->write(os, fd, said, sizeof said - 1);
	return fd;
}

void probe_fifo(struct probe *probe, const char *opened)
{
	uint32_t before = probe->page->finding_count;
	struct probe_life life = {0};
	struct stage stage;
	const char *path;
	int fd;

	if (!*opened || probe->owner->description->in_declared > 0 ||
		!probe_begin(probe, &stage, &life))
		return;
	memcpy(stage.opened_path, opened, strlen(opened) + 1);
	path = opened_param(&stage, &life);
	fd = path ? make_fifo(probe->os, path) : -1;
	probe_case(probe, "a FIFO as its file, whose writer says no more");
	probe->fds_before = probe_fds(probe->os);
	stage.bits_stay = true;
	if (fd >= 0) {
		probe_live(probe, &stage, &life, false);
		(void)probe_judge(probe, &stage, life.code,
			life.created < 0 ? "create" : "run");
		/* The peer that it waits for is not to come. */
		stage.lonely = false;
	}
	probe_end(probe, &stage, &life);
	if (fd >= 0)
		probe->os->close(probe->os, fd);
	stage_release(&stage);
	if (fd >= 0 && probe->page->finding_count == before)
		probe_passed(probe);
}
