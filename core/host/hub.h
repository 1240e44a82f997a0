/*
 * hub: the connection of a program of somebody else, with which several
 * nodes of ours may share streams.
 *
 *	node A ---link---+
 *	node B ---link---+ hub ---link--- the program
 *	node C ---link---+
 *
 * Each node speaks docs/wire.md as if the program were at its link's other end,
 * and the program as if all were one node: the hub passes whole packets on,
 * or their frames where those belong to several nodes, by the numbers of their
 * streams, which no two links of a topology share. It answers HELLO for all,
 * and looks into nothing else. It never holds more than a packet or two for a
 * side, and listens to nobody whose packets would have to wait: nodes always
 * read, so no node keeps another from its records.
 *
 * Where it `reconnects`, the end of the program's connection is not passed on.
 * What was not whole is dropped, the nodes are told ("again"), and the hub
 * waits for the next connection, which begins anew: numbers and credit from 0.
 */
#ifndef TAU_CORE_HOST_HUB_H
#define TAU_CORE_HOST_HUB_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/error.h"
#include "core/base/os.h"
#include "core/plan/node_plan.h"
#include "core/run/reactor.h"

struct hub;

enum hub_flow {
	HUB_WAIT,  /* for an event of the reactor */
	HUB_MORE,  /* there is more to do at once */
	HUB_OVER,  /* both sides have said all, or do not listen any more */
	HUB_AGAIN, /* the program has gone; needs another connection */
};

/* Takes the plan's link fds, watched by `reactor`; both outlive it. -errno
 * with a sentence. */
int hub_create(struct hub **hub, struct os *os, struct reactor *reactor,
	const struct node_plan *plan, struct error *error);

/* From here on the end of the program's connection, before all streams have
 * ended, is not passed on either: another hub may follow, on other connections
 * to the nodes, and whoever makes these says what becomes of the streams. */
void hub_keep(struct hub *hub);

/* Closes what it has. NULL is fine. */
void hub_destroy(struct hub **hub);

/* Takes `fd`, non-blocking, the program's end; while there is none. -errno;
 * `fd` is closed then. */
int hub_connect(struct hub *hub, int fd);

/* Passes on what can be. */
enum hub_flow hub_step(struct hub *hub);

/* The program does not speak, or is not wanted any more: as if it had ended
 * the connection, with that reason. */
void hub_hang_up(struct hub *hub, const char *why);

/* Says BYE on a connection that is not the hub's, as far as that goes at once,
 * and closes it. */
void hub_turn_away(struct os *os, int fd, const char *why);

bool hub_is_connected(const struct hub *hub);
bool hub_has_heard(const struct hub *hub);     /* HELLO of the program */
bool hub_has_moved(const struct hub *hub);     /* records, since then */
bool hub_said_all(const struct hub *hub);      /* to the program */
const char *hub_reason(const struct hub *hub); /* of the last end */

#endif
