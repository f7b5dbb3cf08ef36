# A result stands for the row that it was made for, as it is now, and for no other: batch, --dry-run and merge agree on that.
source "$(dirname "$0")/lib.sh" "$@"

cp "$samples/slides/her2-0.tif" a.tif
cp "$samples/slides/her2-2plus.tif" b.tif
printf 'slide,ish,controls\na.tif,,\nb.tif,,\n' >cohort.csv

# merge: what the manifest says now, what lies there now
parts() { for part in 1 2; do run batch cohort.csv --out parts --shard $part/2 "$@"; done; }
parts
run merge parts --manifest cohort.csv --no-store
expect_exit 0
rm parts/cohort.csv
printf 'slide,ish,controls\na.tif,positive,\nb.tif,,failed\n' >asked.csv
run merge parts --manifest asked.csv --no-store
expect_exit 6
expect_stderr '2 of 2 slides have no result yet'
expect_stderr 'no result: a.tif: the manifest asks something else of it now'
expect_no_file parts/cohort.csv
touch a.tif
run merge parts --manifest cohort.csv --no-store
expect_exit 0
cp b.tif kept.tif
cp a.tif b.tif
run merge parts --manifest cohort.csv --no-store
expect_exit 6
expect_stderr 'no result: b.tif: its file was touched since'
mv kept.tif b.tif
mv parts/slides/b-* away
run merge parts --manifest cohort.csv --no-store
expect_exit 6
expect_stderr 'no result: b.tif: its result folder is gone'
parts
run batch cohort.csv --out parts --shard 2/2 --controls ok
run merge parts --manifest cohort.csv --no-store
expect_exit 2
expect_stderr 'scored with different options'

# a row that asks what the guideline has not is a row, and the others go on
printf 'slide,ish\na.tif,"1.5,3.0"\nb.tif,\n' >counts.csv
run batch counts.csv --out counts --guideline asco-cap-breast-2013 --no-store
expect_exit 6
expect_stdout 'a.tif: failed: --ish RATIO,COPIES'
grep -q '^a.tif,.*,failed,.*,usage,' counts/cohort.csv || fail 'expected the reason usage'
grep -q '^b.tif,.*,scored,2+,' counts/cohort.csv || fail 'expected the other row scored'
run batch counts.csv --out counts --guideline asco-cap-breast-2013 --no-store
expect_stderr '0 to score, 2 done before'
run batch cohort.csv --out new --guideline asco-cap-breast-2013 --ish 1.5,3.0
expect_exit 2
expect_no_file new

# a damaged result is made again
run batch cohort.csv --out whole
cp whole/cohort.csv expected.csv
echo '{}' >whole/slides/a-*/result.json
rm whole/slides/b-*/cells.*
run batch cohort.csv --out whole
expect_stderr '2 to score, 0 done before'
[[ "$stderr" != *lacks* ]] || fail 'expected a whole store'
cmp -s whole/cohort.csv expected.csv || fail 'expected the same table'
run rescore whole --guideline asco-cap-breast-2013 --dry-run
expect_exit 0

# one folder a row, whatever the manifests were, in one process and in parts
mkdir one two
cp a.tif one/x.tif
cp a.tif two/x.tif
printf 'slide,controls\ntwo/x.tif,ok\n' >second.csv
printf 'slide,controls\none/x.tif,\n' >first.csv
printf 'slide,controls\none/x.tif,\ntwo/x.tif,ok\n' >both.csv
each_has_its_own() {
  [[ $(ls "$1/slides" | wc -l) == 2 ]] || fail "expected two folders in $1"
  while IFS=, read -r digest folder; do
    [[ $(sha256sum <"$1/$folder/result.json") == "$digest  -" ]] || fail "expected the digest of $1/$folder/result.json"
  done < <(tail -n +2 "$1/cohort.csv" | awk -F, '{ print $(NF-1) "," $NF }')
}
for manifest in second first both; do run batch $manifest.csv --out names --no-store; done
expect_exit 0
expect_stderr '0 to score, 2 done before'
each_has_its_own names
run batch second.csv --out split --no-store
for part in 1 2; do run batch both.csv --out split --shard $part/2; done
run merge split --manifest both.csv --no-store
expect_exit 0
each_has_its_own split

# parts of two splits keep out of each other's way
cat >slow <<'END_SLOW'
#!/bin/sh
[ "$1" = --version ] && exit 0
exec sleep 60
END_SLOW
chmod +x slow
"$annulet" batch cohort.csv --out held --shard 1/2 --worker ./slow >/dev/null 2>&1 &
holder=$!
for ((i = 0; i < 100; ++i)); do
  [[ -n $(ls held/work 2>/dev/null) ]] && break
  sleep 0.05
done
for other in --shard=1/3 --shard=2/3; do
  run batch cohort.csv --out held $other
  expect_exit 2
  expect_stderr 'is being worked in by parts of 2 slides'
done
run batch both.csv --out held --index 2
expect_exit 2
run batch cohort.csv --out held --index 2
expect_exit 0
kill -TERM $holder
wait $holder

# a table that speaks of results that are replaced goes first
cp -r whole midway
"$annulet" batch cohort.csv --out midway --guideline asco-cap-breast-2013 --worker ./slow >/dev/null 2>&1 &
holder=$!
for ((i = 0; i < 100; ++i)); do
  [[ -n $(ls midway/work 2>/dev/null) ]] && break
  sleep 0.05
done
kill -TERM $holder
wait $holder
expect_no_file midway/cohort.csv

# the plan is what the run does
mkdir empty
run batch cohort.csv --out empty --dry-run
expect_exit 0
expect_stdout '2 slides: 2 to score'
[[ -z $(ls empty) ]] || fail 'expected the folder as it was'
run batch cohort.csv --out empty --dry-run --shard 2/2
expect_stdout '1 slide: 1 to score'
[[ "$stdout" != *a.tif* ]] || fail 'expected the slides of the part alone'
touch a.tif
run batch cohort.csv --out whole --dry-run
expect_stdout '2 slides: 0 to score (0 B), 1 done, 0 missing, 1 touched'
run batch cohort.csv --out whole --no-store
expect_stderr '0 to score, 2 done before'
expect_stderr 'cohort.sqlite is of an earlier batch'
mkdir other
touch other/thesis.doc
run batch cohort.csv --out other --dry-run
expect_exit 2

# patients.csv goes with its cases
printf 'slide,case\na.tif,c\nb.tif,c\n' >cases.csv
run batch cases.csv --out whole --no-store
expect_file whole/patients.csv
run batch cohort.csv --out whole --no-store
expect_no_file whole/patients.csv

finish
