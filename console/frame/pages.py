"""Pages: templates with what every one of them needs; who looks at them; what goes wrong, told on a page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Annotated, Any, TypeVar
from urllib.parse import urlencode

from fastapi import Depends, Request
from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup
from starlette.responses import HTMLResponse, RedirectResponse, Response

from api.edge.headers import PAGE_POLICY
from api.edge.languages import language
from api.process import services_of
from api.sign_in.signed_in import SignedIn, signed_in
from console.frame import assets, clocks
from console.frame.clocks import Clock
from console.frame.flashes import Flash, flash, flashed, said
from console.frame.navigation import entries_for
from console.frame.once import new_key
from console.words import say
from documents.timeline import due_in_words
from domain.permission import Actor
from domain.policy.policy_file import PolicyProblem
from domain.words import dates
from domain.words.names import Names
from domain.words.policy_words import mistake_in
from services.problems import Problem
from services.sign_ins import capacity_of
from store.accounts import Post
from store.errors import StoreUnavailable
from store.rulebook import NoRules
from store.sessions import Session

T = TypeVar("T")
_HEADERS = {"cache-control": "no-store", "content-security-policy": PAGE_POLICY}


# ---------------------------------------------------------------- who looks


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who looks at a page: in what capacity, what other posts they hold, and the token that their forms carry."""

    actor: Actor
    posts: tuple[Post, ...]
    csrf: str
    session: Session | None = None

    @property
    def post(self) -> Post:
        """The post that they act in."""
        return Post(self.actor.role, self.actor.unit)


async def _viewer(request: Request, actor: SignedIn) -> Viewer:
    services = services_of(request)
    account = await services.sign_ins.account(actor.id)
    session = getattr(request.state, "session", None)
    token = services.sessions.csrf_token(session) if session is not None else ""
    viewer = Viewer(actor, account.posts if account else (), token, session)
    request.state.viewer = viewer
    return viewer


OnPage = Annotated[Viewer, Depends(_viewer)]
"""A page's parameter for who looks at it; nobody who is not signed in does."""


async def look(request: Request) -> Viewer | None:
    """Who looks, where a page is for everybody: None for somebody who is not signed in."""
    known: Viewer | None = getattr(request.state, "viewer", None)
    if known is not None:
        return known
    try:
        return await _viewer(request, await signed_in(request, None))
    except (Problem, StoreUnavailable):
        return None


# ---------------------------------------------------------------- rendering


def page(
    request: Request, template: str, *, status: int = 200, headers: Mapping[str, str] | None = None, **context: Any
) -> HTMLResponse:
    """A page from ``templates/``, in the viewer's language; the context comes on top of what every page has.

    Every page has: ``lang``, ``say(key, …)``, ``named(prefix, keys)`` (a choice's pairs), ``names``, ``viewer``,
    ``navigation``, ``here`` (the path), ``here_with_query``, ``now``, ``rehearsal``, ``csrf``, ``flash``,
    ``asset(name)``; the filters ``moment``, ``in_full``, ``day``, ``clock``, ``ago``, ``lines``,
    ``with_query``, ``capacity``.
    """
    spoken = language(request)
    news = flashed(request, spoken)
    frame = _frame(request, spoken, news)
    content = _environment().get_template(template).render(**frame, **context)
    response = HTMLResponse(content, status, {**_HEADERS, "content-language": spoken, **(headers or {})})
    if news is not None:
        said(response)
    return response


def _frame(request: Request, spoken: str, news: Flash | None) -> dict[str, Any]:
    services = services_of(request)
    viewer: Viewer | None = getattr(request.state, "viewer", None)
    try:
        rules = services.rulebook.current
    except NoRules:
        rules = None
    return {
        "lang": spoken,
        "say": lambda key, /, **params: say(key, spoken, **params),
        "names": Names(rules, spoken),
        "named": lambda prefix, keys: [(key, say(f"{prefix}{key}", spoken)) for key in keys],
        "viewer": viewer,
        "csrf": viewer.csrf if viewer else "",
        "navigation": entries_for(viewer.actor, request.app.state.plain) if viewer else (),
        "here": request.url.path,
        "here_with_query": _local(request),
        "now": services.clock.now(),
        "rehearsal": services.settings.rehearsal,
        "flash": news,
    }


