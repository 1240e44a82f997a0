#!/bin/bash
# ffi.sh: C functions of Debian's libraries, called by their signatures, beside
# the same out of awk, python and coreutils; what does not fit, and what is not
# there.
# shellcheck source=tests/scenario/scenario.sh
. "$(dirname "$0")/scenario.sh"
python_peers

printf '%s\n' hello 'world wide' 42 -7x '' 'grüße' >words
mkdir -p walked/inside && : >walked/inside/file

# Each line: the library, the function, its params, and how python says it.
functions() {
	cat <<'END'
libz.so.1|unsigned long crc32(unsigned long = 0, bytes in, unsigned in)|zlib.crc32(line)
libz.so.1|unsigned long adler32(unsigned long = 1, bytes in, unsigned in)|zlib.adler32(line)
libz.so.1|unsigned long compressBound(unsigned long n = 1000)|len_bound(1000)
libz.so.1|int compress(bytes out[256], unsigned long *out, const void *in, unsigned long in) bad if != 0|{"result": 0, "out": base64.b64encode(zlib.compress(line)).decode()}
libz.so.1|string zlibVersion()|zlib.ZLIB_RUNTIME_VERSION
libc.so.6|size strlen(string in)|len(line)
libc.so.6|int toupper(int c = 98)|66
libc.so.6|i64 strtol(const char *in, null, int base = 36)|strtol(line)
libc.so.6|size strnlen(const char *in, size_t = 3)|min(len(line), 3)
libc.so.6|string strerror(int number = 2)|os.strerror(2)
libc.so.6|free string strdup(string in)|line.decode()
libm.so.6|f64 pow(f64 = 2, f64 = 0.5)|2 ** 0.5
libm.so.6|f32 cosf(f32 = 0)|1.0
libm.so.6|f64 frexp(f64 = 10, int *exponent)|dict(zip(("result", "exponent"), math.frexp(10)))
libmd.so.0|string SHA256Data(bytes in, size in, string out[65])|{"result": hashlib.sha256(line).hexdigest(), "out": hashlib.sha256(line).hexdigest()}
libmd.so.0|string MD5Data(bytes in, size in, string out[33])|{"result": hashlib.md5(line).hexdigest(), "out": hashlib.md5(line).hexdigest()}
libsqlite3.so.0|string sqlite3_libversion()|sqlite3.sqlite_version
libxxhash.so.0|u64 XXH3_64bits(bytes in, size in)|xxh3(line)
END
}

scenario='functions of libraries, beside what others say'
functions >table
command='file.read words ! lines ! t:tee'
first=1 number=0
while IFS='|' read -r library call _; do
	[ $first = 1 ] || command+=' ; @t'
	first=0 number=$((number + 1))
	command+=" ! ffi $library \"$call\" ! file.write got.$number"
done <table
run_ok() {
	status=0
	t run -e "$1" >out 2>err || status=$?
	expect_status 0
}
run_ok "$command"
cat >xxh3.c <<'END'
#define XXH_INLINE_ALL
#include <stdio.h>
#include <string.h>
#include <xxhash.h>
int main(int count, char **words)
{
	for (int i = 1; i < count; i++)
		printf("%llu\n", (unsigned long long)XXH3_64bits(words[i], strlen(words[i])));
	return 0;
}
END
${CC:-cc} -w -O1 -o xxh3 xxh3.c
python3 - <<'END' || fail 'another says otherwise'
import base64, hashlib, json, math, os, re, sqlite3, subprocess, sys, zlib
lines = open("words", "rb").read().split(b"\n")[:-1]
hashes = dict(zip(lines, subprocess.run(["./xxh3", *lines], check=True,
	capture_output=True).stdout.split()))
def xxh3(line): return int(hashes[line])
def len_bound(n): return n + (n >> 12) + (n >> 14) + (n >> 25) + 13
def strtol(line):
	digits = re.match(rb"-?[0-9a-zA-Z]+", line)
	return int(digits.group(), 36) if digits else 0
