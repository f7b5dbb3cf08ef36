"""The tables of scripts/bench in Markdown, from what test/bench/measure.py measured.

usage: tables.py FILE.json     prints those of an earlier `scripts/bench --json FILE.json`
"""
import json
import sys

# What is wanted of the main slide; memory by the slide's side in px.
LEAST_CELLS = 120_000
MOST_OVER_DECODE, MOST_OVER_OPENSLIDE, LEAST_SCIKIT = 3.2, 0.45, 50
LEAST_SPEED_UP, MOST_CPU_OF_TWO = 1.8, 1.08
MOST_MB = {40_960: 300, 102_400: 600}
MOST_GROWTH = 1.10
MOST_GEOJSON_S = 4
MOST_WRITING = 0.15
BUSY = 1.15              # wall over CPU time of a run on one thread, from which the machine had other work


def table(head, rows):
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return "\n".join(lines + ["| " + " | ".join(str(cell) for cell in row) + " |" for row in rows])


def held(truth):
    return "yes" if truth else "**no**"


def form_name(slide):
    return (f"{slide['side']:,} px square, {slide['um_per_px']} um/px, JPEG Q{slide['quality']} "
            f"{':'.join(str(slide['sampling']))}")


def peak(slide):
    return max(slide["one_thread"]["peak_mb"], slide["two_threads"]["peak_mb"])


def outcome(slide):
    result = slide["one_thread"]["result"]
    return result["score"] or f"no score ({', '.join(result['reasons'])})"


def busy(report):
    run = report["main"]["one_thread"]
    if run["wall_s"] < BUSY * run["cpu_s"]:
        return ""
    return (f" **The machine was busy**: a run on one thread of {run['cpu_s']:.1f} CPU s took {run['wall_s']:.1f} s, so that wall times say "
            "nothing and CPU times are too long.")


def opening(report):
    machine, main = report["machine"], report["main"]
    run, yard = main["one_thread"], main["yardstick"]
    libraries = ", ".join(f"{name} {version}" for name, version in run["libraries"].items())
    trial = "A quick trial on small slides: not the figures to quote.\n\n" if report["quick"] else ""
    return f"""# Speed

{trial}annulet {run['version']} (commit {report['commit']}) on {machine['cpu']}, {machine['cores']} cores, {machine['memory_gb']:.0f} GB, Linux {machine['kernel']}; {machine['compiler']};
{libraries}. Made by `scripts/bench`: medians of {report['rounds']} round(s), each of which measures everything once, so that both sides of a ratio come from the same minutes.
CPU time is user and system time of the whole process; files are in the page cache. "Per px" is per pixel of the file's tiles that hold tissue (streams over 0.06 bytes per pixel, and over
1.6 times a tile of glass).{busy(report)}

The slide: {form_name(main)}, painted by annulet's own painter, {main['bytes'] / 1e6:.0f} MB, {yard['tissue_tiles']:,} of {yard['tiles']:,} tiles with tissue
({yard['tissue_px'] / 1e6:.1f} Mpx, {yard['bytes_per_px']:.3f} bytes per px), SHA-256 `{run['result']['slide_sha256'][:16]}...`.
"""


def gates(report):
    main = report["main"]
    one = main["one_thread"]
    cells = one["result"]["cells"]
    rows = [["score", outcome(main), "one", held(one["result"]["score"])],
            ["cells", f"{cells:,} ({one['result']['measurable_cells']:,} tumour cells measured)", f"over {LEAST_CELLS:,}",
             held(cells > LEAST_CELLS)],
            ["CPU of the whole run over libjpeg-turbo decoding the tissue tiles", f"{main['over_decode']:.2f}",
             f"at most {MOST_OVER_DECODE}", held(main["over_decode"] <= MOST_OVER_DECODE)],
            ["... over `openslide_read_region` of the same tiles", f"{main['over_openslide']:.2f}",
             f"at most {MOST_OVER_OPENSLIDE}", held(main["over_openslide"] <= MOST_OVER_OPENSLIDE)],
            ["scikit-image pipeline over it", f"{main['scikit_over']:.0f}", f"at least {LEAST_SCIKIT}",
             held(main["scikit_over"] >= LEAST_SCIKIT)],
            ["wall, 1 thread over 2", f"{main['speed_up']:.2f}", f"at least {LEAST_SPEED_UP}", held(main["speed_up"] >= LEAST_SPEED_UP)],
            ["CPU, 2 threads over 1", f"{main['cpu_of_two_over_one']:.3f}", f"at most {MOST_CPU_OF_TWO}",
             held(main["cpu_of_two_over_one"] <= MOST_CPU_OF_TWO)],
            ["start and writing, share of the run", f"{writing_share(main):.1%}", f"under {MOST_WRITING:.0%}",
             held(writing_share(main) < MOST_WRITING)],
            ["GeoJSON of 1,000,000 cells", f"{main['geojson_s_per_million_cells']:.2f} s", f"under {MOST_GEOJSON_S} s",
             held(main["geojson_s_per_million_cells"] < MOST_GEOJSON_S)]]
    for slide in [main, *(each for each in report["growth"] if each["side"] != main["side"])]:
        if slide["side"] in MOST_MB:
            most = MOST_MB[slide["side"]]
            rows.append([f"peak memory at {slide['side']:,} px", f"{peak(slide):.0f} MB", f"at most {most} MB", held(peak(slide) <= most)])
    if report["growth"]:
        costs = [slide["one_thread"]["cpu_ns"] for slide in report["growth"]]
        spread = max(costs) / min(costs)
        rows.append(["dearest over cheapest px of the growth", f"{spread:.2f}", f"at most {MOST_GROWTH:.2f}", held(spread <= MOST_GROWTH)])
    return "## What is wanted\n\n" + table(["what", "measured", "wanted", "held"], rows) + "\n"


