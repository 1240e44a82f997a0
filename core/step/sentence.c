/* sentence: messages and ends in words. See the header. */
#include "core/step/sentence.h"

#include "core/base/check.h"
#include "core/base/os.h" /* of a status: WIFSIGNALED and its like */
#include "core/base/units.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static struct sentence_time roughly(int64_t time_ns);

struct sentence_operator sentence_operator(const char *name, const char *plugin)
{
	struct sentence_operator who;

	if (strcmp(name, plugin) == 0)
		snprintf(who.text, sizeof who.text, "%s", name);
	else
		snprintf(who.text, sizeof who.text, "%s (%s)", name, plugin);
	return who;
}

char *sentence_failed(const struct command *command)
{
	struct command_text name = command->name;
	struct command_text plugin = command->plugin;
	struct command_text text = command->text;
	bool same = name.bytes && name.bytes == plugin.bytes &&
		    memcmp(name.text, plugin.text, name.bytes) == 0;

	if (name.bytes && plugin.bytes && !same)
		return sentence_format("%.*s (%.*s): %.*s", (int)name.bytes,
			name.text, (int)plugin.bytes, plugin.text,
			(int)text.bytes, text.text);
	if (name.bytes)
		return sentence_format("%.*s: %.*s", (int)name.bytes, name.text,
			(int)text.bytes, text.text);
	return sentence_format("%.*s", (int)text.bytes, text.text);
}

char *sentence_count(const struct command *command)
{
	bool one = command->records == 1;
	const char *records = one ? "record" : "records";
	const char *were = one ? "was" : "were";
	int bytes = (int)command->name.bytes;

	switch (command->code) {
	case COMMAND_COUNT_NOWHERE:
		return sentence_format(
			"%" PRIu64 " %s left %.*s, which goes nowhere%s%.*s",
			command->records, records, bytes, command->name.text,
			command->text.bytes ? "; the first: " : "",
			(int)command->text.bytes,
			command->text.bytes ? command->text.text : "");
	case COMMAND_COUNT_DROPPED:
		return sentence_format("%" PRIu64 " %s of %.*s %s dropped, "
				       "because the stream was full",
			command->records, records, bytes, command->name.text,
			were);
	case COMMAND_COUNT_LOST:
		return sentence_format("%" PRIu64
				       " %s of %.*s %s lost, because "
				       "nobody had read %s before the end",
			command->records, records, bytes, command->name.text,
			were, one ? "it" : "them");
	case COMMAND_COUNT_CUT:
		return sentence_format("up to %" PRIu64
				       " %s of %.*s %s lost, because the "
				       "connection to what reads %s broke",
			command->records, records, bytes, command->name.text,
			were, one ? "it" : "them");
	default:
		return NULL;
	}
}

char *sentence_exited(int status, bool done, const char *who)
{
	const char *when = done ? "after" : "before";

	if (WIFSIGNALED(status))
		return sentence_format("crashed %s its operators were done: "
				       "signal %d (%s)%s%s",
			when, WTERMSIG(status), strsignal(WTERMSIG(status)),
			who ? ", while it ran " : "", who ? who : "");
	if (who && WEXITSTATUS(status) == COMMAND_EXIT_STACK)
		return sentence_format(
			"crashed %s its operators were done: %s used up its "
			"stack",
			when, who);
	if (who)
		return sentence_format(
			"ended %s its operators were done, with status %d: %s "
			"ended the process; an operator returns instead",
			when, WEXITSTATUS(status), who);
	return sentence_format(
		"ended %s its operators were done, with status %d%s", when,
		WEXITSTATUS(status),
		WEXITSTATUS(status) == 0 ? "; does a plugin call exit?" : "");
}

char *sentence_lost(const char *stream, const char *node, uint64_t written,
	uint64_t read, const char *worker)
{
	uint64_t lost = written - read;

	return sentence_format("%s%" PRIu64 " record%s of %s %s lost with %s: "
			       "%" PRIu64 " written, %" PRIu64 " read%s%s%s",
		worker ? "up to " : "", lost, lost == 1 ? "" : "s", stream,
		lost == 1 ? "was" : "were", node, written, read,
		worker ? "; " : "", worker ? worker : "",
		worker ? " was at work on what followed" : "");
}

char *sentence_stranded(void)
{
	return sentence_format("not started again: a program would have to "
			       "begin anew, and a node that it has streams to "
			       "has ended");
}

char *sentence_gone_down(const char *stream, const char *node, uint64_t records)
{
	return sentence_format("%" PRIu64 " record%s of %s went down with the "
			       "last process of %s",
		records, records == 1 ? "" : "s", stream, node);
}

char *sentence_underway(const char *stream, const char *node, uint64_t records)
{
	return sentence_format("up to %" PRIu64 " record%s of %s %s gone down "
			       "by now, last with a process of %s: those that "
			       "the FIFO still holds are among them",
		records, records == 1 ? "" : "s", stream,
		records == 1 ? "has" : "have", node);
}

char *sentence_state_gone(
	const char *operator_name, const char *node, uint64_t records)
{
	return sentence_format("what %s had kept of %" PRIu64 " record%s went "
			       "down with the last process of %s; its state "
			       "begins anew",
		operator_name, records, records == 1 ? "" : "s", node);
}

