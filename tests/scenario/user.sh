#!/bin/bash
# user.sh: another user than the one who built it runs it, from a folder of
# theirs, with next to nothing in the environment. Needs root to become one.
. "${top_srcdir:-$(dirname "$0")/../..}/tests/scenario/scenario.sh"
[ "$(id -u)" = 0 ] || { echo "user: only root can become another user"; exit 77; }
command -v setpriv >/dev/null || { echo "user: setpriv is not here"; exit 77; }

chmod 711 "$folder"
mkdir -p bin/plugins home home/run
cp "$TAU" bin/
cp "$top_builddir"/plugins/tau-*.so bin/plugins/
chmod 700 home/run
chown 65534:65534 home home/run
another() {
	status=0
	(cd home && exec setpriv --reuid=65534 --regid=65534 --clear-groups \
		env -i PATH="$PATH" XDG_RUNTIME_DIR="$folder/home/run" GCOV_PREFIX="$folder/home" "$@") >out 2>err || status=$?
}

scenario "a one-liner, with a home of one's own"
another HOME="$folder/home" "$folder/bin/tau" run -e 'generate 3 ! stdout'
expect_status 0
expect_text out $'1\n2\n3\n'
expect_empty err
[ -d home/.local/state/tau/store ] || fail "the plugin store is not at home"
[ "$(stat -c %a home/.local/state/tau/store)" = 700 ] || fail "others may enter the store"

scenario "no home at all is said"
another "$folder/bin/tau" run -e 'generate 3 ! stdout'
expect_status 1
expect_line err "tau: there is no place for the plugin store: *"

scenario "plugins that anybody may write are not used"
chmod 777 bin/plugins
another HOME="$folder/home" "$folder/bin/tau" run -e 'generate 3 ! stdout'
expect_status 78
expect_line err "*bin/plugins*"
