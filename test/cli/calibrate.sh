# calibrate: from a stored cohort to a grading that results name, and what is refused.
source "$(dirname "$0")/lib.sh" "$@"

# Four slides whose scores were painted, each as the cases of seven patients.
paint() {
  printf 'preset = "%s"\nseed = 21\n%s\n' "$2" "$3" >"$1.toml"
  "$annulet" phantom "$1.toml" --out "$1.tif" >/dev/null || fail "could not paint $1"
}
paint none score1 'percent_faint = 4'
paint faint score1 'percent_faint = 50'
paint moderate score2 'od_moderate = 0.5'
paint intense score3 ''

printf 'slide,case,reader_A,reader_B,reader_wrong\n' >cohort.csv
for copy in 1 2 3 4 5 6 7; do
  for slide in none,0,1+ faint,1+,0 moderate,2+,3+ intense,3+,2+; do
    IFS=, read -r name score other <<<"$slide"
    cp "$name.tif" "$name$copy.tif"
    printf '%s,%s,%s,%s,%s\n' "$name$copy.tif" "$name-$copy" "$score" "$score" "$other" >>cohort.csv
  done
done
run batch cohort.csv --out cohort
expect_exit 0

"$annulet" models show grading/annulet-1 | sed 's/intense_od = 600/intense_od = 450/; s/id = "annulet-1"/id = "dark"/' >dark.toml

run calibrate cohort --grading dark.toml --out our-lab.toml
expect_exit 2
expect_stderr "several readers scored the cohort"
run calibrate cohort --grading dark.toml --reader nobody --out our-lab.toml
expect_exit 2
expect_stderr "no reader 'nobody'"
run calibrate cohort --reader A --out our-lab.json
expect_exit 2
run calibrate cohort --reader A --out annulet-1.toml
expect_exit 2
expect_stderr "is the built-in grading"
run calibrate nowhere --reader A --out our-lab.toml
expect_exit 4
expect_no_file our-lab.toml

# The shipped cut-offs meet the painted scores: nothing to gain, nothing written.
run calibrate cohort --reader A --out our-lab.toml
expect_exit 3
expect_stdout "28 cases, 28 slides, scored by A"
expect_stdout "Nothing was written"
expect_no_file our-lab.toml

# From cut-offs that call the moderate slides 3+ it comes back.
run calibrate cohort --reader A --grading dark.toml --out our-lab.toml
expect_exit 0
expect_stdout "agree better with the reader on cases that took no part"
expect_file our-lab.toml
run calibrate cohort --reader A --grading dark.toml --out our-lab.toml
expect_exit 2
expect_stderr "is there already"
cp our-lab.toml first.toml
run calibrate cohort --reader A --grading dark.toml --out our-lab.toml --force --json --threads 1
expect_exit 0
expect_stdout '"helps": true'
cmp -s first.toml our-lab.toml || fail "the same fit wrote other bytes"

run calibrate cohort --reader A --grading our-lab.toml --out again.toml
expect_exit 3
expect_stdout "was fitted to these very cases"

run models check grading our-lab.toml
expect_exit 0
run score moderate.tif --out scored --grading our-lab.toml --json
expect_exit 0
expect_stdout '"score": "2+"'
expect_stdout "the cut-offs of 'our-lab' were fitted by annulet"
run rescore cohort --grading our-lab.toml
expect_exit 0
expect_stdout "0 moved to another score"

# Two of three agree: the median is theirs.
run calibrate cohort --consensus --out consensus.toml
expect_exit 3
expect_stdout "scored by consensus of A, B and wrong"

# One case short of enough.
head -25 cohort.csv >few.csv
run batch few.csv --out few
run calibrate few --reader A --out few.toml
expect_exit 2
expect_stderr "24 cases have a reader's score"
expect_stderr "at least 25"
expect_no_file few.toml

finish
