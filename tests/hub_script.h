/*
 * hub_script: a hub between nodes and a program that are scripts. What they say
 * is put together with tests/link_script; what each has heard becomes text, a
 * word for each frame:
 *
 *	hello:65536 alpha:0 iota:0 records:1:0+3 part:1:3 omega:1:3 bye:why end
 */
#ifndef TESTS_HUB_SCRIPT_H
#define TESTS_HUB_SCRIPT_H

#include "core/host/hub.h"
#include "tests/fake_os.h"
#include "tests/link_script.h"

#define HUBS_NODES 3u

struct hub_talker {
	int fd;
	bool ended;
	uint8_t *in;
	size_t in_bytes;
	char heard[8192];
};

struct hubs {
	struct fake_os fake;
	struct node_plan plan;
	struct node_plan_link links[HUBS_NODES];
	struct reactor *reactor;
	struct hub *hub;
	struct hub_talker nodes[HUBS_NODES], program;
	enum hub_flow flow;
	uint32_t agains;      /* how often another connection was asked for */
	struct script speech; /* what is said next */
};

/* The connections of so many nodes, without a hub yet. */
void hubs_prepare(struct hubs *hubs, uint32_t nodes, bool reconnects);

/* The hub; what failed. */
int hubs_make(struct hubs *hubs);

/* Both, without failure, and a program that has connected. */
void hubs_begin(struct hubs *hubs, uint32_t nodes, bool reconnects);

/* A program connects, behind one that has gone. */
int hubs_connect(struct hubs *hubs);

/* The program, or a node, closes its connection. */
void hubs_leave(struct hub_talker *talker);

/* Sends what was added to `speech`, as one packet; or so many bytes as they
 * are. False when the connection takes no more. */
bool hubs_say(struct hubs *hubs, struct hub_talker *talker);
bool hubs_say_raw(struct hub_talker *talker, const void *from, size_t bytes);

/* Adds a node's alpha. */
void hubs_add_alpha(struct hubs *hubs, uint32_t stream, bool writes);

/* Lets the hub do all that it can at once, and all hear it; fails the test when
 * it goes on for ever. `hubs_step` hears nothing. */
void hubs_settle(struct hubs *hubs);
void hubs_step(struct hubs *hubs);

/* What it has heard since the last time, and nothing else. */
void hubs_expect(struct hub_talker *talker, const char *heard);

/* Closes all. */
void hubs_end(struct hubs *hubs);

#endif
