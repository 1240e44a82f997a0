/*
 * call: a C function that is ready to be called: what a signature says, found
 * in a library, with room for its arguments.
 *
 *	inputs ──► arguments ──► ffi_call ──► result and what arguments point at
 *	  │                                                      │
 *	  fields of a record                                     outputs ──► out
 *
 * One call at a time: the room is the instance's, and is filled anew each time.
 */
#ifndef TAU_PLUGINS_FFI_CALL_H
#define TAU_PLUGINS_FFI_CALL_H

#include <tau/operator.h>

#include "common/buffer.h"
#include "common/field.h"
#include "shape.h"

enum { PORT_EVENTS = 2 };

enum { LIBRARY, CALL, INPUT, OUTPUT, FOLDER };

/* In the order of call.c's words. */
enum use {
	VALUE,
	CONSTANT,
	POINTS_IN,
	POINTS_OUT,
	DATA,
	ITEMS,
	LENGTH,
	ROOM,
	CAPACITY,
	FILLED,
	NOTHING,
	COMPARE,
	EVENT,
	IGNORED,
};

struct input {
	const char *name;
	size_t name_bytes;
	char *pointer; /* owned; "/name", or what `in` says */
	struct field field;
	bool constant;
	struct tau_value value; /* of a constant, or of the record at hand */
};

struct event;

struct argument {
	const char *name;
	size_t name_bytes;
	enum use use;
	struct shape shape;
	struct input *input;   /* of what goes in */
	struct argument *data; /* whose length or room this is */
	size_t bytes;          /* of a room */
	bool changes;          /* of items */
	bool descending;       /* of a comparison */
	struct tau_value literal;
	/* What libffi passes: `memory` itself, or `passed`, the address of it
	 * or of something else. */
	uint64_t cell;
	void *passed;
	void *memory;        /* owned: structs, rooms, what is pointed at */
	size_t used;         /* bytes of data, items of an array */
	struct buffer text;  /* a string with its NUL, items */
	struct event *event; /* a callback; owned */
};

enum test { NEVER, BY_ERRNO, IS_NULL, EQUAL, UNEQUAL, LESS, MORE };

struct output {
	const char *name;
	size_t name_bytes;
	const struct argument *from; /* NULL: the result */
	char *pointer;               /* owned; NULL: not wanted */
	size_t pointer_bytes;
};

struct call {
	struct tau_op *op;
	struct tau_value signature;
	char function[80];
	struct argument result;
	bool result_freed;
	const struct argument *result_room; /* that the result measures */
	struct argument *arguments;
	struct input *inputs;
	struct output *outputs;
	size_t argument_count, input_count, output_count;
	enum test fails;
	int64_t fails_value;
	bool uses_errno;
	bool whole; /* several outputs make one map */
	void *library;
	void (*address)(void);
	ffi_cif cif;
	ffi_type **types;
	void **values;
	union {
		ffi_arg word;
		void *pointer;
		uint8_t bytes[64];
	} answer;
	void *answer_memory; /* owned; of a struct that is larger */
	int error;           /* errno behind the call */
	int flow;            /* of what events wrote */
	struct buffer made, root[2];
};

/* Reads the params into a call. 0, or -errno after a sentence. */
int call_init(struct tau_op *op, struct call *call);
void call_release(struct call *call);

/* Reads `in` and `out`; the arguments are there. */
int call_find_inputs(struct tau_op *op, struct call *call);
int call_find_outputs(struct tau_op *op, struct call *call);

/* Finds the function. */
int call_load(struct tau_op *op, struct call *call);

/* Fills the arguments from a record. False: `reason` says what does not fit. */
bool call_fill(struct call *call, const struct tau_record *record,
	char reason[REASON_BYTES]);

/* Calls. False: the call has failed, and `reason` says how. May suspend where
 * a callback writes. [run] */
bool call_do(struct call *call, char reason[REASON_BYTES]);

/* The results as records of `out`: flow, TAU_OK also after one to bad.
 * Suspends. [run] */
int call_send(struct call *call, const struct tau_record *record);

/* Makes the callback of an argument. */
int event_create(
	struct call *call, struct argument *argument, struct tau_value *own);
void event_destroy(struct event **event);

/* Room for a reason: "argument "x": …". */
void call_blame(const struct argument *argument, char reason[REASON_BYTES]);

#endif
