/*
 * pty: runs a command on a pseudo-terminal and talks to it as a person would,
 * waiting for what is to be seen instead of sleeping.
 *
 *     pty [expect TEXT | send TEXT]... -- COMMAND [WORD]...
 *
 * `expect` waits until TEXT has appeared behind what was expected before;
 * `send` types it, where \xNN is a byte (\x03 is Ctrl-C, \x04 the end of
 * input). All that the command writes is copied to stdout as it comes,
 * without the carriage returns of the terminal. Ends with the command's exit
 * status, or 128 and its signal; with 124 when an expected text has not come in
 * time.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define SEEN_BYTES (1u << 20)
#define PATIENCE_MS 60000

struct terminal {
	int fd;
	char seen[SEEN_BYTES + 1]; /* all output so far */
	size_t count;
	size_t matched; /* up to where it was expected */
	int ended;
};

static struct terminal terminal;

static void give_up(const char *what, const char *text)
{
	fprintf(stderr, "pty: %s %s\nseen so far:\n%s\n", what, text,
		terminal.seen);
	exit(124);
}

static pid_t start(char **words)
{
	pid_t pid;
	int fd = posix_openpt(O_RDWR | O_NOCTTY);
	int other;

	if (fd < 0 || grantpt(fd) || unlockpt(fd))
		give_up("cannot make", "a terminal");
	terminal.fd = fd;
	pid = fork();
	if (pid)
		return pid;
	/* Whoever runs the tests may have them in its background. */
	for (int number = 1; number < NSIG; number++)
		signal(number, SIG_DFL);
	setsid();
	other = open(ptsname(fd), O_RDWR);
	if (other < 0 || ioctl(other, TIOCSCTTY, 0))
		_exit(126);
	ioctl(other, TIOCSWINSZ, &(struct winsize){.ws_row = 24, .ws_col = 80});
	dup2(other, 0);
	dup2(other, 1);
	dup2(other, 2);
	close(other);
	close(fd);
	execvp(words[0], words);
	_exit(127);
}

/* Takes what there is, waiting for it. */
static void look(void)
{
	struct pollfd poll_fd = {terminal.fd, POLLIN, 0};
	char bytes[4096];
	ssize_t count;

	if (poll(&poll_fd, 1, PATIENCE_MS) <= 0)
		give_up("nothing more came", "in time");
	count = read(terminal.fd, bytes, sizeof bytes);
	if (count <= 0) { /* EIO: nobody has it open any more */
		terminal.ended = 1;
		return;
	}
	for (ssize_t i = 0; i < count; i++)
		if (bytes[i] != '\r' && terminal.count < SEEN_BYTES) {
			terminal.seen[terminal.count++] = bytes[i];
			putchar(bytes[i]);
		}
	fflush(stdout);
	terminal.seen[terminal.count] = 0;
}

static void expect(const char *text)
{
	char *found;

	while (!(found = strstr(terminal.seen + terminal.matched, text))) {
		if (terminal.ended)
			give_up("it ended without", text);
		look();
	}
	terminal.matched = (size_t)(found - terminal.seen) + strlen(text);
}

static void type(const char *text)
{
	while (*text) {
		char byte = *text++;

		if (byte == '\\' && *text == 'x') {
			char digits[3] = {text[1], text[1] ? text[2] : 0, 0};

			byte = (char)strtol(digits, NULL, 16);
			text += 1 + strlen(digits);
		}
		if (write(terminal.fd, &byte, 1) != 1)
			give_up("cannot type", text);
	}
}

int main(int argc, char **argv)
{
	int status;
	int at = 1;
	pid_t pid;

	while (at < argc && strcmp(argv[at], "--") != 0)
		at++;
	if (at + 1 >= argc)
		give_up("usage:",
			"pty [expect TEXT | send TEXT]... -- COMMAND");
	pid = start(argv + at + 1);
	for (int i = 1; i + 1 < at; i += 2) {
		if (!strcmp(argv[i], "expect"))
			expect(argv[i + 1]);
		else if (!strcmp(argv[i], "send"))
			type(argv[i + 1]);
		else
			give_up("unknown step", argv[i]);
	}
	while (!terminal.ended)
		look();
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		continue;
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status)
				   : WEXITSTATUS(status);
}
