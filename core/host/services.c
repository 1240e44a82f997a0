/* services: streams and stopping. See the header. */
#include "core/host/services.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "core/base/check.h"
#include "core/host/operator.h"
#include "core/run/readiness.h"

static int in_more(struct tau_op *op, struct tau_in *head, uint32_t how);
static int want_in(struct tau_op *op, struct tau_in *head, uint64_t records);
static int want_out(struct tau_op *op, struct tau_out *head, uint64_t bytes);
static int next_in(struct tau_op *op, uint32_t port, struct tau_in **member);
static int next_out(struct tau_op *op, uint32_t port, struct tau_out **member);
static int end(struct tau_op *op, struct tau_out *head);
static int shut_in(struct in_end *end, int flow);
static void suspend(struct operator* operator, uint64_t bit);
static int stopped_out(struct operator* operator);
static void break_room(struct operator* operator, struct out_end * end,
	uint32_t bytes, int code);
static void break_publish(struct operator* operator);

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

struct operator* services_enter(struct tau_op *op)
{
	struct operator* operator=(struct operator*) op;

	CHECK_MAGIC(operator, OPERATOR_MAGIC);
	if (fabric_thread() != operator->fabric->thread)
		fabric_abort(operator->fabric, operator,
			"called the host from another thread; a node has one, "
			"and work for others goes to a node of its own");
	if (operator->context == CONTEXT_NONE)
		fabric_abort(operator->fabric, operator,
			"was used by another operator");
	return operator;
}

int services_settle(struct operator* operator)
{
	if (ports_publish(operator) < 0)
		break_publish(operator);
	ports_retire(operator);
	return operator->broken ? operator->failure.code : 0;
}

int services_stopped(struct operator* operator)
{
	if (operator->context == CONTEXT_CREATE)
		return 0;
	if (!operator->closing && !operator->quiescing)
		return 0;
	operator->told = true;
	return TAU_STOPPED;
}

bool services_may_suspend(struct operator* operator, uint32_t how)
{
	if (!(how & TAU_MAY_SUSPEND) || operator->context != CONTEXT_RUN)
		return false;
	if (operator->fabric->scheduler.running != & operator->task)
		fabric_abort(operator->fabric, operator,
			"would suspend while another operator runs");
	return true;
}

static int in_more(struct tau_op *op, struct tau_in *head, uint32_t how)
{
	struct operator* operator= services_enter(op);
	struct in_end *end = (struct in_end *)head;
	bool may_suspend = services_may_suspend(operator, how);

	for (;;) {
		int flow = services_settle(operator);

		if (flow == 0)
			flow = services_stopped(operator);
		if (flow == 0 && operator->gone &&
			operator->context != CONTEXT_CREATE)
			flow = TAU_END;
		if (flow == 0 && !end->stream)
			flow = TAU_END;
		if (flow != 0)
			return shut_in(end, flow);
		flow = stream_read(end->stream, head);
		if (flow == TAU_OK)
			ports_opened_in(end);
		if (flow != TAU_WAIT || !may_suspend)
			return flow;
		suspend(operator, TAU_IN(head->index));
	}
}

int services_room(
	struct tau_op *op, struct tau_out *head, uint32_t bytes, uint32_t how)
{
	struct operator* operator= services_enter(op);
	struct out_end *end = (struct out_end *)head;
	bool may_suspend = services_may_suspend(operator, how);
	bool yielded = false;

	for (;;) {
		int flow = services_settle(operator);

		if (flow == 0)
			flow = stopped_out(operator);
		if (flow == 0 && !end->stream)
			flow = TAU_END;
		if (flow != 0) {
			stream_shut(head, flow);
			return flow;
		}
		if (operator->quiescing)
			end->stream->extra_bytes = STREAM_QUIESCE_EXTRA;
		if (may_suspend && !yielded &&
			end->stream->policy != STREAM_BLOCK &&
			stream_full(end->stream, bytes)) {
			yielded = true; /* who never blocks lets others run */
			task_yield(&operator->task);
			operator->fabric->now_ns = 0;
			continue;
		}
		flow = stream_room(
			end->stream, head, bytes, how & TAU_BY_REFERENCE);
		if (flow == TAU_OK)
			ports_opened_out(end);
		else if (flow == TAU_END && end->stream->reader.gone &&
					    operator->context != CONTEXT_CREATE)
			ports_reader_gone(end);
		else if (flow < 0)
			break_room(operator, end, bytes, flow);
		if (flow != TAU_WAIT || !may_suspend)
			return flow;
		suspend(operator, TAU_OUT(head->index));
	}
}

