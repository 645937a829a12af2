"""Sittings: when a forum meets, its papers in every form, and what its officers do with it."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Header, Query, Request
from pydantic import AwareDatetime
from starlette.responses import JSONResponse, Response

from api.cases.routes import teller
from api.edge.answers import IdempotencyKey, IfMatch, answer, documented, etag, matches, tagged
from api.edge.strict import StrictRoute
from api.edge.wire import shanghai_iso
from api.process import Services, services_of
from api.sign_in.signed_in import SignedIn
from api.sittings.papers import AgendaView, MinutesView
from api.sittings.schemas import SittingChanged, SittingList, SittingView
from api.views import Teller
from documents import MEDIA_TYPES, digest
from documents.docx import docx
from documents.html import STYLE_SOURCE, html
from documents.markdown import markdown
from domain.errors import Refusal
from domain.papers.agenda import Agenda, Minutes
from domain.permission import Actor
from domain.policy.calendar import SHANGHAI, shanghai
from domain.policy.forum import Sitting
from domain.sitting import (
    AddOtherBusiness,
    AddToAgenda,
    AskedOfSitting,
    Cancel,
    CloseSitting,
    RecordAttendance,
    Reschedule,
    SittingState,
)
from domain.words.bilingual import Name
from domain.words.dates import moment
from services.problems import Problem
from services.sending import Done
from services.sittings import Known

router = APIRouter(route_class=StrictRoute, tags=["sittings"])

LONGEST_DAYS = 800
_DEFAULT_DAYS = 90
_FIRST, _LAST = datetime(2000, 1, 2, tzinfo=UTC), datetime(2900, 1, 1, tzinfo=UTC)
_READ = documented(401, 403, 404)
_WRITE = documented(401, 403, 404, 409, 412, 415)


# ---------------------------------------------------------------- when


@router.get(
    "/forums/{forum}/sittings",
    response_model=SittingList,
    summary="A forum's sittings",
    responses=documented(401, 404),
)
async def list_sittings(
    request: Request,
    actor: SignedIn,
    forum: str,
    start: Annotated[
        AwareDatetime | date | None, Query(alias="from", description="A Shanghai date or an instant; default now.")
    ] = None,
    end: Annotated[
        AwareDatetime | date | None,
        Query(alias="to", description="Exclusive; default 90 days after `from`; at most 800 days after it."),
    ] = None,
) -> Response:
    """The sittings that start in the range, as they were moved and cancelled; those whose process has not begun by
    today's calendar."""
    now = services_of(request).clock.now()
    first = _instant(start, now)
    last = _instant(end, first + timedelta(days=_DEFAULT_DAYS))
    if last - first > timedelta(days=LONGEST_DAYS):
        raise Problem("range_too_long", days=LONGEST_DAYS)
    found = await services_of(request).sittings.timetable(forum, first, max(first, last))
    tells = await teller(request)
    return answer(SittingList(items=[tells.sitting(dates, row) for dates, row in found]))


def _instant(given: datetime | date | None, default: datetime) -> datetime:
    """An instant, or the start of a Shanghai date. Raises Refusal ``date_out_of_range``."""
    if given is None:
        return default
    if not _FIRST.year < given.year < _LAST.year:
        raise Refusal("date_out_of_range", date=str(given)[:10])
    if isinstance(given, datetime):
        return given
    return datetime.combine(given, time(), SHANGHAI)


@router.get("/sittings/{sitting_id}", response_model=SittingView, summary="A sitting", responses=documented(401, 404))
async def read_sitting(request: Request, actor: SignedIn, sitting_id: str) -> Response:
    """A sitting's dates, where it stands, its addenda and who was there. Its `ETag` is its version; 0 before its
    process begins."""
    dates, row = await services_of(request).sittings.sitting(sitting_id)
    view = (await teller(request)).sitting(dates, row)
    return answer(view, headers={"etag": etag(view.version)})


# ---------------------------------------------------------------- papers


@dataclass(frozen=True, slots=True)
class _Kind:
    """What an agenda and minutes differ in."""

    name: str
    words: Name
    view: type[AgendaView | MinutesView]
    summary: str


_AGENDA = _Kind("agenda", Name(zh="议程", en="agenda"), AgendaView, "A sitting's agenda")
_MINUTES = _Kind("minutes", Name(zh="纪要", en="minutes"), MinutesView, "A sitting's minutes")
_STRICT = f"default-src 'none'; style-src {STYLE_SOURCE}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
_LANGUAGE = Query(
    pattern="^(zh-CN|en)$",
    description="Of the headings, `zh-CN` or `en`; default the paper's own. What officers wrote stays as it is.",
)
_IF_NONE_MATCH = Header(description="An ETag that you have.")
_Handler = Callable[..., Coroutine[Any, Any, Response]]


