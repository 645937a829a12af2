"""A case's sealed words, for who may read the case."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fastapi import Request

from domain.permission import Actor

if TYPE_CHECKING:
    from api.process import Services
    from domain.case import CaseState


async def words_shown(request: Request, services: Services, actor: Actor, state: CaseState) -> Any | None:
    """A case's sealed words, for who may read the case: that an officer sees them is noted down first. The others are
    shown no more of them than the title."""
    words = await services.casework.opened(state.words)
    await note_words_shown(request, services, actor, state, words)
    return words


async def note_words_shown(
    request: Request, services: Services, actor: Actor, state: CaseState, words: Any | None
) -> None:
    """Notes down that an officer is about to see a case's sealed ``words``, where there still are any."""
    if words is not None and actor.role == "officer":
        await services.accesses.read_personal(request, actor, state.number)
