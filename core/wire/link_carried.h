/*
 * link_carried: how a link is handed to another process: link_carry.c writes
 * it, link_adopt.c goes on from it. The other side notices nothing: there is no
 * HELLO, no alpha, and the next byte follows the last one.
 *
 *	| flags u32 | packet that goes, comes, was said to come: 3 u32
 *	| counts 6 u64 | HELLO's time u64 | incarnations 2 u64
 *	| the connection that this is about, as link_connection u64
 *	| ends u32, each:
 *	|	stream's name | number, flags, atomic, in window: 4 u32
 *	|	part: offset, total, type: 3 u32 | what of it has come
 *	|	expected, bytes that came, missed, granted 2, asked at,
 *	|	first credit, base 2, late credit: 10 u64
 *	| what has come of a packet (byte streams)
 *	| what has not gone of a packet | shares u32, each:
 *	|	the end's place, records, part offset: 3 u32
 *
 * A packet that was made is handed over as bytes, since what it says has been
 * said; the records in it stay in their streams until it has gone.
 */
#ifndef TAU_CORE_WIRE_LINK_CARRIED_H
#define TAU_CORE_WIRE_LINK_CARRIED_H

enum {
	CARRIED_OPEN = 1,
	CARRIED_SAID_HELLO = 2,
	CARRIED_SAID_ALL = 4,
	CARRIED_CLOSED = 8,
	CARRIED_PACKETS = 16,
	CARRIED_LATE_HELLO = 32, /* its timer runs */
	CARRIED_DEAF = 64,
	CARRIED_DISMISSES = 128, /* it is still to say BYE */
};

enum {
	CARRIED_SENDS = 1,
	CARRIED_KNOWN = 2,
	CARRIED_SAID_ALPHA = 4,
	CARRIED_OVER = 8,
	CARRIED_HEARD_OMEGA = 16,
	CARRIED_CREDITED = 32,
	CARRIED_SAID_OMEGA = 64,
	CARRIED_PAUSED = 128,
	CARRIED_LEAVING = 256,
	CARRIED_ENDED_BEFORE = 512,
	CARRIED_ASKED = 1024,
};

#endif
