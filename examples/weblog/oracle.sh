#!/bin/sh
# What weblog.json must find in the log on standard input, by other means.
# The user of a request may have blanks in its name, so awk cuts at the quotes;
# nginx writes a quote inside of a field as \x22.
#
#   oracle.sh status <log      requests per status, in the statuses' order
#   oracle.sh paths <log       the ten paths with the most server errors; those
#                              with equally many in the order they first came
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
*)
	echo "oracle: say status or paths" >&2
	exit 2
	;;
esac
