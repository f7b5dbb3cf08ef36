"""Reads what annulet writes about cells: the tables of a result folder and of a phantom's truth."""
import csv
import gzip
import os
import struct

import numpy as np

RAYS = 64
NEIGHBOURS = 8
# The columns of cells.bin.gz in their order (docs/formats/cells-bin.md): name, type, entries a cell, units in one um or OD.
COLUMNS = (
    [("x", "<i4", 1, 64), ("y", "<i4", 1, 64), ("nucleus_area", "<u2", 1, 8), ("cell_area", "<u2", 1, 8)] +
    [(name, "<u2", 1, 1000) for name in ("haematoxylin_od", "haematoxylin_sd", "haematoxylin_outside",
                                         "haematoxylin_outside_sd", "nucleus_dab_od", "edge", "edge_quartile")] +
    [("weak_edge_share", "u1", 1, 32), ("circularity", "u1", 1, 250), ("min_diameter", "<u2", 1, 16),
     ("max_diameter", "<u2", 1, 16), ("score", "<u2", 1, 10000), ("cytoplasm_od", "<u2", 1, 1000),
     ("contrast_od", "<u2", 1, 1000), ("width", "u1", 1, 32), ("neighbours", "u1", 1, 1), ("flags", "<u2", 1, 1),
     ("piece", "<u2", 1, 1), ("radius", "u1", RAYS, 8), ("ridge", "u1", RAYS, 100), ("facing", "u1", RAYS, 1)])
START = 100  # bytes before the first column
INTERIOR = 1  # flag of an outline that stands for a cell without a nucleus


def rows(path):
    """The rows of a table of text, compressed or not, as dictionaries."""
    opened = gzip.open(path, "rt", newline="") if path.endswith(".gz") else open(path, newline="")
    with opened as stream:
        return list(csv.DictReader(stream))


def pitch_um(result):
    """um per pixel by which the cells of a result folder were measured."""
    with gzip.open(os.path.join(result, "cells.bin.gz")) as stream:
        return struct.unpack_from("<d", stream.read(28), 20)[0]


def columns(result):
    """The columns of the compact cell table of a result folder, in um, um2 and OD; one row a cell, as in cells.csv.gz."""
    with gzip.open(os.path.join(result, "cells.bin.gz")) as stream:
        data = stream.read()
    if data[:8] != b"ANNULETC" or struct.unpack_from("<3I", data, 8) != (1, RAYS, NEIGHBOURS):
        raise ValueError(f"{result}: cells.bin.gz is no cell table of version 1")
    count, at, table = struct.unpack_from("<Q", data, START - 8)[0], START, {}
    for name, kind, width, units in COLUMNS:
        column = np.frombuffer(data, kind, count * width, at)
        at += column.nbytes
        table[name] = column.reshape(count, width).squeeze(1) if width == 1 else column.reshape(count, width)
        if units > 1:
            table[name] = table[name] / units
    return table


def number(text, missing=0.0):
    return float(text) if text else missing


def places(cells):
    return np.array([(float(c["x_um"]), float(c["y_um"])) for c in cells]).reshape(-1, 2)
