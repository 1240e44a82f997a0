/* control: requests of tools. See the header. */
#include "core/fleet/control.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/check.h"
#include "core/base/owner.h"
#include "core/fleet/door.h"
#include "core/wire/command_connection.h"

#define CONTROL_MAGIC 0x6c72746eu
#define ACCEPTED_MAX 16 /* per turn: a flood must not starve the nodes */

struct client {
	struct reactor_watch watch; /* first */
	struct control *control;
	uint64_t number; /* 0: nobody */
	struct command_connection *connection;
	bool told;
	bool hung_up;
	bool asked; /* has no result yet */
};

struct control {
	uint32_t magic;
	struct os *os;
	struct reactor *reactor;
	struct reactor_watch watch;
	bool told;
	int fd;
	int spare_fd; /* given up for a moment when there are no more fds */
	uint64_t last_number;
	struct client clients[CONTROL_CLIENTS_MAX];
};

static void accept_all(
	struct control *control, const struct control_owner *owner);
static bool accept_one(
	struct control *control, const struct control_owner *owner);
static struct client *make_way(
	struct control *control, const struct control_owner *owner);
static void admit(struct client *client, int fd);
static void serve(struct client *client, const struct control_owner *owner);
static void drop(struct client *client, const struct control_owner *owner);
static void answer(struct client *client, const struct command *message);
static void want(struct client *client);
static struct client *find(const struct control *control, uint64_t number);
static void door_told(struct reactor_watch *watch, uint32_t events);
static void client_told(struct reactor_watch *watch, uint32_t events);

int control_create(struct control **made, struct os *os, const char *folder,
	struct error *error)
{
	struct control *control = calloc(1, sizeof *control);
	int code;

	CHECK(control != NULL);
	control->magic = CONTROL_MAGIC;
	control->os = os;
	control->watch.told = door_told;
	control->spare_fd =
		os->openat(os, AT_FDCWD, "/dev/null", O_RDONLY | O_CLOEXEC, 0);
	control->fd =
		os->socket(os, AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0);
	for (size_t i = 0; i < CONTROL_CLIENTS_MAX; i++) {
		control->clients[i].control = control;
		control->clients[i].watch.told = client_told;
	}
	code = control->fd < 0 ? control->fd
			       : door_bind(os, control->fd, folder);
	*made = control;
	if (code == 0)
		return 0;
	control_destroy(made);
	return error_set(error, code, "cannot listen at %s/%s: %s%s", folder,
		CONTROL_NAME, strerror(-code), error_hint(code));
}

void control_destroy(struct control **made)
{
	struct control *control = *made;

	if (!control)
		return;
	CHECK_MAGIC(control, CONTROL_MAGIC);
	control_detach(control);
	for (size_t i = 0; i < CONTROL_CLIENTS_MAX; i++)
		command_connection_destroy(&control->clients[i].connection);
	if (control->fd >= 0)
		control->os->close(control->os, control->fd);
	if (control->spare_fd >= 0)
		control->os->close(control->os, control->spare_fd);
	control->magic = 0;
	free(control);
	*made = NULL;
}

int control_attach(
	struct control *control, struct reactor *reactor, struct error *error)
{
	int code;

	CHECK_MAGIC(control, CONTROL_MAGIC);
	CHECK(!control->reactor);
	code = reactor_add(reactor, &control->watch, control->fd, EPOLLIN);
	if (code < 0)
		return error_set(error, code,
			"cannot wait for requests of tools: %s",
			strerror(-code));
	control->reactor = reactor;
	return 0;
}

void control_detach(struct control *control)
{
	CHECK_MAGIC(control, CONTROL_MAGIC);
	if (!control->reactor)
		return;
	for (size_t i = 0; i < CONTROL_CLIENTS_MAX; i++)
		reactor_remove(control->reactor, &control->clients[i].watch);
	reactor_remove(control->reactor, &control->watch);
	control->reactor = NULL;
}

void control_serve(struct control *control, const struct control_owner *owner)
{
	CHECK_MAGIC(control, CONTROL_MAGIC);
	for (size_t i = 0; i < CONTROL_CLIENTS_MAX; i++)
		if (control->clients[i].number && control->clients[i].told)
			serve(&control->clients[i], owner);
	if (control->told)
		accept_all(control, owner);
}

bool control_has_room(const struct control *control, uint64_t number)
{
	const struct client *client = find(control, number);

	return client &&
	       command_queued(client->connection) < CONTROL_QUEUE_BYTES;
}

void control_line(struct control *control, uint64_t number, const char *json)
{
	if (control_has_room(control, number))
		answer(find(control, number),
			&(struct command){.kind = COMMAND_LINE,
				.text = command_text(json)});
}

void control_records(
	struct control *control, uint64_t number, const struct command *records)
{
	if (control_has_room(control, number))
		answer(find(control, number),
			&(struct command){.kind = COMMAND_RECORDS,
				.code = records->code,
				.bytes = records->bytes,
				.text = records->text});
}

