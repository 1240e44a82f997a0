/*
 * client: a tool's end of the control socket (core/fleet/control).
 *
 * It waits for answers, so it is for programs that have nothing else to do.
 */
#ifndef TAU_CORE_FLEET_CLIENT_H
#define TAU_CORE_FLEET_CLIENT_H

#include "core/base/error.h"
#include "core/base/os.h"
#include "core/wire/command.h"

struct client;

/* The names of this user's running topologies, in order. */
struct client_names {
	char **names;
	size_t count;
};

/* `xdg` is $XDG_RUNTIME_DIR or NULL. */
void client_names_list(
	struct client_names *names, struct os *os, const char *xdg);
void client_names_release(struct client_names *names);

/* Reaches the topology of that name. -ENOENT when none runs under it, or
 * another negative errno; each with a sentence. */
int client_connect(struct client **made, struct os *os, const char *xdg,
	const char *name, struct error *error);
void client_destroy(struct client **client);

/* Asks; arguments are "NAME=VALUE", the list ends in NULL. Returns 0 or a
 * negative errno with a sentence. */
int client_ask(struct client *client, const char *verb,
	const char *const *arguments, struct error *error);

/* Waits for the next LINE or RESULT; its views live until the next call.
 * COMMAND_OK, COMMAND_END when the topology is gone, or a negative errno with
 * a sentence. */
int client_hear(
	struct client *client, struct command *command, struct error *error);

/* The same without waiting: COMMAND_WAIT when there is none yet. Whoever waits
 * for other things, too, watches them with the client's reactor, which wakes
 * when something was said. */
int client_take(
	struct client *client, struct command *command, struct error *error);
struct reactor *client_reactor(struct client *client);

#endif
