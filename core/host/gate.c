/* gate: a node that is a program elsewhere. See the header. */
#include "core/host/gate.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>

#include "core/base/check.h"
#include "core/base/owner.h"
#include "core/host/gate_door.h"
#include "core/host/hub.h"
#include "core/host/node_report.h"
#include "core/run/reactor.h"

#define GATE_PATIENCE_NS 5000000000 /* silence after our side has gone */

struct gate {
	struct os *os;
	struct log *log;
	struct command_connection *connection;
	struct reactor *reactor;
	struct reactor_watch commands, door;
	struct gate_door way;
	struct hub *hub;
	int64_t due_ns; /* when the gate gives up; 0: never */
	bool heard, knocked, left, over;
	bool failed;
	bool more; /* to pass on at once */
	bool reconnects;
	uint32_t failures;    /* connections in a row that came to nothing */
	int64_t pause_end_ns; /* until then nobody is let in; 0: no pause */
};

static int start(
	struct gate *gate, const struct node_plan *plan, struct error *error);
static void serve(struct gate *gate);
static int64_t time_left_ns(struct gate *gate);
static void expire(struct gate *gate);
static void open_again(struct gate *gate);
static void give_up(struct gate *gate);
static void obey(struct gate *gate);
static void shut(struct gate *gate);
static void open_once_more(struct gate *gate);
static void fail(struct gate *gate, const struct error *error);
static void answer(struct gate *gate);
static void refuse(struct gate *gate, int code);
static void carry(struct gate *gate);
static void wait_again(struct gate *gate);
static int64_t pause_ns(struct gate *gate);
static void release(struct gate *gate);
static int watch(struct gate *gate, struct reactor_watch *watch, int fd,
	uint32_t events);
static void commands_told(struct reactor_watch *watch, uint32_t events);
static void door_told(struct reactor_watch *watch, uint32_t events);

int gate_run(struct os *os, struct log *log,
	struct command_connection *connection, const struct node_plan *plan,
	bool follows)
{
	struct error error = ERROR_NONE;
	struct gate gate = {.os = os,
		.log = log,
		.connection = connection,
		.commands.told = commands_told,
		.door.told = door_told,
		.way = {os, plan, .fd = -1}};

	if (gate_door_open(&gate.way, follows, &error) < 0 ||
		start(&gate, plan, &error) < 0) {
		fail(&gate, &error);
		release(&gate);
		return 1;
	}
	node_report_send(connection, &(struct command){.kind = COMMAND_READY});
	serve(&gate);
	release(&gate);
	if (gate.left || gate.failed)
		return 1;
	node_report_send(connection, &(struct command){.kind = COMMAND_DONE});
	return 0;
}

static int start(
	struct gate *gate, const struct node_plan *plan, struct error *error)
{
	int result = reactor_create(&gate->reactor, gate->os, error);

	if (result == 0)
		result = watch(gate, &gate->commands,
			command_connection_fd(gate->connection), EPOLLIN);
	if (result == 0)
		result = watch(gate, &gate->door, gate->way.fd, EPOLLIN);
	for (uint32_t i = 0; i < plan->link_count; i++)
		gate->reconnects |= plan->links[i].reconnect;
	if (result == 0)
		result = hub_create(
			&gate->hub, gate->os, gate->reactor, plan, error);
	return result;
}

static void serve(struct gate *gate)
{
	while (!gate->over && !gate->left) {
		(void)reactor_poll(
			gate->reactor, gate->more ? 0 : time_left_ns(gate));
		if (time_left_ns(gate) == 0)
			expire(gate);
		if (gate->heard)
			obey(gate);
		if (gate->knocked)
			answer(gate);
		carry(gate);
	}
}

/* Until the deadline; negative while there is none. */
static int64_t time_left_ns(struct gate *gate)
{
	int64_t end_ns = gate->pause_end_ns ? gate->pause_end_ns : gate->due_ns;
	int64_t left_ns = end_ns - gate->os->clock_ns(gate->os);

	if (end_ns == 0)
		return -1;
	return left_ns > 0 ? left_ns : 0;
}

/* A pause is over, or patience is. */
static void expire(struct gate *gate)
{
	if (gate->pause_end_ns == 0) {
		give_up(gate);
		return;
	}
	gate->pause_end_ns = 0;
	open_again(gate);
}

static void open_again(struct gate *gate)
{
	if (watch(gate, &gate->door, gate->way.fd, EPOLLIN) < 0)
		gate->left = true;
}

/* Who connected and said nothing is closed; so is who keeps a connection that
 * our side has left. */
static void give_up(struct gate *gate)
{
	if (gate->reconnects && hub_is_connected(gate->hub) &&
		!hub_said_all(gate->hub)) {
		hub_hang_up(gate->hub, "it said nothing within 10 seconds");
		gate->due_ns = 0;
		return;
	}
	gate->failed = !hub_said_all(gate->hub);
	if (gate->failed)
		node_report_send(gate->connection,
			&(struct command){.kind = COMMAND_FAILED,
				.code = -ETIMEDOUT,
				.text = command_text("the peer connected and "
						     "said nothing within 10 "
						     "seconds")});
	gate->over = true;
}

/* There is nothing to prepare and nobody to drain: DRAIN, which ends sources,
 * and CLOSE both end the connection, and who is behind it sees that. */
