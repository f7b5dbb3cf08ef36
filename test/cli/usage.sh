# Wrong arguments: exit 2, the reason on stderr, nothing on stdout, nothing written.
. "$(dirname "$0")/lib.sh" "$@"

run
expect_exit 2
expect_no_stdout

run conquer
expect_exit 2
expect_stderr "conquer"
expect_stderr "phantom"
expect_no_stdout

run score
expect_exit 2
expect_stderr "slide"
expect_no_stdout

run score slide.svs
expect_exit 2
expect_stderr "--out"

run score slide.svs --out result --mpp -1
expect_exit 2
expect_stderr "--mpp"
expect_no_file result

for option in --ish --expect-sha256 --deidentify-key; do
  run score slide.svs --out result "$option" ""
  expect_exit 2
  expect_stderr "$option"
  expect_no_file result
done

run score slide.svs --out result --guideline no-such-guideline
expect_exit 2
expect_stderr "no-such-guideline"
expect_no_file result

run score slide.svs --out result --grading no-such-grading
expect_exit 2
expect_stderr "no-such-grading"
expect_no_file result

run score slide.svs --out result --stain no-such-stain
expect_exit 2
expect_stderr "no-such-stain"
expect_no_file result

run phantom score2 --out nowhere/a.svs
expect_exit 2
expect_stderr "nowhere"
run phantom score2 --out /proc/self/a.svs
expect_exit 2
expect_no_stdout

# neither a slide nor a table that has a name of the truth's is painted over unasked
printf 'preset = "score2"\nwidth_px = 640\nheight_px = 512\n' >small.toml
for taken in a.svs a.cells.csv; do
  echo mine >"$taken"
  run phantom small.toml --out a.svs
  expect_exit 2
  expect_stderr "'$taken' is there already"
  expect_no_stdout
  [[ $(<"$taken") == mine ]] || fail "expected $taken to be left alone"
  rm "$taken"
done
echo mine >a.svs
echo stale >a.artefacts.pgm
run phantom small.toml --out a.svs --force
expect_exit 0
[[ $(head -c 2 a.svs) == II ]] || fail 'expected a slide with --force'
expect_no_file a.artefacts.pgm  # this slide has none

finish
