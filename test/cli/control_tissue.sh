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

# A region is the user's word: nothing is recognised then, and the whole slide counts.
cat >all.geojson <<'EOF'
{"type": "FeatureCollection", "features": [{"type": "Feature",
 "properties": {"objectType": "annotation", "classification": {"name": "include"}},
 "geometry": {"type": "Polygon", "coordinates": [[[0, 0], [1536, 0], [1536, 1536], [0, 1536], [0, 0]]]}}]}
EOF
run score control.svs --out all --region all.geojson --json
if [[ "$stdout" == *'"control-left-out"'* ]]; then fail "control tissue was left out against the user's region"; fi

finish
