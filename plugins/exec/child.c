/* child: see child.h. */
#include "child.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

#include <tau/value.h>

#include "common/state.h"

static const uint32_t awaited[] = {EPOLLOUT, EPOLLIN, EPOLLIN};

/* --- what is asked for --- */

/* Appends a text and a NUL. 0, -ENOMEM, or -EINVAL when it is no such text. */
static int add_text(struct buffer *to, const struct tau_value *value, char end)
{
	const char *text;
	size_t bytes;

	if (tau_value_text(value, &text, &bytes) || memchr(text, '\0', bytes) ||
		(end == '=' && (bytes == 0 || memchr(text, '=', bytes))))
		return -EINVAL;
	if (buffer_append(to, text, bytes))
		return -ENOMEM;
	return buffer_byte(to, end);
}

/* All texts of a list, or of a map as NAME=VALUE; *count says how many. */
static int add_all(struct buffer *to, const struct tau_param *param, bool map,
	uint32_t *count)
{
	struct tau_value list, key, value;
	struct tau_items items;
	int flow, code = 0;

	*count = 0;
	if (param->type == TAU_PARAM_NONE)
		return 0;
	if (tau_value_open(param->value.s.text, param->value.s.bytes, &list) ||
		tau_value_items(&list, &items))
		return -EINVAL;
	for (;;) {
		flow = map ? tau_value_next_entry(&items, &key, &value)
			   : tau_value_next(&items, &value);
		if (flow != 1)
			return flow < 0 ? -EINVAL : 0;
		if (map)
			code = add_text(to, &key, '=');
		if (code == 0)
			code = add_text(to, &value, '\0');
		if (code)
			return code;
		++*count;
	}
}

static void point(const char **texts, uint32_t count, char **at)
{
	for (uint32_t i = 0; i < count; i++) {
		texts[i] = *at;
		*at += strlen(*at) + 1;
	}
}

int words_init(struct tau_op *op, struct words *words,
	const struct tau_param *command, const struct tau_param *settings)
{
	struct buffer text = {0};
	int code = add_all(&text, command, false, &words->word_count);
	char *at;

	if (code == 0)
		code = add_all(&text, settings, true, &words->setting_count);
	words->text = (char *)text.start;
	if (code == 0) {
		words->words = calloc(words->word_count + 1, sizeof(char *));
		words->settings =
			calloc(words->setting_count + 1, sizeof(char *));
		if (!words->words || !words->settings)
			code = -ENOMEM;
	}
	if (code == -ENOMEM)
		return tau_fail(op, code, "no memory for a program's words");
	if (code)
		return tau_fail(op, code,
			"command is a list of text, and env a map of text, "
			"without NUL characters, and without = in a name");
	if (words->word_count == 0 || !text.start[0])
		return tau_fail(op, -EINVAL,
			"command is empty; its first word is the program");
	at = words->text;
	point(words->words, words->word_count, &at);
	point(words->settings, words->setting_count, &at);
	return 0;
}

void words_release(struct words *words)
{
	free(words->words);
	free(words->settings);
	free(words->text);
	*words = (struct words){0};
}

/* --- fds --- */

void child_told(struct child *child, uint64_t ready)
{
	for (uint32_t i = 0; i < 3; i++)
		if (ready & TAU_SLOT(i))
			child->idle[i] = false;
}

int child_watch(struct tau_op *op, struct child *child)
{
	for (uint32_t i = 0; i < 3; i++) {
		int code;

		if (child->fds[i] < 0 || child->watched[i] ||
			(i == TAU_CHILD_IN && child->in_closed))
			continue;
		code = op->host->watch(op, i, child->fds[i], awaited[i], 0);
		if (code)
			return tau_failf(op, code,
				"cannot wait for a program: %s",
				strerrordesc_np(-code));
		child->watched[i] = true;
		child->idle[i] = false;
	}
	return 0;
}

void child_watch_less(
	struct tau_op *op, struct child *child, enum tau_child_fd fd)
{
	if (child->watched[fd])
		(void)op->host->watch(op, fd, child->fds[fd], 0, 0);
	child->watched[fd] = false;
}

void child_unwatch(struct tau_op *op, struct child *child)
{
	for (uint32_t i = 0; i < 3; i++)
		child_watch_less(op, child, (enum tau_child_fd)i);
}

void child_idles(struct tau_op *op, struct child *child, enum tau_child_fd fd)
{
	(void)op->host->drained(op, fd, child->fds[fd], awaited[fd]);
	child->idle[fd] = true;
}

void child_close(struct tau_op *op, struct child *child,
	const struct tau_os *os, enum tau_child_fd fd)
{
	if (child->fds[fd] < 0)
		return;
	child_watch_less(op, child, fd);
	(void)os->close(os, child->fds[fd]);
	child->fds[fd] = -1;
}

void child_release(
	struct tau_op *op, struct child *child, const struct tau_os *os)
{
	for (uint32_t i = 0; i < 3; i++)
		child_close(op, child, os, (enum tau_child_fd)i);
}

int child_ended(struct child *child, const struct tau_os *os,
	struct tau_child_end *end, char *why, size_t room)
{
	char said[TAU_CHILD_END_BYTES];
	ssize_t count;
	size_t bytes;

	do
		count = os->receive(
			os, child->fds[TAU_CHILD_LEASH], said, sizeof said);
	while (count == -EINTR);
	if (count == -EAGAIN)
		return TAU_WAIT;
	if (count < 0)
		return (int)count;
	if ((size_t)count < sizeof *end)
		return -EPIPE;
	memcpy(end, said, sizeof *end);
	bytes = (size_t)count - sizeof *end;
	if (bytes >= room)
		bytes = room - 1;
	if (bytes) {
		memcpy(why, said + sizeof *end, bytes);
		why[bytes] = '\0';
	}
	return TAU_OK;
}

/* --- state --- */

int child_save(
	struct tau_op *op, const struct child *child, struct tau_out *state)
{
	int64_t in = child->fds[TAU_CHILD_IN] >= 0;
	int64_t out = child->fds[TAU_CHILD_OUT] >= 0;
	int64_t leash = child->fds[TAU_CHILD_LEASH] >= 0;
	int64_t closed = child->in_closed;
	const struct state_entry entries[] = {{"in", &in}, {"out", &out},
		{"leash", &leash}, {"in_closed", &closed}};
	int code = state_save(op, state, entries, 4);

	for (uint32_t i = 0; i < 3 && code == 0; i++)
		if (child->fds[i] >= 0)
			code = op->host->fd_send(op, state, child->fds[i], 0);
	return code;
}

int child_restore(struct tau_op *op, struct child *child,
	const struct tau_os *os, struct tau_in *state)
{
	int64_t has[3], closed;
	const struct state_entry entries[] = {{"in", &has[TAU_CHILD_IN]},
		{"out", &has[TAU_CHILD_OUT]}, {"leash", &has[TAU_CHILD_LEASH]},
		{"in_closed", &closed}};
	int code = state_restore(op, state, entries, 4);

	for (uint32_t i = 0; i < 3 && code == 0; i++) {
		const struct tau_record *record;

		if (!has[i])
			continue;
		record = tau_read_at(op, state);
		if (!record || record->type != TAU_FD || !os)
			return state_refuse(op);
		code = op->host->fd_take(op, record);
		if (code < 0)
			return tau_failf(op, code,
				"cannot take over a program: %s",
				strerrordesc_np(-code));
		child->fds[i] = code;
		code = 0;
		tau_consume_at(op, state);
	}
	child->in_closed = closed;
	return code;
}
