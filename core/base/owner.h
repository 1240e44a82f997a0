/*
 * owner: from what is embedded in a struct to that struct. Who is told of an
 * event gets the member that it had registered: a watch, a timer, a listener.
 *
 *	static void door_told(struct reactor_watch *watch, uint32_t events)
 *	{
 *		struct gate *gate = OWNER_OF(watch, struct gate, door);
 */
#ifndef TAU_CORE_BASE_OWNER_H
#define TAU_CORE_BASE_OWNER_H

#include <stddef.h>

#define OWNER_OF(embedded, type, member)                                       \
	((type *)((char *)(embedded)-offsetof(type, member)))

#endif
