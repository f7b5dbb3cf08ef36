# What is no readable file is told by kind, at once, and never waited for.
. "$(dirname "$0")/lib.sh" "$@"

# refused FILE CODE WORD...: within 10 s, with the reason and its words.
refused() {
  local file=$1 code=$2
  shift 2
  status=0
  command_line="annulet score $file"
  rm -rf out
  timeout 10 "$annulet" score "$file" --out out </dev/null >.stdout 2>.stderr || status=$?
  stdout=$(<.stdout)
  stderr=$(<.stderr)
  expect_exit 4
  expect_stderr "[$code]"
  for word in "$@"; do expect_stderr "$word"; done
  grep -q '"score": null' out/result.json || fail "expected a result without score"
}

mkfifo pipe.svs
refused pipe.svs not-a-file FIFO
mkdir folder.svs
refused folder.svs not-a-file folder
refused /dev/zero not-a-file device
refused /dev/stdin not-a-file "another program"
ln -s loop.svs loop.svs
refused loop.svs not-a-file "leads back to itself"
ln -s nowhere dangling.svs
refused dangling.svs not-found "no such file"
ln -s pipe.svs link-to-pipe.svs
refused link-to-pipe.svs not-a-file FIFO
: >empty.svs
refused empty.svs empty
echo "this is no slide, whatever its name says" >text.svs
refused text.svs unsupported
printf 'II*\0' >head.svs
refused head.svs truncated
if [[ $(id -u) != 0 ]]; then
  echo secret >locked.svs
  chmod 000 locked.svs
  refused locked.svs permission
fi

finish
