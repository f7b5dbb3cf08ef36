"""Damages a TIFF file on purpose: every fault of cases.tsv is a few of these words.

    mangle(path, "truncate cut=16")                     the last 16 bytes are gone
    mangle(path, "truncate keep=50%")
    mangle(path, "poke at=4 hex=00000000")              bytes of the file
    mangle(path, "tag ifd=0 id=256 value=0")            the first value of a tag; also type=, count=, offset=
    mangle(path, "tag ifd=0 id=279 drop")               the entry is renamed to a private tag
    mangle(path, "rational ifd=0 id=282 num=0 den=1")
    mangle(path, "next ifd=1 to=first")                 the chain of directories; also to=self, to=NUMBER
    mangle(path, "tile ifd=0 n=14 zero")                payload; zero=A:B, fill=FF, flip=BIT, half, copy=N
    mangle(path, "tile ifd=0 n=14 size=0")              table entry; also size=N, offset=N, offset=end
    mangle(path, "tile ifd=0 n=all zero")               every tile; also of the forms above
    mangle(path, "text ifd=0 find=MPP_=_0.25 put=MPP_=_0.00")   _ is a space; as many bytes
    mangle(path, "append bytes=4096")                   zeros after the end
Several are separated by ";". Classic and BigTIFF, both byte orders.
"""
import os
import struct

SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4, 16: 8, 17: 8, 18: 8}
LETTERS = {1: "B", 3: "H", 4: "I", 13: "I", 16: "Q", 18: "Q"}
PRIVATE_TAG = 65000
TILE_OFFSETS, TILE_SIZES, STRIP_OFFSETS, STRIP_SIZES = 324, 325, 273, 279


class Tiff:
    """The directories of a TIFF in memory, as places that can be overwritten."""

    def __init__(self, data):
        self.data = data
        self.order = "<" if data[:2] == b"II" else ">"
        self.big = self.number(2, "H") == 43
        self.offset_letter = "Q" if self.big else "I"
        self.first_at = 8 if self.big else 4
        self.directories = self.read_chain()

    def number(self, at, letter):
        return struct.unpack_from(self.order + letter, self.data, at)[0]

    def put(self, at, letter, value):
        struct.pack_into(self.order + letter, self.data, at, value)

    def read_chain(self):
        chain, at = [], self.number(self.first_at, self.offset_letter)
        while at and len(chain) < 50:
            count = self.number(at, "Q" if self.big else "H")
            entries_at = at + (8 if self.big else 2)
            size = 20 if self.big else 12
            entries = {self.number(entries_at + i * size, "H"): entries_at + i * size for i in range(count)}
            next_at = entries_at + count * size
            chain.append({"at": at, "entries": entries, "next": next_at})
            at = self.number(next_at, self.offset_letter)
        return chain

    def entry(self, directory, tag):
        """Place of the entry; its type; count; place of its first value."""
        at = self.directories[directory]["entries"][tag]
        kind, count = self.number(at + 2, "H"), self.number(at + 4, self.offset_letter)
        value_at = at + (12 if self.big else 8)
        if SIZES[kind] * count > (8 if self.big else 4):
            value_at = self.number(value_at, self.offset_letter)
        return at, kind, count, value_at

    def values(self, directory, tag):
        _, kind, count, at = self.entry(directory, tag)
        return [self.number(at + i * SIZES[kind], LETTERS[kind]) for i in range(count)]

    def put_value(self, directory, tag, value, index=0):
        _, kind, _, at = self.entry(directory, tag)
        self.put(at + index * SIZES[kind], LETTERS[kind], value & ((1 << 8 * SIZES[kind]) - 1))


def _tag(tiff, words):
    directory, tag = int(words["ifd"]), int(words["id"])
    at, *_ = tiff.entry(directory, tag)
    if "drop" in words:
        tiff.put(at, "H", PRIVATE_TAG)
    if "value" in words:
        tiff.put_value(directory, tag, int(words["value"]))
    if "type" in words:
        tiff.put(at + 2, "H", int(words["type"]))
    if "count" in words:
        tiff.put(at + 4, tiff.offset_letter, int(words["count"]))
    if "offset" in words:
        tiff.put(at + (12 if tiff.big else 8), tiff.offset_letter, int(words["offset"]))


