/* trying_differ: records that were expected, and those that came. */
#include "core/check/trying_parts.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/bounds.h"
#include "core/base/check.h"

static bool same(const struct trial_record *one, const struct trial_record *two)
{
	return strcmp(one->same, two->same) == 0;
}

void trying_list(struct text *why, char sign,
	const struct trial_record *records, uint32_t count)
{
	uint32_t shown = count < TRIAL_SHOWN_MAX ? count : TRIAL_SHOWN_MAX;

	for (uint32_t i = 0; i < shown; i++)
		text_format(why, "\n%c %s", sign, records[i].shown);
	if (count > shown)
		text_format(why, "\n%c … and %u more", sign, count - shown);
}

static void say(
	struct trying *trying, const struct trial_step *step, uint32_t count)
{
	(void)trying_fail(trying, step->at,
		"%s gives other records than the %u expected (-); it gives "
		"%u (+)",
		trying->trial->ports[step->port].name, step->record_count,
		count);
}

/* What is the same before and behind stands once. */
static void differ(struct trying *trying, const struct trial_step *step,
	const struct trial_record *seen, uint32_t count)
{
	const struct trial_record *wished =
		step->records ? step->records : seen;
	uint32_t most = count < step->record_count ? count : step->record_count;
	uint32_t head = 0, tail = 0;

	while (head < most && same(&wished[head], &seen[head]))
		head++;
	while (tail < most - head &&
		same(&wished[step->record_count - tail - 1],
			&seen[count - tail - 1]))
		tail++;
	say(trying, step, count);
	trying_list(trying->why, ' ', wished, head);
	trying_list(trying->why, '-', wished + head,
		step->record_count - head - tail);
	trying_list(trying->why, '+', seen + head, count - head - tail);
	trying_list(trying->why, ' ', seen + count - tail, tail);
}

static bool is_same_list(const struct trial_step *step,
	const struct trial_record *seen, uint32_t count)
{
	if (count != step->record_count)
		return false;
	for (uint32_t i = 0; i < count; i++)
		if (!same(&step->records[i], &seen[i]))
			return false;
	return true;
}

/* Only what has no partner is shown. */
static bool compare_any(struct trying *trying, const struct trial_step *step,
	const struct trial_record *seen, uint32_t count)
{
	bool *taken = calloc(count + 1u, sizeof *taken);
	struct text less = {0}, more = {0};
	uint32_t found = 0;

	CHECK(taken != NULL);
	for (uint32_t i = 0; i < step->record_count; i++) {
		uint32_t at = 0;

		while (at < count &&
			(taken[at] || !same(&step->records[i], &seen[at])))
			at++;
		if (at == count)
			trying_list(&less, '-', &step->records[i], 1);
		else
			found++;
		taken[at] = at < count;
	}
	for (uint32_t i = 0; i < count; i++)
		if (!taken[i])
			trying_list(&more, '+', &seen[i], 1);
	free(taken);
	if (found < count || found < step->record_count) {
		say(trying, step, count);
		text_add(trying->why, text_string(&less));
		text_add(trying->why, text_string(&more));
	}
	text_release(&less);
	text_release(&more);
	return found == count && found == step->record_count;
}

bool trying_compare(struct trying *trying, const struct trial_step *step,
	const struct trial_record *seen, uint32_t count)
{
	if (step->any_order)
		return compare_any(trying, step, seen, count);
	if (is_same_list(step, seen, count))
		return true;
	differ(trying, step, seen, count);
	return false;
}
