/* carried_private: what the files of `carried` share: carried.c writes,
 * carried_fill.c goes on from it. */
#ifndef TAU_CORE_STREAM_CARRIED_PRIVATE_H
#define TAU_CORE_STREAM_CARRIED_PRIVATE_H

#define ENTRY_BYTES 8
#define FD_BODY_BYTES 4
#define LENT_ALIGN 64 /* bytes */

enum {
	READER_GONE = 1,
	WRITER_GONE = 2,
	LEFT = 4,
};

#endif
