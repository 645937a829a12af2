"""A case's story for people: each event with who, in what capacity, why, and its particulars in words; what of its
chain of hashes is whole; and where it has stood, for how long."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Literal

from console.words import say
from domain.case import Event
from domain.case.events import Place
from domain.notices import CASE_KINDS
from domain.permission import Actor
from domain.policy.rules import Rules
from domain.telling import on_expiry, wait_reason
from domain.words.case_words import EVENTS, OBJECTION_GROUNDS, REJECTION_GROUNDS, STAGES
from domain.words.dates import day, moment
from domain.words.names import Names
from domain.words.response_words import OUTCOMES
from store.folding import event_of
from store.log import StoredEvent, chain_problems

LATE = frozenset({"contact_missed", "plan_overdue", "designation_missed", "emergency_review_missed"})
_BY_THE_CLOCK = frozenset({"case_carried_over", "closed_without_word", "wait_reprojected", "case_raised_to_district"})
Tone = Literal["late", "system", "decision"]


@dataclass(frozen=True, slots=True)
class Entry:
    """One event as the story tells it. ``particulars``: pairs of a label and words. ``moved``: what it waits for since.
    ``sealed``: a resident's own words; ``hidden`` where there are some that the viewer is not shown."""

    version: int
    type: str
    label: str
    at: datetime
    actor: Actor
    reason: str | None
    particulars: tuple[tuple[str, str], ...]
    moved: str | None
    sealed: str | None
    hidden: bool
    sitting: str | None
    hash: str
    broken: bool
    tone: Tone

    @property
    def is_decision(self) -> bool:
        """Whether a person brought it about."""
        return self.actor.role != "system"


@dataclass(frozen=True, slots=True)
class Chain:
    """What the hashes say, computed again, each over the one before. ``broken``: the first version that does not
    fit."""

    events: int
    head: str
    broken: int | None

    @classmethod
    def of(cls, rows: Sequence[StoredEvent]) -> Chain:
        """The chain of a whole stream."""
        problems = chain_problems(rows)
        return cls(len(rows), rows[-1].hash if rows else "", problems[0].version if problems else None)


def told(
    rows: Iterable[StoredEvent], sealed: Mapping[int, str | None], tells: Tells, chain: Chain
) -> tuple[Entry, ...]:
    """The story, in order. ``sealed``: the resident's words by version, where the viewer is shown them."""
    return tuple(_entry(row, sealed, tells, chain) for row in rows)


@dataclass(frozen=True, slots=True)
class Tells:
    """In whose words a story is told."""

    rules: Rules
    names: Names
    language: str

    def say(self, key: str, **params: object) -> str:
        """A word of the console's."""
        return say(key, self.language, **params)


def _entry(row: StoredEvent, sealed: Mapping[int, str | None], tells: Tells, chain: Chain) -> Entry:
    event = event_of(row)
    label = EVENTS[event.type].in_(tells.language)
    says = event.fact.words is not None and event.type != "case_opened"  # what it was opened with stands by itself
    return Entry(
        version=row.version,
        type=event.type,
        label=label,
        at=event.at,
        actor=event.actor,
        reason=event.reason,
        particulars=tuple(_particulars(event, tells)),
        moved=_moved(event, tells),
        sealed=sealed.get(row.version) if says else None,
        hidden=says and row.version not in sealed,
        sitting=_sitting(event),
        hash=row.hash,
        broken=chain.broken is not None and row.version >= chain.broken,
        tone=_tone(event),
    )


def _tone(event: Event) -> Tone:
    if event.type in LATE or event.type in CASE_KINDS:
        return "late"
    return "system" if event.actor.role == "system" or event.type in _BY_THE_CLOCK else "decision"


def _sitting(event: Event) -> str | None:
    return event.fact.sitting


def _moved(event: Event, tells: Tells) -> str | None:
    """What the case waits for since, where it has moved."""
    if event.fact.place is None:
        return None
    wait, language = event.fact.place.wait, tells.language
    if wait is None:
        return None
    forum = tells.rules.forums.get(wait.forum or "")
    reason = wait_reason(wait, language, forum.name.in_(language) if forum else None)
    return tells.say("story.moved", reason=reason, until=moment(wait.until, language), then=on_expiry(wait, language))


# ---------------------------------------------------------------- particulars


def _particulars(event: Event, tells: Tells) -> Iterator[tuple[str, str]]:
    """The facts of an event's own, beside its reason and place."""
    detail = event.fact.detail()
    if event.type == "case_opened":
        return
    if "plan" in detail:
        yield from _plan(detail["plan"], tells)
    if "suspension" in detail:
        yield from _suspension(detail["suspension"], tells)
    for key, tell in _TOLD.items():
        if key in detail and (value := tell(detail[key], tells)):
            yield tells.say(f"particular.{key}"), value


