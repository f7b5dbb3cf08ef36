"""The figures of survey, colour, nuclei and kind (scripts/figures)."""
import numpy as np
from PIL import Image, ImageDraw
from scipy.ndimage import binary_closing, binary_dilation, label, zoom

import figure_canvas as canvas
from figure_canvas import BLACK, BLUE, GREEN, GREY, ORANGE, PINK, RED, SKY, YELLOW

WHITES = ("score2", "lymph-rich", "biopsy", "sharpened", "dark-dab", "camera", "stain-shift-pale", "stain-shift-red",
          "stain-shift-blue", "stain-shift-dim", "stain-shift-grey")
OVERVIEW_UM = 2.0  # docs/science/survey.md holds these numbers
TISSUE_OD, GAP_UM, SPECK_MM2, PIECE_GRID_UM, PIECE_GAP_UM = 0.15, 10, 0.002, 32, 500
GREYS = 20  # steps of a plane in a picture
WEIGHT_OF_MISS = 8  # in the choice of a crowded field that shows faults too
FADED = 0.55  # what is tissue keeps so much of its colour under the mask
KIND_COLOURS = {"tumour": RED, "benign": PINK, "lymphocyte": BLUE, "stroma": GREEN, "uncertain": GREY}
TRUE_KINDS = {"benign-epithelium": "benign"}


