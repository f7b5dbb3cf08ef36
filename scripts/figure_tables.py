"""The figures of membrane and grade (scripts/figures): one cell ray by ray, and measured against true values."""
import os
import tomllib

import numpy as np
from PIL import ImageDraw

import figure_canvas as canvas
from cell_table import number
from figure_canvas import BLACK, BLUE, GREEN, GREY, ORANGE, PALE, PINK, RED, SKY, YELLOW
from figure_slide import Rays
from figure_stages import Field

CELL_SLIDE = "mi-incomplete"
LARGE_UM2 = 300
MEASURED_ON = ("score0-ultralow", "score1", "score2", "score2-minority", "mi-incomplete", "border-2p-10", "border-3p-10",
               "score3", "score3-dense", "rough-2")
CLASS_COLOURS = {"none": GREY, "1+": SKY, "mi": GREEN, "2+": ORANGE, "3+": RED}
BLANK_ON = ("no-tumour", "lymph-rich", "benign-duct")
BLANK_GRID_UM = 25  # docs/science/grade.md, "Limit of blank"
LOST = 2 | 4  # flags of docs/formats/cells-bin.md: cut by the slide, missing pixels
VISIBLE_OD = 0.10
GRADING = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "models", "grading", "annulet-1.toml")


def show_case(slide):
    """A large cell in the middle of the slide of which about half of the wall is truly stained: (measured, true)."""
    pairs = slide.pairs(slide.measured_tumour(), slide.true_tumour())
    middle = np.array(slide.image.size) * slide.pitch / 2

    def unlike(pair):
        true = slide.truth[pair[1]]
        return (abs(float(true["completeness"]) - 0.6) + max(LARGE_UM2 - float(true["cell_area_um2"]), 0) / LARGE_UM2
                + 0.003 * np.hypot(*(slide.true_places[pair[1]] - middle)))

    return min(pairs.tolist(), key=unlike)


def draw_cell(slide, index, rays, chosen, side=26, scale=19):
    field = Field(slide, rays.centre - side / 2, (side, side), scale)
    for ray in range(0, 64, 2):
        ends = field.at([rays.centre, rays.centre + rays.directions[ray] * (rays.prior[ray] + 3)])
        field.draw.line([tuple(p) for p in ends], fill=(255, 255, 255, 110), width=1)
    field.ring(rays.centre, rays.nucleus, BLUE)
    for ray in range(64):
        place = rays.centre + rays.directions[ray] * rays.prior[ray]
        field.mark(place, "dot", PINK if rays.facing[ray] else PALE, 2)
    for ray in range(64):
        place = rays.centre + rays.directions[ray] * rays.wall[ray]
        field.mark(place, "dot", BLACK, 5)
        field.mark(place, "dot", YELLOW if rays.ridge[ray] >= VISIBLE_OD else SKY, 4)
    for number_of, ray in enumerate(chosen):
        ends = field.at([rays.centre, rays.centre + rays.directions[ray] * (rays.prior[ray] + 3)])
        field.draw.line([tuple(p) for p in ends], fill=BLACK, width=2)
        canvas.text(field.draw, tuple(field.at(rays.centre + rays.directions[ray] * (rays.prior[ray] + 3.6))),
                    "ABC"[number_of], BLACK, 16, "mm")
    return field.drawn


def draw_profile(rays, ray, name, width=400, height=200):
    most = max(0.4, 1.2 * float(rays.dab[:, :80].max()))
    end = rays.prior[ray] + 6
    chart = canvas.Chart(width, height, (0, end), (0, most), f"ray {name}: ridge {rays.ridge[ray]:.2f} OD",
                         "um from the centre" if name == "C" else "", "DAB, OD")
    wall = rays.wall[ray]
    inside, outside = rays.baselines(ray)
    height_at = float(np.interp(wall, rays.steps, rays.dab[ray]))
    chart.vertical(rays.nucleus, BLUE, width=1)
    chart.vertical(rays.prior[ray], PINK)
    shown = rays.steps <= end
    chart.line([max(wall - 3, 0), wall - 0.75], [inside, inside], GREEN, 3)
    chart.line([wall + 0.75, wall + 3], [outside, outside], GREEN, 3)
    chart.line(rays.steps[shown], rays.dab[ray][shown], BLACK)
    chart.line([wall, wall], [max(inside, outside), height_at], ORANGE, 4)
    chart.points([wall], [height_at], BLACK, 5)
    chart.points([wall], [height_at], YELLOW if rays.ridge[ray] >= VISIBLE_OD else SKY, 4)
    chart.axes(range(0, int(end) + 1, 2), [v for v in (0, 0.2, 0.4, 0.6, 0.8, 1.0) if v < most])
    return chart.image


def before_the_curves(slide, index):
    """Completeness and strength of a cell as grade.md reads them off its ring, uncalibrated."""
    length = np.maximum(8 * slide.table["radius"][index], 1)
    ridge = slide.table["ridge"][index]
    seen = ridge >= slide.result["limit_of_blank"]["visible_od"] - 1e-9
    if not seen.any():
        return 0.0, 0.0
    stained = seen | np.roll(seen, 1) & np.roll(seen, -1)
    return length[stained].sum() / length.sum(), (length * ridge)[seen].sum() / length[seen].sum()


