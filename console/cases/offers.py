"""The decisions that a viewer may take on a case now, each as a form that says beforehand what it would bring about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import TypeAdapter, ValidationError

from console.cases.fields import Field, Fields
from console.frame.forms import Form
from console.words import say
from domain.case import AnyDecision
from domain.effects import effect
from domain.errors import Refusal
from domain.permission import allowed_now
from domain.policy.ladder import DECISIONS, DecisionKind

LISTS = ("co_handlers",)
"""The fields of which a form may send several."""
_DECISION: TypeAdapter[AnyDecision] = TypeAdapter(AnyDecision)
_ANY_TEXT = "…"
"""What stands for text that is not written yet, when a decision is tried."""
_PROMINENT = frozenset({"contact", "resolve", "plan", "complete", "resume", "confirm", "reopen"})
_ASIDE = frozenset({"note", "assign", "supervise", "withdraw"})


@dataclass(frozen=True, slots=True)
class Offer:
    """A decision that is open to the viewer. ``effect``: what it would bring about, as the form now stands;
    ``refused``: why it would not be taken; ``chosen``: whether it is the form that comes back."""

    kind: DecisionKind
    fields: tuple[Field, ...]
    form: Form[AnyDecision]
    effect: str = ""
    refused: Refusal | None = None
    chosen: bool = False

    @property
    def rank(self) -> Literal["first", "other", "aside"]:
        """Whether it leads to the end of the matter, elsewhere, or changes no stage."""
        return "first" if self.kind in _PROMINENT else "aside" if self.kind in _ASIDE else "other"


def offers(asked: Fields, sent: Form[AnyDecision] | None = None) -> list[Offer]:
    """Every decision that is allowed now. ``sent``: a form that comes back, which keeps what was written."""
    chosen = sent.value("kind") if sent is not None else None
    kinds = allowed_now(asked.rules, asked.actor, asked.state)
    return [_offer(asked, kind, sent if kind == chosen else None) for kind in kinds]


def _offer(asked: Fields, kind: DecisionKind, sent: Form[AnyDecision] | None) -> Offer:
    form: Form[AnyDecision] = sent or Form(asked.first_values(kind))
    form.prefix = f"{kind}-"
    told, refused = "", None
    try:
        told = foretold(asked, kind, form.values)
    except Refusal as caught:
        refused = caught
    return Offer(kind, asked.of(kind), form, told, refused, chosen=sent is not None)


def foretold(asked: Fields, kind: str, given: Mapping[str, Any]) -> str:
    """What a decision would bring about with these fields; what is not filled in yet is made up.

    Raises Refusal; ``not_allowed_now`` for what is no decision.
    """
    try:
        tried = _DECISION.validate_python({**_made_up(asked, kind), **_filled(given), "kind": kind})
    except ValidationError:
        raise Refusal("not_allowed_now", decision=kind, stage=asked.state.stage, allowed=[]) from None
    return effect(asked.rules, asked.state, asked.actor, tried, asked.now, asked.language)


def _made_up(asked: Fields, kind: str) -> dict[str, Any]:
    """Values for all that a decision needs, so that it can be tried."""
    known = next((one for one in DECISIONS if one == kind), None)
    made: dict[str, Any] = {}
    for field in asked.of(known) if known is not None else ():
        if field.kind in ("area", "line"):
            made[field.name] = _ANY_TEXT
        elif field.kind == "stars":
            made[field.name] = 5
        elif field.name == "estate" or (field.kind == "choice" and field.required):
            made[field.name] = next(iter(field.options), (_ANY_TEXT, ""))[0]
    if kind == "plan":
        made["lead"] = say("field.lead.any", asked.language)
    return {**made, **asked.first_values(kind)}


_TRIED = frozenset({"lead", "due_date", "new_date", "resume_date", "to", "estate", "category", "playbook"})
"""The fields on which it depends where a decision leads."""


def _filled(given: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in given.items() if name in _TRIED and value}
