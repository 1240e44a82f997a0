/*
 * memory_catalogue: a catalogue of one plugin, read from memory: its note with
 * an ELF file around it, so that fuzz targets need no files and no build tree.
 */
#ifndef TESTS_FUZZ_MEMORY_CATALOGUE_H
#define TESTS_FUZZ_MEMORY_CATALOGUE_H

#include <elf.h>
#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "core/base/check.h"
#include "core/base/os.h"
#include "core/catalogue/catalogue.h"

#define MEMORY_NOTE_BYTES 65536

/* The file that all of this os consists of. */
static struct {
	Elf64_Ehdr header;
	Elf64_Shdr section;
	char note[MEMORY_NOTE_BYTES];
} plugin;

static int memory_openat(
	struct os *os, int folder_fd, const char *path, int flags, mode_t mode)
{
	(void)os, (void)folder_fd, (void)path, (void)flags, (void)mode;
	return 3;
}

static int memory_close(struct os *os, int fd)
{
	(void)os, (void)fd;
	return 0;
}

static int memory_list(
	struct os *os, int folder_fd, os_visit *visit, void *context)
{
	(void)os, (void)folder_fd;
	return visit(context, "tau-standard.so", 0);
}

static int memory_fstat(struct os *os, int fd, struct stat *status)
{
	(void)os, (void)fd;
	*status = (struct stat){
		.st_mode = S_IFREG | 0600, .st_size = sizeof plugin};
	return 0;
}

static int memory_fstatat(struct os *os, int folder_fd, const char *path,
	struct stat *status, int flags)
{
	(void)os, (void)folder_fd, (void)path, (void)flags;
	*status = (struct stat){.st_mode = S_IFDIR | 0700};
	return 0;
}

static ssize_t memory_readlinkat(struct os *os, int folder_fd, const char *path,
	char *target, size_t bytes)
{
	(void)os, (void)folder_fd, (void)path, (void)target, (void)bytes;
	return -ENOENT;
}

static ssize_t memory_pread(
	struct os *os, int fd, void *buffer, size_t bytes, int64_t offset)
{
	(void)os, (void)fd;
	memcpy(buffer, (const char *)&plugin + offset, bytes);
	return (ssize_t)bytes;
}

/* The catalogue of a plugin with this note; aborts when there is a fault. */
static struct catalogue *memory_catalogue(const void *note, size_t bytes)
{
	static struct os os = {
		.openat = memory_openat,
		.close = memory_close,
		.list = memory_list,
		.fstat = memory_fstat,
		.fstatat = memory_fstatat,
		.readlinkat = memory_readlinkat,
		.pread = memory_pread,
	};
	struct catalogue_search where = {.beside = "/plugins"};
	struct catalogue *catalogue;

	memcpy(plugin.header.e_ident, ELFMAG, SELFMAG);
	plugin.header.e_ident[EI_CLASS] = ELFCLASS64;
	plugin.header.e_ident[EI_DATA] = ELFDATA2LSB;
	plugin.header.e_ident[EI_VERSION] = EV_CURRENT;
	plugin.header.e_machine = EM_X86_64;
	plugin.header.e_type = ET_DYN;
	plugin.header.e_shoff = offsetof(__typeof__(plugin), section);
	plugin.header.e_shentsize = sizeof plugin.section;
	plugin.header.e_shnum = 1;
	plugin.section.sh_type = SHT_NOTE;
	plugin.section.sh_offset = offsetof(__typeof__(plugin), note);
	plugin.section.sh_size = bytes;
	CHECK(bytes <= sizeof plugin.note);
	memcpy(plugin.note, note, bytes);
	CHECK(catalogue_create(&catalogue, &os, &where, NULL) == 0);
	CHECK(catalogue_refusal_count(catalogue) == 0);
	CHECK(catalogue_type_count(catalogue) > 10);
	return catalogue;
}

#endif
