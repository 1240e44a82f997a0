/*
 * event: C functions that are made while running, for libraries that call
 * back: one that compares, and one that makes a record of each call. Writing
 * that record suspends the operator in the middle of the library's function,
 * whose frames stand on the operator's own stack: a slow reader slows down the
 * library, and nothing is gathered.
 */
#include "call.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct told {
	const char *name;
	size_t name_bytes;
	enum use use;
	struct shape shape;
	int data; /* of a length: which argument it measures; else -1 */
};

struct event {
	struct call *call;
	const struct argument *argument;
	ffi_closure *closure;
	void *code;
	ffi_cif cif;
	ffi_type **types;
	struct told *told;
	size_t count;
	uint64_t answer;
};

/* ---- comparing ----------------------------------------------------------- */

static void compare(ffi_cif *cif, void *answer, void **values, void *context)
{
	const struct event *event = context;
	const void *one = *(void **)values[0], *other = *(void **)values[1];
	int order = shape_compare(&event->argument->shape, one, other);

	(void)cif;
	*(ffi_sarg *)answer = event->argument->descending ? -order : order;
}

/* ---- telling ------------------------------------------------------------- */

static void write_bytes(const struct event *event, size_t index, void **values,
	struct tau_writer *writer)
{
	const uint8_t *body = *(void **)values[index];
	int64_t bytes = 0;

	for (size_t i = 0; i < event->count; i++)
		if (event->told[i].data == (int)index)
			bytes = shape_integer(&event->told[i].shape, values[i]);
	if (body && bytes >= 0)
		tau_write_bytes(writer, body, (size_t)bytes);
	else
		tau_write_null(writer);
}

static void write_told(
	const struct event *event, void **values, struct tau_writer *writer)
{
	struct tau_mark map = tau_write_map_begin(writer, 0);

	tau_write_text(writer, "event", 5);
	tau_write_text(
		writer, event->argument->name, event->argument->name_bytes);
	for (size_t i = 0; i < event->count; i++) {
		const struct told *told = &event->told[i];
		const void *at = values[i];

		if (told->use == IGNORED || told->use == LENGTH)
			continue;
		tau_write_text(writer, told->name, told->name_bytes);
		if (told->use == DATA) {
			write_bytes(event, i, values, writer);
			continue;
		}
		if (told->use == POINTS_IN)
			at = *(void **)values[i];
		if (at)
			shape_write(&told->shape, at, writer);
		else
			tau_write_null(writer);
	}
	tau_write_end(writer, map);
}

/* What the library tells goes out at once. When nobody reads it, or all is
 * being torn down, it is dropped: a library cannot be stopped half way. */
static void tell(ffi_cif *cif, void *answer, void **values, void *context)
{
	struct event *event = context;
	struct call *call = event->call;
	struct tau_writer writer;
	size_t bytes;
	void *space;
	int error = errno;

	(void)cif;
	if (answer && event->argument->shape.base != VOID)
		memcpy(answer, &event->answer, sizeof(ffi_arg));
	tau_writer_init(&writer, NULL, 0);
	write_told(event, values, &writer);
	bytes = tau_writer_needed(&writer);
	if (call->flow == TAU_OK && bytes > call->op->out[PORT_EVENTS]->atomic)
		call->flow = tau_failf(call->op, -EMSGSIZE,
			"an event of %s has %zu bytes, and the stream takes %u",
			call->function, bytes,
			call->op->out[PORT_EVENTS]->atomic);
	if (call->flow == TAU_OK) {
		space = tau_reserve(call->op, PORT_EVENTS, (uint32_t)bytes);
		if (space) {
			int64_t written;

			tau_writer_init(&writer, space, bytes);
			write_told(event, values, &writer);
			written = tau_writer_finish(&writer);
			if (written > 0)
				tau_commit(call->op, PORT_EVENTS,
					(uint32_t)written, TAU_VALUE);
		}
	}
	errno = error;
}

/* ---- making -------------------------------------------------------------- */

static enum use read_use(const struct tau_value *map)
{
	static const struct {
		const char *word;
		enum use use;
	} uses[] = {{"value", VALUE}, {"in", POINTS_IN}, {"bytes", DATA},
		{"length", LENGTH}};
	struct tau_value use;
	const char *text;
	size_t bytes;

