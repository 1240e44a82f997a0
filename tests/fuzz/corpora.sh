#!/bin/bash
# corpora.sh: every fuzz target survives its committed corpus.
set -u
cd "$top_builddir" || exit 1
failed=0
for target in $FUZZ_TESTS; do
	name=$(basename "$target" _fuzz)
	printf '%s: ' "$name"
	"./$target" "$top_srcdir/tests/fuzz/corpus/$name" || {
		printf '%s failed on tests/fuzz/corpus/%s\n' "$target" "$name"
		failed=1
	}
done
exit $failed
