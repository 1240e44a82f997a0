#!/bin/sh
# What tally must make of the access log on standard input, by other means:
# oracle.sh 1, oracle.sh 2, by the version that ran last.
LC_ALL=C awk -F '"' -v version="$1" '
{
	split($3, number, " ")
	split($1, time, /[][]/)
	count[number[1]]++
	last[number[1]] = time[2]
}
END {
	for (status in count) {
		printf "{\"status\":%d,\"count\":%d", status, count[status]
		if (version == 2)
			printf ",\"last\":\"%s\"", last[status]
		print "}"
	}
}' | LC_ALL=C sort
