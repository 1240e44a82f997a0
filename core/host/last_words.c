/* last_words: what a node tells its supervisor as it dies. See the header. */
#include "core/host/last_words.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "core/fiber/words.h"
#include "core/wire/command.h"

#define TEXT_BYTES (COMMAND_PACKET_BYTES / 2)
#define MAPS_BYTES 8192

/* One line of /proc/self/maps. */
struct mapping {
	uintptr_t from, to, offset;
	const char *path; /* or "" */
};

static void add_frames(struct os *os, struct words *words,
	const struct overflow_report *report);
static int open_maps(struct os *os);
static uint64_t add_mapped(struct os *os, int fd, struct words *words,
	const struct overflow_report *report);
static uint64_t add_mapping(
	char *line, struct words *words, const struct overflow_report *report);
static bool read_mapping(const char *line, struct mapping *mapping);
static uintptr_t read_hex(const char **at);
static void add_frame(struct words *words, size_t index, uintptr_t address);
static bool send_packet(
	const struct last_words *last, const struct command *message);

_Static_assert(COMMAND_EXIT_STACK == OVERFLOW_EXIT_STATUS, "one status");
_Static_assert((int)COMMAND_CRASH_FAULT == OVERFLOW_FAULT &&
		       (int)COMMAND_CRASH_RAISED == OVERFLOW_RAISED &&
		       (int)COMMAND_CRASH_TOLD == OVERFLOW_TOLD &&
		       (int)COMMAND_CRASH_STACK == OVERFLOW_USED_UP &&
		       (int)COMMAND_CRASH_NONE == OVERFLOW_STANDS,
	"one numbering");

bool last_words_who(void *context, struct overflow_runner *runner)
{
	const struct last_words *last = context;
	const struct instance *instance = node_running(last->node);

	if (!instance)
		return false;
	*runner = (struct overflow_runner){instance->name, instance->plugin,
		instance->task.coroutine ? instance->task.coroutine->stack
					 : NULL};
	return true;
}

bool last_words_tell(void *context, const struct overflow_report *report)
{
	const struct last_words *last = context;
	char text[TEXT_BYTES];
	struct words words = {text, sizeof text, 0};
	struct command message = {.kind = report->kind == OVERFLOW_STANDS
						  ? COMMAND_STANDS
						  : COMMAND_CRASHED,
		.code = report->number,
		.records = report->address,
		.bytes = report->kind};

	add_frames(last->os, &words, report);
	if (report->runner) {
		message.name = command_text(report->runner->operator_name);
		message.plugin = command_text(report->runner->plugin);
	}
	message.text = (struct command_text){words.text, words.used};
	return send_packet(last, &message);
}

static void add_frames(struct os *os, struct words *words,
	const struct overflow_report *report)
{
	uint64_t added = 0;
	int fd = open_maps(os);

	if (fd >= 0) {
		added = add_mapped(os, fd, words, report);
		os->close(os, fd);
	}
	for (size_t i = 0; i < report->frame_count; i++)
		if (!(added >> i & 1)) {
			add_frame(words, i, report->frames[i]);
			words_add(words, "\n");
		}
}

/* Who has no file left has none to die with either; standard input is no
 * operator's. */
static int open_maps(struct os *os)
{
	int fd = os->openat(os, AT_FDCWD, "/proc/self/maps", O_RDONLY, 0);

	if (fd != -EMFILE)
		return fd;
	os->close(os, 0);
	return os->openat(os, AT_FDCWD, "/proc/self/maps", O_RDONLY, 0);
}

/* Which frames were found, as bits. */
static uint64_t add_mapped(struct os *os, int fd, struct words *words,
	const struct overflow_report *report)
{
	char lines[MAPS_BYTES];
	size_t used = 0;
	uint64_t added = 0;
	ssize_t count;

	_Static_assert(WALK_FRAMES_MAX <= 64, "a bit per frame");
	while ((count = os->read(os, fd, lines + used, sizeof lines - used)) >
		0) {
		char *line = lines;
		char *end;

		used += (size_t)count;
		while ((end = memchr(
				line, '\n', used - (size_t)(line - lines)))) {
			*end = '\0';
			added |= add_mapping(line, words, report);
			line = end + 1;
		}
		used -= (size_t)(line - lines);
		memmove(lines, line, used);
		if (used == sizeof lines)
			break;
	}
	return added;
}

static uint64_t add_mapping(
	char *line, struct words *words, const struct overflow_report *report)
{
	struct mapping mapping;
	uint64_t added = 0;

	if (!read_mapping(line, &mapping))
		return 0;
	for (size_t i = 0; i < report->frame_count; i++) {
		uintptr_t address = report->frames[i];

		if (address < mapping.from || address >= mapping.to)
			continue;
		added |= UINT64_C(1) << i;
		add_frame(words, i, address);
		words_add(words, " ");
		words_add_number(
			words, address - mapping.from + mapping.offset, 16);
		words_add(words, " ");
		words_add(words, mapping.path);
		words_add(words, "\n");
	}
	return added;
}

/* "FROM-TO PERMISSIONS OFFSET DEVICE INODE      PATH" */
static bool read_mapping(const char *line, struct mapping *mapping)
{
	mapping->from = read_hex(&line);
	if (*line++ != '-')
		return false;
	mapping->to = read_hex(&line);
	if (*line++ != ' ' || !(line = strchr(line, ' ')))
		return false;
	line++;
	mapping->offset = read_hex(&line);
	mapping->path = strchr(line, '/');
	if (!mapping->path)
		mapping->path = "";
	return true;
}

static uintptr_t read_hex(const char **at)
{
	uintptr_t number = 0;

	for (;; (*at)++) {
		char digit = **at;

		if (digit >= '0' && digit <= '9')
			number = number * 16 + (uintptr_t)(digit - '0');
		else if (digit >= 'a' && digit <= 'f')
			number = number * 16 + (uintptr_t)(digit - 'a' + 10);
		else
			return number;
	}
}

static void add_frame(struct words *words, size_t index, uintptr_t address)
{
	words_add_number(words, index, 10);
	words_add(words, " ");
	words_add_number(words, address, 16);
}

static bool send_packet(
	const struct last_words *last, const struct command *message)
{
	struct os *os = last->os;
	uint8_t packet[COMMAND_PACKET_BYTES];
	size_t next = 0;
	struct iovec part = {packet, command_encode(message, 0, packet, &next)};
	struct msghdr header = {.msg_iov = &part, .msg_iovlen = 1};
	ssize_t sent;

	do
		sent = os->sendmsg(
			os, last->fd, &header, MSG_DONTWAIT | MSG_NOSIGNAL);
	while (sent == -EINTR);
	return sent == (ssize_t)part.iov_len;
}
