"""Every link that somebody is shown leads somewhere that is open to them, in words, light, and with nothing of others'.

A crawl as each role follows the links of the pages, addresses of every kind before more of the same.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import unescape
from io import BytesIO
from urllib.parse import parse_qsl, urldefrag, urljoin, urlsplit
from zipfile import ZipFile

import httpx
import pytest
from fastapi.routing import iter_route_contexts
from starlette.routing import compile_path

from console.words import WORDS
from domain.words import case_words
from runtime.settings import Settings
from server.app import create_app
from tests.api.test_emergencies import declared
from tests.console.test_residents import raised
from tests.support.console import Visitor, text_of, visiting
from tests.support.meetings import Meeting, sitting_of, until
from tests.support.stack import Caller, Stack
from tests.support.town import in_days

pytestmark = pytest.mark.long

ESTATE, HELD, COMMUNITY = "mudan-garden", "gulou-yuan", "laocheng"
ELSEWHERE = "guangfu-huating"
"""An estate of another community."""
MARKER = "白鹭衔枝"
"""What is in every word of the case elsewhere, and in nothing else."""
ACCOUNTS = {
    "estate": f"estate-{ESTATE}",
    "community": f"community-{COMMUNITY}",
    "alliance": "alliance",
    "department": "dept-urban",
    "supervisor": "supervisor",
    "admin": "admin",
    "nobody": None,
    "resident": None,
}
MAY_NOT_SEE = ("estate", "community", "department", "nobody", "resident")
MOST = 120
HEAVIEST = 150_000  # bytes, a page with its style sheet, script and marks, as they are sent


# ---------------------------------------------------------------- what there is to see


@pytest.fixture(scope="module")
def stack(town: Stack) -> Stack:
    """The module's own, since it moves the time."""
    return town


@pytest.fixture(scope="module")
def chief(stack: Stack) -> Iterator[Caller]:
    """The alliance's officer at the API."""
    with stack.calling("alliance") as caller:
        yield caller


@pytest.fixture(scope="module")
def elsewhere(chief: Caller) -> str:
    """A case of another community that says the marker wherever it says anything, as far as its community."""
    number: str = chief.open(
        estate=ELSEWHERE,
        title=f"{MARKER}电梯",
        description=f"{MARKER}停在两层之间",
        reporter={"name": MARKER, "phone": "13805309876"},
        location={"address": f"{MARKER}3号楼"},
    )["number"]
    chief.decide(number, "contact", how="电话", outcome=f"{MARKER}已约定")
    chief.decide(number, "note", text=f"{MARKER}已看现场")
    chief.decide(number, "escalate", reason=f"{MARKER}须社区协调")
    return number


@pytest.fixture(scope="module")
def subdistrict(chief: Caller, elsewhere: str) -> Iterator[None]:
    """Cases of one estate at every stage, a meeting that is held, one that is closed, an emergency."""

    def opened(kind: str = "", estate: str = ESTATE, **fields: str) -> str:
        number: str = chief.open(estate=estate)["number"]
        if kind:
            chief.decide(number, "contact", how="电话", outcome="已约定")
            chief.decide(number, kind, **fields)
        return number

    opened()
    opened("note", text="已看现场")
    opened("resolve", what_was_done="已调换门机")
    opened("suspend", condition="等检测报告", resume_date=in_days(30))
    opened("plan", lead="urban", deliverable="更换曳引机", due_date=in_days(20))
    opened("refer", to_whom="区住建局", reference="转字1号", reason="属其职责")
    opened("duplicate", of=elsewhere)
    opened("escalate", reason="须社区协调")
    opened("escalate", reason="须联盟协调", to="alliance")
    _in_session(chief, opened("note", text="上会"))
    closing = _in_session(chief, opened("note", estate=HELD, text="上会"))
    closing.pass_to("ends_at")
    closing.does("close", {})
    emergency, _ = declared(chief, estate=ESTATE)
    yield
    chief.decide(emergency, "withdraw")  # else it stands on every agenda of the community


def _in_session(chief: Caller, number: str) -> Meeting:
    """The sitting that a case waits for, with its agenda, while it is held."""
    meeting = Meeting(chief, sitting_of(chief, number))
    meeting.pass_to("drafts_at")
    until(lambda: meeting.read()["links"]["agenda"] is not None)
    meeting.pass_to("starts_at")
    return meeting


# ---------------------------------------------------------------- the crawl


ROUTES = [
    (str(route.path), compile_path(str(route.path))[0])
    for route in iter_route_contexts(create_app(Settings(rehearsal=True)).routes)
    if "GET" in (route.methods or ())
]


def route_of(address: str) -> str:
    """The route that an address is of; the address itself where there is none."""
    path = urlsplit(address).path
    return next((route for route, pattern in ROUTES if pattern.match(path)), path)


