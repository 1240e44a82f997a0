/*
 * seat: how the processes of a topology are numbered.
 *
 * A node has two seats for processes: one runs, the other is empty, or holds a
 * standby that is to take over. Which one runs is `supervised_node.current`.
 *
 *     node      0     1     2
 *     process  0 1   2 3   4 5
 */
#ifndef TAU_CORE_STEP_SEAT_H
#define TAU_CORE_STEP_SEAT_H

#include <stdint.h>

#define SEATS 2

static inline uint32_t seat_process(uint32_t node, uint32_t seat)
{
	return node * SEATS + seat;
}

static inline uint32_t seat_node(uint32_t process)
{
	return process / SEATS;
}

/* Which of its node's seats a process has. */
static inline uint32_t seat_of(uint32_t process)
{
	return process % SEATS;
}

#endif
