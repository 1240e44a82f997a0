/* children_start: how one begins: what it was asked for with, as a process. See
 * children.h. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>

#include "core/base/bounds.h"
#include "core/base/program.h"
#include "core/fleet/children_private.h"

#define OWN_SETTINGS 2 /* TAU_NODE, TAU_OPERATOR */
#define OWN_SETTING_BYTES 160
#define FOLDER_BYTES 8192 /* the node's, and where in it */
#define HINT_BYTES 160

/* A wish, as a SPAWN's text has it; views but for the arrays. */
struct wish {
	char own[OWN_SETTINGS][OWN_SETTING_BYTES];
	const char *folder;
	char **words;          /* ends in NULL */
	const char **settings; /* ours first */
	uint32_t setting_count;
	char **environment;
};

static int check(const struct children *children, const struct command *command,
	uint32_t fd_count, struct error *error);
static int make(struct children *children, const char *node,
	const struct command *command, const int fds[3], struct error *error);
static int read_wish(const struct child *child, const struct command *command,
	struct wish *wish, struct error *error);
static int add_settings(const struct child *child, struct wish *wish);
static const char *next_text(const char **at, const char *limit);
static int start(struct child *child, const struct wish *wish, const int fds[3],
	struct error *error);
static int find(struct os *os, const struct wish *wish, char *path,
	struct error *error);
static bool is_line(const struct wish *wish, char hint[HINT_BYTES]);
static int spawn(struct child *child, const struct wish *wish, const char *path,
	const int fds[3]);
static int say_unrun(struct os *os, const struct wish *wish, const char *path,
	int code, struct error *error);
static void free_wish(struct wish *wish);
static void copy_name(char *to, const char *from, size_t bytes);

void children_start(struct children *children, const char *node,
	const struct command *command, int *fds, uint32_t fd_count)
{
	struct os *os = children->os;
	struct error error = ERROR_NONE;
	int code = check(children, command, fd_count, &error);

	if (code == 0)
		code = children_open(children, &error);
	if (code == 0)
		code = make(children, node, command, fds, &error);
	if (code < 0 && fd_count == 3)
		children_tell(children, fds[TAU_CHILD_LEASH],
			&(struct tau_child_end){.code = code}, error.text);
	for (uint32_t i = 0; i < fd_count; i++)
		if (i != TAU_CHILD_LEASH)
			(void)os->close(os, fds[i]);
		else if (code < 0)
			children_hang_up(children, fds[i]);
}

/* Nothing of it is believed. */
static int check(const struct children *children, const struct command *command,
	uint32_t fd_count, struct error *error)
{
	if (fd_count != 3 || command->code <= 0 ||
		(uint32_t)command->code > CHILD_WORDS_MAX ||
		command->bytes > CHILD_WORDS_MAX || command->text.bytes == 0 ||
		command->text.bytes > CHILD_TEXT_BYTES_MAX + FOLDER_BYTES ||
		command->text.text[command->text.bytes - 1] != '\0')
		return error_set(error, -EPROTO,
			"a child was asked for against the rules");
	if (children->count >= CHILDREN_MAX)
		return error_set(error, -EAGAIN,
			"cannot run another child: the topology has %u, and "
			"may have no more at once",
			CHILDREN_MAX);
	return 0;
}

/* One that runs has taken the leash; else nothing is left. */
static int make(struct children *children, const char *node,
	const struct command *command, const int fds[3], struct error *error)
{
	struct child *child = calloc(1, sizeof *child);
	struct wish wish = {0};
	int code;

	if (!child)
		return error_set(error, -ENOMEM, "out of memory for a child");
	child->children = children;
	child->leash_fd = fds[TAU_CHILD_LEASH];
	copy_name(child->node, node, strlen(node));
	copy_name(child->name, command->name.text, command->name.bytes);
	code = read_wish(child, command, &wish, error);
	if (code == 0)
		code = start(child, &wish, fds, error);
	if (code < 0)
		free(child);
	free_wish(&wish);
	return code;
}

static int read_wish(const struct child *child, const struct command *command,
	struct wish *wish, struct error *error)
{
	const char *at = command->text.text, *limit = at + command->text.bytes;
	uint32_t words = (uint32_t)command->code;

	wish->setting_count = (uint32_t)command->bytes + OWN_SETTINGS;
	wish->words = calloc(words + 1u, sizeof *wish->words);
	wish->settings = calloc(wish->setting_count, sizeof *wish->settings);
	if (!wish->words || !wish->settings)
		return error_set(error, -ENOMEM, "out of memory for a child");
	wish->folder = next_text(&at, limit);
	for (uint32_t i = 0; i < words; i++)
		wish->words[i] = (char *)(uintptr_t)next_text(&at, limit);
	for (uint32_t i = OWN_SETTINGS; i < wish->setting_count; i++)
		wish->settings[i] = next_text(&at, limit);
	if (!wish->folder || !wish->words[words - 1] || at != limit ||
		(wish->setting_count > OWN_SETTINGS &&
			!wish->settings[wish->setting_count - 1]))
		return error_set(error, -EPROTO,
			"what a child was asked for with is no list of words "
			"and settings");
	return add_settings(child, wish) == 0
		       ? 0
		       : error_set(error, -ENOMEM, "out of memory for a child");
}

/* Ours in front, and what it inherits behind its own. */
static int add_settings(const struct child *child, struct wish *wish)
{
	snprintf(wish->own[0], sizeof wish->own[0], "TAU_NODE=%s", child->node);
	snprintf(wish->own[1], sizeof wish->own[1], "TAU_OPERATOR=%s",
		child->name);
	for (uint32_t i = 0; i < OWN_SETTINGS; i++)
		wish->settings[i] = wish->own[i];
	wish->environment = program_environment(wish->settings,
		wish->setting_count, child->children->environment);
	return wish->environment ? 0 : -ENOMEM;
}

