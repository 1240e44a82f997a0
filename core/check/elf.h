/*
 * elf: what a shared object for this machine asks of the loader, judged. Every
 * offset in the file is a stranger's claim; what lies outside of it is as if it
 * were not there, for the loader to refuse.
 */
#ifndef TAU_CORE_CHECK_ELF_H
#define TAU_CORE_CHECK_ELF_H

#include <stddef.h>
#include <stdint.h>

#include "core/check/report.h"

/* The whole file. */
struct elf_file {
	const uint8_t *bytes;
	size_t size;
};

/* Adds findings elf.…, and counts what is in order. */
void elf_check(struct check_report *report, const struct elf_file *file);

/* Shows each name that the file wants of others and cannot do without. */
typedef void elf_visit(void *context, const char *name);
void elf_undefined(
	const struct elf_file *file, elf_visit *visit, void *context);

#endif
