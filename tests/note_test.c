/*
 * note: files made byte by byte in memory. Those on disk are the business of
 * note_file_test, those of a compiler that of library_test.
 */
#include "core/catalogue/note.h"
#include "core/base/bounds.h"
#include "tests/test.h"

#include <elf.h>
#include <errno.h>
#include <string.h>

#define FILE_BYTES 8192

/* An ELF file of sections with notes, put together by the functions below. */
struct image {
	unsigned char bytes[FILE_BYTES];
	Elf64_Shdr sections[8];
	size_t used, section_count;
};

static void image_begin(struct image *image)
{
	Elf64_Ehdr *header = (Elf64_Ehdr *)image->bytes;

	memset(image, 0, sizeof *image);
	memcpy(header->e_ident, ELFMAG, SELFMAG);
	header->e_ident[EI_CLASS] = ELFCLASS64;
	header->e_ident[EI_DATA] = ELFDATA2LSB;
	header->e_ident[EI_VERSION] = EV_CURRENT;
	header->e_type = ET_DYN;
	header->e_machine = EM_X86_64;
	header->e_shentsize = sizeof(Elf64_Shdr);
	image->used = sizeof *header;
}

static void image_section(struct image *image, uint32_t type, uint64_t align)
{
	image->used = (image->used + 7) & ~(size_t)7;
	image->sections[image->section_count++] = (Elf64_Shdr){
		.sh_type = type,
		.sh_addralign = align,
		.sh_offset = image->used,
	};
}

static void image_note(struct image *image, const char *owner, uint32_t type,
	const char *text, uint32_t bytes)
{
	Elf64_Shdr *section = &image->sections[image->section_count - 1];
	size_t align = section->sh_addralign;
	Elf64_Nhdr header = {(Elf64_Word)strlen(owner) + 1, bytes, type};
	unsigned char *at = image->bytes + image->used;
	size_t name = sizeof header + header.n_namesz;

	name = (name + align - 1) & ~(align - 1);
	memcpy(at, &header, sizeof header);
	memcpy(at + sizeof header, owner, header.n_namesz);
	memcpy(at + name, text, bytes);
	image->used += name + ((bytes + align - 1) & ~(align - 1));
	section->sh_size = image->used - section->sh_offset;
}

static size_t image_end(struct image *image)
{
	Elf64_Ehdr *header = (Elf64_Ehdr *)image->bytes;
	size_t bytes = image->section_count * sizeof *image->sections;

	header->e_shoff = image->used;
	header->e_shnum = (Elf64_Half)image->section_count;
	memcpy(image->bytes + image->used, image->sections, bytes);
	return image->used + bytes;
}

/* What may be asked for: the first `size` bytes of the image. */
struct window {
	const struct image *image;
	size_t size;
};

static int read_image(
	void *context, void *buffer, size_t bytes, uint64_t offset)
{
	struct window *window = context;

	ck_assert_uint_le(offset, window->size);
	ck_assert_uint_le(bytes, window->size - offset);
	memcpy(buffer, window->image->bytes + offset, bytes);
	return 0;
}

static void find(const struct image *image, size_t bytes, const char *text,
	const char *sentence)
{
	struct window window = {image, bytes};
	struct note_source source = {
		.read = read_image, .context = &window, .size = bytes};
	struct error error = ERROR_NONE;
	char *found = NULL;
	size_t length = 0;
	int result = note_find(&source, "x.so", &found, &length, &error);

	ck_assert_str_eq(error.text, sentence != NULL ? sentence : "");
	ck_assert_int_eq(result, error.code);
	if (text != NULL) {
		ck_assert_str_eq(found, text);
		ck_assert_uint_eq(length, strlen(text));
	}
	free(found);
}

/* However many bytes of a file are missing, none behind its end is read. */
START_TEST(a_file_that_is_cut_anywhere_is_refused)
{
	struct image image;
	size_t bytes;

	image_begin(&image);
	image_section(&image, SHT_NOTE, 4);
	image_note(&image, "tau", 1, "{}", 3);
	bytes = image_end(&image);
	for (size_t cut = 0; cut < bytes; cut++) {
		struct window window = {&image, cut};
		struct note_source source = {
			.read = read_image, .context = &window, .size = cut};
		struct error error = ERROR_NONE;
		char *found = NULL;
		size_t length = 0;

		ck_assert_int_eq(
			note_find(&source, "x.so", &found, &length, &error),
			-EINVAL);
		ck_assert_ptr_null(found);
	}
}
END_TEST

START_TEST(the_note_is_found_among_those_of_others)
{
	struct image image;

	image_begin(&image);
	image_section(&image, SHT_NULL, 0);
	image_section(&image, SHT_NOTE, 8);
	image_note(&image, "GNU", 5, "0123456789", 10);
	image_section(&image, SHT_PROGBITS, 1);
	image_section(&image, SHT_NOTE, 4);
	image_note(&image, "stranger", 1, "{}", 3);
	image_note(&image, "tau", 2, "{}", 3);
	image_note(&image, "tau", 1, "{\"a\":1}", 8);
	image_note(&image, "GNU", 3, "q", 1);
	find(&image, image_end(&image), "{\"a\":1}", NULL);
}
END_TEST

