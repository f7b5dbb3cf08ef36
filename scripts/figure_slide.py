"""A phantom that scripts/figures has painted and scored: its picture, its cells and its truth."""
import json
import os
import subprocess

import numpy as np
from PIL import Image
from scipy.ndimage import gaussian_filter, map_coordinates
from scipy.spatial import cKDTree

import cell_table

REACH_UM = 4.0          # a true cell is found when a measured one lies so near
NEIGHBOUR_REACH_UM = 30.0
CAP_UM = 6.0            # docs/science/membrane.md, "Numbers"
DAB_SIGMA_UM = 0.3
STEP_UM = 0.25
NEAR, FAR = 3, 12       # steps of the baseline: 0.75 to 3.0 um
LEAST_OD_BYTE = 1
NO_SCORE = 3            # exit code of a run that gives evidence but no score


class Painter:
    """Paints presets as they stand and scores them once each, in a folder of work."""

    def __init__(self, program, folder):
        self.program, self.folder, self.slides = program, folder, {}

    def __call__(self, preset, stain=None):
        key = (preset, stain)
        if key not in self.slides:
            slide = os.path.join(self.folder, preset + ".tif")
            result = os.path.join(self.folder, preset + ("-" + stain if stain else ""))
            if not os.path.exists(slide):
                self.run("phantom", preset, "--out", slide)
            if not os.path.exists(os.path.join(result, "result.json")):
                self.run("score", slide, "--out", result, *(["--stain", stain] if stain else []))
            self.slides[key] = Slide(preset, slide, result)
        return self.slides[key]

    def run(self, *words):
        done = subprocess.run([self.program, *words], check=False, stdout=subprocess.DEVNULL)
        if done.returncode not in (0, NO_SCORE):
            raise SystemExit(f"figures: {' '.join(done.args)} failed with {done.returncode}")


class Slide:
    def __init__(self, name, slide, result):
        self.name = name
        self.image = Image.open(slide).convert("RGB")
        with open(os.path.join(result, "result.json"), encoding="utf-8") as file:
            self.result = json.load(file)
        with open(slide[:-4] + ".slide.json", encoding="utf-8") as file:
            self.recipe = json.load(file)["recipe"]
        self.pitch = self.result["calibration"]["pitch"]["x"]
        self.white = np.array(self.result["calibration"]["white"]["rgb"], float)
        self.truth = cell_table.rows(slide[:-4] + ".cells.csv")
        self.true_places = cell_table.places(self.truth)
        self.cells, self.table = [], {}
        if os.path.exists(os.path.join(result, "cells.csv.gz")):
            self.cells = cell_table.rows(os.path.join(result, "cells.csv.gz"))
            self.table = cell_table.columns(result)
        self.places = cell_table.places(self.cells)

    def kinds(self):
        return np.array([c["kind"] for c in self.cells])

    def true_tumour(self):
        return np.array([t["type"] == "tumour" and t["evaluable"] == "1" for t in self.truth], bool)

    def pairs(self, measured, true):
        """Indices (measured, true) of the nearest of the two selections, one to one within 4 um, nearest first."""
        mine, theirs = np.flatnonzero(measured), np.flatnonzero(true)
        if not len(mine) or not len(theirs):
            return np.zeros((0, 2), int)
        near = cKDTree(self.places[mine]).sparse_distance_matrix(cKDTree(self.true_places[theirs]), REACH_UM,
                                                                 output_type="coo_matrix")
        used_mine, used_theirs, out = set(), set(), []
        for k in np.argsort(near.data, kind="stable"):
            i, j = near.row[k], near.col[k]
            if i not in used_mine and j not in used_theirs:
                used_mine.add(i)
                used_theirs.add(j)
                out.append((mine[i], theirs[j]))
        return np.array(out, int).reshape(-1, 2)

    def measured_tumour(self):
        return np.array([c["kind"] == "tumour" and c["pattern"] != "unmeasurable" for c in self.cells], bool)

    def crop(self, x_um, y_um, width_um, height_um, px_per_um):
        box = [v / self.pitch for v in (x_um, y_um, x_um + width_um, y_um + height_um)]
        size = (round(width_um * px_per_um), round(height_um * px_per_um))
        return self.image.resize(size, Image.Resampling.BICUBIC, box=box)

    def optical_density(self, box_um=None):
        """OD of each channel over the measured white point, clipped at 0; (x, y, width, height) in um, or all."""
        image = self.image
        if box_um:
            x, y, width, height = (round(v / self.pitch) for v in box_um)
            image = image.crop((x, y, x + width, y + height))
        light = np.maximum(np.asarray(image, float), LEAST_OD_BYTE)
        return np.maximum(np.log10(self.white / light), 0)

    def vectors(self):
        stains = self.result["calibration"]["stains"]
        return [np.array(stains[name]) / np.linalg.norm(stains[name]) for name in ("haematoxylin", "dab")]

    def unmixed(self, box_um=None, vectors=None):
        """Haematoxylin, DAB and residual in OD; the stains are clipped at 0, the residual is not."""
        h, d = vectors or self.vectors()
        r = np.cross(h, d)
        amounts = self.optical_density(box_um) @ np.linalg.inv(np.stack([h, d, r / np.linalg.norm(r)]))
        return np.maximum(amounts[..., 0], 0), np.maximum(amounts[..., 1], 0), amounts[..., 2]

    def painted_white(self):
        """The recipe's white as a camera with the recipe's tone curve shows it."""
        white = np.array(self.recipe.get("white", (243, 243, 244)), float)
        white = np.clip(128 + (1 + self.recipe.get("contrast", 0)) * (white - 128), 0, 255)
        return 255 * (white / 255) ** self.recipe.get("gamma", 1)


