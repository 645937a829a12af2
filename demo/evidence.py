"""Reads from the log what ``demo/proof.py`` needs, and leaves the papers in a folder for people to read."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from demo.client import Api, Refused
from demo.playing import EVERY_EYE
from demo.proof import Papers, Proof, prove
from domain.case import Event
from domain.papers.agenda import Agenda, Minutes
from domain.sitting import DocumentRef, fold
from store.database import connect
from store.documents import Documents
from store.folding import CASES, SITTINGS
from store.log import EventLog, every_stream, snapshot

if TYPE_CHECKING:
    from store.database import Pool

_KINDS = ("agenda", "minutes")
_ENDINGS = ("html", "md", "docx")


async def proof_of(database_url: str, sittings: Iterable[str]) -> Proof:
    """The proof over ``sittings`` and every case of the log. Raises StoreUnavailable."""
    pool = await connect(database_url, max_size=4)
    try:
        return prove({it: await _papers(pool, it) for it in sittings}, await _cases(pool))
    finally:
        await pool.close()


async def _papers(pool: Pool, sitting: str) -> Papers:
    events = [SITTINGS.event(row) for row in await EventLog(pool).read(sitting)]
    state = fold((event.fact, "") for event in events)
    agenda = await _document(pool, state.agenda if state else None)
    minutes = await _document(pool, state.minutes if state else None)
    return Papers(
        events=events,
        agenda=Agenda.model_validate(agenda) if agenda else None,
        minutes=Minutes.model_validate(minutes) if minutes else None,
    )


async def _document(pool: Pool, named: DocumentRef | None) -> object:
    document = await Documents(pool).get(named.id) if named else None
    return document.content if document else None


async def _cases(pool: Pool) -> dict[str, list[Event]]:
    async with pool.acquire() as connection, snapshot(connection):
        return {
            rows[0].stream: [CASES.event(row) for row in rows]
            async for rows in every_stream(connection)
            if CASES.owns(rows)
        }


async def keep_papers(api: Api, folder: Path, sittings: Iterable[str]) -> None:
    """Writes every agenda and the minutes of ``sittings`` as HTML, Markdown and DOCX. Raises NoAnswer, OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    for sitting in sittings:
        for kind in _KINDS:
            for ending in _ENDINGS:
                try:
                    content = await api.paper(f"/sittings/{sitting}/{kind}.{ending}", EVERY_EYE)
                except Refused:
                    continue  # one that was cancelled has no minutes
                (folder / f"{sitting}-{kind}.{ending}").write_bytes(content)
