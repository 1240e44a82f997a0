/*
 * oneliner_fuzz: any bytes typed in one line. What is accepted becomes a
 * manifest whose printed form reads back; what is not has a sentence.
 *
 * The catalogue is read from one plugin in memory: the note of the stand-in
 * for the standard plugins, which is compiled in, with an ELF file around it.
 */
#include <stdlib.h>
#include <string.h>

#include "core/base/check.h"
#include "core/plan/manifest.h"
#include "core/plan/oneliner.h"
#include "tests/bad/oneliners/standard.c"
#include "tests/fuzz/memory_catalogue.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

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
		catalogue = memory_catalogue(&tau_note_, sizeof tau_note_);
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
