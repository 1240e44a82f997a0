/*
 * where: passes the records whose field compares with a value as asked.
 *
 *	both numbers, or text that is one	by size
 *	both text                        	by bytes
 *	otherwise                        	never equal; < <= > >= cannot be
 *	                                 	answered: the record goes to bad
 *
 * A record without the field does not pass, whatever is asked; null is equal
 * to null alone, and is neither less nor more than anything. prefix and
 * matches look at text, and at an integer's digits.
 */
#include "operators.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "common/bad.h"
#include "common/field.h"
#include "common/json.h"
#include "common/number.h"
#include "common/turn.h"
#include "pattern.h"

enum { FIELD = 0, OPERATION = 1, VALUE = 2 };

/* As the description lists them. */
enum operation {
	EQUAL,
	UNEQUAL,
	LESS,
	AT_MOST,
	MORE,
	AT_LEAST,
	PREFIX,
	MATCHES,
};

enum answer { NO, YES, NONE /* there is no answer */ };

struct where {
	struct field field;
	enum operation operation;
	struct tau_value value; /* what to compare with */
	bool numeric;
	struct number number;
	struct pattern pattern;
	char digits[24]; /* of a number that stands for text */
};

static int read_value(struct tau_op *op, struct where *self)
{
	const struct tau_param *param = &op->params[VALUE];
	const struct tau_text *text = &param->value.s;

	if (param->type == TAU_PARAM_JSON) {
		if (tau_value_open(text->text, text->bytes, &self->value))
			return tau_fail(op, -EINVAL, "value is not utf9");
	} else {
		self->value = (struct tau_value){
			.start = (const uint8_t *)text->text,
			.body = (const uint8_t *)text->text,
			.limit = (const uint8_t *)text->text + text->bytes,
			.code = TAU_CODE_TEXT};
	}
	self->numeric = number_of_value(&self->number, &self->value);
	return 0;
}

static size_t length(const struct tau_value *value)
{
	return (size_t)(value->limit - value->body);
}

/* The text of the value to compare with, for prefix and matches. A number
 * stands for its digits: it was a word that looked like one. */
static int value_as_text(struct tau_op *op, struct where *self)
{
	uint8_t *digits = (uint8_t *)self->digits;
	int64_t number;

	if (tau_value_kind(&self->value) == TAU_KIND_TEXT)
		return 0;
	if (tau_value_int(&self->value, &number))
		return tau_fail(op, -EINVAL, "value is to be text here");
	self->value = (struct tau_value){.start = digits,
		.body = digits,
		.limit = digits + json_digits(self->digits, number),
		.code = TAU_CODE_TEXT};
	return 0;
}

static int create(struct tau_op *op)
{
	struct where *self = calloc(1, sizeof *self);
	const struct tau_text *pointer = &op->params[FIELD].value.s;
	int code;

	op->self = self;
	if (!self || field_init(&self->field, pointer->text, pointer->bytes))
		return tau_fail(op, -ENOMEM, "no memory");
	self->operation = (enum operation)op->params[OPERATION].value.i;
	code = read_value(op, self);
	if (code == 0 && self->operation >= PREFIX)
		code = value_as_text(op, self);
	if (code || self->operation != MATCHES)
		return code;
	return pattern_init(op, &self->pattern, (const char *)self->value.body,
		length(&self->value));
}

static void destroy(struct tau_op *op)
{
	struct where *self = op->self;

	if (self) {
		field_release(&self->field);
		pattern_release(&self->pattern);
	}
	free(self);
}

static bool is_text(const struct tau_value *value)
{
	int kind = tau_value_kind(value);

	return kind == TAU_KIND_TEXT || kind == TAU_KIND_BYTES;
}

static enum answer by_order(enum operation operation, int order)
{
	switch (operation) {
	case EQUAL:
		return order == 0;
	case UNEQUAL:
		return order != 0;
	case LESS:
		return order < 0;
	case AT_MOST:
		return order <= 0;
	case MORE:
		return order > 0;
	default:
		return order >= 0;
	}
}

static int compare_text(
	const struct tau_value *one, const struct tau_value *other)
{
	size_t left = length(one), right = length(other);
	size_t least = left < right ? left : right;
	int order = least ? memcmp(one->body, other->body, least) : 0;

	return order ? order : (left > right) - (left < right);
}

