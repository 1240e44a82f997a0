/*
 * libuv: a node in a loop of libuv's. It counts the words of standard input, as
 * poll.c does; libuv reads that, and is told to stop while the node has no
 * room.
 *
 *	cc -o libuv libuv.c $(pkg-config --cflags --libs tau-fabric libuv)
 *	./libuv words.json <text
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <tau/embed.h>
#include <uv.h>

enum { LINE };     /* places in `writes` */
enum { MOST = 0 }; /* places in `reads` */

struct program {
	struct tau_node *node;
	uv_poll_t wakes; /* the node */
	uv_timer_t timer;
	uv_pipe_t input;
	char bytes[65536];
	ssize_t count; /* read, and not yet taken by the node */
	int ended;     /* standard input has */
	int ticks, result;
};

static void got_input(
	uv_stream_t *input, ssize_t count, const uv_buf_t *buffer);

static void give_buffer(uv_handle_t *input, size_t wish, uv_buf_t *buffer)
{
	struct program *program = input->data;

	(void)wish;
	*buffer = uv_buf_init(program->bytes, sizeof program->bytes);
}

static void stop(struct program *program, int result)
{
	program->result = result;
	uv_close((uv_handle_t *)&program->wakes, NULL);
	uv_close((uv_handle_t *)&program->timer, NULL);
	uv_close((uv_handle_t *)&program->input, NULL);
}

/* What finds no room is tried again after the next step, and until then
 * nothing is read: that is back pressure. */
static void give_input(struct program *program)
{
	int flow = TAU_OK;

	if (program->count > 0)
		flow = tau_node_write(program->node, LINE, TAU_BYTES,
			program->bytes, (size_t)program->count);
	if (flow == TAU_WAIT) {
		uv_read_stop((uv_stream_t *)&program->input);
		return;
	}
	program->count = 0;
	if (program->ended)
		tau_node_end(program->node, LINE);
	else
		uv_read_start(
			(uv_stream_t *)&program->input, give_buffer, got_input);
}

static void got_input(uv_stream_t *input, ssize_t count, const uv_buf_t *buffer)
{
	struct program *program = input->data;

	(void)buffer;
	program->count = count > 0 ? count : 0;
	program->ended = count < 0;
	if (count < 0)
		uv_read_stop(input);
	if (count != 0)
		give_input(program);
}

static void print_words(struct tau_node *node)
{
	struct tau_value map, word, count;
	struct tau_record record;
	const char *text;
	size_t bytes;
	int64_t times;

	while (tau_node_read(node, MOST, &record) == TAU_OK) {
		if (tau_record_value(&record, &map) == 0 &&
			tau_value_get(&map, "word", 4, &word) == 0 &&
			tau_value_text(&word, &text, &bytes) == 0 &&
			tau_value_get(&map, "count", 5, &count) == 0 &&
			tau_value_int(&count, &times) == 0)
			printf("%.*s %lld\n", (int)bytes, text,
				(long long)times);
		tau_node_consume(node, MOST);
	}
}

static void node_wakes(uv_poll_t *wakes, int status, int events)
{
	struct program *program = wakes->data;
	int state = tau_node_step(program->node);

	(void)status;
	(void)events;
	print_words(program->node);
	if (state == TAU_END || state < 0)
		stop(program, state);
	else if (program->count > 0)
		give_input(program);
}

static void tick(uv_timer_t *timer)
{
	struct program *program = timer->data;

	if (program->ticks++ == 0)
		fprintf(stderr, "ticks while it waits\n");
}

static void run(struct program *program)
{
	uv_loop_t *loop = uv_default_loop();

	program->wakes.data = program->timer.data = program->input.data =
		program;
	uv_poll_init(loop, &program->wakes, tau_node_fd(program->node));
	uv_poll_start(&program->wakes, UV_READABLE, node_wakes);
	uv_timer_init(loop, &program->timer);
	uv_timer_start(&program->timer, tick, 10, 10);
	uv_pipe_init(loop, &program->input, 0);
	if (uv_pipe_open(&program->input, 0) < 0) {
		fprintf(stderr, "libuv: standard input is no pipe\n");
		stop(program, -1);
	} else {
		give_input(program);
	}
	uv_run(loop, UV_RUN_DEFAULT);
	uv_loop_close(loop);
}

static void say(void *context, uint32_t level, const char *line, size_t bytes)
{
	(void)context;
	(void)level;
	fprintf(stderr, "libuv: %.*s\n", (int)bytes, line);
}

int main(int argc, char **argv)
{
	static struct program program;
	const char *const writes[] = {"line", NULL};
	const char *const reads[] = {"most", NULL};
	const struct tau_node_options options = {.size = sizeof options,
		.writes = writes,
		.reads = reads,
		.log = say};

	signal(SIGPIPE, SIG_IGN);
	program.result = tau_node_open(&program.node,
		argc > 1 ? argv[1] : "words.json", NULL, &options);
	if (program.result == 0)
		run(&program);
	if (program.result < 0)
		fprintf(stderr, "libuv: %s\n", tau_node_error(program.node));
	tau_node_close(&program.node, NULL);
	return program.result < 0;
}
