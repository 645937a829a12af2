"""Who was there, and the chair's closing."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from fastapi import APIRouter, Request
from starlette.responses import Response

from api.edge.strict import StrictRoute
from api.process import Services, services_of
from console.frame import commands
from console.frame.flashes import flash
from console.frame.forms import Form
from console.frame.pages import OnPage, Viewer, see
from console.sittings import agendas
from console.sittings.business import MOST_CANDIDATES
from console.sittings.known import Known, agenda_of
from console.sittings.sending import asks, back_to, form_page, own, runnable, send_form
from domain.notices import members
from domain.sitting import CloseSitting, RecordAttendance
from domain.text.characters import is_seen
from domain.words.names import Names

router = APIRouter(route_class=StrictRoute, include_in_schema=False)


_OTHERS = {"present": "others", "absent": "others_absent"}
"""Who was there is said of the members one by one (``there.<key>``), of others in lines."""


async def _attended(request: Request, parties: Mapping[str, str]) -> Form[RecordAttendance]:
    """The form that was sent; what is wrong with a list is wrong with its lines of others."""
    form = Form[RecordAttendance](await commands.sent(request))
    lists = {
        said: [
            *(name for key, name in parties.items() if form.value(f"there.{key}") == said),
            *commands.lines_of(form.value(others)),
        ]
        for said, others in _OTHERS.items()
    }
    named = {name: form.value(name) for name in ("chair", "recorder", "mode") if is_seen(form.value(name))}
    commands.check(request, form, RecordAttendance, {**named, **lists})
    for said, others in _OTHERS.items():
        wrong = form.error(said)
        if wrong is not None:
            form.errors[others] = wrong
    return form


@router.get("/sittings/{sitting_id}/attendance")
async def attendance_form(request: Request, viewer: OnPage, sitting_id: str) -> Response:
    """The form, as it was recorded last."""
    sitting = await runnable(request, viewer, sitting_id, "attendance")
    parties = await _parties(services_of(request), sitting)
    form = Form[RecordAttendance](_as_recorded(sitting, parties))
    return await _attendance_page(request, viewer, sitting, form, parties)


@router.post("/sittings/{sitting_id}/attendance")
async def record_attendance(request: Request, viewer: OnPage, sitting_id: str) -> Response:
    """Records who was there; the last word counts."""
    sitting = await own(request, viewer, sitting_id)
    parties = await _parties(services_of(request), sitting)
    form = await _attended(request, parties)
    if form.data is not None and await send_form(request, sitting, form, viewer.actor):
        return back_to(sitting, "flash.attendance")
    return await _attendance_page(request, viewer, sitting, form, parties)


async def _attendance_page(
    request: Request, viewer: Viewer, sitting: Known, form: Form[RecordAttendance], parties: Mapping[str, str]
) -> Response:
    fields = asks(request, viewer, sitting, RecordAttendance)
    return await form_page(request, viewer, sitting, "attendance", form, fields=fields, parties=parties)


async def _parties(services: Services, sitting: Known) -> dict[str, str]:
    """Who belongs to the forum, and who must attend besides, by a key; names in the language of the record."""
    rules = sitting.tells.rules
    names = Names(rules, rules.ladder.language)
    found = {member: names.unit(member) for member in members(rules, sitting.dates.forum)}
    agenda = await agenda_of(services, sitting)
    for name, _ in agendas.attending(agenda) if agenda else ():
        if name not in found.values():
            found[f"x{hashlib.sha256(name.encode()).hexdigest()[:12]}"] = name
    return found


def _as_recorded(sitting: Known, parties: Mapping[str, str]) -> dict[str, str]:
    """The form's values by what was recorded last."""
    recorded = sitting.view.attendance
    if recorded is None:
        return {}
    values = {"chair": recorded.chair or "", "recorder": recorded.recorder or "", "mode": recorded.mode or "in_person"}
    for said, names, rest in (
        ("present", recorded.present, "others"),
        ("absent", recorded.absent, "others_absent"),
    ):
        values |= {f"there.{key}": said for key, name in parties.items() if name in names}
        values[rest] = "\n".join(name for name in names if name not in parties.values())
    return values


@router.get("/sittings/{sitting_id}/close")
async def close_form(request: Request, viewer: OnPage, sitting_id: str) -> Response:
    """The form, with the cases that are carried over."""
    sitting = await runnable(request, viewer, sitting_id, "close")
    return await _close_page(request, viewer, sitting, Form())


@router.post("/sittings/{sitting_id}/close")
async def close(request: Request, viewer: OnPage, sitting_id: str) -> Response:
    """Closes it; its minutes are drawn."""
    sitting = await own(request, viewer, sitting_id)
    form = await commands.read(request, CloseSitting)
    if form.data is not None and await send_form(request, sitting, form, viewer.actor):
        response = see(f"/sittings/{sitting_id}/minutes")
        flash(response, "flash.sitting_closed")
        return response
    return await _close_page(request, viewer, sitting, form)


async def _close_page(request: Request, viewer: Viewer, sitting: Known, form: Form[CloseSitting]) -> Response:
    services = services_of(request)
    waiting = [case.number for case in await services.sittings.list.waiting_cases(sitting.id)]
    rows = await services.cases.some(waiting[:MOST_CANDIDATES])
    return await form_page(
        request,
        viewer,
        sitting,
        "close",
        form,
        fields=asks(request, viewer, sitting, CloseSitting),
        left=[rows[number] for number in waiting if number in rows],
        more=max(0, len(waiting) - MOST_CANDIDATES),
    )
