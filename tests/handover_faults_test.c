/* Every system call of a handover fails in turn, and memory runs out: a
 * sentence, and the old node goes on as if nothing had been asked of it. */
#include "core/host/handover.h"

#include "tests/pipeline.h"
#include "tests/world_shapes.h"
#include "tests/test.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#define MEMORY (-1) /* in the place of an errno */

static struct calm calm;
static uint64_t allocations, forbidden; /* the one that fails; 0: none */
static bool starved;                    /* it has */

void *__real_malloc(size_t bytes);
void *__real_calloc(size_t count, size_t bytes);
void *__real_realloc(void *former, size_t bytes);
void *__wrap_malloc(size_t bytes);
void *__wrap_calloc(size_t count, size_t bytes);
void *__wrap_realloc(void *former, size_t bytes);

static bool is_forbidden(void)
{
	if (forbidden == 0 || ++allocations != forbidden)
		return false;
	starved = true;
	return true;
}

void *__wrap_malloc(size_t bytes)
{
	return is_forbidden() ? NULL : __real_malloc(bytes);
}

void *__wrap_calloc(size_t count, size_t bytes)
{
	return is_forbidden() ? NULL : __real_calloc(count, bytes);
}

void *__wrap_realloc(void *former, size_t bytes)
{
	return is_forbidden() ? NULL : __real_realloc(former, bytes);
}

/* Saves and writes; the fd of the file, or a failure with its sentence. */
static int write_handover(struct side *side, struct carry *carry)
{
	struct node_failure failure = {0};
	struct error error = ERROR_NONE;
	int result;

	carry_init(carry, &side->fake.os);
	result = handover_save(carry, side->node, NULL, 0, &failure);
	if (result < 0) {
		ck_assert_int_ne(failure.error.text[0], 0);
		return result;
	}
	result = handover_write(carry, &error);
	if (result < 0)
		ck_assert_int_ne(error.text[0], 0);
	return result;
}

/* Reads and restores; 0, or a failure with its sentence. */
static int read_handover(struct side *side, int fd, struct carry *carry)
{
	struct node_failure failure = {0};
	struct error error = ERROR_NONE;
	struct carry_reader reader = {
		.fds = carry->fds, .fd_count = carry->fd_count};
	const uint8_t *bytes = NULL;
	size_t count;
	int result = handover_read(&side->fake.os, fd, &bytes, &count, &error);

	if (result < 0) {
		ck_assert_int_ne(error.text[0], 0);
		return result;
	}
	reader.next = bytes;
	reader.limit = bytes + count;
	result = handover_restore(side->node, &reader, &failure);
	if (result < 0)
		ck_assert_int_ne(failure.error.text[0], 0);
	handover_forget(&side->fake.os, bytes, count);
	return result;
}

static void set_faults(struct side *side, uint64_t nth, int code, size_t bytes)
{
	side->fake.fault_count = 0;
	side->fake.fired = 0;
	allocations = 0;
	starved = false;
	forbidden = code == MEMORY ? nth : 0;
	if (code > 0)
		fake_os_fail_nth(&side->fake, nth, code);
	if (!bytes)
		return;
	fake_os_cut(&side->fake, OS_CALL(writev), nth, bytes);
	fake_os_cut(&side->fake, OS_CALL(pread), nth, bytes);
}

static bool has_struck(const struct side *side)
{
	return side->fake.fired > 0 || starved;
}

/* The nth call fails while it is saved, then while another is restored. False
 * when neither has so many. */
static bool strike(struct world *world, uint32_t at, uint64_t nth, int code,
	size_t bytes, uint32_t *refused)
{
	struct side *old = world->sides[at], *made;
	struct carry carry;
	bool struck;
	int fd;

	set_faults(old, nth, code, bytes);
	fd = write_handover(old, &carry);
	struck = has_struck(old);
	set_faults(old, 0, 0, 0);
	if (fd < 0) {
		ck_assert(struck);
		*refused += 1;
		carry_release(&carry);
		fd = write_handover(old, &carry);
	}
	ck_assert_int_ge(fd, 0);
	made = world_side(world, at);
	set_faults(made, nth, code, bytes);
	if (read_handover(made, fd, &carry) < 0) {
		ck_assert(has_struck(made));
		*refused += 1;
	}
	struck |= has_struck(made);
	set_faults(made, 0, 0, 0);
	world_kill(&made);
	carry_release(&carry);
	close(fd);
	return struck;
}

