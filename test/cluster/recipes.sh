# The recipes of docs/guide/cluster.md without Slurm: GNU parallel and Snakemake give the table of a local batch.
source "$(dirname "$0")/../cli/lib.sh" "$@"
command -v parallel >/dev/null || skip "GNU parallel is not installed (scripts/setup --all)"
command -v snakemake >/dev/null || skip "Snakemake is not installed (scripts/setup --all)"

for name in her2-0 her2-2plus he-like; do cp "$samples/slides/$name.tif" .; done
head -c 100000 her2-2plus.tif >cut.tif  # fails
printf 'slide\nher2-0.tif\nher2-2plus.tif\nhe-like.tif\ncut.tif\n' >cohort.csv
run batch cohort.csv --out local
expect_exit 6
expect_file local/cohort.csv

# same NAME STATUS: what a recipe left is the local table.
same() {
  command_line=$1 status=$2
  cmp local/cohort.csv "$1/cohort.csv" || fail "expected the table of the local batch"
}

seq 3 | parallel --will-cite --jobs 2 --joblog parallel.log --resume-failed \
  "$annulet" batch cohort.csv --out parallel --shard {}/3 --threads 1 >.out 2>&1
status=$?
[[ "$status" == 1 ]] || fail "one part of three holds the slide that fails: expected exit 1"
run merge parallel --manifest cohort.csv
expect_exit 6
same parallel $?

recipe() {
  HOME=$scratch snakemake --quiet --snakefile "$here/../../scripts/cluster/Snakefile" --cores 2 \
    --config annulet="$annulet" "manifest=the cohort.csv" "out=snake out" parts=3 >.out 2>&1
}
cp cohort.csv "the cohort.csv"
recipe || { status=$? command_line=snakemake stderr=$(<.out); fail "expected exit 0"; }
same "snake out" 0
# A result that was lost, and its part: made again.
rm -r "snake out"/slides/her2-0-* "snake out.parts/1" "snake out/cohort.csv"
recipe || { status=$? command_line="snakemake again" stderr=$(<.out); fail "expected exit 0"; }
same "snake out" 0
# A manifest that was edited: the table follows.
sleep 1
sed -i /he-like/d cohort.csv
cp cohort.csv "the cohort.csv"
run batch cohort.csv --out local
recipe || { status=$? command_line="snakemake, another manifest" stderr=$(<.out); fail "expected exit 0"; }
same "snake out" 0
finish
