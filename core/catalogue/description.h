/*
 * description: what a plugin says about itself, parsed from the JSON of its
 * ELF note, with defaults applied and every rule of the ABI checked.
 *
 * Nothing here runs or maps the plugin. Keys that are not known are ignored,
 * so that newer plugins describe themselves to older hosts; an entry of
 * `requires` that is not known refuses the plugin.
 *
 * Ports of one direction, as the operator sees them:
 *
 *     declared ports, in order | derived back ports, in order of their owners
 *
 * A port with `back` gets one derived port NAME.back in the other direction.
 */
#ifndef TAU_CORE_CATALOGUE_DESCRIPTION_H
#define TAU_CORE_CATALOGUE_DESCRIPTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/error.h"
#include "core/text/arena.h"

/* The ABI that this host offers; a description may ask for less, not more. */
#define DESCRIPTION_ABI_MAJOR 1u
#define DESCRIPTION_ABI_MINOR 0u

struct json_t; /* jansson's; only rooms of core/plan look inside */

enum port_type {
	PORT_BYTES,
	PORT_UTF8,
	PORT_VALUE,
	PORT_FD,
	PORT_ANY,
};

enum port_back {
	PORT_BACK_NONE,
	PORT_BACK_OPTIONAL,
	PORT_BACK_REQUIRED,
	PORT_BACK_THROUGH, /* the host passes it on past the operator */
};

#define PORT_NO_INDEX UINT32_MAX

struct port_description {
	const char *name;    /* of a derived port: "NAME.back" */
	const char *doc;     /* "" when not given */
	enum port_type type; /* of a derived port: PORT_ANY */
	bool required;       /* of a derived port: `back` is "required" */
	bool variadic;       /* of a derived port: as its owner */
	bool derived;
	/* An out port "bad" or "control" that is not required: what it says
	 * beside its work. Nobody reading the rest, it is done. */
	bool aside;
	enum port_back back; /* of a derived port: PORT_BACK_NONE */
	/* The other half of a port with a back stream, as an index into the
	 * ports of the other direction: of a declared port its derived one, of
	 * a derived port its owner. PORT_NO_INDEX when there is none. */
	uint32_t partner;
};

enum param_type {
	PARAM_BOOL,
	PARAM_INT,
	PARAM_FLOAT,
	PARAM_STRING,
	PARAM_PATH,
	PARAM_SIZE,     /* JSON number of bytes, or "64KiB" */
	PARAM_DURATION, /* "10s", or the number 0 */
	PARAM_ENUM,
	PARAM_REGEX,
	PARAM_FIELD, /* a JSON pointer: "" or "/a/b" */
	PARAM_LIST,
	PARAM_MAP,
	PARAM_JSON,
	PARAM_SECRET,
	PARAM_SIGNATURE, /* a C function: see core/catalogue/signature.h */
};

/* A bound on int, size (bytes) and duration (ns) in `integer`, on float in
 * `real`. */
struct param_bound {
	bool set;
	int64_t integer;
	double real;
};

struct param_description {
	const char *name;
	const char *doc; /* "" when not given */
	enum param_type type;
	enum param_type of; /* of the elements of a list or map; else `type` */
	bool required;
	struct json_t *default_value; /* NULL when not given; not owned */
	struct param_bound min, max;
	const char **values; /* of an enum, else NULL */
	size_t value_count;
};

/* The versions of saved state; `version` is 0 when the operator has none. */
struct state_description {
	uint32_t version; /* preferred; among `writes` */
	uint32_t *reads, *writes;
	size_t read_count, write_count;
};

enum operator_style {
	OPERATOR_COROUTINE,
	OPERATOR_CONTINUATION,
};

enum operator_stdio {
	OPERATOR_STDIO_NONE,
	OPERATOR_STDIO_IN,
	OPERATOR_STDIO_OUT,
};

struct operator_description {
	const struct description *plugin; /* that this belongs to */
	const char *name;                 /* without the plugin's name */
	const char *doc;                  /* "" when not given */
	enum operator_style style;
	enum operator_stdio stdio;
	bool effects; /* works even when nobody reads it */
	uint32_t stack_bytes;
	/* `…_count` counts derived ports too, `…_declared` does not. */
	struct port_description *in, *out;
	uint32_t in_count, in_declared, out_count, out_declared;
	struct param_description *params; /* in declared order */
	size_t param_count;
	struct state_description state;
	const char *example; /* text, or NULL */
};

/* One plugin. All strings live as long as it does. */
struct description {
	const char *file; /* what errors name; owned */
	uint32_t abi_major, abi_minor;
	const char *name, *version;
	const char *license, *doc; /* "" when not given */
	struct operator_description *operators;
	size_t operator_count;
	struct arena arena;  /* all memory of the above */
	struct json_t *json; /* owns the strings */
};

/* Parses `bytes` of JSON text; `file` names the plugin in sentences and is
 * copied. On success `*description` is the caller's, to be destroyed. On
 * failure it is NULL and `error` has a sentence that begins with the file;
 * its place has line and column when the JSON itself is broken. */
int description_create(struct description **description, const char *file,
	const char *text, size_t bytes, struct error *error);
void description_destroy(struct description **description);

/* The operator, port (`in` or `out` array with its count) or param of that
 * name, or NULL. Ports are found by index in their array too: subtract. */
const struct operator_description *description_operator(
	const struct description *description, const char *name);
const struct port_description *description_port(
	const struct port_description *ports, uint32_t count, const char *name);
const struct param_description *description_param(
	const struct operator_description *target, const char *name);

/* Whether an out port is by its name one for what an operator says beside its
 * work: "bad", what it refuses, or "control", what happens to it. */
bool description_tells(const struct port_description *port);

/* Whether the param takes `value` (after substitution): type, elements,
 * bounds, values. Returns 0, or -EINVAL with a sentence that names neither
 * the param nor a place ("\"many\" is not a whole number"). */
int description_check_value(const struct param_description *param,
	const struct json_t *value, struct error *error);

/* "utf8", "duration", …: as they stand in JSON. */
const char *description_port_type_name(enum port_type type);
const char *description_param_type_name(enum param_type type);

/* Whether a port that writes the one type may be read as the other. */
bool description_port_types_meet(enum port_type out, enum port_type in);

/* `[A-Za-z0-9_-]{1,64}`; operator types may have dots between such parts;
 * plugins are `[a-z0-9_-]{1,64}`. */
bool description_is_name(const char *text);
bool description_is_operator_name(const char *text);
bool description_is_plugin_name(const char *text);

#endif
