# explain: the verdict in words, one cell, the cell at a place; refuses what does not fit the stored result.
. "$(dirname "$0")/lib.sh" "$@"

slide=$samples/slides/her2-2plus.tif
[[ -f "$slide" ]] || skip "samples/slides/her2-2plus.tif is not there"
run score "$slide" --out one
expect_exit 0

run explain one
expect_exit 0
for words in "HER2 IHC 2+" "Rows of asco-cap-breast-2018" "What would change the score" "95 %" "R2"; do expect_stdout "$words"; done

run explain one --json
expect_exit 0
expect_stdout '"score": "2+"'

line=$(gzip -dc one/cells.csv.gz | grep ',tumour,' | sed -n 5p)
IFS=, read -r id x y kind pattern _ <<<"$line"
run explain one --cell "$id"
expect_exit 0
for words in "Cell $id" "$kind" "$pattern" "completeness" "votes"; do expect_stdout "$words"; done
run explain one --at "$x,$y"
expect_exit 0
expect_stdout "Cell $id"
run explain one --cell "$id" --json
expect_exit 0
expect_stdout "\"cell_id\": \"$id\""

run explain one --at -50,10
expect_exit 0
expect_stdout "outside the slide"

run explain one --cell 1-1
expect_exit 2
expect_stderr "no cell 1-1"
run explain one --cell banana
expect_exit 2
run explain one --at banana
expect_exit 2
run explain nowhere
expect_exit 4
expect_stderr "not-found"

cp -r one altered
sed -i 's/"score": "2+"/"score": "0"/' altered/result.json
run explain altered
expect_exit 4
expect_stderr "altered"

cp -r one other
sed -i '0,/"digest": "[0-9a-f]*"/s//"digest": "00"/' other/result.json
run explain other
expect_exit 2
expect_stderr "version of annulet"

cp -r one broken
printf 'x' | dd of=broken/cells.bin.gz bs=1 seek=3000 conv=notrunc status=none
run explain broken
expect_exit 4
expect_stderr "corrupt"

finish
