/* trial_read: the keys of a test's file. See trial.h. */
#include "core/plan/trial_parts.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/bounds.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* A step while it is read. */
struct reading_step {
	struct trial_step step;
	struct trial *trial;
	const char *verbs[TRIAL_VERBS];
	uint32_t verb_count;
	uint32_t records_at, as_at, order_at, count_at, text_at;
};

static const char *const verb_words[TRIAL_VERBS] = {"send", "end", "advance",
	"expect", "expect_end", "expect_failure", "renew", "stall", "resume"};
static const char *const as_words[] = {"", "value", "utf8", "bytes", "cycle"};

static struct reading reading_of(struct trial *trial)
{
	return (struct reading){&trial->paper, &trial->diagnostics};
}

/* A test may stand at an end of a back stream: OP.PORT.back, OP.PORT.back[N];
 * no manifest writes one. */
static bool read_end(struct reading *reading, struct manifest_end *end,
	const char *name, uint32_t at)
{
	struct arena *arena = &reading->manifest->arena;
	const char *point = strchr(name, '.');
	const char *back = point ? strstr(point + 1, ".back") : NULL;
	bool is_back = back && (!back[5] || back[5] == '[');
	const char *text = is_back ? arena_format(arena, "%.*s%s",
					     (int)(back - name), name, back + 5)
				   : name;

	if (manifest_read_end(end, arena, text, strlen(text), at,
		    reading->diagnostics) != 0)
		return false;
	if (is_back && end->port)
		end->port = arena_format(arena, "%s.back", end->port);
	return true;
}

static void read_verb(struct reading *reading, void *into, struct cursor value)
{
	struct reading_step *mine = into;
	struct trial_step *step = &mine->step;
	const char *name = NULL;
	uint32_t verb = 0;

	while (strcmp(verb_words[verb], value.key) != 0)
		verb++;
	if (mine->verb_count > 0) {
		diagnostics_add(reading->diagnostics,
			take_key_at(reading, value),
			"a step does one thing; \"%s\" already says what this "
			"one does",
			mine->verbs[0]);
		return;
	}
	mine->verbs[mine->verb_count++] = verb_words[verb];
	step->verb = (enum trial_verb)verb;
	step->name_at = take_at(reading, value);
	if (verb == TRIAL_ADVANCE) {
		take_duration(reading, value, &step->duration_ns);
		return;
	}
	if (!take_text(reading, value, &name))
		return;
	if (verb == TRIAL_RENEW && strcmp(name, "*") == 0)
		return;
	if (!read_end(reading, &step->end, name, step->name_at + 1))
		step->end.name = NULL;
	else if ((verb == TRIAL_RENEW || verb == TRIAL_EXPECT_FAILURE) &&
		 step->end.port != NULL)
		diagnostics_add(reading->diagnostics, step->end.port_at,
			"\"%s\" names an operator, without a port", value.key);
}

static void read_records(
	struct reading *reading, void *into, struct cursor value)
{
	struct reading_step *mine = into;

	mine->records_at = take_key_at(reading, value);
	if (!take_is_array(reading, value, "a list of records"))
		return;
	mine->step.json = value.json;
	mine->step.node = value.node;
}

static void read_as(struct reading *reading, void *into, struct cursor value)
{
	struct reading_step *mine = into;
	uint32_t index = 0;

	mine->as_at = take_key_at(reading, value);
	if (take_choice(
		    reading, value, as_words + 1, COUNT(as_words) - 1, &index))
		mine->step.as = (enum trial_as)(index + 1);
}

static void read_order(struct reading *reading, void *into, struct cursor value)
{
	static const char *const words[] = {"same", "any"};
	struct reading_step *mine = into;
	uint32_t index = 0;

	mine->order_at = take_key_at(reading, value);
	if (take_choice(reading, value, words, COUNT(words), &index))
		mine->step.any_order = index == 1;
}

static void read_count(struct reading *reading, void *into, struct cursor value)
{
	struct reading_step *mine = into;

	mine->count_at = take_key_at(reading, value);
	mine->step.counted = take_count(
		reading, value, 0, TRIAL_RECORDS_MAX, &mine->step.count);
}

static void read_text(struct reading *reading, void *into, struct cursor value)
{
	struct reading_step *mine = into;

	mine->text_at = take_key_at(reading, value);
	take_text(reading, value, &mine->step.text);
}

