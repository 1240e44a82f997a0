/* stage: see stage.h. The calls themselves are in stage_host.c. */
#include "tests/stage_inside.h"

#include <dlfcn.h>
#include <stdlib.h>
#include <unistd.h>

#include <tau/writer.h>

#include "tests/test.h"

static const struct tau_operator *load(const char *plugin, const char *name)
{
	const char *build = getenv("top_builddir");
	const struct tau_plugin *loaded;
	char path[512];
	void *library;

	(void)snprintf(path, sizeof path, "%s/plugins/%s.so",
		build ? build : ".", plugin);
	library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	ck_assert_msg(library != NULL, "%s", dlerror());
	loaded = dlsym(library, "tau_plugin_v1");
	ck_assert_ptr_nonnull(loaded);
	for (uint32_t i = 0; i < loaded->count; i++)
		if (strcmp(loaded->operators[i]->name, name) == 0)
			return loaded->operators[i];
	ck_abort_msg("%s has no %s", plugin, name);
	return NULL;
}

struct stage *stage_create(const char *plugin, const char *name)
{
	struct stage *stage = calloc(1, sizeof *stage);

	ck_assert_ptr_nonnull(stage);
	stage->type = load(plugin, name);
	stage->op.host = &stage_host;
	stage->gone_after = STAGE_NEVER;
	stage->atomic = 65536;
	for (uint32_t i = 0; i < STAGE_MEMBERS; i++) {
		stage->in_heads[i] = &stage->in[i].head;
		stage->in[i].head.member = i;
		stage->member_heads[i] = &stage->members[i].head;
		stage->members[i].head.member = i;
	}
	for (uint32_t i = 0; i < OUTS; i++)
		stage->out_heads[i] = &stage->out[i].head;
	stage->out[0].counts = true;
	for (uint32_t i = 0; i < FDS; i++)
		stage->fds[i].fd = -1;
	stage->in_group.in = stage->in_heads;
	stage->out_groups[0].out = stage->member_heads;
	stage->out_groups[0].count = STAGE_MEMBERS;
	return stage;
}

static void clear_in(struct stage_in *in)
{
	for (size_t i = in->at; i < in->count; i++)
		free(in->feed[i].body);
	free(in->feed);
	free(in->window);
	uint32_t member = in->head.member;
	*in = (struct stage_in){.head = {.member = member}};
}

static void clear_out(struct stage_out *out)
{
	free(out->body);
	free(out->text);
	out->body = NULL;
	out->text = NULL;
}

void stage_destroy(struct stage *stage)
{
	for (int i = 0; i < STAGE_MEMBERS; i++) {
		clear_in(&stage->in[i]);
		clear_out(&stage->members[i]);
	}
	for (int i = 0; i < OUTS; i++)
		clear_out(&stage->out[i]);
	for (int i = 0; i < STAGE_PARAMS; i++)
		free(stage->values[i]);
	free(stage);
}

static void set_param(struct stage *stage, uint32_t param, uint32_t type)
{
	free(stage->values[param]);
	stage->values[param] = NULL;
	stage->params[param] = (struct tau_param){.type = type};
}

void stage_integer(
	struct stage *stage, uint32_t param, uint32_t type, int64_t number)
{
	set_param(stage, param, type);
	stage->params[param].value.i = number;
}

static void keep_text(
	struct stage *stage, uint32_t param, const void *text, size_t bytes)
{
	uint8_t *copy = malloc(bytes + 1);

	ck_assert_ptr_nonnull(copy);
	memcpy(copy, text, bytes);
	copy[bytes] = 0;
	stage->values[param] = copy;
	stage->params[param].value.s.text = (const char *)copy;
	stage->params[param].value.s.bytes = bytes;
}

void stage_text(
	struct stage *stage, uint32_t param, uint32_t type, const char *text)
{
	set_param(stage, param, type);
	keep_text(stage, param, text, strlen(text));
}

void stage_json(
	struct stage *stage, uint32_t param, const char *text, bool number)
{
	uint8_t space[256];
	struct tau_writer writer;

	set_param(stage, param, TAU_PARAM_JSON);
	tau_writer_init(&writer, space, sizeof space);
	if (number)
		tau_write_int(&writer, atoll(text));
	else
		tau_write_text(&writer, text, strlen(text));
	keep_text(stage, param, space, (size_t)tau_writer_finish(&writer));
}

void stage_list(
	struct stage *stage, uint32_t param, const char *words, bool numbers)
{
	uint8_t space[512];
	struct tau_writer writer;
	struct tau_mark list;

