#!/bin/bash
# installed.sh: what a stranger gets. The tree is installed under a folder of
# the test's own; a plugin is built outside it with nothing but the compiler
# and pkg-config, in C and in C++.
set -eu
there=$(mktemp -d)
trap 'rm -rf "$there"' EXIT
fail() {
	printf 'installed: %s\n' "$*"
	exit 1
}

make -s -C "$top_builddir" install DESTDIR="$there/root" >"$there/install.out" 2>&1 ||
	fail "make install failed: $(tail -n 5 "$there/install.out")"
pc=$(find "$there/root" -name tau-operator.pc)
prefix=${pc%/share/pkgconfig/tau-operator.pc}
[ -x "$prefix/bin/tau" ] || fail "there is no bin/tau"
"$prefix/bin/tau" version >/dev/null || fail "the installed tau does not tell its version"

# The folder can be moved as a whole: nothing in it remembers where it was.
mv "$prefix" "$there/moved"
export PKG_CONFIG_PATH=$there/moved/share/pkgconfig
flags=$(pkg-config --cflags tau-operator)
folder=$(pkg-config --variable=plugindir tau-operator)
[ "$(realpath -m "$folder")" = "$there/moved/lib/tau/plugins" ] ||
	fail "pkg-config says plugins go to $folder"
for plugin in $PLUGINS; do
	[ -e "$folder/$(basename "$plugin")" ] || fail "$plugin is not installed"
