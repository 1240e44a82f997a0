/*
 * topology_files: a file that one operator reads and another empties.
 *
 * file.write empties its file when it begins, so whoever reads that in the same
 * topology has lost it, or some of it, before it was read. Who follows a file
 * reads what is written, which is meant; so is a FIFO, which is not emptied. A
 * file that is not there yet is not the one that is read.
 */
#include <string.h>

#include "core/plan/topology_parts.h"

static const struct param_value *param_of(
	const struct topology_operator *target, const char *name)
{
	const struct operator_description *description =
		target->type->description;
	const struct param_description *param =
		description_param(description, name);

	return param ? &target->params[param - description->params] : NULL;
}

/* The file that an operator of that type names; NULL: it is of another. */
static const char *file_of(
	const struct topology_operator *target, const char *type)
{
	const struct param_value *path;

	if (!target->type || !target->params || !target->written ||
		strcmp(target->type->type, type) != 0)
		return NULL;
	path = param_of(target, "path");
	return path && path->set ? path->text : NULL;
}

static bool follows(const struct topology_operator *target)
{
	const struct param_value *follow = param_of(target, "follow");

	return follow && follow->set && follow->integer;
}

void topology_check_files(struct resolving *resolving)
{
	const struct topology *topology = resolving->topology;

	for (uint32_t i = 0; i < topology->operator_count; i++) {
		const struct topology_operator *writer =
			&topology->operators[i];
		const char *written = file_of(writer, "file.write");

		for (uint32_t j = 0; written && j < topology->operator_count;
			j++) {
			const struct topology_operator *reader =
				&topology->operators[j];
			const char *read = file_of(reader, "file.read");

			if (!read || follows(reader) || writer->replica > 0 ||
				!catalogue_same_file(
					resolving->catalogue, read, written))
				continue;
			diagnostics_add(resolving->diagnostics,
				writer->written->name_at,
				"\"%s\" empties the file that \"%s\" reads "
				"before all of it is read; write to another",
				writer->written->name, reader->written->name);
			break;
		}
	}
}
