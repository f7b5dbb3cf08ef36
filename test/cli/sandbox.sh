# What stands of the sandbox is said in run.json, and --require-sandbox reads nothing without.
. "$(dirname "$0")/lib.sh" "$@"

printf 'preset = "score2"\nwidth_px = 640\nheight_px = 512\n' >small.toml
run phantom small.toml --out slide.tif
expect_exit 0

run score slide.tif --out walls --require-sandbox
walls=$status
grep -Eq '"sandbox": "(landlock\+)?seccomp\+limits' walls/run.json || fail "expected the walls in run.json"

# A slide and a model of the user's own, far from the working folder and through a symbolic link.
mkdir -p far/away models
cp slide.tif far/away/
ln -s far/away/slide.tif link.tif
run models show asco-cap-breast-2018
printf '%s\n' "$stdout" >models/own.toml
run score link.tif --out linked --guideline models/own.toml
[[ "$status" == "$walls" ]] || fail "expected the exit code of the slide itself"
run score slide.tif --out direct --guideline asco-cap-breast-2018
grep -q '"own-model"' linked/result.json || fail "expected the note about the user's own model"

# A system that refuses seccomp: a filter around the program denies the two calls that set one.
cat >deny.py <<'PYTHON'
import ctypes, os, sys
EPERM, ALLOW, ERRNO = 1, 0x7FFF0000, 0x00050000
lib = ctypes.CDLL("libseccomp.so.2")
lib.seccomp_init.restype = ctypes.c_void_p
class Compare(ctypes.Structure):
    _fields_ = [("arg", ctypes.c_uint), ("op", ctypes.c_int), ("a", ctypes.c_uint64), ("b", ctypes.c_uint64)]
rules = ctypes.c_void_p(lib.seccomp_init(ctypes.c_uint32(ALLOW)))
def deny(name, *compare):
    many = (Compare * max(1, len(compare)))(*compare)
    number = lib.seccomp_syscall_resolve_name(name.encode())
    if lib.seccomp_rule_add_array(rules, ctypes.c_uint32(ERRNO | EPERM), number, ctypes.c_uint(len(compare)), many):
        sys.exit(99)
deny("seccomp")
deny("prctl", Compare(0, 4, 22, 0))  # PR_SET_SECCOMP
if lib.seccomp_load(rules):
    sys.exit(99)
os.execv(sys.argv[1], sys.argv[1:])
PYTHON
if python3 deny.py "$annulet" --version >/dev/null 2>&1; then
  command_line="annulet score --require-sandbox without seccomp"
  status=0
  python3 deny.py "$annulet" score slide.tif --out refused --require-sandbox </dev/null >.stdout 2>.stderr || status=$?
  stdout=$(<.stdout) stderr=$(<.stderr)
  expect_exit 5
  expect_stderr "--require-sandbox"
  expect_no_file refused

  command_line="annulet score without seccomp"
  status=0
  python3 deny.py "$annulet" score slide.tif --out open </dev/null >.stdout 2>.stderr || status=$?
  [[ "$status" == "$walls" ]] || fail "expected the exit code of the slide itself"
  grep -q '"sandbox": ".*seccomp' open/run.json && fail "expected no seccomp in run.json"
  cmp -s open/result.json direct/result.json || fail "expected the same result.json with and without seccomp"
else
  echo "skipped: sandbox: the part without seccomp: python3 cannot set a filter here"
fi

finish
