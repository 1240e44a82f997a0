/* peak FILE COMMAND [ARGUMENT]...: runs the command and writes into FILE how
 * much memory the largest process of it had resident at most, in KiB. That
 * takes in the processes that the command waited for. Exits as the command did.
 */
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int count, char **arguments)
{
	if (count < 3) {
		fputs("peak: say a file and a command\n", stderr);
		return 2;
	}
	pid_t child = fork();
	if (child == 0) {
		execvp(arguments[2], arguments + 2);
		perror(arguments[2]);
		_exit(127);
	}
	int status;
	struct rusage usage;
	if (child < 0 || wait4(child, &status, 0, &usage) != child) {
		perror("peak");
		return 1;
	}
	FILE *file = fopen(arguments[1], "w");
	if (!file || fprintf(file, "%ld\n", usage.ru_maxrss) < 0 ||
		fclose(file) != 0) {
		perror(arguments[1]);
		return 1;
	}
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