char *sentence_undone(const char *stream, const char *node, uint64_t records)
{
	return sentence_format("what %s had kept of %" PRIu64 " record%s of %s "
			       "is lost: the new version had read %s before it "
			       "crashed, and the previous one has the state "
			       "that it handed over",
		node, records, records == 1 ? "" : "s", stream,
		records == 1 ? "it" : "them");
}

char *sentence_done_twice(const char *stream, const char *node,
	uint64_t records, const char *worker)
{
	return sentence_format("up to %" PRIu64 " record%s of %s may be worked "
			       "off twice: %s was at work on %s when the new "
			       "version of %s crashed",
		records, records == 1 ? "" : "s", stream, worker,
		records == 1 ? "it" : "them", node);
}

/* Of more than a minute, whole seconds are enough. */
struct sentence_time sentence_time(int64_t time_ns)
{
	struct sentence_time time;

	if (time_ns < SECOND_NS / 1000)
		quantity_duration_text(time.text, time_ns);
	else if (time_ns < 60 * SECOND_NS)
		snprintf(time.text, sizeof time.text, "%.3g s",
			(double)time_ns / 1e9);
	else
		quantity_duration_text(time.text,
			(time_ns + SECOND_NS / 2) / SECOND_NS * SECOND_NS);
	return time;
}

/* What was measured. */
static struct sentence_time roughly(int64_t time_ns)
{
	struct sentence_time time = sentence_time(time_ns);

	if (time_ns < 60 * SECOND_NS)
		snprintf(time.text, sizeof time.text, "%.2g s",
			(double)time_ns / 1e9);
	return time;
}

char *sentence_twice(const char *stream, const char *node, uint64_t records)
{
	return sentence_format("up to %" PRIu64 " record%s of %s may come "
			       "twice: the new version of %s wrote %s before "
			       "it crashed, and the previous one goes on from "
			       "where it handed over",
		records, records == 1 ? "" : "s", stream, node,
		records == 1 ? "it" : "them");
}

char *sentence_late(int64_t start_ns, const char *who)
{
	if (who)
		return sentence_format("it was not ready within %s "
				       "(watchdog.start), and was in %s",
			sentence_time(start_ns).text, who);
	return sentence_format("it was not ready within %s "
			       "(watchdog.start); does an operator wait, or "
			       "loop, where it is created?",
		sentence_time(start_ns).text);
}

char *sentence_restarted(
	const struct restart_policy *policy, uint32_t nth, int64_t pause_ns)
{
	char when[QUANTITY_TEXT_BYTES + 8] = "at once";

	if (pause_ns > 0)
		snprintf(when, sizeof when, "in %s", roughly(pause_ns).text);
	return sentence_format("starting again %s: %" PRIu32 " of %" PRIu32
			       " times within %s",
		when, nth, policy->max, sentence_time(policy->within_ns).text);
}

char *sentence_given_up(const struct restart_policy *policy)
{
	return sentence_format("not started again: that was done %" PRIu32
			       " times within %s, the most that its "
			       "\"restart\" allows",
		policy->max, sentence_time(policy->within_ns).text);
}

char *sentence_gone(const struct restart_policy *policy)
{
	return sentence_format("it crashed %" PRIu64 " times within %s",
		(uint64_t)policy->max + 1,
		sentence_time(policy->within_ns).text);
}

char *sentence_patience(int64_t drain_ns)
{
	return sentence_format(
		"running out; it may take %s (--drain-timeout), and Ctrl-C "
		"or another signal ends it at once",
		sentence_time(drain_ns).text);
}

char *sentence_unclosed(void)
{
	return sentence_format(
		"did not close and is killed; what it held is lost");
}

char *sentence_ended(enum exit_code code, bool now)
{
	if (code == EXIT_CODE_FAILED)
		return sentence_format("it has ended, and an operator or a "
				       "node of it had failed; it said which "
				       "where it was started");
	if (code == EXIT_CODE_NOT_DRAINED && !now)
		return sentence_format("it has ended without running out; what "
				       "was left is lost");
	if (code == EXIT_CODE_INTERRUPTED)
		return sentence_format("it has ended, after an interrupt");
	return sentence_format("it has ended");
}

char *sentence_held(
	const char *who, const char *call, int64_t held_ns, bool killed)
{
	struct sentence_time held = roughly(held_ns);
	const char *so_far = killed ? " (watchdog.kill)"
				    : " so far; the rest of the node waits";

	if (call)
		return sentence_format("%s is blocked in %s, for %s%s", who,
			call, held.text, so_far);
	return sentence_format("%s computes and does not give the thread back, "
			       "for %s%s",
		who, held.text, so_far);
}

char *sentence_halted(const char *who)
{
	return sentence_format("stopped by a signal, while it ran %s; SIGCONT "
			       "lets it go on",
		who);
}

char *sentence_memory(uint64_t bytes, uint64_t limit_bytes)
{
	return sentence_format(
		"it holds %.4g MiB of memory, and %.4g MiB are its limit "
		"(limits.memory)",
		(double)bytes / (double)MIB, (double)limit_bytes / (double)MIB);
}

char *sentence_back(bool runs)
{
	return sentence_format(
		runs ? "it runs again"
		     : "it did not come back; tau logs says why");
}

char *sentence_format(const char *format, ...)
{
	va_list arguments;
	char *text;
	int bytes;

	va_start(arguments, format);
	bytes = vasprintf(&text, format, arguments);
	va_end(arguments);
	CHECK(bytes >= 0);
	return text;
}
