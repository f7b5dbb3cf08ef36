# A result replaces a result only with --force, and never anything else; a stopped run leaves nothing.
. "$(dirname "$0")/lib.sh" "$@"

run score missing.tif --out result
expect_exit 4
first=$(<result/result.json)

run score missing.tif --out result
expect_exit 2
expect_stderr "--force"

run score missing.tif --out result --force
expect_exit 4
[[ "$(<result/result.json)" == "$first" ]] || fail "expected the same result.json from a second run"

mkdir letters
echo "dear" >letters/letter.txt
run score missing.tif --out letters --force
expect_exit 2
expect_file letters/letter.txt
expect_no_file letters/result.json

echo "mine" >result/notes.txt
run score missing.tif --out result --force
expect_exit 2
expect_stderr "notes.txt"
expect_file result/notes.txt
[[ "$(<result/result.json)" == "$first" ]] || fail "expected the result untouched"

echo "text" >file
run score missing.tif --out file/result
expect_exit 2

run score missing.tif --out ""
expect_exit 2
expect_stderr "--out"

run score missing.tif --out /proc
expect_exit 2
expect_stderr "inside it"

# Options and models are refused without a trace, parents included.
run score missing.tif --out new/deep/result --guideline no-such-guideline
expect_exit 2
expect_no_file new

run score missing.tif --out new/deep/result
expect_exit 4
expect_file new/deep/result/result.json

# What a killed run left behind goes with the next one into the same folder.
if [[ -f "$samples/slides/her2-2plus.tif" ]]; then
  for delay in 0.05 0.1 0.2 0.3 0.6 1 2 4; do  # the later ones for slow machines
    "$annulet" score "$samples/slides/her2-2plus.tif" --out killed --threads 1 </dev/null >/dev/null 2>&1 &
    child=$!
    sleep "$delay"
    kill -s KILL "$child" 2>/dev/null
    wait "$child" 2>/dev/null
    [[ -n "$(find . -name '.killed.partial.*')" ]] && break
  done
  [[ -n "$(find . -name '.killed.partial.*')" ]] || fail "expected a killed run to be caught in the middle"
  run score missing.tif --out killed --force
  expect_exit 4
fi

[[ -z "$(find . -name '.*.partial*' -o -name '.*.old.*')" ]] || fail "expected no temporary folder left"

finish
