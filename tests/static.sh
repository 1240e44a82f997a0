#!/bin/bash
# static.sh: what clang-tidy's analyzer and bug checks say of core/ and
# plugins/. Part of `make check-long`; needs the package clang-tidy.
set -eu
: "${top_srcdir:?}" "${top_builddir:?}"
command -v clang-tidy >/dev/null || {
	echo 'make static: install the package clang-tidy' >&2
	exit 1
}
# Left out: what only taste decides, and where the analyzer errs (it does not
# see that error_set returns the code it was given, nor va_start in C).
checks='-*,clang-analyzer-*,bugprone-*
	-bugprone-easily-swappable-parameters
	-bugprone-reserved-identifier
	-bugprone-assignment-in-if-condition
	-bugprone-branch-clone
	-bugprone-macro-parentheses
	-bugprone-narrowing-conversions
	-bugprone-implicit-widening-of-multiplication-result
	-clang-analyzer-core.UndefinedBinaryOperatorResult
	-clang-analyzer-valist.Uninitialized
	-clang-analyzer-security.insecureAPI.strcpy
	-clang-analyzer-security.insecureAPI.DeprecatedOrUnsafeBufferHandling'
checks=$(printf '%s' "$checks" | tr -s '\n\t' ',')
cd "$top_srcdir"
find core plugins -name '*.c' -print0 | CHECKS=$checks xargs -0 -P"$(nproc)" -n4 bash -c '
	clang-tidy --quiet --warnings-as-errors="*" -checks="$CHECKS" "$@" -- \
		-std=gnu11 -include "$top_builddir/config.h" -I. -Iabi 2>/dev/null' tidy
