/* old_kernel: preloaded, makes a program believe that its kernel has no cheap
 * guards for stacks, as those before Linux 6.13 have none. make
 * check-old-kernel runs the suite like that. */
#include <errno.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#define GUARD_INSTALL 102 /* MADV_GUARD_INSTALL, which old headers lack */

int madvise(void *address, size_t bytes, int advice)
{
	if (advice == GUARD_INSTALL) {
		errno = EINVAL;
		return -1;
	}
	return (int)syscall(SYS_madvise, address, bytes, advice);
}
