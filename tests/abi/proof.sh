#!/bin/bash
# proof.sh: the ABI holds. Its types are those of the baseline (probe.sh); what
# was frozen when a minor was declared still runs (frozen.sh); and the command
# that freezes does what it will be asked to, in a folder of the test's own, by
# which plugins in C and C++ of both compilers at both levels run here, too.
set -eu
: "${top_srcdir:?}" "${TAU:?}"
export top_srcdir TAU LC_ALL=C
there=$(mktemp -d)
trap 'rm -rf "$there"' EXIT
fail() {
	echo "proof: $*"
	exit 1
}

bash "$top_srcdir/tests/abi/probe.sh" || [ $? -eq 77 ] || exit 1

for version in "$top_srcdir"/tests/abi/frozen/*/; do
	[ ! -d "$version" ] || bash "$top_srcdir/tests/abi/frozen.sh" "$version" || exit 1
done

for tool in gcc g++ clang clang++ git; do
	command -v $tool >/dev/null || {
		echo "proof: $tool is not here, so freezing is not tried"
		exit 0
	}
done
export HOME=$there GIT_CONFIG_NOSYSTEM=1 GIT_AUTHOR_NAME=test GIT_AUTHOR_EMAIL=test@localhost
export GIT_COMMITTER_NAME=test GIT_COMMITTER_EMAIL=test@localhost
unset GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE
git -c init.defaultBranch=main init -q "$there/tree"
echo '*.so' >"$there/tree/.gitignore"
bash "$top_srcdir/tests/abi/freeze.sh" "$there/tree/9.9" commit >"$there/said" ||
	fail 'freezing failed'
[ "$(cat "$there/said")" = 'freeze: committed 14 files of ABI 9.9' ] ||
	fail "freezing says: $(cat "$there/said")"
bash "$top_srcdir/tests/abi/frozen.sh" "$there/tree/9.9" || exit 1
for plugin in "$there"/tree/9.9/*/*.so; do
	[ "$(nm -D --defined-only "$plugin" | awk '{ print $3 }')" = tau_plugin_v1 ] ||
		fail "${plugin#"$there/tree/9.9/"} exports other names than tau_plugin_v1"
done
! bash "$top_srcdir/tests/abi/freeze.sh" "$there/tree/9.9" commit 2>"$there/said" ||
	fail 'what is frozen is built anew'
grep -q 'never built anew' "$there/said" || fail "freezing twice says: $(cat "$there/said")"
printf x >>"$there/tree/9.9/gcc-O0/pass.so"
! bash "$top_srcdir/tests/abi/frozen.sh" "$there/tree/9.9" >"$there/said" 2>&1 ||
	fail 'nobody notices a frozen plugin that was changed'
echo 'proof: the types, and plugins in C and C++ by gcc and clang, hold'
