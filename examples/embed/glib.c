/*
 * glib: a node in a main loop of GLib's. It counts the words of standard input,
 * as poll.c does; a source is there for it only while the node has room.
 *
 *	cc -o glib glib.c $(pkg-config --cflags --libs tau-fabric glib-2.0)
 *	./glib words.json <text
 */
#include <errno.h>
#include <glib-unix.h>
#include <signal.h>
#include <stdio.h>
#include <tau/embed.h>
#include <unistd.h>

enum { LINE };     /* places in `writes` */
enum { MOST = 0 }; /* places in `reads` */

struct program {
	struct tau_node *node;
	GMainLoop *loop;
	char bytes[65536];
	ssize_t count; /* read, and not yet taken by the node */
	int ended;     /* standard input has */
	int ticks, result;
};

static gboolean can_read(gint fd, GIOCondition condition, gpointer data);

/* Whether there is room for more input. What finds none is tried again after
 * the next step: that is back pressure. */
static gboolean give_input(struct program *program)
{
	int flow = TAU_OK;

	if (program->count > 0)
		flow = tau_node_write(program->node, LINE, TAU_BYTES,
			program->bytes, (size_t)program->count);
	if (flow == TAU_WAIT)
		return FALSE;
	program->count = 0;
	if (program->ended)
		tau_node_end(program->node, LINE);
	return !program->ended;
}

static gboolean can_read(gint fd, GIOCondition condition, gpointer data)
{
	struct program *program = data;
	ssize_t count = read(fd, program->bytes, sizeof program->bytes);

	(void)condition;
	if (count < 0 && (errno == EAGAIN || errno == EINTR))
		return G_SOURCE_CONTINUE;
	program->count = count > 0 ? count : 0;
	program->ended = count <= 0;
	return give_input(program);
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

static gboolean node_wakes(gint fd, GIOCondition condition, gpointer data)
{
	struct program *program = data;
	int state = tau_node_step(program->node);

	(void)fd;
	(void)condition;
	print_words(program->node);
	if (state == TAU_END || state < 0) {
		program->result = state;
		g_main_loop_quit(program->loop);
		return G_SOURCE_REMOVE;
	}
	if (program->count > 0 && give_input(program))
		g_unix_fd_add(0, G_IO_IN | G_IO_HUP, can_read, program);
	return G_SOURCE_CONTINUE;
}

static gboolean tick(gpointer data)
{
	struct program *program = data;

	if (program->ticks++ == 0)
		fprintf(stderr, "ticks while it waits\n");
	return G_SOURCE_CONTINUE;
}

static void run(struct program *program)
{
	g_unix_set_fd_nonblocking(0, TRUE, NULL);
	program->loop = g_main_loop_new(NULL, FALSE);
	g_unix_fd_add(tau_node_fd(program->node), G_IO_IN, node_wakes, program);
	g_unix_fd_add(0, G_IO_IN | G_IO_HUP, can_read, program);
	g_timeout_add(10, tick, program);
	g_main_loop_run(program->loop);
	g_main_loop_unref(program->loop);
}

static void say(void *context, uint32_t level, const char *line, size_t bytes)
{
	(void)context;
	(void)level;
	fprintf(stderr, "glib: %.*s\n", (int)bytes, line);
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
		fprintf(stderr, "glib: %s\n", tau_node_error(program.node));
	tau_node_close(&program.node, NULL);
	return program.result < 0;
}
