/* look: what operators and streams do. See the header. */
#include "core/cli/look.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/check.h"
#include "core/cli/asking.h"
#include "core/cli/figure.h"
#include "core/cli/table.h"

#define DOES_BYTES 512

static void join(json_t *stream, const json_t *other);
static void move(json_t *to, const json_t *from, const char *key);
static void rate(json_t *line, const json_t *before, const char *key,
	const char *name, double seconds);
static void share(json_t *line, const json_t *before, const json_t *node,
	const json_t *node_before);
static void print_operators(const struct look *look, const struct term *term);
static void add_node(struct table *table, const struct look *look,
	const char *name, const json_t *node);
static void add_operator(struct table *table, const json_t *line);
static void print_streams(const struct look *look, const struct term *term);
static void add_streams_of(
	struct table *table, const struct look *look, const char *writer);
static void add_stream(struct table *table, const json_t *line);
static double full_part(const json_t *line, const char *key, const char *bound);
static bool works_for(const struct look *look, const char *node, double *cpu);
static void say_does(const json_t *line, char text[DOES_BYTES]);
static void put_rate(const json_t *line, const char *key, char *text);
static void put_share(const json_t *line, char *text);
static void write_all(
	json_t *lines, const char *topology, int64_t time_ns, FILE *file);

void look_init(struct look *look, int64_t at_ns)
{
	*look = (struct look){.nodes = json_object(),
		.operators = json_object(),
		.streams = json_object(),
		.at_ns = at_ns};
	CHECK(look->nodes && look->operators && look->streams);
}

void look_release(struct look *look)
{
	json_decref(look->nodes);
	json_decref(look->operators);
	json_decref(look->streams);
	*look = (struct look){0};
}

void look_add(struct look *look, json_t *line)
{
	const char *node = asking_text(line, "node");
	const char *operator_name = asking_text(line, "operator");
	const char *stream = asking_text(line, "stream");
	json_t *former;

	if (json_object_get(line, "skipped"))
		look->skipped += (uint64_t)asking_number(line, "skipped");
	else if (json_object_get(line, "state"))
		json_object_set(look->nodes, node, line);
	else if (json_object_get(line, "now_cycles") &&
		 (former = json_object_get(look->nodes, node)))
		move(former, line, "now_cycles");
	else if (*operator_name)
		json_object_set(look->operators, operator_name, line);
	else if (*stream && (former = json_object_get(look->streams, stream)))
		join(former, line);
	else if (*stream)
		json_object_set(look->streams, stream, line);
}

void look_compare(struct look *look, const struct look *before)
{
	double seconds = (double)(look->at_ns - before->at_ns) / 1e9;
	const char *name;
	json_t *line;

	if (!before->operators || seconds <= 0)
		return;
	json_object_foreach(look->operators, name, line)
	{
		const json_t *former = json_object_get(before->operators, name);
		const char *node = asking_text(line, "node");

		rate(line, former, "in", "in_per_s", seconds);
		rate(line, former, "out", "out_per_s", seconds);
		share(line, former, json_object_get(look->nodes, node),
			json_object_get(before->nodes, node));
	}
	json_object_foreach(look->streams, name, line)
	{
		const json_t *former = json_object_get(before->streams, name);

		rate(line, former, "in", "in_per_s", seconds);
		rate(line, former, "out", "out_per_s", seconds);
		rate(line, former, "dropped", "dropped_per_s", seconds);
	}
}

void look_print(const struct look *look, const struct term *term)
{
	print_operators(look, term);
	if (json_object_size(look->streams)) {
		fputc('\n', term->file);
		print_streams(look, term);
	}
	if (look->skipped)
		term_print(term, TERM_FAINT,
			"… %llu more lines, for which there was no room\n",
			(unsigned long long)look->skipped);
}

void look_write(const struct look *look, const char *topology, int64_t time_ns,
	FILE *file)
{
	write_all(look->nodes, topology, time_ns, file);
	write_all(look->operators, topology, time_ns, file);
	write_all(look->streams, topology, time_ns, file);
}

/* The writer's side tells what was written, the reader's what was read; what
 * is under way on the link between them is with neither. The capacity is the
 * reader's, to which what the writer holds is charged. */
