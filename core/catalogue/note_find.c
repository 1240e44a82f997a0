/*
 * note_find: the walk through an ELF file to the note; see note.h.
 *
 * Of each table one entry at a time is read, after a check that it lies in
 * the file; memory is asked for only when the note is found and small enough.
 */
#include "core/catalogue/note.h"

#include "core/base/bounds.h"

#include <elf.h>
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define NOTE_OWNER "tau"
#define NOTE_TYPE 1
/* Notes of others in one plugin: linkers write about five. */
#define NOTES_MAX 4096

struct search {
	const struct note_source *source;
	const char *path;
	struct error *error;
	/* Where the note's text was found; 0 bytes: not yet. */
	uint64_t offset;
	uint32_t bytes;
	uint32_t seen;
};

static int read_header(struct search *search, Elf64_Ehdr *header);
static int search_section(struct search *search, const Elf64_Shdr *section);
static int take_text(struct search *search, char **text, size_t *bytes);

static int refuse_read(struct search *search, int code)
{
	return error_set(search->error, code, "%s: cannot be read: %s",
		search->path, strerror(-code));
}

/* Reads bytes that must lie in the file. */
static int fetch(
	struct search *search, void *buffer, size_t bytes, uint64_t offset)
{
	uint64_t size = search->source->size;
	int result;

	if (offset > size || bytes > size - offset)
		return error_set(search->error, -EINVAL,
			"%s: the file is cut short: it has %" PRIu64
			" bytes, and byte %" PRIu64
			" is needed; build or copy it again",
			search->path, size,
			offset > UINT64_MAX - bytes ? UINT64_MAX
						    : offset + bytes);
	result = search->source->read(
		search->source->context, buffer, bytes, offset);
	return result == 0 ? 0 : refuse_read(search, result);
}

int note_find(const struct note_source *source, const char *path, char **text,
	size_t *bytes, struct error *error)
{
	struct search search = {.source = source, .path = path, .error = error};
	Elf64_Ehdr header = {0};
	Elf64_Shdr section;
	int result = read_header(&search, &header);

	for (unsigned i = 0; result == 0 && i < header.e_shnum; i++) {
		result = fetch(&search, &section, sizeof section,
			header.e_shoff + (uint64_t)i * sizeof section);
		if (result == 0 && section.sh_type == SHT_NOTE)
			result = search_section(&search, &section);
	}
	if (result != 0)
		return result;
	if (search.bytes == 0)
		return error_set(error, -EINVAL,
			"%s: it has no tau note, so it is no plugin; describe "
			"it with TAU_PLUGIN({...})",
			path);
	return take_text(&search, text, bytes);
}

static const char *machine_name(unsigned machine)
{
	switch (machine) {
	case EM_386:
		return "i386";
	case EM_ARM:
		return "ARM";
	case EM_AARCH64:
		return "AArch64";
	case EM_PPC64:
		return "PowerPC";
	case EM_S390:
		return "S/390";
	case EM_RISCV:
		return "RISC-V";
	default:
		return "another processor";
	}
}

static int check_identification(struct search *search, const Elf64_Ehdr *header)
{
	const unsigned char *ident = header->e_ident;

	if (ident[EI_CLASS] == ELFCLASS32)
		return error_set(search->error, -EINVAL,
			"%s: it was built for a 32-bit machine; this tau takes "
			"64-bit plugins",
			search->path);
	if (ident[EI_DATA] == ELFDATA2MSB)
		return error_set(search->error, -EINVAL,
			"%s: it was built for a big-endian machine; this tau "
			"takes little-endian plugins",
			search->path);
	if (ident[EI_CLASS] != ELFCLASS64 || ident[EI_DATA] != ELFDATA2LSB ||
		ident[EI_VERSION] != EV_CURRENT)
		return error_set(search->error, -EINVAL,
			"%s: its ELF header makes no sense; build or copy it "
			"again",
			search->path);
	return 0;
}

static int check_tables(struct search *search, const Elf64_Ehdr *header)
{
	if (header->e_shoff == 0 || header->e_shnum == 0)
		return error_set(search->error, -EINVAL,
			"%s: it has no section headers, so its note cannot be "
			"found; link it without removing them",
			search->path);
	/* So that no sum of offsets below can pass 64 bits. */
	if (header->e_shentsize != sizeof(Elf64_Shdr) ||
		header->e_shoff > INT64_MAX)
		return error_set(search->error, -EINVAL,
			"%s: its ELF section headers make no sense; build or "
			"copy it again",
			search->path);
	/* What the loader goes by, and checks, too, in fewer words. */
	if (header->e_phnum != 0 &&
		(header->e_phentsize != sizeof(Elf64_Phdr) ||
			header->e_phoff > search->source->size ||
			header->e_phnum * sizeof(Elf64_Phdr) >
				search->source->size - header->e_phoff))
		return error_set(search->error, -EINVAL,
			"%s: its ELF program headers make no sense; build or "
			"copy it again",
			search->path);
	return 0;
}

