/*
 * clean: makes what strangers' code has said fit for a terminal and for JSON.
 * It may hold anything, and has been cut anywhere.
 */
#ifndef TAU_CORE_CHECK_CLEAN_H
#define TAU_CORE_CHECK_CLEAN_H

/* Puts a ? for each byte that is of no UTF-8, or a control's; an end of a line
 * stays. */
void clean_text(char *text);

#endif
