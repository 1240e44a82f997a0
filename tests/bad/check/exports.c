/* elf.exports */
#include "plugin.h"
RELAY;
extern __attribute__((visibility("default"))) int also;
int also = 1;
OPERATOR(.run = pass);
