#!/bin/bash
# build.sh FOLDER [few]: makes every bad plugin, as FOLDER/NAME.so or
# FOLDER/NAME/…, and three good ones, FOLDER/good.so among them; `few`: little more
# than those. What each must be answered with stands in the file sentences beside
# this script; needs $CC and $top_srcdir.
set -eu
export LC_ALL=C
folder=$1
abi=${top_srcdir:-$(dirname "$0")/../../..}/abi
abi=$(cd "$abi" && pwd)
cc=${CC:-cc}
umask 022
mkdir -p "$folder"
cd "$folder"

head='"abi": "1.0", "name": "NAME", "version": "1.0.0"'
relay='{"name": "relay", "in": [{"name": "in"}], "out": [{"name": "out"}]}'
described="{ $head, \"operators\": [$relay] }"
entry='static const struct tau_operator relay =
	{ .size = sizeof relay, .name = "relay", .run = run };'
table='TAU_OPERATORS(&relay);'

# plugin NAME JSON C…: a shared object with that description and that code.
# In the JSON, NAME stands for the plugin's name.
plugin() {
	local name=$1 json=$2
	shift 2
	{
		echo '#include <tau/operator.h>'
		[ -z "$json" ] || echo "TAU_PLUGIN(${json//NAME/$name});"
		echo '__attribute__((unused)) static int run(struct tau_op *op)'
		echo '{ (void)op; return 0; }'
		printf '%s\n' "$@"
	} >"$name.c"
	"$cc" -shared -fPIC -fvisibility=hidden -I"$abi" -o "$name.so" "$name.c"
}

# patch NAME OFFSET BYTES: a copy of the good one with other bytes there.
patch() {
	cp good.so "$1.so"
	printf "$3" | dd of="$1.so" bs=1 seek="$2" conv=notrunc status=none
}

