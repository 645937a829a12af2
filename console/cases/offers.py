"""The decisions that a viewer may take on a case now, each as a form that says beforehand what it would bring about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

from pydantic import ValidationError

from console.frame.commands import first_values
from console.frame.forms import Form
from domain.case import AnyDecision, CaseState, Command
from domain.case.asking import answers
from domain.effects import foresee
from domain.errors import Refusal
from domain.forms.asking import Offer, Options, Situation
from domain.forms.reading import FormField, commands_of, fields_of, kind_of
from domain.permission import allowed_now

DECISIONS = cast("Mapping[str, type[AnyDecision]]", commands_of(Command))
"""What people decide of cases, by kind."""
_ANY_TEXT = "…"
"""What stands for text that is not written yet, when a decision is tried."""


@dataclass(frozen=True, slots=True)
class Offered:
    """A decision that is open to the viewer. ``effect``: what it would bring about, as the form now stands;
    ``refused``: why it would not be taken; ``chosen``: whether it is the form that comes back."""

    kind: str
    offer: Offer
    fields: tuple[FormField, ...]
    form: Form[AnyDecision]
    effect: str = ""
    refused: Refusal | None = None
    chosen: bool = False


def offers(situation: Situation[CaseState], sent: Form[AnyDecision] | None = None) -> list[Offered]:
    """Every decision that is allowed now. ``sent``: a form that comes back, which keeps what was written."""
    chosen = sent.value("kind") if sent is not None else None
    kinds = allowed_now(situation.rules, situation.actor, situation.state)
    return [_offered(situation, kind, sent if kind == chosen else None) for kind in kinds]


def _offered(situation: Situation[CaseState], kind: str, sent: Form[AnyDecision] | None) -> Offered:
    fields = fields_of(DECISIONS[kind], situation)
    form: Form[AnyDecision] = sent or Form(first_values(fields))
    form.prefix = f"{kind}-"
    told, refused = Foretold(""), None
    try:
        told = foretold(situation, kind, form.values)
    except Refusal as caught:
        refused = caught
    asked = with_words(fields, told.words)
    return Offered(kind, DECISIONS[kind].offer, asked, form, told.effect, refused, chosen=sent is not None)


@dataclass(frozen=True, slots=True)
class Foretold:
    """What a decision would bring about; ``words``: a text to begin the answer to the resident with, as the case would
    then stand."""

    effect: str
    words: Options = ()


def with_words(fields: Sequence[FormField], words: Options) -> tuple[FormField, ...]:
    """A decision's fields, with these words to begin its answer with."""
    return tuple(replace(one, suggested=words) if one.name == "answer" else one for one in fields)


def foretold(situation: Situation[CaseState], kind: str, given: Mapping[str, Any]) -> Foretold:
    """What a decision would bring about with these fields; what is not filled in yet is made up.

    Raises Refusal; ``not_allowed_now`` for what is no decision.
    """
    if kind not in DECISIONS:
        raise Refusal("not_allowed_now", decision=kind, stage=situation.state.stage, allowed=[])
    fields = fields_of(DECISIONS[kind], situation)
    chosen = {one.name: given[one.name] for one in fields if one.widget in ("choice", "date") and given.get(one.name)}
    if given.get("answer"):  # whether there is one, whatever it says
        chosen["answer"] = _ANY_TEXT
    tried = _tried(DECISIONS[kind], fields, chosen, situation.language)
    if tried is None:
        raise Refusal("not_allowed_now", decision=kind, stage=situation.state.stage, allowed=[])
    seen = foresee(situation.rules, situation.state, situation.actor, tried, situation.now)
    return Foretold(seen.told(situation.language), answers(replace(situation, state=seen.after)))


def _tried(
    command: type[AnyDecision], fields: Sequence[FormField], chosen: Mapping[str, Any], language: str
) -> AnyDecision | None:
    """The decision as far as it is filled in; None where it makes none."""
    made_up = {one.name: _made_up(one, language) for one in fields}
    needed = {one.name for one in fields if one.required}
    optional = {one.name for one in fields if one.widget == "choice"}
    for names in (needed, needed | optional):  # some need one of several choices, none of which is required
        try:
            return command.model_validate(
                {**{name: made_up[name] for name in names}, **chosen, "kind": kind_of(command)}
            )
        except ValidationError:
            continue
    return None


def _made_up(field: FormField, language: str) -> object:
    """A value that a field could have."""
    if field.widget == "choice":
        first = next(iter(field.options), (_ANY_TEXT, ""))[0]
        return field.asked.unchosen.in_(language) if field.asked.unchosen is not None else first
    if field.widget in ("stars", "number"):
        return field.greatest or field.least or 1
    return field.value if field.widget == "date" else _ANY_TEXT
