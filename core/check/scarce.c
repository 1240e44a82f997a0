/* scarce: memory that runs out on purpose. See the header. */
#include "core/check/scarce.h"

#include "core/base/units.h"

#include <errno.h>
#include <link.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define STUB_BYTES 32

static bool strikes(struct scarce *scarce)
{
	if (scarce->count++ != scarce->fail)
		return false;
	scarce->failed = true;
	errno = ENOMEM;
	return true;
}

static void *scarce_malloc(size_t bytes, struct scarce *scarce)
{
	return strikes(scarce) ? NULL : malloc(bytes);
}

static void *scarce_calloc(size_t count, size_t bytes, struct scarce *scarce)
{
	return strikes(scarce) ? NULL : calloc(count, bytes);
}

static void *scarce_realloc(void *old, size_t bytes, struct scarce *scarce)
{
	return strikes(scarce) ? NULL : realloc(old, bytes);
}

static void *scarce_reallocarray(
	void *old, size_t count, size_t bytes, struct scarce *scarce)
{
	return strikes(scarce) ? NULL : reallocarray(old, count, bytes);
}

static void *scarce_aligned_alloc(
	size_t edge, size_t bytes, struct scarce *scarce)
{
	return strikes(scarce) ? NULL : aligned_alloc(edge, bytes);
}

static int scarce_posix_memalign(
	void **to, size_t edge, size_t bytes, struct scarce *scarce)
{
	return strikes(scarce) ? ENOMEM : posix_memalign(to, edge, bytes);
}

static char *scarce_strdup(const char *text, struct scarce *scarce)
{
	return strikes(scarce) ? NULL : strdup(text);
}

static char *scarce_strndup(
	const char *text, size_t bytes, struct scarce *scarce)
{
	return strikes(scarce) ? NULL : strndup(text, bytes);
}

/* The name, how many arguments it has of its own, and who answers. */
static const struct {
	const char *name;
	int arguments;
	void (*answer)(void);
} calls[] = {
	{"malloc", 1, (void (*)(void))scarce_malloc},
	{"calloc", 2, (void (*)(void))scarce_calloc},
	{"realloc", 2, (void (*)(void))scarce_realloc},
	{"reallocarray", 3, (void (*)(void))scarce_reallocarray},
	{"aligned_alloc", 2, (void (*)(void))scarce_aligned_alloc},
	{"posix_memalign", 3, (void (*)(void))scarce_posix_memalign},
	{"strdup", 1, (void (*)(void))scarce_strdup},
	{"__strdup", 1, (void (*)(void))scarce_strdup},
	{"strndup", 2, (void (*)(void))scarce_strndup},
	{"__strndup", 2, (void (*)(void))scarce_strndup},
};

#define CALLS (sizeof calls / sizeof *calls)

static uint8_t *put(uint8_t *at, const void *bytes, size_t count)
{
	memcpy(at, bytes, count);
	return at + count;
}

/*
 *	endbr64
 *	movabs $scarce, %rsi, %rdx or %rcx   the argument behind the last
 *	movabs $answer, %r11
 *	jmp *%r11
 */
static void make_stub(uint8_t *at, size_t call, const struct scarce *scarce)
{
	static const uint8_t endbr[] = {0xf3, 0x0f, 0x1e, 0xfa};
	static const uint8_t behind[][2] = {
		{0x48, 0xbe}, {0x48, 0xba}, {0x48, 0xb9}};
	static const uint8_t r11[] = {0x49, 0xbb}, jump[] = {0x41, 0xff, 0xe3};

	at = put(at, endbr, sizeof endbr);
	at = put(at, behind[calls[call].arguments - 1], sizeof *behind);
	at = put(at, &scarce, sizeof scarce);
	at = put(at, r11, sizeof r11);
	at = put(at, &calls[call].answer, sizeof calls[call].answer);
	(void)put(at, jump, sizeof jump);
}