	set_param(stage, param, TAU_PARAM_LIST);
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
	keep_text(stage, param, space, (size_t)tau_writer_finish(&writer));
}

void stage_feed(struct stage *stage, uint32_t member, uint16_t type,
	const void *body, size_t bytes)
{
	struct tau_record record = {
		.body = body, .bytes = (uint32_t)bytes, .type = type};

	if (member >= stage->in_group.count)
		stage->in_group.count = member + 1;
	stage_in_feed(&stage->in[member], &record);
}

void stage_atomic(struct stage *stage, uint32_t atomic)
{
	stage->atomic = atomic;
}

void stage_gone_after(struct stage *stage, size_t records)
{
	stage->gone_after = records;
}

void stage_stdio(struct stage *stage, int fd)
{
	stage->stdio =
		(struct tau_stdio){.size = sizeof stage->stdio, .fd = fd};
}

static void reset_out(struct stage *stage, struct stage_out *out)
{
	out->head.next = out->head.limit = out->slots;
	out->head.body = out->head.body_limit = (uint8_t *)out->slots;
	out->head.atomic = stage->atomic;
	out->head.state = TAU_OK;
	out->head.credit = 0;
}

static void reset(struct stage *stage)
{
	stage->op.self = NULL;
	stage->op.flags = 0;
	stage->op.in = stage->in_heads;
	stage->op.in_group = &stage->in_group;
	stage->op.in_count = 1;
	stage->op.out = stage->out_heads;
	stage->op.out_group = stage->out_groups;
	stage->op.out_count = OUTS;
	stage->op.params = stage->params;
	stage->op.param_count = STAGE_PARAMS;
	for (int i = 0; i < OUTS; i++)
		reset_out(stage, &stage->out[i]);
	for (int i = 0; i < STAGE_MEMBERS; i++)
		reset_out(stage, &stage->members[i]);
	reset_out(stage, &stage->state_out);
}

static int run(struct stage *stage)
{
	int code;

	stage->running = true;
	stage->stopping = false;
	stage->fresh = false;
	code = stage->type->run(&stage->op);
	stage->running = false;
	for (int i = 0; i < OUTS; i++)
		stage_out_harvest(&stage->out[i]);
	for (int i = 0; i < STAGE_MEMBERS; i++)
		stage_out_harvest(&stage->members[i]);
	return code;
}

static void destroy(struct stage *stage)
{
	if (stage->type->destroy)
		stage->type->destroy(&stage->op);
	stage->op.self = NULL;
}

static void create(struct stage *stage)
{
	int code = stage->type->create ? stage->type->create(&stage->op) : 0;

	ck_assert_msg(code == 0, "create failed: %s", stage->failure);
}

/* Out of the instance, and into a new one. */
static void move(struct stage *stage)
{
	const struct tau_operator *type = stage->type;

	stage->state_out.head.atomic = UINT32_MAX;
	stage->state_out.state = &stage->state_in;
	if (type->save) {
		ck_assert_int_eq(
			type->save(&stage->op, &stage->state_out.head, 1), 0);
		stage_out_harvest(&stage->state_out);
	}
	destroy(stage);
	create(stage);
	if (type->restore) {
		int code = type->restore(&stage->op, &stage->state_in.head, 1);

		ck_assert_msg(code == 0, "restore failed: %s", stage->failure);
		stage->op.flags = TAU_RESTORED;
		ck_assert_msg(!tau_read_at(&stage->op, &stage->state_in.head),
			"restore left some of the state");
	}
	clear_in(&stage->state_in);
}

int stage_run(
	struct stage *stage, size_t stop, enum stage_how how, bool *stopped)
{
	int code;

	reset(stage);
	stage->stop = stop;
	create(stage);
	code = run(stage);
	*stopped = stage->stopping;
	if (code == 0 && stage->stopping) {
		stage->stop = STAGE_NEVER;
		if (how == STAGE_MOVE)
			move(stage);
		code = run(stage);
	}
	destroy(stage);
	return code;
}

const char *stage_output(struct stage *stage, uint32_t port)
{
	const char *text = stage->out[port].text;

	return text ? text : "";
}

const char *stage_member_output(struct stage *stage, uint32_t member)
{
	const char *text = stage->members[member].text;

	return text ? text : "";
}

const char *stage_failure(struct stage *stage)
{
	return stage->failure;
}

uint64_t stage_wanted_bytes(const struct stage *stage)
{
	return stage->wanted_bytes;
}
