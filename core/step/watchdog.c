/* watchdog: whether an operator gives the thread back. See the header. */
#include "core/step/watchdog.h"

#include "core/base/bounds.h"

static void count(struct watchdog *watchdog, const struct watchdog_look *look);

struct watchdog_settings watchdog_settings_of(
	const struct node_options *options)
{
	struct watchdog_settings settings = {.warn_ns = WATCHDOG_WARN_NS,
		.report_ns = WATCHDOG_REPORT_NS,
		.kill_ns = WATCHDOG_KILL_NS};

	if (options->set & NODE_WATCHDOG_WARN)
		settings.warn_ns = options->warn_ns;
	if (options->set & NODE_WATCHDOG_REPORT)
		settings.report_ns = options->report_ns;
	if (options->set & NODE_WATCHDOG_KILL)
		settings.kill_ns = options->kill_ns;
	if (options->set & NODE_LIMIT_MEMORY)
		settings.memory_bytes = (uint64_t)options->memory_bytes;
	return settings;
}

int64_t watchdog_look_ns(const struct watchdog_settings *settings)
{
	int64_t least_ns = WATCHDOG_LOOK_NS;

	if (settings->report_ns && settings->report_ns < least_ns)
		least_ns = settings->report_ns;
	if (settings->kill_ns && settings->kill_ns < least_ns)
		least_ns = settings->kill_ns;
	if (settings->warn_ns && settings->warn_ns < least_ns)
		least_ns = settings->warn_ns;
	return least_ns > WATCHDOG_LOOK_LEAST_NS ? least_ns
						 : WATCHDOG_LOOK_LEAST_NS;
}

int64_t watchdog_idle_ns(const struct watchdog_settings *settings)
{
	int64_t idle_ns =
		settings->kill_ns ? settings->kill_ns : settings->report_ns;

	if (idle_ns == 0)
		idle_ns = settings->warn_ns;
	if (idle_ns == 0 && settings->memory_bytes == 0)
		return INT64_MAX;
	return idle_ns > WATCHDOG_IDLE_NS ? idle_ns : WATCHDOG_IDLE_NS;
}

int64_t watchdog_rest_ns(
	int64_t look_ns, int64_t idle_ns, int64_t former_ns, bool ran)
{
	if (ran || former_ns < look_ns)
		return look_ns;
	return former_ns < idle_ns / 2 ? 2 * former_ns : idle_ns;
}

bool watchdog_suspects(struct watchdog *watchdog, int64_t now_ns,
	uint32_t running, uint64_t turn)
{
	const struct watchdog_look *last = &watchdog->last;

	if (running != WATCHDOG_NOBODY && last->now_ns &&
		last->running == running && last->turn == turn)
		return true;
	*watchdog = (struct watchdog){
		.last = {.now_ns = now_ns, .running = running, .turn = turn}};
	return false;
}

enum watchdog_verdict watchdog_take(struct watchdog *watchdog,
	const struct watchdog_settings *settings,
	const struct watchdog_look *look)
{
	enum watchdog_verdict verdict = WATCHDOG_FINE;
	int64_t held_ns;

	/* What the processor did before the first whole look is not known. */
	if (watchdog->held)
		count(watchdog, look);
	watchdog->held = true;
	watchdog->last = *look;
	held_ns = watchdog_held_ns(watchdog);
	if (settings->warn_ns && held_ns >= settings->warn_ns)
		verdict = WATCHDOG_WARN;
	if (settings->report_ns && held_ns >= settings->report_ns)
		verdict = WATCHDOG_REPORT;
	if (settings->kill_ns && held_ns >= settings->kill_ns)
		verdict = WATCHDOG_KILL;
	if (verdict > watchdog->said) {
		watchdog->said = verdict;
		return verdict;
	}
	if (watchdog->halt_said || !settings->report_ns ||
		watchdog->stopped_ns < settings->report_ns)
		return WATCHDOG_FINE;
	watchdog->halt_said = true;
	return WATCHDOG_HALTED;
}

int64_t watchdog_held_ns(const struct watchdog *watchdog)
{
	return watchdog->cpu_ns + watchdog->asleep_ns;
}

bool watchdog_computes(const struct watchdog *watchdog)
{
	return watchdog->cpu_ns >= watchdog->asleep_ns;
}

static void count(struct watchdog *watchdog, const struct watchdog_look *look)
{
	const struct watchdog_look *last = &watchdog->last;
	int64_t cpu_ns = look->cpu_ns - last->cpu_ns;
	int64_t rest_ns = look->now_ns - last->now_ns - cpu_ns;

	if (cpu_ns > 0)
		watchdog->cpu_ns += cpu_ns;
	if (rest_ns <= 0 || look->state != last->state)
		return;
	if (look->state == WATCHDOG_ASLEEP)
		watchdog->asleep_ns += rest_ns;
	if (look->state == WATCHDOG_STOPPED)
		watchdog->stopped_ns += rest_ns;
}
