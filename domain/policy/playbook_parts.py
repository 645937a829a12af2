"""What a playbook 预案 is made of: what seven departments do in an emergency, by when, and who hears of a missed clock.

MISSION ("Emergencies") is the specification; a figure that is marked † there is marked so in the file. All clocks run
from T0, the instant at which the response is declared.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cached_property
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from domain.policy.calendar import WorkingCalendar
from domain.policy.span import Span, SpanText, at_least, later
from domain.words.bilingual import Name

Id = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{1,47}$")]

Audience = Literal["party", "lead", "alliance", "secretary"]
"""Who hears of a missed clock: the task's own party, the playbook's lead, the alliance's officer, the alliance's
party secretary (联盟党委书记), the last rung."""

Records = Literal["provider", "inventory", "contract"]
"""What a task's completion has to name: the interim provider (a company), the handover's inventory, the contract."""


class Policy(BaseModel):
    """Base of everything in the file: immutable, and a field it does not know is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class CallFirst(Policy):
    """What belongs to 110, 119 or 120 goes there first; the response tracks it afterwards."""

    number: Annotated[str, StringConstraints(pattern=r"^[0-9]{3,5}$")]
    why: Name


class External(Policy):
    """A party outside the seven departments (a utility, 市场监管, 水务). ``reported_by``: the department that signs
    and reports for it, since it has no account; without one, the playbook's lead."""

    id: Id
    name: Name
    reported_by: Id | None = None


class Phase(Policy):
    """A stretch of the response; it is entered when every required task of the phases before is done or waived.

    ``reports_every``: how often the situation is reported in it, where that differs from the playbook's own.
    """

    id: Id
    name: Name
    reports_every: SpanText | None = None


class Task(Policy):
    """One thing one party does. ``party``: a department's code, an external's id, or one of the ladder's tiers, such
    as ``alliance``, ``community``, ``estate`` (the unit of that tier over the emergency's case).

    It opens at T0 + ``opens``, and not before everything in ``after`` is done or waived. ``sign_within`` runs from
    its opening; ``complete_by`` from T0. Where it opens late, it keeps the length that was planned for it.
    Where everything in ``unless`` is done or waived before it opens, it is waived by rule: emergency supply, unless the
    water is back. ``complete_within`` runs from its opening too; whichever is over first counts. ``remind_before`` goes
    before the playbook's. ``state_owned``: the provider that it records has to be.
    """

    id: Id
    phase: Id
    party: Id
    role: Literal["lead", "support"]
    name: Name
    deliverable: Name
    opens: SpanText = "0min"
    after: tuple[Id, ...] = ()
    unless: tuple[Id, ...] = ()
    sign_within: SpanText
    complete_by: SpanText
    complete_within: SpanText | None = None
    required: bool = True
    records: Records | None = None
    state_owned: bool = False
    remind_before: SpanText | None = None
    source: Name | None = None
    """Where its clock comes from (law, standard, practice); † in the text marks practice elsewhere."""


class Rung(Policy):
    """One rung of the escalation chain: so long after a missed clock, it is told to ``to``.

    The party itself hears of the missed clock at once, without a rung.
    """

    after: SpanText
    to: Audience


class SituationReports(Policy):
    """情况报告: numbered; the first is due at T0 + ``first``, each further one ``every`` after the last was due."""

    first: SpanText
    every: SpanText


class ExtraordinarySitting(Policy):
    """An extraordinary sitting of the highest forum, convened by the playbook: at T0 + ``at``, for ``minutes``.
    ``decides``: the task whose completion it brings."""

    at: SpanText
    minutes: Annotated[int, Field(ge=5, le=600)]
    decides: Id | None = None
    title: Name


class Alarm(Policy):
    """At T0 + ``at``, unless all tasks in ``unless`` are done or waived, ``to`` is told. The cap is the last one."""

    id: Id
    at: SpanText
    name: Name
    unless: tuple[Id, ...] = ()
    to: Audience = "secretary"
    source: Name | None = None


