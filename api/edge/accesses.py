"""Who saw and did what: sign-ins, denials, readings of sealed personal data, each a row (`store.access`) and a line in
the process's log (without any name)."""

from __future__ import annotations

import time
from collections import OrderedDict
from typing import TYPE_CHECKING

import structlog
from fastapi import Request

from domain.permission import Actor
from store.access import AccessLog, Outcome, What
from store.errors import StoreUnavailable

if TYPE_CHECKING:
    from store.database import Pool

log = structlog.get_logger()

ONE_LOOK = 600.0
"""Seconds: who reads the same case again within them is still looking, and makes no other row."""
_REMEMBERED = 20_000
DENIALS = frozenset({"forbidden", "not_your_task", "cross_site"})
"""The problems that are denials, of somebody who is signed in."""


def told_on_a_form(request: Request, code: str) -> None:
    """What was refused is told on the page that is shown again. A denial among it is noted down before that is sent
    (`api.edge.strict`)."""
    request.state.told_on_a_form = code


class Accesses:
    """Adds rows. Every call may raise StoreUnavailable, and then what was asked for is not done either."""

    def __init__(self, pool: Pool) -> None:
        self.log = AccessLog(pool)
        self._looks: OrderedDict[tuple[str, str, str | None, str], float] = OrderedDict()

    async def note(
        self,
        request: Request,
        what: What,
        *,
        outcome: Outcome = "done",
        actor: Actor | None = None,
        account: str | None = None,
        subject: str | None = None,
        detail: str | None = None,
    ) -> None:
        """One row; ``account`` where nobody acts in a post yet; ``detail``: what was changed."""
        log.info("access", what=what, outcome=outcome, role=actor.role if actor else None)
        await self.log.add(
            what,
            outcome,
            account=actor.id if actor else account,
            role=actor.role if actor else None,
            unit=actor.unit if actor else None,
            subject=subject,
            route=_route(request),
            address=address_of(request),
            detail=detail[:_DETAIL_LENGTH] if detail else None,
        )

    async def read_personal(self, request: Request, actor: Actor, subject: str) -> None:
        """Somebody is about to be shown what is sealed."""
        look, now = (actor.id, actor.role, actor.unit, subject), time.monotonic()
        if now - self._looks.get(look, -ONE_LOOK) < ONE_LOOK:
            return
        await self.note(request, "read_personal", actor=actor, subject=subject)
        self._looks[look] = now
        self._looks.move_to_end(look)
        if len(self._looks) > _REMEMBERED:
            self._looks.popitem(last=False)

    async def denied(self, request: Request, code: str) -> None:
        """Somebody who is signed in was refused for want of a right; what cannot be noted down is refused all the
        same. Also of a refusal that a form has told (`told_on_a_form`)."""
        actor: Actor | None = getattr(request.state, "actor", None)
        if code not in DENIALS or actor is None:
            return
        try:
            await self.note(request, "denied", outcome="denied", actor=actor, subject=_subject(request))
        except StoreUnavailable:
            log.warning("a denial could not be noted down")


def _route(request: Request) -> str | None:
    route = request.scope.get("route")
    if route is None:
        return None
    return f"{request.method} {'/api/v1' if request.url.path.startswith('/api/v1/') else ''}{route.path_format}"


_SUBJECT_LENGTH, _DETAIL_LENGTH = 80, 1000


def _subject(request: Request) -> str | None:
    """The case, sitting or emergency that the address names, as far as it can be written down."""
    named = request.scope.get("path_params", {})
    subject = next(
        (str(named[key]) for key in ("number", "sitting_id", "emergency_id", "process_id", "forum") if key in named),
        None,
    )
    return subject[:_SUBJECT_LENGTH] if subject and subject.isprintable() else None


def address_of(request: Request) -> str:
    """Where a request comes from; behind a proxy that is trusted, what that says."""
    return request.client.host if request.client else ""
