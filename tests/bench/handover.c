/*
 * handover: what a handover costs inside the two nodes, with 1 MB to carry:
 * saving and writing in the old one, reading and restoring in the new one. The
 * rest of an upgrade's pause is freezing, four commands, and reaping.
 *
 * Link with -Wl,--wrap=library_load,--wrap=library_destroy.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "core/base/os_linux.h"
#include "core/host/handover.h"

#define ROUNDS 101
#define MEGABYTE 1000000u
#define GOAL_US 2000

int __wrap_library_load(struct library **library, struct os *os,
	const char *store, const char *path, const char *sha256,
	struct error *error);
void __wrap_library_destroy(struct library **library);

struct hoard {
	uint32_t count, bytes;
	uint8_t *kept;
};

static void check(bool right, const char *what)
{
	if (right)
		return;
	fprintf(stderr, "handover: %s\n", what);
	exit(1);
}

static int make_hoard(struct tau_op *op, uint32_t count, uint32_t bytes)
{
	struct hoard *hoard = op->self = calloc(1, sizeof *hoard);

	check(hoard, "out of memory");
	hoard->count = count;
	hoard->bytes = bytes;
	hoard->kept = malloc((size_t)count * bytes);
	check(hoard->kept, "out of memory");
	memset(hoard->kept, 's', (size_t)count * bytes);
	return 0;
}

static int one_create(struct tau_op *op)
{
	return make_hoard(op, 1, MEGABYTE);
}

static int many_create(struct tau_op *op)
{
	return make_hoard(op, 10000, MEGABYTE / 10000);
}

static void destroy(struct tau_op *op)
{
	struct hoard *hoard = op->self;

	free(hoard->kept);
	free(hoard);
}

static int wait_run(struct tau_op *op)
{
	const struct tau_want want = {.any = TAU_SLOT(0)};
	uint64_t ready;

	op->host->timer(op, 0, INT64_MAX / 2, 0); /* else nothing wakes it */
	(void)op->host->wait(op, &want, &ready);
	return 0;
}

static int fill_run(struct tau_op *op)
{
	uint8_t body[100] = {0};

	while (tau_write(op, 0, body, sizeof body, TAU_BYTES) == TAU_OK)
		;
	return 0;
}

static int save(struct tau_op *op, struct tau_out *state, uint32_t version)
{
	const struct hoard *hoard = op->self;
	int flow = TAU_OK;

	(void)version;
	for (uint32_t i = 0; i < hoard->count && flow == TAU_OK; i++)
		flow = tau_write_at(op, state,
			hoard->kept + (size_t)i * hoard->bytes, hoard->bytes,
			TAU_BYTES);
	return flow == TAU_OK ? 0 : -ENOBUFS;
}

static int restore(struct tau_op *op, struct tau_in *state, uint32_t version)
{
	const struct hoard *hoard = op->self;
	const struct tau_record *record;
	uint32_t count = 0;

	(void)version;
	for (; (record = tau_read_at(op, state)); tau_consume_at(op, state))
		memcpy(hoard->kept + (size_t)count++ * hoard->bytes,
			record->body, record->bytes);
	return count == hoard->count ? 0 : -EBADMSG;
}

#define HOARD(verb)                                                            \
	{                                                                      \
		.size = sizeof(struct tau_operator), .name = #verb,            \
		.create = verb##_create, .destroy = destroy, .run = wait_run,  \
		.save = save, .restore = restore                               \
	}

static const struct tau_operator tables[] = {HOARD(one), HOARD(many),
	{.size = sizeof(struct tau_operator), .name = "fill", .run = fill_run},
	{.size = sizeof(struct tau_operator),
		.name = "still",
		.run = wait_run}};

static const char note[] =
	"{\"abi\":\"1.0\",\"name\":\"bench\",\"version\":\"1.0.0\","
	"\"operators\":[{\"name\":\"one\",\"state\":{\"version\":1}},"
	"{\"name\":\"many\",\"state\":{\"version\":1}},"
	"{\"name\":\"fill\",\"out\":[{\"name\":\"out\"}]},"
	"{\"name\":\"still\",\"in\":[{\"name\":\"in\"}]}]}";

int __wrap_library_load(struct library **made, struct os *os, const char *store,
	const char *path, const char *sha256, struct error *error)
{
	static struct library library;
	static struct library_operator operators[4];

	(void)os;
	(void)store;
	(void)sha256;
	library.identity.path = (char *)(uintptr_t)path;
	library.operators = operators;
	*made = &library;
	if (library.description)
		return 0;
	check(description_create(&library.description, "bench", note,
		      strlen(note), error) == 0,
		error->text);
	for (int i = 0; i < 4; i++) {
		operators[i].description = &library.description->operators[i];
		operators[i].table = tables[i];
	}
	return 0;
}

