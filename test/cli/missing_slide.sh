# A slide that cannot be read: exit 4, stderr names the slide and the code; the result folder says so, whole.
. "$(dirname "$0")/lib.sh" "$@"

run score missing.tif --out result
expect_exit 4
expect_stderr "missing.tif"
expect_stderr "not-found"
expect_file result/result.json
expect_file result/run.json
expect_file result/report.html
grep -q '"failed"' result/result.json || fail "expected the status failed in result.json"
[[ "$(ls -A result | grep -c '^\.')" == 0 ]] || fail "expected no hidden file in the result"

run info missing.tif
expect_exit 4
expect_stderr "missing.tif"
expect_no_stdout

mkdir folder.tif
run score folder.tif --out folder-result
expect_exit 4
expect_stderr "not-a-file"

: >empty.tif
run score empty.tif --out empty-result
expect_exit 4
expect_stderr "empty"

head -c 5000 /dev/zero >zeros.svs
run score zeros.svs --out zeros-result
expect_exit 4
expect_stderr "zeros.svs"

finish
