"""The inbox: what the viewer's unit was told of its meetings and of joint responses, unread first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from api.edge.strict import StrictRoute
from api.process import services_of
from console.frame import forms
from console.frame.flashes import flash
from console.frame.forms import Sent
from console.frame.pages import OnPage, page, see
from domain.permission import Actor
from services.problems import Problem
from services.scope import scope_of
from store.notices import Notice, Notices

router = APIRouter(route_class=StrictRoute, include_in_schema=False)

_UNREAD, _READ = 100, 30


@dataclass(frozen=True, slots=True)
class Told:
    """A notice for people: its text without the address that other channels need; ``about``: our page."""

    notice: Notice
    lines: tuple[str, ...]
    about: str


class Read(Sent):
    """The notices that were read."""

    id: list[str]


@router.get("/notices")
async def inbox(
    request: Request, viewer: OnPage, cursor: Annotated[str | None, Query(max_length=400)] = None
) -> Response:
    """Unread notices, then those that were read, newest first; supervisors and administrators see every unit's, read
    or not, page by page: they can't mark any, so what they have not seen would never make room for older ones."""
    everything, unit = scope_of(viewer.actor).everything, viewer.actor.unit
    unread: Sequence[Notice] = ()
    found: Sequence[Notice] = ()
    if unit is not None or everything:
        notices, of = Notices(services_of(request).pool), None if everything else unit
        if cursor is None and not everything:
            unread = await notices.list(of, unread=True, limit=_UNREAD)
        found = await notices.list(of, after=cursor, limit=_READ + 1)
    next_path = f"/notices?cursor={found[_READ - 1].id}" if len(found) > _READ else ""
    return page(
        request,
        "notices/inbox.html",
        unread=[_told(one) for one in unread],
        read=[_told(one) for one in found[:_READ] if everything or one.read_at is not None],
        everything=everything,
        marks=_marks(viewer.actor),
        next_path=next_path,
        first_path="/notices" if cursor else "",
    )


def _marks(actor: Actor) -> bool:
    """Whether who looks can mark a notice as read: their unit's are theirs."""
    return actor.unit is not None and not scope_of(actor).everything


def _told(notice: Notice) -> Told:
    lines = tuple(line for line in notice.body.splitlines() if line and "://" not in line)
    return Told(notice, lines, _about(notice))


def _about(notice: Notice) -> str:
    if notice.sitting is not None:
        return f"/sittings/{notice.sitting}"
    return f"/emergencies/{notice.emergency}" if notice.emergency is not None else f"/cases/{notice.case_number}"


@router.post("/notices/read")
async def mark_read(request: Request, viewer: OnPage) -> Response:
    """Marks the unit's notices as read; one that is not theirs is not found."""
    form = await forms.read(request, Read, lists=("id",))
    if form.data is None:
        raise Problem("bad_form")
    if not _marks(viewer.actor) or viewer.actor.unit is None:
        raise Problem("not_found")
    notices, now = Notices(services_of(request).pool), services_of(request).clock.now()
    for id in form.data.id:
        if await notices.read(id, viewer.actor.unit, now) is None:
            raise Problem("not_found")
    response = see("/notices")
    flash(response, "flash.notices_read", n=len(form.data.id))
    return response