static int want_in(struct tau_op *op, struct tau_in *head, uint64_t records)
{
	struct in_end *end = (struct in_end *)head;

	services_enter(op);
	if (!end->stream)
		return 0;
	end->stream->reader.want = records;
	if (stream_readable(end->stream))
		end->listener.iota(&end->listener);
	return 0;
}

static int want_out(struct tau_op *op, struct tau_out *head, uint64_t bytes)
{
	struct out_end *end = (struct out_end *)head;

	services_enter(op);
	if (!end->stream)
		return 0;
	end->stream->writer.want = bytes;
	if (stream_writable(end->stream))
		end->listener.iota(&end->listener);
	return 0;
}

static int next_in(struct tau_op *op, uint32_t port, struct tau_in **member)
{
	struct operator* operator= services_enter(op);
	struct in_end *end = NULL;
	int flow = services_settle(operator);

	if (port >= op->in_count || !operator->ports.in[port].variadic)
		return -EINVAL;
	if (flow == 0)
		flow = services_stopped(operator);
	if (flow == 0 && operator->gone)
		flow = TAU_END;
	if (flow == 0)
		flow = ports_next_in(operator, port, &end);
	if (flow == TAU_OK)
		*member = &end->head;
	return flow;
}

static int next_out(struct tau_op *op, uint32_t port, struct tau_out **member)
{
	struct operator* operator= services_enter(op);
	struct out_end *end = NULL;
	int flow = services_settle(operator);

	if (port >= op->out_count || !operator->ports.out[port].variadic)
		return -EINVAL;
	if (flow == 0)
		flow = stopped_out(operator);
	if (flow == 0)
		flow = ports_next_out(operator, port, &end);
	if (flow == TAU_OK)
		*member = &end->head;
	return flow;
}

static int end(struct tau_op *op, struct tau_out *head)
{
	struct out_end *out = (struct out_end *)head;
	int flow = services_settle(services_enter(op));

	if (flow == 0 && out->stream)
		stream_end(out->stream, head, STREAM_DONE);
	return flow;
}

static int shut_in(struct in_end *end, int flow)
{
	if (end->is_open) {
		TAILQ_REMOVE(&end->owner->ports.open_in, end, open);
		end->is_open = false;
	}
	if (end->stream && !end->stream->reader.gone)
		stream_unread(end->stream, &end->head);
	end->head.limit = end->head.next;
	end->head.state = (uint32_t)flow;
	return flow;
}

static void suspend(struct operator* operator, uint64_t bit)
{
	struct tau_want want = {.any = bit};

	task_untell(&operator->task, bit | READINESS_CONTROL);
	task_wait(&operator->task, &want);
	operator->fabric->now_ns = 0;
}

/* Writes tell of closing; of quiescing only when a read told already, or when
 * there are no reads. */
static int stopped_out(struct operator* operator)
{
	if (operator->context == CONTEXT_CREATE)
		return 0;
	if (operator->told)
		return TAU_STOPPED;
	if (!operator->closing && !(operator->quiescing &&
				    operator_is_source(operator)))
		return 0;
	return services_stopped(operator);
}

static void break_room(struct operator* operator, struct out_end * end,
	uint32_t bytes, int code)
{
	const struct stream *stream = end->stream;
	char text[512];

	switch (code) {
	case -EMSGSIZE:
		snprintf(text, sizeof text,
			"a record of %" PRIu32 " bytes does not fit stream %s, "
			"which takes at most %" PRIu32
			" at once; raise its \"atomic\" (and \"capacity\")",
			bytes, stream->name, stream->atomic_bytes);
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
	operator_fail(operator, code, text, strlen(text));
	operator->broken = true;
}

static void break_publish(struct operator* operator)
{
	static const char text[] =
		"sent a record whose body lies in no live memory: what is sent "
		"must lie in an input record not yet consumed, or be static";

	operator_fail(operator, - EFAULT, text, sizeof text - 1);
	operator->broken = true;
}
