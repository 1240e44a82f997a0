/* catalogue_version: does a plugin's version fit what a manifest wrote? */
#include "core/catalogue/catalogue_parts.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

struct version {
	unsigned parts[3];
};

/* Up to three numbers with dots; what follows a - or + is not compared. */
static bool read_version(const char *text, struct version *version)
{
	*version = (struct version){{0}};
	for (size_t i = 0; i < 3; i++) {
		size_t digits = strspn(text, "0123456789");

		if (digits == 0 || digits > 9)
			return false;
		sscanf(text, "%9u", &version->parts[i]);
		text += digits;
		if (*text != '.')
			break;
		text++;
	}
	return *text == '\0' || *text == '-' || *text == '+';
}

/* The first number that may not change, and all before it, are equal, and the
 * rest is not older. */
static bool is_compatible(
	const struct version *wanted, const struct version *found)
{
	size_t fixed = wanted->parts[0] > 0 ? 1 : wanted->parts[1] > 0 ? 2 : 3;

	for (size_t i = 0; i < 3; i++) {
		if (found->parts[i] == wanted->parts[i])
			continue;
		return i >= fixed && found->parts[i] > wanted->parts[i];
	}
	return true;
}

int catalogue_check_version(
	const char *written, const char *version, struct error *error)
{
	bool caret = written[0] == '^';
	struct version wanted, found;

	if (!read_version(written + caret, &wanted))
		return error_set(error, -EINVAL,
			"the version \"%.80s\" is neither exact, \"1.2.3\", "
			"nor a beginning, \"^1.2\"",
			written);
	if (!caret && strcmp(written, version) == 0)
		return 0;
	if (caret && read_version(version, &found) &&
		is_compatible(&wanted, &found))
		return 0;
	return error_set(error, -EINVAL,
		"its version is %s and the manifest asks for %.80s", version,
		written);
}