static const struct take_key step_keys[] = {TAKE_BY_HAND("send", read_verb),
	TAKE_BY_HAND("end", read_verb), TAKE_BY_HAND("advance", read_verb),
	TAKE_BY_HAND("expect", read_verb),
	TAKE_BY_HAND("expect_end", read_verb),
	TAKE_BY_HAND("expect_failure", read_verb),
	TAKE_BY_HAND("renew", read_verb), TAKE_BY_HAND("stall", read_verb),
	TAKE_BY_HAND("resume", read_verb),
	TAKE_BY_HAND("records", read_records), TAKE_BY_HAND("as", read_as),
	TAKE_BY_HAND("order", read_order), TAKE_BY_HAND("count", read_count),
	TAKE_BY_HAND("text", read_text)};

/* A key that says nothing about a step of this kind. */
static void check_idle(struct reading *reading, const struct reading_step *mine,
	uint32_t at, const char *key, bool fits)
{
	if (at != 0 && !fits)
		diagnostics_add(reading->diagnostics, at,
			"\"%s\" says nothing about a step that does \"%s\"%s",
			key, mine->verbs[0],
			mine->count_at != 0 ? " by \"count\"" : "");
}

static void check_step(struct reading *reading, const struct reading_step *mine)
{
	const struct trial_step *step = &mine->step;
	bool sends = step->verb == TRIAL_SEND;
	bool expects = step->verb == TRIAL_EXPECT;

	if (mine->verb_count == 0) {
		diagnostics_add(reading->diagnostics, step->at,
			"this step does nothing; it needs one of send, end, "
			"expect, expect_end, expect_failure, advance, renew, "
			"stall and resume");
		return;
	}
	check_idle(
		reading, mine, mine->records_at, "records", sends || expects);
	check_idle(reading, mine, mine->as_at, "as",
		sends || (expects && mine->count_at == 0));
	check_idle(reading, mine, mine->order_at, "order",
		expects && mine->count_at == 0);
	check_idle(reading, mine, mine->count_at, "count", expects);
	check_idle(reading, mine, mine->text_at, "text",
		step->verb == TRIAL_EXPECT_FAILURE);
	if (sends && mine->records_at == 0)
		diagnostics_add(reading->diagnostics, step->at,
			"\"send\" needs \"records\": what is sent");
	if (expects && (mine->records_at == 0) == (mine->count_at == 0))
		diagnostics_add(reading->diagnostics, step->at,
			"\"expect\" needs either \"records\" or \"count\"");
}

static void read_steps(struct reading *reading, void *into, struct cursor value)
{
	struct trial_case *one = into;
	struct cursor child = {0};

	if (!take_is_array(reading, value, "a list of steps"))
		return;
	one->steps = arena_allocate(&reading->manifest->arena,
		json_array_size(value.json), sizeof *one->steps);
	while (take_next(reading, value, &child)) {
		struct reading_step mine = {
			.step = {.port = TRIAL_NONE,
				.owner = TRIAL_NONE,
				.at = take_at(reading, child)}};

		if (!take_object(reading, child, "a step", step_keys,
			    COUNT(step_keys), &mine))
			continue;
		check_step(reading, &mine);
		one->steps[one->step_count++] = mine.step;
	}
}

/* It stands on a line of the result, and so may not make lines of its own. */
static void read_name(struct reading *reading, void *into, struct cursor value)
{
	struct trial_case *one = into;
	bool plain = true;

	if (!take_text(reading, value, &one->name))
		return;
	for (const char *at = one->name; *at; at++)
		plain = plain && (unsigned char)*at >= ' ' && *at != '\x7f';
	if (!plain)
		diagnostics_add(reading->diagnostics, take_at(reading, value),
			"a case's name is one line, without control "
			"characters; there is \"doc\" for more");
}

static const struct take_key case_keys[] = {TAKE_BY_HAND("name", read_name),
	{.name = "doc", .kind = TAKE_TEXT, TAKE_FIELD(struct trial_case, doc)},
	TAKE_BY_HAND("steps", read_steps)};

