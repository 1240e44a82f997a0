/*
 * oneliner_fuzz: any bytes typed in one line. What is accepted becomes a
 * manifest whose printed form reads back; what is not has a sentence.
 *
 * The catalogue is read from one plugin in memory: the note of the stand-in
 * for the standard plugins, which is compiled in, with an ELF file around it.
 */
#include <elf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/check.h"
#include "core/base/os.h"
#include "core/plan/manifest.h"
#include "core/plan/oneliner.h"
#include "tests/bad/oneliners/standard.c"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

/* The file that all of this os consists of. */
static struct {
	Elf64_Ehdr header;
	Elf64_Shdr section;
	char note[sizeof tau_note_];
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

static struct catalogue *make_catalogue(void)
{
	struct os os = {
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
	plugin.section.sh_size = sizeof plugin.note;
	memcpy(plugin.note, &tau_note_, sizeof plugin.note);
	CHECK(catalogue_create(&catalogue, &os, &where, NULL) == 0);
	CHECK(catalogue_refusal_count(catalogue) == 0);
	CHECK(catalogue_type_count(catalogue) > 10);
	return catalogue;
}

static void check_printed(const struct manifest *manifest)
{
	struct text text = {0};
	struct source source = {.name = "printed", .folder = "/"};
	struct diagnostics diagnostics;
	struct manifest again = {0};

	manifest_print(manifest, &text);
	source.text = text_string(&text);
	source.bytes = text.count;
	diagnostics_init(&diagnostics, &source);
	CHECK(manifest_parse(&again, &source, &diagnostics) == 0);
	CHECK(again.node_count == 1);
	CHECK(again.nodes[0].operator_count ==
		manifest->nodes[0].operator_count);
	CHECK(again.stream_count == manifest->stream_count);
	manifest_release(&again);
	diagnostics_release(&diagnostics);
	text_release(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	static struct catalogue *catalogue;
	struct source source = {.name = "-e",
		.text = (const char *)data,
		.bytes = bytes,
		.folder = "/"};
	struct manifest manifest = {0};
	struct diagnostics diagnostics;
	int result;

	if (catalogue == NULL)
		catalogue = make_catalogue();
	diagnostics_init(&diagnostics, &source);
	result = oneliner_parse(&manifest, &source, catalogue, &diagnostics);
	CHECK((result == 0) == (diagnostics.count == 0));
	for (uint32_t i = 0; i < diagnostics.count && i < MANIFEST_ERRORS_MAX;
		i++)
		CHECK(diagnostics.items[i].at == AT_NONE ||
			diagnostics.items[i].at <= bytes);
	if (result == 0)
		check_printed(&manifest);
	manifest_release(&manifest);
	diagnostics_release(&diagnostics);
	return 0;
}
