#!/bin/sh
# What weblog.json must find in the log on standard input, by other means.
# The user of a request may have blanks in its name, so awk cuts at the quotes;
# nginx writes a quote inside of a field as \x22.
#
#   oracle.sh status <log      requests per status, in the statuses' order
#   oracle.sh paths <log       the ten paths with the most server errors; those
#                              with equally many in the order they first came
#   oracle.sh records <log     every line as JSON, as the operator weblog has it
set -u
case ${1-} in
status)
	awk -F '"' '{ split($3, rest, " "); times[rest[1]]++ }
		END { for (status in times) print status, times[status] }' |
		sort -n |
		awk '{ printf "{\"status\":%d,\"count\":%d}\n", $1, $2 }'
	;;
paths)
	awk -F '"' '{ split($3, rest, " ") }
		rest[1] >= 500 {
			split($2, request, " ")
			path = request[2]
			if (!(path in first)) first[path] = NR
			times[path]++
		}
		END { for (path in first) print times[path], first[path], path }' |
		sort -k1,1nr -k2,2n | head -n 10 |
		awk '{ printf "{\"path\":\"%s\",\"count\":%d}\n", $3, $1 }'
	;;
records)
	# Backslashes first: they are all that JSON wants escaped.
	sed 's/\\/&&/g' | awk -F '"' '
	function text(part) { return part == "-" ? "null" : "\"" part "\"" }
	function member(name, value) { return ",\"" name "\":" value }
	{
		split($1, head, " ")
		user = substr($1, length(head[1] head[2]) + 3)
		time = user
		sub(/ \[[^\[]*$/, "", user)
		sub(/^.* \[/, "", time)
		sub(/\] $/, "", time)
		words = split($2, request, " ")
		method = words ? text(request[1]) : "null"
		protocol = "null"
		if (words > 1 && request[words] ~ /^HTTP\//)
			protocol = text(request[words--])
		path = words > 1 ? request[2] : ""
		for (i = 3; i <= words; i++)
			path = path " " request[i]
		path = path == "" ? "null" : text(path)
		split($3, rest, " ")
		print "{\"host\":" text(head[1]) member("ident", text(head[2])) \
			member("user", text(user)) member("time", text(time)) \
			member("method", method) member("path", path) \
			member("protocol", protocol) \
			member("status", rest[1] + 0) \
			member("bytes", rest[2] + 0) \
			member("referer", text($4)) member("agent", text($6)) "}"
	}'
	;;
*)
	echo "oracle: say status, paths or records" >&2
	exit 2
	;;
esac