void __wrap_library_destroy(struct library **library)
{
	*library = NULL;
}

static struct os os;
static struct log logger;

static struct node *make(struct node_plan *plan)
{
	struct node_failure failure = {0};
	struct node *node;

	check(node_create(&node, &os, &logger, 0, &failure.error) == 0,
		failure.error.text);
	check(node_build(node, plan, "/", -1, -1, &failure) == 0,
		failure.error.text);
	return node;
}

static double now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static int compare(const void *one, const void *other)
{
	const double *a = one, *b = other;

	return (*a > *b) - (*a < *b);
}

static double save_one(struct node *node, int *fd)
{
	struct node_failure failure = {0};
	double began = now_us(), took;
	struct carry carry;

	carry_init(&carry, &os);
	check(handover_save(&carry, node, NULL, 0, &failure) == 0,
		failure.error.text);
	*fd = handover_write(&carry, &failure.error);
	check(*fd >= 0 && carry.used >= MEGABYTE * 9 / 10, "nothing to carry");
	carry_release(&carry);
	took = now_us() - began;
	return took;
}

static double restore_one(struct node *node, int fd)
{
	struct node_failure failure = {0};
	double began = now_us();
	struct carry_reader reader = {0};
	const uint8_t *bytes = NULL;
	size_t count;

	check(handover_read(&os, fd, &bytes, &count, &failure.error) == 0,
		failure.error.text);
	reader.next = bytes;
	reader.limit = bytes + count;
	check(handover_restore(node, &reader, &failure) == 0,
		failure.error.text);
	handover_forget(&os, bytes, count);
	return now_us() - began;
}

static void measure(const char *what, struct node_plan *plan)
{
	double saves[ROUNDS], restores[ROUNDS], all[ROUNDS];
	struct error error = ERROR_NONE;
	struct node *node = make(plan), *next;

	check(node_start(node, &error) == 0, error.text);
	for (int i = 0; i < ROUNDS; i++) {
		int fd;

		for (int turn = 0; turn < 3; turn++)
			(void)node_turn(node, 0);
		node_freeze(node);
		while (node_turn(node, 0) != NODE_FROZEN)
			;
		next = make(plan);
		saves[i] = save_one(node, &fd);
		restores[i] = restore_one(next, fd);
		all[i] = saves[i] + restores[i];
		close(fd);
		node_destroy(&node);
		node = next;
		check(node_thaw(node, &error) == 0, error.text);
	}
	node_destroy(&node);
	qsort(saves, ROUNDS, sizeof *saves, compare);
	qsort(restores, ROUNDS, sizeof *restores, compare);
	qsort(all, ROUNDS, sizeof *all, compare);
	fprintf(stderr,
		"%s: save %.0f us, restore %.0f us, together %.0f us, "
		"worst %.0f us\n",
		what, saves[ROUNDS / 2], restores[ROUNDS / 2], all[ROUNDS / 2],
		all[ROUNDS - 1]);
	printf("bench handover-%s ours=%.0f unit=us peer=budget peer_value=%d "
	       "ratio=%.2f goal=\"<= 1\"\n",
		what, all[ROUNDS / 2], GOAL_US, all[ROUNDS / 2] / GOAL_US);
}

int main(void)
{
	struct node_plan_operator operators[2] = {
		{.plugin = "bench", .path = "bench"},
		{.plugin = "bench", .path = "bench"}};
	struct node_plan_stream stream = {.name = "ring",
		.from = {0, 0, 0},
		.to = {1, 0, 0},
		.capacity_bytes = MEGABYTE,
		.records = 16384,
		.atomic_bytes = 65536,
		.link = NODE_PLAN_NONE,
		.port = "port"};
	struct node_plan plan = {.topology = "bench",
		.node = "one",
		.operators = operators,
		.operator_count = 1,
		.streams = &stream,
		.stdin_operator = NODE_PLAN_NONE,
		.stdout_operator = NODE_PLAN_NONE,
		.remote = "",
		.folder = ""};
	static const char *const names[] = {"one", "many", "fill"};

	os_linux_init(&os);
	log_init(&logger, &os, 2, "bench", LOG_ERROR);
	for (int i = 0; i < 3; i++) {
		operators[0].name = operators[0].type =
			operators[0].name_in_plugin = names[i];
		operators[1].name = operators[1].type =
			operators[1].name_in_plugin = "still";
		plan.operator_count = i == 2 ? 2 : 1;
		plan.stream_count = i == 2;
		measure(i == 0   ? "one-record"
			: i == 1 ? "10000-records"
				 : "ring",
			&plan);
	}
	return 0;
}
