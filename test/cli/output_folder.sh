# A result replaces a result only with --force, and never anything else; a stopped run leaves nothing.
. "$(dirname "$0")/lib.sh" "$@"

run score missing.tif --out result
expect_exit 4
first=$(<result/result.json)

run score missing.tif --out result
expect_exit 2
expect_stderr "--force"

run score missing.tif --out result --force
expect_exit 4
[[ "$(<result/result.json)" == "$first" ]] || fail "expected the same result.json from a second run"

mkdir letters
echo "dear" >letters/letter.txt
run score missing.tif --out letters --force
expect_exit 2
expect_file letters/letter.txt
expect_no_file letters/result.json

echo "text" >file
run score missing.tif --out file/result
expect_exit 2

[[ -z "$(find . -name '.*.partial*' -o -name '.result.*')" ]] || fail "expected no temporary folder left"

finish
