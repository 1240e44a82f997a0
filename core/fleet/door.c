/* door: who comes in at a control socket. See the header. */
#include "core/fleet/door.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "core/fleet/control.h"
#include "core/step/exit_code.h"
#include "core/wire/command_connection.h"

#define BACKLOG 16

/* Through the folder's fd, since a socket's path is short. What a supervisor
 * that was killed has left is removed: the name is ours by its lock. */
int door_bind(struct os *os, int fd, const char *folder)
{
	struct sockaddr_un where = {.sun_family = AF_UNIX};
	int folder_fd = os->openat(
		os, AT_FDCWD, folder, O_PATH | O_DIRECTORY | O_CLOEXEC, 0);
	int code;

	if (folder_fd < 0)
		return folder_fd;
	os->unlinkat(os, folder_fd, CONTROL_NAME, 0);
	snprintf(where.sun_path, sizeof where.sun_path, "/proc/self/fd/%d/%s",
		folder_fd, CONTROL_NAME);
	code = os->bind(os, fd, (const struct sockaddr *)&where, sizeof where);
	if (code == 0)
		code = os->listen(os, fd, BACKLOG);
	os->close(os, folder_fd);
	return code;
}

bool door_is_ours(struct os *os, int fd, char why[DOOR_WHY_BYTES])
{
	struct ucred peer;
	socklen_t bytes = sizeof peer;
	int code =
		os->getsockopt(os, fd, SOL_SOCKET, SO_PEERCRED, &peer, &bytes);

	if (code == 0 && peer.uid == os->geteuid(os))
		return true;
	if (code < 0)
		snprintf(why, DOOR_WHY_BYTES, "it cannot see who you are: %s",
			strerror(-code));
	else
		snprintf(why, DOOR_WHY_BYTES,
			"it belongs to the user %u, and you are the user %u",
			(unsigned)os->geteuid(os), (unsigned)peer.uid);
	return false;
}

/* Says why, as far as that goes at once. What was asked is taken first, and no
 * more lets itself be asked: the kernel answers who has not read yet with a
 * reset where a socket is closed with something unread. */
void door_turn_away(struct os *os, int fd, const char *why)
{
	struct command_connection *connection;
	char asked[64];

	if (fd < 0)
		return;
	connection = command_connection_create(os, fd);
	if (!connection)
		return;
	(void)command_send(connection,
		&(struct command){.kind = COMMAND_RESULT,
			.code = EXIT_CODE_UNAVAILABLE,
			.text = command_text(why)},
		NULL);
	(void)os->shutdown(os, fd, SHUT_RDWR);
	while (os->read(os, fd, asked, sizeof asked) > 0)
		;
	command_connection_destroy(&connection);
}
