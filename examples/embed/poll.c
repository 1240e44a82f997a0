/*
 * poll: a node in a loop that is nothing but poll(). It counts the words of
 * standard input: words.json does the work, this program reads and prints.
 *
 *	cc -o poll poll.c $(pkg-config --cflags --libs tau-fabric)
 *	./poll words.json <text
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <tau/embed.h>
#include <unistd.h>

enum { LINE };     /* places in `writes` */
enum { MOST = 0 }; /* places in `reads` */

struct program {
	struct tau_node *node;
	char bytes[65536]; /* read, and not yet taken by the node: */
	ssize_t count;
	int ended; /* standard input has */
};

static void say(void *context, uint32_t level, const char *line, size_t bytes)
{
	(void)context;
	(void)level;
	fprintf(stderr, "poll: %.*s\n", (int)bytes, line);
}

/* Reads a piece of input when the node has taken the one before. */
static void take_input(struct program *program)
{
	program->count = read(0, program->bytes, sizeof program->bytes);
	program->ended =
		program->count == 0 ||
		(program->count < 0 && errno != EAGAIN && errno != EINTR);
}

/* What does not find room waits for the next step: that is back pressure. */
static int give_input(struct program *program)
{
	int flow = TAU_OK;

	if (program->count > 0)
		flow = tau_node_write(program->node, LINE, TAU_BYTES,
			program->bytes, (size_t)program->count);
	if (flow == TAU_OK)
		program->count = 0;
	if (flow == TAU_OK && program->ended)
		flow = tau_node_end(program->node, LINE);
	return flow;
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

static int run(struct program *program)
{
	struct pollfd fds[] = {
		{tau_node_fd(program->node), POLLIN, 0}, {0, POLLIN, 0}};
	unsigned long ticks = 0;
	int state = TAU_OK, flow = TAU_OK;

	while (state == TAU_OK || state == TAU_WAIT) {
		/* No more is read than the node takes. */
		fds[1].fd = program->ended || program->count > 0 ? -1 : 0;
		if (poll(fds, 2, 10) == 0 && ticks++ == 0)
			fprintf(stderr, "ticks while it waits\n");
		if (fds[1].fd == 0 && fds[1].revents)
			take_input(program);
		if (fds[0].revents)
			state = tau_node_step(program->node);
		/* What a port answers may be another after each step. */
		print_words(program->node);
		if (flow != TAU_END)
			flow = give_input(program);
		if (flow < 0)
			return flow;
	}
	return state < 0 ? state : 0;
}

int main(int argc, char **argv)
{
	static struct program program;
	const char *const writes[] = {"line", NULL}, *const reads[] = {
							     "most", NULL};
	const struct tau_node_options options = {.size = sizeof options,
		.writes = writes,
		.reads = reads,
		.log = say};
	int result;

	signal(SIGPIPE, SIG_IGN);
	fcntl(0, F_SETFL, fcntl(0, F_GETFL) | O_NONBLOCK);
	result = tau_node_open(&program.node, argc > 1 ? argv[1] : "words.json",
		NULL, &options);
	if (result == 0)
		result = run(&program);
	if (result < 0)
		fprintf(stderr, "poll: %s\n", tau_node_error(program.node));
	tau_node_close(&program.node, NULL);
	return result < 0;
}
