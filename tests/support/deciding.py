"""A case's page as an officer uses it: which decisions it offers, and one of its forms, filled in and sent."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html.parser import HTMLParser

import httpx

from tests.support.console import Visitor, text_of

Attributes = list[tuple[str, str | None]]


@dataclass
class CasePage:
    """The page of a case, as it was answered."""

    answer: httpx.Response
    number: str

    @property
    def said(self) -> str:
        """What it says."""
        return text_of(self.answer.text)

    @property
    def offered(self) -> list[str]:
        """The decisions that have a form, in the page's order."""
        return re.findall(r'id="decide-([a-z]+)"', self.answer.text)

    def part(self, kind: str) -> str:
        """A decision's part of the page, in HTML."""
        return self.answer.text.split(f'id="decide-{kind}"', 1)[1].split("</details>", 1)[0]

    def effect(self, kind: str) -> str:
        """What a decision says that it would bring about."""
        return text_of(self.part(kind).split("data-effect-words", 1)[1].split("</p>", 1)[0]).partition(">")[2].strip()

    def fields(self, kind: str) -> dict[str, str]:
        """What a decision's form holds."""
        return _fields(self.part(kind))


def look_at(visitor: Visitor, number: str, query: str = "") -> CasePage:
    """Opens the page of a case."""
    answer = visitor.get(f"/cases/{number}{query}")
    assert answer.status_code == 200, answer.text
    return CasePage(answer, number)


def send(visitor: Visitor, page: CasePage, kind: str, **fields: str) -> CasePage:
    """Sends a decision's form as the page has it, filled in."""
    return CasePage(visitor.post(f"/cases/{page.number}/decisions", {**page.fields(kind), **fields}), page.number)


def _fields(form: str) -> dict[str, str]:
    found: dict[str, str] = {}

    class Reader(HTMLParser):
        area = ""

        def handle_starttag(self, tag: str, attributes: Attributes) -> None:
            given = dict(attributes)
            name = given.get("name") or ""
            ticked = given.get("type") not in ("checkbox", "radio") or "checked" in given
            if tag == "input" and ticked:
                found[name] = given.get("value") or ""
            elif tag == "textarea":
                self.area = name
                found[name] = ""
            elif tag == "select":
                self.chosen = name
                found[name] = ""
            elif tag == "option" and "selected" in given:
                found[self.chosen] = given.get("value") or ""

        def handle_data(self, data: str) -> None:
            if self.area:
                found[self.area] += data

        def handle_endtag(self, tag: str) -> None:
            if tag == "textarea":
                self.area = ""

    Reader().feed(form)
    return {name: value for name, value in found.items() if name}