class Rays:
    """The rays of one cell as docs/science/membrane.md tells it, its nucleus and the others drawn as discs of their area."""

    def __init__(self, slide, index, vectors=None):
        table = slide.table
        self.centre = np.array([table["x"][index], table["y"][index]])
        self.nucleus = float(np.sqrt(table["nucleus_area"][index] / np.pi))
        self.wall, self.ridge = table["radius"][index], table["ridge"][index]
        angles = 2 * np.pi * np.arange(cell_table.RAYS) / cell_table.RAYS
        self.directions = np.stack([np.cos(angles), np.sin(angles)], 1)
        self.prior, self.facing = self.midlines(table, index)
        half = 32.0
        left, top = self.centre - half
        dab = gaussian_filter(slide.unmixed((left, top, 2 * half, 2 * half), vectors)[1], DAB_SIGMA_UM / slide.pitch)
        self.steps = np.arange(0, int(self.prior.max() + 3 + 3) * 4 + 1) * STEP_UM
        origin = np.round(np.array([left, top]) / slide.pitch) + 0.5
        at = (self.centre[None, None] + self.steps[None, :, None] * self.directions[:, None]) / slide.pitch - origin
        self.dab = map_coordinates(dab, [at[..., 1], at[..., 0]], order=1, mode="nearest")

    def midlines(self, table, index):
        centres = np.stack([table["x"], table["y"]], 1)
        away = centres - self.centre
        distance = np.hypot(*away.T)
        interior = (table["flags"] & cell_table.INTERIOR) != 0
        others = np.flatnonzero((distance > 0) & (distance <= NEIGHBOUR_REACH_UM) & ~interior)
        excess = self.nucleus - np.sqrt(table["nucleus_area"][others] / np.pi)
        along = self.directions @ away[others].T
        with np.errstate(divide="ignore"):
            t = (distance[others] ** 2 - excess ** 2) / (2 * (along - excess))
        t[(along <= excess) | (distance[others] <= np.abs(excess))[None]] = np.inf
        nearest = t.min(1, initial=np.inf)
        return np.maximum(np.minimum(nearest, self.nucleus + CAP_UM), self.nucleus), nearest < self.nucleus + CAP_UM

    def baselines(self, ray):
        """Least DAB inside and outside of the wall on this ray, as membrane.md asks of it."""
        k = round(self.wall[ray] / STEP_UM)
        cytoplasm = round(self.nucleus / STEP_UM) + 2
        first = max(k - FAR, cytoplasm if k >= cytoplasm + NEAR else 0, 0)
        return self.dab[ray, first:k - NEAR + 1].min(), self.dab[ray, k + NEAR:k + FAR + 1].min()
