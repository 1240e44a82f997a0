/*
 * description_fuzz: any bytes as a plugin's description. What is accepted
 * keeps the rules that the rooms above rely on.
 */
#include <string.h>

#include "core/base/bounds.h"
#include "core/base/check.h"
#include "core/catalogue/description.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

static void check_ports(const struct port_description *ports, uint32_t count,
	uint32_t declared, const struct port_description *others,
	uint32_t other_count)
{
	CHECK(count <= PORTS_IN_MAX);
	for (uint32_t i = 0; i < count; i++) {
		const struct port_description *port = &ports[i];

		CHECK(description_port(ports, count, port->name) == port);
		CHECK(port->derived == (i >= declared));
		CHECK(port->derived || description_is_name(port->name));
		CHECK((port->partner == PORT_NO_INDEX) ==
			(!port->derived && port->back == PORT_BACK_NONE));
		if (port->partner == PORT_NO_INDEX)
			continue;
		CHECK(port->partner < other_count);
		CHECK(others[port->partner].partner == i);
		CHECK(others[port->partner].derived != port->derived);
		CHECK(others[port->partner].variadic == port->variadic);
	}
}

static void check_params(const struct operator_description *target)
{
	for (size_t i = 0; i < target->param_count; i++) {
		const struct param_description *param = &target->params[i];

		CHECK(description_is_name(param->name));
		CHECK(description_param(target, param->name) == param);
		CHECK((param->of == PARAM_ENUM) == (param->value_count > 0));
		CHECK(param->of != PARAM_LIST && param->of != PARAM_MAP);
		CHECK(!param->required || param->default_value == NULL);
		CHECK(param->default_value == NULL ||
			description_check_value(
				param, param->default_value, NULL) == 0);
	}
}

static void check_operator(const struct operator_description *target)
{
	const struct state_description *state = &target->state;
	bool written = state->version == 0;

	check_ports(target->in, target->in_count, target->in_declared,
		target->out, target->out_count);
	check_ports(target->out, target->out_count, target->out_declared,
		target->in, target->in_count);
	check_params(target);
	CHECK(target->stack_bytes >= STACK_BYTES_MIN);
	CHECK(target->stack_bytes <= STACK_BYTES_MAX);
	for (size_t i = 0; i < state->write_count; i++)
		written = written || state->writes[i] == state->version;
	CHECK(written);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	struct description *description;
	struct error error = ERROR_NONE;

	if (description_create(&description, "fuzz.so", (const char *)data,
		    bytes, &error) != 0) {
		CHECK(description == NULL && error.code < 0);
		CHECK(strncmp(error.text, "fuzz.so: ", 9) == 0);
		return 0;
	}
	CHECK(description_is_plugin_name(description->name));
	CHECK(description->operator_count > 0);
	for (size_t i = 0; i < description->operator_count; i++) {
		const struct operator_description *target =
			&description->operators[i];

		CHECK(target->plugin == description);
		CHECK(description_operator(description, target->name) ==
			target);
		check_operator(target);
	}
	description_destroy(&description);
	return 0;
}
