/* fifo: standing still. */
#include "core/host/fifo_private.h"

#include "core/base/check.h"

/* A task that is out of the game is still told, and acts on it later. */
void fifo_freeze(struct fifo *fifo)
{
	CHECK_MAGIC(fifo, FIFO_MAGIC);
	if (fifo->over || fifo->frozen)
		return;
	fifo->frozen = true;
	task_stop(&fifo->task);
}

void fifo_thaw(struct fifo *fifo)
{
	CHECK_MAGIC(fifo, FIFO_MAGIC);
	if (!fifo->frozen)
		return;
	fifo->frozen = false;
	task_tell(&fifo->task, FIFO_READY | FIFO_WORK);
	task_start(&fifo->task);
}