START_TEST(notes_that_are_aligned_to_8_bytes_are_walked_so)
{
	struct image image;

	image_begin(&image);
	image_section(&image, SHT_NOTE, 8);
	image_note(&image, "GNU", 5, "0123456789", 10);
	image_note(&image, "tau", 1, "{\"b\":22}", 9);
	find(&image, image_end(&image), "{\"b\":22}", NULL);
}
END_TEST

START_TEST(a_broken_note_of_somebody_else_hides_only_what_follows_it)
{
	struct image image;
	uint32_t absurd = 0xfffffff0;

	image_begin(&image);
	image_section(&image, SHT_NOTE, 4);
	image_note(&image, "GNU", 3, "xyz", 3);
	memcpy(image.bytes + image.sections[0].sh_offset + 4, &absurd, 4);
	image_section(&image, SHT_NOTE, 4);
	image_note(&image, "tau", 1, "{}", 3);
	find(&image, image_end(&image), "{}", NULL);
	image_begin(&image);
	image_section(&image, SHT_NOTE, 4);
	image_note(&image, "tau", 1, "{}", 3);
	memcpy(image.bytes + image.sections[0].sh_offset, &absurd, 4);
	find(&image, image_end(&image), NULL,
		"x.so: it has no tau note, so it is no plugin; describe it "
		"with TAU_PLUGIN({...})");
}
END_TEST

START_TEST(a_note_is_not_larger_than_it_may_be)
{
	struct image image;
	uint32_t bytes = NOTE_BYTES_MAX + 1;

	image_begin(&image);
	image_section(&image, SHT_NOTE, 4);
	image_note(&image, "tau", 1, "{}", 3);
	memcpy(image.bytes + image.sections[0].sh_offset + 4, &bytes, 4);
	find(&image, image_end(&image), NULL,
		"x.so: its tau note has 1048577 bytes; at most 1048576 are "
		"read");
}
END_TEST

START_TEST(a_nul_inside_the_text_is_refused)
{
	struct image image;

	image_begin(&image);
	image_section(&image, SHT_NOTE, 4);
	image_note(&image, "tau", 1, "{}\0{}", 6);
	find(&image, image_end(&image), NULL,
		"x.so: its tau note does not end in its only NUL; build it "
		"again with TAU_PLUGIN({...})");
}
END_TEST

START_TEST(a_section_that_lies_is_refused)
{
	struct image image;

	image_begin(&image);
	image_section(&image, SHT_NOTE, 4);
	image_note(&image, "tau", 1, "{}", 3);
	image.sections[0].sh_size = UINT64_MAX;
	find(&image, image_end(&image), NULL,
		"x.so: the file is cut short: it has 148 bytes, and byte "
		"18446744073709551615 is needed; build or copy it again");
	image.sections[0].sh_size = 24;
	image.sections[0].sh_offset = UINT64_MAX - 8;
	find(&image, image_end(&image), NULL,
		"x.so: the file is cut short: it has 148 bytes, and byte "
		"18446744073709551615 is needed; build or copy it again");
}
END_TEST

START_TEST(there_are_not_too_many_notes)
{
	static struct image image;
	Elf64_Ehdr *header = (Elf64_Ehdr *)image.bytes;
	size_t bytes;

	image_begin(&image);
	image_section(&image, SHT_NOTE, 4);
	for (int i = 0; i < 80; i++)
		image_note(&image, "GNU", 3, "xyz", 3);
	for (int i = 1; i < 8; i++)
		image.sections[image.section_count++] = image.sections[0];
	bytes = image_end(&image);
	find(&image, bytes, NULL,
		"x.so: it has no tau note, so it is no plugin; describe it "
		"with TAU_PLUGIN({...})");
	for (int i = 1; i < 8; i++) {
		memcpy(image.bytes + image.used +
				sizeof image.sections * (size_t)i,
			image.sections, sizeof image.sections);
		header->e_shnum = (Elf64_Half)(header->e_shnum + 8);
	}
	find(&image, bytes + 7 * sizeof image.sections, NULL,
		"x.so: it has more than 4096 ELF notes; build it again");
}
END_TEST

static Suite *note_suite(void)
{
	Suite *suite = suite_create("note");
	TCase *tests = test_case(suite, "images");

	tcase_add_test(tests, the_note_is_found_among_those_of_others);
	tcase_add_test(tests, notes_that_are_aligned_to_8_bytes_are_walked_so);
	tcase_add_test(tests,
		a_broken_note_of_somebody_else_hides_only_what_follows_it);
	tcase_add_test(tests, a_note_is_not_larger_than_it_may_be);
	tcase_add_test(tests, a_nul_inside_the_text_is_refused);
	tcase_add_test(tests, a_section_that_lies_is_refused);
	tcase_add_test(tests, there_are_not_too_many_notes);
	tcase_add_test(tests, a_file_that_is_cut_anywhere_is_refused);
	return suite;
}

TEST_MAIN(note_suite)