static int make_stubs(struct scarce *scarce)
{
	struct os *os = scarce->os;
	int result = os->map(os, &scarce->stubs, PAGE_BYTES,
		PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	for (size_t i = 0; result == 0 && i < CALLS; i++)
		make_stub((uint8_t *)scarce->stubs + i * STUB_BYTES, i, scarce);
	return result < 0 ? result
			  : os->protect(os, scarce->stubs, PAGE_BYTES,
				    PROT_READ | PROT_EXEC);
}

/* What the loader knows of the file. */
struct imports {
	uintptr_t base;
	const ElfW(Sym) * symbols;
	const char *names;
	const ElfW(Rela) * list[2];
	size_t bytes[2];
};

/* The loader has made addresses of some of the offsets. */
static const void *at_address(const struct imports *imports, uintptr_t value)
{
	return (const void *)(value < imports->base ? imports->base + value
						    : value);
}

static void read_dynamic(struct imports *imports, const ElfW(Dyn) * tag)
{
	for (; tag->d_tag != DT_NULL; tag++) {
		const void *at = at_address(imports, tag->d_un.d_ptr);

		switch (tag->d_tag) {
		case DT_SYMTAB:
			imports->symbols = at;
			break;
		case DT_STRTAB:
			imports->names = at;
			break;
		case DT_RELA:
			imports->list[0] = at;
			break;
		case DT_RELASZ:
			imports->bytes[0] = tag->d_un.d_val;
			break;
		case DT_JMPREL:
			imports->list[1] = at;
			break;
		case DT_PLTRELSZ:
			imports->bytes[1] = tag->d_un.d_val;
			break;
		default:
			break;
		}
	}
}

static void bend_one(struct scarce *scarce, const struct imports *imports,
	const ElfW(Rela) * import)
{
	const char *name =
		imports->names +
		imports->symbols[ELF64_R_SYM(import->r_info)].st_name;
	uintptr_t *slot = (uintptr_t *)(imports->base + import->r_offset);
	uint64_t type = ELF64_R_TYPE(import->r_info);

	if (type != R_X86_64_JUMP_SLOT && type != R_X86_64_GLOB_DAT)
		return;
	scarce->news |= strncmp(name, "_Znw", 4) == 0;
	for (size_t i = 0; i < CALLS; i++) {
		if (strcmp(calls[i].name, name) != 0)
			continue;
		/* It is read-only since it was loaded, as a rule. */
		if (scarce->os->protect(scarce->os,
			    (void *)((uintptr_t)slot & ~(PAGE_BYTES - 1)),
			    PAGE_BYTES, PROT_READ | PROT_WRITE) < 0)
			return;
		*slot = (uintptr_t)scarce->stubs + i * STUB_BYTES;
		scarce->bent++;
	}
}

static void bend(struct scarce *scarce, const struct imports *imports)
{
	for (size_t i = 0; imports->symbols && imports->names && i < 2; i++)
		for (size_t at = 0; imports->list[i] &&
				    at < imports->bytes[i] / sizeof(ElfW(Rela));
			at++)
			bend_one(scarce, imports, &imports->list[i][at]);
}

struct looking {
	struct scarce *scarce;
	uintptr_t inside;
};

static int visit_file(struct dl_phdr_info *file, size_t bytes, void *context)
{
	struct looking *looking = context;
	struct imports imports = {.base = file->dlpi_addr};
	bool is_it = false;

	(void)bytes;
	for (int i = 0; i < file->dlpi_phnum; i++) {
		const ElfW(Phdr) *part = &file->dlpi_phdr[i];
		uintptr_t start = file->dlpi_addr + part->p_vaddr;

		if (part->p_type == PT_DYNAMIC)
			read_dynamic(&imports, (const ElfW(Dyn) *)start);
		is_it |= part->p_type == PT_LOAD && looking->inside >= start &&
			 looking->inside < start + part->p_memsz;
	}
	if (is_it)
		bend(looking->scarce, &imports);
	return is_it;
}

int scarce_init(struct scarce *scarce, struct os *os, uintptr_t inside)
{
	struct looking looking = {scarce, inside};
	int result;

	*scarce = (struct scarce){.os = os, .fail = SCARCE_NEVER};
	result = make_stubs(scarce);
	if (result == 0)
		(void)dl_iterate_phdr(visit_file, &looking);
	return result;
}

void scarce_arm(struct scarce *scarce, size_t fail)
{
	scarce->count = 0;
	scarce->fail = fail;
	scarce->failed = false;
}