def paired(painter):
    """Per slide: measured completeness and strength, true ones, both as measured before the curves, true class."""
    for preset in MEASURED_ON:
        slide = painter(preset)
        pairs = slide.pairs(slide.measured_tumour(), slide.true_tumour())
        cells, truth = [slide.cells[i] for i, _ in pairs], [slide.truth[j] for _, j in pairs]
        values = np.array([(number(c["completeness"]), number(c["strength_od"]), number(t["completeness"]),
                            number(t["dab_od"]), *before_the_curves(slide, i))
                           for c, t, (i, _) in zip(cells, truth, pairs)])
        yield preset, values, np.array([t["cls"] for t in truth])


def completeness_chart(painter):
    chart = canvas.Chart(500, 500, (-0.02, 1.02), (-0.02, 1.02), "completeness of tumour cells", "true", "measured")
    chart.line([0, 1], [0, 1], GREY, 1)
    every, names = [], []
    for preset, values, classes in paired(painter):
        every.append(values)
        names.append(classes)
        off = values[:, 0] - values[:, 2]
        print(f"{preset}: {len(values)} cells, completeness RMSE {np.sqrt(np.mean(off ** 2)):.3f}, bias {off.mean():+.3f}")
    every, names = np.concatenate(every), np.concatenate(names)
    for i in np.random.default_rng(1).permutation(len(every)):
        chart.points([every[i, 2]], [every[i, 0]], CLASS_COLOURS[names[i]], 1)
    for cut in (0.10, 0.85):
        chart.vertical(cut, BLACK, width=1)
        chart.horizontal(cut, BLACK, width=1)
    off = every[:, 0] - every[:, 2]
    words = (f"{len(every):,} cells of {len(MEASURED_ON)} slides: RMSE {np.sqrt(np.mean(off ** 2)):.3f}, "
             f"r {np.corrcoef(every[:, 0], every[:, 2])[0, 1]:.3f}")
    print(words)
    chart.words(0.99, 0.02, words, BLACK, "rd")
    ticks = (0, 0.2, 0.4, 0.6, 0.8, 1)
    chart.axes(ticks, ticks)
    return chart.image


def class_key(width):
    return canvas.legend(width, [("dot", colour, "true " + name) for name, colour in CLASS_COLOURS.items()], 12)


def membrane(painter, out):
    slide = painter(CELL_SLIDE)
    index, true = show_case(slide)
    rays = Rays(slide, index)
    stained = rays.ridge >= VISIBLE_OD
    strongest = int(np.argmax(rays.ridge))
    faint = int(np.argmin(np.where(stained, rays.ridge, 9)))
    bare = np.flatnonzero(rays.ridge == 0)
    none = int(bare[np.argmax(np.minimum((bare - strongest) % 64, (strongest - bare) % 64))])
    cell = slide.cells[index]
    print(f"{CELL_SLIDE}: cell at {cell['x_um']}, {cell['y_um']} um: completeness {cell['completeness']}, "
          f"true {slide.truth[true]['completeness']}; {stained.sum()} of 64 rays; "
          f"cytoplasm {slide.table['cytoplasm_od'][index]} OD")
    picture = draw_cell(slide, index, rays, (strongest, faint, none))
    key = canvas.legend(picture.width, [("dot", YELLOW, "wall, stained"), ("dot", SKY, "wall, not"),
                                        ("dot", PINK, "prior"), ("ring", BLUE, "nucleus")], 12)
    left = canvas.beside([picture, key], below=True)
    profiles = [draw_profile(rays, ray, name) for ray, name in zip((strongest, faint, none), "ABC")]
    right = canvas.beside(profiles, below=True)
    key = canvas.legend(right.width, [("line", GREEN, "baselines"), ("line", ORANGE, "prominence"),
                                      ("line", PINK, "prior")], 12)
    canvas.save(canvas.beside([left, canvas.beside([right, key], below=True)]), out, "membrane.png")
    scatter = completeness_chart(painter)
    canvas.save(canvas.beside([scatter, class_key(scatter.width)], below=True), out, "membrane-completeness.png")


def curve_chart(title, knots, measured, true, classes, most, cuts):
    chart = canvas.Chart(420, 400, (0, most), (0, most), title, "measured, before the curve", "true")
    for i in np.random.default_rng(1).permutation(len(true)):
        chart.points([measured[i]], [true[i]], CLASS_COLOURS[classes[i]], 1)
    chart.line([0, most], [0, most], GREY, 1, dashed=True)
    x, y = np.array(knots).T / 1000
    end = np.interp(most, y, x) if y[-1] > most else x[-1]
    x, y = np.append(x[y < most], end), np.append(y[y < most], min(most, y[-1]))
    chart.line(x, y, BLACK, 3)
    chart.points(x, y, BLACK, 4)
    for cut in cuts:
        chart.horizontal(cut, BLACK, width=1)
    ticks = [v for v in (0, 0.2, 0.4, 0.6, 0.8, 1.0, 1.2) if v <= most]
    chart.axes(ticks, ticks)
    return chart.image


