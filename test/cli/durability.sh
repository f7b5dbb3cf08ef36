#!/usr/bin/env bash
# Every file of a result, and the folder that holds them, is flushed to the disk before the folder gets its name, and its
# name in a cohort before the cohort's record of it.
source "$(dirname "$0")/lib.sh" "$@"
command -v strace >/dev/null || skip "strace is not installed (scripts/setup --dev)"
strace -f -qq -o "$scratch/none" true 2>/dev/null || skip "strace may not trace here"

command_line="annulet score under strace"
# The leak sanitizer cannot look at a process that is traced.
ASAN_OPTIONS="${ASAN_OPTIONS-} detect_leaks=0" strace -f -qq -y -o "$scratch/calls" -e trace=fsync,rename,renameat2 \
  "$annulet" score "$samples/slides/her2-2plus.tif" --out "$scratch/out" --threads 1 >/dev/null 2>&1 || fail "the run fails"
renamed=$(grep -n 'rename' "$scratch/calls" | head -1 | cut -d: -f1)
[[ -n "$renamed" ]] || fail "the folder was never renamed"
for file in "$scratch"/out/*; do
  synced=$(grep -n "fsync(.*/$(basename "$file")>" "$scratch/calls" | head -1 | cut -d: -f1)
  [[ -n "$synced" && "$synced" -lt "$renamed" ]] || fail "$(basename "$file") was not flushed before the folder was renamed"
done
folder=$(grep -n 'fsync([0-9]*<[^>]*partial[^/>]*>' "$scratch/calls" | head -1 | cut -d: -f1)
[[ -n "$folder" && "$folder" -lt "$renamed" ]] || fail "the folder was not flushed before it was renamed"
tail -n +"$renamed" "$scratch/calls" | grep -q 'fsync' || fail "the name was not flushed after the folder was renamed"

command_line="annulet batch under strace"
printf 'slide\n%s\n' "$samples/slides/her2-2plus.tif" >"$scratch/manifest.csv"
ASAN_OPTIONS="${ASAN_OPTIONS-} detect_leaks=0" strace -qq -y -o "$scratch/calls" -e trace=fsync,rename,renameat2 \
  "$annulet" batch "$scratch/manifest.csv" --out "$scratch/cohort" --no-store >/dev/null 2>&1 || fail "the batch fails"
# The first call after `$2` that matches `$1`.
call() { tail -n +"$(($2 + 1))" "$scratch/calls" | grep -nE "$1" | head -1 | cut -d: -f1; }
moved=$(call 'renameat2\(.*/cohort/slides/' 0)
recorded=$(call 'rename\(.*/cohort/state/' "${moved:-0}")
flushed=$(call 'fsync\([0-9]+<[^>]*/cohort/slides>' "${moved:-0}")
[[ -n "$moved" && -n "$recorded" ]] || fail "expected the result to be moved, then its record"
[[ -n "$flushed" && "$flushed" -lt "${recorded:-0}" ]] || fail "the name of the result was not flushed before its record was written"
finish