/* Whether text stands for true, false or null: words in one-liners do. */
static bool means(const struct tau_value *text, const struct tau_value *value)
{
	static const char *const words[] = {"null", "false", "true"};
	const char *word;

	if (value->code < TAU_CODE_NULL || value->code > TAU_CODE_TRUE)
		return false;
	word = words[value->code - TAU_CODE_NULL];
	return is_text(text) && length(text) == strlen(word) &&
	       memcmp(text->body, word, strlen(word)) == 0;
}

static enum answer compare(
	const struct where *self, const struct tau_value *value)
{
	struct number number;
	bool equal;

	if (self->numeric && number_of_value(&number, value))
		return by_order(self->operation,
			number_compare(&number, &self->number));
	if (is_text(value) && is_text(&self->value))
		return by_order(
			self->operation, compare_text(value, &self->value));
	equal = tau_value_equal(value, &self->value) ||
		means(&self->value, value);
	if (self->operation <= UNEQUAL)
		return equal == (self->operation == EQUAL);
	return tau_value_kind(value) == TAU_KIND_NULL ? NO : NONE;
}

/* prefix and matches; *code is an error of PCRE2's. */
static enum answer compare_pattern(
	struct where *self, const struct tau_value *value, int *code)
{
	const char *text = (const char *)value->body;
	size_t bytes = length(value);
	char digits[24];
	int64_t number;

	if (tau_value_kind(value) == TAU_KIND_NULL)
		return NO;
	if (tau_value_kind(value) == TAU_KIND_INT &&
		tau_value_int(value, &number) == 0) {
		text = digits;
		bytes = json_digits(digits, number);
	} else if (!is_text(value)) {
		return NONE;
	}
	if (self->operation == PREFIX)
		return bytes >= length(&self->value) &&
		       memcmp(text, self->value.body, length(&self->value)) ==
			       0;
	*code = pattern_match(&self->pattern, text, bytes);
	return *code < 0 ? NONE : *code > 0;
}

static const char *kind_name(const struct tau_value *value)
{
	static const char *const names[] = {"null", "true or false", "a number",
		"a number", "text", "bytes", "a symbol", "an fd", "a list",
		"a list", "a map"};
	int kind = tau_value_kind(value);

	return kind <= TAU_KIND_MAP ? names[kind] : "a signal";
}

static int no_answer(struct tau_op *op, struct where *self,
	const struct tau_record *record, const struct tau_value *value,
	int code)
{
	int bytes = field_shown(&self->field);
	char sentence[120];

	if (code < 0) {
		pattern_sentence(code, sentence, sizeof sentence);
		return bad_sendf(op, BAD, "where", record,
			"the pattern cannot be matched: %s", sentence);
	}
	if (self->operation >= PREFIX)
		return bad_sendf(op, BAD, "where", record,
			"the field \"%.*s\" is %s, which has no text", bytes,
			self->field.pointer, kind_name(value));
	return bad_sendf(op, BAD, "where", record,
		"the field \"%.*s\" is %s and cannot be compared with %s",
		bytes, self->field.pointer, kind_name(value),
		self->numeric ? "a number" : kind_name(&self->value));
}

/* Why the field cannot be looked for at all, or NULL. */
static const char *unfit(
	const struct where *self, const struct tau_record *record, int code)
{
	if (record->type == TAU_FD)
		return "the record is a file descriptor";
	if (record->type != TAU_VALUE && self->field.pointer_bytes)
		return "the record is text, which has no fields but the empty "
		       "one";
	return code == -ENOENT ? NULL : "the record is not utf9";
}

/* Passes or drops the head record, or sends it to bad. Flow. */
static int take_record(struct tau_op *op, const struct tau_record *record)
{
	struct where *self = op->self;
	struct tau_value value;
	enum answer answer;
	int code = field_find(&self->field, record, &value);
	const char *reason;

	if (code) {
		reason = unfit(self, record, code);
		return reason ? bad_send(op, BAD, "where", record, reason)
			      : TAU_OK;
	}
	answer = self->operation >= PREFIX
			 ? compare_pattern(self, &value, &code)
			 : compare(self, &value);
	if (answer == NONE)
		return no_answer(op, self, record, &value, code);
	return answer == YES ? tau_send(op, OUT, record) : TAU_OK;
}

static int run(struct tau_op *op)
{
	return turn_each(op, take_record);
}

const struct tau_operator match_where = {.size = sizeof match_where,
	.name = "where",
	.create = create,
	.destroy = destroy,
	.run = run};
