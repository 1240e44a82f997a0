/* describe: operators and plugins as text. See the header. */
#include "core/cli/describe.h"

#include "core/cli/table.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CELL_BYTES 512

static void print_ports(const struct term *term, const char *heading,
	const struct port_description *ports, uint32_t declared);
static void print_params(
	const struct term *term, const struct operator_description *described);
static void param_limits(
	const struct param_description *param, char *text, size_t bytes);
static void param_type_name(
	const struct param_description *param, char *text, size_t bytes);
static void add(
	char *text, size_t bytes, const char *separator, const char *piece);
static void add_bound(char *text, size_t bytes, const char *name,
	const struct param_description *param, const struct param_bound *bound);
static void print_traits(
	const struct term *term, const struct operator_description *described);

void describe_operator(const struct term *term, const char *type,
	const struct operator_description *described)
{
	term_print(term, TERM_STRONG, "%s", type);
	fputs(": ", term->file);
	term_wrap(term, term_width(type) + 2,
		*described->doc ? described->doc
				: "(says nothing about itself)");
	fputc('\n', term->file);
	print_ports(term, "in", described->in, described->in_declared);
	print_ports(term, "out", described->out, described->out_declared);
	print_params(term, described);
	print_traits(term, described);
	if (!described->example)
		return;
	term_print(term, TERM_HEADING, "\nexample");
	fprintf(term->file, "\n  %s\n", described->example);
}

void describe_plugin(const struct term *term,
	const struct description *description,
	const struct note_identity *identity)
{
	char sha256[NOTE_SHA256_TEXT];

	note_sha256_text(identity->sha256, sha256);
	term_print(term, TERM_STRONG, "%s", description->name);
	fprintf(term->file, " %s", description->version);
	if (*description->doc)
		fprintf(term->file, ": %s", description->doc);
	fprintf(term->file, "\n  file     %s\n  sha256   %s\n", identity->path,
		sha256);
	if (*description->license)
		fprintf(term->file, "  license  %s\n", description->license);
	fprintf(term->file, "  abi      %" PRIu32 ".%" PRIu32 "\n",
		description->abi_major, description->abi_minor);
}

void describe_ports(const struct port_description *ports, uint32_t count,
	char *text, size_t bytes)
{
	*text = 0;
	for (uint32_t i = 0; i < count; i++) {
		add(text, bytes, ", ",
			i == 0 ? description_port_type_name(ports[i].type)
			       : ports[i].name);
		if (ports[i].variadic)
			add(text, bytes, "", "[]");
	}
}

static void print_ports(const struct term *term, const char *heading,
	const struct port_description *ports, uint32_t declared)
{
	struct table table = {.columns = 4};

	if (!declared)
		return;
	for (uint32_t i = 0; i < declared; i++) {
		char name[2 * NAME_BYTES_MAX];
		char traits[CELL_BYTES] = "";
		const char *cells[] = {name,
			description_port_type_name(ports[i].type), traits,
			ports[i].doc};

		snprintf(name, sizeof name, "%s%s", ports[i].name,
			ports[i].variadic ? "[]" : "");
		if (!ports[i].required)
			add(traits, sizeof traits, ", ", "may be left open");
		if (ports[i].back == PORT_BACK_OPTIONAL)
			add(traits, sizeof traits, ", ",
				"may have a back stream");
		if (ports[i].back == PORT_BACK_REQUIRED)
			add(traits, sizeof traits, ", ", "needs a back stream");
		if (ports[i].back == PORT_BACK_THROUGH)
			add(traits, sizeof traits, ", ",
				"passes a back stream on");
		table_add(&table, cells);
	}
	term_print(term, TERM_HEADING, "\n%s", heading);
	fputc('\n', term->file);
	table_print(&table, term, 2);
	table_release(&table);
}

static void print_params(
	const struct term *term, const struct operator_description *described)
{
	struct table table = {.columns = 4};

	if (!described->param_count)
		return;
	for (size_t i = 0; i < described->param_count; i++) {
		const struct param_description *param = &described->params[i];
		char limits[CELL_BYTES];
		char type[NAME_BYTES_MAX];
		const char *cells[] = {param->name, type, limits, param->doc};

		param_limits(param, limits, sizeof limits);
		param_type_name(param, type, sizeof type);
		table_add(&table, cells);
	}
	term_print(term, TERM_HEADING, "\nparams");
	fputs(", in the order of a one-liner\n", term->file);
	table_print(&table, term, 2);
	table_release(&table);
}

static void param_type_name(
	const struct param_description *param, char *text, size_t bytes)
{
	*text = 0;
	if (param->type == PARAM_ENUM) {
		for (size_t i = 0; i < param->value_count; i++)
			add(text, bytes, " ", param->values[i]);
		return;
	}
	add(text, bytes, "", description_param_type_name(param->type));
	if (param->of != param->type)
		add(text, bytes, " of ",
			description_param_type_name(param->of));
}

/* "required", or its default; and its bounds. */
static void param_limits(
	const struct param_description *param, char *text, size_t bytes)
{
	*text = 0;
	if (param->required)
		add(text, bytes, "", "required");
	if (param->default_value) {
		char *json = json_dumps(
			param->default_value, JSON_ENCODE_ANY | JSON_COMPACT);

		add(text, bytes, "", "default ");
		add(text, bytes, "", json ? json : "?");
		free(json);
	}
	add_bound(text, bytes, "min", param, &param->min);
	add_bound(text, bytes, "max", param, &param->max);
}

static void add_bound(char *text, size_t bytes, const char *name,
	const struct param_description *param, const struct param_bound *bound)
{
	char piece[64];

	if (!bound->set)
		return;
	if (param->type == PARAM_FLOAT)
		snprintf(piece, sizeof piece, "%s %g", name, bound->real);
	else if (param->type == PARAM_DURATION)
		snprintf(piece, sizeof piece, "%s %gs", name,
			(double)bound->integer / 1e9);
	else
		snprintf(piece, sizeof piece, "%s %" PRId64, name,
			bound->integer);
	add(text, bytes, ", ", piece);
}

/* What else matters to who writes a topology. */
static void print_traits(
	const struct term *term, const struct operator_description *described)
{
	if (described->stdio == OPERATOR_STDIO_IN)
		fputs("\nreads the standard input of tau; a topology has one "
		      "such operator at most\n",
			term->file);
	if (described->stdio == OPERATOR_STDIO_OUT)
		fputs("\nwrites to the standard output of tau; a topology has "
		      "one such operator at most\n",
			term->file);
	if (described->effects)
		fputs("\nworks even when nobody reads it\n", term->file);
	if (described->state.version)
		fprintf(term->file, "\nkeeps state, version %" PRIu32 "\n",
			described->state.version);
}

/* Appends a piece, behind the separator unless the text is empty; what does
 * not fit is left out. */
static void add(
	char *text, size_t bytes, const char *separator, const char *piece)
{
	size_t used = strlen(text);

	snprintf(text + used, bytes - used, "%s%s", used ? separator : "",
		piece);
}
