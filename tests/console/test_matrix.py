"""Who gets what answer where: every route of the API and of the console, for every role, in one table.

A route that is not in the table fails the test, and so does one that is no more. The case is one of the estate Heping
Jiayuan, in the community Heping; `other` is an officer of an estate of another community.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import count
from typing import Any
from urllib.parse import urlencode

import pytest
from fastapi.routing import iter_route_contexts

from api.edge.addresses import is_page
from runtime.settings import Settings
from server.app import create_app
from store.accounts import Post
from tests.support.accounts import added
from tests.support.console import Visitor, visiting
from tests.support.stack import Caller, Stack
from tests.support.town import NOW

ROLES: dict[str, Post | None] = {
    "nobody": None,
    "estate": Post("officer", "heping-jiayuan"),
    "other": Post("officer", "mudan-garden"),
    "community": Post("officer", "heping"),
    "alliance": Post("officer", "nancheng"),
    "department": Post("department", "urban"),
    "supervisor": Post("supervisor", None),
    "admin": Post("administrator", None),
}


@dataclass
class Given:
    """What the requests are about: kept from role to role until a request has been granted, which may use it up."""

    officer: Caller
    alliance: Caller
    months: Iterator[int]
    emergencies: list[str] = field(default_factory=list)
    kept: dict[str, Any] = field(default_factory=dict)

    def same(self, what: str, make: Callable[[], Any]) -> Any:
        """What was made before for the same route, unless it was used up."""
        if what not in self.kept:
            self.kept[what] = make()
        return self.kept[what]

    def open(self) -> dict[str, Any]:
        """A case of the estate, with its resident's code."""
        opened: dict[str, Any] = self.same("case", lambda: self.officer.open(estate="heping-jiayuan"))
        return opened

    def case(self) -> str:
        """A case of the estate."""
        return str(self.open()["number"])

    def emergency(self) -> str:
        """A case's emergency."""
        return str(self.same("emergency", self._emergency))

    def _emergency(self) -> str:
        number = str(self.officer.open(estate="heping-jiayuan")["number"])
        self.alliance.decide(number, "emergency", playbook="fire")
        self.emergencies.append(number)
        return str(self.alliance.case(number)["emergency_id"])

    def finished_emergency(self) -> str:
        """The same, with nothing required left open."""
        return str(self.same("finished", self._finished_emergency))

    def _finished_emergency(self) -> str:
        emergency = self._emergency()
        for task in self.alliance.get(f"/emergencies/{emergency}").json()["tasks"]:
            if task["required"] and task["status"] not in ("done", "waived"):
                path = f"/emergencies/{emergency}/tasks/{task['id']}/reports"
                self.alliance.post(path, {"kind": "waive", "reason": "已扑灭"})
        return emergency

    def sitting(self) -> str:
        """A sitting of the community's monthly meeting that nobody has touched."""
        return str(self.same("sitting", self._sitting))

    def _sitting(self) -> str:
        month = next(self.months)
        return f"heping-{NOW.year + 1 + month // 12}-{month % 12 + 1:02}"

    def cancelled_sitting(self) -> str:
        """One that is not held."""
        return str(self.same("cancelled", self._cancelled_sitting))

    def _cancelled_sitting(self) -> str:
        sitting = self._sitting()
        assert self.alliance.post(f"/sittings/{sitting}/cancel", {"reason": "停会"}).status_code == 200
        return sitting


Ask = Callable[[Given], tuple[str, Any]]
"""The path and the body of a request."""


def _at(path: str, body: Any = None) -> Ask:
    return lambda given: (path, body)


def _case(path: str, body: Any = None) -> Ask:
    return lambda given: (path.format(number=given.case()), body)


def _sitting(path: str, body: Any = None) -> Ask:
    return lambda given: (f"/api/v1/sittings/{given.sitting()}{path}", body)


def _once(version: str) -> list[tuple[str, str]]:
    """What every form carries."""
    return [("key", uuid.uuid4().hex), ("version", version)]