void control_result(struct control *control, uint64_t number, int code,
	const char *sentence)
{
	struct client *client = find(control, number);

	if (!client || !client->asked)
		return;
	client->asked = false;
	answer(client, &(struct command){.kind = COMMAND_RESULT,
			       .code = code,
			       .text = command_text(sentence)});
}

static void accept_all(
	struct control *control, const struct control_owner *owner)
{
	control->told = false;
	for (int i = 0; i < ACCEPTED_MAX; i++)
		if (!accept_one(control, owner))
			return;
}

/* Whether there may be another one. */
static bool accept_one(
	struct control *control, const struct control_owner *owner)
{
	struct os *os = control->os;
	int fd = os->accept(os, control->fd, SOCK_NONBLOCK | SOCK_CLOEXEC);
	struct client *client;
	char why[DOOR_WHY_BYTES];

	if ((fd == -EMFILE || fd == -ENFILE) && control->spare_fd >= 0) {
		os->close(os, control->spare_fd);
		fd = os->accept(os, control->fd, SOCK_NONBLOCK | SOCK_CLOEXEC);
		door_turn_away(os, fd, "the supervisor has no more files");
		control->spare_fd = os->openat(
			os, AT_FDCWD, "/dev/null", O_RDONLY | O_CLOEXEC, 0);
		return fd >= 0;
	}
	if (fd < 0)
		return false;
	if (!door_is_ours(os, fd, why)) {
		door_turn_away(os, fd, why);
		return true;
	}
	client = make_way(control, owner);
	if (client)
		admit(client, fd);
	else
		door_turn_away(os, fd,
			"too many tools are asking it already; try again");
	return true;
}

/* A free place, or that of the one who has asked nothing for longest. */
static struct client *make_way(
	struct control *control, const struct control_owner *owner)
{
	struct client *oldest = NULL;

	for (size_t i = 0; i < CONTROL_CLIENTS_MAX; i++) {
		struct client *client = &control->clients[i];

		if (!client->number)
			return client;
		if (!client->asked &&
			(!oldest || client->number < oldest->number))
			oldest = client;
	}
	if (oldest)
		drop(oldest, owner);
	return oldest;
}

static void admit(struct client *client, int fd)
{
	struct control *control = client->control;

	client->connection = command_connection_create(control->os, fd);
	if (!client->connection)
		return;
	command_bound(client->connection, CONTROL_REQUEST_BYTES_MAX);
	if (reactor_add(control->reactor, &client->watch, fd, EPOLLIN) < 0) {
		command_connection_destroy(&client->connection);
		return;
	}
	client->number = ++control->last_number;
	client->told = client->hung_up = client->asked = false;
}

/* Sends what waits, then takes at most one request. */
static void serve(struct client *client, const struct control_owner *owner)
{
	struct command request;
	int flow = command_flush(client->connection, NULL);

	client->told = false;
	if (flow == COMMAND_OK && !client->asked) {
		flow = command_receive(client->connection, &request, NULL);
		if (flow == COMMAND_OK && request.kind != COMMAND_REQUEST)
			flow = -EPROTO;
		if (flow == COMMAND_OK) {
			client->asked = true;
			owner->asked(owner->context, client->number, &request);
		}
	} else if (client->hung_up)
		flow = COMMAND_END;
	if (flow < 0 || flow == COMMAND_END)
		drop(client, owner);
	else
		want(client);
}

static void drop(struct client *client, const struct control_owner *owner)
{
	uint64_t number = client->number;

	reactor_remove(client->control->reactor, &client->watch);
	command_connection_destroy(&client->connection);
	client->number = 0;
	if (client->asked)
		owner->left(owner->context, number);
	client->asked = false;
}

/* Who has gone is dropped when it is served. */
static void answer(struct client *client, const struct command *message)
{
	if (command_send(client->connection, message, NULL) < 0)
		client->told = client->hung_up = true;
	if (client->control->reactor)
		want(client);
}

/* Reads only from who has read its answer; an end is told in any case. */
static void want(struct client *client)
{
	bool queued = command_queued(client->connection) > 0;
	uint32_t events = queued ? EPOLLOUT : client->asked ? 0u : EPOLLIN;

	if (client->watch.added && client->watch.events != events)
		reactor_change(
			client->control->reactor, &client->watch, events);
}

static struct client *find(const struct control *control, uint64_t number)
{
	CHECK_MAGIC(control, CONTROL_MAGIC);
	for (size_t i = 0; number && i < CONTROL_CLIENTS_MAX; i++)
		if (control->clients[i].number == number)
			return (struct client *)&control->clients[i];
	return NULL;
}

static void door_told(struct reactor_watch *watch, uint32_t events)
{
	struct control *control = OWNER_OF(watch, struct control, watch);

	(void)events;
	control->told = true;
}

static void client_told(struct reactor_watch *watch, uint32_t events)
{
	struct client *client = (struct client *)watch;

	client->told = true;
	client->hung_up |= (events & (EPOLLHUP | EPOLLERR)) != 0;
}
