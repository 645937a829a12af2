"""What can be chosen for a sitting: which case is added to its agenda, who was in the chair, how it was held."""

from __future__ import annotations

from domain.forms.asking import Choices, Options, Situation
from domain.sitting.state import SittingState
from domain.words.bilingual import both, text
from domain.words.names import Names
from domain.words.sitting_words import SITTING_MODES

_POSTS = (
    both("{unit}党组织书记", "Party secretary, {unit}"),
    both("{unit}党组织副书记", "Deputy secretary, {unit}"),
    both("{unit}专干", "Clerk, {unit}"),
)


def candidates(situation: Situation[SittingState | None]) -> Choices:
    """The cases that wait for the forum and are not on the agenda."""
    return (("", situation.found.get("case", ())),)


def modes(situation: Situation[SittingState | None]) -> Choices:
    """How it can have been held."""
    return (("", tuple((mode, name.in_(situation.language)) for mode, name in SITTING_MODES.items())),)


def posts(situation: Situation[SittingState | None]) -> Options:
    """Who may have been in the chair, or have kept the record: by post, in the language of the record."""
    rules, state = situation.rules, situation.state
    if state is None:
        return ()
    unit = Names(rules, rules.ladder.language).unit(state.dates.forum)
    return tuple((said, "") for said in (text(post, state.language, unit=unit) for post in _POSTS))
