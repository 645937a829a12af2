"""Pictures that people send are drawn anew: nothing but the picture is left, and nothing hostile is decoded."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from api.edge.multipart import Part
from services.problems import Problem
from services.redrawing import LONGEST_SIDE, MOST_BYTES, THUMBNAIL, Pictures, redrawn
from tests.support.pictures import SVG, picture, png_of, webp_of, with_position


def opened(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_what_telephones_send_is_kept_as_jpeg_in_two_sizes(kind: str) -> None:
    kept = redrawn(picture(kind, (3000, 1500)))
    assert (kept.width, kept.height) == (LONGEST_SIDE, LONGEST_SIDE // 2)
    for content, longest in ((kept.picture, LONGEST_SIDE), (kept.thumbnail, THUMBNAIL)):
        image = opened(content)
        assert (image.format, image.mode, max(image.size)) == ("JPEG", "RGB", longest)
        red, _, _ = image.getpixel((image.width // 4, image.height // 2))  # type: ignore[misc]
        assert red > 180


def test_a_small_picture_is_not_made_larger() -> None:
    kept = redrawn(picture(size=(40, 30)))
    assert (kept.width, kept.height) == (40, 30)


def test_position_camera_and_comments_are_gone() -> None:
    sent = with_position()
    assert b"SECRETCAMERA" in sent
    kept = redrawn(sent)
    for content in (kept.picture, kept.thumbnail):
        assert b"SECRET" not in content
        assert b"Exif" not in content
        assert not opened(content).getexif()
        assert set(opened(content).info) <= {
            "jfif",
            "jfif_version",
            "jfif_unit",
            "jfif_density",
            "progressive",
            "progression",
        }


@pytest.mark.parametrize(("orientation", "red_at"), [(1, "left"), (3, "right"), (6, "top"), (8, "bottom")])
def test_it_stands_as_it_was_taken(orientation: int, red_at: str) -> None:
    kept = redrawn(with_position(orientation))
    upright = orientation in (1, 3)
    assert (kept.width, kept.height) == ((640, 480) if upright else (480, 640))
    image = opened(kept.picture)
    width, height = image.size
    places = {
        "left": (20, height // 2),
        "right": (width - 20, height // 2),
        "top": (width // 2, 20),
        "bottom": (width // 2, height - 20),
    }
    red, green, _ = image.getpixel(places[red_at])  # type: ignore[misc]
    assert red > green + 100


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P", "L", "1", "I;16"])
def test_every_kind_of_png_is_read(mode: str) -> None:
    out = io.BytesIO()
    Image.new("RGBA", (20, 10), (0, 0, 0, 0)).convert(mode if mode != "I;16" else "L").convert(mode).save(out, "PNG")
    kept = redrawn(out.getvalue())
    assert (kept.width, kept.height) == (20, 10)


def test_what_is_transparent_is_white() -> None:
    kept = redrawn(picture("PNG", (100, 100), mode="RGBA", colour=(0, 0, 0, 0)))
    assert opened(kept.picture).getpixel((50, 50)) == (255, 255, 255)


def test_several_pictures_in_one_jpeg_are_the_first() -> None:
    out = io.BytesIO()
    first, second = opened(picture()), opened(picture(colour=(0, 0, 255)))
    first.save(out, "MPO", save_all=True, append_images=[second])
    assert opened(redrawn(out.getvalue()).picture).format == "JPEG"


def test_what_follows_the_picture_is_gone() -> None:
    polyglot = picture() + b"PK\x03\x04<script>alert('SECRET')</script>"
    assert b"SECRET" not in redrawn(polyglot).picture


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xd8",
        b"hello",
        SVG,
        b"GIF89a" + bytes(40),
        b"%PDF-1.7",
        b"<html>" + picture(),
        picture("GIF"),
        picture("BMP"),
        picture("TIFF"),
        picture("JPEG")[:600],
        picture("PNG")[:-40],
        picture("WEBP")[:40],
        png_of(50_000, 50_000),
        png_of(5_000, 5_000),
        webp_of(16_383, 16_383),
        b"RIFF\x00\x00\x00\x00WEBP",
        b"RIFF\xff\xff\xff\xffWEBPVP8X",
        b"RIFF\x10\x00\x00\x00WEBPABCD" + bytes(30),
        picture() + b"\xff\xda" * 100,
    ],
    ids=[
        "empty",
        "two bytes",
        "text",
        "SVG",
        "GIF",
        "PDF",
        "HTML first",
        "whole GIF",
        "BMP",
        "TIFF",
        "truncated JPEG",
        "truncated PNG",
        "truncated WebP",
        "bomb PNG",
        "large PNG",
        "bomb WebP",
        "WebP without a chunk",
        "WebP cut off",
        "WebP of no kind",
        "a hundred scans",
    ],
)
def test_what_is_no_photograph_is_refused(content: bytes) -> None:
    with pytest.raises(Problem) as refused:
        redrawn(content)
    assert refused.value.code == "bad_photo"


def test_a_huge_jpeg_is_refused_by_its_header() -> None:
    huge = bytearray(picture())
    at = huge.index(b"\xff\xc0")
    huge[at + 5 : at + 9] = b"\xff\x00\xff\x00"
    with pytest.raises(Problem, match="bad_photo"):
        redrawn(bytes(huge))


async def test_a_file_that_was_cut_off_for_its_length_is_too_large() -> None:
    with pytest.raises(Problem) as refused:
        await Pictures().of_upload(Part(name="photo", is_file=True, too_long=True))
    assert refused.value.code == "photo_too_large"
    assert refused.value.params == {"limit": MOST_BYTES // 1024 // 1024}
