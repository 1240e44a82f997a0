/* params: a plan's values in the shape that plugins read. See the header. */
#include "core/host/params.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int convert(struct tau_param *param, const struct param_value *value,
	const struct param_description *type);
static int enum_index(
	const char *text, const struct param_description *type, int64_t *index);
static uint32_t type_of(enum param_type type);

int params_make(struct tau_param **params,
	const struct node_plan_operator *plan,
	const struct operator_description *type)
{
	struct tau_param *made;
	int result = 0;

	if (plan->param_count != type->param_count)
		return -EINVAL;
	made = calloc(type->param_count + 1, sizeof *made);
	if (!made)
		return -ENOMEM;
	for (uint32_t i = 0; i < plan->param_count && result == 0; i++)
		if (plan->params[i].set)
			result = convert(
				&made[i], &plan->params[i], &type->params[i]);
	if (result < 0)
		free(made);
	else
		*params = made;
	return result;
}

static int convert(struct tau_param *param, const struct param_value *value,
	const struct param_description *type)
{
	if (value->type != type->type)
		return -EINVAL;
	param->type = type_of(type->type);
	switch (type->type) {
	case PARAM_BOOL:
	case PARAM_INT:
	case PARAM_SIZE:
	case PARAM_DURATION:
		param->value.i = value->integer;
		return 0;
	case PARAM_FLOAT:
		param->value.f = value->real;
		return 0;
	case PARAM_ENUM:
		return enum_index(value->text, type, &param->value.i);
	default:
		param->value.s = (struct tau_text){value->text, value->bytes};
		return 0;
	}
}

static int enum_index(
	const char *text, const struct param_description *type, int64_t *index)
{
	for (size_t i = 0; i < type->value_count; i++)
		if (strcmp(text, type->values[i]) == 0) {
			*index = (int64_t)i;
			return 0;
		}
	return -EINVAL;
}

static uint32_t type_of(enum param_type type)
{
	static const uint32_t types[] = {
		[PARAM_BOOL] = TAU_PARAM_BOOL,
		[PARAM_INT] = TAU_PARAM_INT,
		[PARAM_FLOAT] = TAU_PARAM_FLOAT,
		[PARAM_STRING] = TAU_PARAM_STRING,
		[PARAM_PATH] = TAU_PARAM_PATH,
		[PARAM_SIZE] = TAU_PARAM_SIZE,
		[PARAM_DURATION] = TAU_PARAM_DURATION,
		[PARAM_ENUM] = TAU_PARAM_ENUM,
		[PARAM_REGEX] = TAU_PARAM_REGEX,
		[PARAM_FIELD] = TAU_PARAM_FIELD,
		[PARAM_LIST] = TAU_PARAM_LIST,
		[PARAM_MAP] = TAU_PARAM_MAP,
		[PARAM_JSON] = TAU_PARAM_JSON,
		[PARAM_SECRET] = TAU_PARAM_SECRET,
		[PARAM_SIGNATURE] = TAU_PARAM_SIGNATURE,
	};

	return types[type];
}
