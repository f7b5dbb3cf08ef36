# Ctrl-C and SIGTERM end a run with 130 and 143 and leave nothing half written: no folder, no temporary one.
. "$(dirname "$0")/lib.sh" "$@"

# Starts a run, sends $1 after $2 seconds; leaves the exit code in $status.
interrupted() {
  command_line="annulet score, $1 after $2 s"
  rm -rf out
  "$annulet" score "$samples/slides/her2-2plus.tif" --out out --threads 1 </dev/null >.stdout 2>.stderr &
  local child=$!
  sleep "$2"
  kill -s "$1" "$child" 2>/dev/null
  status=0
  wait "$child" || status=$?
  stdout=$(<.stdout)
  stderr=$(<.stderr)
}

for case in INT:130 TERM:143; do
  signal=${case%:*} code=${case#*:} caught=0
  # How long the run takes depends on the machine: try from early to late until one lands in the middle.
  for delay in 0.05 0.1 0.15 0.2 0.3 0.5 0.8; do
    interrupted "$signal" "$delay"
    [[ "$status" == 0 ]] && { expect_file out/result.json; continue; }
    [[ "$status" == "$code" && "$stderr" == *"nothing was written"* ]] && { caught=1; expect_no_file out; break; }
  done
  [[ "$caught" == 1 ]] || fail "no run was stopped by SIG$signal with exit $code"
  [[ -z "$(find . -name '.out.*')" ]] || fail "a temporary folder was left behind"
done

# The other commands end at once, and a phantom's files are whole or not there.
printf 'preset = "score2"\nwidth_px = 3072\nheight_px = 3072\n' >wide.toml
printf 'preset = "score2"\nwidth_px = 640\nheight_px = 512\n' >small.toml
run phantom small.toml --out long.tif
truncate -s 20G long.tif  # a hole: takes no space, but long to digest
for case in INT:130 TERM:143; do
  signal=${case%:*} code=${case#*:}
  for command in "phantom wide.toml --out wide.svs" "info long.tif"; do
    command_line="annulet $command, $signal"
    set -m  # without job control a shell starts what is in the background with SIGINT ignored
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

finish