def _paper_route(kind: _Kind, ending: str) -> _Handler:
    async def read_paper(
        request: Request,
        actor: SignedIn,
        sitting_id: str,
        language: Annotated[str | None, _LANGUAGE] = None,
        if_none_match: Annotated[str | None, _IF_NONE_MATCH] = None,
    ) -> Response:
        known, paper = await _paper(request, actor, sitting_id, kind)
        tells = await teller(request)
        language = language or paper.language
        tag = f'"{digest(paper)[:32]}-{language}"'
        headers = {"etag": tag, **_named(tells, kind, known[0], ending)}
        if ending == "html":
            headers["content-security-policy"] = _STRICT
        if matches(if_none_match, tag):
            return Response(status_code=304, headers=headers)
        cases = f"{tells.settings.public_url}/cases/"
        return Response(_written(paper, kind, ending, language, cases), 200, headers, MEDIA_TYPES[ending])

    return read_paper


async def _paper(request: Request, actor: Actor, sitting_id: str, kind: _Kind) -> tuple[Known, Agenda | Minutes]:
    """Raises Refusal, and Problem where the paper is not written yet."""
    services = services_of(request)
    meetings, now = services.sittings, services.clock.now()
    known = await meetings.with_papers(sitting_id, actor)
    row = known[1]
    paper: Agenda | Minutes | None = None
    if row is not None:
        minutes = kind is _MINUTES
        paper = await meetings.papers.minutes(row) if minutes else await meetings.papers.agenda(row, now)
    if paper is None:
        raise _not_yet(await teller(request), kind, known, now)
    return known, paper


def _not_yet(tells: Teller, kind: _Kind, known: Known, now: datetime) -> Problem:
    dates, row = known
    if row is not None and row.is_cancelled:
        return Problem("sitting_not_held", sitting=dates.id)
    if kind is _AGENDA and dates.drafts_at <= now:
        return Problem("agenda_due", sitting=dates.id)
    if kind is _AGENDA:
        due, said = shanghai_iso(dates.drafts_at), {"drafts_at": moment(dates.drafts_at, tells.language)}
        return Problem("no_agenda_yet", said=said, sitting=dates.id, drafts_at=due)
    due, said = shanghai_iso(dates.minutes_due), {"minutes_due": moment(dates.minutes_due, tells.language)}
    return Problem("no_minutes_yet", said=said, sitting=dates.id, minutes_due=due)


def _written(paper: Agenda | Minutes, kind: _Kind, ending: str, language: str, cases: str) -> bytes:
    if ending == "json":
        return kind.view.model_validate(paper.model_dump()).model_dump_json().encode()
    if ending == "docx":
        return docx(paper, language)
    text = markdown(paper, language) if ending == "md" else html(paper, language, case_url=cases)
    return text.encode()


def _named(tells: Teller, kind: _Kind, sitting: Sitting, ending: str) -> dict[str, str]:
    """The file's name in ASCII and in words (RFC 6266, 8187): ``老城社区 社区月度议事会 2026-03-20 议程.docx``."""
    if ending == "json":
        return {}
    name = tells.sitting_name(sitting).in_(tells.language).replace(" · ", " ")
    words = f"{name} {shanghai(sitting.starts_at).date().isoformat()} {kind.words.in_(tells.language)}.{ending}"
    how = "attachment" if ending == "docx" else "inline"
    plain = f"{sitting.id}-{kind.name}.{ending}"
    return {"content-disposition": f"{how}; filename=\"{plain}\"; filename*=UTF-8''{quote(words, safe='')}"}


def _content(kind: _Kind, ending: str) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "string", "format": "binary"} if ending == "docx" else {"type": "string"}
    return {MEDIA_TYPES[ending].partition(";")[0]: {"schema": schema}}


_WHEN = {
    "agenda": "From its drafting on, with its addenda; before, 404 `no_agenda_yet` says when that is.",
    "minutes": "From the close of the sitting on; before, 404 `no_minutes_yet` says by when.",
}
_FORMATS = {"json": "JSON", "md": "Markdown", "html": "a page to print", "docx": "a Word document (GB/T 9704)"}
_UNCHANGED: dict[int | str, dict[str, Any]] = {304: {"description": "It is still the one of If-None-Match."}}

for _kind in (_AGENDA, _MINUTES):
    for _ending, _format in _FORMATS.items():
        _json = _ending == "json"
        router.add_api_route(
            f"/sittings/{{sitting_id}}/{_kind.name}.{_ending}",
            _paper_route(_kind, _ending),
            summary=f"{_kind.summary} as {_format}",
            description=f"{_WHEN[_kind.name]} For officers of the forum's unit and of those above and below it, for "
            "departments, supervisors and administrators.",
            operation_id=f"read_{_kind.name}_{_ending}",
            response_model=_kind.view if _json else None,
            response_class=JSONResponse if _json else Response,
            responses={
                **_READ,
                **_UNCHANGED,
                **({} if _json else {200: {"content": _content(_kind, _ending), "description": "The paper."}}),
            },
        )


