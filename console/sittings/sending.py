"""Forms about a sitting: shown, sent, and what is said when they are refused."""

from __future__ import annotations

from typing import Any, TypeVar

from fastapi import Request
from starlette.responses import Response

from api.edge.problem_words import status_of
from api.process import services_of
from api.sittings.routes import commanded
from console.frame.commands import asked_of
from console.frame.flashes import flash
from console.frame.forms import Form
from console.frame.once import once_of
from console.frame.pages import Viewer, page, see
from console.sittings.known import Known, Told, known
from domain.errors import Refusal
from domain.forms.asking import Options, Situation
from domain.forms.reading import FormField
from domain.permission import Actor
from services.problems import Problem
from services.sittings import Asked

A = TypeVar("A", bound=Asked)
Fields = dict[str, FormField]


def asks(request: Request, viewer: Viewer, sitting: Known, command: type[Asked], **found: Options) -> Fields:
    """The fields of a command's form, by name; ``found``: what only the database knows."""
    now = services_of(request).clock.now()
    language = sitting.tells.language
    return asked_of(command, Situation(sitting.tells.rules, viewer.actor, now, language, sitting.state, found=found))


async def send_form(request: Request, sitting: Known, form: Form[A], actor: Actor) -> bool:
    """Sends the command that was read from a form; False where it was refused, which the form then says."""
    assert form.data is not None
    once = once_of(form)
    try:
        await commanded(services_of(request), sitting.id, actor, form.data, once.key, once.version)
    except (Refusal, Problem) as refused:
        form.refused(request, refused)
        form.values = {**form.values, REFUSED_BY: refused.code}
        return False
    return True


REFUSED_BY = "\x00refused"
"""Where a form keeps the code of what refused it: no field has such a name."""


async def form_page(
    request: Request, viewer: Viewer, sitting: Known, what: str, form: Form[Any], **context: Any
) -> Response:
    """A form's page; after a refusal with what has happened since it was rendered."""
    since: tuple[Told, ...] = ()
    if form.errors:
        sitting = await known(request, viewer, sitting.id)
        version = form.value("version")
        if str(form.value(REFUSED_BY)) == "version_conflict" and str(version).isdigit():
            since = tuple(told for told in sitting.story if told.version > int(version))
    status = status_for(form)
    return page(
        request, f"sittings/{what}.html", status=status, sitting=sitting, what=what, form=form, since=since, **context
    )


def status_for(form: Form[Any]) -> int:
    if not form.errors:
        return 200
    refused = str(form.value(REFUSED_BY))
    return status_of(refused) if refused else 422


async def own(request: Request, viewer: Viewer, sitting_id: str) -> Known:
    """A sitting that the viewer may run. Raises Refusal ``unknown_sitting``, ``forbidden``."""
    sitting = await known(request, viewer, sitting_id)
    if not sitting.runs:
        raise Refusal("forbidden")
    return sitting


async def runnable(request: Request, viewer: Viewer, sitting_id: str, what: str) -> Known:
    """A sitting with which the viewer may do ``what`` now. Raises Refusal ``forbidden``, ``sitting_not_there``."""
    sitting = await own(request, viewer, sitting_id)
    if what not in sitting.may:
        raise Refusal("sitting_not_there", decision=what, status=sitting.status, sitting=sitting_id)
    return sitting


def back_to(sitting: Known, key: str, **params: str) -> Response:
    response = see(f"/sittings/{sitting.id}")
    flash(response, key, bad=False, **params)
    return response
