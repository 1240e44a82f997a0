/* services: clock, timers, fds, words and extensions. */
#include "core/host/services.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/check.h"
#include "core/host/instance.h"
#include "core/host/spawner.h"
#include "core/record/descriptor.h"

static int64_t now(struct tau_op *op);
static int timer(
	struct tau_op *op, uint32_t slot, int64_t first_ns, int64_t period_ns);
static int watch(struct tau_op *op, uint32_t slot, int fd, uint32_t events,
	uint64_t key);
static int next_event(
	struct tau_op *op, uint32_t slot, struct tau_event *event);
static int drained(struct tau_op *op, uint32_t slot, int fd, uint32_t events);
static int fd_send(
	struct tau_op *op, struct tau_out *out, int fd, uint32_t how);
static int fd_take(struct tau_op *op, const struct tau_record *record);
static void log_line(
	struct tau_op *op, uint32_t level, const char *text, size_t bytes);
static int fail(struct tau_op *op, int code, const char *text, size_t bytes);
static uint64_t *metric(struct tau_op *op, const char *name, uint32_t kind);
static const void *ext(struct tau_op *op, const char *id);
static struct instance *armed(struct tau_op *op);

void services_init_slots(struct tau_host *host)
{
	host->now = now;
	host->timer = timer;
	host->watch = watch;
	host->next_event = next_event;
	host->drained = drained;
	host->fd_send = fd_send;
	host->fd_take = fd_take;
	host->log = log_line;
	host->fail = fail;
	host->metric = metric;
	host->ext = ext;
}

static int64_t now(struct tau_op *op)
{
	return fabric_now(services_enter(op)->fabric);
}

static int timer(
	struct tau_op *op, uint32_t slot, int64_t first_ns, int64_t period_ns)
{
	return slot_timer(armed(op), slot, first_ns, period_ns);
}

static int watch(
	struct tau_op *op, uint32_t slot, int fd, uint32_t events, uint64_t key)
{
	return slot_watch(armed(op), slot, fd, events, key);
}

static int next_event(struct tau_op *op, uint32_t slot, struct tau_event *event)
{
	return slot_next_event(armed(op), slot, event);
}

static int drained(struct tau_op *op, uint32_t slot, int fd, uint32_t events)
{
	return slot_drained(armed(op), slot, fd, events);
}

static int fd_send(struct tau_op *op, struct tau_out *out, int fd, uint32_t how)
{
	struct instance *instance = services_enter(op);
	struct os *os = instance->fabric->os;
	struct descriptor *cell;
	struct tau_record record;
	int flow;

	if (instance->context == CONTEXT_CREATE)
		fd = os->duplicate(os, fd, 0);
	if (fd < 0)
		return fd;
	cell = descriptor_create(os, fd);
	if (!cell) {
		os->close(os, fd);
		return -ENOMEM;
	}
	record = (struct tau_record){cell, DESCRIPTOR_RECORD_BYTES, TAU_FD, 0};
	flow = services_room(op, out, record.bytes, how | TAU_BY_REFERENCE);
	if (flow == TAU_OK) {
		*out->next++ = record;
		out->credit -= record.bytes;
		flow = services_settle(instance);
	}
	descriptor_drop(cell);
	return flow;
}

static int fd_take(struct tau_op *op, const struct tau_record *record)
{
	struct descriptor *cell = descriptor_of(record);

	services_enter(op);
	return cell ? descriptor_take(cell) : -EINVAL;
}

static void log_line(
	struct tau_op *op, uint32_t level, const char *text, size_t bytes)
{
	struct instance *instance = services_enter(op);

	log_say(instance->fabric->log,
		level > LOG_DEBUG ? LOG_DEBUG : (enum log_level)level,
		"%s: %.*s", instance->name, (int)bytes, text);
}

static int fail(struct tau_op *op, int code, const char *text, size_t bytes)
{
	return instance_fail(services_enter(op), code, text, bytes);
}

static uint64_t *metric(struct tau_op *op, const char *name, uint32_t kind)
{
	return instance_metric(services_enter(op), name, kind);
}

static const void *ext(struct tau_op *op, const char *id)
{
	struct instance *instance = services_enter(op);

	if (strcmp(id, "tau.os/1") == 0)
		return &instance->fabric->plugin_os.table;
	if (strcmp(id, "tau.spawn/1") == 0 && instance->fabric->spawner)
		return &spawner_table;
	if (strcmp(id, "tau.stdio/1") == 0 && instance->stdio.fd >= 0)
		return &instance->stdio;
	return NULL;
}

/* Slots are armed in run and on_ready only: create has no effect outside. */
static struct instance *armed(struct tau_op *op)
{
	struct instance *instance = services_enter(op);

	if (instance->context == CONTEXT_CREATE)
		fabric_abort(instance->fabric, instance,
			"used a timer or an fd slot outside run");
	return instance;
}
