# A slide with a lost tile: exit 4 without --allow-incomplete, a score that says so with it.
. "$(dirname "$0")/lib.sh" "$@"

sample=$samples/slides/her2-2plus.tif
[[ -f "$sample" ]] || skip "samples/slides/her2-2plus.tif is not there"
cp "$sample" lost.tif
chmod u+w lost.tif
# The first tile's data begin behind the header: its first bytes are enough.
python3 - <<'PY' || skip "python3 is not there"
import struct
data = bytearray(open("lost.tif", "rb").read())
at = data.find(b"\xff\xd8\xff")
while data[at + 3] == 0xdb:  # shared tables
    at = data.find(b"\xff\xd8\xff", at + 3)
data[at:at + 64] = bytes(64)
open("lost.tif", "wb").write(data)
PY

run score lost.tif --out refused
expect_exit 4
expect_stderr "incomplete"
grep -q '"score": null' refused/result.json || fail "expected no score"

run score lost.tif --out allowed --allow-incomplete 10
expect_exit 0
expect_stdout "incomplete"
grep -q '<div class="banner" role="alert">' allowed/report.html || fail "expected the report to say so at its top"
grep -q '"undecodable": 1,' allowed/result.json || fail "expected the lost tile in the account"

run score lost.tif --out neither --allow-incomplete 101
expect_exit 2

finish
