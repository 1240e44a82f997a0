/*
 * main: the program tau. Prints its version; commands stand in files of
 * their own beside this one.
 */
#include <stdio.h>

int main(void)
{
	puts("tau " PACKAGE_VERSION);
	return 0;
}
