/* signals: blocked, and read from an fd. See the header. */
#include "core/fleet/signals.h"

#include <errno.h>

static int read_number(struct signals *signals);

int signals_init(struct signals *signals, struct os *os)
{
	static const int wanted[] = {SIGINT, SIGTERM, SIGHUP};
	struct sigaction ignore = {.sa_handler = SIG_IGN};
	struct sigaction now;
	sigset_t mask;
	int fd;

	*signals = (struct signals){.os = os, .fd = -1};
	sigemptyset(&mask);
	for (int i = 0; i < 3; i++)
		if (os->sigaction(os, wanted[i], NULL, &now) == 0 &&
			now.sa_handler != SIG_IGN)
			sigaddset(&mask, wanted[i]);
	fd = os->signalfd(os, -1, &mask, SFD_NONBLOCK);
	if (fd < 0)
		return fd;
	signals->fd = fd;
	os->sigprocmask(os, SIG_BLOCK, &mask, &signals->former_mask);
	os->sigaction(os, SIGPIPE, &ignore, &signals->former_pipe);
	return 0;
}

void signals_release(struct signals *signals)
{
	struct os *os = signals->os;

	if (signals->fd < 0)
		return;
	while (signals_next(signals))
		continue;
	os->close(os, signals->fd);
	signals->fd = -1;
	os->sigaction(os, SIGPIPE, &signals->former_pipe, NULL);
	os->sigprocmask(os, SIG_SETMASK, &signals->former_mask, NULL);
}

int signals_next(struct signals *signals)
{
	struct os *os = signals->os;
	int number = read_number(signals);

	while (number != 0 && number == signals->last &&
		os->clock_ns(os) - signals->last_ns < SIGNALS_SAME_NS)
		number = read_number(signals);
	if (number != 0) {
		signals->last = number;
		signals->last_ns = os->clock_ns(os);
	}
	return number;
}

static int read_number(struct signals *signals)
{
	struct os *os = signals->os;
	struct signalfd_siginfo info;
	ssize_t count;

	do
		count = os->read(os, signals->fd, &info, sizeof info);
	while (count == -EINTR);
	return count == sizeof info ? (int)info.ssi_signo : 0;
}
