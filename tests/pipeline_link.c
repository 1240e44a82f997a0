/* pipeline: its links, apart since most have none. */
#include "tests/pipeline.h"

#include <check.h>

struct link *pipeline_link(struct pipeline *pipeline,
	const struct link_settings *settings, int fd,
	struct link_listener *listener)
{
	struct fabric *fabric = &pipeline->fabric;
	const struct link_host host = {fabric->os, &fabric->scheduler,
		&fabric->timers, fabric->reactor, fabric->chunks};
	struct error error = ERROR_NONE;
	struct link *link = NULL;

	ck_assert_msg(
		link_create(&link, &host, settings, fd, listener, &error) == 0,
		"%s", error.text);
	fabric->watching++;
	return link;
}
