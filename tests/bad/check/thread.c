/* run.thread -lpthread */
#include "plugin.h"
#include <pthread.h>
RELAY;
static void *work(void *argument)
{
	tau_log(argument, TAU_NOTICE, "from elsewhere");
	return NULL;
}
static int run(struct tau_op *op)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, work, op) != 0)
		return tau_fail(op, -EAGAIN, "no thread");
	pthread_join(thread, NULL);
	return pass(op);
}
OPERATOR(.run = run);
