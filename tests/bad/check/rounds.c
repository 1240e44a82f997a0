/* life.process */
#include "plugin.h"
#include <xmmintrin.h>
RELAY;
static int run(struct tau_op *op)
{
	_mm_setcsr(_mm_getcsr() | 0x8000);
	return pass(op);
}
OPERATOR(.run = run);
