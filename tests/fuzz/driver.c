/*
 * driver: runs a fuzz target over files, so that its corpus is part of every
 * `make check`, whatever the compiler. Arguments are files or folders of files.
 * `make fuzz` links libFuzzer in the place of this file.
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

static int ran;

static void stop(const char *path, const char *why)
{
	fprintf(stderr, "%s: %s\n", path, why);
	exit(EXIT_FAILURE);
}

static void run_file(const char *path, size_t bytes)
{
	/* Exactly as large as the input, so that sanitizers see one byte over.
	 */
	uint8_t *data = malloc(bytes ? bytes : 1);
	FILE *file = fopen(path, "rb");

	if (!data || !file || fread(data, 1, bytes, file) != bytes)
		stop(path, "cannot be read");
	fclose(file);
	LLVMFuzzerTestOneInput(data, bytes);
	free(data);
	ran++;
}

static void run_path(const char *path, int may_be_folder)
{
	struct stat status;
	struct dirent *entry;
	char inner[4096];
	DIR *folder;

	if (stat(path, &status))
		stop(path, "is not there");
	if (!S_ISDIR(status.st_mode)) {
		run_file(path, (size_t)status.st_size);
		return;
	}
	folder = opendir(path);
	if (!folder || !may_be_folder)
		stop(path, "is a folder that cannot be read");
	while ((entry = readdir(folder))) {
		if (entry->d_name[0] == '.')
			continue;
		snprintf(inner, sizeof inner, "%s/%s", path, entry->d_name);
		run_path(inner, 0);
	}
	closedir(folder);
}

int main(int count, char **arguments)
{
	int i;

	for (i = 1; i < count; i++)
		run_path(arguments[i], 1);
	printf("%d inputs\n", ran);
	return ran ? EXIT_SUCCESS : EXIT_FAILURE;
}
