# A cohort through Slurm on this machine: an array, a task whose time is up, one that is preempted, one that is
# killed; then the same command again. The table has the bytes of an undisturbed local batch.
source "$(dirname "$0")/../cli/lib.sh" "$@"
source "$here/../cluster/one_node_slurm.sh"
slurm_installed || skip "Slurm is not installed (scripts/setup --all)"

cluster=$(mktemp -d -t slurm.XXXXXX)
trap 'slurm_stop; rm -rf "$cluster" "$scratch"' EXIT
scripts=$here/../../scripts/cluster
readonly patience=60  # seconds for anything that Slurm is to do at once

say() { printf '%s\n' "$*"; }
# expect WHAT COMMAND...: the command succeeds.
expect() {
  local -r what=$1
  shift
  "$@" || { command_line=$what; status='' fail "expected: $what"; }
}
# must WHAT COMMAND...: the same, and nothing that follows has any sense without.
must() {
  expect "$@"
  ((failures == 0)) || { tail -n 20 cluster.slurm/*.log "$cluster"/slurm*.log 2>/dev/null; finish; }
}
job_field() { scontrol show job "$1" | tr ' ' '\n' | sed -n "s/^$2=//p" | head -1; }
start_soon() { [[ "$(job_field "$1" JobState)" == PENDING ]] && scontrol update JobId="$1" StartTime=now+5seconds; }
not_running() { [[ "$(job_field "$1" JobState)" =~ ^(COMPLETED|FAILED|CANCELLED|NODE_FAIL|TIMEOUT)$ ]]; }

# The cohort: slides of known scores, one of them under a second name with a pitch of its own, and one that is refused.
for name in her2-0 her2-1plus her2-2plus her2-3plus he-like; do cp "$samples/slides/$name.tif" .; done
cp her2-2plus.tif copy.tif
cat >cohort.csv <<'CSV'
slide,case,mpp,reader_a
her2-0.tif,P1,,0
her2-1plus.tif,P2,,1+
her2-2plus.tif,P3,,2+
her2-3plus.tif,P4,,3+
copy.tif,P5,0.26,2+
he-like.tif,P6,,
CSV
run batch cohort.csv --out local --workers 1
expect_exit 0
expect_file local/cohort.csv

# Stands in for the program at the work on one slide. Slides named in hold/ stand still the first time, so that they
# are in work when their task is disturbed; the id of the coordinator is left there.
mkdir hold
cat >worker <<WORKER
#!/usr/bin/env bash
[[ "\$1" == score ]] || exec "$annulet" "\$@"
slide=\$(basename "\${!#}" .tif)
echo "\$slide" >>"$scratch/begun"
if [[ -e "$scratch/hold/\$slide" ]] && rm "$scratch/hold/\$slide" 2>/dev/null; then
  echo \$PPID >"$scratch/hold/\$slide.held"
  exec sleep 600
fi
exec "$annulet" "\$@"
WORKER
chmod +x worker
touch hold/her2-0 hold/her2-1plus hold/her2-3plus

slurm_start "$cluster" 4 8000 || { tail -n 5 "$cluster"/*.log "$cluster"/*.out; fail "the cluster did not start"; finish; }
say "$(sinfo --version | sed 's/-wlm//'), one node: $(sinfo --noheader --format='%c CPUs, %m MB')"

submit() { "$scripts/submit" cohort.csv --out cluster --tasks 6 --annulet "$annulet" -- --worker "$scratch/worker"; }
said=$(submit) || must "the cohort is submitted" false
say "$said"
array=$(sed 's/.*array \([0-9]*\).*/\1/' <<<"$said") merge=$(sed 's/.*merge \([0-9]*\).*/\1/' <<<"$said")

must "her2-0 in work" slurm_wait "$patience" test -s hold/her2-0.held
say "task 1: its time limit is near (USR1)"
scancel --signal=USR1 --batch "${array}_1" &  # waits for the task to be gone
must "her2-1plus in work" slurm_wait "$patience" test -s hold/her2-1plus.held
say "task 2: it is preempted (scontrol requeue)"
scontrol requeue "${array}_2"
must "her2-3plus in work" slurm_wait "$patience" test -s hold/her2-3plus.held
say "task 4: its coordinator is killed (kill -9)"
kill -9 "$(<hold/her2-3plus.held)"

# Slurm lets a task that is put back wait for two minutes: in the second in which a node has ended it, the node would not
# begin it again.
for task in 1 2; do must "task $task is back" slurm_wait "$patience" start_soon "${array}_$task"; done

must "the merge job has ended" slurm_wait 300 not_running "$merge"
say "merge: $(job_field "$merge" JobState), exit $(job_field "$merge" ExitCode)"
expect "the merge misses a slide" test "$(job_field "$merge" ExitCode)" == 6:0
expect "the merge names it" grep -q "her2-3plus.tif" cluster.slurm/merge.log
expect_no_file cluster/cohort.csv
sort begun | uniq -c | sed 's/^ */  begun /'

cp begun begun.before
said=$(submit) || must "the cohort is submitted" false
say "again: $said"
merge=$(sed 's/.*merge \([0-9]*\).*/\1/' <<<"$said")
must "the second merge job has ended" slurm_wait 300 not_running "$merge"
say "merge: $(job_field "$merge" JobState), exit $(job_field "$merge" ExitCode)"
expect "only one task was started again" grep -q " 1 of 6 tasks" <<<"$said"
expect "the second merge finds all" test "$(job_field "$merge" ExitCode)" == 0:0
expect "only the missing slide was scored again" test "$(tail -n +"$(($(wc -l <begun.before) + 1))" begun)" == her2-3plus
expect "the same table" cmp cluster/cohort.csv local/cohort.csv
for folder in local/slides/*/; do
  expect "the same result of $(basename "$folder")" cmp "$folder/result.json" "cluster/slides/$(basename "$folder")/result.json"
done
said=$(submit) || must "the cohort is submitted" false
say "once more: $said"
expect "nothing is left to do" grep -q " 0 of 6 tasks have work: array none" <<<"$said"
must "the third merge job has ended" slurm_wait 300 not_running "$(sed 's/.*merge \([0-9]*\).*/\1/' <<<"$said")"
expect "still the same table" cmp cluster/cohort.csv local/cohort.csv
say "cohort.csv of both: SHA-256 $(sha256sum <cluster/cohort.csv | cut -c1-16)..., $(($(wc -l <cluster/cohort.csv) - 1)) slides"
finish
