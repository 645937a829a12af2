"""Photographs over HTTP: who sends and reads them, what is refused, and that the case says that they came."""

from __future__ import annotations

import io
import json
import socket
from collections.abc import Iterator
from typing import Any

import httpx
import psycopg
import pytest
from PIL import Image

from api.cases.photos import MOST_KB
from domain.case import MOST_PHOTOS
from services.redrawing import MOST_BYTES
from tests.support.pictures import SVG, picture, png_of, with_position
from tests.support.stack import Caller, Stack


def send(
    caller: Caller, number: str, *files: bytes, code: str | None = None, field: str | None = None, **headers: str
) -> httpx.Response:
    """Sends files as a form does; ``code`` in the query, ``field`` as a field before them."""
    sent: list[Any] = [("code", (None, field))] if field else []
    sent += [("photo", ("IMG_0001.HEIC.jpg", content, "image/jpeg")) for content in files]
    return caller.http.post(
        f"/cases/{number}/photos",
        files=sent,
        params={"code": code} if code else None,
        headers={**caller.headers, **headers},
    )


def pictures(count: int) -> list[bytes]:
    return [picture(colour=(10 * n, 60, 60)) for n in range(1, count + 1)]


def test_the_resident_and_the_estates_officer_add_photographs(estate: Caller, nobody: Caller) -> None:
    opened = estate.open()
    number, code = opened["number"], opened["code"]
    first = send(estate, number, with_position())
    assert first.status_code == 201, first.text
    added = first.json()
    assert (added["width"], added["height"], added["version"]) == (640, 480, 2)
    assert first.headers["location"] == added["url"] == f"/api/v1/cases/{number}/photos/{added['id']}"
    assert send(nobody, number, *pictures(2), code=code).json()["version"] == 3
    assert send(nobody, number, picture(colour=(1, 2, 3)), field=code).status_code == 201
    case = estate.case(number)
    assert case["photos"][0]["id"] == added["id"]
    assert (len(case["photos"]), case["version"]) == (4, 4)
    assert estate.types(number) == ["case_opened", *["photos_added"] * 3]
    seen = nobody.get(f"/cases/{number}/track", code=code).json()
    assert seen["photos"] == case["photos"]
    assert seen["milestones"][-1]["label"] == "补充了 1 张照片"


def test_a_photograph_is_read_by_who_may_and_can_do_nothing(estate: Caller, nobody: Caller) -> None:
    opened = estate.open()
    added = send(estate, opened["number"], with_position()).json()
    for answer in (
        estate.get(added["url"].removeprefix("/api/v1")),
        nobody.get(added["url"].removeprefix("/api/v1"), code=opened["code"]),
        estate.get(added["url"].removeprefix("/api/v1"), size="thumbnail"),
    ):
        assert (answer.status_code, answer.headers["content-type"]) == (200, "image/jpeg")
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["content-disposition"] == f'inline; filename="{added["id"]}.jpg"'
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert answer.headers["cross-origin-resource-policy"] == "same-origin"
        assert Image.open(io.BytesIO(answer.content)).format == "JPEG"
        assert b"SECRET" not in answer.content


def test_nobody_else_sends_or_reads_one(
    estate: Caller, other_estate: Caller, department: Caller, supervisor: Caller, admin: Caller, nobody: Caller
) -> None:
    opened = estate.open()
    number = opened["number"]
    added = send(estate, number, picture()).json()
    path = added["url"].removeprefix("/api/v1")
    for caller in (other_estate, department, supervisor, admin):
        assert send(caller, number, *pictures(1)).status_code == 403
        assert caller.get(path).status_code == 403
    assert supervisor.case(number)["photos"] == []
    assert send(nobody, number, *pictures(1)).status_code == 401
    assert nobody.get(path).status_code == 401
    assert send(nobody, number, *pictures(1), code="AAAAAAAA").json()["code"] == "unknown_case"
    assert send(nobody, number, *pictures(1), field="AAAAAAAA").json()["code"] == "unknown_case"
    assert nobody.get(path, code="AAAAAAAA").status_code == 404
    other = estate.open()
    assert nobody.get(path.replace(number, other["number"]), code=other["code"]).json()["code"] == "unknown_photo"
    assert estate.types(number) == ["case_opened", "photos_added"]


def test_the_same_photograph_again_is_the_same(estate: Caller) -> None:
    number = estate.open()["number"]
    first = send(estate, number, picture(), idempotency_key="k").json()
    again = send(estate, number, picture())
    assert (again.status_code, again.json()["id"], again.json()["version"]) == (201, first["id"], 2)
    assert send(estate, number, picture(), **{"idempotency-key": "one"}).status_code == 201
    other = send(estate, number, *pictures(1), **{"idempotency-key": "one"})
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_mismatch")


def test_a_case_takes_six_photographs(estate: Caller) -> None:
    number = estate.open()["number"]
    assert send(estate, number, *pictures(MOST_PHOTOS)).status_code == 201
    more = send(estate, number, picture(colour=(0, 0, 0)))
    assert (more.status_code, more.json()["code"]) == (409, "too_many_photos")
    assert more.json()["detail"] == "一件诉求最多 6 张照片，已有 6 张。"
    assert send(estate, number, *pictures(1)).status_code == 201  # it has that one already


