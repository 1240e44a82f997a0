/*
 * call_load: finds a function in a library. A name is looked for as the
 * dynamic loader does; with a slash in it, it is a file.
 */
#include "call.h"

#include <dlfcn.h>
#include <elf.h>
#include <errno.h>
#include <limits.h>
#include <link.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* The library's name, or its file. */
static int find_name(struct tau_op *op, char name[PATH_MAX])
{
	const struct tau_text *library = &op->params[LIBRARY].value.s;
	const struct tau_text *folder = &op->params[FOLDER].value.s;
	bool relative = memchr(library->text, '/', library->bytes) &&
			library->text[0] != '/';
	const char *path = library->text;
	size_t length = folder->bytes;
	int bytes;

	if (!library->bytes || strlen(library->text) != library->bytes)
		return tau_fail(op, -EINVAL,
			"\"library\": an empty name, or a NUL in it; write one "
			"such as libz.so.1");
	if (length > 2 && memcmp(folder->text + length - 2, "/.", 2) == 0)
		length -= 2;
	while (relative && strncmp(path, "./", 2) == 0)
		path += 2;
	bytes = snprintf(name, PATH_MAX, "%.*s%s%s", relative ? (int)length : 0,
		folder->text, relative ? "/" : "", path);
	if (bytes >= PATH_MAX)
		return tau_fail(
			op, -ENAMETOOLONG, "\"library\": the path is too long");
	return 0;
}

static int no_library(struct tau_op *op, const char *name)
{
	const char *why = dlerror();

	if (strchr(name, '/'))
		return tau_failf(op, -ENOENT,
			"the library %.300s cannot be loaded: %s", name,
			why ? why : "no reason is given");
	return tau_failf(op, -ENOENT,
		"the library %.80s cannot be loaded: %.160s; it was looked for "
		"in LD_LIBRARY_PATH, the cache of ldconfig, /lib and /usr/lib; "
		"a name with a slash in it is a file's",
		name, why ? why : "no reason is given");
}

/* The file that the loader took, for sentences. */
static const char *file_of(void *library)
{
	struct link_map *map = NULL;

	if (dlinfo(library, RTLD_DI_LINKMAP, &map) || !map || !map->l_name)
		return "";
	return map->l_name;
}

/* Whether the symbol is data, which cannot be called. */
static bool is_data(void *address)
{
	Dl_info info;
	const ElfW(Sym) *symbol = NULL;

	return dladdr1(address, &info, (void **)&symbol, RTLD_DL_SYMENT) &&
	       symbol && info.dli_saddr == address &&
	       ELF64_ST_TYPE(symbol->st_info) == STT_OBJECT;
}

/* dlopen waits for ever for whoever would write to a FIFO. */
static bool is_special(const char *name)
{
	struct stat status;

	return strchr(name, '/') && stat(name, &status) == 0 &&
	       !S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode);
}

/* A library is never closed: its threads and handlers may be anywhere. */
int call_load(struct tau_op *op, struct call *call)
{
	char name[PATH_MAX];
	void *address;
	int code = find_name(op, name);

	if (code)
		return code;
	if (is_special(name))
		return tau_failf(op, -EINVAL,
			"the library %.200s cannot be loaded: it is no regular "
			"file",
			name);
	call->library = dlopen(name, RTLD_NOW | RTLD_LOCAL);
	if (!call->library)
		return no_library(op, name);
	address = dlsym(call->library, call->function);
	if (!address)
		return tau_failf(op, -ENOENT,
			"the library %.80s (%.200s) has no function \"%s\"",
			op->params[LIBRARY].value.s.text,
			file_of(call->library), call->function);
	if (is_data(address))
		return tau_failf(op, -EINVAL,
			"\"%s\" of the library %.80s is data, not a function",
			call->function, op->params[LIBRARY].value.s.text);
	memcpy(&call->address, &address, sizeof address);
	return 0;
}
