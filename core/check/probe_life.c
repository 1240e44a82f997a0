/* probe_life: one life of an operator on a stage, from its params to what it
 * leaves behind. See probe.h. */
#include "core/check/probe.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char sample[] = "one\ntwo words\n\n{\"n\": 1, \"status\": 500}\n"
			     "3\nno end";

static void on_found(struct stage *stage, const char *code, const char *text)
{
	struct probe *probe = stage->context;

	probe_finding(probe, code, "%s", text);
	probe->os->exit(probe->os, PROBE_ABANDONED);
}

static int make_file(struct probe *probe, const char *path, int flags)
{
	struct os *os = probe->os;
	int fd = os->openat(
		os, AT_FDCWD, path, O_RDWR | O_CREAT | O_TRUNC, 0600);

	if (fd < 0)
		return fd;
	if (flags)
		(void)os->pwrite(os, fd, sample, sizeof sample - 1, 0);
	return fd;
}

/* Files that params lead to: with something in them for who only writes, and
 * absent for who reads streams. */
static void prepare_files(struct probe *probe, const struct tau_param *params)
{
	const struct operator_description *described =
		probe->owner->description;

	for (size_t i = 0; i < described->param_count; i++) {
		const char *path = params[i].value.s.text;
		int fd;

		if (params[i].type != TAU_PARAM_PATH ||
			strncmp(path, probe->folder, strlen(probe->folder)) ||
			strcmp(path, probe->folder) == 0)
			continue;
		(void)probe->os->unlinkat(probe->os, AT_FDCWD, path, 0);
		if (described->in_declared > 0)
			continue;
		fd = make_file(probe, path, 1);
		if (fd >= 0)
			probe->os->close(probe->os, fd);
	}
}

static size_t kept_fds(const struct stage *stage)
{
	size_t count = 0;

	for (uint32_t i = 0; i < stage->out_total; i++)
		for (size_t r = 0; r < stage->outs[i].count; r++)
			count += stage->outs[i].records[r].type == TAU_FD &&
				 stage->outs[i].records[r].fd >= 0;
	for (size_t r = 0; r < stage->state_out.count; r++)
		count += stage->state_out.records[r].type == TAU_FD;
	for (uint32_t i = 0; i < STAGE_CHILDREN; i++)
		count += stage->children[i].leash_fd >= 0 ? 2 : 0;
	return count;
}

static void feed(
	struct probe *probe, struct stage *stage, const struct probe_life *life)
{
	for (uint32_t i = 0; i < stage->in_total; i++) {
		struct stage_in *in = &stage->ins[i];
		const struct port_description *port =
			&stage->description->in[in->head.index];

		in->feed = draw_records(&probe->draw, port->type,
			port->derived ? FEED_EMPTY : life->feed, &in->count);
	}
}

bool probe_begin(
	struct probe *probe, struct stage *stage, struct probe_life *life)
{
	const struct operator_description *described =
		probe->owner->description;
	char path[2200];

	life->stdio_fd = -1;
	life->params = draw_params(
		&probe->draw, life->variant, life->drawn, sizeof life->drawn);
	if (!life->params)
		return false;
	prepare_files(probe, life->params);
	if (stage_init(stage, probe->os, &probe->cells, &probe->owner->table,
		    described) < 0)
		on_found(stage, "out.endless",
			"there is no memory left for what it writes");
	stage->found = on_found;
	stage->context = probe;
	stage->stacks = probe->stacks;
	stage->folder = probe->folder;
	stage->op.params = life->params;
	feed(probe, stage, life);
	if (described->stdio) {
		(void)snprintf(path, sizeof path, "%s/stdio", probe->folder);
		life->stdio_fd = make_file(
			probe, path, described->stdio == OPERATOR_STDIO_IN);
		stage->stdio = (struct tau_stdio){
			.size = sizeof stage->stdio, .fd = life->stdio_fd};
	}
	probe->fds_before = probe_fds(probe->os);
	probe_process_look(probe->os, &probe->before);
	return true;
}