static void join(json_t *stream, const json_t *other)
{
	static const char *const sums[] = {"dropped", "records", "bytes"};

	for (size_t i = 0; i < sizeof sums / sizeof *sums; i++)
		json_object_set_new(stream, sums[i],
			json_integer(asking_number(stream, sums[i]) +
				     asking_number(other, sums[i])));
	if (json_is_string(json_object_get(other, "writer"))) {
		move(stream, other, "writer");
		move(stream, other, "in");
		move(stream, other, "writer_waits");
	}
	if (json_is_string(json_object_get(other, "reader"))) {
		move(stream, other, "reader");
		move(stream, other, "out");
		move(stream, other, "reader_waits");
		move(stream, other, "capacity_bytes");
		move(stream, other, "capacity_records");
	}
}

static void move(json_t *to, const json_t *from, const char *key)
{
	json_object_set(to, key, json_object_get(from, key));
}

/* None where the count began anew. */
static void rate(json_t *line, const json_t *before, const char *key,
	const char *name, double seconds)
{
	int64_t more = asking_number(line, key) - asking_number(before, key);

	if (before && more >= 0)
		json_object_set_new(
			line, name, json_real((double)more / seconds));
}

/* Of the time that has gone by for its node, which is one thread. */
static void share(json_t *line, const json_t *before, const json_t *node,
	const json_t *node_before)
{
	int64_t cycles =
		asking_number(line, "cycles") - asking_number(before, "cycles");
	int64_t all = asking_number(node, "now_cycles") -
		      asking_number(node_before, "now_cycles");
	double part = all > 0 ? (double)cycles / (double)all : 0;

	if (before && asking_number(node_before, "now_cycles") && all > 0 &&
		cycles >= 0)
		json_object_set_new(
			line, "cpu", json_real(part > 1 ? 1 : part));
}

/* ---- as tables ----------------------------------------------------------- */

static void print_operators(const struct look *look, const struct term *term)
{
	struct table table = {.columns = 7,
		.headings = {"NODE", "OPERATOR", "CPU", "IN/s", "OUT/s",
			"MEMORY", "DOES"}};
	const char *node, *name;
	json_t *node_line, *line;

	json_object_foreach(look->nodes, node, node_line)
	{
		add_node(&table, look, node, node_line);
		json_object_foreach(look->operators, name,
			line) if (!strcmp(asking_text(line, "node"), node))
			add_operator(&table, line);
	}
	table_print(&table, term, 0);
	table_release(&table);
}

/* Its operators stand below it, where it has answered. */
static void add_node(struct table *table, const struct look *look,
	const char *name, const json_t *node)
{
	char cpu[FIGURE_BYTES] = "", memory[FIGURE_BYTES] = "";
	char does[DOES_BYTES] = "";
	const char *state = asking_text(node, "state");
	const char *cells[] = {name, "", cpu, "", "", memory, does};
	double part = 0;

	if (works_for(look, name, &part))
		snprintf(cpu, sizeof cpu, "%.0f %%", part * 100);
	if (asking_number(node, "memory_bytes"))
		figure_quantity((double)asking_number(node, "memory_bytes"),
			"B", memory);
	if (strcmp(state, "running") != 0)
		snprintf(does, sizeof does, "%s", state);
	else if (!json_object_get(node, "now_cycles") &&
		 json_object_get(node, "records"))
		snprintf(does, sizeof does, "does not answer%s%s%s",
			*asking_text(node, "runs") ? ": " : "",
			asking_text(node, "runs"),
			*asking_text(node, "runs") ? " has the thread" : "");
	table_add(table, cells);
}

static void add_operator(struct table *table, const json_t *line)
{
	char cpu[FIGURE_BYTES], in[FIGURE_BYTES], out[FIGURE_BYTES];
	char does[DOES_BYTES];
	const char *cells[] = {asking_text(line, "node"),
		asking_text(line, "operator"), cpu, in, out, "", does};

	put_share(line, cpu);
	put_rate(line, "in_per_s", in);
	put_rate(line, "out_per_s", out);
	say_does(line, does);
	table_add(table, cells);
}

/* In the order of those that write them: nodes answer in any order, and rows
 * should not jump about. */
static void print_streams(const struct look *look, const struct term *term)
{
	struct table table = {.columns = 7,
		.headings = {"STREAM", "IN/s", "OUT/s", "INSIDE", "FULL",
			"DROPPED", "WAITS"}};
	const char *node, *name;
	json_t *node_line, *line;

	json_object_foreach(look->nodes, node, node_line)
	{
		json_object_foreach(look->operators, name, line)
		{
			if (!strcmp(asking_text(line, "node"), node))
				add_streams_of(&table, look, name);
		}
	}
	add_streams_of(&table, look, "");
	table_print(&table, term, 0);
	table_release(&table);
}