	if (tau_value_get(map, "use", 3, &use) ||
		tau_value_text(&use, &text, &bytes))
		return IGNORED;
	for (size_t i = 0; i < sizeof uses / sizeof *uses; i++)
		if (strlen(uses[i].word) == bytes &&
			memcmp(uses[i].word, text, bytes) == 0)
			return uses[i].use;
	return IGNORED;
}

static int read_told(struct told *told, const struct tau_value *map)
{
	struct tau_value name, type;

	told->data = -1;
	told->use = read_use(map);
	if (tau_value_get(map, "name", 4, &name) ||
		tau_value_text(&name, &told->name, &told->name_bytes) ||
		tau_value_get(map, "type", 4, &type))
		return -EINVAL;
	return shape_init(&told->shape, &type);
}

static void join(struct event *event)
{
	for (size_t i = 0; i < event->count; i++)
		for (size_t j = 0; j < event->count; j++)
			if (event->told[i].use == LENGTH &&
				event->told[j].use == DATA &&
				event->told[i].name_bytes ==
					event->told[j].name_bytes &&
				memcmp(event->told[i].name, event->told[j].name,
					event->told[i].name_bytes) == 0)
				event->told[i].data = (int)j;
}

static int read_all(struct event *event, const struct tau_value *own)
{
	struct tau_value list, map;
	struct tau_items items;
	int code = 0;

	if (tau_value_get(own, "arguments", 9, &list) ||
		tau_value_items(&list, &items))
		return -EINVAL;
	event->told = calloc(list.count + 1, sizeof *event->told);
	event->types = calloc(list.count + 1, sizeof(ffi_type *));
	if (!event->told || !event->types)
		return -ENOMEM;
	while (code == 0 && tau_value_next(&items, &map) == 1) {
		struct told *told = &event->told[event->count];

		code = read_told(told, &map);
		event->types[event->count++] =
			told->use == VALUE || told->use == LENGTH
				? told->shape.type
				: &ffi_type_pointer;
	}
	join(event);
	return code;
}

static int prepare(struct event *event)
{
	const struct argument *argument = event->argument;
	bool compares = argument->use == COMPARE;
	ffi_type *answer = compares ? &ffi_type_sint32 : argument->shape.type;

	event->closure = ffi_closure_alloc(sizeof(ffi_closure), &event->code);
	if (!event->closure)
		return -ENOMEM;
	if (ffi_prep_cif(&event->cif, FFI_DEFAULT_ABI, (unsigned)event->count,
		    answer, event->types) != FFI_OK ||
		ffi_prep_closure_loc(event->closure, &event->cif,
			compares ? compare : tell, event,
			event->code) != FFI_OK)
		return -EINVAL;
	return 0;
}

static int read_compared(struct event *event)
{
	event->count = 2;
	event->types = calloc(2, sizeof(ffi_type *));
	if (!event->types)
		return -ENOMEM;
	event->types[0] = event->types[1] = &ffi_type_pointer;
	return 0;
}

int event_create(
	struct call *call, struct argument *argument, struct tau_value *own)
{
	struct event *event = calloc(1, sizeof *event);
	int code;

	if (!event)
		return -ENOMEM;
	argument->event = event;
	event->call = call;
	event->argument = argument;
	if (argument->use == EVENT && argument->shape.base != VOID)
		shape_store_literal(
			&argument->shape, &argument->literal, &event->answer);
	code = argument->use == COMPARE ? read_compared(event)
					: read_all(event, own);
	if (code == 0)
		code = prepare(event);
	argument->cell = (uint64_t)(uintptr_t)event->code;
	return code;
}

void event_destroy(struct event **event)
{
	struct event *gone = *event;

	if (!gone)
		return;
	for (size_t i = 0; gone->told && i < gone->count; i++)
		shape_release(&gone->told[i].shape);
	if (gone->closure)
		ffi_closure_free(gone->closure);
	free(gone->told);
	free(gone->types);
	free(gone);
	*event = NULL;
}
