# A cohort becomes a table, whatever happens on the way.
source "$(dirname "$0")/lib.sh" "$@"

mkdir slides
cp "$samples"/slides/her2-{0,1plus,2plus}.tif "$samples/slides/he-like.tif" slides/
cat >manifest.csv <<'END'
slide,case,specimen,reader_ann
slides/her2-0.tif,a,primary,0
slides/her2-1plus.tif,a,metastasis,1+
slides/her2-2plus.tif,b,,2+
slides/he-like.tif,c,,
END

# one process for all
run batch manifest.csv --out whole --events events.ndjson --no-store
expect_exit 0
expect_stdout '4 slides: 2 scored, 1 scored-with-caveats, 1 not-evaluable'
expect_stderr '4 slides: 4 to score, 0 done before'
[[ $(wc -l <whole/cohort.csv) == 5 ]] || fail 'expected a header and four rows'
grep -q '^slides/her2-2plus.tif,b,,scored,2+,equivocal,asco-cap-breast-2018,R2,' whole/cohort.csv || fail 'expected 2+ in the table'
[[ $(ls whole/slides | grep -cE '^(her2-(0|1plus|2plus)|he-like)-[0-9a-f]{8}$') == 4 ]] || fail 'expected folders NAME-HASH8'
expect_file whole/slides/her2-2plus-*/report.html
[[ $(grep -c '"event":"ended"' events.ndjson) == 4 ]] || fail 'expected an event for each slide'
"$annulet" score slides/her2-2plus.tif --out alone >/dev/null 2>&1
cmp -s alone/result.json whole/slides/her2-2plus-*/result.json || fail 'expected the result that score gives'
cp whole/cohort.csv expected.csv
grep -q 'slides/her2-1plus.tif' whole/patients.csv || fail 'expected the case whose specimens differ in patients.csv'

# who started it may have left SIGCHLD ignored: then the system keeps no end of a child to be asked for
command_line='annulet batch with SIGCHLD ignored'
status=0
timeout 60 env --ignore-signal=CHLD "$annulet" batch manifest.csv --out deaf --no-store >/dev/null 2>&1 || status=$?
expect_exit 0
cmp -s deaf/cohort.csv expected.csv || fail 'expected the same table'

# again: nothing to do; other options: everything; touched, yet the same: nothing; back again
run batch manifest.csv --out whole --no-store
expect_stderr '4 slides: 0 to score, 4 done before'
cmp -s whole/cohort.csv expected.csv || fail 'expected the same table'
touch slides/her2-0.tif
run batch manifest.csv --out whole --no-store
expect_stderr '0 to score, 4 done before'
run batch manifest.csv --out whole --guideline asco-cap-breast-2013 --no-store
expect_stderr '4 to score, 0 done before'
grep -q 'asco-cap-breast-2013' whole/cohort.csv || fail 'expected the other guideline in the table'
run batch manifest.csv --out whole --no-store
cmp -s whole/cohort.csv expected.csv || fail 'expected the first table again'
rm -r whole/slides/her2-0-*
run batch manifest.csv --out whole --no-store
expect_stderr '1 to score, 3 done before'
cmp -s whole/cohort.csv expected.csv || fail 'expected what was deleted again'

# a slide that changed
cp slides/her2-1plus.tif kept.tif
cp slides/her2-2plus.tif slides/her2-1plus.tif
run batch manifest.csv --out whole --no-store
expect_stderr '1 to score, 3 done before'
grep -q '^slides/her2-1plus.tif,a,metastasis,scored,2+,' whole/cohort.csv || fail 'expected the score of the changed slide'
[[ $(ls whole/slides | wc -l) == 4 ]] || fail 'expected the result of the slide as it was to be gone'
mv kept.tif slides/her2-1plus.tif

# parts, and their merge
run batch manifest.csv --out parts --shard 1/2
expect_exit 0
expect_no_file parts/cohort.csv
run merge parts --manifest manifest.csv --no-store
expect_exit 6
expect_stderr '2 of 4 slides have no result yet'
expect_no_file parts/cohort.csv
run batch manifest.csv --out parts --index 2
run batch manifest.csv --out parts --index 4
run merge parts --manifest manifest.csv --no-store
expect_exit 0
cmp -s parts/cohort.csv expected.csv || fail 'expected the table of one process'
run batch manifest.csv --out parts --index 2 --guideline asco-cap-breast-2013
run merge parts --manifest manifest.csv --no-store
expect_exit 2
expect_stderr 'scored with different options'
run batch manifest.csv --out parts --shard 3/2
expect_exit 2
run batch manifest.csv --out parts --index 5
expect_exit 2
expect_stderr 'the manifest has 4 slides'

# what fails is a row
cp manifest.csv more.csv
echo 'slides/gone.tif,d,,' >>more.csv
run batch more.csv --out whole --no-store
expect_exit 6
expect_stderr '2 to score, 3 done before'
grep -q '^slides/gone.tif,d,,failed,,,.*not-found' whole/cohort.csv || fail 'expected a row for the missing slide'
cp slides/her2-0.tif slides/gone.tif
run batch more.csv --out whole --no-store
expect_exit 0
expect_stderr '1 to score, 4 done before'

# what is no cohort, no manifest, no worker
mkdir other
touch other/thesis.doc
run batch manifest.csv --out other
expect_exit 2
expect_stderr "holds 'thesis.doc'"
expect_file other/thesis.doc
printf 'slide,mpp\nx.tif,abc\n' >bad.csv
run batch bad.csv --out new
expect_exit 2
expect_stderr 'bad.csv:2:7'
expect_no_file new
run batch manifest.csv --out new --worker "$scratch/no-such-program"
expect_exit 2
expect_stderr 'does not run'
run batch manifest.csv --out new --guideline no-such
expect_exit 2

# two on one folder: the second says who holds it; Ctrl-C leaves what is whole, and the same command goes on
cat >slow <<'END'
#!/bin/sh
[ "$1" = --version ] && exit 0
exec sleep 60
END
chmod +x slow
"$annulet" batch manifest.csv --out held --worker ./slow >/dev/null 2>&1 &
holder=$!
for ((i = 0; i < 100; ++i)); do
  [[ -s held/lock && -n $(ls held/work 2>/dev/null) ]] && break
  sleep 0.05
done
run batch manifest.csv --out held
expect_exit 2
expect_stderr "is being worked in by process $holder on"
kill -TERM $holder
wait $holder
[[ $? == 143 ]] || fail 'expected exit 143 after SIGTERM'
expect_no_file held/cohort.csv
run batch manifest.csv --out held --no-store
expect_exit 0
cmp -s held/cohort.csv expected.csv || fail 'expected the table of an undisturbed run'

finish