def overview(slide):
    step = round(OVERVIEW_UM / slide.pitch)
    pixels = np.asarray(slide.image, float)
    height, width = (side // step * step for side in pixels.shape[:2])
    return pixels[:height, :width].reshape(height // step, step, width // step, step, 3).mean((1, 3))


def tissue(slide, picture):
    """Tissue of an overview, and the piece of each pixel."""
    od = np.maximum(np.log10(slide.white / np.maximum(picture, 1)), 0).sum(2)
    side = 2 * int(GAP_UM / OVERVIEW_UM / 2 + 0.5) + 1
    mask = binary_closing(np.pad(od > TISSUE_OD, side), np.ones((side, side)))[side:-side, side:-side]
    parts, count = label(mask, np.ones((3, 3)))
    sizes = np.bincount(parts.ravel(), minlength=count + 1) * OVERVIEW_UM ** 2 / 1e6
    mask &= (sizes >= SPECK_MM2)[parts]
    shrink = round(PIECE_GRID_UM / OVERVIEW_UM)
    coarse = zoom_out(mask, shrink)
    reach = 2 * int(PIECE_GAP_UM / PIECE_GRID_UM / 2 + 0.5) + 1
    pieces = label(binary_dilation(coarse, np.ones((reach, reach))), np.ones((3, 3)))[0]
    return mask, np.kron(pieces, np.ones((shrink, shrink), int))[:mask.shape[0], :mask.shape[1]] * mask


def zoom_out(mask, factor):
    height, width = (-(-side // factor) * factor for side in mask.shape)
    padded = np.zeros((height, width), bool)
    padded[:mask.shape[0], :mask.shape[1]] = mask
    return padded.reshape(height // factor, factor, width // factor, factor).any((1, 3))


def survey(painter, out):
    slide = painter("biopsy")
    picture = overview(slide)
    mask, pieces = tissue(slide, picture)
    seen = slide.result["area_mm2"]["tissue"]
    drawn = mask.sum() * OVERVIEW_UM ** 2 / 1e6
    print(f"biopsy: tissue {drawn:.4f} mm2 as drawn here, {seen:.4f} mm2 in result.json; "
          f"pieces {len(np.unique(pieces)) - 1}")
    shown = picture.copy()
    shown[mask] = FADED * picture[mask] + (1 - FADED) * np.array(SKY)
    edge = mask & ~np.pad(mask, 1)[2:, 1:-1] | mask & ~np.pad(mask, 1)[:-2, 1:-1]
    edge |= mask & ~np.pad(mask, 1)[1:-1, 2:] | mask & ~np.pad(mask, 1)[1:-1, :-2]
    shown[edge] = BLUE
    sums = picture.sum(2)
    bright = sums >= np.percentile(sums, 98)
    shown[bright] = ORANGE
    pictures = [canvas.titled(Image.fromarray(p.astype(np.uint8)), t) for p, t in
                ((picture, "overview, 2 um/px"),
                 (shown, f"tissue {drawn:.2f} mm2 (blue); brightest 2 % (orange)"))]
    page = canvas.beside([canvas.beside(pictures), whites(painter)], below=True)
    canvas.save(page, out, "survey.png")


def whites(painter):
    width = 1034
    chart = canvas.Chart(width, 270, (-0.5, len(WHITES) - 0.5), (-12, 12), "white point: measured less painted", "",
                         "grey levels")
    for i, preset in enumerate(WHITES):
        slide = painter(preset)
        painted = slide.painted_white()
        off = slide.white - painted
        print(f"{preset}: white {slide.white.astype(int).tolist()}, painted {painted.round(1).tolist()}")
        for channel, (colour, shape) in enumerate(((RED, "dot"), (GREEN, "ring"), (BLUE, "cross"))):
            chart.points([i + 0.16 * (channel - 1)], [off[channel]], colour, 5, shape)
        chart.words(i, -12, f"({', '.join(str(int(v)) for v in slide.white)})", GREY, "md", 10)
    chart.horizontal(0, GREY, width=1)
    chart.axes(range(len(WHITES)), (-10, -5, 0, 5, 10), [p.replace("stain-shift", "shift") for p in WHITES])
    key = canvas.legend(width, [("dot", RED, "red"), ("ring", GREEN, "green"), ("cross", BLUE, "blue"),
                                ("line", canvas.PALE, "in brackets: the white point as measured")], 12)
    return canvas.beside([chart.image, key], below=True)


def grey(plane, least, most):
    """White where there is none, black where there is most, in steps that a palette can hold."""
    share = np.round(GREYS * np.clip((plane - least) / (most - least), 0, 1)) / GREYS
    return Image.fromarray((255 - 255 * share).astype(np.uint8)).convert("RGB")


def signed(plane, most):
    """Blue below 0, white at 0, orange above."""
    share = np.round(GREYS / 2 * np.clip(plane / most, -1, 1))[..., None] / (GREYS / 2)
    white = np.array([255.0, 255, 255])
    colour = np.where(share < 0, white + share * (white - BLUE), white - share * (white - ORANGE))
    return Image.fromarray(colour.astype(np.uint8))


def colour(painter, out):
    page = []
    size, scale = (64, 50), 4
    for preset in ("score2", "stain-shift-red"):
        slide, fitted = painter(preset), painter(preset, "fit")
        stained = np.array([float(t["dab_od_all"]) > 0.05 for t in slide.truth])
        box = (*densest(slide, *size, stained), *size)
        h, d, r = slide.unmixed(box)
        planes = [("haematoxylin, 0-0.6 OD", grey(h, 0, 0.6)), ("DAB, 0-0.4 OD", grey(d, 0, 0.4)),
                  ("residual, -0.1 to 0.1 OD", signed(r, 0.1)),
                  ("DAB, stains fitted", grey(fitted.unmixed(box)[1], 0, 0.4))]
        shown = slide.crop(*box, scale)
        page.append(canvas.beside([canvas.titled(shown, preset)] + [
            canvas.titled(plane.resize(shown.size, Image.Resampling.NEAREST), title) for title, plane in planes]))
        stains = fitted.result["calibration"]["stains"]
        print(f"{preset}: field at {box[0]}, {box[1]} um; residual {np.abs(r).mean():.4f} OD; "
              f"fitted {stains['haematoxylin']} {stains['dab']}, {stains['fit_angle_degrees']} degrees")
    canvas.save(canvas.beside(page, below=True), out, "colour.png")


def densest(slide, width, height, weights):
    """Corner of the window in which the true cells weigh most, a margin away from the border."""
    side = [v * slide.pitch for v in slide.image.size]
    best = (-1, 0, 0)
    for y in np.arange(20, side[1] - height - 20, 10):
        for x in np.arange(20, side[0] - width - 20, 10):
            within = (slide.true_places >= (x, y)).all(1) & (slide.true_places < (x + width, y + height)).all(1)
            best = max(best, (float(weights[within].sum()), -x, -y))
    return -best[1], -best[2]


class Field:
    """A window of a slide, plain and to be drawn upon."""

    def __init__(self, slide, corner, size_um, scale):
        self.slide, self.corner, self.scale = slide, np.array(corner), scale
        self.size = np.array(size_um)
        self.plain = slide.crop(*corner, *size_um, scale)
        self.drawn = self.plain.copy()
        self.draw = ImageDraw.Draw(self.drawn, "RGBA")

    def at(self, places):
        return (np.asarray(places) - self.corner) * self.scale

    def inside(self, places):
        return ((places > self.corner) & (places < self.corner + self.size)).all(1)

    def ring(self, place, radius_um, colour, width=2):
        x, y = self.at(place)
        r = radius_um * self.scale
        self.draw.ellipse([x - r, y - r, x + r, y + r], outline=colour, width=width)

    def wall(self, index, outline=None, fill=None, width=1):
        table = self.slide.table
        angles = 2 * np.pi * np.arange(64) / 64
        ring = table["radius"][index][:, None] * np.stack([np.cos(angles), np.sin(angles)], 1)
        corners = [tuple(p) for p in self.at(ring + (table["x"][index], table["y"][index]))]
        self.draw.polygon(corners, fill=fill)
        if outline:
            self.draw.line(corners + corners[:1], fill=outline, width=width)

    def mark(self, place, shape, colour, r=6):
        canvas.mark(self.draw, *self.at(place), shape, colour, r)


def nuclei(painter, out):
    slide = painter("score3-dense")
    with_nucleus = np.array([t["nucleus"] == "1" for t in slide.truth])
    seen = (slide.table["flags"] & 1) == 0
    pairs = slide.pairs(seen, with_nucleus)
    found, real = np.zeros(len(slide.cells), bool), np.zeros(len(slide.truth), bool)
    found[pairs[:, 0]], real[pairs[:, 1]] = True, True
    size = (84, 84)
    corner = densest(slide, *size, slide.true_tumour() + WEIGHT_OF_MISS * (with_nucleus & ~real))
    field = Field(slide, corner, size, 6)
    for i in np.flatnonzero(field.inside(slide.places)):
        radius = np.sqrt(slide.table["nucleus_area"][i] / np.pi)
        colour_of = YELLOW if found[i] else SKY if not seen[i] else PINK
        field.ring(slide.places[i], radius, colour_of, 2 if found[i] else 3)
    for j in np.flatnonzero(field.inside(slide.true_places) & with_nucleus & ~real):
        field.mark(slide.true_places[j], "cross", BLACK)
    print(f"score3-dense: {len(pairs)} of {with_nucleus.sum()} nuclei found, {np.sum(seen & ~found)} too many, "
          f"{np.sum(~seen)} interiors")
    key = canvas.legend(2 * field.plain.width, [("ring", YELLOW, "found"), ("ring", PINK, "no nucleus there"),
                                                ("ring", SKY, "interior (a wall without a nucleus)"),
                                                ("cross", BLACK, "nucleus of the truth that was not found")])
    page = canvas.beside([canvas.beside([field.plain, field.drawn]), key], below=True)
    canvas.save(page, out, "nuclei.png")


def kind(painter, out):
    slide = painter("lymph-rich")
    wanted = np.array([TRUE_KINDS.get(t["type"], t["type"]) for t in slide.truth])
    pairs = slide.pairs(np.ones(len(slide.cells), bool), np.ones(len(slide.truth), bool))
    truth_of = dict(pairs.tolist())
    kinds = slide.kinds()
    field = Field(slide, (170, 170), (160, 130), 4)
    for i in np.flatnonzero(field.inside(slide.places)):
        r, g, b = KIND_COLOURS[kinds[i]]
        field.draw.ellipse([*(field.at(slide.places[i]) - 7), *(field.at(slide.places[i]) + 7)], fill=(r, g, b, 255))
        if i not in truth_of or wanted[truth_of[i]] != kinds[i]:
            field.ring(slide.places[i], 2.6, BLACK, 3)
    found = set(truth_of.values())
    for j in np.flatnonzero(field.inside(slide.true_places)):
        if j not in found and wanted[j] == "tumour":
            field.mark(slide.true_places[j], "cross", BLACK)
    table = {}
    for i, j in pairs:
        table[wanted[j], kinds[i]] = table.get((wanted[j], kinds[i]), 0) + 1
    print("lymph-rich, true and measured:", dict(sorted(table.items())))
    entries = [("dot", KIND_COLOURS[k], k) for k in KIND_COLOURS]
    entries += [("ring", BLACK, "differs from the truth"), ("cross", BLACK, "tumour cell not found")]
    key = canvas.legend(2 * field.plain.width, entries)
    canvas.save(canvas.beside([canvas.beside([field.plain, field.drawn]), key], below=True), out, "kind.png")
