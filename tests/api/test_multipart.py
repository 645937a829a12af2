"""Forms with files: what they are called, by whatever program, is no reason to lose what somebody has typed."""

from __future__ import annotations

import asyncio

import pytest
from starlette.requests import Request
from starlette.types import Message

from api.edge.multipart import Part, parts


def parts_of(disposition: bytes) -> list[Part]:
    body = b'--x\r\ncontent-disposition: form-data; name="text"\r\n\r\n\xe6\xbc\x8f\xe6\xb0\xb4\r\n'
    body += b"--x\r\ncontent-disposition: form-data; " + disposition + b"\r\n\r\nDATA\r\n--x--\r\n"

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    async def read() -> list[Part]:
        headers = [(b"content-type", b"multipart/form-data; boundary=x")]
        request = Request({"type": "http", "method": "POST", "headers": headers}, receive)
        return [part async for part in parts(request, file_bytes=1000)]

    return asyncio.run(read())


@pytest.mark.parametrize(
    ("filename", "named"),
    [
        (b'filename="' + "现场照片.jpg".encode("gbk") + b'"', "现场照片.jpg"),
        (b'filename="' + "現場許.jpg".encode("gbk") + b'"', "現場許.jpg"),
        (b'filename="' + "𠮷.jpg".encode("gb18030") + b'"', "𠮷.jpg"),
        (b'filename="' + "现场照片.jpg".encode() + b'"', "现场照片.jpg"),
        (b"filename*=UTF-8''%E7%8E%B0%E5%9C%BA.jpg", "现场.jpg"),
        (b"filename=\"a.jpg\"; filename*=UTF-8''b.jpg", "a.jpg"),
        (b'filename="\xff\xff\x80.jpg"', "\ufffd\ufffd\ufffd.jpg"),
    ],
    ids=["GBK", "GBK with a backslash among its bytes", "GB 18030", "UTF-8", "RFC 5987", "both", "neither"],
)
def test_a_files_name_is_read_as_it_is_written(filename: bytes, named: str) -> None:
    text, file = parts_of(b'name="photo"; ' + filename)
    assert text.text == "漏水"
    assert (file.name, file.is_file, file.filename, bytes(file.data)) == ("photo", True, named, b"DATA")
