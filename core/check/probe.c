/* probe: one operator in a process of its own. See the header. */
#include "core/check/probe.h"

#include "core/check/elf.h"
#include "core/check/guard.h"
#include "core/base/bounds.h"

#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define FOLDER_BYTES 2048

static void (*const groups[])(struct probe *) = {
	[PROBE_RUN] = probe_run,
	[PROBE_STALL] = probe_stall,
	[PROBE_PARAMS] = probe_params,
	[PROBE_LIFE] = probe_lives,
	[PROBE_STOP] = probe_stop,
	[PROBE_CLOSE] = probe_close,
	[PROBE_SAVE] = probe_save,
	[PROBE_FAIL] = probe_fail,
};

static void try_operator(struct probe *probe, const char *path, uint32_t first,
	const struct catalogue_search *search);
static int load(struct probe *probe, const char *path, const char *name,
	const char *store, struct library **library);
static void find_code(struct probe *probe);
static void limit_files(struct os *os, rlim_t bytes);

int probe_main(struct os *os, const char *path, const char *name,
	uint32_t first, const struct catalogue_search *search)
{
	struct probe *probe = calloc(1, sizeof *probe);
	char folder[FOLDER_BYTES], store[FOLDER_BYTES + 16];
	ssize_t bytes = os->readlinkat(
		os, AT_FDCWD, "/proc/self/cwd", folder, sizeof folder);
	struct library *library;
	void *page = NULL;

	if (!probe || bytes <= 0 || bytes == sizeof folder ||
		os->map(os, &page, sizeof *probe->page, PROT_READ | PROT_WRITE,
			MAP_SHARED, PROBE_PAGE_FD, 0) < 0)
		return 1;
	folder[bytes] = '\0';
	(void)snprintf(store, sizeof store, "%s/.store", folder);
	*probe = (struct probe){.os = os,
		.pid = os->getpid(os),
		.page = page,
		.folder = folder,
		.cells = {.os = os}};
	probe->page->group = first;
	limit_files(os, PLUGIN_FILE_BYTES_MAX); /* a copy is loaded */
	(void)guard_signals(os);
	if (load(probe, path, name, store, &library) < 0)
		os->exit(os, PROBE_ABANDONED);
	limit_files(os, PROBE_FILE_BYTES);
	if (probe->owner)
		try_operator(probe, path, first, search);
	probe->page->group = PROBE_GROUPS;
	os->exit(os, PROBE_DONE);
}

static void try_operator(struct probe *probe, const char *path, uint32_t first,
	const struct catalogue_search *search)
{
	struct os *os = probe->os;

	find_code(probe);
	if (stack_arena_create(&probe->stacks, os, NULL) < 0 ||
		probe_watch_signals(probe) < 0 ||
		draw_init(&probe->draw, os, path, probe->owner->description,
			search, probe->folder) < 0)
		os->exit(os, 1);
	for (uint32_t group = first; group < PROBE_GROUPS; group++) {
		probe->page->group = group;
		groups[group](probe);
	}
}

/* What it prints, and what it writes. */
static void limit_files(struct os *os, rlim_t bytes)
{
	const struct rlimit limit = {bytes, bytes};

	(void)os->rlimit(os, RLIMIT_FSIZE, &limit, NULL);
}

/* How far it has printed, to fds 1 and 2 alike. */
static uint64_t printed(struct probe *probe)
{
	int64_t at = probe->os->lseek(probe->os, 2, 0, SEEK_CUR);

	return at > 0 ? (uint64_t)at : 0;
}

/* A copy of the process, which the operator has made, is nobody's. */
static void leave_if_copy(struct probe *probe)
{
	if (probe->os->getpid(probe->os) != probe->pid)
		probe->os->exit(probe->os, 0);
}

struct wanting {
	struct probe *probe;
	const struct library *library;
};

static void ask_for(void *context, const char *name)
{
	struct wanting *wanting = context;

	if (!library_has(wanting->library, name))
		probe_finding(wanting->probe, "elf.undefined",
			"it wants %.200s, and no library that it is linked "
			"with has it",
			name);
}

/* What is found when it is loaded alone: whether its libraries have all that
 * it wants. */
