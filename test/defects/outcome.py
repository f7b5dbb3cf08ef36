"""What became of one slide."""
import json
import os
import shutil
import subprocess
import time

PATIENCE = float(os.environ.get("ANNULET_TEST_PATIENCE", "1"))  # of programs built to be slow
SLOWEST_S = 60 * PATIENCE  # of a whole run


def run(annulet, slide, out, options):
    """Scores a slide into the folder `out`: exit, status, score, percent, codes of reasons and caveats, seconds."""
    shutil.rmtree(out, ignore_errors=True)
    started = time.monotonic()
    try:
        done = subprocess.run([annulet, "score", str(slide), "--out", str(out), *options], stdin=subprocess.DEVNULL,
                              capture_output=True, timeout=SLOWEST_S, check=False)
    except subprocess.TimeoutExpired:
        return {"exit": None, "status": "hung", "seconds": SLOWEST_S}
    outcome = {"exit": done.returncode, "status": None, "seconds": time.monotonic() - started,
               "stderr": done.stderr.decode(errors="replace")}
    result = out / "result.json"
    if result.exists():
        told = json.loads(result.read_text())
        outcome.update(status=told["status"], score=told["score"], percent=told["percent"],
                       reasons=[r["code"] for r in told["reasons"]], caveats=[c["code"] for c in told["caveats"]],
                       whole=(out / "report.html").exists() and (out / "run.json").exists())
    return outcome
