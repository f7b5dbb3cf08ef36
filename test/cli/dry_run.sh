# batch --dry-run says what would be done, and touches nothing.
source "$(dirname "$0")/lib.sh" "$@"
cp "$samples/slides/her2-0.tif" "$samples/slides/he-like.tif" .
printf 'slide,regions\nher2-0.tif,\nhe-like.tif,\nlost.tif,\nhe-like.tif,lost.geojson\n' >twice.csv
printf 'slide,mpp\nher2-0.tif,\nhe-like.tif,\nlost.tif,\n' >cohort.csv

run batch cohort.csv --out results --dry-run
expect_exit 0
expect_stdout "score     495 kB"
expect_stdout "lost.tif  (not there: "
expect_stdout "3 slides: 2 to score (1.1 MB), 0 done, 1 missing"
expect_stdout "estimated: 0."
expect_no_file results

run batch cohort.csv --out results --dry-run --json --workers 2
expect_exit 0
expect_stdout '"sums":{"slides":3,"to_score":2,"done":0,"missing":1,'
expect_stdout '"workers":2'
expect_no_file results

# What is wrong with the manifest shows before the night.
run batch twice.csv --out results --dry-run
expect_exit 2
expect_stderr "twice.csv:5:1: slide \"he-like.tif\" stands in line 3 already"
printf 'slide;mpp\nher2-0.tif;0.25\n' >semicolons.csv
run batch semicolons.csv --out results --dry-run
expect_exit 2
expect_stderr "semicolons.csv:1:1: the columns are separated by semicolons"
run batch "$scratch/*.svs" --out results --dry-run
expect_exit 2
expect_stderr "no slide matches this pattern"

run batch cohort.csv --out results --no-store
expect_exit 6
before=$(find results -type f -exec sha256sum {} + | sort)
run batch cohort.csv --out results --dry-run
expect_exit 0
expect_stdout "3 slides: 0 to score (0 B), 3 done, 0 missing"
run batch cohort.csv --out results --dry-run --guideline asco-cap-breast-2013
expect_stdout "3 slides: 2 to score"
[[ "$(find results -type f -exec sha256sum {} + | sort)" == "$before" ]] || fail "expected the folder untouched"
finish
