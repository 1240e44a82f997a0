# headers.awk: headers of the ABI as one man page, in their own words: what stands
# in comments becomes text, what is declared stands over it.
#   awk -v name=tau-operator -v title='The operator ABI' -v what='what …' \
#       -v header=tau/operator.h -v build='cc …' -v see='tau(1), …' \
#       -f headers.awk operator.h record.h …
# It reads what our headers look like after clang-format: a comment before a
# declaration is of all declarations up to the next comment; bodies of inline
# functions and what ends in _ are nobody's business, and so are headers that only
# hold the bodies of what another one declares.

function escape(text) {
	gsub(/\\/, "\\e", text)
	gsub(/-/, "\\-", text)
	return text
}

function put(text) {
	text = escape(text)
	print (text ~ /^[.']/ ? "\\&" : "") text
}

# Names in `…` become bold, where both ends stand in a line.
function put_words(text, out) {
	out = ""
	while (match(text, /`[^`]*`/)) {
		out = out escape(substr(text, 1, RSTART - 1)) "\\fB" \
			escape(substr(text, RSTART + 1, RLENGTH - 2)) "\\fP"
		text = substr(text, RSTART + RLENGTH)
	}
	out = out escape(text)
	print (out ~ /^[.']/ ? "\\&" : "") out
}

# Code as it stands, with narrower tabs.
function put_code(text) {
	gsub(/\t/, "    ", text)
	put(text)
}

# One line of a comment without its stars; drawings and code keep theirs.
function put_comment_line(text) {
	if (text == "") {
		if (drawn)
			print ".fi"
		drawn = 0
		gap = 1
		return
	}
	if (text ~ DRAWN && !drawn) {
		print ".PP"
		print ".nf"
		drawn = 1
		gap = 0
	} else if (text !~ DRAWN && drawn) {
		print ".fi"
		drawn = 0
		gap = 1
	}
	if (gap)
		print ".PP"
	gap = 0
	if (drawn)
		put_code(text)
	else
		put_words(text)
}

function put_comment(    i, lines, count) {
	count = split(comment, lines, "\n")
	gap = drawn = 0
	for (i = 1; i <= count; i++)
		put_comment_line(lines[i])
	if (drawn)
		print ".fi"
	comment = ""
}

# What was declared since the last comment, and then that comment.
function flush(    i, lines, count) {
	if (declared == "") {
		# A comment of its own, as one over a group of helpers.
		if (comment != "" && begun) {
			print ".PP"
			put_comment()
		}
		comment = ""
		return
	}
	print ".PP"
	print ".nf"
	count = split(declared, lines, "\n")
	for (i = 1; i <= count; i++)
		put_code(lines[i])
	print ".fi"
	if (comment != "") {
		print ".RS 4"
		put_comment()
		print ".RE"
	}
	declared = ""
}

function declare(text) {
	declared = declared == "" ? text : declared "\n" text
}

# A signature in lines of 70, broken behind commas.
function wrap(text,    parts, count, i, line, out) {
	count = split(text, parts, /, */)
	line = parts[1]
	for (i = 2; i <= count; i++)
		if (length(line) + length(parts[i]) > 68) {
			out = out line ",\n"
			line = "\t" parts[i]
		} else
			line = line ", " parts[i]
	return out line
}

function strip(text) {
	sub(/^[ \t]*\/\*/, "", text)
	sub(/\*\/[ \t]*$/, "", text)
	sub(/^[ \t]*\*/, "", text)
	sub(/^ /, "", text)
	sub(/[ \t]+$/, "", text)
	return text
}

BEGIN {
	DRAWN = "^(\t|  )|[^ ]   +[^ ]"
	print ".\\\" made by docs/headers.awk out of abi/tau; change the headers"
	print ".TH " toupper(name) " 3 \"\" \"tau fabric\" \"" title "\""
	print ".SH NAME"
	put(name)
	print "\\- " escape(what)
	print ".SH SYNOPSIS"
	print ".nf"
	print "#include <" header ">"
	print ".PP"
	put(build)
	print ".fi"
}

# The first comment of a header tells of it as a whole.
FNR == 1 {
	flush()
	file = FILENAME
	sub(/.*\//, "", file)
	print ".SH " (NR == 1 ? "DESCRIPTION" : toupper("tau/" file))
	begun = in_body = in_struct = 0
}

# --- comments between declarations ---
!in_struct && !in_body && !in_comment && /^\/\*/ {
	if (begun)
		flush()
	comment = strip($0)
	sub(/^tau\/[a-z_]*\.h: */, "", comment)
	if ($0 ~ /\*\/[ \t]*$/)
		next
	in_comment = 1
	next
}
in_comment {
	line = strip($0)
	if (comment == "")
		sub(/^tau\/[a-z_]*\.h: */, "", line)
	comment = comment == "" ? line : comment "\n" line
	if ($0 ~ /\*\//) {
		in_comment = 0
		sub(/\n$/, "", comment)
		if (!begun) {
			comment = toupper(substr(comment, 1, 1)) substr(comment, 2)
			put_comment()
		}
		begun = 1
	}
	next
}

# --- what is not told ---
in_body {
	if ($0 ~ /^}/)
		in_body = 0
	next
}
/^#(ifndef|ifdef|if|endif|else|elif|include|undef)/ || /^extern "C"/ || /^}$/ || /^$/ {
	next
}
continued {
	continued = $0 ~ /\\$/
	next
}
/^#define/ {
	continued = $0 ~ /\\$/
	line = $0
	sub(/[ \t]*\\$/, "", line)
	if (line ~ /_H$/ || line ~ /_\(/ || line ~ /_H\>/)
		next
	declare(line)
	next
}

# --- tables and records: members with their own comments keep them ---
/^(struct|enum)[ a-z_]*\{/ {
	in_struct = 1
	declare($0)
	if ($0 ~ /\};/)
		in_struct = 0
	next
}
in_struct {
	declare($0)
	if ($0 ~ /^\}/)
		in_struct = 0
	next
}

# --- functions ---
/^static inline/ {
	signature = $0
	sub(/^static inline /, "", signature)
	in_signature = 1
}
in_signature {
	if ($0 !~ /^static inline/ && $0 != "{") {
		line = $0
		sub(/^[ \t]+/, "", line)
		signature = signature (signature ~ /\($/ ? "" : " ") line
	}
	if ($0 == "{") {
		in_signature = 0
		in_body = 1
		if (signature !~ /_\(/) {
			declare(wrap(signature ";"))
		}
	} else if ($0 ~ /;$/) {
		in_signature = 0
		sub(/;$/, "", signature)
		declare(wrap(signature ";"))
	}
	next
}
{
	declare($0)
}

END {
	flush()
	print ".SH SEE ALSO"
	put(see)
}
