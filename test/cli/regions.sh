# Regions: the cells that count are those inside; a bad file is a usage error, a region elsewhere no score.
. "$(dirname "$0")/lib.sh" "$@"

slide=$samples/slides/her2-2plus.tif
[[ -f "$slide" ]] || skip "samples/slides/her2-2plus.tif is not there"

# rectangle FILE CLASS X0 Y0 X1 Y1: as QuPath writes it.
rectangle() {
  printf '{"type":"Feature","geometry":{"type":"Polygon","coordinates":[[[%s,%s],[%s,%s],[%s,%s],[%s,%s],[%s,%s]]]},"properties":{"objectType":"annotation","classification":{"name":"%s","color":[9,9,9]}}}' \
    "$3" "$4" "$5" "$4" "$5" "$6" "$3" "$6" "$3" "$4" "$2" >"$1"
}
rectangle left.geojson Tumor 0 0 768 1536
rectangle right.geojson 'Ignore*' 768 0 1536 1536
rectangle elsewhere.geojson Tumor 5000 5000 6000 6000

# cells FOLDER CONDITION-OF-AWK: x is x_um.
cells() { zcat "$1/cells.csv.gz" | awk -F, -v OFS=, 'NR == 1 {for (i = 1; i <= NF; ++i) c[$i] = i; next} {x = $c["x_um"]} '"$2"' {print $c["cell_id"]}'; }

run score "$slide" --out whole
expect_exit 0
run score "$slide" --out half --region left.geojson --json
expect_exit 0
expect_stdout '"role": "include"'
expect_stdout 'left.geojson sha256:'
[[ "$stdout" == *"$scratch"* ]] && fail "expected no path in result.json"
((${#stdout} > 0)) && (($(cells half 'x >= 192' | wc -l) == 0)) || fail "expected no cell outside the region"
inside=$(cells half 'x < 192' | wc -l) expected=$(cells whole 'x < 192' | wc -l)
((inside * 100 >= expected * 97 && inside * 100 <= expected * 103)) ||
  fail "expected about $expected cells inside the region, as without one, not $inside"
expect_file half/report.html
grep -q "inside 1 region" half/report.html || fail "expected the report to say that it counted inside a region"

# What is left when the other half is excluded is the same half.
run score "$slide" --out rest --region right.geojson
expect_exit 0
cmp -s half/cells.csv.gz rest/cells.csv.gz || fail "expected the same cells whether a half is included or the other excluded"

# Several files, and files of the other formats.
run score "$slide" --out both --region "$samples/regions/her2-2plus.imagescope.xml" --region right.geojson
expect_exit 0
run score "$slide" --out asap --region "$samples/regions/her2-2plus.asap.xml"
expect_exit 0

run score "$slide" --out outside --region elsewhere.geojson
expect_exit 3
expect_stderr "region-outside"
expect_file outside/result.json
grep -q '"score": null' outside/result.json || fail "expected no score"

printf '{"type":"Polygon","coordinates":[[[1,2],[3,' >broken.geojson
for file in broken.geojson no-such.geojson .; do
  run score "$slide" --out bad --region "$file"
  expect_exit 2
  expect_stderr "regions in"
  expect_no_file bad
done
run score no-such-slide.svs --out bad --region broken.geojson
expect_exit 2

finish
