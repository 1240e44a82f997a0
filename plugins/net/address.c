/* address: see address.h. */
#include "address.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

int address_read(struct address *address, const char *host, uint16_t port)
{
	struct sockaddr_in *four = (struct sockaddr_in *)&address->where;
	struct sockaddr_in6 *six = (struct sockaddr_in6 *)&address->where;

	*address = (struct address){0};
	if (strcmp(host, "localhost") == 0)
		host = "127.0.0.1";
	if (inet_pton(AF_INET, host, &four->sin_addr) == 1) {
		four->sin_family = AF_INET;
		four->sin_port = htons(port);
		address->bytes = sizeof *four;
		return 0;
	}
	if (inet_pton(AF_INET6, host, &six->sin6_addr) != 1)
		return -EINVAL;
	six->sin6_family = AF_INET6;
	six->sin6_port = htons(port);
	address->bytes = sizeof *six;
	return 0;
}

const char *address_text(
	const struct address *address, char text[ADDRESS_TEXT_BYTES])
{
	const struct sockaddr_in *four =
		(const struct sockaddr_in *)&address->where;
	const struct sockaddr_in6 *six =
		(const struct sockaddr_in6 *)&address->where;
	char host[INET6_ADDRSTRLEN] = "";

	if (address->where.ss_family == AF_INET6) {
		(void)inet_ntop(AF_INET6, &six->sin6_addr, host, sizeof host);
		(void)snprintf(text, ADDRESS_TEXT_BYTES, "[%s]:%u", host,
			ntohs(six->sin6_port));
	} else {
		(void)inet_ntop(AF_INET, &four->sin_addr, host, sizeof host);
		(void)snprintf(text, ADDRESS_TEXT_BYTES, "%s:%u", host,
			ntohs(four->sin_port));
	}
	return text;
}

const char *address_of_socket(const struct tau_os *os, int fd, int peer,
	char text[ADDRESS_TEXT_BYTES])
{
	struct address address = {.bytes = sizeof address.where};
	int code = os->address(os, fd, peer, (struct sockaddr *)&address.where,
		&address.bytes);

	if (code < 0)
		return strcpy(text, "an unknown address");
	return address_text(&address, text);
}