def _local(request: Request) -> str:
    query = request.url.query
    return f"{request.url.path}?{query}" if query else request.url.path


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parents[1] / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(asset=assets.address, new_key=new_key, WEEK=dates.WEEK)
    environment.filters.update(
        moment=_moment,
        day=_day,
        clock=_clock,
        ago=_ago,
        with_query=with_query,
        lines=_lines,
        capacity=capacity_of,
        browser=browser,
        span=_in_words(dates.span),
        due_span=_in_words(due_in_words),
        told=_told,
        hour=dates.hour,
        minutes=_in_words(dates.minutes),
        weekday=_in_words(dates.weekday),
        weekday_head=_in_words(dates.weekday_head),
        weekday_initial=_in_words(dates.weekday_initial),
        weekday_name=_in_words(dates.weekday_name),
        month_name=_in_words(dates.month_name),
        date=_in_words(dates.full_day),
        in_full=_in_words(dates.moment_with_weekday),
        ago_for_real=_ago_for_real,
    )
    return environment


def _in_words(write: Callable[[T, str], str]) -> Callable[[Context, T], str]:
    """A filter that says something in the page's language."""

    @pass_context
    def said(context: Context, value: T) -> str:
        return write(value, context["lang"])

    return said


@pass_context
def _moment(context: Context, at: datetime) -> str:
    return dates.near_moment(at, context["now"], context["lang"])


@pass_context
def _day(context: Context, at: datetime) -> str:
    return dates.near_day(at, context["now"], context["lang"])


@pass_context
def _clock(context: Context, until: datetime) -> Clock:
    return clocks.clock(until, context["now"], context["lang"])


@pass_context
def _ago(context: Context, at: datetime) -> str:
    return dates.ago(at, context["now"], context["lang"])


@pass_context
def _ago_for_real(context: Context, at: datetime) -> str:
    """Of what goes by the real clock also in a rehearsal: sessions, workers."""
    return dates.ago(at, datetime.now(UTC), context["lang"])


@pass_context
def _told(context: Context, problem: PolicyProblem) -> str:
    return mistake_in(problem.message, context["lang"])


_BROWSERS = (
    ("MicroMessenger", "WeChat"),
    ("Edg", "Edge"),
    ("Firefox", "Firefox"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)


def browser(agent: str) -> str:
    """A browser's user agent in short: ``Edge · Windows``; else its beginning."""
    found = [next((name for mark, name in known if mark in agent), "") for known in (_BROWSERS, _SYSTEMS)]
    return " · ".join(filter(None, found)) or agent[:40] or "–"


def with_query(path: str, **query: object) -> str:
    """A path with those of the query's values that there are."""
    given = {key: value for key, value in query.items() if value not in (None, "")}
    return f"{path}?{urlencode(given)}" if given else path


def _lines(text: str) -> Markup:
    """Text with its line breaks kept."""
    return Markup("<br>").join(text.splitlines())


# ---------------------------------------------------------------- elsewhere, and what goes wrong


def see(path: str) -> RedirectResponse:
    """To another page of ours, after something was done; ``path`` is ours (see ``local_path``)."""
    return RedirectResponse(path, 303, {"cache-control": "no-store"})


def local_path(given: str | None) -> str:
    """A path that somebody sent, where it is one of ours; else the start."""
    if given and given.startswith("/") and not given.startswith(("//", "/\\")) and given.isprintable():
        return given
    return "/"


def problem_page(request: Request, told: dict[str, Any], headers: Mapping[str, str]) -> Response:
    """A problem, as problem details tell it, on a page; who is not signed in is asked to."""
    if told["code"] == "unauthenticated":
        return _to_sign_in(request)
    if told["code"] == "password_must_change":
        return see("/account")
    kept = {name: value for name, value in headers.items() if name != "www-authenticate"}
    return page(request, "problem.html", status=told["status"], headers=kept, problem=told)


def _to_sign_in(request: Request) -> Response:
    """Back to the page that was asked for afterwards; what was sent is not sent again by itself."""
    if request.method == "GET":
        asked = _local(request)
        return see("/sign-in" if asked == "/" else with_query("/sign-in", next=asked))
    response = see("/sign-in")
    flash(response, "flash.sign_in_again", bad=True)
    return response
