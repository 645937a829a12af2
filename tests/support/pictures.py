"""Pictures to send: good ones, and hostile ones."""

from __future__ import annotations

import io
import struct
import zlib
from typing import Any

from PIL import Image


def picture(
    kind: str = "JPEG", size: tuple[int, int] = (640, 480), colour: Any = (200, 30, 40), mode: str = "RGB", **saved: Any
) -> bytes:
    """A plain picture, its left half of `colour`, the rest grey (so that one sees what was turned)."""
    sheet = Image.new(mode, size, "grey" if mode != "RGBA" else (0, 0, 0, 0))
    sheet.paste(colour, (0, 0, size[0] // 2, size[1]))
    out = io.BytesIO()
    sheet.save(out, kind, **saved)
    return out.getvalue()


def with_position(orientation: int = 1) -> bytes:
    """A JPEG as a telephone writes it: with a position, a camera's name, a comment, and how it was held."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = "SECRETCAMERA"
    exif[0x9286] = "SECRETCOMMENT"
    exif.get_ifd(0x8825).update({1: "N", 2: (35.0, 14.0, 24.0), 3: "E", 4: (115.0, 28.0, 48.0)})
    return picture(exif=exif, comment=b"SECRETWORDS")


def png_of(width: int, height: int) -> bytes:
    """A PNG of some hundred bytes that says that it is as large as this."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(9000))) + chunk(b"IEND", b"")
    )


def webp_of(width: int, height: int) -> bytes:
    """A WebP whose canvas is as large as this, with a picture of one pixel in it."""
    small = picture("WEBP", (1, 1), lossless=True)
    canvas = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    chunks = b"VP8X" + struct.pack("<I", 10) + b"\x02\x00\x00\x00" + canvas + small[12:]
    return b"RIFF" + struct.pack("<I", len(chunks) + 4) + b"WEBP" + chunks


SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
