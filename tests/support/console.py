"""The console's pages over HTTP, as a browser asks for them, without a browser."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import unescape
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlencode

import httpx

from api.sign_in.sessions import COOKIE
from console.frame.assets import assets
from tests.support.stack import PATIENCE, Stack

SAME_ORIGIN = {"sec-fetch-site": "same-origin", "sec-fetch-mode": "navigate", "accept": "text/html"}


@dataclass
class Visitor:
    """Somebody at the pages. Cookies are kept by hand: a plain client does not send a Secure one over http."""

    http: httpx.Client
    username: str | None = None
    cookies: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=lambda: dict(SAME_ORIGIN))

    def get(self, path: str, headers: Mapping[str, str] | None = None) -> httpx.Response:
        return self._kept(self.http.get(path, headers=self.sent(headers)))

    def post(
        self,
        path: str,
        fields: Mapping[str, Any] | list[tuple[str, str]] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        """Sends a form."""
        sent = {"content-type": "application/x-www-form-urlencoded", **self.sent(headers)}
        return self._kept(self.http.post(path, content=urlencode(fields or {}), headers=sent))

    def upload(self, path: str, fields: Mapping[str, str], *photos: bytes) -> httpx.Response:
        """Sends a form with photographs; without one, their field comes empty, as a browser sends it."""
        files: Any = [(name, (None, value)) for name, value in fields.items()]
        files += [("photo", ("IMG_1.jpg", content, "image/jpeg")) for content in photos]
        if not photos:
            files.append(("photo", ("", b"", "application/octet-stream")))
        return self._kept(self.http.post(path, files=files, headers=self.sent()))

    def sign_in(self, username: str, password: str = "nancheng") -> httpx.Response:
        return self.post("/sign-in", {"username": username, "password": password})

    @property
    def is_signed_in(self) -> bool:
        return self.get("/").status_code == 200

    def sent(self, more: Mapping[str, str] | None = None) -> dict[str, str]:
        """The headers of a request of theirs; one with an empty value is left out."""
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        given = {**self.headers, **({"cookie": cookies} if cookies else {}), **(more or {})}
        return {name: value for name, value in given.items() if value}

    def _kept(self, answer: httpx.Response) -> httpx.Response:
        for line in answer.headers.get_list("set-cookie"):
            name, _, rest = line.partition("=")
            value = rest.partition(";")[0]
            if "Max-Age=0" in line:
                self.cookies.pop(name, None)
            else:
                self.cookies[name] = value.strip('"')
        return answer


@contextmanager
def visiting(stack: Stack, username: str | None = None) -> Iterator[Visitor]:
    """A visitor who is signed in, or nobody."""
    with httpx.Client(base_url=stack.base, trust_env=False, timeout=PATIENCE) as http:
        visitor = Visitor(http, username)
        if username is not None:
            answer = visitor.sign_in(username)
            assert answer.status_code == 303, answer.text
            assert COOKIE in visitor.cookies
        yield visitor


def fields_of(page: httpx.Response, **values: Any) -> dict[str, Any]:
    """The hidden fields of a page's form, with what is filled in."""
    hidden = dict(re.findall(r'<input type="hidden" name="([a-z_]+)" value="([^"]*)">', page.text))
    kept = {name: unescape(value) for name, value in hidden.items() if name != "back"}
    return {**kept, **values}


def filled(visitor: Visitor, path: str, **values: Any) -> httpx.Response:
    """Opens a form, fills it in and sends it."""
    page = visitor.get(path)
    assert page.status_code == 200, page.text
    return visitor.post(path.partition("?")[0], fields_of(page, **values))


def shared_weight() -> int:
    """Bytes of the files that every page needs, as they are sent."""
    return sum(len(assets()[name].packed) for name in ("hongxiu.css", "hongxiu.js", "mark.svg"))


def text_of(page: str) -> str:
    """What a page says, without its tags, each run of white space one space."""
    said: list[str] = []

    class Reader(HTMLParser):
        def handle_data(self, data: str) -> None:
            said.append(data)

    Reader().feed(page)
    return re.sub(r"\s+", " ", " ".join(said))
