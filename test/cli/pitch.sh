#!/usr/bin/env bash
# Um per pixel of x and y stay what the file says of each.
source "$(dirname "$0")/lib.sh" "$@"
command -v python3 >/dev/null || skip "python3 is not installed (scripts/setup --dev)"

cp "$samples/slides/her2-2plus.tif" slide.tif
PYTHONDONTWRITEBYTECODE=1 PYTHONPATH="$here/../defects" python3 -c '
from mangle import mangle
mangle("slide.tif", "rational ifd=0 id=282 num=40400 den=1")'
run info slide.tif
expect_exit 0
expect_stdout "0.2475 x 0.2500 um/px"
finish
