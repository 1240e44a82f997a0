# embed.awk: makes core/cli/templates.c of the files under core/cli/new, so that
# the program carries them with it. Each is a name below that folder and a text.
BEGIN {
	print "/* Made by core/cli/new/embed.awk of the files beside it. */"
	print "#include \"core/cli/template.h\""
	print ""
	print "#include <stddef.h>"
	print ""
	print "const struct template templates[] = {"
}
FNR == 1 {
	name = FILENAME
	sub(/^.*core\/cli\/new\//, "", name)
	if (NR > 1)
		print "\t},"
	print "\t{\"" name "\","
}
{
	gsub(/\\/, "&&")
	gsub(/"/, "\\\\&")
	print "\t\t\"" $0 "\\n\""
}
END {
	print "\t},"
	print "\t{NULL, NULL},"
	print "};"
}