void probe_live(struct probe *probe, struct stage *stage,
	struct probe_life *life, bool moved)
{
	life->created = stage_create(stage);
	life->code = life->created;
	life->stopped = false;
	if (life->created < 0)
		return;
	if (probe_fds(probe->os) != probe->fds_before)
		probe_finding(probe, "life.create",
			"its create opens a file, though it may be created "
			"while another one of it still runs");
	life->code = stage_run(stage);
	life->stopped = stage->stopping && life->code == 0;
	if (!life->stopped || stage->closing)
		return;
	stage->stop_at = STAGE_NEVER;
	stage->told_calls = 0;
	if (moved && !probe_move(probe, stage))
		life->code = -ECANCELED;
	else
		life->code = stage_run(stage);
}

void probe_end(
	struct probe *probe, struct stage *stage, struct probe_life *life)
{
	size_t fds;
	bool visited;

	stage_destroy(stage);
	visited = stage->visits > 0;
	if (visited)
		probe_left_out(probe, "results",
			"what it writes of connections, which have other ports "
			"each time, is not compared");
	stage_leave(stage);
	fds = probe_fds(probe->os) - kept_fds(stage);
	if (fds > probe->fds_before)
		probe_finding(probe, "life.fds",
			"%zu of the files that it opened are still open after "
			"destroy",
			fds - probe->fds_before);
	else if (fds < probe->fds_before)
		probe_finding(probe, "life.foreign",
			"it closed %zu files that were not its own",
			probe->fds_before - fds);
	probe_process_judge(probe, &probe->before);
	if (life->stdio_fd >= 0)
		probe->os->close(probe->os, life->stdio_fd);
	if (stage->lonely && !visited)
		probe_left_out(probe, "peers",
			"it waits for somebody at the other end of a file or "
			"connection, and here is nobody");
	if (stage->wanted_extension)
		probe_left_out(probe, "extensions",
			"it asked for %s, which only a running topology has",
			stage->extension);
	free(life->params);
	cells_release(&probe->cells);
}

bool probe_judge(
	struct probe *probe, struct stage *stage, int code, const char *what)
{
	if (code > 0) {
		probe_finding(probe, "run.result",
			"%s returned %d, which is neither 0 nor a negative "
			"errno",
			what, code);
		return false;
	}
	if (code < -STAGE_ERRNO_MAX) {
		probe_finding(probe, "run.result",
			"%s returned %d, which is no negative errno%s", what,
			code,
			code == -STAGE_ERRNO
				? "; it is what a call that may suspend left "
				  "in errno"
				: "");
		return false;
	}
	if (code == 0 && stage->complained)
		probe_finding(probe, "fail.ignored",
			"it called tau_fail (\"%.300s\"), and %s returned 0, "
			"as "
			"if it were done",
			stage->failure, what);
	if (code == 0 || stage->failure[0])
		return code < 0 || !stage->complained;
	probe_finding(probe, "fail.silent",
		"%s returned %d (%s) and it never said why", what, code,
		strerrorname_np(-code) ? strerrorname_np(-code) : "no errno");
	return false;
}

bool probe_move(struct probe *probe, struct stage *stage)
{
	bool saves = stage->type->save != NULL, left = false;
	int code = saves ? stage_save(stage) : 0;

	if (code != 0) {
		probe_finding(probe, "save.failed",
			"its save returned %d in a frozen instance: %s", code,
			stage->failure);
		return false;
	}
	stage_destroy(stage);
	code = stage_create(stage);
	if (code == 0 && saves)
		code = stage_restore(stage, stage->state_out.records,
			stage->state_out.count, &left);
	if (code != 0) {
		probe_finding(probe, "restore.failed",
			"its restore returned %d for what its save wrote: %s",
			code, stage->failure);
		return false;
	}
	if (left)
		probe_finding(probe, "restore.rest",
			"its restore left some of what its save wrote unread");
	return !left;
}
