/* node_upgrade: a node process at either end of a handover. See the header. */
#include "core/host/node_upgrade.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/host/handover.h"
#include "core/host/node_links.h"
#include "core/host/node_report.h"
#include "core/host/node_upgrade_private.h"

static void freeze(struct node_upgrade *upgrade, const struct command *message);
static void drain(struct node_upgrade *upgrade, const struct command *message);
static int keep_versions(struct node_upgrade *upgrade,
	const struct command *message, struct error *error);
static int say_still(struct node_upgrade *upgrade);
static void renew_link(
	struct node_upgrade *upgrade, const struct command *message);
static int thaw(struct node_upgrade *upgrade, struct error *error);
static int hand_over(
	struct node_upgrade *upgrade, struct node_failure *failure);
static int parse_versions(char *text, struct handover_version **versions,
	uint32_t *count, struct error *error);
static int say_frozen(
	struct node_upgrade *upgrade, struct carry *carry, struct error *error);
static void restore(
	struct node_upgrade *upgrade, const struct command *message);
static void say_proof(
	struct node_upgrade *upgrade, struct command *message, bool partly);
static void refuse(
	struct node_upgrade *upgrade, const struct node_failure *failure);

void node_upgrade_release(struct node_upgrade *upgrade)
{
	free(upgrade->versions);
	upgrade->versions = NULL;
}

bool node_upgrade_obey(struct node_upgrade *upgrade,
	const struct command *message, struct error *error)
{
	struct node_failure failure = {0};

	switch (message->kind) {
	case COMMAND_RUN:
		if (upgrade->failed)
			error_set(error, -EINVAL,
				"a node that could not be restored was told to "
				"run");
		else if (thaw(upgrade, error) == 0)
			upgrade->started = true;
		return true;
	case COMMAND_FREEZE:
		if (message->code == COMMAND_FREEZE_DRAINED)
			drain(upgrade, message);
		else
			freeze(upgrade, message);
		return true;
	case COMMAND_THAW:
		if (!upgrade->started)
			return true; /* it was never to run */
		if (thaw(upgrade, &failure.error) < 0)
			refuse(upgrade, &failure);
		return true;
	case COMMAND_RESTORE:
		restore(upgrade, message);
		return true;
	case COMMAND_PROCEED:
		upgrade->held = false;
		return true;
	case COMMAND_LINK:
		renew_link(upgrade, message);
		return true;
	default:
		return false;
	}
}

void node_upgrade_failed(struct node_upgrade *upgrade)
{
	if (!upgrade->restored || !upgrade->started)
		return;
	upgrade->held = true;
	scheduler_halt(&upgrade->node->fabric.scheduler);
}

void node_upgrade_frozen(struct node_upgrade *upgrade)
{
	struct node_failure failure = {0};

	if (upgrade->rests)
		return;
	upgrade->rests = true;
	if (!upgrade->freezing)
		return;
	if ((upgrade->still ? say_still(upgrade)
			    : hand_over(upgrade, &failure)) == 0)
		return;
	(void)thaw(upgrade, NULL); /* if that fails, THAW tries again */
	refuse(upgrade, &failure);
}

static void freeze(struct node_upgrade *upgrade, const struct command *message)
{
	struct node_failure failure = {0};

	upgrade->number = message->records;
	if (!upgrade->started)
		error_set(&failure.error, -EINVAL,
			"a node that does not run was asked to freeze");
	else if (upgrade->freezing)
		error_set(&failure.error, -EALREADY,
			"a node that freezes was asked to freeze");
	else
		(void)keep_versions(upgrade, message, &failure.error);
	if (failure.error.code < 0) {
		refuse(upgrade, &failure);
		return;
	}
	upgrade->still = message->code == COMMAND_FREEZE_STILL;
	upgrade->freezing = true;
	node_freeze(upgrade->node);
}

/* The nodes that it speaks to stand still, too: what they had sent is here. */
static void drain(struct node_upgrade *upgrade, const struct command *message)
{
	struct node_failure failure = {0};
	struct node *node = upgrade->node;
	int result = 0;

	upgrade->number = message->records;
	if (!upgrade->rests || !upgrade->still)
		result = error_set(&failure.error, -EINVAL,
			"a node that does not stand still was asked for what "
			"has come");
	for (uint32_t i = 0; i < node->plan->link_count && result == 0; i++)
		if (node->links[i].link)
			result =
				link_drain(node->links[i].link, &failure.error);
	if (result == 0)
		result = keep_versions(upgrade, message, &failure.error);
	if (result == 0)
		result = hand_over(upgrade, &failure);
	if (result < 0)
		refuse(upgrade, &failure); /* THAW comes */
}

static int keep_versions(struct node_upgrade *upgrade,
	const struct command *message, struct error *error)
{
	node_upgrade_release(upgrade);
	upgrade->versions =
		strndup(message->text.bytes ? message->text.text : "",
			message->text.bytes);
	if (upgrade->versions)
		return 0;
	return error_set(error, -ENOMEM, "out of memory for a node");
}

static int say_still(struct node_upgrade *upgrade)
{
	node_report_send(
		upgrade->connection, &(struct command){.kind = COMMAND_FROZEN,
					     .code = (int)upgrade->number});
	return 0;
}

