# A stdout that cannot be written is an error of every command (exit 5), also where the work itself went well.
. "$(dirname "$0")/lib.sh" "$@"

[[ -c /dev/full ]] || skip "there is no /dev/full"

run_into_full() {
  command_line="annulet $* >/dev/full"
  status=0
  "$annulet" "$@" </dev/null >/dev/full 2>.stderr || status=$?
  stderr=$(<.stderr)
}

slide=$samples/slides/her2-2plus.tif
printf 'preset = "score2"\nwidth_px = 640\nheight_px = 512\n' >small.toml

for arguments in "--help" "--version" "models list" "models show asco-cap-breast-2018" "models check" \
  "phantom small.toml --out small.svs" "info small.svs" "info small.svs --json"; do
  # shellcheck disable=SC2086
  run_into_full $arguments
  expect_exit 5
  expect_stderr "stdout"
done

if [[ -f "$slide" ]]; then
  run_into_full score "$slide" --out result
  expect_exit 5
  expect_stderr "stdout"
  expect_file result/result.json
fi

finish