def _meeting(path: str, **fields: str) -> Ask:
    """A sitting's page, or its form."""

    def ask(given: Given) -> tuple[str, Any]:
        return f"/sittings/{given.sitting()}{path}", [*_once("0"), *fields.items()] if fields else None

    return ask


def _room(path: str, **fields: str) -> Ask:
    """An emergency's page, or its form."""
    return lambda given: _sent(given, given.emergency(), path, **fields)


def _sent(given: Given, emergency: str, path: str, **fields: str) -> tuple[str, Any]:
    """The form of an emergency as it stands."""
    version = str(given.alliance.get(f"/emergencies/{emergency}").json()["version"])
    return f"/emergencies/{emergency}{path}", [*_once(version), *fields.items()] if fields else None


def _emergency(path: str, body: Any = None) -> Ask:
    return lambda given: (f"/api/v1/emergencies/{given.emergency()}{path}", body)


def _resident(path: str, **body: Any) -> Ask:
    def ask(given: Given) -> tuple[str, Any]:
        opened = given.open()
        return path.format(**opened), {**body, "code": opened["code"]} if body else None

    return ask


_NEW = {"estate": "heping-jiayuan", "category": "lift", "title": "电梯", "description": "坏了", "channel": "phone"}
_ATTENDED = {"chair": "officer:heping", "recorder": "officer:heping", "present": [], "absent": []}
_PAST = {"starts_at": "2020-01-08T15:00:00+08:00", "reason": "换时间"}
_NONE = "NC-2026-999999"

