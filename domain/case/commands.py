"""What people and the system ask of a case."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from domain.case.events import PhotoRef, SealedRef, WaitKind
from domain.permission import Actor
from domain.personal import Line, WorkingText
from domain.policy.forum import Sitting
from domain.stream import Frozen, Instant


class Decision(Frozen):
    """Base of every decision; ``reason`` is asked for where the ladder asks for one.

    ``sitting``: the meeting that takes it, named by who records it there; the case has to be before that meeting.
    """

    reason: WorkingText | None = None
    sitting: Line | None = None


class Contact(Decision):
    """The estate has reached the resident."""

    kind: Literal["contact"]
    how: Line
    outcome: WorkingText


class Resolve(Decision):
    """The matter is settled; the resident is asked."""

    kind: Literal["resolve"]
    what_was_done: WorkingText


class MakePlan(Decision):
    """Someone takes it on, with a due date. ``lead``: a department's code, a unit's id, or words."""

    kind: Literal["plan"]
    lead: Line
    co_handlers: Annotated[tuple[Line, ...], Field(max_length=20)] = ()
    deliverable: WorkingText
    due_date: date


class Complete(Decision):
    """The plan is carried out; the resident is asked."""

    kind: Literal["complete"]
    what_was_done: WorkingText


class Extend(Decision):
    """The plan's due date, or the suspension's resume date, moves."""

    kind: Literal["extend"]
    new_date: date
    reason: WorkingText


class Hold(Decision):
    """Stays for the tier's next sitting; counts as a carry-over."""

    kind: Literal["hold"]
    reason: WorkingText


class Escalate(Decision):
    """To the next tier's next sitting. ``to`` names a higher tier when its own officer takes the case up."""

    kind: Literal["escalate"]
    reason: WorkingText
    to: str | None = None


class Return(Decision):
    """退回: to the tier below, its next sitting."""

    kind: Literal["return"]
    reason: WorkingText


class Suspend(Decision):
    """挂起: an outside condition has to come first; a resume date is always set."""

    kind: Literal["suspend"]
    condition: WorkingText
    resume_date: date


class Resume(Decision):
    """The condition has come, or the wait for it is over."""

    kind: Literal["resume"]
    reason: WorkingText


class Refer(Decision):
    """转办: somebody else's to settle; closes as referred."""

    kind: Literal["refer"]
    to_whom: Line
    reference: Line
    reason: WorkingText


class Reject(Decision):
    """不予受理: closes; the resident is told why and how to object."""

    kind: Literal["reject"]
    reason: WorkingText


class MarkDuplicate(Decision):
    """Closes and follows the other case."""

    kind: Literal["duplicate"]
    of: Line


class Reroute(Decision):
    """转派: to the right estate, the right category, or both."""

    kind: Literal["reroute"]
    estate: str | None = None
    category: str | None = None

    @model_validator(mode="after")
    def _says_where(self) -> Self:
        if self.estate is None and self.category is None:
            raise ValueError("name the right estate, the right category, or both")
        return self


class Withdraw(Decision):
    """The resident takes it back."""

    kind: Literal["withdraw"]


class Confirm(Decision):
    """The resident says that it is solved, with 1 to 5 stars."""

    kind: Literal["confirm"]
    stars: Annotated[int, Field(ge=1, le=5, strict=True)]


class Dispute(Decision):
    """重办: the resident says that it is not solved, and why (sealed words, or an officer's record of them)."""

    kind: Literal["dispute"]


class Reopen(Decision):
    """Starts a closed case again, at the tier that closed it."""

    kind: Literal["reopen"]
    reason: WorkingText


class DeclareEmergency(Decision):
    """The ladder pauses; the joint response of ``playbook`` takes over. ``response``: one that runs already, as for
    another estate, under which the case comes; without it, one of its own is opened."""

    kind: Literal["emergency"]
    playbook: str
    response: Line | None = None


class AddNote(Decision):
    """A remark for whoever reads the case; changes no stage."""

    kind: Literal["note"]
    text: WorkingText


class Assign(Decision):
    """Names who handles it; changes no stage."""

    kind: Literal["assign"]
    person: Line


