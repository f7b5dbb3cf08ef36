"""Makes docs/validation/quality.md of the CSV of masked_share on stdin."""
import collections
import csv
import sys

FLAGS = ("pen", "blur", "fold", "bubble", "dust")


def percent(part, whole):
    return f"{100 * part / whole:.1f} %" if whole else ""


def main():
    rows = list(csv.DictReader(sys.stdin))
    print("# Quality masks\n")
    print("Made by `scripts/quality --markdown docs/validation/quality.md 5000`: phantoms of 0.2 mm2 (0.9 mm2 at 20x) with painted "
          "artefacts. An artefact covers whatever place of 2 um it changes by 2 %; it is masked where the program counts no cell. "
          "Clean is tissue that no artefact touches. How the masks are found: `docs/science/quality.md`.\n")
    print("## By artefact\n")
    print("| painted | slides | covered | least on a slide | clean tissue lost | scores as expected |")
    print("|---|---|---|---|---|---|")
    groups = collections.defaultdict(list)
    for row in rows:
        groups[row["artefact"]].append(row)
    for artefact, group in groups.items():
        flag = artefact.split("-")[0]
        covered = least = ""
        if flag in FLAGS:
            pairs = [(int(r[flag + "_masked"]), int(r[flag])) for r in group if int(r[flag])]
            covered = percent(sum(m for m, _ in pairs), sum(p for _, p in pairs))
            least = f"{min(100 * m / p for m, p in pairs):.1f} %"
        lost = percent(sum(int(r["lost"]) for r in group), sum(int(r["clean"]) for r in group))
        right = sum(r["score"] == r["expected"] for r in group)
        print(f"| {artefact} | {len(group)} | {covered} | {least} | {lost} | {right} of {len(group)} |")
    three = [(int(r[f + "_masked"]), int(r[f])) for r in rows for f in ("pen", "fold", "blur")]
    print(f"| pen, fold and blur together | | {percent(sum(m for m, _ in three), sum(p for _, p in three))} | | "
          f"{percent(sum(int(r['lost']) for r in rows), sum(int(r['clean']) for r in rows))} (all slides) | |")
    print("\n## By slide\n")
    print("| preset | painted | seed | covered | clean tissue lost | score (expected) | masks, mm2 |")
    print("|---|---|---|---|---|---|---|")
    for r in rows:
        covered = ", ".join(f"{f} {percent(int(r[f + '_masked']), int(r[f]))}" for f in FLAGS if int(r[f]))
        print(f"| {r['preset']} | {r['artefact']} | {r['seed']} | {covered} | {percent(int(r['lost']), int(r['clean']))} | "
              f"{r['score']} ({r['expected']}) | {r['masks_mm2']} |")


if __name__ == "__main__":
    main()
