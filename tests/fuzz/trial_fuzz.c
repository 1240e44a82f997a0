/*
 * trial_fuzz: any bytes as a file of tests, as far as they go: keys, a topology
 * inside or a one-liner, names, records, and the plan of each case's node.
 */
#include <stdlib.h>
#include <string.h>

#include "core/base/bounds.h"
#include "core/plan/trial.h"
#include "tests/bad/oneliners/standard.c"
#include "tests/fuzz/memory_catalogue.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

#define TEST_FD 4

/* The input is one more file of the os that the plugin is all of. */
struct input {
	struct os os; /* first */
	const uint8_t *next;
	size_t left;
};

static int open_input(
	struct os *os, int folder_fd, const char *path, int flags, mode_t mode)
{
	(void)os, (void)folder_fd, (void)flags, (void)mode;
	return strcmp(path, "test.json") == 0 ? TEST_FD : 3;
}

static ssize_t read_input(struct os *os, int fd, void *buffer, size_t bytes)
{
	struct input *input = (struct input *)os;

	if (fd != TEST_FD)
		return 0;
	if (bytes > input->left)
		bytes = input->left;
	memcpy(buffer, input->next, bytes);
	input->next += bytes;
	input->left -= bytes;
	return (ssize_t)bytes;
}

/* Each stream has an end in the node, and no end is astray. */
static void check_placed(const struct trial *trial)
{
	const struct node_plan *node = &trial->node;

	for (uint32_t i = 0; i < node->stream_count; i++) {
		uint32_t from = node->streams[i].from.owner;
		uint32_t to = node->streams[i].to.owner;

		CHECK(from != NODE_PLAN_NONE || to != NODE_PLAN_NONE);
		CHECK(from == NODE_PLAN_NONE || from < node->operator_count);
		CHECK(to == NODE_PLAN_NONE || to < node->operator_count);
	}
	for (uint32_t i = 0; i < trial->port_count; i++)
		CHECK(!trial->ports[i].named ||
			trial->ports[i].stream < node->stream_count);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	static bool made;
	struct input input = {.os = {.openat = open_input,
				      .close = memory_close,
				      .list = memory_list,
				      .fstat = memory_fstat,
				      .fstatat = memory_fstatat,
				      .readlinkat = memory_readlinkat,
				      .pread = memory_pread,
				      .read = read_input},
		.next = data,
		.left = bytes};
	const struct trial_request request = {.file = "test.json",
		.search = {.beside = "/plugins"},
		.folder = "/current"};
	struct error error = ERROR_NONE;
	struct trial trial = {0};
	struct text text = {0};
	int result;

	if (!made) {
		struct catalogue *catalogue =
			memory_catalogue(&tau_note_, sizeof tau_note_);

		catalogue_destroy(&catalogue);
		made = true;
	}
	result = trial_make(&trial, &input.os, &request, &error);
	CHECK(result == 0 ||
		trial.diagnostics.count + trial.plan.diagnostics.count > 0 ||
		error.text[0]);
	for (uint32_t i = 0; result == 0 && i < trial.case_count; i++) {
		CHECK(trial_place(&trial, i));
		check_placed(&trial);
	}
	trial_complain(&trial, &text);
	text_release(&text);
	trial_release(&trial);
	return 0;
}
