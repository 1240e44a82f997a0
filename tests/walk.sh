#!/bin/bash
# walk.sh: gdb's backtrace inside an operator goes on to the scheduler's loop,
# and the way through the switch is exact at every single instruction of it.
set -eu
program=("$top_builddir/tests/walk_helper")
if ! command -v gdb >/dev/null; then
	echo 'walk: SKIPPED: gdb is not installed, so nobody looked at its backtraces (install the package gdb)'
	exit 77
fi
said=$(mktemp)
trap 'rm -f "$said"' EXIT
ask() {
	timeout 120 gdb -nx -batch -iex 'set debuginfod enabled off' \
		-iex 'set auto-load off' "$@" --args "${program[@]}" >"$said" 2>&1 || true
	if grep -qiE 'ptrace: Operation not permitted|Cannot create process' "$said"; then
		echo 'walk: SKIPPED: gdb may not trace here:'
		cat "$said"
		exit 77
	fi
}
fail() {
	cat "$said"
	echo "walk: $1"
	exit 1
}

# At both stops: the frames, innermost first.
ask -ex 'break stop_here' -ex run -ex backtrace -ex continue -ex backtrace
walked=$(sed -nE 's/^#[0-9]+ +(0x[0-9a-f]+ in )?([a-z_]+) \(.*/\2/p' "$said" |
	grep -vE '^(coroutine_resume|run_entry)$' | tr '\n' ' ')
want='stop_here operator_run switch_start scheduler_run main '
[ "$walked" = "$want$want" ] || fail "backtraces were: $walked; both should be: $want"

# Step through the switches; at each instruction inside them gdb must see main.
steps='
break switch_suspend
break switch_resume
set $stops = 3
while $stops > 0
  continue
  set $steps = 18
  while $steps > 0
    python
names = []
frame = gdb.selected_frame()
while frame:
    names.append(frame.name() or "?")
    frame = frame.older()
print("at", hex(gdb.selected_frame().pc()), " ".join(names))
    end
    stepi
    set $steps = $steps - 1
  end
  set $stops = $stops - 1
end'
if timeout 20 gdb -nx -batch -ex 'python print(1)' 2>&1 | grep -qx 1; then
	script=$said.gdb
	trap 'rm -f "$said" "$said.gdb"' EXIT
	printf '%s\n' "$steps" >"$script"
	ask -ex 'set height 0' -ex 'break stop_here' -ex run -ex 'delete 1' -x "$script"
	# Each is seen from the side that is left, and its jump from the other.
	from='run_entry switch_start scheduler_run main'
	seen=$(sed -nE 's/^at [^ ]+ //p' "$said" | sed -E 's/ coroutine_(resume|suspend)//g; s/ operator_run//' | sort -u)
	want="switch_resume $from
switch_resume scheduler_run main
switch_suspend $from
switch_suspend scheduler_run main"
	[ "$seen" = "$want" ] || fail "step by step the ways were:
$seen
and should be:
$want"
else
	echo 'walk: left out the single steps: this gdb has no Python'
fi

# The same in a whole fabric, from an operator in a plugin's shared object.
program=("$top_builddir/tests/hop_count" "$top_builddir/tests/bench/hop.so" forward 10)
ask -ex 'set breakpoint pending on' -ex 'break forward_run' -ex run \
	-ex backtrace
walked=$(sed -nE 's/^#[0-9]+ +(0x[0-9a-f]+ in )?([a-z_]+) \(.*/\2/p' "$said" |
	grep -xE 'forward_run|switch_start|scheduler_round|fabric_turn' | tr '\n' ' ')
[ "$walked" = 'forward_run switch_start scheduler_round fabric_turn ' ] ||
	fail "from an operator the way was: $walked"
