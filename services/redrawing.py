"""Pictures that people send: read with suspicion, written anew as JPEG, with nothing in them but the picture.

Whatever the file was (JPEG, PNG, WebP), what is kept is drawn from its pixels: no position, no camera, no comment, no
second file behind the first. Its size is read from the header before anything is decoded.
"""

from __future__ import annotations

import asyncio
import hashlib
import io
from typing import Protocol

from PIL import Image, ImageOps

from services.problems import Problem
from store.photos import NewPhoto

MOST_BYTES = 10 * 1024 * 1024
"""A file may be as long as this: a telephone's largest photographs are."""
LONGEST_SIDE, THUMBNAIL = 2048, 320
"""Pixels of the longer side of what is kept."""

# A JPEG is decoded at a fraction of its size, so that it may be larger than the others, which are decoded whole.
_MOST_PIXELS = {"JPEG": 64_000_000, "PNG": 24_000_000, "WEBP": 24_000_000}
# A photograph has ten scans at most; a file of ten thousand keeps a processor busy for an hour.
_MOST_SCANS = 64
_SCAN = b"\xff\xda"
_AT_A_TIME = 2

Image.MAX_IMAGE_PIXELS = max(_MOST_PIXELS.values())


class Upload(Protocol):
    """A file as it came. ``too_long``: it was longer than ``MOST_BYTES``, and its data is not all of it."""

    @property
    def data(self) -> bytes | bytearray: ...
    @property
    def too_long(self) -> bool: ...


class Pictures:
    """Reads pictures in threads, a few at a time, whoever asks."""

    def __init__(self) -> None:
        self._reading = asyncio.Semaphore(_AT_A_TIME)

    async def of_upload(self, sent: Upload) -> NewPhoto:
        """A form's file, as a photograph to be kept. Raises Problem ``bad_photo``, ``photo_too_large``."""
        if sent.too_long:
            raise Problem("photo_too_large", limit=MOST_BYTES // 1024 // 1024)
        async with self._reading:
            return await asyncio.to_thread(redrawn, bytes(sent.data))


def redrawn(content: bytes) -> NewPhoto:
    """A file's picture, drawn anew. Raises Problem ``bad_photo``."""
    try:
        picture = _drawn(content)
    except Problem:
        raise
    except Exception:  # a decoder that is fed a hostile file can raise anything at all
        raise Problem("bad_photo") from None
    small = picture.copy()
    small.thumbnail((THUMBNAIL, THUMBNAIL))
    return NewPhoto(
        picture=_jpeg(picture, 82),
        thumbnail=_jpeg(small, 75),
        width=picture.width,
        height=picture.height,
        source=hashlib.sha256(content).digest(),
    )


def _drawn(content: bytes) -> Image.Image:
    """The picture in RGB, upright, not larger than it is kept, on a sheet of its own."""
    if content[8:12] == b"WEBP":
        _require_small("WEBP", *_webp_size(content))  # Pillow's reader sets up the whole canvas as it opens
    opened = Image.open(io.BytesIO(content), formats=tuple(_MOST_PIXELS))
    kind = "JPEG" if opened.format == "MPO" else opened.format or ""  # several JPEGs in one file; the first is meant
    _require_small(kind, opened.width, opened.height)
    if kind == "JPEG" and content.count(_SCAN) > _MOST_SCANS:
        raise Problem("bad_photo")
    opened.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
    opened.load()
    opened.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    upright = ImageOps.exif_transpose(opened)
    sheet = Image.new("RGB", upright.size, "white")
    if upright.has_transparency_data:
        upright = upright.convert("RGBA")
        sheet.paste(upright, mask=upright.getchannel("A"))
    else:
        sheet.paste(upright.convert("RGB"))
    return sheet


def _require_small(kind: str, width: int, height: int) -> None:
    if width < 1 or height < 1 or width * height > _MOST_PIXELS[kind]:
        raise Problem("bad_photo")


def _webp_size(content: bytes) -> tuple[int, int]:
    """The canvas that a WebP file's first chunk speaks of (RFC 9649). Raises IndexError, Problem."""
    chunk, at = content[12:16], content[20:30]
    if chunk == b"VP8X":
        return int.from_bytes(at[4:7], "little") + 1, int.from_bytes(at[7:10], "little") + 1
    if chunk == b"VP8L":
        bits = int.from_bytes(at[1:5], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if chunk == b"VP8 ":
        return int.from_bytes(at[6:8], "little") & 0x3FFF, int.from_bytes(at[8:10], "little") & 0x3FFF
    raise Problem("bad_photo")


def _jpeg(picture: Image.Image, quality: int) -> bytes:
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=quality, optimize=True, progressive=True)
    return out.getvalue()
