# A stored cohort is scored anew without its slides, and says what moved.
source "$(dirname "$0")/lib.sh" "$@"

mkdir slides
cp "$samples"/slides/her2-{0,1plus,2plus,3plus}.tif "$samples/slides/he-like.tif" slides/
run batch slides --out cohort --guideline 2018
expect_exit 0
expect_file cohort/cohort.sqlite
run batch slides --out cohort --guideline asco-cap-breast-2018
expect_stderr '0 to score, 5 done before'
cp cohort/cohort.csv before.csv
rm -r slides cohort/slides

# the same guideline moves nothing
run rescore cohort --guideline asco-cap-breast-2018 --name same
expect_exit 0
expect_stdout '5 slides: 0 moved to another score, 0 to another group alone, 1 have no score'
expect_stdout "run   2 'same' of the store"

# another guideline, by its short name, as a table and as JSON
run rescore cohort --guideline gastric --csv
expect_exit 0
expect_stdout 'slide,case,moved,from_status,from_score,from_group,from_rule,to_status'
[[ $(wc -l <<<"$stdout") == 6 ]] || fail 'expected a header and five rows'
grep -q 'he-like.tif,,no,not-evaluable,,,,not-evaluable,,,,' <<<"$stdout" || fail 'expected the refused slide to stay refused'
grep -q 'her2-3plus.tif,,no,scored.*,3+,positive,R1,scored.*,3+,positive,G3' <<<"$stdout" || fail 'expected 3+ by another rule'
run rescore cohort --guideline 2007 --json --dry-run
expect_exit 0
python3 -c 'import json, sys; d = json.loads(sys.argv[1]); assert d["summary"]["slides"] == 5 and d["run"]["id"] == 0 and len(d["slides"]) == 5' "$stdout" ||
  fail 'expected JSON of five slides'

# the batch and its table are what they were
cmp -s cohort/cohort.csv before.csv || fail 'expected cohort.csv to be left alone'
[[ $(python3 -c 'import sqlite3; print(sqlite3.connect("cohort/cohort.sqlite").execute("SELECT count(*) FROM runs").fetchone()[0])') == 3 ]] ||
  fail 'expected three runs: the dry one adds none'

# another grading: with every wall invisible nothing is stained
cp "$samples/../models/grading/annulet-1.toml" blind.toml
sed -i 's/^id = .*/id = "blind"/; s/^od = .*/od = 2000/; s/^od_max = .*/od_max = 2000/' blind.toml
run rescore cohort/cohort.sqlite --grading blind.toml
expect_exit 0
expect_stdout 'her2-3plus.tif'
expect_stdout '-> 0 '
expect_stdout 'grading blind'

# several at a time, none of them named: each gets a name of its own
for i in 1 2 3 4; do "$annulet" rescore cohort --guideline gastric-biopsy >/dev/null 2>>.parallel & done
wait
names=$(python3 -c 'import sqlite3; print(*sorted(r[0] for r in sqlite3.connect("cohort/cohort.sqlite").execute("SELECT name FROM runs WHERE name LIKE '"'gastric-2016-biopsy%'"'")), sep="|")')
[[ "$names" == 'gastric-2016-biopsy|gastric-2016-biopsy (2)|gastric-2016-biopsy (3)|gastric-2016-biopsy (4)' ]] || fail "expected four runs, not $names: $(<.parallel)"

# mistakes
run rescore cohort --guideline 2018 --name reader:ann
expect_exit 2
expect_stderr 'would be taken for a reader'
run rescore cohort --guideline 2018 --name same
expect_exit 2
expect_stderr "a run named 'same'"
run rescore nowhere --guideline 2018
expect_exit 4
expect_stderr 'annulet batch'
run rescore cohort --guideline 1999
expect_exit 2
expect_stderr 'asco-cap-breast-2018'
head -c 5000 /dev/zero >zero.sqlite
cp cohort/cohort.sqlite cut.sqlite
truncate -s 100000 cut.sqlite
python3 -c 'import sqlite3; sqlite3.connect("other.sqlite").execute("CREATE TABLE theirs(a)")'
for file in zero.sqlite cut.sqlite blind.toml other.sqlite; do
  run rescore "$file" --guideline 2018
  expect_exit 4
  expect_stderr "'$file' is no store of annulet"
  [[ "$stderr" != *remove* ]] || fail 'expected nobody to be asked to remove a file that may be anything'
done

finish
