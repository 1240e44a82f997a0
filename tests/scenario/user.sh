#!/bin/bash
# user.sh: another user than the one who built it runs it, from a folder of
# theirs, with next to nothing in the environment. Needs root to become one.
. "${top_srcdir:-$(dirname "$0")/../..}/tests/scenario/scenario.sh"
[ "$(id -u)" = 0 ] || { echo "user: only root can become another user"; exit 77; }
command -v setpriv >/dev/null || { echo "user: setpriv is not here"; exit 77; }

chmod 711 "$folder"
# Where plugins would be installed there are none: they come from bin alone.
mkdir -p bin/plugins lib/tau/plugins home home/run
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

scenario "another's topology is neither seen nor ended"
cat >mine.json <<-'END'
	{ "tau": 1, "name": "mine", "nodes": { "main": { "operators": {
	   "numbers": {"type": "generate"}, "none": {"type": "null"} } } },
	  "streams": [ "numbers -> none" ] }
END
"$TAU" run mine.json 2>mine.err &
mine=$!
trap 'kill -9 $mine 2>/dev/null || :; rm -rf "$folder"' EXIT
until "$TAU" ps --topology mine >out 2>/dev/null; do
	kill -0 $mine || fail "it ended: $(cat mine.err)"
done
chmod 755 bin/plugins
for verb in ps stop; do
	another HOME="$folder/home" XDG_RUNTIME_DIR="$folder/runtime" "$folder/bin/tau" $verb --topology mine
	expect_status 69
	expect_empty out
	expect_line err "tau: no topology runs under the name mine"
done

# Whoever finds a way to the socket is told why there is no answer.
if another perl -e 'use Socket' && [ "$status" = 0 ]; then
	chmod 711 runtime runtime/tau runtime/tau/mine
	chmod 666 runtime/tau/mine/control
	cat >knock.pl <<-'END'
		use Socket;
		socket(my $tool, AF_UNIX, SOCK_SEQPACKET, 0) or die $!;
		connect($tool, sockaddr_un($ARGV[0])) or die $!;
		$SIG{PIPE} = "IGNORE";
		send($tool, pack("C4lQQvvV", 116, 1, 33, 0, 0, 0, 0, 4, 0, 0) . "stop", 0);
		defined recv($tool, my $packet, 65536, 0) or die $!;
		my (undef, undef, $kind, undef, $code, undef, undef, $name, $plugin, $bytes) =
			unpack("C4lQQvvV", $packet);
		print "$kind $code ", substr($packet, 32 + $name + $plugin, $bytes), "\n";
		recv($tool, $packet, 65536, 0);
		print "then ", length($packet), "\n";
	END
	another perl "$folder/knock.pl" "$folder/runtime/tau/mine/control"
	expect_status 0
	expect_text out $'35 69 it belongs to the user 0, and you are the user 65534\nthen 0\n'
fi
t ps --topology mine
expect_status 0
t stop --topology mine
expect_status 0
wait $mine || fail "it ended with $?: $(cat mine.err)"