static void read_cases(struct reading *reading, void *into, struct cursor value)
{
	struct trial *trial = into;
	struct cursor child = {0};

	if (!take_is_array(reading, value, "a list of cases"))
		return;
	trial->cases = arena_allocate(&reading->manifest->arena,
		json_array_size(value.json), sizeof *trial->cases);
	while (take_next(reading, value, &child)) {
		struct trial_case *one = &trial->cases[trial->case_count];

		one->at = take_at(reading, child);
		if (!take_object(reading, child, "a case", case_keys,
			    COUNT(case_keys), one))
			continue;
		trial->case_count++;
		if (one->name == NULL)
			diagnostics_add(reading->diagnostics, one->at,
				"this case has no \"name\"");
		if (json_object_get(child.json, "steps") == NULL)
			diagnostics_add(reading->diagnostics, one->at,
				"this case has no \"steps\"");
	}
	if (trial->case_count == 0)
		diagnostics_add(reading->diagnostics, take_at(reading, value),
			"there is no case to try");
}

static void read_topology(
	struct reading *reading, void *into, struct cursor value)
{
	struct trial *trial = into;

	trial->topology_at = take_at(reading, value);
	if (json_is_object(value.json))
		trial->topology_node = value.node;
	else if (json_is_string(value.json))
		take_text(reading, value, &trial->topology);
	else
		take_wrong(reading, value,
			"a manifest's file, or the manifest itself");
}

static void read_run(struct reading *reading, void *into, struct cursor value)
{
	struct trial *trial = into;

	trial->topology_at = take_at(reading, value);
	take_text(reading, value, &trial->expression);
}

/* Values as --set takes them: a string as it is, others as JSON. */
static void read_set(struct reading *reading, void *into, struct cursor value)
{
	struct trial *trial = into;
	struct arena *arena = &reading->manifest->arena;
	struct cursor child = {0};

	if (!take_is_object(reading, value, "an object of variables"))
		return;
	trial->settings = arena_allocate(
		arena, json_object_size(value.json), sizeof *trial->settings);
	while (take_next(reading, value, &child)) {
		const char *text = json_string_value(child.json);
		char *dump =
			text ? NULL : json_dumps(child.json, JSON_ENCODE_ANY);

		trial->settings[trial->setting_count++] = arena_format(
			arena, "%s=%s", child.key, text ? text : dump);
		free(dump);
	}
}

static void read_version(
	struct reading *reading, void *into, struct cursor value)
{
	uint64_t version;

	(void)into;
	take_count(reading, value, 1, 1, &version);
}

static void read_doc(struct reading *reading, void *into, struct cursor value)
{
	const char *doc;

	(void)into;
	take_text(reading, value, &doc);
}

static const struct take_key keys[] = {TAKE_BY_HAND("test", read_version),
	TAKE_BY_HAND("doc", read_doc), TAKE_BY_HAND("topology", read_topology),
	TAKE_BY_HAND("run", read_run), TAKE_BY_HAND("set", read_set),
	TAKE_BY_HAND("cases", read_cases)};

/* Whether it is the other kind of file there is. */
static bool is_manifest(const json_t *root)
{
	return json_object_get(root, "tau") != NULL &&
	       json_object_get(root, "test") == NULL &&
	       json_object_get(root, "cases") == NULL;
}

void trial_read(struct trial *trial)
{
	struct reading reading = reading_of(trial);
	struct cursor root = {trial->root, LOCATE_ROOT, NULL, 0, 0};
	uint32_t at = take_at(&reading, root);

	if (is_manifest(trial->root)) {
		diagnostics_add(&trial->diagnostics, at,
			"this is a manifest, not a test; a test names it: "
			"{ \"test\": 1, \"topology\": \"FILE\", \"cases\": "
			"[ … ] }");
		return;
	}
	take_object(&reading, root, "the test", keys, COUNT(keys), trial);
	if (json_object_get(trial->root, "test") == NULL)
		diagnostics_add(&trial->diagnostics, at,
			"\"test\" is missing; write \"test\": 1, the version "
			"of the format");
	if ((json_object_get(trial->root, "topology") == NULL) ==
		(json_object_get(trial->root, "run") == NULL))
		diagnostics_add(&trial->diagnostics, at,
			"a test has either \"topology\", a manifest or its "
			"file, or \"run\", a one-liner");
	if (json_object_get(trial->root, "cases") == NULL)
		diagnostics_add(&trial->diagnostics, at,
			"\"cases\" is missing; it holds what is tried");
}
