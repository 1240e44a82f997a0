/* link_hostile: peers that break the rules. See the header. */
#include "tests/link_hostile.h"

#include <check.h>
#include <dirent.h>

static uint32_t count_fds(void)
{
	DIR *folder = opendir("/proc/self/fd");
	uint32_t count = 0;

	ck_assert_ptr_nonnull(folder);
	while (readdir(folder))
		count++;
	closedir(folder);
	return count;
}

void hostile_say(const struct hostile *hostile, bool packets)
{
	uint32_t fds = count_fds();
	static struct script script;

	script_begin(&script, packets, 0);
	script_settle(&script);
	if (hostile->before == GREETED)
		script_say_hello(&script);
	else if (hostile->before == OPENED)
		script_open_link(&script);
	hostile->say(&script);
	script_say(&script);
	script_settle(&script);
	ck_assert_uint_eq(script.closed, 1);
	ck_assert_str_eq(script.why, hostile->why);
	ck_assert_str_eq(script.bye, hostile->why);
	script_end(&script);
	ck_assert_uint_eq(count_fds(), fds);
}