# Who:  nobody, estate, other, community, alliance, department, supervisor, admin
_ALL = "200 200 200 200 200 200 200 200"
_IN = "401 200 200 200 200 200 200 200"
_PAGE = "303 200 200 200 200 200 200 200"
_PAPER = "401 404 403 404 404 404 404 404"
_RUN = "401 403 403 409 409 403 403 403"
_ELSEWHERE = "303 303 303 303 303 303 303 303"
_COMMAND = "303 403 403 403 200 403 403 403"
_RUN_PAGE = "303 403 403 200 200 403 403 403"
_NOT_YET = "303 403 403 409 409 403 403 403"
_DONE = "303 403 403 303 303 403 403 403"
_NO_PAPER = "303 404 403 404 404 404 404 404"
_ADMINS = "401 403 403 403 403 403 403 200"
_ADMINS_PAGE = "303 403 403 403 403 403 403 200"
_ADMINS_NONE = "303 403 403 403 403 403 403 404"
_NOT_THERE = "404 404 404 404 404 404 404 404"
TABLE: dict[str, tuple[Ask, str]] = {
    # ---- sign-in, and what is there for everybody
    "POST /api/v1/token": (_at("/api/v1/token", {"username": "supervisor", "password": "nancheng"}), _ALL),
    "GET /api/v1/organisation": (_at("/api/v1/organisation"), _IN),
    "GET /api/v1/forums": (_at("/api/v1/forums"), _IN),
    "GET /api/v1/playbooks": (_at("/api/v1/playbooks"), _IN),
    "GET /api/v1/playbooks/{kind}": (_at("/api/v1/playbooks/fire"), _IN),
    "GET /api/v1/notices": (_at("/api/v1/notices"), _IN),
    "POST /api/v1/notices/{notice_id}/read": (_at("/api/v1/notices/none/read", {}), "401 404 404 404 404 404 404 404"),
    "GET /api/v1/stream": (_at("/api/v1/stream"), _IN),
    # ---- cases
    "POST /api/v1/cases": (_at("/api/v1/cases", _NEW), "401 201 403 201 201 403 403 403"),
    "GET /api/v1/cases": (_at("/api/v1/cases"), _IN),
    "GET /api/v1/cases/{number}": (_case("/api/v1/cases/{number}"), "401 200 403 200 200 403 200 200"),
    "GET /api/v1/cases/{number}/events": (_case("/api/v1/cases/{number}/events"), "401 200 403 200 200 403 200 200"),
    "POST /api/v1/cases/{number}/decisions": (
        _case("/api/v1/cases/{number}/decisions", {"kind": "contact", "how": "电话", "outcome": "已约"}),
        "401 200 403 200 200 403 403 403",
    ),
    "GET /api/v1/cases/{number}/track": (_resident("/api/v1/cases/{number}/track?code={code}"), _ALL),
    "POST /api/v1/cases/{number}/word": (_resident("/api/v1/cases/{number}/word", kind="withdraw"), _ALL),
    "POST /api/v1/cases/{number}/photos": (
        _case("/api/v1/cases/{number}/photos", {}),
        "401 400 403 400 400 403 403 403",
    ),
    "GET /api/v1/cases/{number}/photos/{photo}": (
        _case("/api/v1/cases/{number}/photos/p-none"),
        "401 404 403 404 404 403 403 403",
    ),
    # ---- sittings
    "GET /api/v1/forums/{forum}/sittings": (_at("/api/v1/forums/heping/sittings"), _IN),
    "GET /api/v1/forums/{forum}/calendar-link": (_at("/api/v1/forums/heping/calendar-link"), _IN),
    "GET /api/v1/forums/{forum}/calendar.ics": (_at("/api/v1/forums/heping/calendar.ics?token=guessed"), _NOT_THERE),
    "GET /api/v1/calendar-link": (_at("/api/v1/calendar-link"), _IN),
    "GET /api/v1/calendar.ics": (_at("/api/v1/calendar.ics?token=guessed"), _NOT_THERE),
    "GET /api/v1/sittings/{sitting_id}": (_sitting(""), _IN),
    **{
        f"GET /api/v1/sittings/{{sitting_id}}/{paper}.{ending}": (_sitting(f"/{paper}.{ending}"), _PAPER)
        for paper in ("agenda", "minutes")
        for ending in ("json", "md", "html", "docx")
    },
    "GET /api/v1/sittings/{sitting_id}/agenda.ics": (_sitting("/agenda.ics"), "401 200 403 200 200 200 200 200"),
    "POST /api/v1/sittings/{sitting_id}/addenda": (_sitting("/addenda", {"case": _NONE, "reason": "急"}), _RUN),
    "POST /api/v1/sittings/{sitting_id}/other-business": (
        _sitting("/other-business", {"text": "通报"}),
        "401 403 403 200 200 403 403 403",
    ),
    "POST /api/v1/sittings/{sitting_id}/reschedule": (
        _sitting("/reschedule", _PAST),
        "401 403 403 422 422 403 403 403",
    ),
    "POST /api/v1/sittings/{sitting_id}/cancel": (
        _sitting("/cancel", {"reason": "停会"}),
        "401 403 403 200 200 403 403 403",
    ),
    "POST /api/v1/sittings/{sitting_id}/attendance": (_sitting("/attendance", _ATTENDED), _RUN),
    "POST /api/v1/sittings/{sitting_id}/close": (_sitting("/close", {}), _RUN),
    # ---- emergencies
    "GET /api/v1/emergencies": (_at("/api/v1/emergencies"), _IN),
    "GET /api/v1/emergencies/{emergency_id}": (_emergency(""), "401 200 403 200 200 200 200 200"),
    "GET /api/v1/emergencies/{emergency_id}/events": (_emergency("/events"), "401 200 403 200 200 200 200 200"),
    "POST /api/v1/emergencies/{emergency_id}/tasks/{task}/reports": (
        _emergency("/tasks/utilities_off/reports", {"kind": "sign"}),
        "401 403 403 403 200 200 403 403",
    ),
    "POST /api/v1/emergencies/{emergency_id}/situation-reports": (
        _emergency("/situation-reports", {"text": "已到场"}),
        "401 403 403 403 200 403 403 403",
    ),
    "POST /api/v1/emergencies/{emergency_id}/stand-down": (
        lambda given: (
            f"/api/v1/emergencies/{given.finished_emergency()}/stand-down",
            {"outcome": "resolved", "reason": "已扑灭"},
        ),
        "401 403 403 403 200 403 403 403",
    ),
    # ---- administration
    "GET /api/v1/admin/organisation.yaml": (_at("/api/v1/admin/organisation.yaml"), _ADMINS),
    "GET /api/v1/admin/organisation/{table}.csv": (_at("/api/v1/admin/organisation/units.csv"), _ADMINS),
    "GET /api/v1/admin/policies": (_at("/api/v1/admin/policies"), _ADMINS),
    "POST /api/v1/admin/policies": (
        _at("/api/v1/admin/policies", {"kind": "ladder", "text": "x: 1"}),
        "401 403 403 403 403 403 403 422",
    ),
    "POST /api/v1/admin/policies/check": (
        _at("/api/v1/admin/policies/check", {"kind": "ladder", "files": {"a.yaml": "x: 1"}}),
        "401 403 403 403 403 403 403 422",
    ),
    "GET /api/v1/admin/policies/{kind}/{name}/{version}": (
        _at("/api/v1/admin/policies/ladder/none/1"),
        "401 403 403 403 403 403 403 404",
    ),
    "GET /api/v1/admin/accounts": (_at("/api/v1/admin/accounts"), _ADMINS),
    "POST /api/v1/admin/accounts": (
        _at("/api/v1/admin/accounts", {"id": "admin", "posts": ["supervisor"]}),
        "401 403 403 403 403 403 403 409",
    ),
    "PUT /api/v1/admin/accounts/{id}/posts": (
        _at("/api/v1/admin/accounts/none/posts", {"posts": []}),
        "401 403 403 403 403 403 403 404",
    ),
    "POST /api/v1/admin/accounts/{id}/password": (
        _at("/api/v1/admin/accounts/none/password", {}),
        "401 403 403 403 403 403 403 404",
    ),
    "POST /api/v1/admin/accounts/{id}/{doing}": (
        _at("/api/v1/admin/accounts/none/disable", {}),
        "401 403 403 403 403 403 403 404",
    ),
    # ---- rehearsal, and what operators look at
    "POST /api/v1/dev/fast-forward": (_at("/api/v1/dev/fast-forward", {"case": _NONE, "days": 1}), _NOT_THERE),
    "GET /api/v1/dev/clock": (_at("/api/v1/dev/clock"), _ALL),
    "GET /dev/clock": (_at("/dev/clock"), _ALL),
    "POST /dev/fast-forward": (_at("/dev/fast-forward", {"case": _NONE, "days": 1}), _NOT_THERE),
    "POST /clock": (_at("/clock", []), "303 400 400 400 400 400 400 400"),
    "GET /openapi.json": (_at("/openapi.json"), _ALL),
    "HEAD /openapi.json": (_at("/openapi.json"), _ALL),
    "GET /docs": (_at("/docs"), _ALL),
    "GET /healthz": (_at("/healthz"), _ALL),
    "GET /readyz": (_at("/readyz"), _ALL),
    "GET /metrics": (_at("/metrics"), _ALL),
    # ---- the console's pages
    "GET /static/{name}": (_at("/static/hongxiu.css"), _ALL),
    "GET /sign-in": (_at("/sign-in"), "200 303 303 303 303 303 303 303"),
    "POST /sign-in": (
        _at("/sign-in", [("username", "matrix"), ("password", "wrong")]),
        "401 401 401 401 401 401 401 401",
    ),
    "GET /sign-in/oidc": (_at("/sign-in/oidc"), _NOT_THERE),
    "GET /sign-in/oidc/callback": (_at("/sign-in/oidc/callback"), _NOT_THERE),
    "POST /sign-out": (_at("/sign-out", []), "303 303 303 303 303 303 303 303"),
    "POST /language": (_at("/language", [("language", "zh-CN")]), "303 303 303 303 303 303 303 303"),
    "GET /": (_at("/"), _PAGE),
    "GET /cases": (_at("/cases"), _PAGE),
    "GET /cases/board": (_at("/cases/board"), _PAGE),
    "GET /cases/export.csv": (_at("/cases/export.csv"), _PAGE),
    "GET /cases/export.xlsx": (_at("/cases/export.xlsx"), _PAGE),
    "POST /cases/views": (_at("/cases/views", [("name", "视图")]), "303 303 303 303 303 303 303 303"),
    "POST /cases/views/{view}/remove": (_at("/cases/views/1000000/remove", []), _ELSEWHERE),
    "POST /cases/{number}/decisions": (
        _case("/cases/{number}/decisions", [("kind", "note"), ("text", "看过"), ("key", "k" * 8), ("version", "1")]),
        "303 303 403 303 303 403 303 403",
    ),
    "POST /cases/{number}/effect": (
        _case("/cases/{number}/effect", [("kind", "note")]),
        "303 200 403 200 200 403 200 200",
    ),
    "GET /cases/{number}": (_case("/cases/{number}"), "303 200 403 200 200 403 200 200"),
    "GET /emergencies": (_at("/emergencies"), _PAGE),
    "GET /emergencies/{emergency_id}": (_room(""), "303 200 403 200 200 200 200 200"),
    "GET /emergencies/{emergency_id}/tasks/{task}": (_room("/tasks/utilities_off"), "303 200 403 200 200 200 200 200"),
    "POST /emergencies/{emergency_id}/tasks/{task}": (
        _room("/tasks/utilities_off", kind="sign"),
        "303 403 403 403 303 303 403 403",
    ),
    "POST /emergencies/{emergency_id}/situation-reports": (
        _room("/situation-reports", text="已到场"),
        "303 403 403 403 303 403 403 403",
    ),
    "GET /emergencies/{emergency_id}/stand-down": (_room("/stand-down"), _COMMAND),
    "POST /emergencies/{emergency_id}/stand-down": (
        lambda given: _sent(given, given.finished_emergency(), "/stand-down", outcome="resolved", reason="已扑灭"),
        "303 403 403 403 303 403 403 403",
    ),
    "GET /cases/{number}/emergency": (_case("/cases/{number}/emergency?playbook=fire"), _COMMAND),
    "POST /cases/{number}/emergency": (
        lambda given: (f"/cases/{given.case()}/emergency", [*_once("1"), ("playbook", "fire")]),
        "303 403 403 403 303 403 403 403",
    ),
    "GET /meetings": (_at("/meetings"), _PAGE),
    "GET /meetings/subscribe": (_at("/meetings/subscribe"), _PAGE),
    "GET /notices": (_at("/notices"), _PAGE),
    "POST /notices/read": (_at("/notices/read", [("id", "none")]), "303 404 404 404 404 404 404 404"),
    "GET /sittings/{sitting_id}": (_meeting(""), _PAGE),
    "GET /sittings/{sitting_id}/minutes": (_meeting("/minutes"), _NO_PAPER),
    "GET /sittings/{sitting_id}/meeting": (_meeting("/meeting"), _NO_PAPER),
    "GET /sittings/{sitting_id}/meeting/{slide}": (_meeting("/meeting/end"), _NO_PAPER),
    "POST /sittings/{sitting_id}/meeting/{number}": (
        _meeting(f"/meeting/{_NONE}", kind="hold", reason="等"),
        "303 403 403 404 404 403 403 403",
    ),
    **{
        f"GET /sittings/{{sitting_id}}/{what}": (_meeting(f"/{what}"), _RUN_PAGE)
        for what in ("reschedule", "cancel", "other-business")
    },
    **{
        f"GET /sittings/{{sitting_id}}/{what}": (_meeting(f"/{what}"), _NOT_YET)
        for what in ("addendum", "attendance", "close")
    },
    "POST /sittings/{sitting_id}/reschedule": (
        _meeting("/reschedule", **{"starts_at.day": "2020-01-08", "starts_at.time": "15:00", "reason": "换时间"}),
        "303 403 403 422 422 403 403 403",
    ),
    "POST /sittings/{sitting_id}/cancel": (_meeting("/cancel", reason="停会"), _DONE),
    "POST /sittings/{sitting_id}/other-business": (_meeting("/other-business", text="通报"), _DONE),
    "POST /sittings/{sitting_id}/addendum": (_meeting("/addendum", case=_NONE, reason="急"), _NOT_YET),
    "POST /sittings/{sitting_id}/attendance": (_meeting("/attendance", chair="书记", recorder="专干"), _NOT_YET),
    "POST /sittings/{sitting_id}/close": (_meeting("/close", dissent=""), _NOT_YET),
    "POST /sittings/{sitting_id}/clock": (
        lambda given: (f"/sittings/{given.cancelled_sitting()}/clock", [("back", "/meetings")]),
        "303 403 403 409 409 403 403 403",
    ),
    "GET /account": (_at("/account"), _PAGE),
    "POST /account/password": (_at("/account/password", []), "303 422 422 422 422 422 422 422"),
    "POST /account/capacity": (
        _at("/account/capacity", [("capacity", "administrator")]),
        "303 422 422 422 422 422 422 303",
    ),
    "POST /account/sessions/{session}/end": (
        _at("/account/sessions/1000000/end", []),
        "303 404 404 404 404 404 404 404",
    ),
    "POST /account/sessions/end": (_at("/account/sessions/end", []), "303 303 303 303 303 303 303 303"),
    "GET /overview": (_at("/overview"), "303 200 200 200 200 403 200 200"),
    "GET /overview/cases": (_at("/overview/cases?figure=late"), "303 200 200 200 200 403 200 200"),
    "GET /overview/figures.csv": (_at("/overview/figures.csv"), "303 200 200 200 200 403 200 200"),
    "GET /audit": (_at("/audit"), "303 403 403 403 403 403 200 200"),
    **{
        f"GET {path}": (_at(path), _ADMINS_PAGE)
        for path in (
            "/admin",
            "/admin/organisation",
            "/admin/organisation.yaml",
            "/admin/policies",
            "/admin/policies/new",
            "/admin/calendar",
            "/admin/accounts",
            "/admin/new-account",
        )
    },
    "GET /admin/organisation/{table}.csv": (_at("/admin/organisation/units.csv"), _ADMINS_PAGE),
    "GET /admin/policies/{kind}/{name}/{version}": (_at("/admin/policies/ladder/none/1"), _ADMINS_NONE),
    "POST /admin/policies/{kind}/{name}/{version}/enforce": (
        _at("/admin/policies/ladder/none/1/enforce", []),
        _ADMINS_NONE,
    ),
    "POST /admin/policies/check": (
        _at("/admin/policies/check", [("kind", "ladder"), ("text", "x: 1")]),
        "303 403 403 403 403 403 403 422",
    ),
    "POST /admin/policies/load": (_at("/admin/policies/load", []), "303 403 403 403 403 403 403 400"),
    "GET /admin/playbooks/{kind}": (_at("/admin/playbooks/none"), _ADMINS_NONE),
    "POST /admin/accounts": (_at("/admin/accounts", []), "303 403 403 403 403 403 403 422"),
    "GET /admin/accounts/{id}": (_at("/admin/accounts/none"), _ADMINS_NONE),
    **{
        f"POST /admin/accounts/{{id}}/{what}": (_at(f"/admin/accounts/none/{what}", []), _ADMINS_NONE)
        for what in ("posts", "password")
    },
    "POST /admin/accounts/{id}/{doing}": (_at("/admin/accounts/none/disable", []), _ADMINS_NONE),
    "GET /counter": (_at("/counter"), "303 200 200 200 200 403 403 403"),
    "POST /counter": (_at("/counter", []), "303 422 422 422 422 403 403 403"),
    "GET /counter/{number}/slip": (_case("/counter/{number}/slip"), "303 403 403 403 403 403 403 403"),
    # ---- the residents' pages: a sign-in opens nothing there
    "GET /r": (_at("/r"), _ALL),
    "POST /r/follow": (_at("/r/follow", [("number", "none"), ("code", "AAAAAAAA")]), _NOT_THERE),
    "POST /r/leave": (_at("/r/leave", []), _ELSEWHERE),
    "GET /r/new": (_at("/r/new"), _ALL),
    "POST /r/new": (_at("/r/new", []), "422 422 422 422 422 422 422 422"),
    "GET /r/{number}": (_case("/r/{number}"), _ELSEWHERE),
    "GET /r/{number}/receipt": (_case("/r/{number}/receipt"), _ELSEWHERE),
    "POST /r/{number}/word": (_case("/r/{number}/word", []), _ELSEWHERE),
    "POST /r/{number}/photos": (_case("/r/{number}/photos", []), _ELSEWHERE),
    "GET /r/{number}/photos/{photo}": (_case("/r/{number}/photos/p-none"), _ELSEWHERE),
    "GET /gallery": (_at("/gallery"), _PAGE),
}


