/* client: a tool's end of the control socket. See the header. */
#include "core/fleet/client.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>

#include "core/base/check.h"
#include "core/fleet/control.h"
#include "core/fleet/runtime.h"
#include "core/run/reactor.h"
#include "core/wire/command_connection.h"

struct client {
	struct os *os;
	struct command_connection *connection;
	struct reactor *reactor;
	struct reactor_watch watch;
};

struct listing {
	struct client_names *names;
	struct os *os;
	int base_fd;
};

static int list_one(void *context, const char *name, unsigned char kind);
static int compare(const void *one, const void *other);
static int reach(struct os *os, int base_fd, const char *name);
static int hold(struct client *client, int fd, struct error *error);
static int finish(struct client *client, int flow, struct error *error);
static void told(struct reactor_watch *watch, uint32_t events);

void client_names_list(
	struct client_names *names, struct os *os, const char *xdg)
{
	struct listing listing = {names, os, runtime_open_base(os, xdg)};

	*names = (struct client_names){0};
	if (listing.base_fd < 0)
		return;
	os->list(os, listing.base_fd, list_one, &listing);
	os->close(os, listing.base_fd);
	if (names->count)
		qsort(names->names, names->count, sizeof *names->names,
			compare);
}

void client_names_release(struct client_names *names)
{
	for (size_t i = 0; i < names->count; i++)
		free(names->names[i]);
	free(names->names);
	*names = (struct client_names){0};
}

int client_connect(struct client **made, struct os *os, const char *xdg,
	const char *name, struct error *error)
{
	int base_fd = runtime_open_base(os, xdg);
	int fd = base_fd < 0 ? -ENOENT : reach(os, base_fd, name);
	int code;

	if (base_fd >= 0)
		os->close(os, base_fd);
	if (fd == -ENOENT || fd == -ECONNREFUSED || fd == -ENOTDIR)
		return error_set(error, -ENOENT,
			"no topology runs under the name %s", name);
	if (fd < 0)
		return error_set(
			error, fd, "cannot reach %s: %s", name, strerror(-fd));
	*made = calloc(1, sizeof **made);
	CHECK(*made != NULL);
	(*made)->os = os;
	code = hold(*made, fd, error);
	if (code < 0)
		client_destroy(made);
	return code;
}

void client_destroy(struct client **made)
{
	struct client *client = *made;

	if (!client)
		return;
	if (client->reactor)
		reactor_remove(client->reactor, &client->watch);
	reactor_destroy(&client->reactor);
	command_connection_destroy(&client->connection);
	free(client);
	*made = NULL;
}

int client_ask(struct client *client, const char *verb,
	const char *const *arguments, struct error *error)
{
	struct command command = {
		.kind = COMMAND_REQUEST, .name = command_text(verb)};
	size_t bytes = 0;
	char *text;
	int flow;

	for (size_t i = 0; arguments && arguments[i]; i++)
		bytes += strlen(arguments[i]) + 1;
	text = malloc(bytes + 1);
	CHECK(text != NULL);
	command.text = (struct command_text){text, 0};
	for (size_t i = 0; arguments && arguments[i]; i++) {
		strcpy(text + command.text.bytes, arguments[i]);
		command.text.bytes += strlen(arguments[i]) + 1;
	}
	flow = command_send(client->connection, &command, error);
	free(text);
	return finish(client, flow, error);
}

int client_hear(
	struct client *client, struct command *command, struct error *error)
{
	int flow;
	int code;

	while ((flow = client_take(client, command, error)) == COMMAND_WAIT) {
		code = reactor_poll(client->reactor, -1);
		if (code < 0)
			return error_set(error, code,
				"cannot wait for an answer: %s",
				strerror(-code));
	}
	return flow;
}

int client_take(
	struct client *client, struct command *command, struct error *error)
{
	return command_receive(client->connection, command, error);
}

struct reactor *client_reactor(struct client *client)
{
	return client->reactor;
}

static int list_one(void *context, const char *name, unsigned char kind)
{
	struct listing *listing = context;
	struct client_names *names = listing->names;
	int fd;

	(void)kind;
	fd = reach(listing->os, listing->base_fd, name);
	if (fd < 0)
		return 0;
	listing->os->close(listing->os, fd);
	names->names = realloc(
		names->names, (names->count + 1) * sizeof *names->names);
	CHECK(names->names != NULL);
	names->names[names->count] = strdup(name);
	CHECK(names->names[names->count++] != NULL);
	return 0;
}

static int compare(const void *one, const void *other)
{
	return strcmp(*(char *const *)one, *(char *const *)other);
}

/* An fd, or a negative errno. */
static int reach(struct os *os, int base_fd, const char *name)
{
	struct sockaddr_un where = {.sun_family = AF_UNIX};
	int fd;
	int code;

	if (strlen(name) >= NAME_BYTES_MAX || strchr(name, '/'))
		return -ENOENT;
	snprintf(where.sun_path, sizeof where.sun_path,
		"/proc/self/fd/%d/%s/%s", base_fd, name, CONTROL_NAME);
	fd = os->socket(os, AF_UNIX, SOCK_SEQPACKET, 0);
	if (fd < 0)
		return fd;
	do
		code = os->connect(
			os, fd, (const struct sockaddr *)&where, sizeof where);
	while (code == -EINTR);
	if (code == 0)
		return fd;
	os->close(os, fd);
	return code;
}

static int hold(struct client *client, int fd, struct error *error)
{
	int code;

	client->watch.told = told;
	client->connection = command_connection_create(client->os, fd);
	CHECK(client->connection != NULL);
	code = reactor_create(&client->reactor, client->os, error);
	if (code < 0)
		return code;
	code = reactor_add(client->reactor, &client->watch, fd, EPOLLIN);
	if (code < 0)
		error_set(error, code, "cannot wait for answers: %s",
			strerror(-code));
	return code;
}

/* Waits until all that was asked has gone. Who was turned away finds out by
 * the answer. */
static int finish(struct client *client, int flow, struct error *error)
{
	int code = reactor_change(client->reactor, &client->watch, EPOLLOUT);

	while (flow == COMMAND_WAIT && code == 0) {
		code = reactor_poll(client->reactor, -1);
		flow = command_flush(client->connection, error);
	}
	if (code == 0)
		code = reactor_change(client->reactor, &client->watch, EPOLLIN);
	if (flow < 0)
		return flow;
	return code < 0 ? error_set(error, code, "cannot ask: %s",
				  strerror(-code))
			: 0;
}

/* Having waited is all that was wanted. */
static void told(struct reactor_watch *watch, uint32_t events)
{
	(void)watch;
	(void)events;
}
