/* proof: both sides of a handover. See the header. */
#include "core/step/proof.h"

#include <inttypes.h>
#include <string.h>

#include "core/step/sentence.h"

static bool take_number(
	const char **at, const char *end, int base, uint64_t *number);
static int digit(char letter);
static bool same_name(struct command_text a, struct command_text b);
static char *differ(
	const struct proof_stream *before, const struct proof_stream *after);

bool proof_next(struct command_text *text, struct proof_stream *stream)
{
	const char *end, *at;

	if (!text->bytes)
		return false;
	end = memchr(text->text, '\n', text->bytes);
	at = memchr(text->text, ' ', text->bytes);
	if (!end || !at || at > end)
		return false;
	stream->name =
		(struct command_text){text->text, (size_t)(at - text->text)};
	if (!take_number(&at, end, 10, &stream->sent) ||
		!take_number(&at, end, 10, &stream->received) ||
		!take_number(&at, end, 10, &stream->retired) ||
		!take_number(&at, end, 10, &stream->limit) ||
		!take_number(&at, end, 10, &stream->carried) ||
		!take_number(&at, end, 16, &stream->digest))
		return false;
	stream->away = 0;
	if (at != end &&
		(!take_number(&at, end, 10, &stream->away) || at != end))
		return false;
	text->bytes -= (size_t)(end + 1 - text->text);
	text->text = end + 1;
	return true;
}

char *proof_differs(struct command_text before, struct command_text after)
{
	struct proof_stream old, new;
	char *wrong = NULL;

	while (!wrong && proof_next(&before, &old)) {
		struct command_text rest = after;

		while (!wrong && proof_next(&rest, &new))
			if (same_name(old.name, new.name))
				wrong = differ(&old, &new);
		if (!wrong && rest.bytes)
			wrong = sentence_format("what the new version proves "
						"cannot be read");
	}
	if (!wrong && before.bytes)
		wrong = sentence_format(
			"what the running version proves cannot be read");
	return wrong;
}

static char *differ(
	const struct proof_stream *before, const struct proof_stream *after)
{
	if (before->sent == after->sent &&
		before->received == after->received &&
		before->retired == after->retired &&
		before->carried == after->carried &&
		before->digest == after->digest)
		return NULL;
	return sentence_format("what arrived of %.*s is not what was handed "
			       "over: %" PRIu64 " records of digest %016" PRIx64
			       " became %" PRIu64 " of %016" PRIx64,
		(int)before->name.bytes, before->name.text, before->carried,
		before->digest, after->carried, after->digest);
}

/* A space and a number. */
static bool take_number(
	const char **at, const char *end, int base, uint64_t *number)
{
	const char *from = *at + 1;

	if (*at == end || **at != ' ')
		return false;
	*number = 0;
	for (*at = from; *at < end && digit(**at) < base; ++*at)
		*number = *number * (uint64_t)base + (uint64_t)digit(**at);
	return *at > from;
}

static int digit(char letter)
{
	if (letter >= '0' && letter <= '9')
		return letter - '0';
	if (letter >= 'a' && letter <= 'f')
		return letter - 'a' + 10;
	return 99;
}

static bool same_name(struct command_text a, struct command_text b)
{
	return a.bytes == b.bytes && !memcmp(a.text, b.text, a.bytes);
}
