# The slide is read by a process of its own: what happens to it is a result with a reason, and it never outlives the program.
. "$(dirname "$0")/lib.sh" "$@"

printf 'preset = "score2"\nwidth_px = 640\nheight_px = 512\n' >small.toml
run phantom small.toml --out long.tif
truncate -s 20G long.tif  # a hole: takes no space, but long to digest, so that a signal always lands in the run

# Prints the process that reads for process $1, once it is there.
reader_of() {
  for _ in $(seq 200); do
    grep -lsx "PPid:	$1" /proc/[0-9]*/status | head -n 1 | cut -d / -f 3 | grep . && return
    sleep 0.05
  done
}
is_alive() { [[ -r /proc/$1/status ]] && ! grep -qs '^State:	[ZX]' "/proc/$1/status"; }
await_end() {
  for _ in $(seq 200); do
    is_alive "$1" || return 0
    sleep 0.05
  done
  fail "process $1 lives on"
}
start() {
  command_line="annulet $*"
  set -m  # without job control a shell starts what is in the background with SIGINT ignored
  "$annulet" "$@" </dev/null >.stdout 2>.stderr &
  program=$!
  set +m
  reader=$(reader_of "$program")
  [[ -n "$reader" ]] || fail "expected a process that reads"
  sleep 0.3
}
collect() {
  status=0
  wait "$program" || status=$?
  stdout=$(<.stdout) stderr=$(<.stderr)
}

command_line="annulet score with 8 open files"
status=0
(
  ulimit -n 8
  exec "$annulet" score long.tif --out few
) </dev/null >.stdout 2>.stderr || status=$?
stdout=$(<.stdout) stderr=$(<.stderr)
expect_stderr "could not be set up; its last words: Too many open files"

start score long.tif --out killed
kill -KILL "$reader"
collect
expect_exit 7
expect_stdout "crashed"
expect_stderr "[crashed]"
for file in result.json run.json report.html; do expect_file "killed/$file"; done
expect_no_file killed/cells.csv.gz
grep -q '"status": "crashed"' killed/result.json || fail "expected status crashed in result.json"
grep -q '"score": null' killed/result.json || fail "expected no score in result.json"

start score long.tif --out early --timeout 3000
kill -STOP "$reader"
kill -TERM "$program"
collect
expect_exit 143
expect_no_file early
await_end "$reader"

start score long.tif --out orphaned
kill -KILL "$program"
collect
await_end "$reader"
expect_no_file orphaned

start score long.tif --out silent --timeout 1
kill -STOP "$reader"
collect
expect_exit 7
expect_stderr "[timed-out]"
expect_file silent/report.html
grep -q '"status": "timed-out"' silent/result.json || fail "expected status timed-out in result.json"
await_end "$reader"

# Ctrl-C goes to both processes: the parent alone acts on it.
start score long.tif --out interrupted
kill -INT -- "-$program"
collect
expect_exit 130
expect_stderr "nothing was written"
expect_no_file interrupted
await_end "$reader"

[[ -z "$(find . -name '.killed.*' -o -name '.early.*' -o -name '.interrupted.*')" ]] ||
  fail "a temporary folder was left behind"
finish
