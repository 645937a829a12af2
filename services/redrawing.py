"""Pictures that people send: read with suspicion, written anew as JPEG, with nothing in them but the picture.

Whatever the file was (JPEG, PNG, WebP), what is kept is drawn from its pixels: no position, no camera, no comment, no
second file behind the first (``picture_files`` leaves them out unread). Its size is read from the header before
anything is decoded.
"""

from __future__ import annotations

import asyncio
import hashlib
import io
from typing import Protocol

from PIL import Image

from services.picture_files import PictureFile, bare
from services.problems import Problem
from store.photos import NewPhoto

MOST_BYTES = 32 * 1024 * 1024
"""A file may be as long as this: a telephone's largest photograph, and the clip behind it."""
LONGEST_SIDE, SHORTER_SIDE, THUMBNAIL = 2048, 1080, 320
"""Pixels of what is kept: see ``kept_size``."""

# A JPEG is decoded at a fraction of its size, so that it may be larger than the others, which are decoded whole. One
# that is written line by line, as cameras do, takes next to no memory: 200 million pixels are a telephone's most.
_MOST_PIXELS = {"JPEG": 66_000_000, "PNG": 32_000_000, "WEBP": 32_000_000}
_MOST_BY_LINES = {"JPEG": 220_000_000}
_MOST_KEPT, _LONGEST_KEPT = 24_000_000, 30_000
# A photograph has ten scans at most; a file of ten thousand keeps a processor busy for an hour.
_MOST_SCANS = 64
_SCAN = b"\xff\xda"
# How a picture is turned that was held as Exif's orientation says.
_TURNED = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_AT_A_TIME = 2

Image.MAX_IMAGE_PIXELS = max(_MOST_BY_LINES.values())


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
    small = picture.crop((0, 0, min(picture.width, 2 * picture.height), min(picture.height, 2 * picture.width)))
    small.thumbnail((THUMBNAIL, THUMBNAIL))  # of a long one its beginning
    return NewPhoto(
        picture=_jpeg(picture, 82),
        thumbnail=_jpeg(small, 75),
        width=picture.width,
        height=picture.height,
        source=hashlib.sha256(content).digest(),
    )


def _drawn(content: bytes) -> Image.Image:
    """The picture in RGB, upright, not larger than it is kept, on a sheet of its own."""
    file = bare(content)
    if file.kind == "WEBP":
        _require_small(file, *_webp_size(file.content))  # Pillow's reader sets up the whole canvas as it opens
    if file.content.count(_SCAN) > _MOST_SCANS and file.kind == "JPEG":
        raise Problem("bad_photo")
    opened = Image.open(io.BytesIO(file.content), formats=(file.kind,))
    _require_small(file, opened.width, opened.height)
    kept = kept_size(opened.width, opened.height)
    opened.draft("RGB", kept)
    opened.load()
    picture = _grey_of_16_bits(opened) if opened.mode.startswith("I;16") else opened
    if picture.width > kept[0] or picture.height > kept[1]:
        picture = picture.resize(kept, Image.Resampling.BICUBIC, reducing_gap=2.0)
    turned = _TURNED.get(file.orientation)
    return _on_white(picture.transpose(turned) if turned is not None else picture)


def kept_size(width: int, height: int) -> tuple[int, int]:
    """How large a picture is kept: at most 2,048 pixels on its longer side; one that is more than twice as long as it
    is wide (a long screenshot, a panorama), 1,080 on its shorter side; none larger than it is."""
    longer, shorter = max(width, height), min(width, height)
    scale = SHORTER_SIDE / shorter if longer > 2 * shorter else LONGEST_SIDE / longer
    scale = min(1.0, scale, _LONGEST_KEPT / longer, (_MOST_KEPT / (width * height)) ** 0.5)
    return max(1, round(width * scale)), max(1, round(height * scale))


def _grey_of_16_bits(opened: Image.Image) -> Image.Image:
    """The upper byte of each point; Pillow's own way makes all that is above 255 white."""
    return Image.frombytes("L", opened.size, opened.tobytes("raw", "I;16B")[::2])


def _on_white(picture: Image.Image) -> Image.Image:
    """A picture on a white sheet, in RGB."""
    sheet = Image.new("RGB", picture.size, "white")
    if picture.has_transparency_data:
        picture = picture.convert("RGBA")
        sheet.paste(picture, mask=picture.getchannel("A"))
    else:
        sheet.paste(picture.convert("RGB"))
    return sheet


def _require_small(file: PictureFile, width: int, height: int) -> None:
    most = _MOST_PIXELS if file.whole else _MOST_BY_LINES
    if width < 1 or height < 1 or width * height > most[file.kind]:
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
