/*
 * node_report: what a node tells its supervisor of streams and progress.
 */
#ifndef TAU_CORE_HOST_NODE_REPORT_H
#define TAU_CORE_HOST_NODE_REPORT_H

#include "core/host/node.h"
#include "core/wire/command_connection.h"

/* Sends a message; what does not go at once is queued and goes with the next,
 * and whoever says DONE, the last, flushes. When the supervisor has gone, there
 * is nobody to tell; its end shows when it is read from. */
void node_report_send(
	struct command_connection *connection, const struct command *message);

/* One COUNT per stream that dropped or lost something, or port that led
 * nowhere. */
void node_report_counts(
	const struct node *node, struct command_connection *connection);

/* Why the first record that went nowhere had been refused, as it says itself;
 * empty where it does not. Lives as long as the stream. */
struct command_text node_report_reason(const struct stream *stream);

/* QUIET, after so many orders obeyed. */
void node_report_quiet(const struct node *node,
	struct command_connection *connection, uint64_t obeyed);

/* DEADLOCK: what each operator waits for. */
void node_report_waits(
	const struct node *node, struct command_connection *connection);

/* Waits until something has come (EPOLLIN) or can go (EPOLLOUT), with no
 * reactor but its own. -errno. */
int node_report_wait(struct os *os, struct command_connection *connection,
	uint32_t events);

/* READY; before that BEGUN of each operator that has a state, where it follows
 * a process that crashed with that. */
void node_report_ready(
	const struct node *node, struct command_connection *connection);

/* FAILED. */
void node_report_failure(struct command_connection *connection,
	const struct node_failure *failure);

/* What a node answers that is a program of somebody else's, and has nothing to
 * stand still, to hand over or to tell: FROZEN, RESTORED, PROGRESS. */
void node_report_program(
	struct command_connection *connection, const struct command *asked);

/* PROGRESS. */
void node_report_progress(
	const struct node *node, struct command_connection *connection);

#endif
