# Ctrl-C, SIGTERM and SIGHUP end a run with 130, 143 and 129 and leave nothing half written: no folder, no temporary one.
. "$(dirname "$0")/lib.sh" "$@"

printf 'preset = "score2"\nwidth_px = 3072\nheight_px = 3072\n' >wide.toml
printf 'preset = "score2"\nwidth_px = 640\nheight_px = 512\n' >small.toml
run phantom small.toml --out long.tif
truncate -s 20G long.tif  # a hole: takes no space, but long to digest, so that a signal always lands in the run

for case in INT:130 TERM:143 HUP:129; do
  signal=${case%:*} code=${case#*:}
  # A signal that comes before the program listens ends it too: the later ones are for slow machines.
  for delay in 0.5 1 2 4; do
    command_line="annulet score, $signal after $delay s"
    set -m  # without job control a shell starts what is in the background with SIGINT ignored
    "$annulet" score long.tif --out out </dev/null >.stdout 2>.stderr &
    child=$!
    set +m
    sleep "$delay"
    kill -s "$signal" "$child" 2>/dev/null
    status=0
    wait "$child" || status=$?
    stdout=$(<.stdout) stderr=$(<.stderr)
    [[ "$stderr" == *"nothing was written"* ]] && break
  done
  expect_exit "$code"
  expect_stderr "nothing was written"
  expect_no_file out
  [[ -z "$(find . -name '.out.*')" ]] || fail "a temporary folder was left behind"
done

# The other commands end at once, and a phantom's files are whole or not there.
for case in INT:130 TERM:143; do
  signal=${case%:*} code=${case#*:}
  for command in "phantom wide.toml --out wide.svs" "info long.tif"; do
    command_line="annulet $command, $signal"
    set -m
    # shellcheck disable=SC2086
    "$annulet" $command </dev/null >.stdout 2>.stderr &
    child=$!
    set +m
    sleep 0.3
    kill -s "$signal" "$child" 2>/dev/null
    status=0
    wait "$child" || status=$?
    expect_exit "$code"
    [[ -z "$(find . -name '.wide.*')" ]] || fail "a temporary file was left behind"
  done
done

# nohup: what is ignored stays ignored.
command_line="annulet score, SIGHUP ignored"
env --ignore-signal=HUP "$annulet" score long.tif --out out </dev/null >.stdout 2>.stderr &
child=$!
sleep 0.5
kill -s HUP "$child"
sleep 0.2
kill -s 0 "$child" 2>/dev/null || fail "expected it to go on"
kill -s TERM "$child"
status=0
wait "$child" || status=$?
expect_exit 143

finish
