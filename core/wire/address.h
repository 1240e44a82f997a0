/*
 * address: where a remote peer connects: "unix:PATH" or "tcp:HOST:PORT", HOST
 * being an IPv4 address, an IPv6 address in brackets, or localhost.
 */
#ifndef TAU_CORE_WIRE_ADDRESS_H
#define TAU_CORE_WIRE_ADDRESS_H

#include <sys/socket.h>

#include "core/base/error.h"

struct address {
	struct sockaddr_storage where;
	socklen_t bytes;
	char path[108]; /* of a unix socket, else empty */
};

/* Reads an address; a relative path is put behind `folder`. -EINVAL with a
 * sentence. */
int address_parse(struct address *address, const char *text, const char *folder,
	struct error *error);

#endif