@router.get(
    "/sittings/{sitting_id}/agenda.ics",
    summary="A sitting for a calendar",
    response_class=Response,
    responses={
        **_READ,
        **_UNCHANGED,
        200: {"content": {"text/calendar": {"schema": {"type": "string"}}}, "description": "The sitting."},
    },
)
async def read_calendar_entry(
    request: Request,
    actor: SignedIn,
    sitting_id: str,
    if_none_match: Annotated[str | None, _IF_NONE_MATCH] = None,
) -> Response:
    """The sitting as an entry for a calendar, also before its agenda is drafted, and when it is cancelled."""
    services, tells = services_of(request), await teller(request)
    known = await services.sittings.with_papers(sitting_id, actor)
    written = await services.calendars.of_sitting(tells, known, services.clock.now())
    headers = {**_named(tells, _AGENDA, known[0], "ics")}
    return tagged(written, MEDIA_TYPES["ics"], if_none_match, headers)


# ---------------------------------------------------------------- what officers do


async def commanded(
    services: Services, sitting_id: str, actor: Actor, body: AskedOfSitting, key: str | None, if_version: int | None
) -> Done[SittingState]:
    """Sends a command to a sitting and counts what came of it."""
    counter = services.metrics.decisions
    try:
        changed = await services.sittings.command(sitting_id, actor, body, key=key, if_version=if_version)
    except (Refusal, Problem) as refused:
        counter.labels(body.kind, refused.code).inc()
        raise
    counter.labels(body.kind, "committed").inc()
    return changed


async def _commanded(
    request: Request, sitting_id: str, actor: Actor, body: AskedOfSitting, key: str | None, if_version: int | None
) -> Response:
    changed = await commanded(services_of(request), sitting_id, actor, body, key, if_version)
    view = (await teller(request)).sitting_changed(changed.state, changed.events)
    return answer(view, headers={"etag": etag(view.version)})


@router.post(
    "/sittings/{sitting_id}/addenda",
    response_model=SittingChanged,
    summary="Add a case to a frozen agenda",
    responses=_WRITE,
)
async def add_to_agenda(
    request: Request,
    actor: SignedIn,
    sitting_id: str,
    body: AddToAgenda,
    key: IdempotencyKey,
    if_version: IfMatch,
) -> Response:
    """Puts an urgent case that waits for the forum on the agenda after its freeze. The case then waits for this
    sitting. A case that does not wait for this forum, as a closed one, is 409 `not_waiting_for_this_forum`."""
    return await _commanded(request, sitting_id, actor, body, key, if_version)


@router.post(
    "/sittings/{sitting_id}/other-business",
    response_model=SittingChanged,
    summary="Put a line under other business",
    responses=_WRITE,
)
async def add_other_business(
    request: Request,
    actor: SignedIn,
    sitting_id: str,
    body: AddOtherBusiness,
    key: IdempotencyKey,
    if_version: IfMatch,
) -> Response:
    """Puts a line under other business until the agenda freezes; agenda and minutes have it as written."""
    return await _commanded(request, sitting_id, actor, body, key, if_version)


@router.post(
    "/sittings/{sitting_id}/reschedule",
    response_model=SittingChanged,
    summary="Move a sitting",
    responses=_WRITE,
)
async def reschedule(
    request: Request,
    actor: SignedIn,
    sitting_id: str,
    body: Reschedule,
    key: IdempotencyKey,
    if_version: IfMatch,
) -> Response:
    """Moves the sitting before it has begun; every case that waits for it then waits for its new dates. A day off is
    taken, with `not_a_workday` in `warnings`; a time that is past is 422 `sitting_in_the_past`."""
    return await _commanded(request, sitting_id, actor, body, key, if_version)


@router.post(
    "/sittings/{sitting_id}/cancel",
    response_model=SittingChanged,
    summary="Cancel a sitting",
    responses=_WRITE,
)
async def cancel(
    request: Request,
    actor: SignedIn,
    sitting_id: str,
    body: Cancel,
    key: IdempotencyKey,
    if_version: IfMatch,
) -> Response:
    """The sitting is not held; every case that waits for it then waits for the forum's next one."""
    return await _commanded(request, sitting_id, actor, body, key, if_version)


@router.post(
    "/sittings/{sitting_id}/attendance",
    response_model=SittingChanged,
    summary="Record who was there",
    responses=_WRITE,
)
async def attendance(
    request: Request,
    actor: SignedIn,
    sitting_id: str,
    body: RecordAttendance,
    key: IdempotencyKey,
    if_version: IfMatch,
) -> Response:
    """Who was there, by post and unit, in session or until the minutes are closed; the last word counts."""
    return await _commanded(request, sitting_id, actor, body, key, if_version)


@router.post(
    "/sittings/{sitting_id}/close",
    response_model=SittingChanged,
    summary="Close a sitting",
    responses=_WRITE,
)
async def close(
    request: Request,
    actor: SignedIn,
    sitting_id: str,
    body: CloseSitting,
    key: IdempotencyKey,
    if_version: IfMatch,
) -> Response:
    """Closes the sitting before its minutes are due, once the session has ended: cases without a decision are carried
    over, then the minutes are drawn; dissent goes into them."""
    return await _commanded(request, sitting_id, actor, body, key, if_version)
