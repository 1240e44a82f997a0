/* life.children */
#include "plugin.h"
#include <sys/wait.h>
RELAY;
/* A child of a child, so that nobody has it, in a session of its own. */
static int run(struct tau_op *op)
{
	pid_t child = fork();

	if (child == 0) {
		if (fork() == 0) {
			setsid();
			for (;;)
				pause();
		}
		_exit(0);
	}
	(void)waitpid(child, NULL, 0);
	return pass(op);
}
OPERATOR(.run = run);