def cut_chart(values, classes):
    """Calibrated completeness and strength of every cell, and the lines between the patterns."""
    chart = canvas.Chart(420, 400, (0.1, 1.0), (0.08, 1.3), "cells around the cuts", "completeness", "strength, OD")
    shown = np.flatnonzero(values[:, 0] >= 0.10)
    jitter = np.random.default_rng(2).uniform(-0.004, 0.004, len(values))
    for i in np.random.default_rng(1).permutation(shown):
        chart.points([values[i, 0] + jitter[i]], [values[i, 1]], CLASS_COLOURS[classes[i]], 1)
    chart.horizontal(0.25, BLACK)
    chart.line([0.85, 0.85], [0.25, 1.3], BLACK, 2, dashed=True)
    chart.line([0.85, 1.0], [0.60, 0.60], BLACK, 2, dashed=True)
    chart.axes((0.1, 0.25, 0.4, 0.55, 0.7, 0.85, 1.0), (0.25, 0.6, 0.9, 1.2))
    return chart.image


def blank_ridges(slide):
    """All rays of the cells that serve as blank, as grade.md chooses them."""
    kinds = slide.kinds()
    squares = np.floor(slide.places / BLANK_GRID_UM).astype(int)
    near = {(x + dx, y + dy) for (x, y), k in zip(squares.tolist(), kinds) if k in ("tumour", "uncertain")
            for dx in (-1, 0, 1) for dy in (-1, 0, 1)}
    used = [i for i, (place, k) in enumerate(zip(squares.tolist(), kinds))
            if k in ("lymphocyte", "stroma") and tuple(place) not in near
            and np.mean(slide.table["ridge"][i] >= VISIBLE_OD) <= 0.25 and not slide.table["flags"][i] & LOST]
    return slide.table["ridge"][used], len(used)


def blank_chart(painter):
    levels = np.arange(0, 0.21, 0.01)
    chart = canvas.Chart(420, 400, (0, 0.2), (0.0003, 1), "rays of cells without HER2", "ridge, OD", "share at or above",
                         log_y=True, left=62)
    for preset, colour in zip(BLANK_ON, (BLUE, GREEN, SKY, RED, ORANGE)):
        slide = painter(preset)
        ridges, count = blank_ridges(slide)
        limit = slide.result.get("limit_of_blank", {})
        print(f"{preset}: {count} blank cells; limit of blank {limit}")
        if not count:
            continue
        share = np.array([np.mean(ridges >= level) for level in levels])
        keep = share > 0.0003
        chart.line(levels[keep], share[keep], colour)
        chart.words(0.196, 0.6 * 0.62 ** BLANK_ON.index(preset), f"{preset}: {count} cells", colour, "rm")
    chart.horizontal(0.01, GREY)
    chart.vertical(0.10, BLACK)
    chart.vertical(0.15, GREY)
    chart.axes((0, 0.05, 0.1, 0.15, 0.2), (0.001, 0.01, 0.1, 1), y_labels=("0.1 %", "1 %", "10 %", "100 %"))
    return chart.image


def grade(painter, out):
    with open(GRADING, "rb") as file:
        curves = tomllib.load(file)["calibration"]
    every = list(paired(painter))
    values, classes = np.concatenate([v for _, v, _ in every]), np.concatenate([c for _, _, c in every])
    for low, high in ((0.1, 0.25), (0.25, 0.6), (0.6, 2)):
        use = (values[:, 3] >= low) & (values[:, 3] < high) & (values[:, 0] >= 0.10)
        before, after = (np.median(values[use, k] - values[use, 3]) for k in (5, 1))
        print(f"true strength {low}-{high} OD: {use.sum()} cells, median off by {before:+.3f} before the curve, "
              f"{after:+.3f} after it")
    for low, high in ((0.1, 0.7), (0.7, 0.85), (0.85, 1.01)):
        use = (values[:, 2] >= low) & (values[:, 2] < high)
        before, after = (np.median(values[use, k] - values[use, 2]) for k in (4, 0))
        print(f"true completeness {low}-{high}: {use.sum()} cells, median off by {before:+.3f} before the curve, "
              f"{after:+.3f} after it")
    strong = (values[:, 0] >= 0.10) & (values[:, 2] >= 0.10)
    charts = [curve_chart("completeness", curves["completeness"], values[:, 4], values[:, 2],
                          classes, 1.0, (0.10, 0.85)),
              curve_chart("strength, OD", curves["strength"], values[strong, 5], values[strong, 3],
                          classes[strong], 1.2, (0.25, 0.60)),
              cut_chart(values, classes), blank_chart(painter)]
    page = canvas.beside([canvas.beside(charts[:2]), canvas.beside(charts[2:]), class_key(850)], below=True)
    canvas.save(page, out, "grade.png")