@pytest.fixture(scope="module")
def visitors(stack: Stack) -> Iterator[dict[str, Visitor]]:
    """One of each role."""
    with ExitStack() as opened:
        found = {}
        for role, post in ROLES.items():
            name = added(stack, post, prefix=role) if post else None
            found[role] = opened.enter_context(visiting(stack, name))
        yield found


@pytest.fixture(scope="module")
def given(stack: Stack) -> Iterator[Given]:
    """What the requests are about."""
    with stack.calling("estate-heping-jiayuan") as officer, stack.calling("alliance") as alliance:
        about = Given(officer, alliance, count())
        yield about
        for number in about.emergencies:  # else they stand on every agenda of the community
            alliance.post(f"/cases/{number}/decisions", {"kind": "withdraw"})


def routes() -> set[str]:
    """Every route of an application in rehearsal, which has all of them."""
    app = create_app(Settings(rehearsal=True))
    found = iter_route_contexts(app.routes)
    return {f"{method} {route.path}" for route in found for method in route.methods or ()}


def test_every_route_is_in_the_table() -> None:
    assert routes() == set(TABLE)


@pytest.mark.parametrize("route", TABLE)
def test_every_role_gets_its_answer(route: str, visitors: dict[str, Visitor], given: Given) -> None:
    ask, expected = TABLE[route]
    method = route.split()[0]
    answers: list[tuple[int, str]] = []
    given.kept.clear()
    for visitor in visitors.values():
        answers.append(_answer(visitor, method, *ask(given)))
        if method != "GET" and answers[-1][0] < 400:
            given.kept.clear()
        if route == "POST /sign-out" and visitor.username is not None:
            visitor.sign_in(visitor.username)
    statuses = [status for status, _ in answers]
    assert dict(zip(ROLES, statuses, strict=True)) == dict(zip(ROLES, map(int, expected.split()), strict=True)), answers


def _answer(visitor: Visitor, method: str, path: str, body: Any) -> tuple[int, str]:
    """The status, and what a program is told of a refusal."""
    form = isinstance(body, list)
    kind = "application/x-www-form-urlencoded" if form else "application/json"
    accept = "text/html" if is_page(path) else "application/json"
    headers = visitor.sent({"content-type": kind, "accept": accept})
    content = urlencode(body) if form else json.dumps(body) if body is not None else None
    with visitor.http.stream(method, path, content=content, headers=headers) as answer:
        refused = answer.headers.get("content-type") == "application/problem+json"
        return answer.status_code, answer.read().decode() if refused else ""
