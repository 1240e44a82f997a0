/* loop: children of operators: what nodes ask for, what children say. */
#include <stdlib.h>
#include <string.h>

#include "core/fleet/loop_private.h"
#include "core/step/sentence.h"

static void say_line(void *context, const char *node, const char *name,
	const char *text, size_t bytes);
static void forget_input(void *context, dev_t device, ino_t inode);

void loop_begin_children(struct loop *loop)
{
	const struct children_view view = {loop, say_line, forget_input};

	children_init(&loop->children, loop->os, loop->reactor,
		loop->request->environment, &view);
	loop->children.soft_files = loop->request->program_files;
}

bool loop_hear_spawn(
	struct loop *loop, uint32_t index, const struct command *command)
{
	uint32_t count;
	int *fds;

	if (command->kind != COMMAND_SPAWN)
		return false;
	fds = command_take_fds(
		loop->processes[index].process.connection, &count);
	if (count == 0)
		loop_take_lost(loop,
			"cannot run a program for an operator: too many files "
			"are open; raise the limit (ulimit -n)");
	children_start(&loop->children, loop->names[seat_node(index)], command,
		fds, count);
	free(fds);
	return true;
}

/* Nobody is left who holds a leash, but for what was handed over. */
void loop_end_children(struct loop *loop)
{
	for (uint32_t i = 0; i < loop->node_room; i++) {
		handed_close(&loop->places[i].fresh, loop->os);
		handed_close(&loop->places[i].kept, loop->os);
	}
	children_finish(&loop->children);
}

/* As the operator itself would have said it. */
static void say_line(void *context, const char *node, const char *name,
	const char *text, size_t bytes)
{
	char *line = sentence_format("%s: %.*s", name, (int)bytes, text);

	loop_say(context, node, line, strlen(line));
	free(line);
}

static void forget_input(void *context, dev_t device, ino_t inode)
{
	struct loop *loop = context;

	for (uint32_t i = 0; i < loop->node_room; i++) {
		handed_forget(&loop->places[i].fresh, loop->os, device, inode);
		handed_forget(&loop->places[i].kept, loop->os, device, inode);
	}
}
