/* scene: see scene.h. */
#include "tests/scene.h"

#include <dlfcn.h>
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include <tau/writer.h>

#include "core/catalogue/note.h"
#include "core/record/utf9.h"
#include "tests/test.h"

enum { PARAMS = 8, WAIT_MS = 5000 };

struct scene {
	struct os os; /* first: what the stage has; real, but for trouble */
	struct os real;
	bool troubled;
	unsigned calls;
	struct stage stage;
	struct cells cells;
	struct description *description;
	struct tau_param params[PARAMS];
	uint8_t *values[PARAMS];                   /* owned */
	struct stage_record *feeds[STAGE_MEMBERS]; /* owned, with bodies */
	char *text;                                /* that was last shown */
};

static void on_found(struct stage *stage, const char *code, const char *text)
{
	(void)stage;
	ck_abort_msg("%s: %s", code, text);
}

/* --- its system calls --- */

static struct scene *scene_of(struct os *os)
{
	return (struct scene *)(void *)os;
}

/* How many bytes a call may move; -EINTR now and then. */
static ssize_t allowed(struct scene *scene, size_t bytes)
{
	size_t most = 1 + ++scene->calls % 7;

	if (!scene->troubled)
		return (ssize_t)bytes;
	if (scene->calls % 3 == 0)
		return -EINTR;
	return (ssize_t)(bytes < most ? bytes : most);
}

static ssize_t scene_read(struct os *os, int fd, void *to, size_t bytes)
{
	struct os *real = &scene_of(os)->real;
	ssize_t count = allowed(scene_of(os), bytes);

	return count < 0 ? count : real->read(real, fd, to, (size_t)count);
}

static ssize_t scene_write(
	struct os *os, int fd, const void *from, size_t bytes)
{
	struct os *real = &scene_of(os)->real;
	ssize_t count = allowed(scene_of(os), bytes);

	return count < 0 ? count : real->write(real, fd, from, (size_t)count);
}

static ssize_t scene_pread(
	struct os *os, int fd, void *to, size_t bytes, int64_t offset)
{
	struct os *real = &scene_of(os)->real;
	ssize_t count = allowed(scene_of(os), bytes);

	return count < 0 ? count
			 : real->pread(real, fd, to, (size_t)count, offset);
}

/* The stage asks whether a watched fd is ready: here it becomes so. */
static int scene_poll(struct os *os, int fd, int events)
{
	struct pollfd one = {.fd = fd, .events = (short)events};

	(void)os;
	return poll(&one, 1, WAIT_MS) < 0 ? -errno : one.revents;
}

static void init_os(struct scene *scene)
{
	os_linux_init(&scene->real);
	scene->os = scene->real;
	scene->os.read = scene_read;
	scene->os.write = scene_write;
	scene->os.pread = scene_pread;
}

/* --- its life --- */

static const struct tau_operator *load(const char *path, const char *name)
{
	void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	const struct tau_plugin *loaded;

	ck_assert_msg(library != NULL, "%s", dlerror());
	loaded = dlsym(library, "tau_plugin_v1");
	ck_assert_ptr_nonnull(loaded);
	for (uint32_t i = 0; i < loaded->count; i++)
		if (strcmp(loaded->operators[i]->name, name) == 0)
			return loaded->operators[i];
	ck_abort_msg("%s has no %s", path, name);
	return NULL;
}

static const struct operator_description *describe(
	struct scene *scene, const char *path, const char *name)
{
	const struct operator_description *described;
	struct error error = ERROR_NONE;
	struct note note;

	if (note_peek(&note, &scene->real, path, &error) == 0)
		(void)description_create(&scene->description, path, note.text,
			note.bytes, &error);
	ck_assert_msg(scene->description != NULL, "%s", error.text);
	note_release(&note);
	described = description_operator(scene->description, name);
	ck_assert_msg(described && described->param_count <= PARAMS,
		"%s has more params than a scene", name);
	return described;
}