static void obey(struct gate *gate)
{
	struct command message;
	int flow;

	gate->heard = false;
	while ((flow = command_receive(gate->connection, &message, NULL)) ==
		COMMAND_OK)
		switch (message.kind) {
		case COMMAND_CLOSE:
			gate->over = true;
			break;
		case COMMAND_FREEZE:
			shut(gate);
			node_report_program(gate->connection, &message);
			break;
		case COMMAND_THAW:
			open_once_more(gate);
			break;
		default:
			node_report_program(gate->connection, &message);
		}
	gate->left = flow != COMMAND_WAIT;
}

/* A node that may be gone soon: it would leave its name behind. */
static void shut(struct gate *gate)
{
	reactor_remove(gate->reactor, &gate->door);
	gate_door_close(&gate->way);
}

static void open_once_more(struct gate *gate)
{
	struct error error = ERROR_NONE;

	if (gate->way.fd >= 0)
		return;
	if (gate_door_open(&gate->way, true, &error) < 0) {
		fail(gate, &error);
		gate->over = true;
	} else if (!gate->pause_end_ns &&
		   !(gate->reconnects && hub_is_connected(gate->hub)))
		open_again(gate);
}

static void fail(struct gate *gate, const struct error *error)
{
	gate->failed = true;
	node_report_send(
		gate->connection, &(struct command){.kind = COMMAND_FAILED,
					  .code = error->code,
					  .text = command_text(error->text)});
}

/* The first is let in; for those behind, the door is shut again. */
static void answer(struct gate *gate)
{
	struct os *os = gate->os;
	int fd = os->accept(os, gate->way.fd, SOCK_NONBLOCK | SOCK_CLOEXEC);
	int result;

	gate->knocked = false;
	if (fd < 0) {
		refuse(gate, fd);
		return;
	}
	if (hub_is_connected(gate->hub)) {
		hub_turn_away(os, fd,
			"another peer is connected, and there is one at a "
			"time");
		return;
	}
	result = hub_connect(gate->hub, fd);
	if (result < 0) {
		refuse(gate, result);
		return;
	}
	if (gate->reconnects) /* who follows it waits until it has gone */
		reactor_remove(gate->reactor, &gate->door);
	gate->due_ns = os->clock_ns(os) + LINK_HELLO_NS;
	log_say(gate->log, LOG_NOTICE, "a peer has connected");
}

/* Who could not be let in still knocks: without a pause it would be for ever.
 */
static void refuse(struct gate *gate, int code)
{
	if (code == -EAGAIN || code == -EINTR || code == -ECONNABORTED)
		return;
	gate->failures++;
	log_say(gate->log, LOG_WARNING,
		"cannot let a peer in, and waits before trying again: %s",
		strerror(-code));
	reactor_remove(gate->reactor, &gate->door);
	gate->pause_end_ns = gate->os->clock_ns(gate->os) + pause_ns(gate);
}

/* It is over when both sides have said all, or do not listen any more. A peer
 * that keeps the connection after our side has gone is not waited for long. */
static void carry(struct gate *gate)
{
	enum hub_flow flow = hub_step(gate->hub);

	if (hub_has_heard(gate->hub) && !hub_said_all(gate->hub))
		gate->due_ns = 0; /* it speaks */
	if (hub_said_all(gate->hub) && gate->due_ns == 0)
		gate->due_ns = gate->os->clock_ns(gate->os) + GATE_PATIENCE_NS;
	if (flow == HUB_AGAIN)
		wait_again(gate);
	gate->more = flow == HUB_MORE;
	gate->over |= flow == HUB_OVER;
}

/* At once behind a peer that has sent or taken something; behind others after a
 * pause that grows, so that one which fails at once is not let in for ever. */
static void wait_again(struct gate *gate)
{
	gate->failures = hub_has_moved(gate->hub) ? 0 : gate->failures + 1;
	gate->due_ns = 0;
	log_say(gate->log, LOG_WARNING,
		"the peer has gone: %s; waiting for it to come again",
		hub_reason(gate->hub));
	if (gate->failures > 0)
		gate->pause_end_ns =
			gate->os->clock_ns(gate->os) + pause_ns(gate);
	else
		open_again(gate);
}

static int64_t pause_ns(struct gate *gate)
{
	int64_t longest_ns = GATE_AGAIN_FIRST_NS;
	uint32_t chance = 0;

	for (uint32_t i = 1;
		i < gate->failures && longest_ns < GATE_AGAIN_LAST_NS; i++)
		longest_ns *= 2;
	if (longest_ns > GATE_AGAIN_LAST_NS)
		longest_ns = GATE_AGAIN_LAST_NS;
	(void)gate->os->random(gate->os, &chance, sizeof chance, 0);
	return longest_ns / 2 + longest_ns / 2 * (chance % 1024) / 1024;
}

static void release(struct gate *gate)
{
	if (gate->reactor) {
		reactor_remove(gate->reactor, &gate->commands);
		reactor_remove(gate->reactor, &gate->door);
	}
	hub_destroy(&gate->hub);
	reactor_destroy(&gate->reactor);
	gate_door_close(&gate->way);
}

static int watch(
	struct gate *gate, struct reactor_watch *one, int fd, uint32_t events)
{
	int result = reactor_add(gate->reactor, one, fd, events);

	if (result < 0)
		log_say(gate->log, LOG_ERROR, "cannot wait for events: %s",
			strerror(-result));
	return result;
}

static void commands_told(struct reactor_watch *watch, uint32_t events)
{
	(void)events;
	(OWNER_OF(watch, struct gate, commands))->heard = true;
}

static void door_told(struct reactor_watch *watch, uint32_t events)
{
	(void)events;
	(OWNER_OF(watch, struct gate, door))->knocked = true;
}
