# --deidentify: no file and no message holds the slide's name, its folder, the host's name or a text of the slide.
. "$(dirname "$0")/lib.sh" "$@"

[[ -f "$samples/slides/her2-2plus.tif" ]] || skip "samples/slides/her2-2plus.tif is not there"
mkdir CANARYFOLDER
slide=CANARYFOLDER/CANARYNAME.tif
cp "$samples/slides/her2-2plus.tif" "$slide"
head -c 32 /dev/urandom >key
host=$(uname -n)

# expect_clean FILE...: reads the files, unpacked, for the names. A short name of the host may stand in any picture.
expect_clean() {
  local file
  for file in "$@"; do
    case $file in *.gz) zcat "$file" ;; *) cat "$file" ;; esac >.content
    grep -qa CANARY .content && fail "expected no name of the slide in $file"
  done
}

run score "$slide" --out one --deidentify-key key --geojson
expect_exit 0
expect_stdout "slide-"
grep -q CANARY .stdout .stderr && fail "expected no name on stdout and stderr"
expect_clean one/*
grep -q "\"$host\"" one/run.json && fail "expected no host in run.json"
grep -q '"host": "host-' one/run.json || fail "expected a pseudonym of the host in run.json"

mkdir CANARYOTHER
cp "$slide" CANARYOTHER/CANARYNAME.tif
run score CANARYOTHER/CANARYNAME.tif --out two --deidentify-key key --threads 2
expect_exit 0
cmp -s one/result.json two/result.json || fail "expected the same pseudonym for the same name and key"

run score "$slide" --out three --deidentify
expect_exit 0
expect_clean three/*
cmp -s one/result.json three/result.json && fail "expected another pseudonym without the key"

run score CANARYFOLDER/CANARYMISSING.tif --out four --deidentify
expect_exit 4
expect_stderr "not-found"
grep -q CANARY .stdout .stderr && fail "expected no name in the message"
expect_clean four/*

head -c 5000 "$slide" >CANARYFOLDER/CANARYCUT.tif
run score CANARYFOLDER/CANARYCUT.tif --out five --deidentify --json
expect_exit 4
expect_stderr "truncated"
grep -q CANARY .stdout .stderr && fail "expected no name in the message"
expect_clean five/*

run score "$slide" --out six --deidentify-key no-such-file
expect_exit 2
expect_stderr "key file"
expect_no_file six

sed 's/Invasive carcinoma/CANARYLABEL/' "$samples/regions/her2-2plus.qupath.geojson" >CANARYFOLDER/CANARYREGIONS.geojson
run score "$slide" --out regions --deidentify-key key --region CANARYFOLDER/CANARYREGIONS.geojson
grep -q CANARY .stdout .stderr && fail "expected no name of the regions on stdout and stderr"
expect_clean regions/*

echo '{"CANARYBROKEN' >CANARYFOLDER/CANARYBROKEN.geojson
run score "$slide" --out broken --deidentify --region CANARYFOLDER/CANARYBROKEN.geojson
grep -q CANARY .stdout .stderr && fail "expected no name of the broken regions in the message"

# A text that the scanner wrote into the slide (name of the patient, of the operator) comes nowhere.
run phantom "$samples/recipes/her2-2plus.toml" --out aperio.svs
expect_exit 0
grep -qa 'Filename = ' aperio.svs || fail "expected a text of the scanner in the slide"
LC_ALL=C sed 's/Filename = /CANARYTEXT=/' aperio.svs >texts.svs
run score texts.svs --out seven
expect_exit 0
expect_clean seven/*
run info texts.svs --json
[[ "$stdout" == *CANARY* ]] && fail "expected no text of the slide from info"

finish
