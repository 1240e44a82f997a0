/* signature: see signature.h. */
#include "core/cli/signature.h"

#include "core/cli/table.h"
#include "core/text/text.h"

#include <jansson.h>
#include <string.h>

static const char *text_at(const json_t *json, const char *key)
{
	const char *text = json_string_value(json_object_get(json, key));

	return text ? text : "";
}

/* "i32", "struct {quot i32, rem i32}", "enum {ok = 0}" */
static void add_type(struct text *text, const json_t *type)
{
	const json_t *members = json_object_get(type, "struct");
	bool is_enum = !members;

	if (json_is_string(type)) {
		text_add(text, json_string_value(type));
		return;
	}
	if (is_enum)
		members = json_object_get(type, "enum");
	text_add(text, is_enum ? "enum {" : "struct {");
	for (size_t i = 0; i < json_array_size(members); i++) {
		const json_t *member = json_array_get(members, i);
		const json_t *what = json_array_get(member, 1);

		text_format(text, "%s%s", i ? ", " : "",
			json_string_value(json_array_get(member, 0)));
		if (is_enum) {
			text_format(text, " = %" JSON_INTEGER_FORMAT,
				json_integer_value(what));
		} else {
			text_add(text, " ");
			add_type(text, what);
		}
	}
	text_add(text, "}");
}

struct row {
	const char *use, *where, *what;
};

/* Whether an argument is a row of its own; lengths stand with their data. */
static const struct row *row_of(const json_t *argument)
{
	static const struct row rows[] = {
		{"value", "takes", ""},
		{"in", "takes", "by a pointer"},
		{"bytes", "takes", "with its length"},
		{"items", "takes", "a list of them, with its length"},
		{"out", "gives", "by a pointer"},
		{"buffer", "gives", "at most"},
		{"event", "tells", ""},
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (strcmp(rows[i].use, text_at(argument, "use")) == 0)
			return &rows[i];
	return NULL;
}

static void add_row(struct table *table, const char *where,
	const json_t *argument, const char *what)
{
	struct text type = {0}, detail = {0};
	const json_t *bytes = json_object_get(argument, "bytes");
	const char *cells[4];

	add_type(&type, json_object_get(argument, "type"));
	text_add(&detail, what);
	if (bytes)
		text_format(&detail, " %" JSON_INTEGER_FORMAT " bytes",
			json_integer_value(bytes));
	if (json_is_true(json_object_get(argument, "changes")))
		text_add(&detail, "; gives them as well, as they are left");
	cells[0] = where;
	cells[1] = text_at(argument, "name");
	cells[2] = text_string(&type);
	cells[3] = text_string(&detail);
	table_add(table, cells);
	text_release(&type);
	text_release(&detail);
}

/* "entry" with what it is told. */
static void add_event(struct table *table, const json_t *event)
{
	const json_t *told = json_object_get(event, "arguments");
	struct text type = {0};
	size_t said = 0;
	const char *cells[4] = {"tells", text_at(event, "name"), NULL,
		"each call is a record on the port events"};

	for (size_t i = 0; i < json_array_size(told); i++) {
		const json_t *argument = json_array_get(told, i);

		if (!row_of(argument))
			continue;
		text_format(&type, "%s%s ", said++ ? ", " : "",
			text_at(argument, "name"));
		add_type(&type, json_object_get(argument, "type"));
	}
	cells[2] = text_string(&type);
	table_add(table, cells);
	text_release(&type);
}

static void say_failure(const struct term *term, const json_t *fails)
{
	const char *test = text_at(fails, "if");
	const char *because = json_is_true(json_object_get(fails, "errno"))
				      ? ", and errno says why"
				      : "";

	if (strcmp(test, "never") == 0)
		return;
	fputs("  has failed when ", term->file);
	if (strcmp(test, "errno") == 0)
		fputs("errno is not 0", term->file);
	else if (strcmp(test, "null") == 0)
		fprintf(term->file, "it gives null%s", because);
	else
		fprintf(term->file, "it gives %s %" JSON_INTEGER_FORMAT "%s",
			test,
			json_integer_value(json_object_get(fails, "value")),
			because);
	fputc('\n', term->file);
}

void signature_show(const struct term *term, const json_t *read)
{
	struct table table = {.columns = 4};
	const json_t *arguments = json_object_get(read, "arguments");
	const json_t *result = json_object_get(read, "result");
	const char *type = json_string_value(json_object_get(result, "type"));

	term_print(term, TERM_HEADING, "\n%s", text_at(read, "function"));
	fputc('\n', term->file);
	for (size_t i = 0; i < json_array_size(arguments); i++) {
		const json_t *argument = json_array_get(arguments, i);
		const struct row *row = row_of(argument);

		if (row && strcmp(row->use, "event") == 0)
			add_event(&table, argument);
		else if (row)
			add_row(&table, row->where, argument, row->what);
	}
	if (strcmp(text_at(result, "use"), "length") != 0 &&
		(!type || strcmp(type, "void") != 0))
		add_row(&table, "gives", result, "");
	table_print(&table, term, 2);
	table_release(&table);
	say_failure(term, json_object_get(read, "fails"));
}