for number, row in enumerate(open("table"), 1):
	library, call, oracle = row.rstrip("\n").split("|")
	expected = [eval(oracle) for line in lines]
	text = open(f"got.{number}").read().split("\n")[:-1]
	got = [json.loads(one) if one[:1] in '{"-0123456789' and
		not isinstance(want, str) else one for one, want in zip(text, expected)]
	if call.startswith(("string", "free string")) and isinstance(expected[0], str):
		expected = [json.dumps(one, ensure_ascii=False) for one in expected]
	if got != expected or len(text) != len(lines):
		print(call, got, expected, sep="\n")
		sys.exit(1)
END

scenario='values that fit, and those that do not'
cat >numbers <<'END'
{"n": 0}
{"n": 255}
{"n": 256}
{"n": -1}
{"n": 7.0}
{"n": 7.5}
{"n": "12"}
{"n": "twelve"}
{"n": true}
{"m": 1}
[1]
END
run_ok 'file.read numbers ! lines ! json.parse ! f:ffi libc.so.6 "u8 tolower(u8 n)" /n /low ! file.write out1 ; @f.bad ! file.write bad1'
cmp -s out1 - <<'END' || fail "out: $(cat out1)"
{"n":0,"low":0}
{"n":255,"low":255}
{"n":7.0,"low":7}
{"n":"12","low":12}
END
jq -r .reason bad1 >reasons 2>/dev/null ||
	python3 -c 'import json,sys
for line in open("bad1"): print(json.loads(line)["reason"])' >reasons
cmp -s reasons - <<'END' || fail "reasons: $(cat reasons)"
the argument "n": 256 does not fit u8
the argument "n": -1 does not fit u8
the argument "n": 7.5 does not fit u8
the argument "n": "twelve" is no number for u8
the argument "n": true is no number for u8
there is no field "/n"
there is no field "/n"
END

scenario='fields of many arguments, structs, arrays, errno and enums'
cat >maps <<'END'
{"a": 7, "b": {"quot": 2}, "list": [3, 1, 2], "path": "walked"}
{"a": -7, "b": 5, "list": [2.5, "1"], "path": "none"}
END
run_ok 'file.read maps ! lines ! json.parse ! t:tee
 ! ffi libc.so.6 "struct {int quot, int rem} div(int a, int b)" {"a":"/a","b":{"value":2}} /b/parts ! file.write div
 ; @t ! ffi libc.so.6 "void qsort(f64 list[], size list, size = 8, compare f64)" /list /list ! file.write sorted
 ; @t ! q:ffi libc.so.6 "int access(string path, int = 0) errno if -1" /path /there ! file.write there ; @q.bad ! file.write errno
 ; @t ! e:ffi libc.so.6 "enum {same = 0, more = 2, less = -2} abs(enum {seven = 7, less = -2} a)" /a /abs ! null ; @e.bad ! file.write enum
 ; @t ! w:ffi libc.so.6 "int ftw(string path, event int entry(string path, pointer, int kind) = 0, int = 16) errno if -1" /path /code ! null ; @w.events ! file.write walk ; @w.bad ! null'
cmp -s div - <<'END' || fail "div: $(cat div)"
{"a":7,"b":{"quot":2,"parts":{"quot":3,"rem":1}},"list":[3,1,2],"path":"walked"}
END
cmp -s sorted - <<'END' || fail "sorted: $(cat sorted)"
{"a":7,"b":{"quot":2},"list":[1.0,2.0,3.0],"path":"walked"}
{"a":-7,"b":5,"list":[1.0,2.5],"path":"none"}
END
expect_line errno '{"reason":"access returned -1: No such file or directory",*'
expect_line there '*"there":0}'
expect_line enum '{"reason":"abs returned 7, which its enum does not name",*'
expect_line enum '{"reason":"the argument ??a??: -7 is no name of an enum",*'
sort walk | cmp -s - <(printf '{"event":"entry","path":"%s","kind":%s}\n' walked 1 walked/inside 1 walked/inside/file 0 | sort) ||
	fail "walk: $(cat walk)"

