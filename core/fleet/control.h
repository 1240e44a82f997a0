/*
 * control: the socket where tools ask a running topology, and are answered.
 *
 *	FOLDER/control, SOCK_SEQPACKET, packets of core/wire/command
 *
 *	tool                                     supervisor
 *	   | REQUEST ->                               |  one at a time
 *	   | <- LINE                                  |  any number
 *	   | <- RESULT                                |  and may ask again
 *
 * Only processes of our own user are heard; the folder is 0700, and the kernel
 * is asked as well (SO_PEERCRED). Many tools at once, and none is believed or
 * waited for: who sends what is no request is dropped; who says nothing makes
 * way for the next when CONTROL_CLIENTS_MAX are there; who does not read is
 * given no further lines once CONTROL_QUEUE_BYTES wait; who asks again before
 * it has read the answer is read from no more until it has. What requests mean
 * is not known here.
 */
#ifndef TAU_CORE_FLEET_CONTROL_H
#define TAU_CORE_FLEET_CONTROL_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/error.h"
#include "core/base/os.h"
#include "core/run/reactor.h"
#include "core/wire/command.h"

/* Its name in the runtime folder. */
#define CONTROL_NAME "control"

struct control;

/* Listens in that folder, whose name is ours. -errno with a sentence. */
int control_create(struct control **made, struct os *os, const char *folder,
	struct error *error);

/* Says goodbye to everybody by closing; what they were not yet sent and what
 * would block is lost. Whoever waits for that may be sure that nothing of what
 * was done before is still under way. NULL is fine. */
void control_destroy(struct control **control);

/* From now on the reactor tells when there is something to serve. */
int control_attach(
	struct control *control, struct reactor *reactor, struct error *error);
void control_detach(struct control *control);

/* Called for a request, whose views live during the call; the client is to be
 * given a result at some time. And for a client that goes away while it has
 * none yet; its number is never used again. */
struct control_owner {
	void *context;
	void (*asked)(
		void *context, uint64_t client, const struct command *request);
	void (*left)(void *context, uint64_t client);
};

/* Does what there is to do. From within, answers may be given. */
void control_serve(struct control *control, const struct control_owner *owner);

/* Whether a client is there and takes more lines now. */
bool control_has_room(const struct control *control, uint64_t client);

/* Passes on RECORDS of a node, but not its number; likewise. */
void control_records(struct control *control, uint64_t client,
	const struct command *records);

/* Answers; a client that is not there (any more) is no mistake. */
void control_line(struct control *control, uint64_t client, const char *json);
void control_result(struct control *control, uint64_t client, int code,
	const char *sentence);

#endif
