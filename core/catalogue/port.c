/* port: see port.h. */
#include "core/catalogue/port.h"

#include "core/base/bounds.h"
#include "core/base/count.h"

static const char *const back_words[] = {
	"none", "optional", "required", "through"};
static const char *const port_type_words[] = {
	[PORT_BYTES] = "bytes",
	[PORT_UTF8] = "utf8",
	[PORT_VALUE] = "value",
	[PORT_FD] = "fd",
	[PORT_ANY] = "any",
};
static struct port_description *read_ports(struct reader *reader,
	struct arena *arena, json_t *json, const char *direction, uint32_t max,
	bool required, uint32_t *count);
static void derive_back_ports(struct reader *reader, struct arena *arena,
	struct port_description *owners, uint32_t owner_count,
	struct port_description *ports, uint32_t *count, uint32_t max,
	const char *direction);
static void check_through(
	struct reader *reader, const struct operator_description *description);

const char *description_port_type_name(enum port_type type)
{
	return port_type_words[type];
}

bool description_port_types_meet(enum port_type out, enum port_type in)
{
	return out == in || out == PORT_ANY || in == PORT_ANY ||
	       (out == PORT_UTF8 && in == PORT_BYTES);
}

void port_read_all(struct reader *reader, struct arena *arena, json_t *json,
	struct operator_description *target)
{
	target->in = read_ports(reader, arena, json, "in", PORTS_IN_MAX, true,
		&target->in_declared);
	target->out = read_ports(reader, arena, json, "out", PORTS_OUT_MAX,
		false, &target->out_declared);
	target->in_count = target->in_declared;
	target->out_count = target->out_declared;
	derive_back_ports(reader, arena, target->in, target->in_declared,
		target->out, &target->out_count, PORTS_OUT_MAX, "out");
	derive_back_ports(reader, arena, target->out, target->out_declared,
		target->in, &target->in_count, PORTS_IN_MAX, "in");
	check_through(reader, target);
}

/* How many of `count` ports hand their back stream on. */
static uint32_t count_through(
	const struct port_description *ports, uint32_t count)
{
	uint32_t through = 0;

	for (uint32_t i = 0; i < count; i++)
		if (ports[i].back == PORT_BACK_THROUGH)
			through += ports[i].variadic ? 2 : 1;
	return through;
}

/* From one port to one port: else nobody would know where it goes. */
static void check_through(
	struct reader *reader, const struct operator_description *description)
{
	uint32_t in = count_through(description->in, description->in_declared);
	uint32_t out =
		count_through(description->out, description->out_declared);

	if (in == out && in <= 1)
		return;
	reader_refuse(reader,
		"a back stream goes \"through\" from one out port to one in "
		"port, neither of them variadic; write it at both");
}

static void read_port(struct reader *reader, json_t *json, bool required,
	struct port_description *port)
{
	if (!json_is_object(json)) {
		reader_refuse(reader, "a port is described by an object");
		port->name = "";
		return;
	}
	port->name = reader_name(reader, json, "name", description_is_name,
		"a name: letters, digits, _ and -, at most 64");
	port->doc = reader_text(reader, json, "doc", "");
	port->type = reader_word(reader, json, "type", port_type_words,
		COUNT(port_type_words), PORT_ANY);
	port->required = reader_flag(reader, json, "required", required);
	port->aside = !port->required && description_tells(port);
	port->variadic = reader_flag(reader, json, "variadic", false);
	port->back = reader_word(reader, json, "back", back_words,
		COUNT(back_words), PORT_BACK_NONE);
	port->partner = PORT_NO_INDEX;
}

/* Reads one direction's declared ports; leaves room for derived ones. */
static struct port_description *read_ports(struct reader *reader,
	struct arena *arena, json_t *json, const char *direction, uint32_t max,
	bool required, uint32_t *count)
{
	json_t *list = reader_container(reader, json, direction, JSON_ARRAY);
	struct port_description *ports = arena_allocate(
		arena, (size_t)PORTS_IN_MAX + PORTS_OUT_MAX, sizeof *ports);
	json_t *port;
	size_t index;

	if (json_array_size(list) > max) {
		reader_refuse(reader, "%zu %s ports; at most %u",
			json_array_size(list), direction, max);
		return ports;
	}
	json_array_foreach(list, index, port)
	{
		size_t length =
			reader_enter(reader, ".%s[%zu]", direction, index);

		read_port(reader, port, required || index == 0, &ports[index]);
		if (description_port(
			    ports, (uint32_t)index, ports[index].name) != NULL)
			reader_refuse(reader,
				"there are two %s ports named \"%s\"",
				direction, ports[index].name);
		reader_leave(reader, length);
	}
	*count = (uint32_t)json_array_size(list);
	return ports;
}

/* Puts the back ports of `owners` behind the ports of the other direction. */
static void derive_back_ports(struct reader *reader, struct arena *arena,
	struct port_description *owners, uint32_t owner_count,
	struct port_description *ports, uint32_t *count, uint32_t max,
	const char *direction)
{
	for (uint32_t i = 0; i < owner_count; i++) {
		if (owners[i].back == PORT_BACK_NONE)
			continue;
		owners[i].partner = *count;
		ports[(*count)++] = (struct port_description){
			.name = arena_format(arena, "%s.back", owners[i].name),
			.doc = owners[i].doc,
			.type = PORT_ANY,
			.required = owners[i].back == PORT_BACK_REQUIRED,
			.variadic = owners[i].variadic,
			.derived = true,
			.partner = i,
		};
	}
	if (*count > max)
		reader_refuse(reader,
			"%u %s ports with the back ports; at most %u", *count,
			direction, max);
}