static int read_header(struct search *search, Elf64_Ehdr *header)
{
	size_t there = search->source->size < sizeof *header
			       ? (size_t)search->source->size
			       : sizeof *header;
	int result = fetch(search, header, there, 0);

	if (result != 0)
		return result;
	if (there == 0)
		return error_set(search->error, -EINVAL,
			"%s: the file is empty; build or copy it again",
			search->path);
	if (memcmp(header->e_ident, ELFMAG, SELFMAG) != 0)
		return error_set(search->error, -EINVAL,
			"%s: it is no ELF file, so it is no plugin; build it "
			"with cc -shared -fPIC",
			search->path);
	if (there < sizeof *header)
		return fetch(search, header, sizeof *header, 0);
	result = check_identification(search, header);
	if (result != 0)
		return result;
	if (header->e_machine != EM_X86_64)
		return error_set(search->error, -EINVAL,
			"%s: it was built for %s (machine %u) and this is "
			"x86-64 (machine %u); build it for this machine",
			search->path, machine_name(header->e_machine),
			header->e_machine, EM_X86_64);
	if (header->e_type != ET_DYN)
		return error_set(search->error, -EINVAL,
			"%s: it is no shared object (its ELF type is %u, not "
			"%u); link it with cc -shared -fPIC",
			search->path, header->e_type, ET_DYN);
	return check_tables(search, header);
}

static uint64_t round_up(uint64_t offset, uint64_t align)
{
	return (offset + align - 1) & ~(align - 1);
}

static int take_place(
	struct search *search, uint64_t offset, uint32_t bytes, uint64_t end)
{
	if (search->bytes != 0)
		return error_set(search->error, -EINVAL,
			"%s: it describes itself twice; TAU_PLUGIN stands once "
			"in a plugin",
			search->path);
	if (bytes == 0)
		return error_set(search->error, -EINVAL,
			"%s: its tau note is empty; describe it with "
			"TAU_PLUGIN({...})",
			search->path);
	if (bytes > NOTE_BYTES_MAX)
		return error_set(search->error, -EINVAL,
			"%s: its tau note has %" PRIu32
			" bytes; at most %u are read",
			search->path, bytes, NOTE_BYTES_MAX);
	if (bytes > end - offset)
		return error_set(search->error, -EINVAL,
			"%s: its tau note is cut short: it announces %" PRIu32
			" bytes and %" PRIu64 " are there; build it again",
			search->path, bytes, end - offset);
	search->offset = offset;
	search->bytes = bytes;
	return 0;
}

/* Whether the note with that header at `offset` is a plugin's description. */
static int is_ours(struct search *search, const Elf64_Nhdr *header,
	uint64_t offset, bool *ours)
{
	char owner[sizeof NOTE_OWNER];
	int result;

	*ours = false;
	if (header->n_namesz != sizeof owner || header->n_type != NOTE_TYPE)
		return 0;
	result = fetch(search, owner, sizeof owner, offset + sizeof *header);
	*ours = result == 0 && memcmp(owner, NOTE_OWNER, sizeof owner) == 0;
	return result;
}

/* A note of somebody else that is broken only ends the walk of its section. */
static int search_section(struct search *search, const Elf64_Shdr *section)
{
	uint64_t align = section->sh_addralign == 8 ? 8 : 4;
	uint64_t at = section->sh_offset, size = search->source->size, end;
	Elf64_Nhdr header = {0};
	bool ours;

	if (at > size || section->sh_size > size - at)
		return fetch(search, &header, 1,
			at > size || section->sh_size > UINT64_MAX - at
				? UINT64_MAX
				: at + section->sh_size - 1);
	for (end = at + section->sh_size;
		at < end && end - at >= sizeof header;) {
		uint64_t text = at;
		int result = fetch(search, &header, sizeof header, at);

		if (result == 0)
			result = is_ours(search, &header, at, &ours);
		text += round_up(sizeof header + header.n_namesz, align);
		if (result == 0 && ours)
			result = take_place(search, text, header.n_descsz,
				text < end ? end : text);
		if (result != 0)
			return result;
		if (++search->seen > NOTES_MAX)
			return error_set(search->error, -EINVAL,
				"%s: it has more than %d ELF notes; build it "
				"again",
				search->path, NOTES_MAX);
		at = text + round_up(header.n_descsz, align);
	}
	return 0;
}

static int take_text(struct search *search, char **text, size_t *bytes)
{
	char *taken = malloc(search->bytes);
	int result;

	if (taken == NULL)
		return error_set(search->error, -ENOMEM, "%s: out of memory",
			search->path);
	result = fetch(search, taken, search->bytes, search->offset);
	if (result == 0 &&
		memchr(taken, '\0', search->bytes) != taken + search->bytes - 1)
		result = error_set(search->error, -EINVAL,
			"%s: its tau note does not end in its only NUL; build "
			"it again with TAU_PLUGIN({...})",
			search->path);
	if (result != 0) {
		free(taken);
		return result;
	}
	*text = taken;
	*bytes = search->bytes - 1;
	return 0;
}
