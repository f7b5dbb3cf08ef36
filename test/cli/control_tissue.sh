#!/usr/bin/env bash
# Control tissue on the slide is left out of the patient's score, and the result says so.
source "$(dirname "$0")/lib.sh" "$@"

cat >control.toml <<'EOF'
preset = "score1"
control_um = 110
control_gap_um = 40
width_px = 1536
height_px = 1536
seed = 3
EOF
run phantom control.toml --out control.svs
expect_exit 0
run score control.svs --out with --json
expect_exit 0
expect_stdout '"score": "1+"'
expect_stdout '"control-left-out"'
expect_stdout '"control": 0.0'

# The control is none of the tissue that a score needs: with it there is enough here, without it too little.
sed -e '$a tumour_fraction = 0.8' -e '$a cell_diameter_um = 12' control.toml >dense.toml
run phantom dense.toml --out dense.svs
expect_exit 0
cat >most.geojson <<'EOF'
{"type": "Feature", "properties": {"classification": {"name": "Ignore*"}},
 "geometry": {"type": "Polygon", "coordinates": [[[0, 0], [1536, 0], [1536, 650], [0, 650]]]}}
EOF
run score dense.svs --out little --region most.geojson --json
expect_exit 3
expect_stdout '"too-little-tissue"'
expect_stdout '"control-left-out"'
run explain little
expect_exit 0

# A region is the user's word: nothing is recognised then, and the whole slide counts.
cat >all.geojson <<'EOF'
{"type": "FeatureCollection", "features": [{"type": "Feature",
 "properties": {"objectType": "annotation", "classification": {"name": "include"}},
 "geometry": {"type": "Polygon", "coordinates": [[[0, 0], [1536, 0], [1536, 1536], [0, 1536], [0, 0]]]}}]}
EOF
run score control.svs --out all --region all.geojson --json
if [[ "$stdout" == *'"control-left-out"'* ]]; then fail "control tissue was left out against the user's region"; fi

finish
