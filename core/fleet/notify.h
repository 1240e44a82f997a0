/*
 * notify: what systemd wants to know of a service, by the protocol of
 * sd_notify(3): one datagram of lines to the socket that NOTIFY_SOCKET names.
 */
#ifndef TAU_CORE_FLEET_NOTIFY_H
#define TAU_CORE_FLEET_NOTIFY_H

#include <stdint.h>

#include "core/base/os.h"

/* Sends `text`, as "READY=1"; `socket` is a path, or @NAME for an abstract one,
 * or NULL: then nobody wants to know. 0 or a negative errno. Waits for room. */
int notify_send(struct os *os, const char *socket, const char *text);

/* Sends "WATCHDOG=1", if there is room: who does not read holds up nobody, and
 * another follows. */
int notify_alive(struct os *os, const char *socket);

/* How often WATCHDOG=1 is to be sent, by what WATCHDOG_USEC and WATCHDOG_PID
 * say (or NULL): half as long as it may take. 0: never. */
int64_t notify_watchdog_ns(
	struct os *os, const char *microseconds, const char *pid);

#endif
