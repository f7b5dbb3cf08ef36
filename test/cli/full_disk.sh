#!/usr/bin/env bash
# A file that cannot be written to its end leaves no result, and the exit says so.
source "$(dirname "$0")/lib.sh" "$@"

# Files of more than 64 KiB are refused, as a full disk or a quota does; the signal that comes with it does not end the program.
command_line="annulet score with at most 64 KiB a file"
status=0
(
  ulimit -f 64
  exec "$annulet" score "$samples/slides/her2-2plus.tif" --out "$scratch/out"
) >"$scratch/.stdout" 2>"$scratch/.stderr" || status=$?
stdout=$(<"$scratch/.stdout")
stderr=$(<"$scratch/.stderr")
expect_exit 5
expect_stderr "writing failed"
expect_no_file "$scratch/out"
[[ -z "$(find "$scratch" -maxdepth 1 -name '.out*')" ]] || fail "a hidden folder was left behind"
finish
