"""Who was there, and the chair's closing."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Request
from pydantic import AfterValidator, Field, StringConstraints, TypeAdapter, ValidationError
from pydantic_core import PydanticCustomError
from starlette.responses import Response

from api.edge.strict import StrictRoute
from api.process import Services, services_of
from console.frame import forms
from console.frame.flashes import flash
from console.frame.forms import Form
from console.frame.once import Once
from console.frame.pages import OnPage, Viewer, see
from console.sittings import agendas
from console.sittings.business import MOST_CANDIDATES
from console.sittings.known import Known, agenda_of
from console.sittings.sending import back_to, form_page, own, runnable, send_form
from console.words import say
from domain.notices import members
from domain.personal import Line
from domain.sitting import (
    CloseSitting,
    RecordAttendance,
)
from domain.words.names import Names

router = APIRouter(route_class=StrictRoute, include_in_schema=False)


def _in_lines(text: str) -> tuple[str, ...]:
    """A field's lines, each a line of an officer's; what is wrong with one is wrong with the field."""
    lines = [line for line in text.splitlines() if line.strip()]
    try:
        return _LINES.validate_python(lines)
    except ValidationError as error:
        first = error.errors()[0]
        kind: Any = first["type"]  # it goes through as it is
        raise PydanticCustomError(kind, "a line is not as it should be", first.get("ctx")) from None


Lines = Annotated[str, StringConstraints(max_length=8000), AfterValidator(_in_lines)]
"""A field of lines; read, it is a tuple."""
_Key = Annotated[str, StringConstraints(pattern=r"^[0-9a-z-]{1,40}$")]


class Attendance(Once):
    """Who was there: of the members one by one, others in lines. By post and unit, not by name."""

    chair: Line
    recorder: Line
    there: dict[_Key, Literal["present", "absent"]] = Field(default_factory=dict)
    others: Lines | None = None
    others_absent: Lines | None = None

    def command(self, parties: Mapping[str, str]) -> RecordAttendance:
        """What is recorded; ``parties``: their names by key."""
        said = {key: [name for one, name in parties.items() if self.there.get(one) == key] for key in _THERE}
        return RecordAttendance(
            chair=self.chair,
            recorder=self.recorder,
            present=(*said["present"], *(self.others or ())),
            absent=(*said["absent"], *(self.others_absent or ())),
        )


_THERE = ("present", "absent")


@router.get("/sittings/{sitting_id}/attendance")
async def attendance_form(request: Request, viewer: OnPage, sitting_id: str) -> Response:
    """The form, as it was recorded last."""
    sitting = await runnable(request, viewer, sitting_id, "attendance")
    parties = await _parties(services_of(request), sitting)
    form = Form[Attendance](_as_recorded(sitting, parties))
    return await form_page(request, viewer, sitting, "attendance", form, parties=parties, posts=_posts(sitting))


@router.post("/sittings/{sitting_id}/attendance")
async def record_attendance(request: Request, viewer: OnPage, sitting_id: str) -> Response:
    """Records who was there; the last word counts."""
    sitting = await own(request, viewer, sitting_id)
    parties = await _parties(services_of(request), sitting)
    form = await forms.read(request, Attendance)
    if form.data is not None and await send_form(request, sitting, form, form.data.command(parties), viewer.actor):
        return back_to(sitting, "flash.attendance")
    return await form_page(request, viewer, sitting, "attendance", form, parties=parties, posts=_posts(sitting))


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
    values = {"chair": recorded.chair or "", "recorder": recorded.recorder or ""}
    for said, names, rest in (
        ("present", recorded.present, "others"),
        ("absent", recorded.absent, "others_absent"),
    ):
        values |= {f"there.{key}": said for key, name in parties.items() if name in names}
        values[rest] = "\n".join(name for name in names if name not in parties.values())
    return values


def _posts(sitting: Known) -> list[str]:
    """Who may have been in the chair, or have kept the record: proposals."""
    rules = sitting.tells.rules
    unit = Names(rules, rules.ladder.language).unit(sitting.dates.forum)
    language = sitting.state.language if sitting.state else rules.ladder.language
    return [say(key, language, unit=unit) for key in ("attendance.secretary", "attendance.deputy", "attendance.clerk")]


class Closing(Once):
    """The chair closes the meeting; dissent, one a line."""

    dissent: Lines | None = None


@router.get("/sittings/{sitting_id}/close")
async def close_form(request: Request, viewer: OnPage, sitting_id: str) -> Response:
    """The form, with the cases that are carried over."""
    sitting = await runnable(request, viewer, sitting_id, "close")
    return await _close_page(request, viewer, sitting, Form())


@router.post("/sittings/{sitting_id}/close")
async def close(request: Request, viewer: OnPage, sitting_id: str) -> Response:
    """Closes it; its minutes are drawn."""
    sitting = await own(request, viewer, sitting_id)
    form = await forms.read(request, Closing)
    if form.data is not None:
        body = CloseSitting(dissent=tuple(form.data.dissent or ()))
        if await send_form(request, sitting, form, body, viewer.actor):
            response = see(f"/sittings/{sitting_id}/minutes")
            flash(response, "flash.sitting_closed")
            return response
    return await _close_page(request, viewer, sitting, form)


async def _close_page(request: Request, viewer: Viewer, sitting: Known, form: Form[Closing]) -> Response:
    services = services_of(request)
    waiting = [case.number for case in await services.sittings.list.waiting_cases(sitting.id)]
    rows = await services.cases.some(waiting[:MOST_CANDIDATES])
    return await form_page(
        request,
        viewer,
        sitting,
        "close",
        form,
        left=[rows[number] for number in waiting if number in rows],
        more=max(0, len(waiting) - MOST_CANDIDATES),
    )


_LINES: TypeAdapter[tuple[str, ...]] = TypeAdapter(Annotated[tuple[Line, ...], Field(max_length=100)])
