#!/bin/bash
# run.sh: fuzzes every target for $TIME seconds with libFuzzer and ASan+UBSan,
# starting from the committed corpora. What it finds is left as fuzz/NAME/found-*;
# add it to the corpus with the fix. Needs the packages clang and
# libclang-rt-14-dev. A target that is made of more than its file names the others
# in a line " * with: FILES".
set -eu
: "${top_srcdir:?}" "${top_builddir:?}" "${FUZZ_TESTS?}"
flags='-g -O1 -fsanitize=fuzzer-no-link -DFUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION'
mkdir -p "$top_builddir/fuzz"
cd "$top_builddir/fuzz"
[ -e config.status ] || "$top_srcdir/configure" -q CC=clang CXX=clang++ \
	--enable-sanitizers CFLAGS="$flags" CXXFLAGS="$flags"
make -s -j"$(nproc)" libcore.a
failed=0
for target in $FUZZ_TESTS; do
	name=$(basename "$target" _fuzz)
	mkdir -p "$name/corpus"
	others=$(sed -n 's|^ \* with: ||p' "$top_srcdir/$target.c")
	with=
	for other in $others; do with="$with $top_srcdir/$other"; done
	[ -z "$with" ] || with="$with -Wl,--wrap=library_load,--wrap=library_destroy"
	clang -g -O1 -std=gnu11 -fsanitize=fuzzer,address,undefined \
		-fno-sanitize-recover=all -include config.h -I"$top_srcdir" \
		-I"$top_srcdir/abi" "$top_srcdir/$target.c" $with libcore.a \
		-ljansson -lmd -ldl -o "$name/target"
	printf 'fuzz: %s for %s s\n' "$name" "$TIME"
	if ! "$name/target" -max_total_time="$TIME" -timeout=10 -rss_limit_mb=1024 \
		-artifact_prefix="$name/found-" "$name/corpus" \
		"$top_srcdir/tests/fuzz/corpus/$name" >"$name/log" 2>&1; then
		tail -n 40 "$name/log"
		printf 'fuzz: %s fails; the input is %s/fuzz/%s/found-*\n' "$name" "$top_builddir" "$name"
		failed=1
	else
		tail -n 1 "$name/log"
	fi
done
exit $failed
