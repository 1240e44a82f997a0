/* handed: what a node handed over. See the header. */
#include "core/fleet/handed.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>

int *handed_copy(const struct handed *handed, struct os *os, int *code)
{
	int *copies = calloc(handed->count + 1u, sizeof *copies);

	if (!copies) {
		*code = -ENOMEM;
		return NULL;
	}
	for (uint32_t i = 0; i < handed->count; i++) {
		*code = os->fcntl(os, handed->fds[i], F_DUPFD_CLOEXEC, 0);
		if (*code >= 0) {
			copies[i] = *code;
			continue;
		}
		while (i > 0)
			os->close(os, copies[--i]);
		free(copies);
		return NULL;
	}
	*code = 0;
	return copies;
}

void handed_move(struct handed *to, struct handed *from, struct os *os)
{
	handed_close(to, os);
	*to = *from;
	*from = (struct handed){0};
}

void handed_forget(
	struct handed *handed, struct os *os, dev_t device, ino_t inode)
{
	struct stat about;
	int null_fd;

	for (uint32_t i = 0; i < handed->count; i++) {
		if (os->fstat(os, handed->fds[i], &about) < 0 ||
			about.st_dev != device || about.st_ino != inode)
			continue;
		null_fd = os->openat(os, AT_FDCWD, "/dev/null", O_WRONLY, 0);
		if (null_fd >= 0) {
			(void)os->duplicate_to(os, null_fd, handed->fds[i]);
			(void)os->close(os, null_fd);
		}
	}
}

void handed_close(struct handed *handed, struct os *os)
{
	for (uint32_t i = 0; i < handed->count; i++)
		os->close(os, handed->fds[i]);
	free(handed->fds);
	*handed = (struct handed){0};
}
