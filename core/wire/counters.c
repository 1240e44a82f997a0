/* counters: what a node notes for its supervisor. See the header. */
#include "core/wire/counters.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>

static size_t bytes_of(uint32_t operators, uint32_t streams);
static int map(struct counters *counters, struct os *os, uint32_t operators,
	uint32_t streams, int fd);

int counters_make(struct counters *counters, struct os *os, uint32_t operators,
	uint32_t streams, int *fd, struct error *error)
{
	size_t bytes = bytes_of(operators, streams);
	int made = os->memfd(os, "tau-counters", MFD_ALLOW_SEALING);
	int result = made;

	if (result >= 0)
		result = os->ftruncate(os, made, (int64_t)bytes);
	if (result == 0)
		result = os->fcntl(os, made, F_ADD_SEALS,
			F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL);
	if (result >= 0)
		result = map(counters, os, operators, streams, made);
	if (result == 0) {
		*fd = made;
		return 0;
	}
	if (made >= 0)
		os->close(os, made);
	return error_set(error, result,
		"cannot make a page for a node's counters: %s%s",
		strerror(-result), error_hint(result));
}

int counters_map(struct counters *counters, struct os *os, uint32_t operators,
	uint32_t streams, int fd)
{
	struct stat status;
	int result = os->fstat(os, fd, &status);

	if (result < 0)
		return result;
	if (status.st_size != (off_t)bytes_of(operators, streams))
		return -EINVAL;
	result = map(counters, os, operators, streams, fd);
	if (result < 0)
		return result;
	counters->head->awake = 1; /* until it says otherwise */
	counters->head->version = COUNTERS_VERSION;
	counters->head->operators = operators;
	counters->head->streams = streams;
	__atomic_store_n(
		&counters->head->magic, COUNTERS_MAGIC, __ATOMIC_RELEASE);
	return 0;
}

void counters_unmap(struct counters *counters, struct os *os)
{
	if (counters->head)
		(void)os->unmap(os, counters->head, counters->bytes);
	*counters = (struct counters){0};
}

bool counters_valid(const struct counters *counters)
{
	const struct counters_head *head = counters->head;

	return head && head->magic == COUNTERS_MAGIC &&
	       head->version == COUNTERS_VERSION &&
	       head->operators == counters->operator_count &&
	       head->streams == counters->stream_count;
}

uint32_t counters_running(const struct counters *counters)
{
	uint32_t running = 0;

	if (counters_valid(counters))
		running = __atomic_load_n(
			&counters->head->running, __ATOMIC_ACQUIRE);
	return running > 0 && running <= counters->operator_count ? running - 1
								  : UINT32_MAX;
}

void counters_sleep(struct counters *counters)
{
	__atomic_store_n(&counters->head->awake, 0, __ATOMIC_SEQ_CST);
}

bool counters_wake(struct counters *counters)
{
	struct counters_head *head = counters->head;

	__atomic_store_n(&head->awake, 1, __ATOMIC_SEQ_CST);
	return __atomic_load_n(&head->unwatched, __ATOMIC_SEQ_CST) &&
	       __atomic_exchange_n(&head->unwatched, 0, __ATOMIC_SEQ_CST);
}

bool counters_unwatch(struct counters *counters)
{
	struct counters_head *head = counters->head;

	__atomic_store_n(&head->unwatched, 1, __ATOMIC_SEQ_CST);
	if (!__atomic_load_n(&head->awake, __ATOMIC_SEQ_CST))
		return true;
	__atomic_store_n(&head->unwatched, 0, __ATOMIC_SEQ_CST);
	return false;
}

static size_t bytes_of(uint32_t operators, uint32_t streams)
{
	return COUNTERS_HEAD_BYTES + operators * sizeof(uint64_t) +
	       streams * sizeof(struct counters_stream);
}

static int map(struct counters *counters, struct os *os, uint32_t operators,
	uint32_t streams, int fd)
{
	size_t bytes = bytes_of(operators, streams);
	void *at = NULL;
	int result = os->map(
		os, &at, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	if (result < 0)
		return result;
	*counters = (struct counters){.head = at,
		.turns = (void *)((char *)at + COUNTERS_HEAD_BYTES),
		.operator_count = operators,
		.stream_count = streams,
		.bytes = bytes};
	counters->streams = (void *)(counters->turns + operators);
	return 0;
}
