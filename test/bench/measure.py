"""Measures annulet on the bench slides and prints the tables: see scripts/bench.

Every quantity is measured once a round, slide after slide, so that the two sides of a ratio come from the same minute;
what is reported is the median over the rounds, of a ratio the median of the rounds' ratios. CPU time is user and system
time of the whole process, memory its largest resident set. Tissue pixels are those of the file's tiles that hold
tissue, as bench_yardstick tells them.
"""
import argparse
import collections
import glob
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import tables  # noqa: E402

RECIPE = 1               # of the slides; another number where their pictures change
LARGEST_YARDSTICK = 1600  # tiles that libjpeg-turbo and OpenSlide read in a round
WINDOWS = 6              # areas that scikit-image works on in a round
STARTS = 9               # of the bare program, of which the least CPU time is taken
GEOJSON_PAIRS = 5        # runs with and without GeoJSON in a round, of which medians are taken

Form = collections.namedtuple("Form", "side um_per_px quality sampling format", defaults=["tif"])


def quiet_run(words):
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"bench: {words[0]} failed: {done.stderr.strip() or done.stdout.strip()}")
    return done.stdout


def timed_run(words):
    """CPU and wall seconds, peak memory in MB and exit code of a program."""
    with open(os.devnull, "w", encoding="utf-8") as nowhere, tempfile.TemporaryFile("w+") as messages:
        start = time.monotonic()
        process = subprocess.Popen(words, stdout=nowhere, stderr=messages)
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.monotonic() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        messages.seek(0)
        told = messages.read().strip()
    return {"cpu_s": usage.ru_utime + usage.ru_stime, "wall_s": wall, "peak_mb": usage.ru_maxrss * 1024 / 1e6,
            "code": process.returncode, "messages": told}


def warm(path):
    """Brings a file into the page cache, so that what is timed is never the disk."""
    with open(path, "rb", buffering=0) as file:
        while file.read(1 << 24):
            pass


def medians(rounds):
    """The median of each number in a list of equal dictionaries; what is no number is the first's."""
    first = rounds[0]
    if isinstance(first, dict):
        return {key: medians([each[key] for each in rounds]) for key in first}
    if isinstance(first, int):
        return statistics.median_low(rounds)  # a count stays one that was measured
    if isinstance(first, float):
        return statistics.median(rounds)
    return first