scenario='a NUL in a string'
printf 'a\0b\n' >nul
run_ok 'file.read nul ! lines ! f:ffi libc.so.6 "size strlen(string in)" ! null ; @f.bad ! file.write bad2'
expect_line bad2 '{"reason":"the argument ??in??: there is a NUL in it, where a string ends",*'

scenario='a function that says more came out than there is room'
run_ok 'file.read words ! lines ! f:ffi libc.so.6 "size out strxfrm(string out[6], string in, size out)" ! file.write short ; @f.bad ! file.write long'
expect_line short '"hello"'
expect_line long '{"reason":"strxfrm says that 10 bytes came out, and ??out?? has 6",*'

scenario='a result without a place, and one that the stream does not take'
run_ok 'file.read words ! lines ! f:ffi libc.so.6 "size strlen(string in)" "" /size ! null ; @f.bad ! file.write placeless'
expect_line placeless '{"reason":"the record has no place for ??/size??: only maps have fields",*'
run_ok 'generate 1 ! f:ffi libc.so.6 "void explicit_bzero(bytes out[100000], size out)" ! null ; @f.bad ! file.write large'
expect_line large '{"reason":"the record has 1000?? bytes with what came out, and the stream takes 65536",*'

scenario='what is not there'
refused() {
	status=0
	t run -e "generate 1 ! ffi $1 ! null" >out 2>err || status=$?
	expect_status 1
	expect_line err "$2"
}
refused 'libm.so.6 "f64 cosx(f64 x)"' '*the library libm.so.6 (*/libm.so.6) has no function "cosx"'
refused 'libnone.so.6 "f64 cos(f64 x)"' '*the library libnone.so.6 cannot be loaded: libnone.so.6: *; it was looked for in LD_LIBRARY_PATH, the cache of ldconfig, /lib and /usr/lib; a name with a slash in it is a file*'
mkfifo fifo.so
refused './fifo.so "f64 cos(f64 x)"' "*the library $folder/fifo.so cannot be loaded: it is no regular file"
refused './none.so "f64 cos(f64 x)"' "*the library $folder/none.so cannot be loaded: *No such file*"
refused 'libc.so.6 "int environ(int x)"' '*"environ" of the library libc.so.6 is data, not a function'
refused 'libm.so.6 "f64 pow(f64 x, f64 y)" /n' '*"in" is one field and pow takes 2: write a list, such as \["/x", "/y"\]'
refused 'libm.so.6 "f64 pow(f64 x, f64 y)" {"z":"/n"}' '*"in": pow has no argument "z"'
refused 'libm.so.6 "f64 cos(f64 x)" "" {"z":"/n"}' '*"out": cos has no output "z"'
refused 'libm.so.6 "f64 cos(f64 x)" n' '*"in": "n" is not a field*'

scenario='what a signature means'
status=0
t inspect ffi --param call='enum {ok, short = -5} f(bytes out[9], size *out, string in, event void e(int n)) bad if != ok' >out 2>err || status=$?
expect_status 0
cmp -s out - <<'END' || fail "inspect: $(cat out)"

f
  gives  out     bytes                      at most 9 bytes
  takes  in      string
  tells  e       n i32                      each call is a record on the port events
  gives  result  enum {ok = 0, short = -5}
  has failed when it gives != 0
END
status=0
t inspect ffi --param call='int f(' >out 2>err || status=$?
expect_status 1
expect_text err $'tau: --param:1:7: a type stands here, not the end\n  int f(\n        ^\n'

scenario='a signature that lies: the crash names operator and function'
status=0
t run -e 'generate 1 ! liar:ffi libc.so.6 "size strlen(u64 in)" ! null' >out 2>err || status=$?
expect_line err '*operator liar of plugin tau-ffi crashed: *'
expect_line err '*  it calls size strlen(u64 in)'
echo "ffi: $number functions, and what does not fit"
