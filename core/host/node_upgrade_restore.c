/* node_upgrade: what a process that is to take over is given. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/host/node_upgrade_private.h"

/* What is mapped of a handover. */
struct file {
	const uint8_t *bytes;
	size_t count;
};

static int open_parts(struct node_upgrade *upgrade,
	const struct command *message, int *fds, uint32_t count,
	struct carry_reader *parts, struct file *files, uint32_t *part_count,
	struct command_text *rest, struct error *error);
static uint32_t take_count(struct command_text *text);
static int restore_alone(struct node *node, struct carry_reader *from,
	struct command_text text, struct node_failure *failure);

int node_upgrade_take_over(struct node_upgrade *upgrade,
	const struct command *message, int *fds, uint32_t count,
	struct handover_loss *loss, struct node_failure *failure)
{
	struct carry_reader *parts = calloc(count + 1u, sizeof *parts);
	struct file *files = calloc(count + 1u, sizeof *files);
	struct command_text rest = message->text;
	uint32_t part_count = 0;
	int result = parts && files ? open_parts(upgrade, message, fds, count,
					      parts, files, &part_count, &rest,
					      &failure->error)
				    : error_set(&failure->error, -ENOMEM,
					      "out of memory for a node");

	if (result == 0 && message->code == COMMAND_RESTORE_PARTLY)
		result = handover_restore_partly(
			upgrade->node, parts, part_count, loss, failure);
	else if (result == 0 && message->code == COMMAND_RESTORE_ALONE)
		result = restore_alone(upgrade->node, parts, rest, failure);
	else if (result == 0)
		result = handover_restore(upgrade->node, parts, failure);
	for (uint32_t i = 0; files && i < part_count; i++)
		handover_forget(upgrade->node->fabric.os, files[i].bytes,
			files[i].count);
	free(files);
	free(parts);
	return result;
}

/* Behind that the text says what was read since. */
static int restore_alone(struct node *node, struct carry_reader *from,
	struct command_text text, struct node_failure *failure)
{
	char *read = strndup(text.bytes ? text.text : "", text.bytes);
	int result = read ? handover_restore_alone(node, from, read, failure)
			  : error_set(&failure->error, -ENOMEM,
				    "out of memory for a node");

	free(read);
	return result;
}

/* The text says how many of the fds are each one's, the file first; empty: all
 * are of one. `*rest` is what stands behind. */
static int open_parts(struct node_upgrade *upgrade,
	const struct command *message, int *fds, uint32_t count,
	struct carry_reader *parts, struct file *files, uint32_t *part_count,
	struct command_text *rest, struct error *error)
{
	uint32_t first = 0;

	while (first < count) {
		uint32_t own = take_count(rest);
		struct file *file = &files[*part_count];
		int result;

		if (message->text.bytes == 0)
			own = count;
		if (own == 0 || own > count - first)
			return error_set(error, -EPROTO,
				"it is not said whose the fds of handovers "
				"are");
		result = handover_read(upgrade->node->fabric.os, fds[first],
			&file->bytes, &file->count, error);
		if (result < 0)
			return result;
		parts[(*part_count)++] =
			(struct carry_reader){.next = file->bytes,
				.limit = file->bytes + file->count,
				.fds = fds + first + 1,
				.fd_count = own - 1};
		first += own;
	}
	return 0;
}

/* Of a line; 0: there is none. */
static uint32_t take_count(struct command_text *text)
{
	uint32_t count = 0;

	while (text->bytes > 0 && *text->text >= '0' && *text->text <= '9' &&
		count <= COMMAND_FDS_MAX) {
		count = count * 10 + (uint32_t)(*text->text++ - '0');
		text->bytes--;
	}
	if (text->bytes > 0) {
		text->text++;
		text->bytes--;
	}
	return count;
}
