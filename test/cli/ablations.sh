# Every ablation still fits the source: one that does not would no longer show what its idea buys.
. "$(dirname "$0")/lib.sh" "$@"

command -v git >/dev/null || skip "there is no git"
root=$(cd "$here/../.." && pwd)
for patch in "$root"/scripts/ablations/*.patch; do
  command_line="git apply --check $(basename "$patch")"
  stderr=$(cd "$root" && git apply --check "$patch" 2>&1) || fail "the patch does not fit the source"
done
finish
