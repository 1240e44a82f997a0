/* services: streams and stopping. See the header. */
#include "core/host/services.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "core/base/check.h"
#include "core/host/instance.h"
#include "core/run/readiness.h"

static int in_more(struct tau_op *op, struct tau_in *head, uint32_t how);
static int want_in(struct tau_op *op, struct tau_in *head, uint64_t records);
static int want_out(struct tau_op *op, struct tau_out *head, uint64_t bytes);
static int next_in(struct tau_op *op, uint32_t port, struct tau_in **member);
static int next_out(struct tau_op *op, uint32_t port, struct tau_out **member);
static int end(struct tau_op *op, struct tau_out *head);
static int shut_in(struct port_end *end, int flow);
static int shut_out(struct port_end *end, int flow);
static bool lets_others_run(
	struct instance *instance, struct port_end *end, uint32_t bytes);
static void settle_room(struct port_end *end, uint32_t bytes, int flow);
static void suspend(struct instance *instance, uint64_t bit,
	struct stream_end *end, uint64_t want);
static bool is_elsewhere(const struct instance *instance, bool is_port);
static int stopped_out(struct instance *instance);
static void break_room(struct instance *instance, struct port_end *end,
	uint32_t bytes, int code);
static void break_publish(struct instance *instance, int code);

void services_init(struct tau_host *host)
{
	*host = (struct tau_host){
		.size = sizeof *host,
		.major = TAU_MAJOR,
		.minor = TAU_MINOR,
		.in_more = in_more,
		.out_room = services_room,
		.want_in = want_in,
		.want_out = want_out,
		.next_in = next_in,
		.next_out = next_out,
		.end = end,
	};
	services_init_wait(host);
	services_init_slots(host);
}

struct instance *services_enter(struct tau_op *op)
{
	struct instance *instance = (struct instance *)op;

	CHECK_MAGIC(instance, INSTANCE_MAGIC);
	if (fabric_thread() != instance->fabric->thread)
		fabric_abort(instance->fabric, instance,
			"called the host from another thread; a node has one, "
			"and work for others goes to a node of its own");
	if (instance->context == CONTEXT_NONE)
		fabric_abort(instance->fabric, instance,
			"was used by another operator");
	return instance;
}

int services_settle(struct instance *instance)
{
	int result = ports_publish(instance);

	if (result < 0)
		break_publish(instance, result);
	ports_retire(instance);
	return instance->broken ? instance->failure.code : 0;
}

int services_leave(struct instance *instance)
{
	int result = ports_close(instance);

	if (result < 0)
		break_publish(instance, result);
	ports_retire(instance);
	return instance->broken ? instance->failure.code : 0;
}

int services_stopped(struct instance *instance)
{
	int result;

	if (instance->context == CONTEXT_CREATE)
		return 0;
	if (!instance->closing && !instance->quiescing)
		return 0;
	result = instance->told ? 0 : ports_close(instance);
	if (result < 0)
		break_publish(instance, result);
	instance->told = true; /* and from now on every call says so */
	return TAU_STOPPED;
}

bool services_may_suspend(struct instance *instance, uint32_t how)
{
	if (!(how & TAU_MAY_SUSPEND) || instance->context != CONTEXT_RUN)
		return false;
	if (instance->fabric->scheduler.running != &instance->task)
		fabric_abort(instance->fabric, instance,
			"would suspend while another operator runs");
	return true;
}

static int in_more(struct tau_op *op, struct tau_in *head, uint32_t how)
{
	struct instance *instance = services_enter(op);
	struct port_end *end = (struct port_end *)head;
	bool may_suspend = services_may_suspend(instance, how);

	for (;;) {
		int flow = services_settle(instance);

		if (flow == 0)
			flow = services_stopped(instance);
		if (flow == 0 && instance->gone &&
			instance->context != CONTEXT_CREATE)
			flow = TAU_END;
		if (flow == 0 && !end->stream)
			flow = TAU_END;
		if (flow == 0 && is_elsewhere(instance, end->listener.iota))
			flow = TAU_WAIT;
		if (flow != 0)
			return shut_in(end, flow);
		if (end->stream->window) /* it reads what it writes */
			(void)ports_close(instance);
		flow = stream_read(end->stream, head);
		if (flow == TAU_OK)
			ports_opened(end);
		if (flow != TAU_WAIT || !may_suspend)
			return flow;
		suspend(instance, TAU_IN(head->index), &end->stream->reader, 1);
	}
}

