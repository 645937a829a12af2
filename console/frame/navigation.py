"""The main navigation: what there is, for whom. A page that is not built is not here."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from console.words import WORDS
from domain.permission import Actor, may_administer, may_audit, may_file, may_oversee
from domain.words.bilingual import Name
from workflows.kind import AnyKind


@dataclass(frozen=True, slots=True)
class Entry:
    """One place. ``name``: what it is called; ``shown`` says to whom it is open; ``also``: other paths whose pages
    belong to it."""

    name: Name
    path: str
    shown: Callable[[Actor], bool]
    also: tuple[str, ...] = ()

    def leads_to(self, path: str) -> bool:
        """Whether ``path`` is this place, or below it."""
        return any(path == one or (one != "/" and path.startswith(f"{one}/")) for one in (self.path, *self.also))


def _everyone(_: Actor) -> bool:
    return True


ENTRIES: tuple[Entry, ...] = (
    Entry(WORDS["nav.work"], "/", _everyone),
    Entry(WORDS["nav.cases"], "/cases", _everyone),
    Entry(WORDS["nav.counter"], "/counter", may_file),
    Entry(WORDS["nav.emergencies"], "/emergencies", _everyone),
    Entry(WORDS["nav.meetings"], "/meetings", _everyone, also=("/sittings",)),
    Entry(WORDS["nav.overview"], "/overview", may_oversee),
    Entry(WORDS["nav.notices"], "/notices", _everyone),
    Entry(WORDS["nav.audit"], "/audit", may_audit),
    Entry(WORDS["nav.admin"], "/admin", may_administer),
)


def entry_of(kind: AnyKind) -> Entry:
    """The plain pages of a kind of process. What is listed there is each one's own."""
    return Entry(kind.words.many, f"/{kind.path}", _everyone)


def entries_for(actor: Actor, plain: Iterable[Entry]) -> tuple[Entry, ...]:
    """What an actor is shown, in order; ``plain``: the kinds of process that have plain pages."""
    return tuple(entry for entry in (*ENTRIES, *plain) if entry.shown(actor))