static void check_undefined(struct probe *probe, const struct library *library)
{
	struct stat status;
	struct wanting wanting = {probe, library};
	struct os *os = probe->os;
	void *bytes = NULL;

	if (os->fstat(os, library->stored_fd, &status) < 0 ||
		os->map(os, &bytes, (size_t)status.st_size, PROT_READ,
			MAP_PRIVATE, library->stored_fd, 0) < 0)
		return;
	elf_undefined(&(struct elf_file){bytes, (size_t)status.st_size},
		ask_for, &wanting);
	(void)os->unmap(os, bytes, (size_t)status.st_size);
}

static int load(struct probe *probe, const char *path, const char *name,
	const char *store, struct library **library)
{
	struct error error = ERROR_NONE;
	const char *why;
	size_t bytes = strlen(path);
	int result;

	probe_case(probe, "loading");
	result = library_load(library, probe->os, store, path, NULL, &error);
	if (result < 0) {
		why = error.text +
		      (strncmp(error.text, path, bytes) == 0 &&
					      error.text[bytes] == ':'
				      ? bytes + 2
				      : 0);
		probe_finding(probe,
			strstr(why, "undefined symbol")   ? "elf.undefined"
			: strstr(why, "cannot be loaded") ? "file.load"
							  : "note.table",
			"%s", why);
		return result;
	}
	if (*name) {
		probe->owner = library_operator(*library, name);
		return probe->owner ? 0 : -ENOENT;
	}
	check_undefined(probe, *library);
	if (!probe->page->finding_count)
		probe_passed(probe);
	return 0;
}

static int visit_file(struct dl_phdr_info *file, size_t bytes, void *context)
{
	struct probe *probe = context;
	const struct tau_operator *table = &probe->owner->table;
	uintptr_t inside =
		table->run ? (uintptr_t)table->run : (uintptr_t)table->on_ready;

	(void)bytes;
	for (int i = 0; i < file->dlpi_phnum; i++) {
		const ElfW(Phdr) *part = &file->dlpi_phdr[i];
		uintptr_t start = file->dlpi_addr + part->p_vaddr;

		if (part->p_type != PT_LOAD || inside < start ||
			inside >= start + part->p_memsz)
			continue;
		probe->code = (struct probe_code){
			start, start + part->p_memsz, part->p_offset};
		return 1;
	}
	return 0;
}

/* Where the plugin's code is, to tell where it crashed. */
static void find_code(struct probe *probe)
{
	(void)dl_iterate_phdr(visit_file, probe);
}

void probe_finding(
	struct probe *probe, const char *code, const char *format, ...)
{
	struct page *page = probe->page;
	struct page_finding *finding;
	va_list list;

	leave_if_copy(probe);
	for (uint32_t i = 0; i < page->finding_count; i++)
		if (page->findings[i].group == page->group &&
			strcmp(page->findings[i].code, code) == 0)
			return;
	if (page->finding_count >= PAGE_FINDINGS_MAX)
		return;
	finding = &page->findings[page->finding_count];
	finding->group = page->group;
	finding->printed_from = page->printed_from;
	finding->printed_to = printed(probe);
	(void)snprintf(finding->code, sizeof finding->code, "%s", code);
	(void)snprintf(
		finding->where, sizeof finding->where, "%s", page->where);
	va_start(list, format);
	(void)vsnprintf(finding->text, sizeof finding->text, format, list);
	va_end(list);
	page->finding_count++;
}

void probe_left_out(
	struct probe *probe, const char *what, const char *format, ...)
{
	struct page *page = probe->page;
	struct page_left_out *left_out;
	va_list list;

	for (uint32_t i = 0; i < page->left_out_count; i++)
		if (strcmp(page->left_out[i].what, what) == 0)
			return;
	if (page->left_out_count >= PAGE_LEFT_OUT_MAX)
		return;
	left_out = &page->left_out[page->left_out_count];
	(void)snprintf(left_out->what, sizeof left_out->what, "%s", what);
	va_start(list, format);
	(void)vsnprintf(left_out->why, sizeof left_out->why, format, list);
	va_end(list);
	page->left_out_count++;
}

void probe_case(struct probe *probe, const char *format, ...)
{
	va_list list;

	leave_if_copy(probe);
	va_start(list, format);
	(void)vsnprintf(
		probe->page->where, sizeof probe->page->where, format, list);
	va_end(list);
	probe->page->printed_from = printed(probe);
	probe->page->cases++;
}

void probe_passed(struct probe *probe)
{
	if (probe->page->group < PROBE_GROUPS)
		probe->page->passed[probe->page->group]++;
}