done
for header in "$top_srcdir"/abi/tau/*.h; do
	[ -e "$there/moved/include/tau/$(basename "$header")" ] ||
		fail "$(basename "$header") is not installed"
done
for page in man1/tau.1 man3/tau-operator.3 man3/tau-embed.3 man5/tau-topology.5 man5/tau-plugin.5 \
	man7/tau-operators.7 man7/tau-wire.7; do
	[ -s "$there/moved/share/man/$page" ] || fail "the page $page is not installed"
done
for text in README.md LICENSE author.md wire.md utf9.md abi-history.md; do
	[ -s "$there/moved/share/doc/tau-fabric/$text" ] || fail "the text $text is not installed"
done
# Each example, as it stands in the tree; in which something may have been built.
for file in "$top_srcdir"/examples/*/*; do
	case ${file##*/} in *.o | *.so | poll | libuv | glib) continue ;; esac
	[ -d "$file" ] ||
		cmp -s "$file" "$there/moved/share/doc/tau-fabric/examples/${file##*/examples/}" ||
		fail "the example ${file##*/examples/} is not installed"
done
# What the texts link to, outside of code, was installed too.
cd "$there/moved/share/doc/tau-fabric"
for text in *.md; do
	awk '/^```/ { inside = !inside } !inside' "$text" | grep -o ']([^)#][^)]*)' | sed 's/^](//; s/)$//' |
		while read -r link; do
			[ -e "$link" ] || fail "$text links to $link, which is not installed"
		done
done
for link in README.md:examples/weblog author.md:examples/connections; do
	grep -qF "](${link#*:})" "${link%:*}" || fail "${link%:*} has no link to ${link#*:}"
done
for script in bash-completion/completions/tau zsh/site-functions/_tau \
	fish/vendor_completions.d/tau.fish; do
	grep -q 'completion --words' "$there/moved/share/$script" ||
		fail "the completion $script is not installed"
done

mkdir "$there/own"
cd "$there/own"
cat >shout.c <<'END'
#include <tau/operator.h>
#include <ctype.h>

TAU_PLUGIN({
	"abi": "1.0", "name": "shout", "version": "1.0.0", "license": "MIT",
	"operators": [{
		"name": "shout", "doc": "Turns text to upper case.", "style": "coroutine",
		"in": [{"name": "in", "type": "utf8"}],
		"out": [{"name": "out", "type": "utf8"}]
	}]
});

enum { IN, OUT = 0 };

static int run(struct tau_op *op)
{
	const struct tau_record *record;

	while ((record = tau_read(op, IN))) {
		const char *from = (const char *)record->body;
		char *to = (char *)tau_reserve(op, OUT, record->bytes);

		if (!to)
			break;
		for (uint32_t i = 0; i < record->bytes; i++)
			to[i] = (char)toupper((unsigned char)from[i]);
		tau_commit(op, OUT, record->bytes, record->type);
		tau_consume(op, IN);
	}
	return 0;
}

END
cp shout.c shout.cc
cat >>shout.c <<'END'
static const struct tau_operator shout = {
	.size = sizeof shout, .name = "shout", .run = run};
TAU_OPERATORS(&shout);
END
cat >>shout.cc <<'END'
static constexpr tau_operator shout = [] {
	tau_operator o{};
	o.size = sizeof o;
	o.name = "shout";
	o.run = run;
	return o;
}();
TAU_OPERATORS(&shout);
END
strict='-Wall -Wextra -Wconversion -Wpedantic -Werror -O2 -shared -fPIC'
# shellcheck disable=SC2086
${CC%% *} -std=c11 $strict $flags shout.c -o shout.so || fail "the plugin in C does not compile"
if command -v "${CXX%% *}" >/dev/null; then
	# shellcheck disable=SC2086
	${CXX%% *} -std=c++17 $strict $flags shout.cc -o loud.so ||
		fail "the plugin in C++ does not compile"
fi
for so in *.so; do
	readelf -nW "$so" | grep -q 'tau' || fail "$so carries no note"
	[ "$(nm -D --defined-only "$so" | awk '{ print $3 }')" = tau_plugin_v1 ] ||
		fail "$so exports $(nm -D --defined-only "$so")"
done

# A manifest outside the tree, run by the program that was moved.
cat >shout.json <<'END'
{ "tau": 1, "doc": "says it louder",
  "plugins": { "shout": {"path": "shout.so"} },
  "nodes": { "main": { "operators": {
    "read": {"type": "file.read", "params": {"path": "words"}},
    "cut": {"type": "lines"},
    "loud": {"type": "shout.shout"},
    "out": {"type": "stdout"} } } },
  "streams": ["read -> cut -> loud -> out"] }
END
printf 'one\ntwo words\nthree' >words
export XDG_STATE_HOME=$there/state XDG_RUNTIME_DIR=$there/runtime
mkdir -m 700 "$XDG_STATE_HOME" "$XDG_RUNTIME_DIR"
heard() {
	"$there/moved/bin/tau" run shout.json >out 2>err </dev/null ||
		fail "tau run ended with $?: $(cat err)"
	[ "$(cat out)" = "$(tr a-z A-Z <words)" ] || fail "$1 says: $(cat out err)"
}
heard "the plugin in C"
if [ -e loud.so ]; then
	mv loud.so shout.so
	heard "the plugin in C++"
fi

# What the installed tau makes is built, tried and installed with what was installed alone.
unset MAKEFLAGS MFLAGS MAKELEVEL TAU_PLUGIN_PATH
PATH=$there/moved/bin:$PATH
tau new operator first >out || fail "tau new ended with $?"
! grep -q export out || fail "tau new takes itself for one that was not installed"
make -C first check test install CC="${CC%% *}" >out 2>err </dev/null ||
	fail "what tau new makes does not work: $(cat out err)"
tau run -e 'lines ! first.words ! stdout' <words >out 2>err
[ "$(tail -n 1 out)" = '{"words":1,"so_far":4}' ] ||
	fail "a plugin that make install has installed says: $(cat out err)"

# An application with a node in it, which the library finds plugins for.
export PKG_CONFIG_ALLOW_SYSTEM_LIBS=1
flags="$(pkg-config --cflags --libs tau-fabric) ${TAU_SANITIZERS-} ${TAU_COVERAGE-}"
# shellcheck disable=SC2086
${CC%% *} -std=gnu11 -Wall -Wextra -O2 "$top_srcdir/examples/embed/poll.c" -o poll $flags ||
	fail "an application with a node does not compile"
readelf -dW poll | grep -q 'libtau.so.1' || fail "the application does not want libtau.so.1"
LD_LIBRARY_PATH=$there/moved/lib ./poll "$top_srcdir/examples/embed/words.json" \
	<"$top_srcdir/examples/words/canal.txt" >out 2>err || fail "the application: $(cat err)"
sh "$top_srcdir/examples/embed/oracle.sh" <"$top_srcdir/examples/words/canal.txt" >expected
cmp -s expected out || fail "the application says: $(cat out err)"
