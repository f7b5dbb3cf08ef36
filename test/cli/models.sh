# models: list, show and check, with the kind of a file found from what is in it.
. "$(dirname "$0")/lib.sh" "$@"

run models list
expect_exit 0
expect_stdout "guidelines"

run models check
expect_exit 0
expect_stdout "stains/"

run models check grading
expect_exit 0
expect_stdout "grading/annulet-1: ok"
[[ "$stdout" != *guidelines* ]] || fail "expected the gradings alone"

run models list
while read -r kind id _; do
  run models show "$kind/$id"
  expect_exit 0
  printf '%s\n' "$stdout" >"$kind-$id.toml"
  run models check "$kind-$id.toml"
  expect_exit 0
  expect_stdout "ok ($kind)"
  run models check "$kind" "$kind-$id.toml"
  expect_exit 0
done <<<"$stdout"

echo 'no = "model"' >other.toml
run models check other.toml
expect_exit 2
expect_stderr "annulet models check KIND FILE"
run models check missing.toml
expect_exit 2
expect_stderr "missing.toml"
run models check colour other.toml
expect_exit 2
expect_stderr "guidelines"

finish
