# markdown.awk: a text of docs/*.md as a man page, so that both have one source.
#   awk -v name=tau-wire -v section=7 -f markdown.awk wire.md
# It knows what our texts use: headings, paragraphs, lists of one level, tables,
# fenced blocks, **strong**, `code` and [links](of.md).

function escape(text) {
	gsub(/\\/, "\\e", text)
	gsub(/-/, "\\-", text)
	return text
}

# `a` and **b** become bold; the words of a link stay.
function inline(text, out, at, close_at) {
	text = escape(text)
	while (match(text, /\[[^]]*\]\([^)]*\)/)) {
		out = substr(text, RSTART + 1, RLENGTH - 1)
		sub(/\]\(.*/, "", out)
		text = substr(text, 1, RSTART - 1) out substr(text, RSTART + RLENGTH)
	}
	out = ""
	while (match(text, /`[^`]*`|\*\*[^*]*\*\*/)) {
		at = substr(text, RSTART, 1) == "`" ? 1 : 2
		out = out substr(text, 1, RSTART - 1) "\\fB" \
			substr(text, RSTART + at, RLENGTH - 2 * at) "\\fP"
		text = substr(text, RSTART + RLENGTH)
	}
	return out text
}

# Nothing in a text is a request to the formatter.
function guard(text) {
	return (text ~ /^[.']/ ? "\\&" : "") text
}

function put(text) {
	print guard(text)
}

function flush() {
	if (held != "")
		put(inline(held))
	held = ""
}

function hold(text) {
	held = held == "" ? text : held " " text
}

# A column with a long cell is a third of the line; the last takes what is left.
function end_table(    i, j, long) {
	if (!rows)
		return
	if (!fresh)
		print ".PP"
	fresh = 0
	print ".TS"
	for (i = 1; i <= columns; i++) {
		long[i] = i == columns
		for (j = 1; j <= rows; j++)
			long[i] = long[i] || length(cell[j, i]) > 30
		printf "%s", i == columns ? "lx.\n" : long[i] ? "lw(24n) " : "l "
	}
	for (j = 1; j <= rows; j++) {
		for (i = 1; i <= columns; i++)
			printf "%s%s", (i == 1 ? "" : "\t"), (long[i] ? \
				"T{\n" guard(inline(cell[j, i])) "\nT}" : inline(cell[j, i]))
		print j == 1 ? "\n_" : ""
	}
	print ".TE"
	rows = 0
}

function add_row(line,    cells, i) {
	gsub(/^\| *| *\|$/, "", line)
	columns = split(line, cells, / *\| */)
	rows++
	for (i = 1; i <= columns; i++)
		cell[rows, i] = cells[i]
}

BEGIN {
	print "'\\\" t"
	print ".\\\" made by docs/markdown.awk; change the text that it was made of"
}

/^```/ {
	flush()
	end_table()
	fenced = !fenced
	print fenced ? (fresh ? ".nf" : ".PP\n.nf") : ".fi"
	fresh = 0
	next
}
fenced {
	put(escape($0))
	next
}
/^# / {
	title = substr($0, 3)
	upper = toupper(name)
	print ".TH " escape(upper) " " section " \"\" \"tau fabric\" \"Formats and protocols\""
	print ".SH NAME"
	print escape(name) " \\- " escape(tolower(substr(title, 1, 1)) substr(title, 2))
	print ".SH DESCRIPTION"
	fresh = 1
	next
}
/^## / {
	flush()
	end_table()
	print ".SH " toupper(inline(substr($0, 4)))
	fresh = 1
	next
}
/^### / {
	flush()
	end_table()
	print ".SS " inline(substr($0, 5))
	next
}
/^\|[-|]*$/ {
	next
}
/^\|/ {
	flush()
	add_row($0)
	next
}
/^ *$/ {
	flush()
	end_table()
	gap = 1
	next
}
/^- / {
	flush()
	print ".IP \\(bu 2"
	gap = fresh = 0
	hold(substr($0, 3))
	next
}
/^[0-9]+\. / {
	flush()
	print ".IP " $1 " 4"
	gap = fresh = 0
	sub(/^[0-9]+\. /, "")
	hold($0)
	next
}
{
	if (gap && !fresh)
		print ".PP"
	gap = fresh = 0
	sub(/^ +/, "")
	hold($0)
}

END {
	flush()
	end_table()
	print ".SH SEE ALSO"
	print escape(see)
}
