"""The emergency room: a joint response with everybody's tasks and clocks, and what each may do with them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from api.cases.schemas import ActorView, EventView
from api.edge.strict import StrictRoute
from api.emergencies.routes import Emergency, response_teller
from api.emergencies.schemas import BranchView, EmergencyView, ResponseWaitView, TaskView
from api.emergencies.views import ResponseTeller
from api.process import services_of
from console.frame.commands import asked_of
from console.frame.flashes import flash
from console.frame.forms import Form
from console.frame.pages import OnPage, Viewer, page, see
from domain.forms.asking import Situation
from domain.joint_response import Report, ResponseState
from domain.joint_response.telling import party_name
from services.scope import scope_of
from store.folding import RESPONSES
from store.joint_responses import ResponseQuery
from store.log import StoredEvent

router = APIRouter(route_class=StrictRoute, include_in_schema=False)

LISTED = 20
_WAITS_SHOWN = 8


@dataclass(frozen=True, slots=True)
class Said:
    """One thing that happened to a task: what its party reported, or a clock that was missed."""

    label: str
    at: datetime
    actor: ActorView
    words: str | None


@dataclass(frozen=True, slots=True)
class Column:
    """A department's tasks, as far as the viewer is shown them, and its branch in numbers."""

    branch: BranchView
    tasks: tuple[TaskView, ...]
    own: bool


@dataclass(frozen=True, slots=True)
class Room:
    """A joint response as its page shows it, to who looks. ``others``: tasks of units, who are no department."""

    view: EmergencyView
    state: ResponseState
    tells: ResponseTeller
    columns: tuple[Column, ...]
    others: tuple[TaskView, ...]
    mine: tuple[TaskView, ...]
    said: Mapping[str, Sequence[Said]]
    story: tuple[EventView, ...]

    @property
    def phases(self) -> list[tuple[str, str]]:
        """The playbook's phases, each with where it stands: done, now, ahead."""
        language, playbook = self.tells.tells.language, self.tells.playbook
        ids = [phase.id for phase in playbook.phases]
        here = ids.index(self.view.phase) if self.view.phase in ids else 0
        stands = [
            "done" if place < here or self.view.status != "open" else "now" if place == here else "ahead"
            for place in range(len(ids))
        ]
        return [(phase.name.in_(language), stand) for phase, stand in zip(playbook.phases, stands, strict=True)]

    @property
    def soon(self) -> list[ResponseWaitView]:
        """What comes next."""
        return self.view.waits[:_WAITS_SHOWN]

    def task_name(self, task: str) -> str:
        """A task by its name, also one that is not shown."""
        try:
            return self.tells.playbook.task(task).name.in_(self.tells.tells.language)
        except KeyError:
            return task

    def alarm_name(self, alarm: str) -> str:
        """An alarm by its name."""
        found = next((one for one in self.tells.playbook.alarms if one.id == alarm), None)
        return found.name.in_(self.tells.tells.language) if found else alarm

    @property
    def unfinished(self) -> tuple[list[str], list[str]]:
        """The names of the tasks that are still to be done: the required ones, and the others."""
        left = [task for task in self.state.tasks if not task.finished]
        named = [(task.required, f"{party_name(self.state, task.party)} · {self.task_name(task.id)}") for task in left]
        return [name for required, name in named if required], [name for required, name in named if not required]


async def room_of(request: Request, viewer: Viewer, emergency: str) -> Room:
    """Raises Refusal ``unknown_emergency``, ``forbidden``."""
    state, rows = await services_of(request).joint_responses.readable(emergency, viewer.actor)
    tells = await response_teller(request, viewer.actor, state)
    view = tells.response(state, rows)
    own = viewer.actor.unit if viewer.actor.role == "department" else None
    told = [event for row in rows if (event := tells.event(row, state)) is not None]
    columns = tuple(
        Column(
            branch, tuple(task for task in view.tasks if task.department == branch.department), branch.department == own
        )
        for branch in view.branches
    )
    departments = {branch.department for branch in view.branches}
    mine = tuple(task for task in view.tasks if task.department == viewer.actor.unit)
    return Room(
        view=view,
        state=state,
        tells=tells,
        columns=columns,
        mine=tuple(sorted(mine, key=_pressing)),
        others=tuple(task for task in view.tasks if task.department not in departments and task not in mine),
        said=_said(rows, told),
        story=tuple(reversed(told)),
    )


_ORDER = {"open": 0, "signed": 1, "pending": 2, "done": 3, "waived": 4}


def _pressing(task: TaskView) -> tuple[Any, ...]:
    """What has to be signed for first, then what is due first."""
    due = task.sign_by if task.status == "open" else task.complete_by
    return (_ORDER[task.status], due or task.opens_at)


_TELLS = frozenset(
    {"task_progressed", "task_done", "task_waived", "task_transferred", "task_late", "task_escalated", "task_reminded"}
)


def _said(rows: Sequence[StoredEvent], told: Sequence[EventView]) -> dict[str, list[Said]]:
    """What was said of each task, newest first; of those that the viewer is shown."""
    found: dict[str, list[Said]] = {}
    for event in reversed(told):
        task = event.data.get("task")
        if isinstance(task, str) and event.type in _TELLS:
            words = event.reason or event.data.get("note")
            found.setdefault(task, []).append(Said(event.label, event.at, event.actor, words))
    return found


@router.get("/emergencies")
async def emergencies_page(
    request: Request, viewer: OnPage, cursor: Annotated[str | None, Query(max_length=400)] = None
) -> Response:
    """The joint responses in the viewer's scope; those that run first."""
    services, scope = services_of(request), scope_of(viewer.actor)
    query = ResponseQuery(units=scope.units or None, departments=scope.departments or None, cursor=cursor, limit=LISTED)
    found = await services.joint_responses.list.page(query)
    streams = await services.log.read_some([row.id for row in found.items])
    views = []
    for row in found.items:
        state = RESPONSES.state(streams[row.id])
        assert state is not None
        tells = await response_teller(request, viewer.actor, state)
        views.append((tells.response(state, streams[row.id]), row))
    return page(
        request,
        "emergencies/list.html",
        listed=views,
        next_path=f"/emergencies?cursor={found.next_cursor}" if found.next_cursor else "",
        first_path="/emergencies" if cursor else "",
    )


@router.get("/emergencies/{emergency_id}")
async def room_page(request: Request, viewer: OnPage, emergency: Emergency) -> Response:
    """The room."""
    return await shown(request, viewer, await room_of(request, viewer, emergency), Form())


async def shown(request: Request, viewer: Viewer, room: Room, form: Form[Report]) -> Response:
    status = 200 if not form.errors else 422
    fields = asked_of(Report, await situation(request, viewer, room))
    return page(
        request, "emergencies/room.html", status=status, room=room, emergency=room.view, form=form, fields=fields
    )


async def situation(request: Request, viewer: Viewer, room: Room, task: str = "") -> Situation[ResponseState]:
    """What a form of the response is shown for; ``task``: the one that it is about."""
    services = services_of(request)
    rules = await services.joint_responses.rules(room.state)
    language = room.tells.tells.language
    return Situation(rules, viewer.actor, services.clock.now(), language, room.state, about=task)


def back_to_room(emergency: str, key: str, **params: str) -> Response:
    response = see(f"/emergencies/{emergency}")
    flash(response, key, bad=False, **params)
    return response