class PlaybookAsWritten(Policy):
    """One kind of emergency, as the file has it; whether it fits together is `Playbook`'s.

    ``playbook`` is its kind; ``lead`` the department that convenes.

    ``cap``: by when it is to be stood down; the case waits until then. ``watch``: how long it is watched after that.
    ``returns_to``: the tier to which a case returns unless the stand-down names another. ``escalation_repeats``: how
    long after it the last rung hears again while the clock stays missed; then after twice as long, and so on.
    """

    playbook: Id
    version: Annotated[str, StringConstraints(pattern=r"^[0-9][0-9A-Za-z.\-]{0,15}$")]
    name: Name
    summary: Name
    lead: Id
    call_first: tuple[CallFirst, ...] = ()
    externals: tuple[External, ...] = ()
    phases: Annotated[tuple[Phase, ...], Field(min_length=1, max_length=20)]
    tasks: Annotated[tuple[Task, ...], Field(min_length=7, max_length=80)]
    remind_before: SpanText | None = None
    escalation: Annotated[tuple[Rung, ...], Field(min_length=1, max_length=8)]
    escalation_repeats: SpanText = "1d"
    situation_reports: SituationReports
    sitting: ExtraordinarySitting | None = None
    alarms: tuple[Alarm, ...] = ()
    cap: SpanText
    watch: SpanText
    returns_to: Id | None = None

    @property
    def ref(self) -> str:
        """Kind and version, as a response keeps them: ``lift_entrapment@1``."""
        return f"{self.playbook}@{self.version}"

    @cached_property
    def _tasks(self) -> dict[str, Task]:
        return {task.id: task for task in self.tasks}

    def task(self, task_id: str) -> Task:
        """A task by its id. Raises KeyError."""
        return self._tasks[task_id]

    def reporter(self, party: str) -> str:
        """The department that signs and reports for an external; any other party itself."""
        external = next((one for one in self.externals if one.id == party), None)
        return party if external is None else external.reported_by or self.lead

    def reports_every(self, phase: str) -> str:
        """How often the situation is reported in ``phase``."""
        own = next((one.reports_every for one in self.phases if one.id == phase), None)
        return own or self.situation_reports.every

    def rungs(self, *, required: bool) -> tuple[Rung, ...]:
        """The rungs that a missed clock climbs: all of them, or for a task that is not required those up to the lead.

        What may be left undone takes nobody's time above.
        """
        if required:
            return self.escalation
        upto = [index for index, rung in enumerate(self.escalation) if rung.to in ("party", "lead")]
        return self.escalation[: max(upto, default=0) + 1]

    def planned_opening(self, task: Task, t0: datetime, calendar: WorkingCalendar) -> datetime:
        """When a task opens if all goes as planned: at its own time, and when what it depends on is due."""
        before = (later(calendar, t0, self.task(earlier).complete_by) for earlier in task.after)
        return max([later(calendar, t0, task.opens), *before])

    def window(self, task: Task) -> timedelta:
        """How long a task has from its planned opening to its completion, at least."""
        return at_least(task.complete_by) - self.opening_at_least(task)

    def opening_at_least(self, task: Task) -> timedelta:
        """How long after T0 a task is planned to open, at least. For comparing and drawing."""
        return max([at_least(task.opens), *(at_least(self.task(earlier).complete_by) for earlier in task.after)])

    def due(self, task: Task, t0: datetime, opened: datetime, calendar: WorkingCalendar) -> tuple[datetime, bool]:
        """By when a task that opened at ``opened`` is to be completed; and whether that day may still move.

        Opened as planned or before: ``complete_by`` after T0. Opened late: as much later as it opened late. In any
        case no longer than ``complete_within`` after it opened.
        """
        delay = max(opened - self.planned_opening(task, t0, calendar), timedelta(0))
        span = Span.parse(task.complete_by)
        # The second is for clocks of working days beside clocks of hours: over a long holiday they can cross.
        by = max(span.after(t0 + delay, calendar), opened + self.window(task))
        if task.complete_within is not None:
            within = Span.parse(task.complete_within)
            if within.after(opened, calendar) < by:
                return within.after(opened, calendar), within.provisional(opened, calendar)
        return by, span.provisional(t0 + delay, calendar)