/* The text at `*at`, which moves behind its NUL; NULL: there is no more. */
static const char *next_text(const char **at, const char *limit)
{
	const char *text = *at;

	if (text >= limit)
		return NULL;
	*at += strlen(text) + 1; /* the last byte is a NUL */
	return text;
}

static int start(struct child *child, const struct wish *wish, const int fds[3],
	struct error *error)
{
	struct os *os = child->children->os;
	char path[PROGRAM_PATH_BYTES];
	struct stat about = {0};
	int log[2], code = find(os, wish, path, error);

	if (code == 0)
		code = os->fstat(os, fds[TAU_CHILD_IN], &about);
	if (code == 0)
		code = os->pipe(os, log, 0);
	if (code < 0)
		return error_set(error, code, "cannot run %s: %s%s",
			wish->words[0], strerror(-code), error_hint(code));
	child->device = about.st_dev;
	child->inode = about.st_ino;
	child->log_fd = log[0];
	code = os->fcntl(os, log[0], F_SETFL, O_NONBLOCK);
	if (code >= 0)
		code = spawn(child, wish, path,
			(int[]){fds[TAU_CHILD_IN], fds[TAU_CHILD_OUT], log[1]});
	(void)os->close(os, log[1]);
	if (code < 0) {
		(void)os->close(os, log[0]);
		return say_unrun(os, wish, path, code, error);
	}
	if (children_watch(child) < 0)
		children_end(child); /* seen again when its time is over */
	return 0;
}

/* Only of one that is looked for there is more to say than the errno. */
static int find(
	struct os *os, const struct wish *wish, char *path, struct error *error)
{
	const char *name = wish->words[0];
	char hint[HINT_BYTES];
	int code =
		program_find(os, path, wish->folder, name, wish->environment);

	if (code != -ENOENT)
		return code;
	if (is_line(wish, hint))
		return error_set(error, code,
			"cannot run \"%s\": there is no such program along "
			"PATH%s",
			name, hint);
	return error_set(error, code,
		"cannot run %s: there is no such program along PATH; a program "
		"that is not there is named with its path, such as ./%s",
		name, name);
}

/* Whether the program's name is a whole line; then how its words are written.
 */
static bool is_line(const struct wish *wish, char hint[HINT_BYTES])
{
	static const char list[] = "; write the words as a list: ";
	const char *name = wish->words[0];
	size_t used = sizeof list - 1;

	if (wish->words[1] || !strchr(name, ' ') ||
		strlen(name) >= HINT_BYTES - used)
		return false;
	if (strpbrk(name, "\"'`\\$&|;<>(){}*?#,")) {
		strcpy(hint, "; no shell reads it, unless the words are sh, "
			     "-c and that");
		return true;
	}
	strcpy(hint, list);
	for (const char *at = name; *at; at++)
		if (*at != ' ')
			hint[used++] = *at;
		else if (hint[used - 1] != ' ' && hint[used - 1] != ',')
			hint[used++] = ',';
	hint[hint[used - 1] == ',' ? used - 1 : used] = '\0';
	return true;
}

static int spawn(struct child *child, const struct wish *wish, const char *path,
	const int fds[3])
{
	struct os *os = child->children->os;
	const struct os_spawn_fd placed[] = {
		{fds[0], 0}, {fds[1], 1}, {fds[2], 2}};
	struct os_spawn asked = {.path = path,
		.argv = wish->words,
		.envp = wish->environment,
		.cwd = wish->folder,
		.fds = placed,
		.fd_count = 3,
		.flags = OS_SPAWN_NEW_GROUP,
		.soft_files = child->children->soft_files,
		.death_signal = SIGKILL};
	pid_t pid;

	sigemptyset(&asked.blocked);
	sigemptyset(&asked.ignored);
	pid = os->spawn(os, &asked, &child->pidfd);
	child->pid = pid;
	return pid < 0 ? pid : 0;
}

/* The kernel's errno is of the folder, the file or what the file names. */
static int say_unrun(struct os *os, const struct wish *wish, const char *path,
	int code, struct error *error)
{
	struct stat status = {0};
	const char *hint = error_hint(code);
	char line[HINT_BYTES];
	int folder = os->fstatat(os, AT_FDCWD, wish->folder, &status, 0);
	int file;

	if (folder == 0 && !S_ISDIR(status.st_mode))
		folder = -ENOTDIR;
	file = os->fstatat(os, AT_FDCWD, path, &status, 0);
	if (folder < 0)
		return error_set(error, folder,
			"cannot run %s in the folder %s: %s", wish->words[0],
			wish->folder, strerror(-folder));
	if (code == -ENOENT && file < 0 && is_line(wish, line))
		hint = line;
	if (code == -ENOENT && file == 0)
		hint = "; what its first line names to run it with, or its "
		       "loader, is not there";
	if (code == -EACCES && file == 0)
		hint = S_ISDIR(status.st_mode)
			       ? "; it is a folder: name the program in it"
			       : "; is it executable (chmod +x)?";
	if (code == -ENOEXEC)
		hint = "; a script begins with #! and what runs it";
	return error_set(error, code, "cannot run %s (%s): %s%s",
		wish->words[0], path, strerror(-code), hint);
}

static void free_wish(struct wish *wish)
{
	free(wish->words);
	free(wish->settings);
	free(wish->environment);
}

static void copy_name(char *to, const char *from, size_t bytes)
{
	size_t most = 2 * NAME_BYTES_MAX - 1;

	if (bytes > most)
		bytes = most;
	memcpy(to, from, bytes);
	to[bytes] = '\0';
}