plugin good "$described" "$entry" "$table"
mkdir -p open && cp good.so open/good.so && chmod 777 open
# Nor is this one bad: loading it leaves a file, looking at it must not.
plugin constructor "$described" "$entry" "$table" '#include <fcntl.h>' '#include <unistd.h>' \
	"__attribute__((constructor)) static void leave_a_file(void)
	{ (void)close(creat(\"$PWD/constructed\", 0600)); }"
# Nor this: from a later minor, with a larger table and keys not yet known.
plugin future "{ $head, \"colour\": {\"deep\": [true, null]}, \"operators\": [
	{\"name\": \"relay\", \"mood\": 7, \"in\": [{\"name\": \"in\", \"lane\": 2}], \"out\": [{\"name\": \"out\"}],
	 \"params\": {\"p\": {\"type\": \"int\", \"unit\": \"m\"}}}] }" \
	'static const struct { struct tau_operator known; void *more[8]; } relay =
	{ { .size = sizeof relay, .name = "relay", .run = run },
	{ run, run, run, run, run, run, run, run } };
	static const struct tau_operator *const all[] = { &relay.known };
	__attribute__((visibility("default"))) const struct {
		struct tau_plugin known; void *more[4];
	} tau_plugin_v2 = { { TAU_MAGIC, 1, 0, sizeof tau_plugin_v2, 1, 0, all },
	{ run, run, run, run } };
	extern __attribute__((visibility("default"), alias("tau_plugin_v2")))
	const struct tau_plugin tau_plugin_v1;'
if [ "${2-}" = few ]; then
	rm -f ./*.c
	exit
fi

note=$((16#$(readelf -SW good.so | sed -n 's/.*\.note\.tau *NOTE *[0-9a-f]* \([0-9a-f]*\) .*/\1/p')))
size=$((16#$(readelf -SW good.so | sed -n 's/.*\.note\.tau *NOTE *[0-9a-f]* [0-9a-f]* \([0-9a-f]*\) .*/\1/p')))

# What is no such file at all.
: >empty.so
echo 'just text, longer than an ELF header: this is not a plugin at all' >text.so
mkdir folder.so
mkfifo fifo.so
head -c 40 good.so >short.so
head -c $(($(stat -c %s good.so) / 2)) good.so >half.so
cp good.so writable.so && chmod 666 writable.so

# What is an ELF file of another kind.
patch narrow 4 '\001'
patch backward 5 '\002'
patch senseless 6 '\007'
patch foreign 18 '\267\000'
patch nosections 40 '\000\000\000\000\000\000\000\000'
patch absurd 40 '\377\377\377\377\377\377\377\377'
patch beyond 40 '\377\377\377\377\377\377\000\000'
patch unmapped 32 '\377\377\377\377\377\377\377\177'
"$cc" -c -fPIC -I"$abi" -o object.so good.c

# What has a note that is not one.
patch cutnote $((note + 4)) '\377\377\000\000'
patch emptynote $((note + 4)) '\000\000\000\000'
patch hugenote $((note + 4)) '\377\377\377\177'
patch endless $((note + 16 + $(od -An -tu4 -j $((note + 4)) -N 4 good.so) - 1)) 'x'
patch stranger $((note + 12)) 'tux\000'
plugin nonote '' "$entry" "$table"
plugin twonotes "$described" "$entry" "$table"
sed 's/run(/walk(/; /relay/!b; /static/,/;/d; /TAU_OPERATORS/d' twonotes.c |
	sed -n '/include/p; /TAU_PLUGIN/,/;/p' >second.c
"$cc" -shared -fPIC -fvisibility=hidden -I"$abi" -o twonotes.so twonotes.c second.c

# What describes itself wrongly.
plugin badjson '{ "abi": "1.0", "name": NAME, }' "$entry" "$table"
plugin major "${described/1.0\"/2.0\"}" "$entry" "$table"
plugin minor "${described/1.0\"/1.99\"}" "$entry" "$table"
plugin requires "{ $head, \"requires\": [\"tau.gpu/1\"], \"operators\": [$relay] }" \
	"$entry" "$table"
plugin nooperators "{ $head, \"operators\": [] }" "$entry" "$table"

# What takes a name that is not its to take; the folder is searched.
mkdir -p named
plugin tau-mine "$described" "$entry" "$table" && mv tau-mine.so named/
plugin lines "$described" "$entry" "$table" && mv lines.so named/
plugin file "$described" "$entry" "$table" && mv file.so named/
cp good.so named/good.so && cp good.so named/good2.so

# The standard plugins that those names are taken by, and good others.
standard() {
	plugin "$1" "{ $head, \"operators\": [$2] }" "$entry" "$table"
	mv "$1.so" standard/
}
mkdir -p standard others
standard tau-text "${relay/relay/lines}, ${relay/relay/merge}"
standard tau-file "${relay/relay/file.read}, ${relay/relay/file.write}"
cp good.so others/
plugin acme "{ ${head/1.0.0/2.3.4}, \"operators\": [${relay/relay/shout}] }" "$entry" "$table"
mv acme.so others/

# What is refused only when it is loaded.
plugin nosymbol "$described" ''
plugin undefined "$described" 'int nowhere(struct tau_op *op);' \
	'static const struct tau_operator relay =
		{ .size = sizeof relay, .name = "relay", .run = nowhere };' "$table"
by_hand() {
	plugin "$1" "$described" "$entry" \
		'static const struct tau_operator *const all[] = { &relay };' \
		"const struct tau_plugin tau_plugin_v1 = { $2, all };"
}
by_hand magic '0x12345678, 1, 0, sizeof tau_plugin_v1, 1, 0'
by_hand tablemajor 'TAU_MAGIC, 2, 0, sizeof tau_plugin_v1, 1, 0'
by_hand tableminor 'TAU_MAGIC, 1, 99, sizeof tau_plugin_v1, 1, 0'
by_hand nocount 'TAU_MAGIC, 1, 0, sizeof tau_plugin_v1, 0, 0'
plugin norun "$described" 'static const struct tau_operator relay =
	{ .size = sizeof relay, .name = "relay" };' "$table"
plugin nosize "$described" 'static const struct tau_operator relay =
	{ .name = "relay", .run = run };' "$table"
plugin wrongstyle "${described/\"relay\",/\"relay\", \"style\": \"continuation\",}" \
	"$entry" "$table"
plugin undescribed "$described" "$entry" 'static const struct tau_operator other =
	{ .size = sizeof other, .name = "other", .run = run };
	TAU_OPERATORS(&relay, &other);'
plugin missing "{ $head, \"operators\": [$relay, {\"name\": \"other\"}] }" "$entry" "$table"
plugin twice "$described" "$entry" 'TAU_OPERATORS(&relay, &relay);'
plugin savealone "$described" \
	'static int save(struct tau_op *op, struct tau_out *out, uint32_t version)
	{ (void)op; (void)out; (void)version; return 0; }
	static const struct tau_operator relay =
	{ .size = sizeof relay, .name = "relay", .run = run, .save = save };' "$table"
plugin nostate "$described" \
	'static int save(struct tau_op *op, struct tau_out *out, uint32_t version)
	{ (void)op; (void)out; (void)version; return 0; }
	static int restore(struct tau_op *op, struct tau_in *in, uint32_t version)
	{ (void)op; (void)in; (void)version; return 0; }
	static const struct tau_operator relay = { .size = sizeof relay,
	.name = "relay", .run = run, .save = save, .restore = restore };' "$table"

rm -f ./*.c