int services_room(
	struct tau_op *op, struct tau_out *head, uint32_t bytes, uint32_t how)
{
	struct instance *instance = services_enter(op);
	struct port_end *end = (struct port_end *)head;
	bool may_suspend = services_may_suspend(instance, how);
	bool yielded = false;

	for (;;) {
		int flow = instance->broken ? instance->failure.code
					    : stopped_out(instance);

		if (flow == 0 && !end->stream)
			flow = TAU_END;
		if (flow == 0 && is_elsewhere(instance, end->listener.iota))
			flow = TAU_WAIT;
		if (flow != 0)
			return shut_out(end, flow);
		if (instance->quiescing)
			end->stream->extra_bytes = STREAM_QUIESCE_EXTRA;
		if (may_suspend && !yielded &&
			end->stream->policy != STREAM_BLOCK) {
			yielded = true;
			if (lets_others_run(instance, end, bytes))
				continue;
		}
		flow = stream_room(
			end->stream, head, bytes, how & TAU_BY_REFERENCE);
		settle_room(end, bytes, flow);
		if (flow != TAU_WAIT || !may_suspend)
			return flow;
		suspend(instance, TAU_OUT(head->index), &end->stream->writer,
			bytes ? bytes : 1);
	}
}

static int want_in(struct tau_op *op, struct tau_in *head, uint64_t records)
{
	struct port_end *end = (struct port_end *)head;

	services_enter(op);
	if (!end->stream)
		return 0;
	end->stream->reader.want = records;
	if (stream_readable(end->stream) && end->listener.iota)
		end->listener.iota(&end->listener);
	return 0;
}

static int want_out(struct tau_op *op, struct tau_out *head, uint64_t bytes)
{
	struct port_end *end = (struct port_end *)head;

	services_enter(op);
	if (!end->stream)
		return 0;
	end->stream->writer.want = bytes;
	end->stream->need_bytes = 0; /* what was asked for before is off */
	if (stream_writable(end->stream) && end->listener.iota)
		end->listener.iota(&end->listener);
	return 0;
}

static int next_in(struct tau_op *op, uint32_t port, struct tau_in **member)
{
	struct instance *instance = services_enter(op);
	struct port *at = instance->ports.in.ports;
	struct port_end *end = NULL;
	int flow = services_settle(instance);

	if (port >= op->in_count || !at[port].description->variadic)
		return -EINVAL;
	if (flow == 0)
		flow = services_stopped(instance);
	if (flow == 0 && instance->gone)
		flow = TAU_END;
	if (flow == 0)
		flow = ports_next(&at[port], &end);
	if (flow == TAU_OK)
		*member = &end->head.in;
	return flow;
}

static int next_out(struct tau_op *op, uint32_t port, struct tau_out **member)
{
	struct instance *instance = services_enter(op);
	struct port *at = instance->ports.out.ports;
	struct port_end *end = NULL;
	int flow = services_settle(instance);

	if (port >= op->out_count || !at[port].description->variadic)
		return -EINVAL;
	if (flow == 0)
		flow = stopped_out(instance);
	if (flow == 0)
		flow = ports_next(&at[port], &end);
	if (flow == TAU_OK)
		*member = &end->head.out;
	return flow;
}

static int end(struct tau_op *op, struct tau_out *head)
{
	struct port_end *out = (struct port_end *)head;
	int flow = services_settle(services_enter(op));

	if (flow == 0 && out->stream)
		stream_end(out->stream, head, STREAM_DONE);
	return flow;
}

static int shut_in(struct port_end *end, int flow)
{
	ports_closed(end);
	if (end->stream && !end->stream->reader.gone)
		stream_unread(end->stream, &end->head.in);
	end->head.in.limit = end->head.in.next;
	end->head.in.state = (uint32_t)flow;
	return flow;
}

static int shut_out(struct port_end *end, int flow)
{
	if (end->stream)
		(void)stream_close(end->stream, &end->head.out);
	stream_shut(&end->head.out, flow);
	return flow;
}

