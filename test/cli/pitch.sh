#!/usr/bin/env bash
# Um per pixel of x and y stay what the file says of each, in the unit that it names.
source "$(dirname "$0")/lib.sh" "$@"
command -v python3 >/dev/null || skip "python3 is not installed (scripts/setup --dev)"

# mangled DAMAGE: slide.tif is a sample whose header was changed.
mangled() {
  cp "$samples/slides/her2-2plus.tif" slide.tif
  PYTHONDONTWRITEBYTECODE=1 PYTHONPATH="$here/../defects" python3 -c 'import mangle, sys; mangle.mangle("slide.tif", sys.argv[1])' "$1"
}

mangled "rational ifd=0 id=282 num=40400 den=1"
run info slide.tif
expect_exit 0
expect_stdout "0.2475 x 0.2500 um/px"

# the same number of pixels, an inch and a centimetre
mangled "tag ifd=0 id=296 value=2; rational ifd=0 id=282 num=80000 den=1; rational ifd=0 id=283 num=80000 den=1"
run info slide.tif
expect_exit 0
expect_stdout "0.3175 x 0.3175 um/px"
mangled "rational ifd=0 id=282 num=80000 den=1; rational ifd=0 id=283 num=80000 den=1"
run info slide.tif
expect_stdout "0.1250 x 0.1250 um/px"
finish
