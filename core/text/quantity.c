/* quantity: see quantity.h. */
#include "core/text/quantity.h"

#include "core/base/count.h"
#include "core/base/units.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

struct unit {
	const char *name;
	int64_t worth;
};

static const struct unit size_units[] = {
	{"GiB", INT64_C(1) << 30},
	{"MiB", INT64_C(1) << 20},
	{"KiB", INT64_C(1) << 10},
	{"GB", 1000000000},
	{"MB", 1000000},
	{"kB", 1000},
	{"KB", 1000},
	{"B", 1},
};

/* Largest first; where two names are worth the same, the first is printed. */
static const struct unit duration_units[] = {
	{"d", 86400 * SECOND_NS},
	{"h", 3600 * SECOND_NS},
	{"m", 60 * SECOND_NS},
	{"min", 60 * SECOND_NS},
	{"s", SECOND_NS},
	{"ms", 1000000},
	{"us", 1000},
	{"ns", 1},
};

static int read_number(
	const char **text, int64_t *whole, int64_t *part, int64_t *part_of);
static const struct unit *read_unit(
	const char **text, const struct unit *units, size_t count);
static int add_worth(int64_t *sum, int64_t whole, int64_t part, int64_t part_of,
	int64_t worth);

int quantity_size(const char *text, int64_t *size_bytes)
{
	int64_t whole, part, part_of, sum = 0;
	const struct unit *unit;
	int result = read_number(&text, &whole, &part, &part_of);

	if (result != 0)
		return result;
	if (*text == '\0') {
		if (part_of != 1)
			return -EINVAL;
		*size_bytes = whole;
		return 0;
	}
	text += *text == ' ';
	unit = read_unit(&text, size_units, COUNT(size_units));
	if (unit == NULL || *text != '\0')
		return -EINVAL;
	result = add_worth(&sum, whole, part, part_of, unit->worth);
	if (result == 0)
		*size_bytes = sum;
	return result;
}

int quantity_duration(const char *text, int64_t *duration_ns)
{
	int64_t whole, part, part_of, sum = 0, former = INT64_MAX;
	const struct unit *unit;
	int result;

	do {
		result = read_number(&text, &whole, &part, &part_of);
		if (result != 0)
			return result;
		text += *text == ' ';
		unit = read_unit(&text, duration_units, COUNT(duration_units));
		if (unit == NULL || unit->worth >= former)
			return -EINVAL;
		former = unit->worth;
		result = add_worth(&sum, whole, part, part_of, unit->worth);
		if (result != 0)
			return result;
		text += *text == ' ' && text[1] != '\0';
	} while (*text != '\0');
	*duration_ns = sum;
	return 0;
}

void quantity_size_text(char text[QUANTITY_TEXT_BYTES], int64_t size_bytes)
{
	for (size_t i = 0; i < 3; i++)
		if (size_bytes != 0 && size_bytes % size_units[i].worth == 0) {
			snprintf(text, QUANTITY_TEXT_BYTES, "%lld%s",
				(long long)(size_bytes / size_units[i].worth),
				size_units[i].name);
			return;
		}
	snprintf(text, QUANTITY_TEXT_BYTES, "%lld", (long long)size_bytes);
}

void quantity_duration_text(char text[QUANTITY_TEXT_BYTES], int64_t duration_ns)
{
	size_t used = 0;

	if (duration_ns == 0)
		snprintf(text, QUANTITY_TEXT_BYTES, "0s");
	for (size_t i = 0; i < COUNT(duration_units); i++) {
		const struct unit *unit = &duration_units[i];

		if (duration_ns < unit->worth)
			continue;
		used += (size_t)snprintf(text + used,
			QUANTITY_TEXT_BYTES - used, "%lld%s",
			(long long)(duration_ns / unit->worth), unit->name);
		duration_ns %= unit->worth;
	}
}

/* Reads digits, perhaps with a fraction of at most nine more: the value is
 * whole + part / part_of. */
static int read_number(
	const char **text, int64_t *whole, int64_t *part, int64_t *part_of)
{
	const char *at = *text;

	*whole = 0;
	*part = 0;
	*part_of = 1;
	if (*at < '0' || *at > '9')
		return -EINVAL;
	for (; *at >= '0' && *at <= '9'; at++)
		if (__builtin_mul_overflow(*whole, 10, whole) ||
			__builtin_add_overflow(*whole, *at - '0', whole))
			return -ERANGE;
	if (*at == '.') {
		for (at++; *at >= '0' && *at <= '9' && *part_of < SECOND_NS;
			at++) {
			*part = *part * 10 + (*at - '0');
			*part_of *= 10;
		}
		if (*part_of == 1)
			return -EINVAL;
	}
	*text = at;
	return 0;
}

/* The unit whose name is all the letters that stand here. */
static const struct unit *read_unit(
	const char **text, const struct unit *units, size_t count)
{
	size_t letters = strcspn(*text, " .0123456789");

	for (size_t i = 0; i < count; i++)
		if (strlen(units[i].name) == letters &&
			strncmp(units[i].name, *text, letters) == 0) {
			*text += letters;
			return &units[i];
		}
	return NULL;
}

static int add_worth(int64_t *sum, int64_t whole, int64_t part, int64_t part_of,
	int64_t worth)
{
	int64_t product;

	/* part < 10^9 and worth < 10^14 fit in 128 bits with ease. */
	__extension__ __int128 scaled = (__int128)part * worth;

	if (scaled % part_of != 0)
		return -EINVAL;
	if (__builtin_mul_overflow(whole, worth, &product) ||
		__builtin_add_overflow(
			product, (int64_t)(scaled / part_of), &product) ||
		__builtin_add_overflow(*sum, product, sum))
		return -ERANGE;
	return 0;
}
