/*
 * address: an IP address and a port, from a person and for one. Names are not
 * looked up: that blocks, and would stop all operators of the node.
 */
#ifndef TAU_PLUGINS_NET_ADDRESS_H
#define TAU_PLUGINS_NET_ADDRESS_H

#include <stdint.h>
#include <sys/socket.h>

#include <tau/os.h>

enum { ADDRESS_TEXT_BYTES = 64 };

struct address {
	struct sockaddr_storage where;
	socklen_t bytes;
};

/* `host` in numbers, or localhost, which is 127.0.0.1. 0 or -EINVAL. */
int address_read(struct address *address, const char *host, uint16_t port);

/* As 127.0.0.1:80 or [::1]:80; gives back `text`. */
const char *address_text(
	const struct address *address, char text[ADDRESS_TEXT_BYTES]);

/* The same of a socket: its own, or its peer's; "an unknown address" when the
 * kernel does not say. */
const char *address_of_socket(const struct tau_os *os, int fd, int peer,
	char text[ADDRESS_TEXT_BYTES]);

#endif
