/*
 * node_look: what the operators and streams of a node do just now, for people
 * who want to look: SEEN, an answer to LOOK.
 *
 * Its text is lines of JSON, which the supervisor passes on unread. Counts
 * only grow, so whoever looks twice knows rates; cycles are those of the time
 * stamp counter.
 *
 *   {"node": "a", "now_cycles": 1200}
 *   {"node": "a", "operator": "parse", "plugin": "acme", "cycles": 300,
 *    "in": 10, "out": 9, "does": "write", "stream": "parse.out"}
 *   {"node": "a", "stream": "parse.out", "writer": "parse", "reader": null,
 *    "in": 9, "out": 4, "dropped": 0, "records": 5, "bytes": 500,
 *    "capacity_bytes": 65536, "capacity_records": 1024,
 *    "writer_waits": true, "reader_waits": false}
 *
 * `does`: read, write (it waits for that stream), outside (an fd or a clock),
 * work, ended. An end of a stream in another node is null. Nothing here
 * suspends.
 */
#ifndef TAU_CORE_HOST_NODE_LOOK_H
#define TAU_CORE_HOST_NODE_LOOK_H

#include "core/host/node.h"
#include "core/wire/command_connection.h"

/* Obeys LOOK; false when it is another command. */
bool node_look_obey(const struct node *node,
	struct command_connection *connection, const struct command *message);

#endif
