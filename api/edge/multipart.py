"""Forms with files, part by part as they come: in memory, each within its limit, nothing on the disk.

The body as a whole is limited at the edge (``bodies.streams``); of a file that is too long the rest is let go by,
so that the other fields are still read.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import unquote

from fastapi import Request
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from services.problems import Problem

if TYPE_CHECKING:
    from python_multipart.multipart import MultipartCallbacks

_MOST_PARTS = 60
_FIELD_BYTES = 64 * 1024


@dataclass
class Part:
    """One part: a field, or a file. ``too_long``: it was longer than it may be, and its data is not all of it."""

    name: str = ""
    is_file: bool = False
    filename: str = ""
    data: bytearray = field(default_factory=bytearray)
    too_long: bool = False

    @property
    def text(self) -> str:
        """A field's value, lines ended by ``\\n``. Raises Problem ``bad_form``."""
        if self.too_long:
            raise Problem("bad_form")
        return _text(bytes(self.data)).replace("\r\n", "\n").replace("\r", "\n")


def _text(value: bytes) -> str:
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        raise Problem("bad_form") from None


_EXTENDED_NAME = re.compile(rb"filename\*=utf-8''([!-:<-~]*)", re.IGNORECASE)
"""As RFC 5987 has it, which forms are not to use (RFC 7578, 4.2), and programs do."""


def named(given: bytes | None) -> str:
    """What a file is called: in UTF-8, or as older programs in China write it. No name is a reason to lose a file."""
    for encoding in ("utf-8", "gb18030"):
        try:
            return (given or b"").decode(encoding)
        except UnicodeDecodeError:
            continue
    return (given or b"").decode("utf-8", "replace")


async def parts(request: Request, *, file_bytes: int) -> AsyncIterator[Part]:
    """The parts of a request in their order, each when it is complete. Raises Problem ``bad_form``."""
    reading = _Reading(file_bytes)
    kind, options = parse_options_header(request.headers.get("content-type", ""))
    boundary = options.get(b"boundary", b"")
    if kind != b"multipart/form-data" or not boundary:
        raise Problem("bad_form")
    try:
        parser = MultipartParser(boundary, reading.callbacks())
        async for chunk in request.stream():
            parser.write(chunk)
            for part in reading.taken():
                yield part
    except FormParserError:
        raise Problem("bad_form") from None
    if not reading.ended:  # cut off on its way
        raise Problem("bad_form")


class _Reading:
    """What the parser has come upon."""

    def __init__(self, file_bytes: int) -> None:
        self._file_bytes = file_bytes
        self._part = Part()
        self._header = self._value = b""
        self._complete: list[Part] = []
        self._count = 0
        self.ended = False

    def callbacks(self) -> MultipartCallbacks:
        return {
            "on_part_begin": self._begin,
            "on_part_data": self._data,
            "on_part_end": self._end,
            "on_header_field": self._header_name,
            "on_header_value": self._header_value,
            "on_header_end": self._header_end,
            "on_headers_finished": self._headers_finished,
            "on_end": self._all,
        }

    def taken(self) -> list[Part]:
        """The parts that have become complete since this was asked last."""
        complete, self._complete = self._complete, []
        return complete

    def _begin(self) -> None:
        self._count += 1
        if self._count > _MOST_PARTS:
            raise Problem("bad_form")
        self._part = Part()

    def _header_name(self, data: bytes, start: int, end: int) -> None:
        self._header += data[start:end]

    def _header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _header_end(self) -> None:
        if self._header.lower() == b"content-disposition":
            _, options = parse_options_header(self._value)
            self._part.name = _text(options.get(b"name", b""))
            extended = _EXTENDED_NAME.search(self._value)
            self._part.is_file = b"filename" in options or extended is not None
            given = options.get(b"filename")
            self._part.filename = unquote(extended[1].decode("ascii")) if given is None and extended else named(given)
        self._header = self._value = b""

    def _headers_finished(self) -> None:
        if not self._part.name:
            raise Problem("bad_form")

    def _data(self, data: bytes, start: int, end: int) -> None:
        part, limit = self._part, self._file_bytes if self._part.is_file else _FIELD_BYTES
        if part.too_long or len(part.data) + end - start > limit:
            part.too_long = True
            part.data.clear()
        else:
            part.data += data[start:end]

    def _end(self) -> None:
        self._complete.append(self._part)

    def _all(self) -> None:
        self.ended = True
