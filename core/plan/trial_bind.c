/* trial_bind: names in a test to ports of its topology. See trial.h. */
#include "core/plan/trial_parts.h"

#include <string.h>

static const char *const *operator_names(
	struct trial *trial, const struct topology *topology)
{
	const char **names = arena_allocate(&trial->paper.arena,
		topology->operator_count + 1u, sizeof *names);

	for (uint32_t i = 0; i < topology->operator_count; i++)
		names[i] = topology->operators[i].name;
	return names;
}

static uint32_t find_operator(
	struct trial *trial, const struct trial_step *step)
{
	const struct topology *topology = &trial->plan.topology;
	const char *const *names;

	for (uint32_t i = 0; i < topology->operator_count; i++)
		if (strcmp(topology->operators[i].name, step->end.name) == 0)
			return i;
	names = operator_names(trial, topology);
	diagnostics_add(&trial->diagnostics, step->end.at,
		"no operator is called \"%s\"%s", step->end.name,
		diagnostic_meant(&trial->paper.arena, step->end.name, names,
			topology->operator_count, ""));
	return TRIAL_NONE;
}

static void say_no_port(struct trial *trial, const struct trial_step *step,
	const struct port_description *ports, uint32_t count, bool out)
{
	struct arena *arena = &trial->paper.arena;
	const char **names = arena_allocate(arena, count + 1u, sizeof *names);
	uint32_t declared = 0;

	for (uint32_t i = 0; i < count; i++)
		if (!ports[i].derived)
			names[declared++] = ports[i].name;
	if (step->end.port == NULL)
		diagnostics_add(&trial->diagnostics, step->end.at,
			"\"%s\" has no %s port", step->end.name,
			out ? "out" : "in");
	else
		diagnostics_add(&trial->diagnostics, step->end.port_at,
			"\"%s\" has no %s port \"%s\"%s", step->end.name,
			out ? "out" : "in", step->end.port,
			diagnostic_meant(arena, step->end.port, names, declared,
				arena_format(arena, "; it has %s",
					diagnostic_list(
						arena, names, declared))));
}

static uint32_t find_port(struct trial *trial, const struct trial_step *step,
	uint32_t owner, bool out)
{
	const struct topology_operator *target =
		&trial->plan.topology.operators[owner];
	const struct port_description *ports = out ? target->out : target->in;
	uint32_t count = out ? target->out_count : target->in_count;

	for (uint32_t i = 0; i < count; i++)
		if (step->end.port ? strcmp(ports[i].name, step->end.port) == 0
				   : !ports[i].derived)
			return i;
	say_no_port(trial, step, ports, count, out);
	return TRIAL_NONE;
}

bool trial_takes_port(const struct trial_step *step, bool *out)
{
	const enum trial_verb verb = step->verb;

	*out = verb == TRIAL_EXPECT || verb == TRIAL_EXPECT_END ||
	       verb == TRIAL_STALL || verb == TRIAL_RESUME;
	return *out || verb == TRIAL_SEND || verb == TRIAL_END;
}

/* The member that a step means; without a number the first. */
static uint32_t member_of(struct trial *trial, const struct trial_step *step,
	const struct port_description *port)
{
	if (step->end.member == MEMBER_NEXT)
		return 0;
	if (port->variadic)
		return step->end.member;
	diagnostics_add(&trial->diagnostics, step->end.member_at,
		"\"%s.%s\" is one port and takes no number", step->end.name,
		port->name);
	return 0;
}

static uint32_t add_port(struct trial *trial, const struct trial_step *step,
	struct topology_end end, bool out)
{
	struct arena *arena = &trial->paper.arena;
	const struct port_description *port =
		topology_port(&trial->plan.topology, end, out);
	const char *owner = trial->plan.topology.operators[end.owner].name;
	struct trial_port made = {.out = out,
		.end = end,
		.at = step->name_at,
		.stream = TRIAL_NONE};

	for (uint32_t i = 0; i < trial->port_count; i++) {
		const struct trial_port *old = &trial->ports[i];

		if (old->out == out && old->end.owner == end.owner &&
			old->end.port == end.port &&
			old->end.member == end.member)
			return i;
	}
	made.name = port->variadic
			    ? arena_format(arena, "%s.%s[%u]", owner,
				      port->name, end.member)
			    : arena_format(arena, "%s.%s", owner, port->name);
	trial->ports =
		arena_grow(arena, trial->ports, trial->port_count, sizeof made);
	trial->ports[trial->port_count] = made;
	return trial->port_count++;
}

static void bind_step(struct trial *trial, struct trial_step *step)
{
	const struct port_description *port;
	struct topology_end end = {0};
	bool out;
	uint32_t owner, at;

	if (step->end.name == NULL)
		return;
	owner = find_operator(trial, step);
	if (owner == TRIAL_NONE)
		return;
	step->owner = owner;
	if (!trial_takes_port(step, &out))
		return;
	at = find_port(trial, step, owner, out);
	if (at == TRIAL_NONE)
		return;
	end = (struct topology_end){owner, at, 0};
	port = topology_port(&trial->plan.topology, end, out);
	end.member = member_of(trial, step, port);
	step->port = add_port(trial, step, end, out);
	trial_take_records(trial, step, port->type);
}

/* Members of a variadic port stand one behind the other. */
static void check_members(struct trial *trial)
{
	for (uint32_t i = 0; i < trial->port_count; i++) {
		const struct trial_port *port = &trial->ports[i];
		const struct topology_operator *target =
			&trial->plan.topology.operators[port->end.owner];
		uint32_t members = port->out
					   ? target->out_members[port->end.port]
					   : target->in_members[port->end.port];
		uint32_t named = members;

		for (uint32_t j = 0; j < trial->port_count; j++)
			named += trial->ports[j].out == port->out &&
				 trial->ports[j].end.owner == port->end.owner &&
				 trial->ports[j].end.port == port->end.port &&
				 trial->ports[j].end.member >= members;
		if (port->end.member >= named)
			diagnostics_add(&trial->diagnostics, port->at,
				"%s leaves a gap: the members before it are "
				"connected to nothing",
				port->name);
	}
}

void trial_bind(struct trial *trial)
{
	for (uint32_t i = 0; i < trial->case_count; i++)
		for (uint32_t j = 0; j < trial->cases[i].step_count; j++)
			bind_step(trial, &trial->cases[i].steps[j]);
	check_members(trial);
}