def test_a_closed_case_and_an_erased_resident_take_none(estate: Caller, nobody: Caller, stack: Stack) -> None:
    closed, erased = estate.open(), estate.open()
    added = send(estate, erased["number"], picture()).json()
    nobody.post(f"/cases/{closed['number']}/word", {"code": closed["code"], "kind": "withdraw"})
    assert send(nobody, closed["number"], picture(), code=closed["code"]).json()["code"] == "closed_takes_no_photos"
    with psycopg.connect(stack.settings.owner_database()) as connection:
        connection.execute(
            "UPDATE residents SET key = NULL, erased_at = now() "
            "WHERE id = (SELECT resident FROM cases WHERE number = %s)",
            (erased["number"],),
        )
    assert send(estate, erased["number"], *pictures(1)).json()["code"] == "erased"
    assert estate.get(added["url"].removeprefix("/api/v1")).json()["code"] == "unknown_photo"
    assert estate.case(erased["number"])["photos"] == []


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (SVG, "bad_photo"),
        (b"<html><script>1</script>", "bad_photo"),
        (picture("JPEG")[:700], "bad_photo"),
        (png_of(60_000, 60_000), "bad_photo"),
        (b"", "bad_photo"),
        (bytes(MOST_BYTES + 1), "photo_too_large"),
    ],
    ids=["SVG", "HTML", "truncated", "bomb", "empty", "too large"],
)
def test_what_is_no_photograph_changes_nothing(estate: Caller, content: bytes, code: str) -> None:
    number = estate.open()["number"]
    answer = send(estate, number, picture(), content)
    assert answer.json()["code"] == code
    assert estate.types(number) == ["case_opened"]
    assert estate.case(number)["photos"] == []


def _declared(stack: Stack, path: str, length: int) -> bytes:
    """The first line of the answer to a request that says that its body is so long, and sends none of it."""
    with socket.create_connection(("127.0.0.1", stack.settings.api_port), timeout=30) as connection:
        head = f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=x\r\n"
        connection.sendall(f"{head}Content-Length: {length}\r\n\r\n".encode())
        return connection.makefile("rb").readline()


def test_a_body_is_limited_with_and_without_a_length(estate: Caller, stack: Stack) -> None:
    number = estate.open()["number"]
    headers = {**estate.headers, "content-type": "multipart/form-data; boundary=x"}
    path = f"/cases/{number}/photos"
    assert b" 413 " in _declared(stack, f"/api/v1{path}", (MOST_KB + 1) * 1024)

    def endless() -> Iterator[bytes]:
        yield b'--x\r\ncontent-disposition: form-data; name="photo"; filename="a"\r\n\r\n'
        for _ in range(MOST_KB // 1024 + 2):
            yield bytes(1024 * 1024)

    try:
        answer = estate.http.post(path, content=endless(), headers=headers)
    except httpx.WriteError:  # it hung up on us
        return
    assert answer.status_code in (413, 422)


_PART = b'--x\r\ncontent-disposition: form-data; name="%s"\r\n\r\n1\r\n'


@pytest.mark.parametrize(
    ("content_type", "body", "status"),
    [
        ("application/json", b"{}", 400),
        ("image/jpeg", picture(), 415),
        ("multipart/form-data", b"", 400),
        ("multipart/form-data; boundary=x", b"", 400),
        ("multipart/form-data; boundary=x", b"--x--\r\n", 422),
        ("multipart/form-data; boundary=x", b"--x\r\ncontent-disposition: form-data\r\n\r\n1\r\n--x--\r\n", 400),
        ("multipart/form-data; boundary=" + "x" * 300, b"--x--\r\n", 400),
        ("multipart/form-data; boundary=x", _PART % b'photo"; filename="a', 400),
        ("multipart/form-data; boundary=x", _PART % b"\xff" + b"--x--\r\n", 400),
        ("multipart/form-data; boundary=x", _PART % b"a" * 100 + b"--x--\r\n", 400),
    ],
    ids=[
        "JSON",
        "a bare picture",
        "no boundary",
        "nothing",
        "no parts",
        "no name",
        "a long boundary",
        "cut off",
        "a name that is no text",
        "too many parts",
    ],
)
def test_what_is_no_form_with_files_is_refused(estate: Caller, content_type: str, body: bytes, status: int) -> None:
    number = estate.open()["number"]
    answer = estate.send(f"/cases/{number}/photos", body, content_type)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"


def test_the_log_names_a_photograph_and_holds_nothing_of_it(estate: Caller, stack: Stack) -> None:
    number = estate.open()["number"]
    added = send(estate, number, with_position()).json()
    event = estate.get(f"/cases/{number}/events").json()["items"][-1]
    (named,) = event["data"]["photos"]
    assert named["id"] == added["id"]
    with psycopg.connect(stack.settings.owner_database()) as connection:
        row = connection.execute("SELECT digest FROM photos WHERE id = %s", (added["id"],)).fetchone()
        kept = connection.execute("SELECT data FROM events WHERE stream = %s", (number,)).fetchall()
    assert row == (named["digest"],)
    assert "IMG_0001" not in json.dumps([data for (data,) in kept])
