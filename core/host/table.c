/* table: see table.h. */
#include "core/host/table.h"

#include "core/base/bounds.h"

#include <errno.h>
#include <string.h>

/* What an entry must have at least to have a name. */
#define ENTRY_BYTES_MIN offsetof(struct tau_operator, create)

static int check_plugin(
	const struct tau_plugin *plugin, const char *path, struct error *error);
static int take_entry(struct library_operator *operators,
	const struct description *description, const struct tau_operator *entry,
	const char *path, struct error *error);
static int check_functions(const struct library_operator *taken,
	const char *path, struct error *error);

int table_take(struct library_operator *operators,
	const struct description *description, const struct tau_plugin *plugin,
	const char *path, struct error *error)
{
	int result = check_plugin(plugin, path, error);

	for (uint32_t i = 0; result == 0 && i < plugin->count; i++)
		result = take_entry(operators, description,
			plugin->operators[i], path, error);
	for (size_t i = 0; result == 0 && i < description->operator_count; i++)
		if (operators[i].description == NULL)
			result = error_set(error, -ENOEXEC,
				"%s: it describes the operator \"%s\" and its "
				"table has none of that name; put it into "
				"TAU_OPERATORS",
				path, description->operators[i].name);
	for (size_t i = 0; result == 0 && i < description->operator_count; i++)
		result = check_functions(&operators[i], path, error);
	return result;
}

/* Nothing behind the major is looked at before the major is known. */
static int check_plugin(
	const struct tau_plugin *plugin, const char *path, struct error *error)
{
	if (plugin->magic != TAU_MAGIC)
		return error_set(error, -ENOEXEC,
			"%s: its table begins with 0x%08x, not 0x%08x; end its "
			"source with TAU_OPERATORS(...)",
			path, plugin->magic, TAU_MAGIC);
	if (plugin->major != TAU_MAJOR || plugin->minor_min > TAU_MINOR)
		return error_set(error, -ENOEXEC,
			"%s: it needs a host of ABI %u.%u and this tau offers "
			"%u.%u; build it against this tau's headers or use "
			"another tau",
			path, plugin->major, plugin->minor_min, TAU_MAJOR,
			TAU_MINOR);
	if (plugin->size < sizeof *plugin || plugin->operators == NULL ||
		plugin->count == 0 || plugin->count > PLUGIN_OPERATORS_MAX)
		return error_set(error, -ENOEXEC,
			"%s: its table has %u bytes and %u operators, which "
			"makes no sense; end its source with "
			"TAU_OPERATORS(...)",
			path, plugin->size, plugin->count);
	return 0;
}

static int take_entry(struct library_operator *operators,
	const struct description *description, const struct tau_operator *entry,
	const char *path, struct error *error)
{
	const struct operator_description *described;
	struct library_operator *taken;

	if (entry == NULL || entry->size < ENTRY_BYTES_MIN ||
		entry->name == NULL)
		return error_set(error, -ENOEXEC,
			"%s: an entry of its table has no size or no name; "
			"write .size = sizeof OPERATOR, .name = \"OPERATOR\"",
			path);
	described = description_operator(description, entry->name);
	if (described == NULL)
		return error_set(error, -ENOEXEC,
			"%s: its table has the operator \"%.64s\", which it "
			"does not describe; put it into TAU_PLUGIN",
			path, entry->name);
	taken = &operators[described - description->operators];
	if (taken->description != NULL)
		return error_set(error, -ENOEXEC,
			"%s: its table has the operator \"%s\" twice", path,
			entry->name);
	taken->description = described;
	memcpy(&taken->table, entry,
		entry->size < sizeof taken->table ? entry->size
						  : sizeof taken->table);
	return 0;
}

static int check_functions(const struct library_operator *taken,
	const char *path, struct error *error)
{
	const struct tau_operator *table = &taken->table;
	const struct operator_description *described = taken->description;

	if (described->style == OPERATOR_COROUTINE &&
		(table->run == NULL || table->on_ready != NULL))
		return error_set(error, -ENOEXEC,
			"%s: the operator \"%s\" is a coroutine, so it needs "
			"run and no on_ready",
			path, described->name);
	if (described->style == OPERATOR_CONTINUATION &&
		(table->on_ready == NULL || table->run != NULL))
		return error_set(error, -ENOEXEC,
			"%s: the operator \"%s\" is a continuation, so it "
			"needs on_ready and no run",
			path, described->name);
	if ((table->save == NULL) != (table->restore == NULL))
		return error_set(error, -ENOEXEC,
			"%s: the operator \"%s\" has %s without %s", path,
			described->name,
			table->save != NULL ? "save" : "restore",
			table->save != NULL ? "restore" : "save");
	if (table->save != NULL && described->state.version == 0)
		return error_set(error, -ENOEXEC,
			"%s: the operator \"%s\" has save and restore and does "
			"not describe its \"state\"",
			path, described->name);
	return 0;
}
