# --expect-sha256: the archive's digest is compared before scoring.
. "$(dirname "$0")/lib.sh" "$@"

slide=$samples/slides/her2-2plus.tif
[[ -f "$slide" ]] || skip "samples/slides/her2-2plus.tif is not there"
digest=$(sha256sum "$slide" | cut -c1-64)

run score "$slide" --out good --expect-sha256 "$digest"
expect_exit 0
grep -q "$digest" good/result.json || fail "expected the digest in result.json"
grep -q integrity-unverified good/result.json && fail "expected no note on integrity"

run score "$slide" --out unverified
expect_exit 0
grep -q integrity-unverified unverified/result.json || fail "expected the note on integrity"

run score "$slide" --out bad --expect-sha256 "$(printf '%064d' 0)"
expect_exit 4
expect_stderr "hash-mismatch"
expect_file bad/result.json
expect_no_file bad/cells.csv.gz

run score "$slide" --out usage --expect-sha256 12ab
expect_exit 2
expect_no_file usage

finish
