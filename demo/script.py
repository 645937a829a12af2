"""The demo's cases and their scripts, as ``cases.yaml`` writes them.

A script is a list of steps; each is one of

    {advance: {days: 3, hours: 2}}                  time passes
    {wait_for: sitting}                             until the sitting that the case waits for is in session
    {wait_for: freeze}                              until its community's next agenda has been frozen
    {wait_for: expiry}                              until what it waits for has passed, and what then happens has
    {decide: plan, as: community, in_days: 14, …}   a decision of the API, by that post's own account
    {add_to_agenda: reason}                         put on the agenda of its tier that is frozen now
    {word: confirm, stars: 5}                       the resident's own, by number and code
    {stand_down: resolved, reason: …}               the end of an emergency

The first decision after ``wait_for: sitting`` is taken at that sitting and names it. ``in_days`` counts from the
town's today. ``refused`` names the code that a decision has to be refused with.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag, TypeAdapter, ValidationError, model_validator
from pydantic_core import ErrorDetails

from domain.case import AnyDecision
from domain.policy.ladder import DecisionKind
from domain.policy.policy_file import Location, Misplaced, parse_policy, repeated
from domain.text.writing import Line, Words, WorkingText
from domain.words.policy_words import Fault, fault, fault_of_field

SCRIPT = Path(__file__).with_name("cases.yaml")

_DATES = {"plan": "due_date", "extend": "new_date", "suspend": "resume_date"}
_DECISION: TypeAdapter[Any] = TypeAdapter(AnyDecision)
_SOME_DAY = date(2026, 1, 5)

Post = Annotated[str, Field(pattern=r"^(estate|community|alliance|supervisor|dept-[a-z]+)$")]
"""Whose account acts: the case's own estate or community, the alliance, a supervisor, or a department."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Span(_Part):
    """How much time."""

    days: Annotated[int, Field(ge=0, le=400)] = 0
    hours: Annotated[int, Field(ge=0, le=400)] = 0


class Advance(_Part):
    """Time passes."""

    advance: Span


class WaitFor(_Part):
    """Until its sitting is in session, its wait has passed, or an agenda has frozen."""

    wait_for: Literal["sitting", "expiry", "freeze"]


class Decide(BaseModel):
    """A decision; what it needs besides stands beside it, as the API takes it."""

    model_config = ConfigDict(frozen=True, extra="allow")

    decide: DecisionKind
    by: Annotated[Post, Field(alias="as")]
    in_days: Annotated[int, Field(ge=0, le=366)] | None = None
    refused: str | None = None

    def body(self, today: date, numbers: Mapping[str, str]) -> dict[str, object]:
        """What is sent. ``numbers``: by key, the cases filed so far, for the one that this is a duplicate of."""
        fields: dict[str, object] = {"kind": self.decide, **(self.model_extra or {})}
        if self.in_days is not None:
            fields[_DATES[self.decide]] = (today + timedelta(days=self.in_days)).isoformat()
        if self.follows is not None:
            fields["of"] = numbers[self.follows]
        return fields

    @property
    def follows(self) -> str | None:
        """The key of the case that this one is a duplicate of."""
        return (self.model_extra or {}).get("of") if self.decide == "duplicate" else None

    @model_validator(mode="after")
    def _is_a_decision(self) -> Self:
        if (self.in_days is not None) != (self.decide in _DATES):
            raise ValueError(f"in_days comes with {', '.join(_DATES)}, and only with those")
        numbers = {self.follows: "NC-2026-000001"} if self.follows else {}
        try:
            _DECISION.validate_python(self.body(_SOME_DAY, numbers))
        except ValidationError as error:
            raise Misplaced((_inner(one["loc"]), _said(one)) for one in error.errors()) from None
        return self


class AddToAgenda(_Part):
    """An officer adds the case to a frozen agenda."""

    add_to_agenda: WorkingText


