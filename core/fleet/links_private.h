/* links_private: what the files of `links` share: links.c connections and their
 * ends, links_tcp.c how one comes about over the loopback. */
#ifndef TAU_CORE_FLEET_LINKS_PRIVATE_H
#define TAU_CORE_FLEET_LINKS_PRIVATE_H

#include "core/base/os.h"

/* Both ends of a connection over the loopback. -errno. */
int links_make_tcp(struct os *os, int fds[2]);

#endif