class Supervise(Decision):
    """督办: shown everywhere; changes no stage."""

    kind: Literal["supervise"]
    reason: WorkingText


AnyDecision = Annotated[
    Contact
    | Resolve
    | MakePlan
    | Complete
    | Extend
    | Hold
    | Escalate
    | Return
    | Suspend
    | Resume
    | Refer
    | Reject
    | MarkDuplicate
    | Reroute
    | Withdraw
    | Confirm
    | Dispute
    | Reopen
    | DeclareEmergency
    | AddNote
    | Assign
    | Supervise,
    Field(discriminator="kind"),
]


class OpenCase(Frozen):
    """A resident's issue arrives. Words and reporter are sealed before; only references come in.

    ``number``: the case's own, which names the joint response of one that is opened as an ``emergency``.
    """

    kind: Literal["open"] = "open"
    number: str | None = None
    estate: str
    category: str
    channel: str
    severity: str = "normal"
    words: SealedRef
    emergency: str | None = None

    @model_validator(mode="after")
    def _names_its_response(self) -> Self:
        if self.emergency is not None and self.number is None:
            raise ValueError("what is opened as an emergency needs its number")
        return self


class WaitExpired(Frozen):
    """A wait's instant has come. ``until`` says which wait was meant, so that a late one does nothing."""

    kind: Literal["wait_expired"] = "wait_expired"
    wait: WaitKind
    until: Instant


class StandDown(Frozen):
    """The emergency is over: ``resolved`` asks the resident, ``returned`` brings the case to a tier's sitting.

    ``watch_until``: how long the response is watched; a resolved case has at least as long for the resident's word.
    """

    kind: Literal["stand_down"] = "stand_down"
    emergency_id: str
    outcome: Literal["resolved", "returned"]
    tier: str | None = None
    reason: WorkingText
    watch_until: Instant | None = None


class Reproject(Frozen):
    """The calendar or a cadence has changed: the wait's dates are computed again. ``cause`` says what changed."""

    kind: Literal["reproject"] = "reproject"
    cause: Line


class SittingMoved(Frozen):
    """The sitting that the case waits for has another date; without ``sitting`` it is cancelled."""

    kind: Literal["sitting_moved"] = "sitting_moved"
    sitting_id: str
    sitting: Sitting | None = None
    cause: Line


class SittingOver(Frozen):
    """The chair has closed the sitting that the case waits for: without a decision there, it is carried over now."""

    kind: Literal["sitting_over"] = "sitting_over"
    sitting_id: str
    cause: Line


class PutOnAgenda(Frozen):
    """An officer has added the case to a sitting whose agenda is frozen: it waits for that one."""

    kind: Literal["put_on_agenda"] = "put_on_agenda"
    sitting: Sitting
    reason: WorkingText


class AddPhotos(Frozen):
    """Photographs, sealed before; only references come in."""

    kind: Literal["add_photos"] = "add_photos"
    photos: Annotated[tuple[PhotoRef, ...], Field(min_length=1, max_length=20)]


SystemCommand = OpenCase | WaitExpired | StandDown | Reproject | SittingMoved | SittingOver | PutOnAgenda | AddPhotos
AnyCommand = Annotated[
    Contact
    | Resolve
    | MakePlan
    | Complete
    | Extend
    | Hold
    | Escalate
    | Return
    | Suspend
    | Resume
    | Refer
    | Reject
    | MarkDuplicate
    | Reroute
    | Withdraw
    | Confirm
    | Dispute
    | Reopen
    | DeclareEmergency
    | AddNote
    | Assign
    | Supervise
    | OpenCase
    | WaitExpired
    | StandDown
    | Reproject
    | SittingMoved
    | SittingOver
    | PutOnAgenda
    | AddPhotos,
    Field(discriminator="kind"),
]


class Command(Frozen):
    """A command in its envelope: who, in what capacity, at which version, and the id that makes it one."""

    id: str
    actor: Actor
    body: AnyCommand
    if_version: int | None = None
    words: SealedRef | None = None

    @property
    def kind(self) -> str:
        """The kind of what it commands."""
        return self.body.kind
