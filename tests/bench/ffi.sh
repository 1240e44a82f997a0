#!/bin/bash
# ffi.sh: what a call of a C function by its signature costs, beside a loop of
# bare libffi calls. The same numbers go through `generate ! null` with and
# without `ffi` between them; the difference, in the processor's time, is
# charged to the call: it holds one hop, reading the number, checking its range,
# libffi, and writing the result. Of several rounds the least.
set -eu
: "${TAU:?}" "${top_builddir:?}"
export LC_ALL=C TIMEFORMAT='%U %S'
records=${FFI_RECORDS:-2000000}
rounds=7

# spent ONELINER: seconds of the processor.
spent() {
	{ time "$TAU" run -e "$1" >/dev/null 2>&1; } 2>&1 | awk '{ print $1 + $2 }'
}

least=$(for ((i = 0; i < rounds; i++)); do
	without=$(spent "generate $records ! null")
	with=$(spent "generate $records ! ffi libc.so.6 \"int abs(int n)\" ! null")
	awk -v a="$with" -v b="$without" -v n="$records" 'BEGIN { printf "%.1f\n", (a - b) / n * 1e9 }'
done | sort -n | head -n 1)
bare=$(for ((i = 0; i < rounds; i++)); do
	"$top_builddir/tests/bench/ffi_bare" "$records" 2>/dev/null
done | sort -n | head -n 1)
awk -v ours="$least" -v peer="$bare" 'BEGIN {
	printf "bench ffi-call ours=%s unit=ns/call peer=libffi peer_value=%s ratio=%.2f goal=\"<= 4\"\n",
		ours, peer, ours / peer }'