/* Those that an operator writes; without a name, those that others write. */
static void add_streams_of(
	struct table *table, const struct look *look, const char *writer)
{
	const char *name;
	json_t *line;

	json_object_foreach(look->streams, name, line)
	{
		if (!strcmp(asking_text(line, "writer"), writer))
			add_stream(table, line);
	}
}

static void add_stream(struct table *table, const json_t *line)
{
	char in[FIGURE_BYTES], out[FIGURE_BYTES], inside[FIGURE_BYTES];
	char full[FIGURE_BYTES], dropped[FIGURE_BYTES] = "";
	char waits[DOES_BYTES] = "";
	const char *writer = asking_text(line, "writer");
	const char *reader = asking_text(line, "reader");
	const char *cells[] = {asking_text(line, "stream"), in, out, inside,
		full, dropped, waits};
	double part = full_part(line, "bytes", "capacity_bytes");
	double other = full_part(line, "records", "capacity_records");

	put_rate(line, "in_per_s", in);
	put_rate(line, "out_per_s", out);
	figure_quantity((double)asking_number(line, "records"), "", inside);
	snprintf(full, sizeof full, "%.0f %%",
		(part > other ? part : other) * 100);
	if (asking_number(line, "dropped"))
		figure_quantity(
			(double)asking_number(line, "dropped"), "", dropped);
	if (json_is_true(json_object_get(line, "writer_waits")))
		snprintf(waits, sizeof waits, "%s, for room",
			*writer ? writer : "its writer");
	else if (json_is_true(json_object_get(line, "reader_waits")))
		snprintf(waits, sizeof waits, "%s, for records",
			*reader ? reader : "its reader");
	table_add(table, cells);
}

/* A stream is full when either of its bounds is reached. */
static double full_part(const json_t *line, const char *key, const char *bound)
{
	int64_t room = asking_number(line, bound);

	return room > 0 ? (double)asking_number(line, key) / (double)room : 0;
}

/* What all operators of a node have of its time; false: nobody knows. */
static bool works_for(const struct look *look, const char *node, double *cpu)
{
	const char *name;
	json_t *line;
	bool known = false;

	json_object_foreach(look->operators, name, line)
	{
		const json_t *part = json_object_get(line, "cpu");

		if (!part || strcmp(asking_text(line, "node"), node) != 0)
			continue;
		*cpu += json_real_value(part);
		known = true;
	}
	return known;
}

static void say_does(const json_t *line, char text[DOES_BYTES])
{
	const char *does = asking_text(line, "does");
	const char *stream = asking_text(line, "stream");

	if (!strcmp(does, "write"))
		snprintf(text, DOES_BYTES, "waits for room in %s", stream);
	else if (!strcmp(does, "read"))
		snprintf(text, DOES_BYTES, "waits for records of %s", stream);
	else if (!strcmp(does, "outside"))
		snprintf(text, DOES_BYTES, "waits for an fd or a clock");
	else if (!strcmp(does, "work"))
		snprintf(text, DOES_BYTES, "works");
	else
		snprintf(text, DOES_BYTES, "has ended");
}

static void put_rate(const json_t *line, const char *key, char *text)
{
	const json_t *value = json_object_get(line, key);

	if (value)
		figure_quantity(json_real_value(value), "", text);
	else
		strcpy(text, "-");
}

static void put_share(const json_t *line, char *text)
{
	const json_t *value = json_object_get(line, "cpu");

	if (value)
		snprintf(text, FIGURE_BYTES, "%.0f %%",
			json_real_value(value) * 100);
	else
		strcpy(text, "-");
}

/* ---- as JSON ------------------------------------------------------------- */

static void write_all(
	json_t *lines, const char *topology, int64_t time_ns, FILE *file)
{
	const char *name;
	json_t *line;

	json_object_foreach(lines, name, line)
	{
		json_object_set_new(line, "topology", json_string(topology));
		json_object_set_new(
			line, "time_ms", json_integer(time_ns / 1000000));
		json_object_del(line, "cycles");
		json_object_del(line, "now_cycles");
		json_dumpf(line, file, JSON_REAL_PRECISION(6));
		fputc('\n', file);
	}
}