class Say(_Part):
    """The resident's own decision."""

    word: Literal["confirm", "dispute", "withdraw"]
    stars: Annotated[int, Field(ge=1, le=5)] | None = None
    reason: Words | None = None


class StandDown(_Part):
    """The alliance ends the emergency."""

    stand_down: Literal["resolved", "returned"]
    tier: str | None = None
    reason: WorkingText


_KINDS = ("advance", "wait_for", "decide", "word", "stand_down", "add_to_agenda")


def _kind(step: Any) -> str | None:
    keys = step if isinstance(step, dict) else vars(step)
    # Not the key alone: an error's location would lead into the key's value.
    return next((f"<{kind}>" for kind in _KINDS if kind in keys), None)


Step = Annotated[
    Annotated[Advance, Tag("<advance>")]
    | Annotated[WaitFor, Tag("<wait_for>")]
    | Annotated[Decide, Tag("<decide>")]
    | Annotated[Say, Tag("<word>")]
    | Annotated[StandDown, Tag("<stand_down>")]
    | Annotated[AddToAgenda, Tag("<add_to_agenda>")],
    Discriminator(
        _kind,
        custom_error_type="no_step",
        custom_error_message=f"a step is one of {', '.join(_KINDS)}",
    ),
]


class Reporter(_Part):
    """An invented resident."""

    name: str
    phone: Annotated[str, Field(pattern=r"^1380000\d{4}$")]
    anonymous: bool = False


class Ending(_Part):
    """How a case has to stand when its script is through: the demo checks itself by it."""

    stage: str
    tier: str | None = None
    closed_as: str | None = None


class DemoCase(_Part):
    """One issue and its story. ``key`` names it within the file."""

    key: Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
    estate: str
    category: str
    title: Line
    description: Words
    channel: Literal["wechat", "counter", "phone", "officer"]
    severity: Literal["low", "normal", "high", "urgent"] = "normal"
    reporter: Reporter
    emergency: str | None = None
    filed_by: Post = "estate"
    script: tuple[Step, ...]
    ends: Ending

    @property
    def needs(self) -> str | None:
        """The key of the case that has to be filed before this one's script can go on."""
        return next((step.follows for step in self.script if isinstance(step, Decide) and step.follows), None)


class Demo(_Part):
    """The whole file."""

    cases: Annotated[tuple[DemoCase, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        faults = repeated((case.key for case in self.cases), "cases", "key")
        faults.extend(_unfiled(self.cases))
        if faults:
            raise Misplaced(faults)
        return self

    def only(self, keys: Iterable[str]) -> tuple[DemoCase, ...]:
        """The cases with these keys and those they need, in the file's order; all without keys.

        Raises ValueError for a key that is none.
        """
        wanted = set(keys)
        unknown = wanted - {case.key for case in self.cases}
        if unknown:
            raise ValueError(f"no case of the demo has the key {', '.join(sorted(unknown))}")
        wanted |= {case.needs for case in self.cases if case.key in wanted and case.needs}
        return tuple(case for case in self.cases if not wanted or case.key in wanted)


def load(file: Path = SCRIPT) -> Demo:
    """The demo's file. Raises PolicyError naming line and field."""
    return parse_policy(Demo, file.read_text("utf-8"), file.name)


def _unfiled(cases: Iterable[DemoCase]) -> list[tuple[Location, Fault]]:
    """A case that another one follows stands before it, so that it is filed by then."""
    seen: set[str] = set()
    faults: list[tuple[Location, Fault]] = []
    for index, case in enumerate(cases):
        if case.needs is not None and case.needs not in seen:
            faults.append((("cases", index, "script"), fault("not_filed", key=case.needs)))
        seen.add(case.key)
    return faults


def _inner(location: tuple[str | int, ...]) -> Location:
    """A location inside the decision, without the union's tag."""
    return tuple(location[1:])


def _said(detail: ErrorDetails) -> Fault:
    return fault_of_field(detail["type"], detail["msg"], detail.get("ctx", {}))
