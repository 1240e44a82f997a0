/* Says nothing until the end, then all, the last first. */
#include "plugin.h"

/* clang-format off */
DESCRIBE({
	"name": "legal",
	"in": [
		{"name": "in", "type": "utf8"}
	],
	"out": [
		{"name": "out", "type": "utf8"}
	],
	"state": {
		"version": 1,
		"reads": [1],
		"writes": [1]
	}
});
/* clang-format on */
struct line {
	struct line *below;
	uint32_t bytes;
	char text[];
};
struct self {
	struct line *top;
};
static int create(struct tau_op *op)
{
	op->self = calloc(1, sizeof(struct self));
	return op->self ? 0 : tau_fail(op, -ENOMEM, "there is no memory");
}
static void drop(struct self *self)
{
	struct line *line = self->top;
	self->top = line->below;
	free(line);
}
static void destroy(struct tau_op *op)
{
	struct self *self = op->self;
	while (self && self->top)
		drop(self);
	free(self);
}
static int push(struct tau_op *op, const struct tau_record *r)
{
	struct self *self = op->self;
	struct line *line = malloc(sizeof *line + r->bytes);
	if (!line)
		return tau_fail(op, -ENOMEM, "there is no memory");
	*line = (struct line){self->top, r->bytes};
	memcpy(line->text, r->body, r->bytes);
	self->top = line;
	return 0;
}
static int run(struct tau_op *op)
{
	struct self *self = op->self;
	const struct tau_record *r;
	int flow = TAU_OK;
	while ((r = tau_read(op, 0))) {
		if (r->type == TAU_UTF8 && (flow = push(op, r)) < 0)
			return flow;
		tau_consume(op, 0);
	}
	while (flow == TAU_OK && tau_ended(op, 0) && self->top) {
		flow = tau_write(
			op, 0, self->top->text, self->top->bytes, TAU_UTF8);
		if (flow == TAU_OK)
			drop(self);
	}
	return stop_for(flow);
}
/* From the top down, and a mark that there is no more. */
static int save(struct tau_op *op, struct tau_out *state, uint32_t version)
{
	struct self *self = op->self;
	int flow = TAU_OK;
	(void)version;
	for (struct line *line = self->top; flow == TAU_OK && line;
		line = line->below)
		flow = tau_write_at(
			op, state, line->text, line->bytes, TAU_UTF8);
	if (flow == TAU_OK)
		flow = tau_write_at(op, state, "", 0, TAU_BYTES);
	return stop_for(flow);
}
static int restore(struct tau_op *op, struct tau_in *state, uint32_t version)
{
	struct self *self = op->self;
	struct line *turned = NULL;
	const struct tau_record *r;
	int code = 0;
	(void)version;
	while ((r = tau_read_at(op, state)) && r->type == TAU_UTF8 &&
		code == 0) {
		code = push(op, r);
		tau_consume_at(op, state);
	}
	while (self->top) {
		struct line *line = self->top;
		self->top = line->below;
		line->below = turned;
		turned = line;
	}
	self->top = turned;
	if (code == 0 && !r)
		return tau_fail(op, -EINVAL, "my state is cut short");
	if (code == 0)
		tau_consume_at(op, state);
	return code;
}
OPERATOR(PLAIN);
