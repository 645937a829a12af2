"""Pictures that people send are drawn anew: nothing but the picture is left, and nothing hostile is decoded."""

from __future__ import annotations

import io
import random
from pathlib import Path

import pytest
from PIL import Image

from api.edge.multipart import Part
from services.picture_files import bare
from services.problems import Problem
from services.redrawing import LONGEST_SIDE, MOST_BYTES, THUMBNAIL, Pictures, kept_size, redrawn
from tests.support.pictures import SVG, picture, png_of, webp_of, with_position

FILES = Path(__file__).parents[1] / "files"


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


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_a_png_and_a_webp_stand_as_they_were_taken_too(kind: str) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    kept = redrawn(picture(kind, exif=exif))
    assert (kept.width, kept.height) == (480, 640)


@pytest.mark.parametrize("name", ["gps-altitude-ref-ascii.jpg", "xres-minus1-over-0.jpg"])
def test_metadata_that_cannot_be_written_again_keeps_no_photograph_out(name: str) -> None:
    kept = redrawn((FILES / name).read_bytes())
    assert (kept.width, kept.height) == (48, 64)


@pytest.mark.parametrize(
    "segment",
    [
        b"\xff\xe1\x00\x10Exif\x00\x00MM\x00\x2a\xff\xff\xff\xff",
        b"\xff\xe1\x00\x0aExif\x00\x00II",
        b"\xff\xe2\x00\x08MPF\x00\xff\xff",
        b"\xff\xe2\x00\x10ICC_PROFILE\x00\xff\x01",
        b"\xff\xed\x00\x14Photoshop 3.0\x008BIM",
        b"\xff\xff\xff\xfe\x00\x04\xff\xda",
    ],
    ids=["Exif that points outside", "short Exif", "index of pictures", "colour profile", "Photoshop", "comment"],
)
def test_broken_metadata_of_any_kind_keeps_no_jpeg_out(segment: bytes) -> None:
    plain = picture()
    assert redrawn(plain[:2] + segment + plain[2:]).width == 640


def test_stray_bytes_between_segments_keep_no_jpeg_out() -> None:
    plain = picture()
    at = plain.index(b"\xff\xdb")
    assert redrawn(plain[:at] + b"\x00\xff\x00\x07" + plain[at:]).width == 640


def test_broken_metadata_keeps_no_png_out() -> None:
    plain = picture("PNG")
    broken = b"\x00\x00\x00\x04zTXt\xff\xff\xff\xff" + bytes(4)
    assert redrawn(plain[:33] + broken + plain[33:]).width == 640


def test_broken_metadata_keeps_no_webp_out() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    plain = picture("WEBP", exif=exif)
    at = plain.index(b"EXIF") + 8
    assert redrawn(plain[:at] + b"\xff" * (len(plain) - at)).width == 640


def test_grey_of_16_bits_keeps_its_shades() -> None:
    image = opened(redrawn((FILES / "grey16.png").read_bytes()).picture)
    assert [image.getpixel((x, 9)) for x in (0, 1, 64, 128, 192, 255)] == [
        (shade, shade, shade) for shade in (0, 1, 64, 128, 192, 255)
    ]


@pytest.mark.parametrize("size", [(9248, 6936), (16384, 12288)], ids=["64 million pixels", "200 million"])
def test_a_telephones_largest_photograph_is_taken(size: tuple[int, int]) -> None:
    out = io.BytesIO()
    Image.new("L", size, 128).save(out, "JPEG")
    kept = redrawn(out.getvalue())
    assert (kept.width, kept.height) == (2048, 1536)


def test_a_progressive_jpeg_of_many_pixels_is_refused() -> None:
    huge = bytearray(picture(progressive=True))
    at = huge.index(b"\xff\xc2")
    huge[at + 5 : at + 9] = (9_000).to_bytes(2, "big") * 2
    with pytest.raises(Problem, match="bad_photo"):
        redrawn(bytes(huge))


def test_a_jpeg_with_its_colours_one_after_the_other_counts_as_progressive() -> None:
    plain = bytearray(picture())
    plain[plain.index(b"\xff\xda") + 4] = 1
    assert bare(bytes(plain)).whole
    assert not bare(picture()).whole


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "JPEG"])
def test_the_text_of_a_long_screenshot_can_be_read(kind: str) -> None:
    height = 16_000 if kind == "WEBP" else 20_000
    sheet = Image.new("RGB", (1080, height), "white")
    for x in range(0, 1080, 8):  # strokes four pixels wide, as those of small type are
        sheet.paste("black", (x, 0, x + 4, height))
    out = io.BytesIO()
    sheet.save(out, kind)
    kept = redrawn(out.getvalue())
    assert (kept.width, kept.height) == (1080, height)
    image = opened(kept.picture)
    assert image.getpixel((538, height - 9))[0] < 40  # type: ignore[index]
    assert image.getpixel((542, height - 9))[0] > 215  # type: ignore[index]
    assert opened(kept.thumbnail).size == (160, 320)


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ((4000, 3000), (2048, 1536)),
        ((3000, 1500), (2048, 1024)),
        ((1080, 2340), (1080, 2340)),
        ((1440, 20_000), (1080, 15_000)),
        ((12_000, 3_000), (4320, 1080)),
        ((1080, 29_000), (945, 25_386)),
        ((300, 4_000), (300, 4_000)),
        ((1, 300_000), (1, 30_000)),
    ],
)
def test_how_large_a_picture_is_kept(sent: tuple[int, int], kept: tuple[int, int]) -> None:
    assert kept_size(*sent) == kept


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


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_what_follows_the_picture_is_gone(kind: str) -> None:
    polyglot = picture(kind) + b"PK\x03\x04<script>alert('SECRET')</script>"
    assert b"SECRET" not in redrawn(polyglot).picture


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_clip_behind_the_picture_is_no_hindrance(kind: str) -> None:
    clip = b"\x00\x00\x00\x18ftypmp42" + b"\xff\xda\xff\xd8\xff\xc2" * 1000 + random.Random(7).randbytes(200_000)
    assert redrawn(picture(kind) + clip).picture == redrawn(picture(kind)).picture


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
        png_of(6_000, 6_000),
        webp_of(16_383, 16_383),
        b"RIFF\x00\x00\x00\x00WEBP",
        b"RIFF\xff\xff\xff\xffWEBPVP8X",
        b"RIFF\x10\x00\x00\x00WEBPABCD" + bytes(30),
        picture()[:-2] + b"\xff\xda\x00\x02" * 100,
        picture().replace(b"\xff\xda", b"\xff\xc2\x00\x0b\x08\xff\x00\xff\x00\x01\x01\x11\x00\xff\xda", 1),
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
        "two frames",
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
