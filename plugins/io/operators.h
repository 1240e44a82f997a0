/* operators: the operators of the plugin tau-io. */
#ifndef TAU_PLUGINS_IO_OPERATORS_H
#define TAU_PLUGINS_IO_OPERATORS_H

#include <tau/operator.h>

extern const struct tau_operator io_file_read, io_file_write, io_stdin,
	io_stdout;

#endif
