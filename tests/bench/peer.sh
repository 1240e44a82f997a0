#!/bin/sh
# peer.sh NAME [ARGUMENT]...: prints the figures of one peer and nothing else, as
# peer_NAME says what it is. Builds the peer first, beside the other benches in
# the build tree ($top_builddir), when that has not happened. Exits with 77 and
# one sentence on stderr when the machine lacks what the peer needs.
set -u
here=$(cd "$(dirname "$0")" && pwd)
folder=${top_builddir:?"peer: set top_builddir to the build tree"}/tests/bench
name=${1:?"peer: say which"}
shift
program=$folder/peer_$name

lacks() {
	echo "$1" >&2
	exit 77
}

# build SOURCE COMMAND...: unless the program is newer than its source. Another
# peer.sh may be doing the same, so it appears by a rename.
build() {
	source=$1
	shift
	[ -n "$(find "$program" -newer "$source" 2>/dev/null)" ] && return
	mkdir -p "$folder"
	"$@" >"$program.$$.said" 2>&1 && [ -x "$program.$$" ] &&
		mv "$program.$$" "$program" && rm -f "$program.$$.said" && return
	cat "$program.$$.said" >&2
	rm -f "$program.$$" "$program.$$.said"
	echo "peer_$name cannot be built" >&2
	exit 1
}

case $name in
fcontext)
	[ -e /usr/include/boost/context/detail/fcontext.hpp ] ||
		lacks "libboost-context-dev is not installed"
	build "$here/peer_fcontext.c" \
		"${CC:-cc}" -O2 -o "$program.$$" "$here/peer_fcontext.c" \
		-lboost_context
	;;
channel)
	command -v go >/dev/null || lacks "golang-go is not installed"
	build "$here/peer_channel.go" \
		go build -o "$program.$$" "$here/peer_channel.go"
	;;
gstreamer)
	pkg-config --exists gstreamer-1.0 2>/dev/null ||
		lacks "libgstreamer1.0-dev is not installed"
	# shellcheck disable=SC2046
	build "$here/peer_gstreamer.c" \
		"${CC:-cc}" -O2 -o "$program.$$" "$here/peer_gstreamer.c" \
		$(pkg-config --cflags --libs gstreamer-1.0)
	;;
mawk)
	program=$here/peer_mawk.sh
	exec bash "$program" "$@"
	;;
*)
	echo "peer: there is no peer_$name" >&2
	exit 2
	;;
esac
exec "$program" "$@"
