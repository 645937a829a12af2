"""Processes of any kind, from their declarations alone: listed, and shown with their story."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from rich.console import Group, RenderableType
from rich.markup import escape
from rich.table import Table

from domain.words.dates import in_figures
from operations.showing import Words, heads, story
from operations.terminal import table
from store.log import EventLog, StoredEvent
from store.registry import Found, Registered

if TYPE_CHECKING:
    from store.database import Pool

_LOOKED_AT = 200


async def newest(pool: Pool, entry: Registered, *, closed: bool, limit: int) -> list[Found]:
    """The processes of a kind, those that began last first; closed ones only where asked. Raises StoreUnavailable."""
    log, found, before = EventLog(pool), list[Found](), None
    while begun := await log.begun(entry.streams.opens, before, _LOOKED_AT):
        before = begun[-1][1]
        streams = await log.read_some([stream for stream, _ in begun])
        states = (entry.streams.state(streams[stream]) for stream, _ in begun)
        found += [Found(entry, state) for state in states if state is not None and (closed or not state.closed)]
        if len(found) >= limit or len(begun) < _LOOKED_AT:
            break
    return found[:limit]


def as_json(found: Found, language: str) -> dict[str, Any]:
    """A process as a program reads it."""
    kind = found.entry.process
    return {
        "id": kind.number(found.state),
        "kind": kind.id,
        "version": found.state.version,
        "stage": kind.stage(found.state),
        "closed": found.state.closed,
        "waits": [
            {"kind": kind_, "reason": reason, "until": until} for kind_, reason, until in _waits(found, language)
        ],
    }


def _waits(found: Found, language: str) -> list[tuple[str, str, Any]]:
    kind, state = found.entry.process, found.state
    waiting = sorted(kind.waits(state), key=lambda wait: wait.until)
    return [(wait.kind, kind.reason(state, wait, language), wait.until) for wait in waiting]


def process_list(found: Sequence[Found], language: str) -> Table:
    """Processes of one kind, each with what it waits for first."""
    made = table(*heads(language, "number", "stage", "until", "detail"))
    for one in found:
        kind, waits = one.entry.process, _waits(one, language)
        reason, until = (waits[0][1], waits[0][2]) if waits else ("", None)
        stage = kind.words.stage(kind.stage(one.state), language)
        made.add_row(kind.number(one.state), stage, in_figures(until, year=False) if until else "", escape(reason))
    made.columns[0].no_wrap = True
    return made


def process_page(found: Found, events: Sequence[StoredEvent], words: Words) -> RenderableType:
    """One process: where it stands, what it waits for, and its whole story."""
    kind, language = found.entry.process, words.language
    grid = Table.grid(padding=(0, 2))
    grid.add_column(style="dim", no_wrap=True)
    grid.add_column(overflow="fold")
    grid.add_row(kind.words.one.in_(language), f"[bold]{kind.number(found.state)}[/]")
    stage = kind.words.stage(kind.stage(found.state), language)
    grid.add_row(words.say("阶段", "Stage"), f"{stage}  (v{found.state.version})")
    for _, reason, until in _waits(found, language):
        grid.add_row(words.say("等待", "Waits for"), f"{escape(reason)} · {in_figures(until)}")
    return Group(grid, story(events, words))
