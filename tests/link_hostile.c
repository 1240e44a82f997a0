/* link_hostile: peers that break the rules. See the header. */
#include "tests/link_hostile.h"

#include "tests/test.h"

void hostile_say(const struct hostile *hostile, bool packets)
{
	int fds = test_count_fds();
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
	ck_assert_int_eq(test_count_fds(), fds);
}
