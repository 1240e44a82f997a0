/* symbols: what an address in a file is. See the header. */
#include "core/fleet/symbols.h"

#include <elfutils/libdwfl.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

struct symbols {
	struct os *os;
	Dwfl *dwfl;
};

static Dwfl_Line *find_line(Dwfl_Module *module, GElf_Addr address);
static Dwfl_Line *line_in(Dwarf_Die *unit, GElf_Addr address);
static Dwfl_Module *open_file(struct symbols *symbols, const char *path);
static int open_regular(struct os *os, const char *path);
static int find_file(Dwfl_Module *module, void **data, const char *name,
	Dwarf_Addr base, char **file, Elf **elf);
static int find_debug(Dwfl_Module *module, void **data, const char *name,
	Dwarf_Addr base, const char *file, const char *link, GElf_Word sum,
	char **found);
static int same_name(Dwfl_Module *module, void **data, const char *name,
	Dwarf_Addr base, void *context);
static bool find_address(
	Dwfl_Module *module, uint64_t offset, GElf_Addr *address);

static const Dwfl_Callbacks callbacks = {
	.find_elf = find_file,
	.find_debuginfo = find_debug,
	.section_address = dwfl_offline_section_address,
};

struct symbols *symbols_create(struct os *os)
{
	struct symbols *made = calloc(1, sizeof *made);

	if (!made)
		return NULL;
	made->os = os;
	made->dwfl = dwfl_begin(&callbacks);
	if (made->dwfl)
		return made;
	free(made);
	return NULL;
}

void symbols_destroy(struct symbols **symbols)
{
	if (!*symbols)
		return;
	dwfl_end((*symbols)->dwfl);
	free(*symbols);
	*symbols = NULL;
}

struct symbol symbols_find(
	struct symbols *symbols, const char *path, uint64_t offset)
{
	struct symbol symbol = {0};
	Dwfl_Module *module = open_file(symbols, path);
	Dwfl_Line *line;
	GElf_Addr address;
	GElf_Sym found;

	if (!module || !find_address(module, offset, &address))
		return symbol;
	symbol.function = dwfl_module_addrinfo(
		module, address, &symbol.behind, &found, NULL, NULL, NULL);
	line = find_line(module, address);
	if (line)
		symbol.file = dwfl_lineinfo(
			line, NULL, &symbol.line, NULL, NULL, NULL);
	return symbol;
}

/* By the table of addresses, which gcc makes; clang leaves it out, and then the
 * units are asked one after the other. */
static Dwfl_Line *find_line(Dwfl_Module *module, GElf_Addr address)
{
	Dwfl_Line *line = dwfl_module_getsrc(module, address);
	Dwarf_Die *unit = NULL;
	Dwarf_Addr bias;

	while (!line && (unit = dwfl_module_nextcu(module, unit, &bias)))
		if (dwarf_haspc(unit, address - bias) > 0)
			line = line_in(unit, address);
	return line;
}

/* The last line of a unit that begins at the address or before. */
static Dwfl_Line *line_in(Dwarf_Die *unit, GElf_Addr address)
{
	Dwfl_Line *nearest = NULL;
	GElf_Addr at, nearest_at = 0;
	size_t count = 0;

	if (dwfl_getsrclines(unit, &count) < 0)
		return NULL;
	for (size_t i = 0; i < count; i++) {
		Dwfl_Line *line = dwfl_onesrcline(unit, i);

		if (!dwfl_lineinfo(line, &at, NULL, NULL, NULL, NULL) ||
			at > address || at < nearest_at)
			continue;
		nearest = line;
		nearest_at = at;
	}
	return nearest;
}

/* One that was opened before is found again by its path. */
static Dwfl_Module *open_file(struct symbols *symbols, const char *path)
{
	const void *wanted[2] = {path, NULL};
	Dwfl_Module *module;
	int fd;

	(void)dwfl_getmodules(symbols->dwfl, same_name, (void *)wanted, 0);
	if (wanted[1])
		return (Dwfl_Module *)(uintptr_t)wanted[1];
	fd = open_regular(symbols->os, path);
	if (fd < 0)
		return NULL;
	dwfl_report_begin_add(symbols->dwfl);
	module = dwfl_report_offline(symbols->dwfl, path, path, fd);
	(void)dwfl_report_end(symbols->dwfl, NULL, NULL);
	if (!module)
		symbols->os->close(symbols->os, fd);
	return module;
}

static int open_regular(struct os *os, const char *path)
{
	struct stat status;
	int fd = os->openat(
		os, AT_FDCWD, path, O_RDONLY | O_NONBLOCK | O_NOCTTY, 0);

	if (fd < 0)
		return fd;
	if (os->fstat(os, fd, &status) == 0 && S_ISREG(status.st_mode))
		return fd;
	os->close(os, fd);
	return -EINVAL;
}

/* A module has its file from the beginning. */
static int find_file(Dwfl_Module *module, void **data, const char *name,
	Dwarf_Addr base, char **file, Elf **elf)
{
	(void)module;
	(void)data;
	(void)name;
	(void)base;
	(void)file;
	(void)elf;
	return -1;
}

/* What is not in the file itself is not looked for. */
static int find_debug(Dwfl_Module *module, void **data, const char *name,
	Dwarf_Addr base, const char *file, const char *link, GElf_Word sum,
	char **found)
{
	(void)module;
	(void)data;
	(void)name;
	(void)base;
	(void)file;
	(void)link;
	(void)sum;
	(void)found;
	return -1;
}

static int same_name(Dwfl_Module *module, void **data, const char *name,
	Dwarf_Addr base, void *context)
{
	const void **wanted = context;

	(void)data;
	(void)base;
	if (strcmp(name, wanted[0]) != 0)
		return DWARF_CB_OK;
	wanted[1] = module;
	return DWARF_CB_ABORT;
}

/* A program header tells at which address a part of the file is mapped. */
static bool find_address(
	Dwfl_Module *module, uint64_t offset, GElf_Addr *address)
{
	GElf_Addr bias;
	Elf *elf = dwfl_module_getelf(module, &bias);
	size_t count;
	GElf_Phdr part;

	if (!elf || elf_getphdrnum(elf, &count) < 0)
		return false;
	for (size_t i = 0; i < count; i++) {
		if (!gelf_getphdr(elf, (int)i, &part) ||
			part.p_type != PT_LOAD || offset < part.p_offset ||
			offset - part.p_offset >= part.p_filesz)
			continue;
		*address = part.p_vaddr + (offset - part.p_offset) + bias;
		return true;
	}
	return false;
}