static void sweep(const struct world_shape *shape, uint32_t side, int code,
	size_t bytes, uint32_t *refused)
{
	struct error error = ERROR_NONE;
	struct world world;

	world_begin(&world, shape, 0);
	while (world.turns < calm.turns / 2)
		world_turn(&world);
	world_freeze(&world, side);
	for (uint64_t nth = 1;
		strike(&world, side, nth, code, bytes, refused) && nth < 500;
		nth++)
		;
	ck_assert_msg(node_thaw(world.sides[side]->node, &error) == 0, "%s",
		error.text);
	world_run(&world);
	world_end(&world);
	calm_compare(&calm, "the old node goes on");
}

START_TEST(each_call_of_a_handover_may_fail_and_the_old_node_goes_on)
{
	static const int codes[] = {ENOMEM, EMFILE, EINTR, EIO, MEMORY};
	const struct world_shape *shape = &world_shapes[_i];
	uint32_t refused = 0;

	calm_run(&calm, shape);
	for (uint32_t side = 0; side < calm.sides; side++) {
		for (int i = 0; i < 5; i++)
			sweep(shape, side, codes[i], 0, &refused);
		sweep(shape, side, 0, 7, &refused);
	}
	ck_assert_uint_gt(refused, 0);
}
END_TEST

START_TEST(a_file_that_somebody_could_still_change_is_refused)
{
	struct error error = ERROR_NONE;
	struct fake_os fake;
	const uint8_t *bytes = NULL;
	size_t count;
	int fd;

	fake_os_init(&fake);
	fd = fake.os.memfd(&fake.os, "open", 0);
	ck_assert_int_eq(write(fd, "tauFroz1", 8), 8);
	ck_assert_int_lt(
		handover_read(&fake.os, fd, &bytes, &count, &error), 0);
	ck_assert_ptr_nonnull(strstr(error.text, "sealed"));
	close(fd);
}
END_TEST

START_TEST(an_operator_that_memory_is_short_for_is_not_made)
{
	static const struct tau_operator functions = {
		.size = sizeof functions, .name = "both"};
	struct pipeline pipeline = {0};
	struct instance *made = NULL;
	struct error error = ERROR_NONE;
	int result = -ENOMEM;

	pipeline_init(&pipeline);
	pipeline_add(&pipeline, &functions,
		"{\"name\":\"both\",\"in\":[{\"name\":\"in\"}],"
		"\"out\":[{\"name\":\"out\"}]}");
	for (uint64_t nth = 1; result == -ENOMEM; nth++) {
		allocations = 0;
		forbidden = nth;
		result = instance_create(
			&made, &pipeline.fabric, &pipeline.makes[0], &error);
		forbidden = 0;
	}
	ck_assert_int_eq(result, 0);
	ck_assert_uint_gt(allocations, 10);
	ck_assert_ptr_nonnull(strstr(error.text, "out of memory"));
	instance_destroy(&made);
	pipeline_release(&pipeline);
}
END_TEST

static Suite *handover_faults_suite(void)
{
	Suite *suite = suite_create("handover_faults");
	TCase *tests = test_case(suite, "faults");

	tcase_add_loop_test(tests,
		each_call_of_a_handover_may_fail_and_the_old_node_goes_on, 0,
		WORLD_SHAPES);
	tcase_add_test(
		tests, a_file_that_somebody_could_still_change_is_refused);
	tcase_add_test(tests, an_operator_that_memory_is_short_for_is_not_made);
	return suite;
}

TEST_MAIN(handover_faults_suite)