def _plan(plan: Mapping[str, Any], tells: Tells) -> Iterator[tuple[str, str]]:
    yield tells.say("particular.lead"), tells.names.unit(plan["lead"])
    if plan.get("co_handlers"):
        yield tells.say("particular.co_handlers"), _listed(map(tells.names.unit, plan["co_handlers"]), tells)
    yield tells.say("particular.deliverable"), plan["deliverable"]
    yield tells.say("particular.due_date"), _date(plan["due_date"], tells)
    if plan.get("extensions"):
        yield tells.say("particular.extensions"), str(plan["extensions"])


def _suspension(suspension: Mapping[str, Any], tells: Tells) -> Iterator[tuple[str, str]]:
    yield tells.say("particular.condition"), suspension["condition"]
    yield tells.say("particular.resume_date"), _date(suspension["resume_date"], tells)


def _date(iso: str, tells: Tells) -> str:
    return day(date.fromisoformat(iso), tells.language)


def _listed(names: Iterable[str], tells: Tells) -> str:
    return (", " if tells.language.startswith("en") else "、").join(names)


def _plain(value: Any, _: Tells) -> str:
    return str(value)


def _tier(value: Any, tells: Tells) -> str:
    return tells.names.tier(value)


def _unit(value: Any, tells: Tells) -> str:
    return tells.names.unit(value)


_TOLD: dict[str, Any] = {
    "how": _plain,
    "outcome": lambda value, tells: OUTCOMES[value].in_(tells.language) if value in OUTCOMES else value,
    "what_was_done": _plain,
    "from_tier": _tier,
    "to_tier": _tier,
    "cause": lambda value, tells: tells.say("particular.by_rule") if value == "carry_over_limit" else "",
    "count": lambda value, _: str(value) if isinstance(value, int) else "",
    "ground": lambda value, tells: _ground(value, tells),
    "unit": _unit,
    "document": _plain,
    "to_whom": _plain,
    "reference": _plain,
    "notice_by": lambda value, tells: _date(value, tells),
    "concluded_by": lambda value, tells: _date(value, tells),
    "of": _plain,
    "stars": lambda value, _: "★" * int(value),
    "from_estate": _unit,
    "estate": _unit,
    "category": lambda value, tells: tells.names.category(value),
    "days_suspended": _plain,
    "person": _plain,
    "text": _plain,
    "playbook": lambda value, tells: tells.names.playbook(value),
    "emergency": _plain,
    "was": lambda value, tells: moment(datetime.fromisoformat(value), tells.language),
    "instead_of": _plain,
    "answer": _plain,
    "answer_due": lambda value, tells: moment(datetime.fromisoformat(value["until"]), tells.language),
}
"""How each detail is told, in the order in which they are."""


def _ground(ground: str, tells: Tells) -> str:
    name = OBJECTION_GROUNDS.get(ground) or REJECTION_GROUNDS.get(ground)
    return name.in_(tells.language) if name else ground


# ---------------------------------------------------------------- where it has stood


@dataclass(frozen=True, slots=True)
class Stay:
    """A stretch of time at one place of the ladder. ``end`` is None where it stands there still. ``carried``: sittings
    that passed meanwhile; ``late``: whether a clock was missed at its end, or meanwhile."""

    stage: str
    tier: str
    begin: datetime
    end: datetime | None
    carried: int = 0
    late: bool = False

    @property
    def kind(self) -> str:
        """``sitting`` for a tier's own stage, else the stage."""
        return self.stage if self.stage in STAGES else "sitting"


_COMES_ANEW = frozenset({"case_rerouted", "case_reopened"})


def stays_of(rows: Iterable[StoredEvent]) -> tuple[Stay, ...]:
    """Where a case has stood, one stay after the other; the close ends the last."""
    stays: list[Stay] = []
    for row in rows:
        event = event_of(row)
        if stays and event.type in LATE:
            stays[-1] = replace(stays[-1], late=True)
        if event.fact.place is None:
            continue
        if stays and event.type not in _COMES_ANEW and _same(stays[-1], event.fact.place):
            counts = event.type in ("case_carried_over", "case_held")
            stays[-1] = replace(stays[-1], carried=stays[-1].carried + counts)
            continue
        if stays and stays[-1].end is None:
            stays[-1] = replace(stays[-1], end=event.at)
        if event.fact.place.stage != "closed":
            stays.append(Stay(event.fact.place.stage, event.fact.place.tier, event.at, None))
    return tuple(stays)


def _same(stay: Stay, place: Place) -> bool:
    return stay.end is None and (stay.stage, stay.tier) == (place.stage, place.tier)
