/*
 * libtau: nothing of its own. It takes the room behind <tau/embed.h>, and what
 * that needs, out of libcore.a; libtau.map says what of it is to be seen.
 */
#include <tau/embed.h>

/* Named here, so that the linker takes it. */
extern __typeof__(tau_node_open) *const libtau_begins_with;
__typeof__(tau_node_open) *const libtau_begins_with = tau_node_open;