struct scene *scene_create(const char *plugin, const char *name)
{
	struct scene *scene = calloc(1, sizeof *scene);
	const char *build = getenv("top_builddir");
	struct stage *stage = &scene->stage;
	char path[512];

	ck_assert_ptr_nonnull(scene);
	init_os(scene);
	scene->cells.os = &scene->real;
	(void)snprintf(path, sizeof path, "%s/plugins/%s.so",
		build ? build : ".", plugin);
	ck_assert_int_eq(stage_init(stage, &scene->os, &scene->cells,
				 load(path, name), describe(scene, path, name)),
		0);
	/* Only the stage waits for an fd; the operator looks. */
	scene->os.poll = scene_poll;
	stage->found = on_found;
	stage->folder = "/";
	stage->record_ns = 1000000;
	stage->op.params = scene->params;
	return scene;
}

void scene_destroy(struct scene *scene)
{
	for (uint32_t m = 0; m < STAGE_MEMBERS; m++) {
		struct stage_record *next = scene->feeds[m];

		for (; next && next->body; next++)
			free((void *)(uintptr_t)next->body);
		free(scene->feeds[m]);
	}
	stage_release(&scene->stage);
	cells_release(&scene->cells);
	description_destroy(&scene->description);
	for (int i = 0; i < PARAMS; i++)
		free(scene->values[i]);
	free(scene->text);
	free(scene);
}

/* Out of the instance, and into a new one. */
static void move(struct stage *stage)
{
	bool saves = stage->type->save != NULL, left = false;
	int code;

	if (saves)
		ck_assert_int_eq(stage_save(stage), 0);
	stage_destroy(stage);
	ck_assert_msg(
		stage_create(stage) == 0, "create failed: %s", stage->failure);
	if (!saves)
		return;
	code = stage_restore(
		stage, stage->state_out.records, stage->state_out.count, &left);
	ck_assert_msg(code == 0, "restore failed: %s", stage->failure);
	ck_assert_msg(!left, "restore left some of the state");
}

int scene_run(
	struct scene *scene, size_t stop, enum scene_how how, bool *stopped)
{
	struct stage *stage = &scene->stage;
	int code;

	stage->stop_at = stop;
	ck_assert_msg(
		stage_create(stage) == 0, "create failed: %s", stage->failure);
	code = stage_run(stage);
	*stopped = stage->stopping;
	if (code == 0 && stage->stopping) {
		stage->told_calls = 0;
		if (how == SCENE_MOVE)
			move(stage);
		code = stage_run(stage);
	}
	stage_destroy(stage);
	ck_assert_msg(!stage->closing || !stage->type->run,
		"the operator waits for what never comes");
	return code;
}

void scene_feed(struct scene *scene, uint32_t member, uint16_t type,
	const void *body, size_t bytes)
{
	const struct tau_group *group = &scene->stage.in_groups[0];
	struct stage_in *in;
	struct stage_record *feed;
	uint8_t *copy = malloc(bytes + 1);

	ck_assert_uint_lt(member, group->count ? group->count : 1);
	in = (struct stage_in *)(void *)group->in[member];
	/* The one behind the last has no body. */
	feed = realloc(scene->feeds[member], (in->count + 2) * sizeof *feed);
	ck_assert(feed && copy);
	memcpy(copy, body, bytes);
	feed[in->count++] =
		(struct stage_record){copy, (uint32_t)bytes, type, -1};
	feed[in->count] = (struct stage_record){0};
	in->feed = scene->feeds[member] = feed;
}

void scene_stdio(struct scene *scene, int fd)
{
	scene->stage.stdio =
		(struct tau_stdio){.size = sizeof scene->stage.stdio, .fd = fd};
}

void scene_trouble(struct scene *scene)
{
	scene->troubled = true;
}

/* --- its params --- */

