/* node_spawn: wishes for children as commands. See the header. */
#include "core/host/node_spawn.h"

#include "core/host/node_report.h"
#include "core/text/text.h"

#include <errno.h>
#include <string.h>

static int pass(struct spawner *spawner, const char *name,
	const struct tau_child *wish, const int theirs[3], struct error *error);
static void write_text(const struct node_spawn *spawn,
	const struct tau_child *wish, struct text *text);

void node_spawn_open(struct node_spawn *spawn, struct node *node,
	struct command_connection *connection)
{
	*spawn = (struct node_spawn){
		{pass}, node->fabric.os, connection, node->plan->folder};
	node->fabric.spawner = &spawn->spawner;
}

static int pass(struct spawner *spawner, const char *name,
	const struct tau_child *wish, const int theirs[3], struct error *error)
{
	struct node_spawn *spawn = (struct node_spawn *)spawner;
	struct command command = {.kind = COMMAND_SPAWN,
		.code = (int)wish->word_count,
		.records = 3,
		.bytes = wish->setting_count,
		.name = command_text(name)};
	int flow = command_send_fds(spawn->connection, theirs, 3, error);
	struct text text = {0};

	write_text(spawn, wish, &text);
	command.text = (struct command_text){text.bytes, text.count};
	if (flow >= 0)
		flow = command_send(spawn->connection, &command, error);
	text_release(&text);
	while (flow == COMMAND_WAIT && /* else nobody sends the rest */
		node_report_wait(spawn->os, spawn->connection, EPOLLOUT) == 0)
		flow = command_flush(spawn->connection, error);
	if (flow == COMMAND_END)
		return error_set(error, -EPIPE,
			"the supervisor, who starts children, "
			"has gone");
	return flow < 0 ? flow : 0;
}

/* The folder, the words and the settings, and a NUL behind each. */
static void write_text(const struct node_spawn *spawn,
	const struct tau_child *wish, struct text *text)
{
	const char *folder = wish->folder ? wish->folder : "";

	if (folder[0] != '/')
		text_add(text, spawn->folder);
	if (folder[0] != '/' && folder[0] != '\0')
		text_add_byte(text, '/');
	text_add_bytes(text, folder, strlen(folder) + 1);
	for (uint32_t i = 0; i < wish->word_count; i++)
		text_add_bytes(
			text, wish->words[i], strlen(wish->words[i]) + 1);
	for (uint32_t i = 0; i < wish->setting_count; i++)
		text_add_bytes(
			text, wish->settings[i], strlen(wish->settings[i]) + 1);
}
