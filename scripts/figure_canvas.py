"""What scripts/figures draws with: pictures side by side with titles, and charts. Colours can be told apart by colour-blind
readers (Okabe and Ito, 2008)."""
import os

import numpy as np
from PIL import Image, ImageDraw, ImageFont

BLACK, GREY, PALE = (0, 0, 0), (120, 120, 120), (215, 215, 215)
ORANGE, SKY, GREEN, YELLOW = (230, 159, 0), (86, 180, 233), (0, 158, 115), (240, 228, 66)
BLUE, RED, PINK = (0, 114, 178), (213, 94, 0), (204, 121, 167)
DRAWN = ((255, 255, 255), BLACK, GREY, PALE, ORANGE, SKY, GREEN, YELLOW, BLUE, RED, PINK)
MOST_BYTES = 245_000
GAP = 10


def font(size=13):
    try:
        return ImageFont.truetype("DejaVuSans.ttf", size)
    except OSError:
        return ImageFont.load_default()


def text(draw, place, words, colour=BLACK, size=13, anchor="la"):
    draw.text(place, words, fill=colour, font=font(size), anchor=anchor)


def titled(picture, title):
    out = Image.new("RGB", (picture.width, picture.height + 20), "white")
    out.paste(picture, (0, 20))
    text(ImageDraw.Draw(out), (1, 2), title)
    return out


def beside(pictures, below=False):
    """One page of pictures in a row, or one below the other."""
    side = (lambda p: (p.height, p.width)) if below else (lambda p: (p.width, p.height))
    along = sum(side(p)[0] for p in pictures) + GAP * (len(pictures) - 1)
    across = max(side(p)[1] for p in pictures)
    page, at = Image.new("RGB", (across, along) if below else (along, across), "white"), 0
    for picture in pictures:
        page.paste(picture, (0, at) if below else (at, 0))
        at += side(picture)[0] + GAP
    return page


def legend(width, entries, size=13):
    """A line of coloured marks with words: (shape, colour, words); shape: dot, ring, cross or line."""
    strip = Image.new("RGB", (width, 22), "white")
    draw, x = ImageDraw.Draw(strip), 4
    for shape, colour, words in entries:
        mark(draw, x + 6, 11, shape, colour, 5)
        text(draw, (x + 16, 3), words, size=size)
        x += 30 + int(draw.textlength(words, font=font(size)))
    return strip


def mark(draw, x, y, shape, colour, r=3):
    if shape == "dot":
        draw.ellipse([x - r, y - r, x + r, y + r], fill=colour)
    elif shape == "ring":
        draw.ellipse([x - r, y - r, x + r, y + r], outline=colour, width=2)
    elif shape == "cross":
        draw.line([x - r, y - r, x + r, y + r], fill=colour, width=2)
        draw.line([x - r, y + r, x + r, y - r], fill=colour, width=2)
    else:
        draw.line([x - r - 1, y, x + r + 1, y], fill=colour, width=3)


def save(page, folder, name):
    """As a PNG of at most 256 colours, of fewer where the file would be large; the colours above are always among them."""
    path = os.path.join(folder, name)
    for colours in (256, 192, 128, 96, 72, 56, 40, 28):
        found = page.quantize(colours - len(DRAWN), method=Image.Quantize.MEDIANCUT).getpalette()
        palette = Image.new("P", (1, 1))
        palette.putpalette([v for colour in DRAWN for v in colour] + found[:3 * (colours - len(DRAWN))])
        page.quantize(palette=palette, dither=Image.Dither.NONE).save(path, optimize=True)
        if os.path.getsize(path) < MOST_BYTES:
            break
    print(f"{name}: {page.width} x {page.height}, {os.path.getsize(path) / 1000:.0f} kB, {colours} colours")


class Chart:
    """Axes over a white square; places are given in the units of the axes."""

    def __init__(self, width, height, x, y, title="", x_name="", y_name="", log_y=False, left=52):
        self.image = Image.new("RGB", (width, height), "white")
        self.draw = ImageDraw.Draw(self.image)
        self.x, self.y, self.log_y = x, y, log_y
        self.box = (left, 26, width - 12, height - 42)
        text(self.draw, (left, 4), title)
        text(self.draw, ((left + width - 12) / 2, height - 18), x_name, size=12, anchor="ma")
        if y_name:
            strip = Image.new("RGB", (height, 16), "white")
            text(ImageDraw.Draw(strip), ((height - 16) / 2, 1), y_name, size=12, anchor="ma")
            self.image.paste(strip.rotate(90, expand=True), (0, 0))
            text(self.draw, (left, 4), title)

    def at(self, x, y):
        left, top, right, bottom = self.box
        low, high = self.y
        if self.log_y:
            y, low, high = (np.log10(np.maximum(v, 1e-12)) for v in (y, low, high))
        return (left + (np.asarray(x) - self.x[0]) / (self.x[1] - self.x[0]) * (right - left),
                bottom - (np.asarray(y) - low) / (high - low) * (bottom - top))

    def axes(self, x_ticks, y_ticks, x_labels=None, y_labels=None):
        left, top, right, bottom = self.box
        for tick, label in zip(x_ticks, x_labels or [f"{t:g}" for t in x_ticks]):
            x = float(self.at(tick, self.y[0])[0])
            self.draw.line([x, bottom, x, bottom + 4], fill=BLACK)
            text(self.draw, (x, bottom + 6), label, size=11, anchor="ma")
        for tick, label in zip(y_ticks, y_labels or [f"{t:g}" for t in y_ticks]):
            y = float(self.at(self.x[0], tick)[1])
            self.draw.line([left - 4, y, left, y], fill=BLACK)
            text(self.draw, (left - 6, y), label, size=11, anchor="rm")
        self.draw.rectangle([left, top, right, bottom], outline=BLACK)

    def points(self, x, y, colour, r=1, shape="dot"):
        for px, py in zip(*self.at(x, y)):
            if self.box[0] <= px <= self.box[2] and self.box[1] <= py <= self.box[3]:
                mark(self.draw, px, py, shape, colour, r)

    def line(self, x, y, colour, width=2, dashed=False):
        line = list(zip(*(np.ravel(v).tolist() for v in self.at(x, y))))
        if not dashed:
            self.draw.line(line, fill=colour, width=width)
            return
        for (ax, ay), (bx, by) in zip(line, line[1:]):
            length = max(np.hypot(bx - ax, by - ay), 1e-9)
            for start in np.arange(0, length, 9):
                a, b = start / length, min(start + 5, length) / length
                self.draw.line([ax + a * (bx - ax), ay + a * (by - ay), ax + b * (bx - ax), ay + b * (by - ay)],
                               fill=colour, width=width)

    def vertical(self, x, colour, dashed=True, width=2):
        self.line([x, x], list(self.y), colour, width, dashed)

    def horizontal(self, y, colour, dashed=True, width=2):
        self.line(list(self.x), [y, y], colour, width, dashed)

    def words(self, x, y, words, colour=BLACK, anchor="la", size=12):
        px, py = self.at(x, y)
        text(self.draw, (float(px), float(py)), words, colour, size, anchor)
