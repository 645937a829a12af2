"""The main navigation: what there is, for whom. A page that is not built is not here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from domain.permission import Actor, may_administer, may_audit, may_file, may_oversee


@dataclass(frozen=True, slots=True)
class Entry:
    """One place. ``key`` is its word's (``nav.work``); ``shown`` says to whom it is open; ``also``: other paths whose
    pages belong to it."""

    key: str
    path: str
    shown: Callable[[Actor], bool]
    also: tuple[str, ...] = ()

    def leads_to(self, path: str) -> bool:
        """Whether ``path`` is this place, or below it."""
        return any(path == one or (one != "/" and path.startswith(f"{one}/")) for one in (self.path, *self.also))


def _everyone(_: Actor) -> bool:
    return True


ENTRIES: tuple[Entry, ...] = (
    Entry("nav.work", "/", _everyone),
    Entry("nav.cases", "/cases", _everyone),
    Entry("nav.counter", "/counter", may_file),
    Entry("nav.emergencies", "/emergencies", _everyone),
    Entry("nav.meetings", "/meetings", _everyone, also=("/sittings",)),
    Entry("nav.overview", "/overview", may_oversee),
    Entry("nav.notices", "/notices", _everyone),
    Entry("nav.audit", "/audit", may_audit),
    Entry("nav.admin", "/admin", may_administer),
)


def entries_for(actor: Actor) -> tuple[Entry, ...]:
    """What an actor is shown, in order."""
    return tuple(entry for entry in ENTRIES if entry.shown(actor))