def writing_share(slide):
    return slide["stages_ns"]["start and writing"] / slide["one_thread"]["cpu_ns"]


def stages(report):
    main = report["main"]
    total = main["one_thread"]["cpu_ns"]
    rows = [[name, f"{cost:.2f}", f"{cost / total:.0%}"] for name, cost in main["stages_ns"].items()]
    rows.append(["**whole run, 1 thread**", f"**{total:.2f}**", ""])
    rows.append(["whole run, 2 threads", f"{main['two_threads']['cpu_ns']:.2f}", ""])
    yard = main["yardstick"]
    rows += [["libjpeg-turbo, tables read once", f"{yard['decode_ns']:.2f}", ""],
             ["OpenSlide, tile by tile", f"{yard['openslide_ns']:.2f}", ""],
             ["annulet's fallback through OpenSlide, areas of 1,024 px", f"{yard['fallback_ns']:.2f}", ""],
             [f"scikit-image, {main['scikit']['windows']} areas of {main['scikit']['window_px']:,} px", f"{main['scikit']['total_ns']:.0f}", ""]]
    start = report["start_s"] * 1e9 / yard["tissue_px"]
    steps = ", ".join(f"{name} {cost:.0f}" for name, cost in main["scikit"]["steps_ns"].items())
    return ("## CPU ns per px by stage\n\n" + table(["stage", "ns per px", "share"], rows) +
            f"\n\nOf the start, {start:.2f} ns ({report['start_s'] * 1e3:.0f} ms) pass before any work. scikit-image by step: {steps}.\n")


def threads(report):
    rows = []
    for name, key in (("1", "one_thread"), ("2", "two_threads")):
        run = report["main"][key]
        rows.append([name, f"{run['cpu_s']:.2f}", f"{run['wall_s']:.2f}", f"{run['peak_mb']:.0f}", f"{run['tiles_decoded']:,}",
                     f"{run['tiles_decoded'] / report['main']['yardstick']['tissue_tiles']:.2f}"])
    return "## Threads\n\n" + table(["threads", "CPU s", "wall s", "peak MB", "tiles decoded", "per tile with tissue"], rows) + "\n"


def slide_rows(slides):
    return [[form_name(slide), f"{slide['yardstick']['tissue_px'] / 1e6:.0f}", f"{slide['one_thread']['cpu_ns']:.2f}",
             f"{slide['over_decode']:.2f}", f"{slide['over_openslide']:.2f}", f"{slide['speed_up']:.2f}",
             f"{slide['one_thread']['peak_mb']:.0f} / {slide['two_threads']['peak_mb']:.0f}",
             f"{slide['one_thread']['result']['cells']:,}", outcome(slide)] for slide in slides]


SLIDE_HEAD = ["slide", "tissue Mpx", "CPU ns per px", "over decode", "over OpenSlide", "wall 1 / 2 threads",
              "peak MB, 1 / 2 threads", "cells", "score"]


def other_slides(report):
    if not report["growth"]:
        return ""
    text = ("## Growth\n\n" + table(SLIDE_HEAD, slide_rows(report["growth"])) +
            "\n\n## Other slides\n\n" + table(SLIDE_HEAD, slide_rows(report["others"])) + "\n")
    rows = [[f"`{slide['slide']}`" if "side" not in slide else form_name(slide) + ", NDPI",
             slide["one_thread"]["result"]["format"], slide["one_thread"]["result"]["reader"], f"{slide['tissue_px'] / 1e6:.0f}",
             f"{slide['cpu_ns']:.2f}", f"{slide['stages_ns'].get('scan.read', 0):.2f}", f"{slide['speed_up']:.2f}",
             f"{slide['one_thread']['peak_mb']:.0f} / {slide['two_threads']['peak_mb']:.0f}", outcome(slide)] for slide in report["ndpi"]]
    text += ("\n## Through the fallback\n\nThe recipe's NDPI slide holds the pixels of the TIFF of the same size in one JPEG with restart "
             "markers, in Hamamatsu's layout, which OpenSlide alone reads.\n\n" +
             table(["slide", "format", "reader", "tissue Mpx", "CPU ns per px", "of it reading", "wall 1 / 2 threads",
                    "peak MB, 1 / 2 threads", "score"], rows) + "\n")
    why = "; ".join(f"`{each['slide']}` ({', '.join(each['refused'])})" for each in report["ndpi_refused"])
    return text + (f"\nNDPI slides that were refused, and not measured: {why}.\n" if why else "")


def markdown(report):
    return "\n".join(part for part in (opening(report), gates(report), stages(report), threads(report), other_slides(report)) if part)


if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1].startswith("-"):
        sys.exit(__doc__)
    with open(sys.argv[1], encoding="utf-8") as source:
        print(markdown(json.load(source)), end="")