@dataclass
class Crawl:
    """What one visitor came by. ``faults``: what is wrong, each with the page on which its link stands."""

    visitor: Visitor
    hidden: str | None
    seen: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    _files: dict[str, int] = field(default_factory=dict)

    def run(self, start: str, most: int) -> None:
        """Follows links from a page on: of the route first that it has seen least of, by what is asked of it."""
        waiting, known = {start: "-"}, {start}
        asked: Counter[tuple[str, ...]] = Counter()
        while waiting and self.seen.total() < most:
            address = min(waiting, key=lambda one: (self.seen[route_of(one)], asked[_asked(one)]))
            found_on = waiting.pop(address)
            self.seen[route_of(address)] += 1
            asked[_asked(address)] += 1
            for link in self._looked_at(address, found_on):
                if link not in known:
                    known.add(link)
                    waiting[link] = address

    def _looked_at(self, address: str, found_on: str) -> list[str]:
        """Looks at what is there; the links that it has."""
        answer = self.visitor.get(address)
        if answer.status_code == 303:
            return _links(address, [answer.headers["location"]])
        wrong = [] if answer.status_code == 200 else [str(answer.status_code)]
        if self.hidden and self.hidden in _text(answer):
            wrong.append("what is another unit's")
        links: list[str] = []
        if answer.headers.get("content-type", "").startswith("text/html"):
            links = _links(address, re.findall(r'<a\b[^>]*?\bhref="([^"]*)"', answer.text))
            wrong += [f"says {said}" for said in unsaid(answer.text)]
            weight = answer.num_bytes_downloaded + sum(map(self._size, _files(answer.text)))
            wrong += [f"{weight} bytes"] if weight > HEAVIEST else []
        self.faults += [f"{address} (linked on {found_on}): {what}" for what in wrong]
        return links

    def _size(self, address: str) -> int:
        """A file's size as it is sent."""
        if address not in self._files:
            answer = self.visitor.get(address)
            assert answer.status_code == 200, address
            self._files[address] = answer.num_bytes_downloaded
        return self._files[address]


def _asked(address: str) -> tuple[str, ...]:
    """A route with the names in an address's query: one of them shows the same sort of page."""
    return route_of(address), *sorted(name for name, _ in parse_qsl(urlsplit(address).query))


def _text(answer: httpx.Response) -> str:
    """What an answer says; of a packed document, all that is in it."""
    if not answer.content.startswith(b"PK"):
        return answer.text
    with ZipFile(BytesIO(answer.content)) as packed:
        return "\n".join(packed.read(name).decode("utf-8", "replace") for name in packed.namelist())


def _links(address: str, found: list[str]) -> list[str]:
    """The addresses of this site among the links of a page."""
    joined = [urldefrag(urljoin(address, unescape(link))).url for link in found]
    return [link for link in joined if not urlsplit(link).scheme and link.startswith("/")]


def _files(page: str) -> set[str]:
    return {unescape(one) for one in re.findall(r'(?:href|src)="(/static/[^"]+)"', page)}


IDS = {
    name
    for vocabulary in vars(case_words).values()
    if isinstance(vocabulary, dict)
    for name in vocabulary
    if isinstance(name, str) and "_" in name
}
"""What only programs say."""


def unsaid(page: str) -> set[str]:
    """Keys of words, ids and gaps that stand on a page where words should; what is quoted as code may be anything."""
    shown = text_of(re.sub(r"(?s)<(pre|code|textarea|script|style)\b.*?</\1>", " ", page))
    named = set(re.findall(r"[a-z][a-z_.]*[a-z]", shown))
    return {*(named & (WORDS.keys() | IDS)), *re.findall(r"\{[a-z_]+\}", shown)}


@contextmanager
def somebody(stack: Stack, role: str) -> Iterator[tuple[Visitor, str]]:
    """A visitor of that role, and the page that they begin with."""
    with visiting(stack, ACCOUNTS[role]) as visitor:
        if role == "resident":
            number, _ = raised(visitor, estate=ESTATE)
            yield visitor, f"/r/{number}"
        else:
            yield visitor, "/r" if role == "nobody" else "/"


@pytest.mark.usefixtures("subdistrict")
@pytest.mark.parametrize("language", ["zh-CN", pytest.param("en", marks=pytest.mark.long)])
@pytest.mark.parametrize("role", ACCOUNTS)
def test_every_link_leads_to_a_page_that_is_open_in_words_light_and_ones_own(
    stack: Stack, elsewhere: str, role: str, language: str
) -> None:
    with somebody(stack, role) as (visitor, start):
        visitor.cookies["hongxiu-language"] = language
        crawl = Crawl(visitor, MARKER if role in MAY_NOT_SEE else None)
        crawl.run(start, MOST)
    assert not crawl.faults, "\n".join(crawl.faults)
    assert len(crawl.seen) >= {"nobody": 2, "resident": 3}.get(role, 15)


def test_a_crawl_of_who_may_see_the_case_elsewhere_comes_by_it(stack: Stack, elsewhere: str) -> None:
    with visiting(stack, f"estate-{ELSEWHERE}") as visitor:
        crawl = Crawl(visitor, MARKER)
        crawl.run("/cases", 20)
    assert [fault for fault in crawl.faults if fault.startswith(f"/cases/{elsewhere} ")], crawl.seen
