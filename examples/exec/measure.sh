# Each line, and in front of it how long it is.
LC_ALL=C
while IFS= read -r line; do
	printf '%s %s\n' "${#line}" "$line"
done
