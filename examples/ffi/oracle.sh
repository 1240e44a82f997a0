#!/bin/sh
# What the manifests must print, by other means: the sums of the lines on
# standard input, `files FOLDER` below a folder, or `sorted` lists.
export LC_ALL=C
case ${1-} in
files) find "$2" -type f | sort | awk '{ printf "{\"event\":\"entry\",\"path\":\"%s\",\"kind\":0}\n", $0 }' ;;
sorted)
	while read -r list; do
		printf '%s\n' "$list" | tr -d '[] ' | tr , '\n' | sort -rn |
			paste -s -d , | sed 's/.*/[&]/'
	done
	;;
*)
	grep . | while read -r line; do
		quoted=$(printf '%s' "$line" | sed 's/"/\\"/g')
		printf '%s' "$line" | gzip -c | tail -c 8 | od -An -tu4 -N4 |
			tr -d ' ' | while read -r sum; do
			printf '{"line":"%s","sum":%s}\n' "$quoted" "$sum"
		done
	done
	;;
esac
