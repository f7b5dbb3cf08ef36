# A sample slide from one end to the other: verdict on stdout, files in the folder, the same bytes for any threads.
. "$(dirname "$0")/lib.sh" "$@"

slide=$samples/slides/her2-2plus.tif
[[ -f "$slide" ]] || skip "samples/slides/her2-2plus.tif is not there"

run score "$slide" --out one --threads 1 --geojson
expect_exit 0
expect_stdout "2+"
for file in result.json cells.csv.gz cells.bin.gz cells.geojson.gz heatmap.png overlay.png tissue.png report.html run.json; do
  expect_file "one/$file"
done

run score "$slide" --out two --threads 2 --geojson --json
expect_exit 0
[[ "$stdout" == "$(<two/result.json)" ]] || fail "expected result.json on stdout with --json"
for file in result.json cells.csv.gz cells.bin.gz cells.geojson.gz heatmap.png overlay.png tissue.png; do
  cmp -s "one/$file" "two/$file" || fail "expected the same bytes in $file for one and two threads"
done
grep -qF "$scratch" two/result.json && fail "expected no path in result.json"

finish
