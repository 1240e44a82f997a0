#!/bin/bash
# utf9_oracle.sh: an independent decoder in Python reads utf9 as C does.
set -eu
: "${top_srcdir:?}" "${top_builddir:?}"
command -v python3 >/dev/null || {
	echo 'utf9_oracle: SKIPPED, nobody checks the C decoder: install the package python3-minimal'
	exit 77
}
rounds=2000
[ -z "${LONG-}" ] || rounds=100000
exec python3 -B "$top_srcdir/tests/utf9_oracle.py" "$top_builddir/tests/utf9_tool" $rounds 1
