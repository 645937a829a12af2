"""Picture files, taken apart before anything is decoded: what draws the picture is kept, and how it was held is read.

JPEG (ISO/IEC 10918-1), PNG (ISO/IEC 15948) and WebP (RFC 9649). Metadata is neither read nor written by a library: a
broken position or resolution is no reason to refuse a photograph. Whatever lies behind the picture, such as the clip of
a moving photograph, a map of its brightness or a second picture, is left out before anybody looks at it.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

Kind = Literal["JPEG", "PNG", "WEBP"]


class NoPicture(Exception):
    """It is no JPEG, PNG or WebP, or it is cut off before its picture begins."""


@dataclass(frozen=True, slots=True)
class PictureFile:
    """A file with nothing in it but the picture.

    ``orientation``: as Exif has it, 1 to 8. ``whole``: the picture's coefficients are all in memory before one pixel
    is drawn, so that a large one is costly; true of a progressive JPEG.
    """

    kind: Kind
    content: bytes
    orientation: int = 1
    whole: bool = True


def bare(content: bytes) -> PictureFile:
    """What a file is once all but the picture is taken out. Raises NoPicture."""
    try:
        if content.startswith(_START_OF_JPEG):
            return _jpeg(content)
        if content.startswith(_START_OF_PNG):
            return _png(content)
        if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
            return _webp(content)
    except (struct.error, IndexError):  # a length that leads out of the file
        pass
    raise NoPicture


# ---------------------------------------------------------------- JPEG

_START_OF_JPEG = b"\xff\xd8"
_END, _SCAN, _EXIF, _ADOBE, _COMMENT = 0xD9, 0xDA, 0xE1, 0xEE, 0xFE
_STANDING_ALONE = frozenset({0x00, 0x01, *range(0xD0, 0xD8)})
_SEQUENTIAL = frozenset({0xC0, 0xC1})
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_DROPPED = frozenset({0x00, *range(0xE1, 0xF0), _COMMENT}) - {_ADOBE}
"""All that applications put there, but for what says how the colours are written (JFIF, Adobe)."""
_AFTER_DATA = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]")
"""What ends a scan's data, in which a byte of 255 is followed by 0, by a restart, or by another of 255."""


def _jpeg(content: bytes) -> PictureFile:
    kept, orientation, components, whole, scans, at = [_START_OF_JPEG], 1, 0, True, 0, 2
    while (at := content.find(b"\xff", at)) >= 0:  # readers pass over stray bytes between segments
        marker, start, end = _segment(content, at)
        if marker == _EXIF and orientation == 1 and content[start + 2 : start + 8] == _EXIF_HEAD:
            orientation = exif_orientation(content[start + 8 : end])
        if marker == _SCAN:
            first = scans == 0
            scans += 1
            whole = whole or (first and content[start + 2] < components)
            found = _AFTER_DATA.search(content, end)
            end = found.start() if found else len(content)
        if marker in _FRAMES:
            if components:
                raise NoPicture
            components, whole = content[start + 7], marker not in _SEQUENTIAL
        if marker not in _DROPPED:
            kept.append(b"\xff" + content[start - 1 : end])
        if marker == _END:
            break
        at = end
    return PictureFile("JPEG", b"".join(kept), orientation, whole)


def _segment(content: bytes, at: int) -> tuple[int, int, int]:
    """The marker at ``at``, where its segment starts behind it, and where that ends. Raises NoPicture, struct.error."""
    while content[at] == 0xFF:
        at += 1
    marker, start = content[at], at + 1
    if marker in _STANDING_ALONE or marker == _END:
        return marker, start, start
    (length,) = struct.unpack_from(">H", content, start)
    if length < 2:
        raise NoPicture
    return marker, start, start + length


# ---------------------------------------------------------------- how it was held

_EXIF_HEAD = b"Exif\x00\x00"
_ORIENTATION = 0x0112
_WIDTHS = {1: "B", 3: "H", 4: "I"}
"""The types that a small number may have in Exif, and how they are read."""


def exif_orientation(exif: bytes) -> int:
    """How a picture was held by its Exif, 1 to 8; 1 where that says nothing that makes sense. Nothing else is read."""
    exif = exif.removeprefix(_EXIF_HEAD)
    order = {b"II": "<", b"MM": ">"}.get(exif[:2])
    if order is None:
        return 1
    try:
        (at,) = struct.unpack_from(f"{order}I", exif, 4)
        (count,) = struct.unpack_from(f"{order}H", exif, at)
        for entry in range(at + 2, at + 2 + 12 * count, 12):
            tag, width = struct.unpack_from(f"{order}HH", exif, entry)
            if tag == _ORIENTATION and width in _WIDTHS:
                (held,) = struct.unpack_from(order + _WIDTHS[width], exif, entry + 8)
                return held if 1 <= held <= 8 else 1
    except struct.error:  # cut off
        pass
    return 1


# ---------------------------------------------------------------- PNG

_START_OF_PNG = b"\x89PNG\r\n\x1a\n"
_DRAWN = frozenset({b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"})


def _png(content: bytes) -> PictureFile:
    kept, orientation = [_START_OF_PNG], 1
    for name, start, end in _png_chunks(content):
        if name in _DRAWN:
            kept.append(content[start:end])
        elif name == b"eXIf" and orientation == 1:
            orientation = exif_orientation(content[start + 8 : end - 4])
    return PictureFile("PNG", b"".join(kept), orientation)


def _png_chunks(content: bytes) -> Iterator[tuple[bytes, int, int]]:
    """Each chunk up to the picture's end: its name, where it starts, and where it ends, perhaps outside."""
    at = len(_START_OF_PNG)
    while at < len(content):
        length, name = struct.unpack_from(">I4s", content, at)
        yield name, at, at + 12 + length
        if name == b"IEND":
            return
        at += 12 + length


# ---------------------------------------------------------------- WebP

_WEBP_DRAWN = frozenset({b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ANIM", b"ANMF"})
_WITH_METADATA = 0x20 | 0x08 | 0x04
"""The flags of a colour profile, of Exif and of XMP."""


def _webp(content: bytes) -> PictureFile:
    kept, orientation = [], 1
    for name, start, end in _webp_chunks(content):
        chunk = content[start:end]
        if name == b"VP8X":
            chunk = chunk[:8] + bytes([chunk[8] & ~_WITH_METADATA]) + chunk[9:]
        if name in _WEBP_DRAWN:
            kept.append(chunk)
        elif name == b"EXIF" and orientation == 1:
            orientation = exif_orientation(chunk[8:])
    drawn = b"WEBP" + b"".join(kept)
    return PictureFile("WEBP", b"RIFF" + struct.pack("<I", len(drawn)) + drawn, orientation)


def _webp_chunks(content: bytes) -> Iterator[tuple[bytes, int, int]]:
    """Each chunk within the file's own length: its name, where it starts, and where it ends, perhaps outside."""
    (length,) = struct.unpack_from("<I", content, 4)
    at, last = 12, min(len(content), 8 + length)
    while at + 8 <= last:
        name, size = struct.unpack_from("<4sI", content, at)
        end = at + 8 + size + (size & 1)
        yield name, at, end
        at = end
