# --help and --version answer on stdout with exit 0; every command explains itself with an example.
. "$(dirname "$0")/lib.sh" "$@"

run --help
expect_exit 0
for command in score explain info phantom models; do expect_stdout "$command"; done
expect_stdout "research use only"

run --version
expect_exit 0
[[ "$stdout" =~ ^annulet\ [0-9]+\.[0-9]+\.[0-9]+$ ]] || fail "expected 'annulet N.N.N'"

for command in score explain info phantom models; do
  run "$command" --help
  expect_exit 0
  expect_stdout "annulet $command"
done

finish
