/* node_given: the first command. See the header. */
#include "core/host/node_given.h"

#include <errno.h>

#include "core/host/node_report.h"

int node_given_receive(struct node_given *given, struct os *os,
	struct command_connection *connection, struct error *error)
{
	struct command message;
	int flow;

	while ((flow = command_receive(connection, &message, error)) ==
		COMMAND_WAIT)
		if (node_report_wait(os, connection, EPOLLIN) < 0)
			return error_set(error, -EIO,
				"cannot wait for the supervisor's plan");
	if (flow != COMMAND_OK)
		return error_set(error, flow < 0 ? flow : -EPIPE,
			"the supervisor has gone before it sent a plan");
	if (message.kind != COMMAND_PLAN)
		return error_set(
			error, -EPROTO, "expected a plan as the first command");
	given->follows = message.records > 0;
	given->stands_by = message.code > 0;
	given->topology = message.bytes;
	return node_plan_decode(
		&given->plan, message.text.text, message.text.bytes, error);
}