/* A neighbour has been followed by another process. */
static void renew_link(
	struct node_upgrade *upgrade, const struct command *message)
{
	struct error error = ERROR_NONE;
	uint32_t count;
	int *fds = command_take_fds(upgrade->connection, &count);

	if (count == 1 && node_links_renew(upgrade->node,
				  (uint32_t)message->code, fds[0], &error) < 0)
		log_say(upgrade->node->fabric.log, LOG_ERROR, "%s", error.text);
	free(fds);
}

static int thaw(struct node_upgrade *upgrade, struct error *error)
{
	int result = node_thaw(upgrade->node, error);

	if (result < 0)
		return result;
	upgrade->rests = upgrade->freezing = upgrade->still = false;
	node_upgrade_release(upgrade);
	return 0;
}

static int hand_over(struct node_upgrade *upgrade, struct node_failure *failure)
{
	struct handover_version *versions = NULL;
	struct carry carry;
	uint32_t count;
	int result = parse_versions(
		upgrade->versions, &versions, &count, &failure->error);

	carry_init(&carry, upgrade->node->fabric.os);
	if (result == 0)
		result = handover_save(
			&carry, upgrade->node, versions, count, failure);
	if (result == 0)
		result = say_frozen(upgrade, &carry, &failure->error);
	carry_release(&carry);
	free(versions);
	return result;
}

/* "NAME VERSION" lines; the names stay in `text`. */
static int parse_versions(char *text, struct handover_version **versions,
	uint32_t *count, struct error *error)
{
	uint32_t lines = 0;
	char *rest = text, *line;

	for (const char *at = text; *at; at++)
		lines += *at == '\n';
	*count = 0;
	*versions = calloc(lines + 1u, sizeof **versions);
	if (!*versions)
		return error_set(error, -ENOMEM, "out of memory for a node");
	while (*count < lines && (line = strsep(&rest, "\n"))) {
		char *space = strrchr(line, ' '), *end = NULL;
		unsigned long version =
			space ? strtoul(space + 1, &end, 10) : 0;

		if (!space || end == space + 1 || *end || version > UINT32_MAX)
			return error_set(error, -EPROTO,
				"\"%.80s\" names no operator and version",
				line);
		*space = 0;
		(*versions)[(*count)++] =
			(struct handover_version){line, (uint32_t)version};
	}
	return 0;
}

/* The file first, then the fds that its records name. */
static int say_frozen(
	struct node_upgrade *upgrade, struct carry *carry, struct error *error)
{
	struct command message = {.kind = COMMAND_FROZEN,
		.code = (int)upgrade->number,
		.records = carry->fd_count + 1u,
		.bytes = carry->used};
	int *fds = malloc((carry->fd_count + 1u) * sizeof *fds);
	int file = fds ? handover_write(carry, error)
		       : error_set(error, -ENOMEM, "out of memory for fds");
	int result = file;

	if (result >= 0 && carry->fd_count >= COMMAND_FDS_MAX) {
		carry->os->close(carry->os, file);
		result = error_set(error, -EMFILE,
			"%" PRIu32 " fds are under way, and %u can be handed "
			"over",
			carry->fd_count, COMMAND_FDS_MAX - 1);
	}
	if (result >= 0) {
		fds[0] = file;
		if (carry->fd_count > 0)
			memcpy(fds + 1, carry->fds,
				carry->fd_count * sizeof *fds);
		carry->fd_count = 0; /* they are sent, or closed */
		result = command_send_fds(upgrade->connection, fds,
			(uint32_t)message.records, error);
	}
	free(fds);
	if (result < 0)
		return result;
	say_proof(upgrade, &message, false);
	return 0;
}

static void restore(struct node_upgrade *upgrade, const struct command *message)
{
	struct node_failure failure = {0};
	struct handover_loss loss = {0};
	struct os *os = upgrade->node->fabric.os;
	uint32_t count;
	int *fds = command_take_fds(upgrade->connection, &count);
	int result;

	if (upgrade->started || upgrade->failed ||
		(count == 0 && message->code != COMMAND_RESTORE_PARTLY))
		result = error_set(&failure.error, -EINVAL,
			"a node cannot be restored that runs, or without a "
			"handover");
	else
		result = node_upgrade_take_over(
			upgrade, message, fds, count, &loss, &failure);
	for (uint32_t i = 0; i < count; i++)
		if (fds[i] >= 0)
			os->close(os, fds[i]);
	free(fds);
	if (result < 0) {
		upgrade->failed = !upgrade->started;
		refuse(upgrade, &failure);
		return;
	}
	upgrade->restored = true;
	say_proof(upgrade,
		&(struct command){.kind = COMMAND_RESTORED,
			.code = (int)loss.operators,
			.records = loss.records},
		message->code == COMMAND_RESTORE_PARTLY);
}

static void say_proof(
	struct node_upgrade *upgrade, struct command *message, bool partly)
{
	char *proof = partly ? handover_proof_partly(upgrade->node)
			     : handover_proof(upgrade->node);

	message->text = command_text(proof);
	node_report_send(upgrade->connection, message);
	free(proof);
}

static void refuse(
	struct node_upgrade *upgrade, const struct node_failure *failure)
{
	node_report_send(upgrade->connection,
		&(struct command){.kind = COMMAND_REFUSED,
			.code = failure->error.code,
			.records = upgrade->number,
			.name = command_text(failure->name),
			.plugin = command_text(failure->plugin),
			.text = command_text(failure->error.text)});
}
