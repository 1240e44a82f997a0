/*
 * link_hostile: peers that break the rules of docs/wire.md. Each is told why,
 * and nothing of it is left behind.
 */
#ifndef TESTS_LINK_HOSTILE_H
#define TESTS_LINK_HOSTILE_H

#include "tests/link_script.h"

struct hostile {
	void (*say)(struct script *script);
	enum { SILENT, GREETED, OPENED } before; /* what went before */
	const char *why;
};

/* Lets that peer say it, in packets or behind lengths. */
void hostile_say(const struct hostile *hostile, bool packets);

#endif