def _rational(tiff, words):
    *_, at = tiff.entry(int(words["ifd"]), int(words["id"]))
    tiff.put(at, "I", int(words["num"]))
    tiff.put(at + 4, "I", int(words["den"]))


def _next(tiff, words):
    directory = tiff.directories[int(words["ifd"])]
    to = {"first": tiff.directories[0]["at"], "self": directory["at"]}.get(words["to"])
    tiff.put(directory["next"], tiff.offset_letter, int(words["to"]) if to is None else to)


def _tile(tiff, words):
    directory = int(words["ifd"])
    tags = (TILE_OFFSETS, TILE_SIZES) if TILE_OFFSETS in tiff.directories[directory]["entries"] else (STRIP_OFFSETS, STRIP_SIZES)
    every = range(len(tiff.values(directory, tags[0])))
    for n in every if words["n"] == "all" else [int(words["n"])]:
        _one_tile(tiff, directory, tags, n, words)


def _one_tile(tiff, directory, tags, n, words):
    offsets, sizes = (tiff.values(directory, tag) for tag in tags)
    at, size = offsets[n], sizes[n]
    if "zero" in words:
        first, last = (words["zero"].split(":") + [""])[:2] if words["zero"] else ("0", "")
        last = min(int(last), size) if last else size
        tiff.data[at + int(first or 0):at + last] = bytes(last - int(first or 0))
    if "fill" in words:
        tiff.data[at:at + size] = bytes([int(words["fill"], 16)]) * size
    if "half" in words:
        tiff.data[at + size // 2:at + size] = bytes(size - size // 2)
    if "flip" in words:
        bit = int(words["flip"]) % (8 * size)
        tiff.data[at + bit // 8] ^= 1 << bit % 8
    if "copy" in words:
        tiff.put_value(directory, tags[0], offsets[int(words["copy"])], n)
        tiff.put_value(directory, tags[1], sizes[int(words["copy"])], n)
    if "size" in words:
        tiff.put_value(directory, tags[1], int(words["size"]), n)
    if "offset" in words:
        tiff.put_value(directory, tags[0], len(tiff.data) if words["offset"] == "end" else int(words["offset"]), n)


def _text(tiff, words):
    find, put = (words[key].replace("_", " ").encode() for key in ("find", "put"))
    _, _, count, at = tiff.entry(int(words["ifd"]), 270)
    text = bytes(tiff.data[at:at + count])
    assert len(find) == len(put) and find in text, f"{find!r} is not in {text!r}"
    tiff.data[at:at + count] = text.replace(find, put, 1)


OF_DIRECTORIES = {"tag": _tag, "rational": _rational, "next": _next, "tile": _tile, "text": _text}


def _truncate(data, words):
    if "cut" in words:
        del data[max(0, len(data) - int(words["cut"])):]
    else:
        keep = words["keep"]
        del data[int(len(data) * float(keep[:-1]) / 100) if keep.endswith("%") else int(keep):]


def mangle(path, patch):
    """Applies the words of `patch` to the file, from left to right."""
    with open(path, "rb") as file:
        data = bytearray(file.read())
    for step in filter(None, (s.strip() for s in patch.split(";"))):
        verb, *rest = step.split()
        words = dict(word.split("=", 1) if "=" in word else (word, "") for word in rest)
        if verb in OF_DIRECTORIES:
            OF_DIRECTORIES[verb](Tiff(data), words)
        elif verb == "truncate":
            _truncate(data, words)
        elif verb == "poke":
            data[int(words["at"]):int(words["at"]) + len(words["hex"]) // 2] = bytes.fromhex(words["hex"])
        elif verb == "append":
            data += bytes(int(words["bytes"]))
        else:
            raise ValueError(f"no such damage: {verb}")
    with open(path, "wb") as file:
        file.write(data)


def special(path, kind):
    """What is not a regular file with bytes of a slide."""
    if kind == "fifo":
        os.mkfifo(path)
    elif kind == "directory":
        os.mkdir(path)
    elif kind == "empty":
        open(path, "wb").close()
    elif kind == "link-loop":
        os.symlink(os.path.basename(path), path)
    elif kind == "link-to-nothing":
        os.symlink("nothing-here", path)
    elif kind == "device":
        os.symlink("/dev/zero", path)
    elif kind == "socket":
        import socket
        with socket.socket(socket.AF_UNIX) as s:
            s.bind(path)
    elif kind != "missing":
        raise ValueError(f"no such thing: {kind}")
