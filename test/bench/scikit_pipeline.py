"""The usual research pipeline for membrane stains, in scikit-image on one thread: a yardstick of scripts/bench.

usage: scikit_pipeline.py SLIDE WINDOW_PX X,Y [X,Y ...]

Reads each window with OpenSlide, unmixes haematoxylin and DAB, finds nuclei (smoothing, Otsu's threshold, clean-up,
distance transform, watershed from its peaks), grows cells from them and takes the share of each cell's boundary that
is brown. Prints one JSON object: CPU ns per pixel by step and in all, and the cells found. Sizes are for 0.25 um/px.
"""
import json
import os
import sys
import time

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = "1"

import numpy as np  # noqa: E402
import openslide  # noqa: E402
from scipy import ndimage  # noqa: E402
from skimage import color, feature, filters, measure, morphology, segmentation  # noqa: E402

NUCLEUS_SIGMA = 2        # px
OPENING_RADIUS = 2       # px
LEAST_NUCLEUS = 150      # px
PEAK_SIGMA = 1.5         # px
PEAK_DISTANCE = 8        # px
CELL_GROWTH = 16         # px
BROWN = 0.05             # of scikit-image's DAB channel


class Clock:
    def __init__(self):
        self.seconds = {}

    def __call__(self, step, function, *arguments, **options):
        start = time.process_time()
        value = function(*arguments, **options)
        self.seconds[step] = self.seconds.get(step, 0.0) + time.process_time() - start
        return value


def read(slide, corner, size):
    return np.asarray(slide.read_region(corner, 0, (size, size)).convert("RGB"))


def cleaned(mask):
    mask = morphology.binary_opening(mask, morphology.disk(OPENING_RADIUS))
    return ndimage.binary_fill_holes(morphology.remove_small_objects(mask, LEAST_NUCLEUS))


def markers_of(distance, mask):
    peaks = feature.peak_local_max(filters.gaussian(distance, PEAK_SIGMA), min_distance=PEAK_DISTANCE,
                                   labels=measure.label(mask))
    markers = np.zeros(mask.shape, int)
    markers[tuple(peaks.T)] = np.arange(1, len(peaks) + 1)
    return markers


def membrane_shares(cells, dab):
    """Of each cell: area, centre and mean DAB, and the share of its boundary that is brown."""
    table = measure.regionprops_table(cells, intensity_image=dab,
                                      properties=("label", "area", "centroid", "mean_intensity"))
    boundary = segmentation.find_boundaries(cells, mode="inner")
    least = int(cells.max()) + 1
    whole = np.bincount(cells[boundary], minlength=least)
    brown = np.bincount(cells[boundary & (dab > BROWN)], minlength=least)
    table["share"] = (brown / np.maximum(whole, 1))[table["label"]]
    return table


def score_window(slide, corner, size, clock):
    rgb = clock("read", read, slide, corner, size)
    stains = clock("rgb2hed", color.rgb2hed, rgb)
    haematoxylin, dab = stains[..., 0], stains[..., 2]
    smooth = clock("gaussian", filters.gaussian, haematoxylin, NUCLEUS_SIGMA)
    mask = clock("otsu", lambda: smooth > filters.threshold_otsu(smooth))
    mask = clock("clean-up", cleaned, mask)
    distance = clock("distance", ndimage.distance_transform_edt, mask)
    markers = clock("peaks", markers_of, distance, mask)
    nuclei = clock("watershed", segmentation.watershed, -distance, markers, mask=mask)
    cells = clock("expand_labels", segmentation.expand_labels, nuclei, CELL_GROWTH)
    return len(clock("membranes", membrane_shares, cells, dab)["label"])


def main(words):
    if len(words) < 3:
        sys.exit(__doc__)
    size = int(words[1])
    corners = [tuple(int(number) for number in word.split(",")) for word in words[2:]]
    clock, cells = Clock(), 0
    with openslide.OpenSlide(words[0]) as slide:
        for corner in corners:
            cells += score_window(slide, corner, size, clock)
    pixels = len(corners) * size * size
    steps = {step: round(seconds / pixels * 1e9, 2) for step, seconds in clock.seconds.items()}
    print(json.dumps({"windows": len(corners), "window_px": size, "cells": cells, "steps_ns": steps,
                      "total_ns": round(sum(clock.seconds.values()) / pixels * 1e9, 2)}))


if __name__ == "__main__":
    main(sys.argv[1:])