static void set_param(struct scene *scene, uint32_t param, uint32_t type)
{
	free(scene->values[param]);
	scene->values[param] = NULL;
	scene->params[param] = (struct tau_param){.type = type};
}

void scene_integer(
	struct scene *scene, uint32_t param, uint32_t type, int64_t number)
{
	set_param(scene, param, type);
	scene->params[param].value.i = number;
}

static void keep_text(
	struct scene *scene, uint32_t param, const void *text, size_t bytes)
{
	uint8_t *copy = malloc(bytes + 1);

	ck_assert_ptr_nonnull(copy);
	memcpy(copy, text, bytes);
	copy[bytes] = 0;
	scene->values[param] = copy;
	scene->params[param].value.s.text = (const char *)copy;
	scene->params[param].value.s.bytes = bytes;
}

void scene_text(
	struct scene *scene, uint32_t param, uint32_t type, const char *text)
{
	set_param(scene, param, type);
	keep_text(scene, param, text, strlen(text));
}

void scene_json(
	struct scene *scene, uint32_t param, const char *text, bool number)
{
	uint8_t space[256];
	struct tau_writer writer;

	set_param(scene, param, TAU_PARAM_JSON);
	tau_writer_init(&writer, space, sizeof space);
	if (number)
		tau_write_int(&writer, atoll(text));
	else
		tau_write_text(&writer, text, strlen(text));
	keep_text(scene, param, space, (size_t)tau_writer_finish(&writer));
}

void scene_list(
	struct scene *scene, uint32_t param, const char *words, bool numbers)
{
	uint8_t space[512];
	struct tau_writer writer;
	struct tau_mark list;

	set_param(scene, param, TAU_PARAM_LIST);
	tau_writer_init(&writer, space, sizeof space);
	list = tau_write_tuple_begin(&writer, 0);
	for (const char *next = words; next;) {
		const char *comma = strchrnul(next, ',');

		if (numbers)
			tau_write_int(&writer, atoll(next));
		else
			tau_write_text(&writer, next, (size_t)(comma - next));
		next = *comma ? comma + 1 : NULL;
	}
	tau_write_end(&writer, list);
	keep_text(scene, param, space, (size_t)tau_writer_finish(&writer));
}

/* --- what came of it --- */

static void show(FILE *to, const struct stage_record *record)
{
	static char json[1 << 20];
	int64_t bytes;

	if (record->type == TAU_VALUE) {
		bytes = utf9_print(record->body, record->bytes, UTF9_JSON, json,
			sizeof json);
		ck_assert_msg(bytes >= 0, "a value came out that is not utf9");
		(void)fwrite(json, 1, (size_t)bytes, to);
	} else if (record->type == TAU_CYCLE) {
		(void)fputs("(tau)", to);
	} else {
		(void)fwrite(record->body, 1, record->bytes, to);
	}
	if (record->type != TAU_BYTES)
		(void)fputc('\n', to);
}

static const char *show_all(struct scene *scene, const struct tau_out *head)
{
	const struct stage_out *out = (const struct stage_out *)head;
	size_t bytes;
	FILE *to;

	free(scene->text);
	to = open_memstream(&scene->text, &bytes);
	ck_assert_ptr_nonnull(to);
	for (size_t i = 0; i < out->count; i++)
		show(to, &out->records[i]);
	ck_assert_int_eq(fclose(to), 0);
	return scene->text;
}

const char *scene_output(struct scene *scene, uint32_t port)
{
	return port < scene->stage.op.out_count
		       ? show_all(scene, scene->stage.op.out[port])
		       : "";
}

const char *scene_member_output(struct scene *scene, uint32_t member)
{
	return show_all(scene, scene->stage.out_groups[0].out[member]);
}

uint64_t scene_wanted_bytes(const struct scene *scene)
{
	return scene->stage.outs[0].wanted_bytes;
}

const char *scene_failure(const struct scene *scene)
{
	return scene->stage.failure;
}
