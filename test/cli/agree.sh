# agree: a cohort against its readers and its other runs, as tables, JSON, CSV and a page whose links lead somewhere.
source "$(dirname "$0")/lib.sh" "$@"

mkdir slides
cp "$samples"/slides/her2-{0,1plus,2plus}.tif "$samples/slides/he-like.tif" slides/
cat >manifest.csv <<'END'
slide,case,specimen,scanner,date,reader_ann,reader_ben
slides/her2-0.tif,a,primary,One,2026-01-05,0,0
slides/her2-1plus.tif,a,metastasis,One,2026-02-05,2+,1+
slides/her2-2plus.tif,b,core,Two,2026-02-06,2+,2+
slides/he-like.tif,c,,Two,2026-02-07,1+,
END
run batch manifest.csv --out cohort
expect_exit 0

run agree cohort --html page.html --csv agree.csv --patients patients.csv
expect_exit 0
for words in 'batch against reader:ann' 'batch against reader:ben' 'reader:ann against reader:ben' '4 slides of 3 cases, 3 scored by both' \
  'batch gave no score for 1: 1 not-evaluable: no' '2 of 4' 'by scanner' 'by month' 'specimens of one case' 'zero-one-switch' \
  'only 3 cases' '1999 resamplings' 'For research use only'; do expect_stdout "$words"; done
expect_file page.html
grep -q '^batch,reader:ann,exact_of_all,0.500000,2,4,' agree.csv || fail 'expected 2 of 4 in the table'
grep -q '^a,slides/her2-0.tif,primary,0,' patients.csv || fail 'expected the case in patients.csv'
links=$(grep -o 'href="[^"#]*report.html"' page.html | sed 's/^href="//; s/"$//')
[[ -n "$links" ]] || fail 'expected links to reports'
for link in $links; do expect_file "$link"; done
cp page.html first.html
run agree cohort/cohort.sqlite --html page.html --force
expect_exit 0
cmp -s page.html first.html || fail 'expected the same page again'
mkdir deep
run agree cohort --html deep/page.html
grep -q 'href="../cohort/slides/' deep/page.html || fail 'expected links from where the page lies'

run rescore cohort --guideline 2013 --name old
expect_exit 0
run agree cohort --run old --against batch --json
expect_exit 0
expect_stdout '"first": "old"'
expect_stdout '"differences"'
run rescore cohort --guideline 2013
run agree cohort --run 2013 --against batch
expect_exit 0
expect_stdout 'asco-cap-breast-2013 against batch'
run agree cohort --run batch --against 2013
expect_exit 0
expect_stdout 'batch against asco-cap-breast-2013'
run agree cohort --run batch --against ben
expect_exit 0
expect_stdout 'batch against reader:ben'

# nobody to compare with: the cases can still be listed
cut -d, -f1-3 manifest.csv >alone.csv
run batch alone.csv --out alone
run agree alone
expect_exit 2
expect_stderr "there is nobody to compare 'batch' with"
run agree alone --patients alone-patients.csv
expect_exit 0
grep -q '^a,slides/her2-0.tif,primary,0,' alone-patients.csv || fail 'expected the case without readers'

# what is there already is somebody's: the tables of the cohort, too
cp cohort/cohort.csv before.csv
for option in --html --csv --patients; do
  run agree cohort "$option" cohort/cohort.csv
  expect_exit 2
  expect_stderr "$option 'cohort/cohort.csv' is there already"
  expect_no_stdout
  cmp -s cohort/cohort.csv before.csv || fail 'expected cohort.csv to be left alone'
done

# what cannot be compared
run agree cohort --run nobody
expect_exit 2
expect_stderr "nobody called 'nobody' scored this cohort; there are "
run agree cohort --against old --run old
expect_exit 2
expect_stderr 'compared with itself'
run agree nowhere
expect_exit 4
run agree cohort --html nowhere/page.html
expect_exit 5
expect_no_stdout
finish
