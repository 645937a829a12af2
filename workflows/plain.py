"""A kind of process that is told plainly: what the registry can find out from the usual state need not be declared."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, TypeVar

from domain.permission import Actor, Audience
from domain.policy.rules import Rules
from domain.process import PlainState, PlainWait
from domain.signals import ProcessKind
from domain.stream import StreamEvent
from domain.words.bilingual import text
from domain.words.kind_words import KindWords
from workflows import attributes, names
from workflows.kind import Kind, Sendable

S = TypeVar("S", bound=PlainState)
C = TypeVar("C", bound=Sendable)


def plain_kind(
    *,
    id: ProcessKind,
    path: str,
    prefix: str,
    words: KindWords,
    names: names.Vocabulary,
    state: type[S],
    command: type[C],
    fact: Any,
    opens: str,
    waits: Callable[[S], Sequence[PlainWait]],
    decide: Callable[[Rules, S | None, C, datetime], tuple[StreamEvent[Any], ...]],
    evolve: Callable[[str, S | None, Any, str], S],
    audience: Callable[[Rules, S], Audience],
    allowed: Callable[[Rules, Actor, S], Sequence[str]],
) -> Kind[S, C, PlainWait]:
    """A kind whose waits are told by ``words.waits``, with the state's own fields in their gaps, and whose processes
    are listed in the Temporal UI by their stage and their next instant."""

    def reason(state: S, wait: PlainWait, language: str) -> str:
        return text(words.waits[wait.kind], language, **dict(state))

    def shows(state: S) -> attributes.Values:
        until = min((wait.until for wait in waits(state)), default=None)
        return {
            attributes.STAGE: state.stage,
            attributes.NEXT_DEADLINE: attributes.to_the_minute(until) if until else None,
        }

    return Kind(
        id=id,
        path=path,
        prefix=prefix,
        words=words,
        names=names,
        state=state,
        command=command,
        wait=PlainWait,
        fact=fact,
        opens=opens,
        number=lambda state: state.id,
        waits=waits,
        reason=reason,
        decide=decide,
        evolve=evolve,
        audience=audience,
        allowed=allowed,
        shows=shows,
        stage=lambda state: state.stage,
    )
