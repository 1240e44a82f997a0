/* loop: what the view asks for besides lines: to be told how it goes and that
 * the supervisor lives, and to have what comes out of a pipe said like all
 * else. */
#include "core/fleet/loop_private.h"

#include <errno.h>
#include <string.h>

static void read_output(struct loop *loop, int reads);
static void take_output(void *context, const char *text, size_t bytes);
static void output_told(struct reactor_watch *watch, uint32_t events);

int loop_begin_view(struct loop *loop, struct error *error)
{
	const struct loop_view *view = &loop->request->view;
	int code = 0;

	loop->alive.timer.fired = loop_timer_fired;
	loop->alive.elapsed = view->alive_ns > 0; /* once at the start */
	loop->output_watch.told = output_told;
	loop->output.exact = true;
	if (view->output_fd)
		code = reactor_add(loop->reactor, &loop->output_watch,
			view->output_fd, EPOLLIN);
	if (code < 0)
		error_set(error, code, "cannot watch standard output: %s",
			strerror(-code));
	return code;
}

void loop_serve_view(struct loop *loop)
{
	const struct loop_view *view = &loop->request->view;

	if (loop->alive.elapsed) {
		loop->alive.elapsed = false;
		view->alive(view->context);
		timers_arm(&loop->timers, &loop->alive.timer,
			loop->os->clock_ns(loop->os) + view->alive_ns);
	}
	if (view->output_fd)
		read_output(loop, LINES_READS_MAX);
}

void loop_show(struct loop *loop, const struct supervisor_action *action)
{
	const struct loop_view *view = &loop->request->view;

	if (action->kind == SUPERVISOR_SHOW)
		view->progress(view->context, action->records, action->bytes);
	if (action->kind == SUPERVISOR_STARTED && view->started)
		view->started(view->context);
	if (action->kind == SUPERVISOR_STOPPING && view->stopping)
		view->stopping(view->context);
}

/* No node is left that could write any more. */
void loop_end_view(struct loop *loop)
{
	if (!loop->request->view.output_fd || !loop->reactor)
		return;
	read_output(loop, INT32_MAX);
	lines_end(&loop->output, take_output, loop);
	reactor_remove(loop->reactor, &loop->output_watch);
}

static void read_output(struct loop *loop, int reads)
{
	(void)lines_read(&loop->output, loop->os, loop->request->view.output_fd,
		reads, take_output, loop);
}

static void take_output(void *context, const char *text, size_t bytes)
{
	loop_say(context, "stdout", text, bytes);
}

/* loop_serve_view asks the fd itself, in each turn. */
static void output_told(struct reactor_watch *watch, uint32_t events)
{
	(void)watch;
	(void)events;
}