/* Who never blocks yields where it would: else nobody would ever read. */
static bool lets_others_run(
	struct instance *instance, struct port_end *end, uint32_t bytes)
{
	if (services_settle(instance) < 0)
		return true;
	if (!stream_full(end->stream, bytes))
		return false;
	if (services_leave(instance) == 0)
		task_yield(&instance->task);
	instance->fabric->now_ns = 0;
	return true;
}

/* What an answer of stream_room means for the operator. */
static void settle_room(struct port_end *end, uint32_t bytes, int flow)
{
	if (flow == TAU_OK)
		ports_opened(end);
	else if (flow < 0)
		break_room(end->owner, end, bytes, flow);
	else if (flow == TAU_END && end->stream->reader.gone &&
		 end->owner->context != CONTEXT_CREATE)
		ports_reader_gone(end);
}

/* Until the end is ready for this call: what the port's want says concerns
 * waits, and a port that it disarms can be read and written all the same. */
static void suspend(struct instance *instance, uint64_t bit,
	struct stream_end *end, uint64_t want)
{
	struct tau_want asked = {.any = bit};
	uint64_t kept = end->want;

	if (kept != 0)
		end->want = want;
	/* Before leaving, which may be what makes it ready: an operator that
	 * reads what it writes waits for itself. */
	task_untell(&instance->task, bit | READINESS_CONTROL);
	if (services_leave(instance) == 0)
		task_wait(&instance->task, &asked);
	end->want = kept;
	instance->fabric->now_ns = 0;
}

/* Outside its life (create, destroy, save) an operator has no effect on its
 * streams: its ports neither give nor take. The state's window is no port. */
static bool is_elsewhere(const struct instance *instance, bool is_port)
{
	return is_port && instance->context == CONTEXT_CREATE;
}

/* Writes tell of closing; of quiescing only when a read told already, or when
 * there are no reads. */
static int stopped_out(struct instance *instance)
{
	if (instance->context == CONTEXT_CREATE)
		return 0;
	if (instance->told)
		return TAU_STOPPED;
	if (!instance->closing &&
		!(instance->quiescing && instance_is_source(instance)))
		return 0;
	return services_stopped(instance);
}

static void break_room(struct instance *instance, struct port_end *end,
	uint32_t bytes, int code)
{
	const struct stream *stream = end->stream;
	char text[512];

	switch (code) {
	case -EMSGSIZE:
		snprintf(text, sizeof text,
			instance->context == CONTEXT_CREATE
				? "a record of %" PRIu32
				  " bytes does not fit the state of %s, which "
				  "takes at most %" PRIu32
				  " at once; write it as several"
				: "a record of %" PRIu32
				  " bytes does not fit stream %s, which takes "
				  "at most %" PRIu32 " at once; raise its %s",
			bytes, stream->name, stream->atomic_bytes,
			/* a record that is cut is bounded by it alone */
			stream->atomic_bytes < stream->capacity_bytes
				? "\"atomic\" (and \"capacity\")"
				: "\"capacity\" (and \"atomic\", unless it "
				  "is shredded)");
		break;
	case -ENOBUFS:
		snprintf(text, sizeof text,
			"stream %s is full (%" PRIu32 " bytes, %" PRIu32
			" records) and its \"full\" says \"fail\"",
			stream->name, stream->capacity_bytes, stream->records);
		break;
	default:
		snprintf(text, sizeof text, "writing to stream %s: %s",
			stream->name, strerror(-code));
	}
	instance_fail(instance, code, text, strlen(text));
	instance->broken = true;
}

/* What was written over somebody else's memory is not let run on. */
static void break_publish(struct instance *instance, int code)
{
	const char *text =
		"sent a record whose body lies in no live memory: what is sent "
		"must lie in an input record not yet consumed, or be static";

	if (code == -EOVERFLOW)
		fabric_abort(instance->fabric, instance,
			"wrote more to a stream than it had reserved, over "
			"memory that is not its own");
	if (code == -EOPNOTSUPP)
		text = "sent a file descriptor to another node over a stream "
		       "that does not carry any; say \"fds\": true on it";
	else if (code == -EBADF)
		text = "sent a file descriptor to another node that was taken "
		       "out of its record before";
	else
		code = -EFAULT;
	instance_fail(instance, code, text, strlen(text));
	instance->broken = true;
}
