/* exit_code: which status a run ends with. See the header. */
#include "core/step/exit_code.h"

enum exit_code exit_code_of(const struct exit_causes *causes)
{
	if (causes->failed)
		return EXIT_CODE_FAILED;
	if (causes->timed_out)
		return EXIT_CODE_NOT_DRAINED;
	if (causes->interrupted)
		return EXIT_CODE_INTERRUPTED;
	if (causes->cut_short)
		return EXIT_CODE_NOT_DRAINED;
	return EXIT_CODE_DONE;
}
