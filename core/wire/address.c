/* address: where a remote peer connects. See the header. */
#include "core/wire/address.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>

static int parse_unix(struct address *address, const char *path,
	const char *folder, struct error *error);
static int parse_tcp(
	struct address *address, const char *text, struct error *error);
static int parse_host(
	struct address *address, const char *host, in_port_t port);

int address_parse(struct address *address, const char *text, const char *folder,
	struct error *error)
{
	*address = (struct address){0};
	if (strncmp(text, "unix:", 5) == 0)
		return parse_unix(address, text + 5, folder, error);
	if (strncmp(text, "tcp:", 4) == 0)
		return parse_tcp(address, text + 4, error);
	return error_set(error, -EINVAL,
		"%s is no address; write unix:PATH or tcp:HOST:PORT", text);
}

static int parse_unix(struct address *address, const char *path,
	const char *folder, struct error *error)
{
	struct sockaddr_un *where = (struct sockaddr_un *)&address->where;
	int bytes = snprintf(address->path, sizeof address->path, "%s%s%s",
		path[0] == '/' ? "" : folder, path[0] == '/' ? "" : "/", path);

	_Static_assert(sizeof address->path == sizeof where->sun_path, "path");
	if (bytes >= (int)sizeof address->path)
		return error_set(error, -ENAMETOOLONG,
			"the path of the socket %s is longer than the %zu "
			"bytes that a unix socket's may have; use a shorter "
			"one",
			path, sizeof address->path - 1);
	where->sun_family = AF_UNIX;
	memcpy(where->sun_path, address->path, sizeof where->sun_path);
	address->bytes = sizeof *where;
	return 0;
}

static int parse_tcp(
	struct address *address, const char *text, struct error *error)
{
	const char *colon = strrchr(text, ':');
	char host[64], *end = NULL;
	unsigned long port = colon ? strtoul(colon + 1, &end, 10) : 0;
	size_t bytes = colon ? (size_t)(colon - text) : 0;

	if (bytes >= 2 && text[0] == '[' && text[bytes - 1] == ']') {
		text++;
		bytes -= 2;
	}
	if (!colon || *end || end == colon + 1 || port > 65535 ||
		bytes >= sizeof host)
		return error_set(error, -EINVAL,
			"tcp:%s is no address; write tcp:HOST:PORT", text);
	memcpy(host, text, bytes);
	host[bytes] = '\0';
	if (parse_host(address, host, htons((in_port_t)port)) < 0)
		return error_set(error, -EINVAL,
			"the host %s is neither localhost nor an address in "
			"numbers, as 127.0.0.1 or [::1]",
			host);
	return 0;
}

static int parse_host(struct address *address, const char *host, in_port_t port)
{
	struct sockaddr_in *four = (struct sockaddr_in *)&address->where;
	struct sockaddr_in6 *six = (struct sockaddr_in6 *)&address->where;

	if (strcmp(host, "localhost") == 0)
		host = "127.0.0.1";
	if (inet_pton(AF_INET, host, &four->sin_addr) == 1) {
		four->sin_family = AF_INET;
		four->sin_port = port;
		address->bytes = sizeof *four;
		return 0;
	}
	if (inet_pton(AF_INET6, host, &six->sin6_addr) != 1)
		return -EINVAL;
	six->sin6_family = AF_INET6;
	six->sin6_port = port;
	address->bytes = sizeof *six;
	return 0;
}