class Bench:
    def __init__(self, options):
        self.options = options
        tools = os.path.join(options.root, "build", "bench")
        self.program = options.program or os.path.join(tools, "annulet")
        self.maker = os.path.join(tools, "bench_slide")
        self.yardstick = os.path.join(tools, "bench_yardstick")
        self.cache = options.cache or os.path.join(tools, "slides")
        self.work = tempfile.mkdtemp(prefix="annulet-bench-")

    def slide(self, form):
        return os.path.join(self.cache, f"recipe{RECIPE}-{form.side}px-{form.um_per_px}um-q{form.quality}-{form.sampling}.{form.format}")

    def make_slides(self, forms):
        os.makedirs(self.cache, exist_ok=True)
        missing = [form for form in forms if not os.path.exists(self.slide(form))]
        if not missing:
            return
        print(f"bench: making {len(missing)} slide(s) in {self.cache}", file=sys.stderr)
        words = [self.maker]
        for form in sorted(set(missing), key=lambda form: (form.um_per_px, form.side)):
            words += [self.slide(form), *map(str, form[:4])]
        start = time.monotonic()
        quiet_run(words)
        print(f"bench: made in {time.monotonic() - start:.0f} s", file=sys.stderr)

    def score(self, slide, threads, *more):
        """One run of `annulet score` with what its files tell."""
        out = os.path.join(self.work, "result")
        shutil.rmtree(out, ignore_errors=True)
        run = timed_run([self.program, "score", slide, "--out", out, "--threads", str(threads), *more])
        if not os.path.exists(os.path.join(out, "run.json")):
            sys.exit(f"bench: scoring {slide} failed with code {run['code']}: {run['messages']}")
        with open(os.path.join(out, "run.json"), encoding="utf-8") as file:
            told = json.load(file)
        with open(os.path.join(out, "result.json"), encoding="utf-8") as file:
            result = json.load(file)
        run["stages_s"] = told["seconds"]
        run["tiles_decoded"] = told.get("tiles_decoded", 0)
        run["libraries"], run["version"] = told["libraries"], told["version"]
        run["result"] = {"status": result["status"], "score": result.get("score"),
                         "reasons": [reason["code"] for reason in result.get("reasons", [])],
                         "cells": result.get("cells", {}).get("total", 0),
                         "measurable_cells": result.get("cells", {}).get("measurable", 0),
                         "tissue_mm2": result.get("area_mm2", {}).get("tissue", 0),
                         "format": result["slide"].get("format"), "reader": result["slide"].get("reader"),
                         "um_per_px": result.get("calibration", {}).get("pitch", {}).get("x", 0),
                         "slide_sha256": result["slide"].get("sha256")}
        return run

    def round_of(self, slide, full):
        """Everything measured of one slide in one round. `full`: scikit-image and GeoJSON too."""
        yard = json.loads(quiet_run([self.yardstick, slide, str(LARGEST_YARDSTICK), "1", str(WINDOWS)]))
        one, two = self.score(slide, 1), self.score(slide, 2)
        per_px = 1e9 / yard["tissue_px"]
        stages = stages_of(one, per_px)
        for run in (one, two):
            run["cpu_ns"] = run["cpu_s"] * per_px
        measured = {"yardstick": yard, "one_thread": one, "two_threads": two, "stages_ns": stages,
                    "decodes_per_tissue_tile": one["tiles_decoded"] / yard["tissue_tiles"],
                    "speed_up": one["wall_s"] / two["wall_s"], "cpu_of_two_over_one": two["cpu_s"] / one["cpu_s"],
                    "over_decode": one["cpu_ns"] / yard["decode_ns"],
                    "over_openslide": one["cpu_ns"] / yard["openslide_ns"]}
        if full:
            corners = [f"{x},{y}" for x, y in yard["windows"]]
            peer = json.loads(quiet_run([sys.executable, os.path.join(os.path.dirname(__file__), "scikit_pipeline.py"), slide,
                                         str(yard["window_px"]), *corners]))
            measured |= {"scikit": peer, "scikit_over": peer["total_ns"] / one["cpu_ns"],
                         "geojson_s_per_million_cells": self.geojson_seconds(slide)}
        return measured

    def geojson_seconds(self, slide):
        """CPU seconds a million cells: a small difference of long runs, so of the medians of several of each."""
        pairs = [(self.score(slide, 1), self.score(slide, 1, "--geojson")) for _ in range(GEOJSON_PAIRS)]
        without, with_it = (statistics.median(run["cpu_s"] for run in runs) for runs in zip(*pairs))
        return (with_it - without) / max(1, pairs[0][0]["result"]["cells"]) * 1e6

    def start_seconds(self):
        return min(timed_run([self.program, "--version"])["cpu_s"] for _ in range(STARTS))

    def read_by_openslide(self, slide, tissue_px=0):
        """One round of a slide that only OpenSlide reads, or why it is refused. `tissue_px` 0: those of the result's tissue."""
        one, two = self.score(slide, 1), self.score(slide, 2)
        result = one["result"]
        if result["score"] is None:
            return {"slide": os.path.basename(slide), "refused": result["reasons"]}
        px = tissue_px or result["tissue_mm2"] * 1e6 / result["um_per_px"] ** 2
        return {"slide": os.path.basename(slide), "tissue_px": px, "one_thread": one, "two_threads": two,
                "cpu_ns": one["cpu_s"] * 1e9 / px, "stages_ns": stages_of(one, 1e9 / px), "speed_up": one["wall_s"] / two["wall_s"]}

    def foreign_ndpi(self):
        """The NDPI slide named, or the first of the test data that gets a score; and those that get none, with why."""
        data = os.environ.get("ANNULET_TEST_DATA", "")
        found = sorted(glob.glob(os.path.join(data, "**", "*.ndpi"), recursive=True)) if data else []
        refused = []
        for slide in [self.options.ndpi] if self.options.ndpi else found:
            measured = self.read_by_openslide(slide)
            if "refused" not in measured:
                return [measured], refused
            refused.append(measured)
        return [], refused


def stages_of(run, per_px):
    """ns per tissue px by stage: those of run.json, and what the process used beside them."""
    stages, seconds = {}, run["stages_s"]
    for name, value in seconds.items():
        parts = {key: part for key, part in seconds.items() if key.startswith(name + ".")}
        if "." in name:
            continue
        for key, part in parts.items():
            stages[key] = part * per_px
        stages[f"{name}, the rest" if parts else name] = (value - sum(parts.values())) * per_px
    stages["start and writing"] = run["cpu_s"] * per_px - sum(stages.values())
    return stages


