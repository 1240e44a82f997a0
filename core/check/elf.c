/* elf: what a shared object asks of the loader, judged. See the header. */
#include "core/check/elf.h"

#include <elf.h>
#include <stdbool.h>
#include <string.h>

struct symbols {
	const Elf64_Sym *first;
	size_t count;
	const char *names;
	size_t name_bytes;
};

/* What the file says to the loader. */
struct dynamic {
	bool textrel, rpath, stack_told, stack_runs;
};

static const void *part(
	const struct elf_file *file, uint64_t offset, uint64_t bytes);
static const Elf64_Shdr *sections(const struct elf_file *file, size_t *count);
static bool find_symbols(const struct elf_file *file, struct symbols *symbols);
static const char *name_of(
	const struct symbols *symbols, const Elf64_Sym *symbol);
static bool is_of_tools(const char *name);
static void read_dynamic(const struct elf_file *file, struct dynamic *dynamic);
static void check_exports(
	struct check_report *report, const struct symbols *symbols);
static void say_host(void *report, const char *name);

void elf_check(struct check_report *report, const struct elf_file *file)
{
	struct symbols symbols = {0};
	struct dynamic dynamic = {0};
	size_t before = report->finding_count;

	(void)find_symbols(file, &symbols);
	check_exports(report, &symbols);
	elf_undefined(file, say_host, report);
	read_dynamic(file, &dynamic);
	if (dynamic.textrel)
		report_finding(report, "elf.textrel", "", "file", "",
			"its code is changed when it is loaded (TEXTREL), so "
			"its pages are shared with nobody and some systems "
			"refuse it");
	if (dynamic.rpath)
		report_finding(report, "elf.rpath", "", "file", "",
			"it carries a path of its own to libraries (RPATH or "
			"RUNPATH), which leads elsewhere on other machines");
	if (!dynamic.stack_told || dynamic.stack_runs)
		report_finding(report, "elf.stack", "", "file", "",
			"it asks for a stack that can be executed");
	report_passed(report, "", "file",
		6 - (uint32_t)(report->finding_count - before > 6
				       ? 6
				       : report->finding_count - before));
}

void elf_undefined(const struct elf_file *file, elf_visit *visit, void *context)
{
	struct symbols symbols;

	if (!find_symbols(file, &symbols))
		return;
	for (size_t i = 1; i < symbols.count; i++) {
		const Elf64_Sym *symbol = &symbols.first[i];
		const char *name = name_of(&symbols, symbol);

		if (symbol->st_shndx == SHN_UNDEF &&
			ELF64_ST_BIND(symbol->st_info) == STB_GLOBAL && *name &&
			!is_of_tools(name))
			visit(context, name);
	}
}

static const void *part(
	const struct elf_file *file, uint64_t offset, uint64_t bytes)
{
	if (offset > file->size || bytes > file->size - offset || offset % 8)
		return NULL;
	return file->bytes + offset;
}

static const Elf64_Shdr *sections(const struct elf_file *file, size_t *count)
{
	const Elf64_Ehdr *head = part(file, 0, sizeof *head);

	*count = 0;
	if (!head || head->e_shentsize != sizeof(Elf64_Shdr))
		return NULL;
	*count = head->e_shnum;
	return part(file, head->e_shoff, *count * sizeof(Elf64_Shdr));
}

static bool find_symbols(const struct elf_file *file, struct symbols *symbols)
{
	size_t count;
	const Elf64_Shdr *all = sections(file, &count);

	*symbols = (struct symbols){0};
	for (size_t i = 0; all && i < count; i++) {
		const Elf64_Shdr *names;

		if (all[i].sh_type != SHT_DYNSYM || all[i].sh_link >= count)
			continue;
		names = &all[all[i].sh_link];
		symbols->first = part(file, all[i].sh_offset, all[i].sh_size);
		symbols->count = all[i].sh_size / sizeof *symbols->first;
		if (names->sh_offset > file->size ||
			names->sh_size > file->size - names->sh_offset ||
			names->sh_size == 0 || !symbols->first)
			return false;
		symbols->names = (const char *)file->bytes + names->sh_offset;
		symbols->name_bytes = names->sh_size;
		return symbols->names[symbols->name_bytes - 1] == '\0';
	}
	return false;
}

static const char *name_of(
	const struct symbols *symbols, const Elf64_Sym *symbol)
{
	return symbol->st_name < symbols->name_bytes
		       ? symbols->names + symbol->st_name
		       : "";
}

/* Sanitizers and gcov put names of their own into all that they build. */
static bool is_of_tools(const char *name)
{
	static const char *const begins[] = {"__asan", "__odr_asan", "__ubsan",
		"__lsan", "__tsan", "__msan", "__sanitizer", "__gcov", "__llvm",
		"mangle_path"};

	for (size_t i = 0; i < sizeof begins / sizeof *begins; i++)
		if (strncmp(name, begins[i], strlen(begins[i])) == 0)
			return true;
	return false;
}

static void read_tags(const struct elf_file *file, const Elf64_Phdr *segment,
	struct dynamic *dynamic)
{
	const Elf64_Dyn *tag = part(file, segment->p_offset, segment->p_filesz);

	for (size_t i = 0; tag && i < segment->p_filesz / sizeof *tag &&
			   tag[i].d_tag != DT_NULL;
		i++) {
		if (tag[i].d_tag == DT_TEXTREL ||
			(tag[i].d_tag == DT_FLAGS &&
				(tag[i].d_un.d_val & DF_TEXTREL)))
			dynamic->textrel = true;
		if (tag[i].d_tag == DT_RPATH || tag[i].d_tag == DT_RUNPATH)
			dynamic->rpath = true;
	}
}

static void read_dynamic(const struct elf_file *file, struct dynamic *dynamic)
{
	const Elf64_Ehdr *head = part(file, 0, sizeof *head);
	const Elf64_Phdr *segment;

	if (!head || head->e_phentsize != sizeof *segment)
		return;
	segment = part(file, head->e_phoff, head->e_phnum * sizeof *segment);
	for (size_t i = 0; segment && i < head->e_phnum; i++) {
		if (segment[i].p_type == PT_GNU_STACK) {
			dynamic->stack_told = true;
			dynamic->stack_runs = segment[i].p_flags & PF_X;
		}
		if (segment[i].p_type == PT_DYNAMIC)
			read_tags(file, &segment[i], dynamic);
	}
}

/* Weak names are what headers of C++ make in every object; they may be many. */
static void check_exports(
	struct check_report *report, const struct symbols *symbols)
{
	bool table = false;

	for (size_t i = 1; i < symbols->count; i++) {
		const Elf64_Sym *symbol = &symbols->first[i];
		const char *name = name_of(symbols, symbol);

		if (symbol->st_shndx == SHN_UNDEF ||
			ELF64_ST_BIND(symbol->st_info) != STB_GLOBAL)
			continue;
		if (strcmp(name, "tau_plugin_v1") == 0)
			table = true;
		else if (!is_of_tools(name))
			report_finding(report, "elf.exports", "", "file", "",
				"it exports %.200s; a plugin exports "
				"tau_plugin_v1 alone",
				name);
	}
	if (!table)
		report_finding(report, "elf.symbol", "", "file", "",
			"it does not export tau_plugin_v1");
}

static void say_host(void *report, const char *name)
{
	if (strncmp(name, "tau_", 4) == 0)
		report_finding(report, "elf.host", "", "file", "",
			"it wants %.200s of whoever loads it; a plugin "
			"imports nothing of the host",
			name);
}
