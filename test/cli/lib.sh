# Helpers of the command-line tests: source "$(dirname "$0")/lib.sh" "$@" with the program as the first argument.
# Every expectation prints what differed; the test ends with `finish`.
set -u

annulet=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
[[ -x "$annulet" ]] || { echo "no program at $annulet: build it first"; exit 1; }
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
samples=$here/../../samples
scratch=$(mktemp -d -t annulet-cli.XXXXXX)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch" || exit 1
failures=0
stdout='' stderr='' status=0

# Runs the program without a terminal; what it said is in $stdout, $stderr and $status.
run() {
  status=0
  command_line="annulet $*"
  "$annulet" "$@" </dev/null >"$scratch/.stdout" 2>"$scratch/.stderr" || status=$?
  stdout=$(<"$scratch/.stdout")
  stderr=$(<"$scratch/.stderr")
}

fail() {
  failures=$((failures + 1))
  printf '%s\n  %s\n  exit %s\n  stdout: %s\n  stderr: %s\n' "$command_line" "$1" "$status" "${stdout:0:800}" "${stderr:0:800}"
}

expect_exit() { [[ "$status" == "$1" ]] || fail "expected exit $1"; }
expect_stdout() { [[ "$stdout" == *"$1"* ]] || fail "expected on stdout: $1"; }
expect_stderr() { [[ "$stderr" == *"$1"* ]] || fail "expected on stderr: $1"; }
expect_no_stdout() { [[ -z "$stdout" ]] || fail "expected nothing on stdout"; }
expect_file() { [[ -e "$1" ]] || fail "expected the file $1"; }
expect_no_file() { [[ ! -e "$1" ]] || fail "did not expect the file $1"; }

# skip REASON: for a test that lacks its input; must come before any expectation.
skip() {
  echo "skipped: $(basename "$0" .sh): $1"
  exit 0
}

finish() {
  ((failures == 0)) || echo "$failures expectation(s) not met"
  exit $((failures > 0))
}