def machine(root):
    facts = {"cpu": platform.processor(), "cores": len(os.sched_getaffinity(0)), "kernel": platform.release(),
             "compiler": "", "memory_gb": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9}
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        words = dict(line.split(":", 1) for line in file.read().split("\n\n")[0].splitlines() if ":" in line)
    words = {key.strip(): value.strip() for key, value in words.items()}
    facts["cpu"] = words.get("model name", facts["cpu"])
    if "cpu family" in words:
        facts["cpu"] += f" (family {words['cpu family']}, model {words['model']}, stepping {words['stepping']})"
    with open(os.path.join(root, "build", "bench", "CMakeCache.txt"), encoding="utf-8") as file:
        compiler = next(line.split("=", 1)[1].strip() for line in file if line.startswith("CMAKE_CXX_COMPILER:"))
    facts["compiler"] = quiet_run([compiler, "--version"]).splitlines()[0]
    return facts


def commit(root):
    done = subprocess.run(["git", "-c", "safe.directory=*", "-C", root, "describe", "--always", "--dirty"],
                          capture_output=True, text=True, check=False)
    return done.stdout.strip()


def plan(options):
    """The main slide, those of the growth, the others, and the NDPI slide, whose pixels are those of one of the growth."""
    main, growth, other = (10240, [5120, 10240], 5120) if options.quick else (40960, [10240, 20480, 40960, 102400], 20480)
    forms = {"main": Form(main, 0.25, 80, 420), "growth": [Form(side, 0.25, 80, 420) for side in growth],
             "others": [Form(other // 2, 0.5, 80, 420), Form(other, 0.25, 90, 444)],
             "ndpi": [Form(other, 0.25, 80, 422, "ndpi")]}
    if options.main_only:
        forms["growth"], forms["others"], forms["ndpi"] = [], [], []
    return forms


def parsed():
    parser = argparse.ArgumentParser(prog="scripts/bench")
    for flag in ("--quick", "--main-only"):
        parser.add_argument(flag, action="store_true")
    for name in ("--root", "--json", "--markdown", "--cache", "--program", "--ndpi"):
        parser.add_argument(name)
    parser.add_argument("--rounds", type=int, default=0)
    options = parser.parse_args()
    for path in (options.json, options.markdown):
        if path and not os.path.isdir(os.path.dirname(os.path.abspath(path))):
            parser.error(f"the folder of {path} does not exist")
    options.rounds = max(1, options.rounds or (1 if options.quick else 3))
    return options


def measured_rounds(bench, forms, every, count):
    rounds = {form: [] for form in every}
    for number in range(count):
        for form in every:
            slide = bench.slide(form)
            print(f"bench: round {number + 1} of {count}: {os.path.basename(slide)}", file=sys.stderr)
            warm(slide)
            if form.format == "ndpi":
                twin = rounds[form._replace(sampling=420, format="tif")][0]
                rounds[form].append(bench.read_by_openslide(slide, twin["yardstick"]["tissue_px"]))
                if "refused" in rounds[form][-1]:
                    sys.exit(f"bench: {slide} gets no score: {rounds[form][-1]['refused']}")
            else:
                rounds[form].append(bench.round_of(slide, form == forms["main"]))
    return rounds


def measure(options):
    bench, forms = Bench(options), plan(options)
    every = list(dict.fromkeys([forms["main"], *forms["growth"], *forms["others"], *forms["ndpi"]]))
    try:
        bench.make_slides(every)
        rounds = measured_rounds(bench, forms, every, options.rounds)
        start = bench.start_seconds()
        foreign, refused = ([], []) if options.main_only else bench.foreign_ndpi()
    finally:
        shutil.rmtree(bench.work, ignore_errors=True)
    found = {form: form._asdict() | {"bytes": os.path.getsize(bench.slide(form)), "rounds": rounds[form]} |
             medians(rounds[form]) for form in every}
    return {"schema": "annulet/bench/1", "machine": machine(options.root), "commit": commit(options.root),
            "rounds": options.rounds, "quick": options.quick, "start_s": start, "main": found[forms["main"]],
            "growth": [found[form] for form in forms["growth"]], "others": [found[form] for form in forms["others"]],
            "ndpi": [found[form] for form in forms["ndpi"]] + foreign, "ndpi_refused": refused}


def main():
    options = parsed()
    report = measure(options)
    text = tables.markdown(report)
    print(text, end="")
    for path, content in ((options.json, json.dumps(report, indent=1) + "\n"), (options.markdown, text)):
        if path:
            with open(path, "w", encoding="utf-8") as file:
                file.write(content)


if __name__ == "__main__":
    main()
