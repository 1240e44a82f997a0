#!/bin/sh
# Records access.log.gz anew: a real nginx, a bounded load from wrk on loopback,
# about a minute. Debian: apt-get install nginx-light wrk. Everything else
# happens in a temporary folder, which is removed.
#
#   ./record.sh [FILE]        FILE: where to write (default: access.log.gz here)
set -eu
here=$(cd "$(dirname "$0")" && pwd)
file=${1:-$here/access.log.gz}
port=${PORT:-18480}
folder=$(mktemp -d "${TMPDIR:-/tmp}/weblog.XXXXXX")
server=
leave() {
	[ -z "$server" ] || kill "$server" 2>/dev/null || true
	wait
	rm -rf "$folder"
}
trap leave EXIT
trap 'exit 130' INT TERM

# bytes COUNT PATH: a file of that size.
bytes() { head -c "$1" /dev/zero >"$folder/site/$2"; }

cd "$folder"
mkdir temp site
(cd site && mkdir products blog css js img downloads private admin)
bytes 2326 index.html
bytes 4711 about.html
bytes 9120 products/index.html
bytes 1203 blog/index.html
bytes 15877 blog/teapots.html
bytes 8642 admin/index.html
bytes 21904 css/site.css
bytes 48113 js/shop.js
bytes 5430 img/logo.png
bytes 318 favicon.ico
bytes 67 robots.txt
bytes 183204 downloads/manual.pdf
for i in $(seq 24); do bytes $((3000 + i * 777)) "img/teapot-$i.png"; done
for i in $(seq 12); do bytes $((5000 + i * 101)) "products/teapot-$i.html"; done
printf '%s\n' 'editor:{PLAIN}red' 'night shift:{PLAIN}blue' \
	'backup:{PLAIN}green' >users
# The conditional requests ask for what changed since this day.
find site -type f -exec touch -d '2026-11-20 00:00:00 UTC' {} +
chmod -R a+rX . && chmod a+rwx temp

sed "s|@FOLDER@|$folder|g; s|@PORT@|$port|g" "$here/nginx.conf.in" >nginx.conf
nginx -e "$folder/error.log" -p "$folder" -c "$folder/nginx.conf" &
server=$!
tries=0
until wrk -t1 -c1 -d1 "http://127.0.0.1:$port/robots.txt" >wrk.out 2>&1; do
	tries=$((tries + 1))
	[ "$tries" -lt 20 ] || { echo "record: nginx did not start" >&2; exit 1; }
done
: >access.log

REQUESTS=13500 PAUSE_MS=18 wrk -t2 -c16 -d70 --timeout 2 \
	-s "$here/traffic.lua" "http://127.0.0.1:$port/" >wrk.v4 2>&1 &
four=$!
REQUESTS=3000 PAUSE_MS=36 wrk -t1 -c4 -d70 --timeout 2 \
	-s "$here/traffic.lua" "http://[::1]:$port/" >wrk.v6 2>&1
wait "$four"
kill -QUIT "$server"
wait "$server" || true
server=
gzip -9n <access.log >"$file"
echo "record: $(wc -l <access.log) lines, $(wc -c <"$file") bytes in $file"
