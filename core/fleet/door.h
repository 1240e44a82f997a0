/*
 * door: where tools knock, whether they may come in, and what those are told
 * who may not. What is asked inside is none of its business.
 */
#ifndef TAU_CORE_FLEET_DOOR_H
#define TAU_CORE_FLEET_DOOR_H

#include <stdbool.h>

#include "core/base/os.h"

#define DOOR_WHY_BYTES 128

/* Lets a socket listen under the control socket's name in the folder. -errno.
 */
int door_bind(struct os *os, int fd, const char *folder);

/* Whether the one who has connected is the user that we are; if not, `why`
 * says so. */
bool door_is_ours(struct os *os, int fd, char why[DOOR_WHY_BYTES]);

/* Tells who has connected why not, and closes the fd; nothing when fd < 0. */
void door_turn_away(struct os *os, int fd, const char *why);

#endif
